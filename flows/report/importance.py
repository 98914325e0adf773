"""The four factors ranked by importance: the chart, the weights that the rulings teach, and how far the order holds."""

from collections.abc import Sequence

from flows.report import words
from flows.report.associations import status_remark
from flows.report.blocks import Block, Cell, Figure, Head, Prose
from flows.report.data import ReportData
from flows.report.estimates import Importance
from flows.report.forest import Estimate, Subject, forest_figure, forest_table, size
from flows.report.listing import of_advantage
from flows.report.names import FACTORS, factor_label, sentence_case, status_label
from flows.report.numbers import percent, percent_interval, percent_span, same
from transforms.registry import Label
from transforms.registry.enumerations import PLURAL_FACTOR

_QUERY = "from marts.factor_importance order by share desc"
_NO_RANKING = "no_effect_found"


def ranked_importance(data: ReportData) -> list[Importance]:
    """The factors that have a share, the largest first."""
    found = [row for row in data.estimates.importance if row.share is not None]
    return sorted(found, key=lambda row: (-(row.share or 0.0), row.factor))


def settled_pairs(ranked: Sequence[Importance]) -> dict[str, list[str]]:
    """Which factors count for more than which others, as far as the intervals tell.

    Intervals that do not overlap are a cautious test of a difference, also where shares move against each other
    because they add up to one.

    Args:
        ranked: Factors, the largest share first.

    Returns:
        For each factor those whose interval lies wholly below its own, in the order of the shares; a factor with none
        is not there.
    """
    below = {row.factor: [other.factor for other in ranked if _is_above(row, other)] for row in ranked}
    return {factor: others for factor, others in below.items() if others}


def _is_above(row: Importance, other: Importance) -> bool:
    return row.ci_low is not None and other.ci_high is not None and row.ci_low > other.ci_high


def _named(row: Importance) -> Label:
    name, bounds = factor_label(row.factor), percent_span(row.ci_low, row.ci_high)
    share = percent(row.share)
    return Label(f"{name.en} {share} ({bounds.en})", f"{name.zh} {share}（{bounds.zh}）")


def ranking_sentence(data: ReportData) -> Label:
    """How the four factors rank, as far as the intervals tell, or that they do not."""
    ranked = ranked_importance(data)
    if not ranked:
        return _no_ranking(data.estimates.importance)
    n = max(row.n or 0 for row in ranked)
    if len(ranked) == 1:
        name, verb = factor_label(ranked[0].factor), "are" if ranked[0].factor == PLURAL_FACTOR else "is"
        return Label(
            f"Only {name.en} {verb} recorded well enough to be weighed, so there is no ranking (n = {n:,}).",
            f"只有{name.zh}的记录足以衡量，因此没有排序（n = {n:,}）。",
        )
    listed = words.join([_named(row) for row in ranked])
    head = Label(
        f"Of what the four factors explain of the rulings (n = {n:,}), the shares are {listed.en}",
        f"在四个因素所能解释的判定差异中（n = {n:,}），各因素所占份额为{listed.zh}",
    )
    order = _order(ranked)
    return Label(f"{head.en}: {order.en}.", f"{head.zh}：{order.zh}。")


def _order(ranked: Sequence[Importance]) -> Label:
    """What the intervals say of the order, pair by pair."""
    settled = settled_pairs(ranked)
    n_settled, n_pairs = sum(len(others) for others in settled.values()), len(ranked) * (len(ranked) - 1) // 2
    lacks = any(row.ci_low is None for row in ranked)
    why = Label("overlap or are missing", "区间重叠或缺失") if lacks else Label("overlap", "区间重叠")
    if not n_settled:
        return Label(f"the intervals {why.en}, so no order is settled", f"{why.zh}，次序未定")
    if n_settled == n_pairs:
        return Label("the intervals are apart, so the order is settled", "区间互不重叠，次序确定")
    parts = []
    for factor, others in settled.items():
        name, lesser = factor_label(factor), words.join([factor_label(other) for other in others])
        counts = "count" if factor == PLURAL_FACTOR else "counts"
        parts.append(Label(f"{name.en} {counts} for more than {lesser.en}", f"{name.zh}的作用大于{lesser.zh}"))
    told = Label("; ".join(part.en for part in parts), "，".join(part.zh for part in parts))
    return Label(
        f"{told.en}; no other pair is told apart, for its intervals {why.en}", f"{told.zh}；其余各对{why.zh}，无法区分"
    )


def _no_ranking(rows: Sequence[Importance]) -> Label:
    statuses = {row.status for row in rows}
    recorded = [row.factor for row in rows if row.status == _NO_RANKING]
    if recorded and "not_recorded" in statuses:
        return _none_of(sorted(recorded, key=FACTORS.index))
    if recorded:
        return Label(
            "These rulings do not show that any of the four factors goes with who wins: together they explain no more "
            "of the ordered outcome than chance would, so they are not ranked.",
            "这些判定未显示四个因素中的任何一个与胜负有关：对有序结果，合起来的解释力不超出偶然，因此不作排序。",
        )
    reasons = sorted(statuses - {"ok"})
    if not reasons:
        return Label("The four factors cannot be ranked.", "无法对四个因素排序。")
    why = words.join([status_label(reason) for reason in reasons])
    return Label(f"The four factors cannot be ranked: {why.en}.", f"无法对四个因素排序：{why.zh}。")


def _none_of(factors: Sequence[str]) -> Label:
    """That the factors that are recorded explain nothing, where others are not recorded."""
    names = words.join([factor_label(factor) for factor in factors])
    goes, it = ("goes", "it explains") if len(factors) == 1 else ("go", "together they explain")
    return Label(
        f"These rulings do not show that {names.en} {goes} with who wins: {it} no more of the ordered outcome than "
        "chance would. The other factors are not recorded, so there is no ranking.",
        f"这些判定未显示{names.zh}与胜负有关：对有序结果的解释力不超出偶然。其余因素未记录，因此不作排序。",
    )


def _estimates(rows: Sequence[Importance]) -> list[Estimate]:
    def percents(value: float | None) -> float | None:
        return None if value is None else value * 100

    return [
        Estimate(
            sentence_case(factor_label(row.factor)),
            size(row.n),
            percents(row.share),
            percents(row.ci_low),
            percents(row.ci_high),
            remark=status_remark(row.status),
            lists=of_advantage(row.factor),
            more=(
                Cell(same(percent(row.configured_weight))),
                Cell(same(percent(row.learnt_weight)), detail=_bounds(row)),
            ),
        )
        for row in rows
    ]


def _bounds(row: Importance) -> str:
    return "" if row.learnt_ci_low is None else percent_interval(row.learnt_ci_low, row.learnt_ci_high)


_WEIGHTS_NOTE = Label(
    "Configured weight: in the overall score. Learnt weight: coefficient per unit of advantage over the sum of all "
    "four, what the rulings would have put in its place; it depends on how widely a score is spread, the share does "
    "not.",
    "配置权重：综合得分所用；学得权重：每单位优势的系数占四者之和的比例，即由判定反推的权重；它受得分离散程度影响，"
    "份额则不受。",
)


def importance_blocks(data: ReportData) -> tuple[list[Block], Figure | None]:
    """The sentence, and the chart or else the table.

    Args:
        data: What was read from the release.

    Returns:
        Blocks that come before the charts of the section, and the chart if there is one.
    """
    rows = data.estimates.importance
    if not rows:
        return [], None
    subject = Subject(
        key="importance",
        title=Label(
            "Importance: each factor's share of what the four explain, in %",
            "重要性：四个因素解释力中各自所占份额（%）",
        ),
        first_column=Label("Factor", "因素"),
        value=Label("Share", "份额"),
        unit="%",
        query=_QUERY,
        more=(
            Head(Label("Configured weight", "配置权重"), is_number=True),
            Head(Label("Learnt weight", "学得权重"), is_number=True),
        ),
        notes=(_WEIGHTS_NOTE,),
    )
    listed = [*ranked_importance(data), *(row for row in rows if row.share is None)]
    estimates = _estimates(listed)
    figure = forest_figure(estimates, subject)
    blocks: list[Block] = [Prose(ranking_sentence(data))]
    sampled = Label("The shares rest on a sample of sellers.", "份额以卖家抽样估计。")
    if any(row.is_sampled for row in rows):
        blocks.append(Prose(sampled))
    few = words.few_sellers([row.status for row in rows])
    blocks += [Prose(few)] if few else []
    return (blocks, figure) if figure else ([*blocks, forest_table(estimates, subject)], None)
