"""What values, factors, terms, measures and statuses are called, in both languages.

Names come from the registry where it has them; a value that it does not know is shown as the data has it.
"""

from dataclasses import dataclass
from enum import StrEnum

from flows.report.numbers import decimal, same
from transforms.registry import INPUT_TABLES, Enumeration, Label, output_table
from transforms.registry.enumerations import FACTOR, OUTCOME, PARTY, RULED_OUTCOMES

NOT_RECORDED = "not_recorded"
OPEN = "open"
#: Outcomes as they are listed, from the buyer's victory to the disputes that nobody decided.
OUTCOME_ORDER = ("buyer_wins", "partial", "seller_wins", "settled", "withdrawn", "expired", OPEN)
#: The outcomes in which somebody decided, in that order.
RULED_ORDER = tuple(outcome for outcome in OUTCOME_ORDER if outcome in RULED_OUTCOMES)
FACTORS: tuple[str, ...] = FACTOR.values
OVERALL = "overall"

_NOT_RECORDED_LABEL = Label("Not recorded", "未记录")
_OUTCOMES = {
    "buyer_wins": Label("Buyer wins", "支持买家"),
    "partial": Label("Partly for each", "部分支持"),
    "seller_wins": Label("Seller wins", "支持卖家"),
    OPEN: Label("Still open", "尚未结束"),
}
_FACTORS = {OVERALL: Label("overall score", "综合得分")}
_MEASURES = {
    "kendall_tau_b": Label("Kendall's tau-b", "Kendall τ-b"),
    "spearman": Label("Spearman's rank correlation", "Spearman 秩相关"),
    "cramers_v": Label("Cramér's V (bias-corrected)", "Cramér V（偏差校正）"),
    "auc": Label("AUC, buyer wins against seller wins", "AUC（支持买家对支持卖家）"),
    "mutual_information": Label("Mutual information (nats)", "互信息（nat）"),
}
_MODELS = {
    "ordinal": Label("Ordinal model", "有序模型"),
    "buyer_wins": Label("Binary model: buyer wins", "二分类模型：支持买家"),
    "not_seller_wins": Label("Binary model: seller does not win", "二分类模型：不支持卖家"),
    "proportional_odds": Label("Test of proportional odds", "比例优势检验"),
}
_COMPLETE_CASE = "_complete_case"
_STATUSES = {
    "sampled": Label(
        "estimated on a sample of the disputes; the interval holds the error of sampling",
        "效应以部分纠纷估计，区间已含抽样误差",
    ),
    "not_recorded": Label("not recorded", "未记录"),
    "nothing_ruled": Label("nothing was ruled", "没有已判定的纠纷"),
    "no_disputes": Label("no disputes", "没有纠纷"),
    "not_clustered": Label(
        "sellers were not recorded, so the interval takes rulings as independent", "未记录卖家，区间按判定相互独立计算"
    ),
    "one_cluster": Label("one seller only", "只有一个卖家"),
    "few_clusters": Label("few sellers: read the interval with care", "卖家较少，区间仅供参考"),
    "too_few_clusters": Label("too few sellers for a test", "卖家太少，无法检验"),
    "too_few_disputes": Label("too few disputes", "纠纷太少"),
    "perfect_association": Label("tells the outcome without exception, so no interval", "与结果完全对应，无法给出区间"),
    "tells_outcome": Label(
        "tells the outcome almost without exception, so it is left out of the models", "与结果几乎完全对应，不进入模型"
    ),
    "constant": Label("the same in every dispute", "在所有纠纷中取值相同"),
    "rare_levels": Label("none of its values is frequent enough", "各取值出现次数都太少"),
    "one_outcome": Label("all disputes have the same outcome", "所有纠纷结果相同"),
    "two_outcomes": Label("only two outcomes occur", "只出现两种结果"),
    "not_ordinal": Label("its values have no order", "取值没有顺序"),
    "separation": Label("tells the outcome without exception, so no finite effect", "与结果完全对应，没有有限的效应"),
    "not_converged": Label("the fit found no stable answer", "拟合未收敛"),
    "collinear": Label("follows from the other terms", "可由其他项推出"),
    "no_variation": Label("does not vary between sellers", "在卖家之间没有差异"),
    "unbounded_interval": Label("the interval has no bounds", "区间没有边界"),
    "suppressed": Label("too few disputes to be shown", "纠纷太少，不予显示"),
    "no_effect_found": Label(
        "the four factors together explain nothing beyond chance", "四个因素合起来的解释力不超出偶然"
    ),
    "only_factor": Label("the only factor recorded", "唯一有记录的因素"),
    "lone_cluster": Label("hangs on a single seller", "结果只取决于一个卖家"),
    "too_few_sellers": Label("too few sellers", "卖家太少"),
    "too_few_months": Label("too few months", "月份太少"),
    "too_few_rulings": Label("too few rulings", "判定太少"),
    "too_few_pairs": Label("too few pairs of like cases", "同类案件对数太少"),
    "no_like_cases": Label("no like cases", "没有同类案件"),
    "one_decider": Label("one decider only", "只有一个判定人"),
    "too_many_deciders": Label("too many deciders for as few rulings", "判定人相对判定数过多"),
    "not_reached": Label("not that many have ended yet", "尚未有这么多纠纷结束"),
    "no_times": Label("no times were recorded", "没有时间记录"),
    "only_quick_rulings": Label("only quick rulings are known", "只有快速判定有记录"),
    "one_moment": Label("all rulings are of one moment", "所有判定在同一时刻"),
    "no_stratum_has_both": Label("no group holds disputes of both kinds", "没有同时包含两类纠纷的分组"),
    "sign_differs_not_certain": Label("the signs differ, but it may be chance", "符号不同，但可能出于偶然"),
    "no_order": Label("its values have no order", "取值没有顺序"),
    "no_repeats": Label("nobody comes back", "没有重复出现者"),
    "no_such_disputes": Label("no such disputes", "没有此类纠纷"),
    "too_many_ties": Label("too many disputes share one value", "太多纠纷取值相同"),
    "unbounded_odds_ratio": Label("the odds ratio has no bounds", "优势比没有边界"),
    "reference": Label("level that the others are compared with", "参照水平"),
    "pooled": Label("too rare, joined with “other”", "过少，并入“其他”"),
}
_SLICES = {
    "category": Label("category", "商品类目"),
    "claim": Label("claim", "买家主张"),
    "month": Label("month", "月份"),
    "decided_by": Label("who decided", "判定方"),
}
_RULES_OF_VALUES: dict[str, Enumeration] = {
    column.name: column.enumeration for column in INPUT_TABLES["disputes"].columns if column.enumeration is not None
}


class TermGroup(StrEnum):
    """What a term of the model is there for."""

    FACTOR = "factor"
    CONTROL = "control"


@dataclass(frozen=True)
class TermName:
    """A term of the model: what it is called and, if it is one of the factors, which."""

    label: Label
    group: TermGroup
    factor: str = ""


def sentence_case(label: Label) -> Label:
    """The label with its first English letter in upper case."""
    return Label(label.en[:1].upper() + label.en[1:], label.zh)


def outcome_label(outcome: str) -> Label:
    """Name of an outcome, ``open`` included."""
    if outcome in _OUTCOMES:
        return _OUTCOMES[outcome]
    return sentence_case(OUTCOME.labels[outcome]) if outcome in OUTCOME.labels else same(outcome)


def slice_label(name: str) -> Label:
    """What disputes are divided by."""
    return _SLICES.get(name, same(name))


def value_label(slice_name: str, value: str) -> Label:
    """Name of a group of a slice."""
    if value == NOT_RECORDED:
        return _NOT_RECORDED_LABEL
    enumeration = _RULES_OF_VALUES.get(slice_name)
    if enumeration is not None and value in enumeration.labels:
        return sentence_case(enumeration.labels[value])
    return same(value)


def factor_label(factor: str) -> Label:
    """Name of a factor; an extra factor keeps the name that its profile gives it."""
    return FACTOR.labels.get(factor) or _FACTORS.get(factor) or same(factor)


def score_label(column: str) -> Label:
    """Name of a side's score, such as ``buyer_evidence``."""
    party, _, factor = column.partition("_")
    side, what = PARTY.labels[party], FACTOR.labels[factor]
    return sentence_case(Label(f"{what.en} of the {side.en}", f"{side.zh}的{what.zh}"))


def level_label(level: str, low: float | None, high: float | None) -> Label:
    """Name of a level: a fifth with its bounds, a natural value, or not recorded."""
    if level == NOT_RECORDED:
        return _NOT_RECORDED_LABEL
    if low is None or high is None or _is_natural(level, low, high):
        return same(level)
    bounds = _bound_text(low) if low == high else f"{_bound_text(low)} … {_bound_text(high)}"
    return Label(f"Fifth {level}:\n{bounds}", f"第 {level} 档：\n{bounds}")


def _is_natural(level: str, low: float, high: float) -> bool:
    return low == high and level == f"{low:.12g}"


def _bound_text(bound: float) -> str:
    return decimal(bound, 0 if bound == round(bound) and abs(bound) > 1 else 2)


def measure_label(measure: str) -> Label:
    """Name of a measure of association."""
    return _MEASURES.get(measure, same(measure))


def model_label(model: str) -> Label:
    """Name of a model, on all disputes or on those with nothing missing."""
    base = model.removesuffix(_COMPLETE_CASE)
    label = _MODELS.get(base, same(base))
    return label if base == model else Label(f"{label.en}, complete cases", f"{label.zh}（完整记录）")


def status_label(status: str) -> Label:
    """What a status means; one that is not known here is shown as it is."""
    return _STATUSES.get(status, Label(f"status {status}", f"状态 {status}"))


def table_label(name: str) -> Label:
    """What the rows of a table of the export are."""
    labels = {
        "disputes": Label("Disputes", "纠纷"),
        "evidence": Label("Evidence", "证据"),
        "violations": Label("Alleged breaches", "违规指控"),
        "messages": Label("Messages", "聊天消息"),
        "reputation": Label("Reputation records", "信誉记录"),
    }
    return labels.get(name, same(name))


def column_label(table: str, column: str) -> Label:
    """What a column of a table means, from the registry."""
    return output_table(f"core.{table}").column(column).label


def term_name(term: str) -> TermName:
    """Read the name of a model term: ``evidence_advantage``, ``category=luxury``, ``tone_not_recorded`` and so on."""
    base, is_missing = _without_missing_suffix(term)
    factor = base.removesuffix("_advantage")
    if factor in FACTOR.labels:
        return _factor_term(factor, is_missing=is_missing)
    label = _missing_label(_control_label(base)) if is_missing else _control_label(term)
    return TermName(label, TermGroup.CONTROL)


def _without_missing_suffix(term: str) -> tuple[str, bool]:
    base = term.removesuffix(f"_{NOT_RECORDED}")
    return base, base != term


def _missing_label(label: Label) -> Label:
    return Label(f"{label.en}: not recorded", f"{label.zh}：未记录")


def _factor_term(factor: str, *, is_missing: bool) -> TermName:
    label = sentence_case(FACTOR.labels[factor])
    if is_missing:
        return TermName(_missing_label(label), TermGroup.CONTROL)
    return TermName(Label(f"{label.en} advantage", f"{label.zh}优势"), TermGroup.FACTOR, factor)


def product_label(term: str) -> Label:
    """Name of a product of two scores or advantages, such as ``buyer_evidence_x_buyer_tone``."""
    first, second = (_score_or_advantage(each) for each in term.split("_x_"))
    return Label(f"{first.en} ×\n{second.en}", f"{first.zh} ×\n{second.zh}")


def _score_or_advantage(column: str) -> Label:
    factor = column.removesuffix("_advantage")
    if factor in FACTOR.labels:
        return Label(f"{FACTOR.labels[factor].en} advantage", f"{FACTOR.labels[factor].zh}优势")
    party, _, what = column.partition("_")
    if party in PARTY.labels and what in FACTOR.labels:
        return Label(
            f"{PARTY.labels[party].en}’s {FACTOR.labels[what].en}", f"{PARTY.labels[party].zh}{FACTOR.labels[what].zh}"
        )
    return same(column)


def _control_label(term: str) -> Label:
    name, _, value = term.partition("=")
    if term == "log_price":
        return Label("Price of the item (logarithm)", "商品价格（对数）")
    if name not in _SLICES:
        return same(term)
    if not value:
        return sentence_case(_SLICES[name])
    label, of_value = sentence_case(_SLICES[name]), value_label(name, value)
    return Label(f"{label.en}: {of_value.en}", f"{label.zh}：{of_value.zh}")
