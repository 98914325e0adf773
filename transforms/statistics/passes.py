"""Passes over the rows of a model, which may be one matrix or lie in parts, perhaps on other machines.

What a pass brings back is small: counts, and sums of products. Parts are added up in their order, so that the result
is the same to the last digit wherever each part was looked at.
"""

from collections.abc import Callable
from typing import Protocol, Self, TypeVar

import numpy as np

from transforms.statistics.clusters import Clustering, Floats
from transforms.statistics.matrix import Booleans, Matrix

_T = TypeVar("_T")

#: Says which rows of a matrix are kept, shape (n,). It can be hashed, and sent to other processes.
Rule = Callable[[Matrix], Booleans]


class Rows(Protocol):
    """Rows of a model; a seller is in one part only. A `Matrix` is one part, `parts.Parted` several."""

    @property
    def n(self) -> int:
        """Number of rows."""

    @property
    def dense_terms(self) -> tuple[str, ...]:
        """Names of the dense columns."""

    @property
    def n_indicators(self) -> int:
        """How many of the last dense columns are 0/1."""

    @property
    def offsets(self) -> tuple[int, ...]:
        """Place of each block's first level among the coefficients, then the number of places."""

    @property
    def n_slopes(self) -> int:
        """Number of places for coefficients."""

    @property
    def terms(self) -> tuple[str, ...]:
        """Name of each place."""

    @property
    def estimable(self) -> Booleans:
        """Places of dense columns and of levels other than the base, shape (n_slopes,)."""

    @property
    def has_sellers(self) -> bool:
        """Whether any cluster is a recorded seller."""

    @property
    def clustering(self) -> Clustering:
        """How the rows are spread over clusters."""

    def each(self, work: Callable[[Matrix], _T]) -> list[_T]:
        """Do some work on each part; what it returns is in the order of the parts."""

    def first(self, work: Callable[[Matrix], _T]) -> _T:
        """Do some work on the first part only."""

    def beside(self, other: Self, work: Callable[[Matrix, Matrix], _T]) -> list[_T]:
        """Do some work on each part of these rows and the same part of others that were kept of the same rows."""

    def kept(self, rule: Rule) -> Self:
        """The rows that a rule keeps."""


def summed(rows: Rows, work: Callable[[Matrix], tuple[Floats, ...]]) -> tuple[Floats, ...]:
    """Add up, part by part, several sums over rows.

    Args:
        rows: The rows, at least one part.
        work: Gives the sums of one part.
    """
    first, *others = rows.each(work)
    for sums in others:
        first = tuple(np.asarray(total + own) for total, own in zip(first, sums, strict=True))
    return first
