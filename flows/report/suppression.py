"""Which counts may not be shown, because they or what follows from them would speak of too few people.

Primary cells are counts of 1 to k - 1. Secondary cells are taken with them where a published sum would give a primary
one away (docs/decisions/061-suppressed-cells.md). After Hundepool et al. (2012), Statistical Disclosure Control,
chapter 4, here as a greedy pass over every sum that a reader can do, checked by solving all of them together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.report.deduction import determined

#: Counts below this are not shown.
K = 10

#: Where a count stands: slice, value, outcome (or a subtotal).
Cell = tuple[str, str, str]


@dataclass(frozen=True)
class Line:
    """A sum that a reader can do: the cells of ``parts`` add up to the cell ``total``.

    Attributes:
        parts: The cells that add up.
        total: Their sum.
        kept: Further parts, subtotals that are only hidden when nothing else can be.
        are_shares: The parts are shown with their share of the total, which would tell it; they are hidden with it.
    """

    parts: tuple[Cell, ...]
    total: Cell
    kept: tuple[Cell, ...] = ()
    are_shares: bool = False

    @property
    def summands(self) -> tuple[Cell, ...]:
        """All cells that add up to the total."""
        return self.parts + self.kept

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The summands and the total."""
        return (*self.summands, self.total)


def is_small(share: float, n: int, k: int = K) -> bool:
    """Whether a share of n disputes, or what is left of them, stands for fewer than may be shown, but for some."""
    count = round(share * n)
    return 0 < count < k or 0 < n - count < k


def suppressed_cells(counts: Mapping[Cell, int], lines: Sequence[Line], k: int = K) -> frozenset[Cell]:
    """Choose the cells that are not shown.

    An empty cell is shown: nobody stands behind it. Where one cell of a sum is hidden, the smallest other one that is
    not empty goes with it, and further ones until the hidden parts hold at least ``k`` together. Lines are taken in
    their order until nothing changes; put those first whose cells decide over others.

    Args:
        counts: Disputes per cell.
        lines: Sums over those cells; one with a cell that ``counts`` lacks is passed over.
        k: Smallest count that is shown.

    Returns:
        The hidden cells.
    """
    solvable = [line for line in lines if line.total in counts and all(part in counts for part in line.summands)]
    hidden = {cell for cell, n in counts.items() if 0 < n < k}
    primary = frozenset(hidden)
    while True:
        _protect_lines(solvable, counts, hidden, k)
        if not _break_deductions(solvable, counts, hidden, primary):
            return frozenset(hidden)


def _protect_lines(lines: Sequence[Line], counts: Mapping[Cell, int], hidden: set[Cell], k: int) -> None:
    """Protect each line by itself until nothing changes."""
    before = -1
    while len(hidden) > before:
        before = len(hidden)
        for line in lines:
            _protect(line, counts, hidden, k)


def _break_deductions(
    lines: Sequence[Line], counts: Mapping[Cell, int], hidden: set[Cell], primary: frozenset[Cell]
) -> bool:
    """Where several lines together give a primary cell away, hide one more cell of its lines; whether any was."""
    equations = [_equation(line, hidden) for line in lines]
    for cell in sorted(determined(equation for equation in equations if equation) & primary):
        candidates = _shown_nearby(cell, lines, counts, hidden)
        if candidates:
            hidden.add(min(candidates, key=lambda other: (counts[other], other)))
            return True
    return False


def _shown_nearby(cell: Cell, lines: Sequence[Line], counts: Mapping[Cell, int], hidden: set[Cell]) -> set[Cell]:
    """Shown cells that are not empty in the lines of a cell or, if there are none, in lines linked to those."""
    reached, size = {cell}, 0
    while len(reached) > size:
        size = len(reached)
        unknown = reached & hidden
        reached |= {other for line in lines if not unknown.isdisjoint(line.cells) for other in line.cells}
        shown = {other for other in reached - hidden if counts[other] > 0}
        if shown:
            return shown
    return set()


def _equation(line: Line, hidden: set[Cell]) -> dict[Cell, int]:
    """The line as an equation in its hidden cells."""
    equation = {part: 1 for part in line.summands if part in hidden}
    return {**equation, line.total: -1} if line.total in hidden else equation


def _protect(line: Line, counts: Mapping[Cell, int], hidden: set[Cell], k: int) -> None:
    """Hide further cells of one line until no hidden one follows from the others."""
    if line.are_shares and line.total in hidden:
        hidden.update(part for part in line.parts if counts[part] > 0)
    parts = sorted(line.parts, key=lambda cell: (counts[cell], cell))
    candidates = [cell for cell in (*parts, line.total, *line.kept) if counts[cell] > 0 and cell not in hidden]
    for candidate in candidates:
        if not _gives_away(line, counts, hidden, k):
            return
        hidden.add(candidate)


def _gives_away(line: Line, counts: Mapping[Cell, int], hidden: set[Cell], k: int) -> bool:
    """Whether a hidden cell of the line, or a sum below k of them, follows from what is shown."""
    parts = [part for part in line.summands if part in hidden]
    if line.total in hidden:
        return not parts
    return len(parts) == 1 or 0 < sum(counts[part] for part in parts) < k
