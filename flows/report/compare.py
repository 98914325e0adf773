"""Section: what changed since another release: rates, ranking and verdicts."""

from collections.abc import Iterator

from flows.report import words
from flows.report.blocks import Block, Bullets, Cell, Head, Prose, Section, Table, joined_notes
from flows.report.claims import size_of, verdict_label
from flows.report.listing import of_advantage, of_group
from flows.report.names import (
    FACTORS,
    RULED_ORDER,
    factor_label,
    outcome_label,
    sentence_case,
    slice_label,
    value_label,
)
from flows.report.numbers import count, decimal, interval, percent, percent_interval, same
from flows.report.snapshot import ShownFactor, ShownRate, ShownVerdict, Snapshot
from flows.report.suppression import K
from transforms.registry import Label

Pair = tuple[ShownRate, ShownRate]
Key = tuple[str, str, str]
_MOST_ROWS = 60


def _by_key(snapshot: Snapshot) -> dict[Key, ShownRate]:
    return {(rate.slice, rate.value, rate.outcome): rate for rate in snapshot.rates}


def tells_of_few(now: ShownRate, before: ShownRate) -> bool:
    """Whether the difference of two counts would speak of fewer than k disputes."""
    changes = (now.n - before.n, now.n_total - before.n_total, (now.n_total - now.n) - (before.n_total - before.n))
    return any(0 < abs(change) < K for change in changes)


def _pairs(now: Snapshot, before: Snapshot) -> list[Pair]:
    """Rates of both releases: all outcomes of all rulings, then the share that the buyer won by group."""
    earlier = _by_key(before)
    found = [(rate, earlier[key]) for key, rate in _by_key(now).items() if key in earlier]
    wanted = [pair for pair in found if pair[0].slice == "all" or pair[0].outcome == "buyer_wins"]
    return sorted(wanted, key=lambda pair: _order(pair[0]))


def _order(rate: ShownRate) -> tuple[bool, str, str, int]:
    place = RULED_ORDER.index(rate.outcome) if rate.outcome in RULED_ORDER else len(RULED_ORDER)
    return rate.slice != "all", rate.slice, rate.value, place


def _release(snapshot: Snapshot) -> Label:
    when = f" ({snapshot.finished_at})" if snapshot.finished_at else ""
    when_zh = f"（{snapshot.finished_at}）" if snapshot.finished_at else ""
    return Label(f"release {snapshot.run_id}{when}", f"版本 {snapshot.run_id}{when_zh}")


def rate_sentence(now: Snapshot, before: Snapshot) -> Label:
    """How the share that the buyer won moved."""
    wanted = ("all", "all", "buyer_wins")
    this, that = _by_key(now).get(wanted), _by_key(before).get(wanted)
    release = _release(before)
    if this is None or that is None:
        return Label(
            f"The share that the buyer won cannot be compared with {release.en}: one of the two is not shown.",
            f"无法与{release.zh}比较支持买家的占比：其中之一不予显示。",
        )
    if tells_of_few(this, that):
        return Label(
            f"Fewer than 10 rulings differ from {release.en} in number, so the shares are not set side by side.",
            f"与{release.zh}相比，判定数之差不足 10 个，因此不并列比较占比。",
        )
    if (this.n, this.n_total) == (that.n, that.n_total):
        return Label(
            f"As in {release.en}, the buyer won {percent(this.share)} of {count(this.n_total)} rulings.",
            f"与{release.zh}相同，{count(this.n_total)} 个判定中支持买家 {percent(this.share)}。",
        )
    moved = _moved(this, that)
    return Label(
        f"The buyer won {percent(this.share)} of {count(this.n_total)} rulings, after {percent(that.share)} of "
        f"{count(that.n_total)} in {release.en}: {moved.en}.",
        f"{count(this.n_total)} 个判定中支持买家 {percent(this.share)}；{release.zh}为 {count(that.n_total)} 个中的 "
        f"{percent(that.share)}：{moved.zh}。",
    )


def _moved(now: ShownRate, before: ShownRate) -> Label:
    """Whether the earlier share still lies within the interval."""
    if now.ci_low is None or now.ci_high is None:
        return Label("without an interval no more can be said", "没有区间，无法进一步说明")
    if now.ci_low <= before.share <= now.ci_high:
        return Label("the earlier share lies within the interval of the new one", "先前占比位于现有区间之内")
    return Label("the earlier share lies outside the interval of the new one", "先前占比位于现有区间之外")


def _ranks(factors: tuple[ShownFactor, ...]) -> list[str]:
    return [row.factor for row in factors]


def ranking_change(now: Snapshot, before: Snapshot) -> Label:
    """Whether the factors stand in the same order of importance."""
    this, that = _ranks(now.importance), _ranks(before.importance)
    if not this or not that:
        which = (
            Label("this release has", "本版本没有") if not this else Label("the earlier release had", "先前版本没有")
        )
        return Label(f"Rankings cannot be compared: {which.en} none.", f"无法比较排序：{which.zh}排序。")
    order = Label(", ".join(factor_label(f).en for f in this), "、".join(factor_label(f).zh for f in this))
    if this == that:
        return Label(
            f"The shares of importance stand in the same order: {order.en}.", f"重要性份额的次序未变：{order.zh}。"
        )
    old = Label(", ".join(factor_label(f).en for f in that), "、".join(factor_label(f).zh for f in that))
    return Label(
        f"The shares of importance stand in another order: {order.en}, after {old.en}. Where intervals overlap, that "
        "may "
        "be chance.",
        f"重要性份额的次序改变：现为{order.zh}，先前为{old.zh}。区间重叠之处可能出于偶然。",
    )


def changed_verdicts(now: Snapshot, before: Snapshot) -> list[tuple[ShownVerdict, ShownVerdict]]:
    """Claims of both releases whose verdict is another one, now and before."""
    earlier = {row.claim_id: row for row in before.verdicts}
    pairs = [(row, earlier[row.claim_id]) for row in now.verdicts if row.claim_id in earlier]
    return [(this, that) for this, that in pairs if this.verdict != that.verdict]


def verdicts_change(now: Snapshot, before: Snapshot) -> Label:
    """How many verdicts are other ones."""
    n = len({row.claim_id for row in now.verdicts} & {row.claim_id for row in before.verdicts})
    changed = len(changed_verdicts(now, before))
    if not n:
        return Label("There are no verdicts to compare.", "没有可比较的结论。")
    if not changed:
        return Label(f"None of {n} verdicts changed.", f"{n} 个结论均未改变。")
    return Label(f"{changed} of {n} verdicts changed.", f"{n} 个结论中有 {changed} 个改变。")


def _verdict_line(now: ShownVerdict, before: ShownVerdict) -> Label:
    this, that = verdict_label(now.verdict), verdict_label(before.verdict)
    sizes = [size_of(each.estimate, each.ci_low, each.ci_high, each.unit) for each in (before, now)]
    return Label(
        f"{now.claim_id} {now.statement_en}: {this.en}, after {that.en}; {sizes[1].en}, after {sizes[0].en}.",
        f"{now.claim_id} {now.statement_zh}：由{that.zh}变为{this.zh}；{sizes[0].zh} → {sizes[1].zh}。",
    )


def change_sentences(now: Snapshot, before: Snapshot) -> list[Label]:
    """What changed, in sentences: rate, ranking, verdicts, and each verdict that is another one."""
    lines = [_verdict_line(*pair) for pair in changed_verdicts(now, before)]
    return [rate_sentence(now, before), ranking_change(now, before), verdicts_change(now, before), *lines]


def _rates_table(now: Snapshot, before: Snapshot) -> Table | None:
    pairs = _pairs(now, before)
    if not pairs:
        return None
    head = (
        Head(Label("Group", "分组")),
        Head(Label("Outcome", "结果")),
        Head(Label("Before", "先前"), is_number=True),
        Head(Label("Now", "现在"), is_number=True),
        Head(Label("Change, pp", "变化（百分点）"), is_number=True),
    )
    shown = pairs[:_MOST_ROWS]
    cells = tuple(_rate_cells(this, that) for this, that in shown)
    notes = [_SAME_DISPUTES, *words.table_notes(cells, len(pairs) - len(shown))]
    caption = Label("Shares then and now", "占比的前后对比")
    lists = tuple(of_group(this.slice, this.value) for this, _ in shown)
    return Table(caption, head, cells, joined_notes(notes), lists=lists)


def _rate_cells(now: ShownRate, before: ShownRate) -> tuple[Cell, ...]:
    if now.slice == "all":
        name = Label("All rulings", "全部判定")
    else:
        group, divided = value_label(now.slice, now.value), sentence_case(slice_label(now.slice))
        name = Label(f"{divided.en}: {group.en}", f"{divided.zh}：{group.zh}")
    if tells_of_few(now, before):
        return Cell(name), Cell(outcome_label(now.outcome)), *(Cell(words.HIDDEN, "muted"),) * 3
    return (
        Cell(name),
        Cell(outcome_label(now.outcome)),
        *(
            Cell(
                same(percent(rate.share)),
                detail=f"{percent_interval(rate.ci_low, rate.ci_high)} · {count(rate.n_total)}".replace(" ", "\u00a0"),
            )
            for rate in (before, now)
        ),
        Cell(same(decimal((now.share - before.share) * 100, signed=True))),
    )


def _factors_table(now: Snapshot, before: Snapshot) -> Table | None:
    def by_factor(rows: tuple[ShownFactor, ...]) -> dict[str, ShownFactor]:
        return {row.factor: row for row in rows}

    series = [by_factor(rows) for rows in (before.importance, now.importance, before.effects, now.effects)]
    factors = [factor for factor in FACTORS if any(factor in rows for rows in series)]
    if not factors:
        return None
    head = (
        Head(Label("Factor", "因素")),
        Head(Label("Importance before", "先前的重要性"), is_number=True),
        Head(Label("Importance now", "现在的重要性"), is_number=True),
        Head(Label("Effect before, pp", "先前的效应（百分点）"), is_number=True),
        Head(Label("Effect now, pp", "现在的效应（百分点）"), is_number=True),
    )
    cells = tuple(
        (
            Cell(sentence_case(factor_label(factor))),
            *(_share(rows.get(factor)) for rows in series[:2]),
            *(_effect(rows.get(factor)) for rows in series[2:]),
        )
        for factor in factors
    )
    caption = Label("Factors then and now", "各因素的前后对比")
    return Table(caption, head, cells, lists=tuple(of_advantage(factor) for factor in factors))


def _share(row: ShownFactor | None) -> Cell:
    if row is None:
        return Cell(same("–"), "muted")
    bounds = percent_interval(row.ci_low, row.ci_high).replace(" ", "\u00a0")
    return Cell(same(percent(row.estimate)), detail=bounds)


def _effect(row: ShownFactor | None) -> Cell:
    if row is None:
        return Cell(same("–"), "muted")
    bounds = interval(row.ci_low, row.ci_high, signed=True).replace(" ", "\u00a0")
    return Cell(same(decimal(row.estimate, signed=True)), detail=bounds)


def changed_in_short(now: Snapshot, before: Snapshot) -> Label:
    """What changed, for the answer: the buyers' share and the verdicts."""
    rate, verdicts = rate_sentence(now, before), verdicts_change(now, before)
    return Label(f"{rate.en} {verdicts.en}", f"{rate.zh}{verdicts.zh}")


def changes_section(now: Snapshot, before: Snapshot | None) -> Section:
    """What changed since another release; without one, that there is none."""
    title = Label("What changed in the results", "结果有何变化")
    if before is None:
        return Section("changes", title, (Prose(_NOTHING_BEFORE),))
    return Section("changes", title, tuple(_changes(now, before)))


def _changes(now: Snapshot, before: Snapshot) -> Iterator[Block]:
    rate, ranking, verdicts, *lines = change_sentences(now, before)
    yield Prose(rate)
    yield Prose(ranking)
    yield Prose(verdicts)
    if lines:
        yield Bullets(tuple(lines))
    yield from (table for table in (_rates_table(now, before), _factors_table(now, before)) if table is not None)


_NOTHING_BEFORE = Label(
    "There is no earlier release to compare with, or none that kept its numbers.",
    "没有可比较的先前版本，或先前版本未保留数字。",
)
_SAME_DISPUTES = Label(
    "Both releases hold many of the same disputes, so their intervals are not those of two samples; a change may come "
    "from new disputes, from corrected ones, or from another version of the weights.",
    "两个版本含有许多相同的纠纷，其区间并非两个独立样本的区间；变化可能来自新增纠纷、更正或权重版本不同。",
)
