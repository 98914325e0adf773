"""Terms that part the outcomes by themselves: they leave with the disputes that they decide."""

from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.matrix import Booleans, Matrix

SEPARATED = "separation"


@dataclass(frozen=True)
class Pruned:
    """A matrix without what separates.

    Attributes:
        matrix: The rows that are left.
        rows: Their places in the matrix before, ascending.
        separated: Places whose term separates, shape (n_slopes,).
    """

    matrix: Matrix
    rows: Integers
    separated: Booleans


def prune(matrix: Matrix, ends: Integers) -> Pruned:
    """Take out flags, indicators and levels of which all disputes are at one end of the response.

    Their coefficient is infinite; without them and the disputes that have them no other estimate changes. A flag
    separates as well where all disputes without it are at one end. Source: Albert and Anderson (1984).

    Args:
        matrix: The matrix.
        ends: For each row −1 at the lowest end of the response, 1 at the highest, 0 between, shape (n,).

    Returns:
        What is left, perhaps no row.
    """
    rows = np.arange(matrix.n)
    separated = np.zeros(matrix.n_slopes, dtype=np.bool_)
    while rows.size:
        found, decided = _separating(matrix, ends[rows], separated)
        if not found.any():
            break
        separated |= found
        kept = np.flatnonzero(~decided)
        matrix, rows = matrix.take(kept), rows[kept]
    return Pruned(matrix, rows, separated)


def _separating(matrix: Matrix, ends: Integers, known: Booleans) -> tuple[Booleans, Booleans]:
    """Places that separate, and the rows that they decide."""
    found, decided = np.zeros(matrix.n_slopes, dtype=np.bool_), np.zeros(matrix.n, dtype=np.bool_)
    first = matrix.dense.shape[0] - matrix.n_indicators
    by_end = np.stack([ends == end for end in (-1, 0, 1)], axis=1).astype(np.float64)
    present = matrix.dense[first:] @ by_end
    absent = by_end.sum(axis=0) - present
    for place, tables in enumerate(zip(absent, present, strict=True), start=first):
        at_an_end = _at_an_end(np.stack(tables))
        if at_an_end.any() and not known[place]:
            found[place] = True
            decided |= at_an_end[matrix.dense[place].astype(np.int64)]
    for block, start in zip(matrix.blocks, matrix.offsets, strict=False):
        here = slice(start, start + len(block.labels))
        counts = np.bincount(block.codes * 3 + ends + 1, minlength=3 * len(block.labels))
        at_an_end = _at_an_end(counts.reshape(-1, 3)) & ~known[here]
        found[here] = at_an_end
        decided |= at_an_end[block.codes]
    return found, decided


def _at_an_end(table: Floats | Integers) -> Booleans:
    """Values that occur with all their rows at one and the same end; the table is values × ends."""
    total = table.sum(axis=1)
    return np.asarray((total > 0) & ((table[:, 0] == total) | (table[:, 2] == total)))
