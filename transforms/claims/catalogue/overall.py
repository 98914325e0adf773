"""Claims about all factors together."""

from transforms.claims.model import Kind, Outcome, Part, Unit
from transforms.registry.enumerations import FACTOR, PLURAL_FACTOR
from transforms.registry.model import Label

_ALL = tuple(f"{factor}_advantage" for factor in FACTOR.values)
#: Factors whose advantage is the first part of a claim of its own: E1 and R5.
_ASKED_FIRST = frozenset({"evidence", "rules"})
_LETTERS = dict(zip(FACTOR.values, "bcde", strict=True))


def _given_others(factor: str) -> Part:
    """Whether a factor adds to the other three."""
    label, matters = FACTOR.labels[factor], "matter" if factor == PLURAL_FACTOR else "matters"
    return Part(
        f"G2{_LETTERS[factor]}", factor,
        Label(
            f"{label.en[0].upper()}{label.en[1:]} {matters} given the other three factors",
            f"在其他三个因素已知时，{label.zh}仍有作用",
        ),
        Label(
            f"Likelihood-ratio test of {factor}_advantage given the other three, corrected for sellers (Rao-Scott); "
            "the estimate is the change of the share of disputes that the buyer wins per +1 SD, in percentage points",
            f"在其他三个优势已知时对{label.zh}优势的似然比检验（按卖家作 Rao-Scott 校正）；"
            "估计值为其增加 1 个标准差时买家胜诉比例的变化（百分点）",
        ),
        1, Outcome.BUYER_WINS, Kind.SLOPE, "advantages", (f"{factor}_advantage",),
        is_headline=factor not in _ASKED_FIRST,
    )  # fmt: skip


PARTS = (
    Part(
        "G1", "overall",
        Label("Neither side wins by default", "没有哪一方天然占优"),
        Label(
            "P(buyer_wins) minus P(seller_wins) in percentage points where all four advantages are 0, at the observed "
            "mix of category, claim, price and month; supported if the interval lies within the smallest effect of "
            "interest",
            "四个优势均为 0 时买家胜诉概率减卖家胜诉概率（百分点），品类、诉求、价格和月份取实际构成；"
            "区间落在最小关注效应之内即为支持",
        ),
        0, Outcome.BUYER_WINS, Kind.SPECIAL, "advantages", _ALL,
    ),
    Part(
        "G2a", "overall",
        Label("All four factors matter together", "四个因素都起作用"),
        Label(
            "The weakest of the four: effect of +1 SD of that advantage on the share of disputes that the buyer wins, "
            "in percentage points, given the other three (intersection-union test)",
            "四个因素中最弱的一个：其优势增加 1 个标准差时买家胜诉比例的变化（百分点），其他三个已知（交并检验）",
        ),
        1, Outcome.BUYER_WINS, Kind.SPECIAL, "advantages", _ALL,
    ),
    *(_given_others(factor) for factor in FACTOR.values),
    Part(
        "G2f", "overall",
        Label(
            "The four factors foretell new rulings better than category and claim alone",
            "四个因素比只看品类和诉求更能预测新的判定",
        ),
        Label(
            "AUC of the four factors on the newest fifth of rulings minus that of the rates of category and claim, in "
            "hundredths",
            "在最新五分之一判定上，四个因素的 AUC 减品类和诉求基准率的 AUC（百分之一）",
        ),
        1, Outcome.NONE, Kind.SPECIAL, "validation", unit=Unit.AUC_POINTS,
    ),
)  # fmt: skip
