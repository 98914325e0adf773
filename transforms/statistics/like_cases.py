"""Which cases are like: same category, claim and level of each factor, as a cell number per dispute."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.statistics.clusters import Integers
from transforms.statistics.rulings import coded_text, level_column
from transforms.statistics.specs import CORE_FACTORS, OVERALL, FactorSpec

#: What like cases share in any case.
CONTEXT = ("category", "claim")
#: An extra factor is asked for as well if so large a part of the disputes still has a like case.
SMALLEST_COVERAGE = 0.5
#: Before the product of levels is larger, cells are numbered anew.
_MOST_CODES = 2**40


@dataclass(frozen=True)
class LikeCases:
    """Cells of like cases.

    Attributes:
        cells: Cell of each dispute, from 0, shape (n,).
        criteria: What the disputes of a cell share.
    """

    cells: Integers
    criteria: tuple[str, ...]


def find_like_cases(frame: pl.DataFrame, specs: Sequence[FactorSpec]) -> LikeCases:
    """Number the cells of like cases.

    Extra factors are added in their order as long as at least ``SMALLEST_COVERAGE`` of the disputes keep a like case:
    one factor with a value of its own for each dispute would leave nothing to compare.

    Args:
        frame: category, claim and the level codes of each factor, as ``rulings.with_levels`` names them.
        specs: The factors.

    Returns:
        The cells, and what their disputes share.
    """
    cells = np.zeros(frame.height, dtype=np.int64)
    for name in CONTEXT:
        cells = _split(cells, coded_text(frame[name])[1])
    for spec in CORE_FACTORS:
        cells = _split(cells, _codes(frame, spec))
    criteria = [*CONTEXT, *(spec.name for spec in CORE_FACTORS)]
    for spec in specs:
        if spec not in (*CORE_FACTORS, OVERALL):
            finer = _split(cells, _codes(frame, spec))
            if _coverage(finer) >= SMALLEST_COVERAGE:
                cells, criteria = finer, [*criteria, spec.name]
    return LikeCases(cells, tuple(criteria))


def _codes(frame: pl.DataFrame, spec: FactorSpec) -> Integers:
    return frame[level_column(spec)].cast(pl.Int64).to_numpy()


def _split(cells: Integers, codes: Integers) -> Integers:
    """Cells divided by a further code."""
    wide = int(codes.max(initial=0)) + 1
    finer = cells * wide + codes
    if int(finer.max(initial=0)) < _MOST_CODES:
        return finer
    numbered: Integers = np.unique(finer, return_inverse=True)[1]
    return numbered


def _coverage(cells: Integers) -> float:
    """Share of the disputes that have a like case."""
    _, counts = np.unique(cells, return_counts=True)
    return float(counts[counts > 1].sum() / max(cells.size, 1))
