"""Money claimed and refunded, by how disputes ended and by group."""

from collections.abc import Iterable, Iterator, Sequence

from flows.report import words
from flows.report.blocks import Cell, Head, Table, joined_notes
from flows.report.data import ReportData
from flows.report.disclosure import RULED, TOTAL, Disclosure
from flows.report.estimates import Money
from flows.report.groups import MOST_TABLE_ROWS
from flows.report.listing import of_group, quoted
from flows.report.names import OPEN, OUTCOME_ORDER, RULED_ORDER, outcome_label, sentence_case, slice_label, value_label
from flows.report.numbers import count, decimal, percent, same
from flows.report.suppression import K
from transforms.china import TIME_ZONE
from transforms.registry import Label

_SLICES = ("category", "claim", "decided_by", "month")
_NOTE = Label(
    "In CNY, over the disputes with both sums recorded. Refunded share: refunds over claims of the same disputes, so "
    "large claims count for more.",
    "单位为元，仅计两项金额均有记录的纠纷。退款占比：同一批纠纷的退款合计除以主张合计，金额大的纠纷权重更大。",
)
_HIDDEN = (Cell(words.HIDDEN, "muted"),) * 4


def _amount(value: float | None) -> Cell:
    return Cell(same("–"), "muted") if value is None else Cell(same(decimal(value, 0)))


def _cells(n: int, rows: Sequence[Money]) -> tuple[Cell, ...]:
    """The size of the group, and the sums over the rows; hidden where they would be those of fewer than k disputes."""
    n_known = sum(row.n_known for row in rows)
    if 0 < n_known < K:
        return (Cell(same(count(n))), *_HIDDEN[1:])
    claimed, refunded = (_sum(getattr(row, name) for row in rows) for name in ("claimed_cny", "refunded_cny"))
    share = percent(refunded / claimed) if claimed and refunded is not None else "–"
    return Cell(same(count(n))), _amount(claimed), _amount(refunded), Cell(same(share))


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _head(first: Label) -> tuple[Head, ...]:
    return (
        Head(first),
        Head(Label("Disputes", "纠纷数"), is_number=True),
        Head(Label("Claimed, CNY", "主张金额（元）"), is_number=True),
        Head(Label("Refunded, CNY", "退款金额（元）"), is_number=True),
        Head(Label("Refunded share", "退款占比"), is_number=True),
    )


def _by_outcome(data: ReportData, disclosure: Disclosure) -> Table | None:
    """The sums of each way in which disputes end."""
    rates = {rate.outcome: rate for rate in data.closures if rate.slice == "all" and rate.n}
    money = {row.outcome: [row] for row in data.estimates.money if row.slice == "all"}
    if not money:
        return None
    hidden = {outcome for outcome, rate in rates.items() if disclosure.hides(rate, TOTAL)}
    is_few = {outcome for outcome, rows in money.items() if 0 < rows[0].n_known < K}
    if not (hidden | is_few).isdisjoint(RULED_ORDER):
        # groups show the sums of all rulings together, so that one hidden outcome would follow from the others
        hidden |= set(RULED_ORDER)
    outcomes = [outcome for outcome in OUTCOME_ORDER if outcome in rates]
    cells = tuple(
        (
            Cell(outcome_label(outcome)),
            *(_HIDDEN if outcome in hidden else _cells(rates[outcome].n, money.get(outcome, ()))),
        )
        for outcome in outcomes
    )
    caption = Label("Money claimed and refunded, by how disputes ended", "各种结束方式的主张与退款金额")
    notes = [_NOTE, *words.table_notes(cells)]
    lists = tuple(_listed(outcome) for outcome in outcomes)
    head = _head(Label("How they ended", "结束方式"))
    return Table(caption, head, cells, joined_notes(notes), _QUERY.format("all", "all", "outcome"), lists=lists)


_QUERY = (
    "select {2}, count(*) as n, sum(claimed_cny) as claimed_cny, sum(refunded_cny) as refunded_cny from "
    "disputes_in('{0}', '{1}') where claimed_cny is not null and refunded_cny is not null group by {2}"
)


def _listed(outcome: str) -> str:
    condition = "outcome is null" if outcome == OPEN else f"outcome = {quoted(outcome)}"
    return f"{of_group('all', 'all', only_ruled=False)} where {condition}"


def _by_group(data: ReportData, slice_name: str, disclosure: Disclosure) -> Table | None:
    """The sums of the ruled disputes of each group."""
    sizes = {rate.value: rate for rate in data.outcomes if rate.slice == slice_name and rate.n_total}
    by_value: dict[str, list[Money]] = {value: [] for value in sorted(sizes)}
    for row in data.estimates.money:
        if row.slice == slice_name and row.value in by_value and row.outcome in RULED_ORDER:
            by_value[row.value].append(row)
    if not any(by_value.values()):
        return None
    is_time = slice_name == "month"
    claimed = {value: sum(row.claimed_cny or 0.0 for row in rows) for value, rows in by_value.items()}
    order = sorted(by_value, key=lambda value: (0.0 if is_time else -claimed[value], value))
    shown = order[:MOST_TABLE_ROWS]
    cells = tuple(
        (
            Cell(value_label(slice_name, value)),
            *(
                _HIDDEN
                if disclosure.hides_total(sizes[value], RULED)
                else _cells(sizes[value].n_total, by_value[value])
            ),
        )
        for value in shown
    )
    name = slice_label(slice_name)
    caption = Label(
        f"Money claimed and refunded in ruled disputes, by {name.en}", f"已判定纠纷的主张与退款金额（按{name.zh}）"
    )
    notes = [_NOTE, *words.table_notes(cells, len(order) - len(shown))]
    lists = tuple(of_group(slice_name, value) for value in shown)
    return Table(caption, _head(sentence_case(name)), cells, joined_notes(notes), _group_query(slice_name), True, lists)


def _group_query(slice_name: str) -> str:
    """Sums of ruled disputes by a column, or by the month of the ruling."""
    by_month = f"strftime(coalesce(ruled_at, opened_at) at time zone '{TIME_ZONE}', '%Y-%m')"
    column = by_month if slice_name == "month" else slice_name
    return _QUERY.format("all", "all", column).replace("where ", "where is_ruled and ")


def money_tables(data: ReportData, disclosure: Disclosure) -> Iterator[Table]:
    """Money by how disputes ended, then by group; nothing where no money was recorded."""
    tables = [_by_outcome(data, disclosure), *(_by_group(data, name, disclosure) for name in _SLICES)]
    yield from (table for table in tables if table is not None)
