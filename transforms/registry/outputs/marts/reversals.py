"""Where an effect changes its sign within groups."""

from transforms.registry.model import Column, Label, Table
from transforms.registry.outputs.columns import FACTOR_NAME, N_CLUSTERS, Q_VALUE, STATUS, count, flag, share, text
from transforms.registry.outputs.columns import number as _number


def _effect(which: str, en: str, zh: str) -> tuple[Column, ...]:
    return (
        _number(f"{which}_rd_pp", f"{en}: difference in the chance of buyer_wins", f"{zh}：支持买家概率之差", "pp"),
        _number(f"{which}_rd_ci_low", "Lower end of its 95 % interval", "95% 区间下限", "pp"),
        _number(f"{which}_rd_ci_high", "Upper end of its 95 % interval", "95% 区间上限", "pp"),
    )


def _log_odds_ratio(which: str, en: str, zh: str) -> tuple[Column, ...]:
    return (
        _number(f"{which}_log_or", f"{en}: log odds ratio of buyer_wins", f"{zh}：支持买家的对数优势比"),
        _number(f"{which}_log_or_ci_low", "Lower end of its 95 % interval", "95% 区间下限"),
        _number(f"{which}_log_or_ci_high", "Upper end of its 95 % interval", "95% 区间上限"),
    )


_CRUDE = ("crude", "High against low group", "高组与低组相比")
_ADJUSTED = ("adjusted", "The same within strata (Mantel-Haenszel)", "分层后（Mantel-Haenszel）")

REVERSALS = Table(
    "marts",
    "reversals",
    Label("Crude effects against effects within groups", "粗效应与分层效应的对比（辛普森悖论）"),
    ("factor", "high_group", "stratifier"),
    (
        FACTOR_NAME,
        text("low_group", "Lowest third of the values, or the most frequent one", "最低三分之一的取值，或最常见取值"),
        text(
            "high_group",
            "Highest third of the values, or another frequent one; none where there are no two groups",
            "最高三分之一的取值，或另一常见取值；不足两组时为 none",
        ),
        text(
            "stratifier",
            "What the disputes are divided by: category, claim, month, decided_by, price_band (fifths), or the levels "
            "of another factor",
            "分层变量",
        ),
        count("n", "Ruled disputes in both groups", "两组已判定纠纷数"),
        N_CLUSTERS,
        count("n_low", "Disputes in the low group", "低组纠纷数"),
        count("n_high", "Disputes in the high group", "高组纠纷数"),
        count("n_strata", "Strata in which both groups occur", "两组均出现的层数"),
        *_effect(*_CRUDE),
        *_effect(*_ADJUSTED),
        *_log_odds_ratio(*_CRUDE),
        *_log_odds_ratio(*_ADJUSTED),
        share(
            "p_value",
            "p value of a reversal: the largest of both effects; 1 where their signs agree",
            "反转的 p 值：两个效应中较大者；符号相同时为 1",
        ),
        Q_VALUE,
        flag(
            "is_reversed",
            "The signs differ, no interval includes zero, and q_value is under 0.05",
            "符号相反、区间均不含零且 q 值小于 0.05",
        ),
        count("n_strata_opposite", "Strata whose own sign differs from the crude one", "与粗效应符号相反的层数"),
        text("strata_opposite", "Those strata", "符号相反的层"),
        text(
            "strata_surely_opposite",
            "Those of them whose interval excludes zero, corrected for their number, if that of the crude one does",
            "其中区间不含零的层（已作多重校正）；粗效应区间含零时为空",
        ),
        STATUS,
    ),
)

TABLES = (REVERSALS,)
