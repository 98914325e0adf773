"""Groups of disputes as tables and charts: what rates by category, by month and by factor level have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flows.report import words
from flows.report.blocks import Cell, Figure, Head, LegendItem, Table, joined_notes, with_remarks
from flows.report.charts import Accessible, ChartRow, Mark, Scale, interval_chart, share_scale, trend_chart
from flows.report.data import LevelRate, Rate
from flows.report.disclosure import RULED, Disclosure
from flows.report.listing import of_group, of_level
from flows.report.names import outcome_label, status_label
from flows.report.numbers import count, decimal, percent, same
from transforms.registry import Label

AnyRate = Rate | LevelRate
#: Rows that a chart shows and a table lists; what is beyond is named, not drawn.
MOST_CHART_ROWS = 24
MOST_TABLE_ROWS = 120
LANGUAGES = ("en", "zh")
#: Colour of each outcome in charts.
TONES = {"buyer_wins": "buyer", "partial": "partial", "seller_wins": "seller"}
_CHARTED = ("buyer_wins", "seller_wins")


@dataclass(frozen=True)
class Group:
    """A group of disputes: its name and its rate per outcome."""

    label: Label
    rates: Mapping[str, AnyRate]

    @property
    def any_rate(self) -> AnyRate:
        """A row that tells the size of the group."""
        return next(iter(self.rates.values()))


@dataclass(frozen=True)
class Subject:
    """What a figure is about: fixed key, title, name of the first column, outcomes and the population."""

    key: str
    title: Label
    first_column: Label
    outcomes: tuple[str, ...]
    query: str
    total: str = RULED
    is_trend: bool = False
    most_rows: int = MOST_TABLE_ROWS


def _tone(outcome: str) -> str:
    return TONES.get(outcome, "other")


def size_cell(group: Group, disclosure: Disclosure, total: str = RULED) -> Cell:
    """The size of a group, or that it is hidden."""
    if disclosure.hides_total(group.any_rate, total):
        return Cell(words.HIDDEN, "muted")
    return Cell(same(count(group.any_rate.n_total)))


def rate_cell(rate: AnyRate | None, disclosure: Disclosure, total: str = RULED) -> Cell:
    """Share, interval and count of one outcome, or that they are hidden."""
    if rate is None or rate.share is None:
        return Cell(same("–"), "muted")
    if disclosure.hides(rate, total):
        return Cell(words.HIDDEN, "muted")
    # the line may break before n, not within the interval
    bounds = words.rate_interval(rate).replace(" ", "\u00a0")
    return Cell(same(percent(rate.share)), detail=f"{bounds} ·\u00a0{count(rate.n)}")


def _rate_text(rate: AnyRate) -> str:
    return f"{percent(rate.share)} {words.rate_interval(rate)}".strip()


def group_table(groups: Sequence[Group], subject: Subject, disclosure: Disclosure) -> Table:
    """A table with one row per group.

    Args:
        groups: The groups in the order of the rows.
        subject: What the table is about.
        disclosure: What is hidden.

    Returns:
        The table; rows beyond ``subject.most_rows`` are counted in its note.
    """
    shown = groups[: subject.most_rows]
    head = (
        Head(subject.first_column),
        Head(Label("Disputes", "纠纷数"), is_number=True),
        Head(Label("Sellers", "卖家数"), is_number=True),
        Head(Label("Effective n", "有效样本量"), is_number=True),
        *(Head(outcome_label(outcome), is_number=True) for outcome in subject.outcomes),
    )
    rows = [_group_row(group, subject, disclosure) for group in shown]
    remarked = with_remarks(head, rows, [_remark(group) for group in shown])
    notes = [words.RATE_NOTE, *remarked.notes, *words.table_notes(rows, len(groups) - len(shown))]
    lists = tuple(_listed(group.any_rate, subject.total) for group in shown)
    return Table(subject.title, remarked.head, remarked.rows, joined_notes(notes), subject.query, lists=lists)


def _listed(rate: AnyRate, total: str) -> str:
    """SQL that lists the disputes of a row's group."""
    if isinstance(rate, LevelRate):
        return of_level(rate.factor, rate.level)
    return of_group(rate.slice, rate.value, only_ruled=total == RULED)


def _group_row(group: Group, subject: Subject, disclosure: Disclosure) -> tuple[Cell, ...]:
    size = size_cell(group, disclosure, subject.total)
    is_hidden = size.text == words.HIDDEN
    effective = [rate.n_effective for rate in group.rates.values() if rate.n_effective is not None]
    return (
        Cell(group.label),
        size,
        size if is_hidden else Cell(same(count(group.any_rate.n_clusters))),
        size if is_hidden else Cell(same(decimal(min(effective, default=None), 0))),
        *(rate_cell(group.rates.get(outcome), disclosure, subject.total) for outcome in subject.outcomes),
    )


def _remark(group: Group) -> Label | None:
    statuses = sorted({rate.status for rate in group.rates.values() if rate.status != "ok"})
    return words.join([status_label(status) for status in statuses]) if statuses else None


def group_figure(
    groups: Sequence[Group], subject: Subject, disclosure: Disclosure, reference: float | None = None
) -> Figure | Table:
    """A chart of the buyer's and the seller's share by group, with its table; the table alone where all is hidden.

    Args:
        groups: The groups in order.
        subject: What the figure is about.
        disclosure: What is hidden; it is not drawn either.
        reference: Share of all rulings that the buyer won, 0 to 1, as a dashed line.

    Returns:
        The figure in both languages, or the folded table.
    """
    table = group_table(groups, subject, disclosure)
    charted = [outcome for outcome in subject.outcomes if outcome in _CHARTED]
    shown = groups if subject.is_trend else groups[:MOST_CHART_ROWS]
    ends = [_end(rate) for g in shown for o in charted if (rate := g.rates.get(o)) and not disclosure.hides(rate)]
    if not ends:
        return replace(table, is_folded=True)
    scale = share_scale(max([*ends, (reference or 0) * 100]))
    if not subject.is_trend:
        scale = Scale(scale.low, scale.high, scale.ticks, "%", None if reference is None else reference * 100)
    svgs = {language: _draw(shown, subject, disclosure, scale, language) for language in LANGUAGES}
    legend = tuple(LegendItem(_tone(outcome), outcome_label(outcome)) for outcome in charted)
    if reference is not None and not subject.is_trend:
        legend = (*legend, LegendItem("reference", Label("all rulings: buyer wins", "全部判定：支持买家")))
    return Figure(
        subject.key,
        subject.title,
        words.chart_description(subject.title, len(shown), len(groups)),
        Label(svgs["en"], svgs["zh"]),
        legend,
        table,
    )


def _end(rate: AnyRate) -> float:
    """The right end of a mark, in %."""
    return 100 * max(end for end in (rate.share, rate.ci_high, 0.0) if end is not None)


def _draw(groups: Sequence[Group], subject: Subject, disclosure: Disclosure, scale: Scale, language: str) -> str:
    charted = [outcome for outcome in subject.outcomes if outcome in _CHARTED]
    rows = [_chart_row(group, charted, subject, disclosure, language) for group in groups]
    about = about_chart(
        subject.key, subject.title, words.chart_description(subject.title, len(rows), len(rows)), language
    )
    return (trend_chart if subject.is_trend else interval_chart)(rows, scale, about)


def about_chart(key: str, title: Label, description: Label, language: str) -> Accessible:
    """Id, title and description of a chart in one language."""
    return Accessible(f"{key}-{language}", getattr(title, language), getattr(description, language))


def _chart_row(
    group: Group, outcomes: Sequence[str], subject: Subject, disclosure: Disclosure, language: str
) -> ChartRow:
    size = getattr(size_cell(group, disclosure, subject.total).text, language)
    marks = tuple(_mark(group, outcome, size, disclosure, language) for outcome in outcomes)
    return ChartRow(getattr(group.label, language), f"n={size}" if size[:1].isdigit() else size, marks)


def _mark(group: Group, outcome: str, size: str, disclosure: Disclosure, language: str) -> Mark | None:
    rate = group.rates.get(outcome)
    if rate is None or rate.share is None or disclosure.hides(rate):
        return None
    tip = words.rate_tip(group.label, outcome_label(outcome), _rate_text(rate), size)
    low, high = (None if end is None else end * 100 for end in (rate.ci_low, rate.ci_high))
    return Mark(_tone(outcome), rate.share * 100, low, high, getattr(tip, language))
