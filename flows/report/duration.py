"""Section: how long disputes take, open ones counted as far as they were seen."""

from collections.abc import Sequence
from dataclasses import replace

from flows.report import words
from flows.report.blocks import (
    Block,
    Cell,
    Figure,
    Figures,
    Head,
    LegendItem,
    Prose,
    Section,
    Table,
)  # fmt: skip
from flows.report.charts import Scale
from flows.report.curves import Curve, Point, curve_chart
from flows.report.data import Rate, ReportData
from flows.report.disclosure import TOTAL, Disclosure
from flows.report.estimates import HoursToEnd, OpenShare
from flows.report.forest import Estimate, Subject, forest_figure, forest_table
from flows.report.groups import LANGUAGES, about_chart
from flows.report.listing import of_group, where
from flows.report.names import OPEN, outcome_label, sentence_case, slice_label, status_label, value_label
from flows.report.numbers import count, decimal, interval, percent, percent_interval, same, span
from flows.report.suppression import K
from transforms.registry import Label

_HOURS_A_DAY = 24
_MEDIAN = 0.5
_WHOLE = ("all", "all")
#: Below so many disputes under observation a curve is not drawn further.
FEWEST_AT_RISK = K
_STATES = {
    "still_open": ("other", Label("still open", "尚未结束")),
    "buyer_wins": ("buyer", outcome_label("buyer_wins")),
    "partial": ("partial", outcome_label("partial")),
    "seller_wins": ("seller", outcome_label("seller_wins")),
    "closed_unruled": ("main", Label("Closed without a ruling", "未判定而结束")),
}
_OUTCOMES_OF_STATE = {"closed_unruled": ("settled", "withdrawn", "expired"), "still_open": ()}


def median_of(data: ReportData, slice_name: str = "all", value: str = "all") -> HoursToEnd | None:
    """The hours by which half of the disputes of a group have ended, if they are known."""
    rows = data.estimates.hours_to_end
    found = [row for row in rows if (row.slice, row.value, row.quantile) == (slice_name, value, _MEDIAN)]
    return found[0] if found else None


def time_sentence(data: ReportData, disclosure: Disclosure) -> Label | None:
    """How long half of the disputes take; None where nothing is known."""
    median = median_of(data)
    if median is None or median.hours is None or 0 < median.n < K:
        return None
    days, bounds = _days(median.hours), span(_or_none(median.ci_low), _or_none(median.ci_high))
    size = _size(median, _any_rate(data), disclosure)
    n = same("") if size == words.HIDDEN else Label(f", n = {size.en}", f"，n = {size.zh}")
    return Label(
        f"Half of the disputes have ended {days} days after customer service was asked to step in ({bounds.en}{n.en}), "
        "those still open counted as far as they were seen.",
        f"客服介入申请后 {days} 天内有一半纠纷结束（{bounds.zh}{n.zh}），尚未结束的按观察到的时长计入。",
    )


def _or_none(hours: float | None) -> float | None:
    return None if hours is None else hours / _HOURS_A_DAY


def _days(hours: float) -> str:
    return decimal(hours / _HOURS_A_DAY)


def _shown_states(data: ReportData, disclosure: Disclosure) -> list[str]:
    """Ends of disputes whose number may be shown."""
    hidden = {rate.outcome for rate in data.closures if rate.slice == "all" and disclosure.hides(rate, TOTAL)}
    return [
        state
        for state in _STATES
        if hidden.isdisjoint(_OUTCOMES_OF_STATE.get(state, (state,))) and not (state == "still_open" and OPEN in hidden)
    ]


def _curve(rows: Sequence[OpenShare], state: str, language: str) -> Curve:
    tone, label = _STATES[state]
    name = getattr(label, language)
    points = []
    for row in rows:
        if row.share is None:
            continue
        low, high = (None if end is None else end * 100 for end in (row.ci_low, row.ci_high))
        when = getattr(Label(f"after {_days(row.hours)} days", f"{_days(row.hours)} 天后"), language)
        tip = f"{name}, {when}: {percent(row.share)} {percent_interval(row.ci_low, row.ci_high)}"
        points.append(Point(row.hours / _HOURS_A_DAY, row.share * 100, low, high, tip))
    return Curve(tone, tuple(points))


def _outcome_figure(data: ReportData, disclosure: Disclosure) -> Figure | None:
    """Share of disputes still open and ended in each way, by days since the opening."""
    whole = _any_rate(data)
    if whole is None or disclosure.hides_total(whole, TOTAL):
        return None
    states = _shown_states(data, disclosure)
    rows = {
        state: [
            row
            for row in data.estimates.open_shares
            if (row.slice, row.value, row.state) == (*_WHOLE, state) and (row.n_at_risk or 0) >= FEWEST_AT_RISK
        ]
        for state in states
    }
    kept = kept_hours(list(rows.values()))
    rows = {state: [row for row in found if row.hours in kept] for state, found in rows.items()}
    rows = {state: found for state, found in rows.items() if found}
    if not rows:
        return None
    longest = max(row.hours for found in rows.values() for row in found) / _HOURS_A_DAY
    title = Label(
        "Share of disputes still open and ended in each way, by days since the opening",
        "按申请后天数：尚未结束与各种结束方式的占比",
    )
    description = words.chart_description(title, len(rows), len(rows))
    svgs = {
        language: curve_chart(
            [_curve(found, state, language) for state, found in rows.items()],
            _days_scale(longest),
            Scale(0, 100, (0, 25, 50, 75, 100), "%"),
            about_chart("duration", title, description, language),
        )
        for language in LANGUAGES
    }
    legend = tuple(LegendItem(_STATES[state][0], sentence_case(_STATES[state][1])) for state in rows)
    table = _curves_table(rows, title)
    return Figure("duration", title, description, Label(svgs["en"], svgs["zh"]), legend, table)


def kept_hours(series: Sequence[Sequence[OpenShare]]) -> set[int]:
    """Moments between which no shown share moves by one to k - 1 disputes, so that a step tells of nobody."""
    before: dict[str, float] = {}
    kept = set()
    by_hour: dict[int, list[OpenShare]] = {}
    for row in (row for found in series for row in found if row.share is not None):
        by_hour.setdefault(row.hours, []).append(row)
    for hours, rows in sorted(by_hour.items()):
        moved = [
            round(abs((row.share or 0.0) - before.get(row.state, float(row.state == "still_open"))) * row.n)
            for row in rows
        ]
        if not any(0 < each < K for each in moved):
            kept.add(hours)
            before |= {row.state: row.share or 0.0 for row in rows}
    return kept


def _any_rate(data: ReportData) -> Rate | None:
    return next((rate for rate in data.closures if rate.slice == "all" and rate.n_total), None)


def _days_scale(longest: float) -> Scale:
    """From 0 to the last day that is drawn, with ticks at whole weeks or days."""
    step = next(step for step in (1, 2, 7, 14, 28, 56, 112, 364, 3640) if longest / step <= 6 or step == 3640)  # noqa: PLR2004 - at most six ticks
    last = int(-(-longest // step)) * step
    return Scale(0, last, tuple(range(0, last + 1, step)))


def _curves_table(rows: dict[str, list[OpenShare]], title: Label) -> Table:
    hours = sorted({row.hours for found in rows.values() for row in found})
    by_place = {(state, row.hours): row for state, found in rows.items() for row in found}
    head = (
        Head(Label("Days", "天数"), is_number=True),
        *(Head(sentence_case(_STATES[state][1]), is_number=True) for state in rows),
    )
    lines = tuple(
        (Cell(same(_days(each))), *(_share_cell(by_place.get((state, each))) for state in rows)) for each in hours
    )
    n = next(row.n for found in rows.values() for row in found)
    note = Label(
        f"n = {count(n)}. Share of all disputes, below it [95% interval]; intervals by seller.",
        f"n = {count(n)}。上行为占全部纠纷的比例，下行为 [95% 区间]；区间按卖家聚类。",
    )
    query = "from marts.time_to_ruling where slice = 'all'"
    listed = where("hours_to_close is not null", columns="hours_to_close, is_closed_by_ruling")
    return Table(title, head, lines, note, query, lists=(listed, *("" for _ in lines[1:])))


def _share_cell(row: OpenShare | None) -> Cell:
    if row is None or row.share is None:
        return Cell(same("–"), "muted")
    return Cell(same(percent(row.share)), detail=percent_interval(row.ci_low, row.ci_high).replace(" ", "\u00a0"))


def _size(row: HoursToEnd, rate: Rate | None, disclosure: Disclosure) -> Label:
    """The size of the group; where a few have no time it is that of all of them, so that they cannot be counted."""
    if 0 < row.n < K or (rate is not None and disclosure.hides_total(rate, TOTAL)):
        return words.HIDDEN
    n_without = row.n_without_time or 0
    return same(count(row.n + n_without if 0 < n_without < K else row.n))


def _quantile_rows(data: ReportData, slice_name: str) -> dict[str, dict[float, HoursToEnd]]:
    found: dict[str, dict[float, HoursToEnd]] = {}
    for row in data.estimates.hours_to_end:
        if row.slice == slice_name and row.quantile is not None and row.n:
            found.setdefault(row.value, {})[row.quantile] = row
    return found


def _groups(data: ReportData, slice_name: str, disclosure: Disclosure) -> list[Estimate]:
    """The median of each group, with the quarters beside it, the quickest first."""
    groups = _quantile_rows(data, slice_name)
    sizes = {rate.value: rate for rate in data.closures if rate.slice == slice_name}
    found = []
    for value in sorted(groups, key=lambda value: (_median_hours(groups[value]), value)):
        rows = groups[value]
        median = rows.get(_MEDIAN) or next(iter(rows.values()))
        n = _size(median, sizes.get(value), disclosure)
        # Of all disputes only the number is hidden: the answer tells the time as well.
        is_tiny = 0 < median.n < K or (n == words.HIDDEN and slice_name != "all")
        days = None if is_tiny or median.hours is None else median.hours / _HOURS_A_DAY
        statuses = sorted({row.status for row in rows.values() if row.status != "ok"})
        found.append(
            Estimate(
                Label("All disputes", "全部纠纷") if slice_name == "all" else value_label(slice_name, value),
                n,
                days,
                None if days is None else _or_none(median.ci_low),
                None if days is None else _or_none(median.ci_high),
                remark=words.join([status_label(status) for status in statuses]) if statuses else None,
                lists=of_group(slice_name, value, only_ruled=False),
                more=tuple(_HIDDEN if is_tiny else _days_cell(rows.get(each)) for each in (0.25, 0.75)),
            )
        )
    return found


_HIDDEN = Cell(words.HIDDEN, "muted")


def _group_block(data: ReportData, slice_name: str, disclosure: Disclosure) -> Figure | Table | None:
    """Days by which half of the disputes of each group have ended; a chart by category."""
    estimates = _groups(data, slice_name, disclosure)
    if not estimates:
        return None
    name = slice_label(slice_name)
    title = Label(f"Days until half of the disputes have ended, by {name.en}", f"各{name.zh}一半纠纷结束所需天数")
    if slice_name == "all":
        title = Label("Days until disputes have ended", "纠纷结束所需天数")
    subject = Subject(
        key=f"days-{slice_name}",
        title=title,
        first_column=Label("Group", "分组") if slice_name == "all" else sentence_case(name),
        value=Label("Half ended, days", "一半结束（天）"),
        unit="",
        query=f"from marts.hours_to_end where slice = '{slice_name}'",
        more=(
            Head(Label("A quarter ended, days", "四分之一结束（天）"), is_number=True),
            Head(Label("Three quarters ended, days", "四分之三结束（天）"), is_number=True),
        ),
    )
    if slice_name == "category":
        return forest_figure(estimates, subject) or forest_table(estimates, subject)
    table = forest_table(estimates, subject)
    return table if slice_name == "all" else replace(table, is_folded=True)


def _median_hours(of_group_: dict[float, HoursToEnd]) -> float:
    row = of_group_.get(_MEDIAN)
    return float("inf") if row is None or row.hours is None else float(row.hours)


def _days_cell(row: HoursToEnd | None) -> Cell:
    if row is None or row.hours is None:
        return Cell(same("–"), "muted")
    low, high = _or_none(row.ci_low), _or_none(row.ci_high)
    bounds = interval(low, high).replace(" ", "\u00a0") if low is not None and high is not None else ""
    return Cell(same(_days(row.hours)), detail=bounds)


def duration_section(data: ReportData, disclosure: Disclosure) -> Section:
    """How long disputes take, by outcome and by category."""
    heading = Label("How long it takes", "需要多久")
    told = time_sentence(data, disclosure)
    blocks: list[Block] = [Prose(told) if told else Prose(DURATION_UNKNOWN)]
    figure = _outcome_figure(data, disclosure)
    found = [_group_block(data, name, disclosure) for name in ("all", "category", "claim", "decided_by")]
    figures = tuple(each for each in (figure, *found) if isinstance(each, Figure))
    if figures:
        blocks += [Prose(_METHOD), Figures(figures)]
    if told:
        blocks += [each for each in found if isinstance(each, Table)]
    return Section("duration", heading, tuple(blocks))


DURATION_UNKNOWN = Label(
    "How long disputes take cannot be said: too few times of opening and end were recorded.",
    "无法说明纠纷需要多久：开启与结束时间的记录太少。",
)
_METHOD = Label(
    "Disputes that are still open are seen only so far; leaving them out would make disputes look quick. The share "
    "still "
    "open is Kaplan and Meier's, the shares ended in each way Aalen and Johansen's.",
    "尚未结束的纠纷只能观察到当前；若剔除，会使纠纷显得更快结束。未结束占比采用 Kaplan–Meier 估计，"
    "各种结束方式的占比采用 Aalen–Johansen 估计。",
)
