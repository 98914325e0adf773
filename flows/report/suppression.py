"""Which counts may not be shown, because they or what follows from them would speak of too few people.

Primary cells are counts of 1 to k - 1. Secondary cells are taken with them where a published sum would give a primary
one away (docs/decisions/061-suppressed-cells.md). After Hundepool et al. (2012), Statistical Disclosure Control,
chapter 4, here as a greedy pass over every sum that a reader can do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Counts below this are not shown.
K = 10

#: Where a count stands: slice, value, outcome (or a subtotal).
Cell = tuple[str, str, str]


@dataclass(frozen=True)
class Line:
    """A sum that a reader can do: the cells of ``parts`` add up to the cell ``total``."""

    parts: tuple[Cell, ...]
    total: Cell


def suppressed_cells(counts: Mapping[Cell, int], lines: Sequence[Line], k: int = K) -> frozenset[Cell]:
    """Choose the cells that are not shown.

    An empty cell is shown: nobody stands behind it. Where one cell of a sum is hidden, the smallest other one that is
    not empty goes with it, and further ones until the hidden parts hold at least ``k`` together.

    Args:
        counts: Disputes per cell.
        lines: Sums over those cells; one with a cell that ``counts`` lacks is passed over.
        k: Smallest count that is shown.

    Returns:
        The hidden cells.
    """
    solvable = [line for line in lines if line.total in counts and all(part in counts for part in line.parts)]
    hidden = {cell for cell, n in counts.items() if 0 < n < k}
    changed = True
    while changed:
        before = len(hidden)
        for line in solvable:
            _protect(line, counts, hidden, k)
        changed = len(hidden) > before
    return frozenset(hidden)


def _protect(line: Line, counts: Mapping[Cell, int], hidden: set[Cell], k: int) -> None:
    """Hide further cells of one line until no hidden one follows from the others."""
    candidates = sorted((part for part in line.parts if part not in hidden and counts[part] > 0), key=lambda c: (-counts[c], c))
    while _gives_away(line, counts, hidden, k):
        if candidates:
            hidden.add(candidates.pop())
        elif counts[line.total] > 0 and line.total not in hidden:
            hidden.add(line.total)
        else:
            return


def _gives_away(line: Line, counts: Mapping[Cell, int], hidden: set[Cell], k: int) -> bool:
    """Whether a hidden cell of the line, or a sum below k of them, follows from what is shown."""
    parts = [part for part in line.parts if part in hidden]
    if line.total in hidden:
        return not parts
    return len(parts) == 1 or 0 < sum(counts[part] for part in parts) < k
