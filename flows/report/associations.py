"""How strongly each factor goes with the outcome, not adjusted: measures of association as chart and table."""

from collections.abc import Iterable, Sequence

from flows.report import words
from flows.report.blocks import Cell, Figure, Head, Table, joined_notes, with_remarks
from flows.report.charts import ChartRow, Mark, Scale, interval_chart, round_scale
from flows.report.data import Association
from flows.report.disclosure import Disclosure
from flows.report.groups import LANGUAGES, MOST_CHART_ROWS, MOST_TABLE_ROWS, about_chart
from flows.report.names import FACTORS, OVERALL, factor_label, measure_label, sentence_case, status_label
from flows.report.numbers import NO_NUMBER, count, decimal, interval, same
from flows.report.suppression import K
from transforms.registry import Label

_MEASURES = ("kendall_tau_b", "spearman", "auc", "cramers_v", "mutual_information")
#: Value of a measure where there is no association, if it is not zero.
_NONE_AT = {"auc": 0.5}


def association_table(rows: Iterable[Association], disclosure: Disclosure, caption: Label) -> Table:
    """All measures of the factors, the four factors first.

    Args:
        rows: The associations.
        disclosure: What is hidden.
        caption: What the table is.

    Returns:
        The table.
    """
    head = (
        Head(Label("Factor", "因素")),
        Head(Label("Measure", "度量")),
        Head(Label("Disputes", "纠纷数"), is_number=True),
        Head(Label("Sellers", "卖家数"), is_number=True),
        Head(Label("Estimate", "估计值"), is_number=True),
        Head(Label("95% interval", "95% 区间"), is_number=True),
        Head(Label("q value", "q 值"), is_number=True),
    )
    ordered = sorted(rows, key=lambda row: (factor_order(row.factor), place_in(_MEASURES, row.measure), row.measure))
    shown = ordered[:MOST_TABLE_ROWS]
    cells = [_association_cells(row, disclosure) for row in shown]
    remarked = with_remarks(head, cells, [status_remark(row.status) for row in shown])
    notes = [*remarked.notes, *words.table_notes(cells, len(ordered) - len(shown))]
    return Table(caption, remarked.head, remarked.rows, joined_notes(notes), "select * from marts.factor_association")


def status_remark(status: str) -> Label | None:
    """What there is to say of a row with this status."""
    return None if status == "ok" else status_label(status)


def place_in(order: Sequence[str], name: str) -> int:
    """The place of a name in an order, after the end if it has none."""
    return order.index(name) if name in order else len(order)


def factor_order(factor: str) -> tuple[int, str]:
    """Sorts the four factors first, then the overall score, then extra factors by name."""
    return place_in((*FACTORS, OVERALL), factor), factor


def _association_cells(row: Association, disclosure: Disclosure) -> tuple[Cell, ...]:
    is_hidden = disclosure.hides_recorded(row.factor) or 0 < (row.n or 0) < K
    n = Cell(words.HIDDEN, "muted") if is_hidden else Cell(same(count(row.n)))
    return (
        Cell(factor_title(row.factor)),
        Cell(measure_label(row.measure)),
        n,
        Cell(same(count(row.n_clusters))),
        Cell(same(decimal(row.estimate, 3))),
        Cell(same(interval(row.ci_low, row.ci_high, 3))),
        Cell(same(_q_text(row.q_value))),
    )


def _q_text(value: float | None) -> str:
    if value is None:
        return NO_NUMBER
    return "< 0.001" if value < 0.001 else decimal(value, 3)  # noqa: PLR2004 - the smallest q that is told apart


def factor_title(factor: str) -> Label:
    """Name of a factor where a line begins; an extra factor keeps its spelling."""
    label = factor_label(factor)
    return sentence_case(label) if factor in (*FACTORS, OVERALL) else label


def association_figure(
    rows: Sequence[Association], measure: str, key: str, title: Label, disclosure: Disclosure
) -> Figure | None:
    """One measure of each factor as a chart, the strongest first, with all measures as its table.

    Args:
        rows: The associations of the factors.
        measure: The measure that is drawn.
        key: Fixed name of the figure.
        title: Title of the figure.
        disclosure: What is hidden.

    Returns:
        The figure, or none where no factor has the measure.
    """
    found = [row for row in rows if row.measure == measure and row.estimate is not None]
    found.sort(key=lambda row: (-abs(row.estimate or 0.0), row.factor))
    if not found:
        return None
    shown = found[:MOST_CHART_ROWS]
    description = words.chart_description(title, len(shown), len(found))
    scale = _scale(shown, measure)
    svgs = {
        language: interval_chart(
            [_chart_row(row, disclosure, language) for row in shown],
            scale,
            about_chart(key, title, description, language),
        )
        for language in LANGUAGES
    }
    table = association_table(rows, disclosure, Label("All measures of association", "全部关联度量"))
    return Figure(key, title, description, Label(svgs["en"], svgs["zh"]), (), table)


def _scale(rows: Sequence[Association], measure: str) -> Scale:
    """From no association, 0.5 for the AUC, to the ends of the intervals."""
    ends = [end for row in rows for end in (row.estimate, row.ci_low, row.ci_high) if end is not None]
    return round_scale(min(ends), max(ends), "", _NONE_AT.get(measure, 0.0))


def _chart_row(row: Association, disclosure: Disclosure, language: str) -> ChartRow:
    name = getattr(factor_title(row.factor), language)
    is_hidden = disclosure.hides_recorded(row.factor) or 0 < (row.n or 0) < K
    n = getattr(words.HIDDEN, language) if is_hidden else f"n={count(row.n)}"
    tip = f"{name}: {decimal(row.estimate, 3)} {interval(row.ci_low, row.ci_high, 3)}, {n}"
    return ChartRow(name, n, (Mark("main", row.estimate or 0.0, row.ci_low, row.ci_high, tip),))
