"""Forest plots: estimates with intervals, one row each, as a chart with its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from flows.report import words
from flows.report.blocks import Cell, Figure, Head, LegendItem, Table, joined_notes, with_remarks
from flows.report.charts import ChartRow, Mark, Scale, interval_chart, round_scale, share_scale
from flows.report.groups import LANGUAGES, MOST_CHART_ROWS, MOST_TABLE_ROWS, about_chart
from flows.report.numbers import NO_NUMBER, count, decimal, interval, same
from flows.report.suppression import K
from transforms.registry import Label

Unit = Literal["%", " pp", ""]
_UNITS: dict[Unit, Label] = {"%": Label("%", "%"), " pp": Label(" pp", " 个百分点"), "": Label("", "")}


@dataclass(frozen=True)
class Estimate:
    """A row: its name, n, estimate with interval in %, percentage points or a number; ``n`` None is hidden."""

    name: Label
    n: Label
    value: float | None
    low: float | None
    high: float | None
    tone: str = "main"
    remark: Label | None = None
    lists: str = ""
    more: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Subject:
    """What a plot is about.

    Attributes:
        key: Fixed name, unique on the page.
        title: What is shown.
        first_column: Name of the first column.
        value: Name of the column of estimates.
        unit: Of the estimates.
        query: SQL that gives the rows.
        more: Heads of further columns of the table.
        notes: What stands below the table.
        legend: What the colours mean.
    """

    key: str
    title: Label
    first_column: Label
    value: Label
    unit: Unit
    query: str
    more: tuple[Head, ...] = ()
    notes: tuple[Label, ...] = ()
    legend: tuple[LegendItem, ...] = ()


def size(n: int | None) -> Label:
    """A number of disputes as the n of a row; hidden if it is small."""
    return words.HIDDEN if 0 < (n or 0) < K else same(count(n))


def forest_table(estimates: Sequence[Estimate], subject: Subject) -> Table:
    """The rows as a table.

    Args:
        estimates: The rows in order.
        subject: What they are about.

    Returns:
        The table; rows beyond `MOST_TABLE_ROWS` are counted in its note.
    """
    shown = estimates[:MOST_TABLE_ROWS]
    head = (
        Head(subject.first_column),
        Head(Label("Disputes", "纠纷数"), is_number=True),
        Head(subject.value, is_number=True),
        Head(Label("95% interval", "95% 区间"), is_number=True),
        *subject.more,
    )
    rows = [_cells(each, subject.unit) for each in shown]
    remarked = with_remarks(head, rows, [each.remark for each in shown])
    notes = [*subject.notes, *remarked.notes, *words.table_notes(rows, len(estimates) - len(shown))]
    lists = tuple(each.lists for each in shown) if any(each.lists for each in shown) else ()
    return Table(subject.title, remarked.head, remarked.rows, joined_notes(notes), subject.query, lists=lists)


def _cells(each: Estimate, unit: Unit) -> tuple[Cell, ...]:
    n = Cell(each.n, "muted") if each.n == words.HIDDEN else Cell(each.n)
    is_signed = unit == " pp"
    value = decimal(each.value, signed=is_signed)
    return (
        Cell(each.name),
        n,
        Cell(same(f"{value}%" if unit == "%" and each.value is not None else value)),
        Cell(same(interval(each.low, each.high, signed=is_signed))),
        *each.more,
    )


def forest_figure(estimates: Sequence[Estimate], subject: Subject) -> Figure | None:
    """The rows that have an estimate as a chart, all of them as its table.

    Args:
        estimates: The rows in order.
        subject: What they are about.

    Returns:
        The figure in both languages; None where no row has an estimate.
    """
    found = [each for each in estimates if each.value is not None]
    if not found:
        return None
    shown = found[:MOST_CHART_ROWS]
    scale = _scale(shown, subject.unit)
    description = words.chart_description(subject.title, len(shown), len(found))
    svgs = {
        language: interval_chart(
            [_row(each, subject, language) for each in shown],
            scale,
            about_chart(subject.key, subject.title, description, language),
        )
        for language in LANGUAGES
    }
    table = forest_table(estimates, subject)
    return Figure(subject.key, subject.title, description, Label(svgs["en"], svgs["zh"]), subject.legend, table)


def _scale(estimates: Sequence[Estimate], unit: Unit) -> Scale:
    ends = [end for each in estimates for end in (each.value, each.low, each.high) if end is not None]
    return share_scale(max(ends)) if unit == "%" else round_scale(min(ends), max(ends), unit)


def _row(each: Estimate, subject: Subject, language: str) -> ChartRow:
    name, n = getattr(each.name, language), getattr(each.n, language)
    n_text = f"n={n}" if n[:1].isdigit() else n
    bounds = interval(each.low, each.high, signed=subject.unit == " pp")
    number = decimal(each.value, signed=subject.unit == " pp")
    unit = getattr(_UNITS[subject.unit], language)
    tip = f"{name}: {number}{unit}{'' if bounds == NO_NUMBER else f' {bounds}'}, {n_text}"
    return ChartRow(name, n_text, (Mark(each.tone, each.value or 0.0, each.low, each.high, tip),))
