"""What a reader can work out: hidden counts that follow from the shown ones by adding and taking away.

Each sum that a reader can do is one linear equation in the hidden counts. A count follows from them exactly if the
reduced row echelon form has a row with that count alone.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from fractions import Fraction
from typing import Generic, TypeVar

Unknown = TypeVar("Unknown", bound=Hashable)


def determined(equations: Iterable[Mapping[Unknown, int]]) -> frozenset[Unknown]:
    """Find the unknowns that have one solution only.

    Args:
        equations: Coefficients of the unknowns in each equation, not zero; the right-hand sides are known, and their
            values do not matter.

    Returns:
        The unknowns that follow from the equations.
    """
    system: _ReducedSystem[Unknown] = _ReducedSystem()
    for equation in equations:
        system.add(equation)
    return frozenset(pivot for pivot, row in system.rows.items() if len(row) == 1)


class _ReducedSystem(Generic[Unknown]):
    """A system in reduced row echelon form: each row by its pivot, which occurs in no other row."""

    def __init__(self) -> None:
        self.rows: dict[Unknown, dict[Unknown, Fraction]] = {}
        self._used_by: defaultdict[Unknown, set[Unknown]] = defaultdict(set)

    def add(self, equation: Mapping[Unknown, int]) -> None:
        """Add an equation; one that follows from the others changes nothing."""
        row = {unknown: Fraction(factor) for unknown, factor in equation.items()}
        for pivot in [unknown for unknown in equation if unknown in self.rows]:
            _subtract(row, self.rows[pivot], row[pivot])
        if not row:
            return
        # the unknown that the fewest rows use keeps the rows short
        pivot = min(row, key=lambda unknown: len(self._used_by[unknown]))
        scale = row[pivot]
        row = {unknown: factor / scale for unknown, factor in row.items()}
        for other in list(self._used_by[pivot]):
            self._replace(other, row, pivot)
        self.rows[pivot] = row
        for unknown in row:
            self._used_by[unknown].add(pivot)

    def _replace(self, other: Unknown, row: Mapping[Unknown, Fraction], pivot: Unknown) -> None:
        """Take the new pivot out of an older row."""
        old = self.rows[other]
        before = set(old)
        _subtract(old, row, old[pivot])
        for unknown in before - set(old):
            self._used_by[unknown].discard(other)
        for unknown in set(old) - before:
            self._used_by[unknown].add(other)


def _subtract(row: dict[Unknown, Fraction], other: Mapping[Unknown, Fraction], times: Fraction) -> None:
    """Take a multiple of another row from a row, dropping what becomes zero."""
    for unknown, factor in other.items():
        left = row.get(unknown, Fraction(0)) - times * factor
        if left:
            row[unknown] = left
        else:
            row.pop(unknown, None)
