"""Terms that part the outcomes by themselves: they leave with the disputes that they decide."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import numpy as np

from transforms.statistics.clusters import Floats, Integers, Responses
from transforms.statistics.matrix import Booleans, Matrix
from transforms.statistics.passes import Rows, summed

SEPARATED = "separation"

_Rows = TypeVar("_Rows", bound=Rows)
#: From the outcomes of rows −1 for each at the lowest end of the response, 1 at the highest, 0 between.
Ends = Callable[[Responses], Integers]


@dataclass(frozen=True)
class Undecided:
    """Keeps the rows that no separating term decides.

    Attributes:
        indicators: For each 0/1 column whether 0, and whether 1, decides.
        levels: For each block which of its levels decide.
    """

    indicators: tuple[tuple[bool, ...], ...]
    levels: tuple[tuple[bool, ...], ...]

    def __call__(self, matrix: Matrix) -> Booleans:
        """Which rows are kept, shape (n,)."""
        kept = np.ones(matrix.n, dtype=np.bool_)
        first = matrix.dense.shape[0] - matrix.n_indicators
        for place, deciding in enumerate(self.indicators, start=first):
            if any(deciding):
                kept &= ~np.asarray(deciding)[matrix.dense[place].astype(np.int64)]
        for block, deciding in zip(matrix.blocks, self.levels, strict=True):
            if any(deciding):
                kept &= ~np.asarray(deciding)[block.codes]
        return kept


@dataclass(frozen=True)
class Pruned(Generic[_Rows]):
    """Rows without what separates.

    Attributes:
        matrix: The rows that are left.
        separated: Places whose term separates, shape (n_slopes,).
        rules: What took the others away, one after another.
    """

    matrix: _Rows
    separated: Booleans
    rules: tuple[Undecided, ...]


def prune(rows: _Rows, ends: Ends) -> Pruned[_Rows]:
    """Take out flags, indicators and levels of which all disputes are at one end of the response.

    Their coefficient is infinite; without them and the disputes that have them no other estimate changes. A flag
    separates as well where all disputes without it are at one end. Source: Albert and Anderson (1984).

    Args:
        rows: Rows of a model.
        ends: Where each is in the range of the response; it can be sent to other processes.

    Returns:
        What is left, perhaps no row.
    """
    separated, rules = np.zeros(rows.n_slopes, dtype=np.bool_), []
    while rows.n:
        found, rule = _separating(rows, ends, separated)
        if not found.any():
            break
        separated |= found
        rules.append(rule)
        rows = rows.kept(rule)
    return Pruned(rows, separated, tuple(rules))


def places_left(matrix: Matrix, rules: Sequence[Undecided]) -> Integers:
    """Places in a matrix of the rows that were left of it, ascending.

    Args:
        matrix: What was pruned.
        rules: Of the result.
    """
    places = np.arange(matrix.n)
    for rule in rules:
        kept = np.flatnonzero(rule(matrix))
        matrix, places = matrix.take(kept), places[kept]
    return places


def _separating(rows: Rows, ends: Ends, known: Booleans) -> tuple[Booleans, Undecided]:
    """Places that separate, and the rule that takes out what they decide."""
    found = np.zeros(rows.n_slopes, dtype=np.bool_)
    by_end, present, *by_level = summed(rows, partial(_tables, ends=ends))
    indicators, levels = [], []
    first = rows.offsets[0] - rows.n_indicators
    for place, table in enumerate(present, start=first):
        at_an_end = _at_an_end(np.stack([by_end - table, table])) & ~known[place]
        found[place] = at_an_end.any()
        indicators.append(tuple(at_an_end.tolist()))
    for start, table in zip(rows.offsets, by_level, strict=False):
        here = slice(start, start + table.shape[0])
        found[here] = _at_an_end(table) & ~known[here]
        levels.append(tuple(found[here].tolist()))
    return found, Undecided(tuple(indicators), tuple(levels))


def _tables(matrix: Matrix, ends: Ends) -> tuple[Floats, ...]:
    """Rows by end, shape (3,), rows of each 0/1 column by end, and of the levels of each block by end."""
    where = ends(matrix.outcome)
    by_end = np.stack([where == end for end in (-1, 0, 1)], axis=1).astype(np.float64)
    first = matrix.dense.shape[0] - matrix.n_indicators
    levels = [
        np.bincount(block.codes * 3 + where + 1, minlength=3 * len(block.labels)).reshape(-1, 3).astype(np.float64)
        for block in matrix.blocks
    ]
    return by_end.sum(axis=0), matrix.dense[first:] @ by_end, *levels


def _at_an_end(table: Floats) -> Booleans:
    """Values that occur with all their rows at one and the same end; the table is values × ends."""
    total = table.sum(axis=1)
    return np.asarray((total > 0) & ((table[:, 0] == total) | (table[:, 2] == total)))
