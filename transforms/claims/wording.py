"""What was found, and why something could not be, in both languages."""

from collections.abc import Sequence

from transforms.claims.cells import FEWEST_DISPUTES, FEWEST_SELLERS
from transforms.claims.definitions import LABELS, Definition
from transforms.claims.found import Found
from transforms.claims.model import Part
from transforms.claims.robustness import UNIT_LABELS
from transforms.claims.verdicts import VERDICT_LABELS, Verdict
from transforms.registry.model import Label

NOTHING = Label("", "")
_REASONS = {
    "nothing_ruled": Label("No dispute was ruled.", "没有已判定的纠纷。"),
    "not_recorded": Label("What it asks about is not recorded in this data.", "数据中没有记录所问的内容。"),
    "no_such_disputes": Label("There is no dispute of the kind that it asks about.", "没有所问类型的纠纷。"),
    "constant": Label("It is the same in all disputes.", "该项在所有纠纷中都相同。"),
    "one_outcome": Label("All disputes ended the same way.", "所有纠纷的结果都相同。"),
    "too_few_disputes": Label("There are too few disputes", "纠纷太少"),
    "rare_levels": Label("None of its values is frequent enough.", "各取值出现次数都太少。"),
    "too_few_sellers": Label("There are too few sellers", "卖家太少"),
    "too_few_clusters": Label("There are too few sellers for as many values.", "相对于取值数量，卖家太少。"),
    "separation": Label(
        "All disputes that have it (or all that have not) ended the same way, so that the effect has no finite size.",
        "有该项（或没有该项）的纠纷结果全部相同，效应大小无法估计。",
    ),
    "collinear": Label(
        "It always comes with something else that is adjusted for, and cannot be told apart from it.",
        "该项总与另一个已调整的因素同时出现，无法区分。",
    ),
    "too_many_ties": Label(
        "Too many disputes share the same value to form the group that it asks about.",
        "太多纠纷取值相同，无法划出所问的分组。",
    ),
    "not_converged": Label("The model has no solution in this data.", "模型在该数据上无解。"),
    "one_cluster": Label("All disputes are of one seller.", "所有纠纷属于同一卖家。"),
    "lone_cluster": Label("It hangs on a single seller.", "结果只取决于一个卖家。"),
    "no_variation": Label("The effect does not vary between sellers.", "效应在卖家之间没有差异。"),
    "no_effect_found": Label(
        "The four factors together explain nothing, so there is nothing to divide among them.",
        "四个因素合起来也没有解释力，无从划分。",
    ),
    "no_order": Label(
        "Its values are names without an order, so that none of them is higher.", "其取值是没有顺序的名称，无高低之分。"
    ),
}
_NEEDED = Label(
    f"; at least {FEWEST_DISPUTES} disputes of {FEWEST_SELLERS} sellers are needed on each side.",
    f"；每一侧至少需要 {FEWEST_SELLERS} 个卖家的 {FEWEST_DISPUTES} 个纠纷。",
)
_FEW_SELLERS = Label(
    " It rests on few sellers, or hangs on one or two large ones: take the interval's ends as rough.",
    "所依据的卖家较少，或取决于一两个大卖家：区间端点仅供参考。",
)
_UNKNOWN = Label("It could not be estimated.", "无法估计。")


def reason(found: Found) -> Label:
    """Why a part is not testable.

    Args:
        found: With the status and the counts.
    """
    said = _REASONS.get(found.status, _UNKNOWN)
    if found.status not in {"too_few_disputes", "too_few_sellers"}:
        return said
    sides = Label(f" ({found.n:,} in all)", f"（共 {found.n:,} 个）")
    if found.n_with is not None and found.n_without is not None:
        sides = Label(
            f" ({found.n_with:,} with it, {found.n_without:,} without)",
            f"（有该项 {found.n_with:,} 个，没有 {found.n_without:,} 个）",
        )
    return Label(f"{said.en}{sides.en}{_NEEDED.en}", f"{said.zh}{sides.zh}{_NEEDED.zh}")


def finding(part: Part, found: Found, verdict: Verdict, q_value: float | None) -> Label:
    """What was found, in a sentence; an association after adjustment.

    Args:
        part: The part.
        found: Its estimate.
        verdict: What is said of it.
        q_value: Corrected p value, if there is one.
    """
    head = VERDICT_LABELS[verdict]
    if verdict is Verdict.NOT_TESTABLE:
        why = reason(found)
        return Label(f"{_capital(head.en)}: {why.en[0].lower()}{why.en[1:]}", f"{head.zh}：{why.zh}")
    size = _size(part, found, q_value)
    whole = Label(f"n = {found.n:,} disputes", f"n = {found.n:,} 个纠纷")
    sampled = Label(", a sample of sellers", "，卖家抽样") if found.is_sampled else NOTHING
    scale, care = _on_log_odds(found), _FEW_SELLERS if found.status == "few_clusters" else NOTHING
    return Label(
        f"{_capital(head.en)}: {size.en}; {whole.en}{sampled.en}.{scale.en}{care.en}",
        f"{head.zh}：{size.zh}；{whole.zh}{sampled.zh}。{scale.zh}{care.zh}",
    )


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _size(part: Part, found: Found, q_value: float | None) -> Label:
    """Estimate and interval, or the test where there is no interval."""
    unit = UNIT_LABELS[part.unit]
    if found.estimate is None or found.ci_low is None or found.ci_high is None:
        estimate = f"{found.estimate:+.2f} {unit.en}, " if found.estimate is not None else ""
        estimate_zh = f"{found.estimate:+.2f} {unit.zh}，" if found.estimate is not None else ""
        level = "q < 0.0001" if q_value is not None and q_value < 0.0001 else f"q = {q_value or 0:.4f}"  # noqa: PLR2004
        return Label(f"{estimate}{level}", f"{estimate_zh}{level}")
    ends = f"{found.ci_low:+.1f} to {found.ci_high:+.1f}"
    ends_zh = f"{found.ci_low:+.1f} 至 {found.ci_high:+.1f}"
    return Label(f"{found.estimate:+.1f} {unit.en} ({ends})", f"{found.estimate:+.1f} {unit.zh}（{ends_zh}）")


def _on_log_odds(found: Found) -> Label:
    """Whether an interaction is one of log odds too: chances near 0 or 1 move less, whatever the weights."""
    each = found.log_odds
    if each is None or each.ci_low is None or each.ci_high is None:
        return NOTHING
    size = f"{each.estimate:+.2f} ({each.ci_low:+.2f} to {each.ci_high:+.2f})"
    size_zh = f"{each.estimate:+.2f}（{each.ci_low:+.2f} 至 {each.ci_high:+.2f}）"
    if each.ci_low > 0 or each.ci_high < 0:
        return Label(f" In log odds too: {size}.", f"按对数优势衡量也是如此：{size_zh}。")
    return Label(
        f" In log odds no interaction is shown: {size}; chances near 0 or 100 % move less in any case.",
        f"按对数优势衡量未显示交互作用：{size_zh}；接近 0 或 100% 的概率本来就变化较小。",
    )


def sensitivity(judged: Sequence[tuple[Definition, Found, Verdict]], has_turned: bool) -> Label:
    """That a finding depends on what counts as winning.

    Args:
        judged: Definitions with what was found under each; two of them differ.
        has_turned: Whether two effects of opposite sign are both beyond chance.
    """
    head = (
        Label("The direction depends on what counts as winning", "方向取决于何为胜诉")
        if has_turned
        else Label("The verdict depends on what counts as winning", "结论取决于何为胜诉")
    )
    parts = [_under(*each) for each in judged]
    en, zh = "; ".join(each.en for each in parts), "；".join(each.zh for each in parts)
    return Label(f"{head.en}: {en}.", f"{head.zh}：{zh}。")


def _under(definition: Definition, found: Found, verdict: Verdict) -> Label:
    name, said = LABELS[definition], VERDICT_LABELS[verdict]
    size = f" ({found.estimate:+.1f} pp)" if found.estimate is not None else ""
    size_zh = f"（{found.estimate:+.1f} 个百分点）" if found.estimate is not None else ""
    return Label(f"{said.en} by {name.en}{size}", f"按“{name.zh}”为{said.zh}{size_zh}")
