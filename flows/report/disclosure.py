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
_SUMS = {
    RULED: (RULED_OUTCOMES,),
    TOTAL: ((RULED, *_UNRULED), (*RULED_OUTCOMES, *_UNRULED)),
}


def factor_slice(factor: str) -> str:
    """The slice of cells that holds the levels of a factor; no slice of the marts has such a name."""
    return f"factor {factor}"


@dataclass(frozen=True)
class Disclosure:
    """What is hidden, asked for by the rows of the marts."""

    hidden: frozenset[Cell]

    def hides(self, rate: Rate | LevelRate) -> bool:
        """Whether the count and the share of a row are hidden."""
        return (*_place(rate), rate.outcome) in self.hidden

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
    return Disclosure(suppressed_cells(counts, list(_lines(counts))))


def _add(counts: dict[Cell, int], rates: Iterable[Rate | LevelRate], total: str) -> None:
    for rate in rates:
        counts[*_place(rate), rate.outcome] = rate.n
        counts[*_place(rate), total] = rate.n_total


def _lines(counts: dict[Cell, int]) -> Iterator[Line]:
    yield from _sums_of_outcomes(counts)
    yield from _sums_of_groups(counts)
    yield from _recorded(counts)


def _sums_of_outcomes(counts: dict[Cell, int]) -> Iterator[Line]:
    for name, value, total in list(counts):
        for parts in _SUMS.get(total, ()):
            yield Line(tuple((name, value, part) for part in parts), (name, value, total))


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
