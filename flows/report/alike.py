"""Section: whether like cases are ruled alike, whether it matters who decides, and the most surprising rulings."""

from collections.abc import Iterator

from flows.report import words
from flows.report.associations import status_remark
from flows.report.blocks import Block, Cell, Head, Prose, Section, Table, joined_notes, with_remarks
from flows.report.data import ReportData
from flows.report.disclosure import RULED, Disclosure
from flows.report.estimates import Alike, Surprise, Variation
from flows.report.forest import Estimate, Subject, forest_table, size
from flows.report.listing import of_group, quoted, where
from flows.report.names import factor_label, outcome_label, sentence_case, slice_label, status_label, value_label
from flows.report.numbers import count, decimal, percent, percent_interval, percent_span, same, span
from flows.report.suppression import K
from transforms.registry import Label
from transforms.registry.enumerations import FACTOR

_SLICES = ("all", "category", "claim", "decided_by")
_MOST_SURPRISES = 10
_MOST_DECIDERS = 10


def overall(data: ReportData) -> Alike | None:
    """How often like cases are ruled unlike over all rulings."""
    return next((row for row in data.estimates.consistency if row.slice == "all"), None)


def consistency_sentence(data: ReportData) -> Label:
    """How often like cases are ruled unlike, beside what is to be expected if likeness meant nothing."""
    row = overall(data)
    if row is None or row.differ_share is None:
        why = status_label(row.status if row else "nothing_ruled")
        return Label(
            f"Whether like cases are ruled alike cannot be said: {why.en}.", f"无法说明同类案件是否同判：{why.zh}。"
        )
    bounds, share = percent_span(row.ci_low, row.ci_high), percent(row.differ_share)
    expected, pairs = percent(row.differ_any), count(row.n_pairs)
    head = Label(
        f"Two like cases are ruled unlike in {share} of pairs ({bounds.en}; {pairs} pairs); any two cases in "
        f"{expected}.",
        f"两件同类案件判定不同的比例为 {share}（{bounds.zh}；{pairs} 对），任意两件案件为 {expected}。",
    )
    rest = _meaning(row)
    return Label(f"{head.en} {rest.en}", f"{head.zh}{rest.zh}")


def _meaning(row: Alike) -> Label:
    """Whether likeness matters, as far as the interval tells."""
    if row.tau_ci_low is None or row.tau_ci_high is None:
        return Label("Without an interval no more can be said.", "没有区间，无法进一步说明。")
    if row.tau_ci_low > 0:
        return Label(
            "So being alike goes with being ruled alike, though not always.", "因此同类与同判相关，但并非总是如此。"
        )
    return Label(
        "The interval does not show that like cases are ruled more alike than others.",
        "区间不足以表明同类案件比其他案件判得更一致。",
    )


def _hides(row: Alike, data: ReportData, disclosure: Disclosure) -> bool:
    """Whether the size of the group is hidden in the table of rates, too."""
    rates = (rate for rate in data.outcomes if (rate.slice, rate.value) == (row.slice, row.value))
    return 0 < row.n < K or any(disclosure.hides_total(rate, RULED) for rate in rates)


def _consistency_table(data: ReportData, disclosure: Disclosure) -> Table | None:
    rows = [row for row in data.estimates.consistency if row.slice in _SLICES and row.differ_share is not None]
    if not rows:
        return None
    rows.sort(key=lambda row: (_SLICES.index(row.slice), row.differ_share or 0.0, row.value))
    cells = []
    for row in rows:
        is_hidden = _hides(row, data, disclosure)
        hidden = Cell(words.HIDDEN, "muted")
        name = Label("All rulings", "全部判定") if row.slice == "all" else value_label(row.slice, row.value)
        divided = Label("–", "–") if row.slice == "all" else sentence_case(slice_label(row.slice))
        bounds = percent_interval(row.ci_low, row.ci_high).replace(" ", "\u00a0")
        cells.append(
            (
                Cell(name),
                Cell(divided),
                hidden if is_hidden else Cell(same(count(row.n))),
                Cell(same(count(row.n_pairs))),
                hidden if is_hidden else Cell(same(percent(row.differ_share)), detail=bounds),
                hidden if is_hidden else Cell(same(percent(row.differ_any))),
            )
        )
    head = (
        Head(Label("Group", "分组")),
        Head(Label("Divided by", "分组方式")),
        Head(Label("Disputes", "纠纷数"), is_number=True),
        Head(Label("Pairs of like cases", "同类案件对数"), is_number=True),
        Head(Label("Ruled unlike", "判定不同"), is_number=True),
        Head(Label("Any two cases", "任意两件"), is_number=True),
    )
    remarked = with_remarks(head, cells, [status_remark(row.status) for row in rows])
    like_by = next((row.like_by for row in rows if row.like_by), "")
    shared = _shared(like_by)
    note = Label(f"Like cases share {shared.en}.", f"同类案件指{shared.zh}相同的案件。")
    caption = Label("How often like cases are ruled unlike", "同类案件判定不同的频率")
    notes = [note, *remarked.notes, *words.table_notes(cells)]
    lists = tuple(of_group(row.slice, row.value) for row in rows)
    query = "from marts.consistency where slice <> 'decider'"
    return Table(caption, remarked.head, remarked.rows, joined_notes(notes), query, lists=lists)


def _shared(like_by: str) -> Label:
    """What like cases share, in words."""
    names = [each.strip() for each in like_by.split(",") if each.strip()]
    return words.join([_level_of(name) for name in names]) if names else Label("nothing", "无")


def _level_of(name: str) -> Label:
    if name in FACTOR.labels:
        return Label(f"level of {FACTOR.labels[name].en}", f"{FACTOR.labels[name].zh}水平")
    return slice_label(name) if name in {"category", "claim"} else factor_label(name)


def _deciders(data: ReportData) -> Iterator[Block]:
    """Whether it matters who decides."""
    rows = [row for row in data.estimates.variation if row.sd_pp is not None]
    if not rows:
        reasons = sorted({row.status for row in data.estimates.variation})
        why = (
            words.join([status_label(each) for each in reasons]) if reasons else Label("no deciders", "没有判定人记录")
        )
        yield Prose(
            Label(f"Whether it matters who decides cannot be said: {why.en}.", f"无法说明由谁判定是否重要：{why.zh}。")
        )
        return
    yield Prose(_variation(next((row for row in rows if row.decided_by == "all"), rows[0])))
    found = [row for row in data.estimates.deciders if row.q_value is not None and row.q_value < words.SIGNIFICANT]
    if not found:
        return
    estimates = [
        Estimate(
            same(row.decider_id), size(row.n), row.effect_pp, row.ci_low, row.ci_high,
            remark=status_remark(row.status),
            lists=where("is_ruled", f"decider_id = {quoted(row.decider_id)}"),
        )
        for row in found[:_MOST_DECIDERS]
    ]  # fmt: skip
    subject = Subject(
        key="deciders",
        title=Label(
            "Deciders whose rulings differ from those of all others on like cases",
            "在同类案件上与其他判定人不同的判定人",
        ),
        first_column=Label("Decider (pseudonym)", "判定人（化名）"),
        value=Label("Difference, pp", "差异（百分点）"),
        unit=" pp",
        query="from marts.decider_effects order by q_value",
    )
    yield forest_table(estimates, subject)


def _variation(row: Variation) -> Label:
    bounds, n = span(row.ci_low, row.ci_high), count(row.n)
    size_of = decimal(row.sd_pp)
    head = Label(
        f"Beyond what their cases explain, {count(row.n_deciders)} deciders differ with a standard deviation of "
        f"{size_of} pp ({bounds.en}, n = {n}) in the share that the buyer wins",
        f"除案件本身所能解释的之外，{count(row.n_deciders)} 个判定人支持买家的占比的标准差为 {size_of} 个百分点"
        f"（{bounds.zh}，n = {n}）",
    )
    remark = status_remark(row.status)
    tail = Label(f"; {remark.en}", f"；{remark.zh}") if remark else same("")
    if row.p_value is not None and row.p_value < words.SIGNIFICANT:
        return Label(f"{head.en}: more than chance{tail.en}.", f"{head.zh}，超出偶然{tail.zh}。")
    return Label(f"{head.en}; this may be chance{tail.en}.", f"{head.zh}，可能出于偶然{tail.zh}。")


def _chance(row: Surprise) -> float | None:
    chances = {"buyer_wins": row.p_buyer_wins, "partial": row.p_partial, "seller_wins": row.p_seller_wins}
    return chances.get(row.outcome or "")


def _surprises(data: ReportData) -> Iterator[Block]:
    """The rulings that the factors explain least; nothing says which disputes they are."""
    rows = [row for row in data.estimates.surprises if row.rank > 0 and row.outcome][:_MOST_SURPRISES]
    if not rows:
        reasons = sorted({row.status for row in data.estimates.surprises})
        why = words.join([status_label(each) for each in reasons]) if reasons else Label("no rulings", "没有判定")
        yield Prose(Label(f"Surprising rulings cannot be named: {why.en}.", f"无法列出最意外的判定：{why.zh}。"))
        return
    head = (
        Head(Label("Rank", "排名")),
        Head(Label("Ruled", "判定")),
        Head(Label("Most probable", "最可能的结果")),
        Head(Label("Chance of this ruling", "该判定的概率"), is_number=True),
        Head(Label("What pointed to another ruling", "指向其他结果的因素")),
    )
    cells = tuple(
        (
            Cell(same(count(row.rank))),
            Cell(outcome_label(row.outcome or "")),
            Cell(outcome_label(row.expected_outcome or "")),
            Cell(same(percent(_chance(row)))),
            Cell(_reason(row.top_reason_factor)),
        )
        for row in rows
    )
    caption = Label(
        "The most surprising rulings: those that the factors explain least", "最意外的判定：各因素最难解释的判定"
    )
    listed = "select rank, dispute_id, outcome, expected_outcome from marts.surprising_rulings where rank = {}"
    lists = tuple(listed.format(row.rank) for row in rows)
    note = Label(
        f"Of {count(rows[0].n)} rulings. Each was judged by a model that knew neither it nor its seller’s other "
        "rulings. "
        "Which disputes they are is not shown here; the statement lists them, and “rulings explain” tells one.",
        f"共 {count(rows[0].n)} 个判定。每个判定由不含其自身及同一卖家其他判定的模型评估。此处不显示具体纠纷；"
        "可用所列语句查询，并用 “rulings explain” 查看单个纠纷。",
    )
    yield Table(caption, head, cells, note, "from marts.surprising_rulings", lists=lists)


def _reason(factor: str | None) -> Label:
    if factor is None:
        return same("–")
    if factor == "context":
        return Label("kind of case, price or month", "案件类型、价格或月份")
    return factor_label(factor)


def alike_section(data: ReportData, disclosure: Disclosure) -> Section:
    """Consistency, deciders and surprises."""
    blocks: list[Block] = [Prose(consistency_sentence(data))]
    table = _consistency_table(data, disclosure)
    blocks += [table] if table else []
    blocks += [*_deciders(data), *_surprises(data)]
    return Section("alike", Label("Whether like cases are ruled alike", "同类案件是否同判"), tuple(blocks))
