"""Which counts of a release may not be shown: the cells and the sums that a reader of the report can do."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flows.report.data import LevelRate, Rate, ReportData
from flows.report.names import NOT_RECORDED, OPEN
from flows.report.suppression import Cell, Line, suppressed_cells
from transforms.registry.enumerations import OUTCOME, RULED_OUTCOMES

RULED, TOTAL = "ruled", "total"
ALL = "all"
_RECORDED = "recorded"
_UNRULED = (*(outcome for outcome in OUTCOME.values if outcome not in RULED_OUTCOMES), OPEN)
# parts, and a subtotal that is hidden last, of each total
_SUMS: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = {
    RULED: ((RULED_OUTCOMES, ()),),
    TOTAL: ((_UNRULED, (RULED,)), ((*RULED_OUTCOMES, *_UNRULED), ())),
}


def factor_slice(factor: str) -> str:
    """The slice of cells that holds the levels of a factor; no slice of the marts has such a name."""
    return f"factor {factor}"


@dataclass(frozen=True)
class Disclosure:
    """What is hidden, asked for by the rows of the marts."""

    hidden: frozenset[Cell]

    def hides(self, rate: Rate | LevelRate, total: str = RULED) -> bool:
        """Whether the count and the share of a row are hidden; its share would tell a hidden total."""
        return (*_place(rate), rate.outcome) in self.hidden or self.hides_total(rate, total)

    def hides_total(self, rate: Rate | LevelRate, total: str = RULED) -> bool:
        """Whether the size of the row's group is hidden; ``total`` says of which population."""
        return (*_place(rate), total) in self.hidden

    def hides_recorded(self, factor: str) -> bool:
        """Whether the number of disputes with a factor recorded is hidden."""
        return (factor_slice(factor), _RECORDED, RULED) in self.hidden


def _place(rate: Rate | LevelRate) -> tuple[str, str]:
    if isinstance(rate, LevelRate):
        return factor_slice(rate.factor), rate.level
    return rate.slice, rate.value


def disclose(data: ReportData) -> Disclosure:
    """Decide what the report may show.

    Args:
        data: What was read from the release.

    Returns:
        The cells that stay hidden in every table, chart and sentence.
    """
    counts: dict[Cell, int] = {}
    _add(counts, data.closures, TOTAL)
    _add(counts, data.outcomes, RULED)
    _add(counts, data.levels, RULED)
    return Disclosure(suppressed_cells(counts, list(lines_of(counts))))


def _add(counts: dict[Cell, int], rates: Iterable[Rate | LevelRate], total: str) -> None:
    for rate in rates:
        counts[*_place(rate), rate.outcome] = rate.n
        counts[*_place(rate), total] = rate.n_total


def lines_of(counts: dict[Cell, int]) -> Iterator[Line]:
    """Every sum that a reader can do over the cells; ``counts`` gets the cells that only a sum makes."""
    over_groups = list(_sums_of_groups(counts))
    yield from _recorded(counts)
    # the size of a group decides over all its cells
    yield from (line for line in over_groups if line.total[2] in _SUMS)
    yield from _sums_of_outcomes(counts)
    yield from (line for line in over_groups if line.total[2] not in _SUMS)


def _sums_of_outcomes(counts: dict[Cell, int]) -> Iterator[Line]:
    for name, value, total in list(counts):
        for parts, kept in _SUMS.get(total, ()):
            cells = tuple((name, value, part) for part in parts)
            yield Line(cells, (name, value, total), tuple((name, value, part) for part in kept), total == RULED)


def _sums_of_groups(counts: dict[Cell, int]) -> Iterator[Line]:
    groups: defaultdict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in counts:
        name, _, outcome = cell
        if name != ALL:
            groups[name, outcome].append(cell)
    for (_, outcome), parts in sorted(groups.items()):
        yield Line(tuple(parts), (ALL, ALL, outcome))


def _recorded(counts: dict[Cell, int]) -> Iterator[Line]:
    """Disputes with a factor recorded: all ruled ones less those without."""
    ruled = counts.get((ALL, ALL, RULED), 0)
    for cell in [cell for cell in counts if cell[1:] == (NOT_RECORDED, RULED) and cell[0].startswith("factor ")]:
        recorded = (cell[0], _RECORDED, RULED)
        counts[recorded] = ruled - counts[cell]
        yield Line((recorded, cell), (ALL, ALL, RULED))
