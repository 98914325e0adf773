"""The model matrix: a few dense columns and blocks of dummies that are never written out.

Coefficients have one place for each dense column and one for each level of each block, base levels included; the
places that are estimated are marked in ``free``, the others stay zero. Sums over rows go chunk by chunk in a fixed
order, so that they are the same on every run.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from transforms.statistics.clusters import Clustering, Floats, Integers, Responses

#: Rows at a time: what is computed of them stays in the cache.
CHUNK_ROWS = 8_192
#: Combinations of levels that are counted at once: their sums stay in the cache as well.
MOST_CELLS = 8_192
#: Share of a column's sum of squares that must be left after the columns before it.
SMALLEST_PIVOT = 1e-9

Booleans = npt.NDArray[np.bool_]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Block:
    """Dummies of one categorical column: ``codes`` of shape (n,), 0 for the base level."""

    name: str
    labels: tuple[str, ...]
    codes: Integers


@dataclass(frozen=True)
class Group:
    """Blocks whose levels are looked at together: a cell is a combination of one level of each.

    Attributes:
        first: Place of the first block; the others follow it.
        shape: Levels of each.
        cells: Cell of each row, shape (n,).
    """

    first: int
    shape: tuple[int, ...]
    cells: Integers

    @property
    def n_cells(self) -> int:
        """How many cells there may be."""
        return math.prod(self.shape)

    def among(self, totals: Floats, places: tuple[int, ...]) -> Floats:
        """Sums by cell, shape (sets, cells), as sums by the levels of some blocks of the group, shape (sets, …)."""
        others = tuple(1 + place for place in range(len(self.shape)) if place not in places)
        return np.asarray(totals.reshape(-1, *self.shape).sum(axis=others))


@dataclass(frozen=True)
class Matrix:
    """Predictors and outcome of a model, rows sorted by cluster.

    Attributes:
        dense: Dense columns as rows, shape (d, n).
        dense_terms: Their names.
        n_indicators: How many of the last dense columns are 0/1: flags, then indicators of what is not recorded.
        blocks: Categorical columns.
        outcome: Code in 0, 1, 2, or what else a model explains, shape (n,).
        cluster_starts: First row of each cluster, then n.
        cluster_ids: Number of each cluster in the matrix that this one was taken from.
        has_sellers: Whether any cluster is a recorded seller.
        n_flags: How many of the 0/1 columns are flags.
    """

    dense: Floats
    dense_terms: tuple[str, ...]
    n_indicators: int
    blocks: tuple[Block, ...]
    outcome: Responses
    cluster_starts: Integers
    cluster_ids: Integers
    has_sellers: bool
    n_flags: int = 0

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.outcome.size

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Place of each block's first level among the coefficients, then the number of places."""
        sizes = [len(block.labels) for block in self.blocks]
        return tuple(int(place) for place in np.cumsum([self.dense.shape[0], *sizes]))

    @property
    def n_slopes(self) -> int:
        """Number of places for coefficients."""
        return self.offsets[-1]

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The blocks in groups of few cells."""
        found: list[Group] = []
        for place, block in enumerate(self.blocks):
            size, last = len(block.labels), found[-1] if found else None
            if last is not None and last.n_cells * size <= MOST_CELLS:
                found[-1] = Group(last.first, (*last.shape, size), last.cells * size + block.codes)
            else:
                found.append(Group(place, (size,), block.codes))
        return tuple(found)

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """Name of each place."""
        dummies = [f"{block.name}={label}" for block in self.blocks for label in block.labels]
        return (*self.dense_terms, *dummies)

    @cached_property
    def clustering(self) -> Clustering:
        """How the rows are spread over clusters."""
        sizes = np.diff(self.cluster_starts)
        return Clustering(self.n, sizes.size, int(sizes @ sizes), self.has_sellers)

    @property
    def estimable(self) -> Booleans:
        """Places of dense columns and of levels other than the base, shape (n_slopes,)."""
        mask = np.ones(self.n_slopes, dtype=np.bool_)
        mask[list(self.offsets[:-1])] = False
        return mask

    def take(self, rows: Integers) -> "Matrix":
        """The same matrix with some rows, ascending."""
        clusters = np.repeat(np.arange(self.cluster_ids.size), np.diff(self.cluster_starts))[rows]
        starts = np.flatnonzero(np.diff(clusters, prepend=-1))
        return replace(
            self,
            dense=self.dense[:, rows],
            blocks=tuple(replace(block, codes=block.codes[rows]) for block in self.blocks),
            outcome=self.outcome[rows],
            cluster_starts=np.append(starts, rows.size),
            cluster_ids=self.cluster_ids[clusters[starts]],
        )

    def complete(self) -> "Matrix":
        """The rows on which all is recorded, without indicators of what is not."""
        n_values = self.dense.shape[0] - (self.n_indicators - self.n_flags)
        rows = self.take(np.flatnonzero(~self.dense[n_values:].any(axis=0)))
        terms = rows.dense_terms[:n_values]
        return replace(rows, dense=rows.dense[:n_values], dense_terms=terms, n_indicators=self.n_flags)

    def each(self, work: "Callable[[Matrix], _T]") -> list[_T]:
        """Do some work on all rows (`passes.Rows`: they are one part)."""
        return [work(self)]

    def first(self, work: "Callable[[Matrix], _T]") -> _T:
        """Do some work on all rows."""
        return work(self)

    def beside(self, other: "Matrix", work: "Callable[[Matrix, Matrix], _T]") -> list[_T]:
        """Do some work on these and other rows of the same matrix."""
        return [work(self, other)]

    def kept(self, rule: "Callable[[Matrix], Booleans]") -> "Matrix":
        """The rows that a rule keeps."""
        return self.take(np.flatnonzero(rule(self)))

    def chunks(self) -> Iterator[slice]:
        """Ranges of rows, in order."""
        for start in range(0, self.n, CHUNK_ROWS):
            yield slice(start, min(start + CHUNK_ROWS, self.n))

    def cluster_chunks(self) -> Iterator[tuple[slice, slice]]:
        """Ranges of whole clusters and of their rows, in order."""
        first, n_clusters = 0, self.cluster_ids.size
        while first < n_clusters:
            row = int(self.cluster_starts[first])
            last = int(np.searchsorted(self.cluster_starts, row + CHUNK_ROWS, side="right")) - 1
            last = max(last, first + 1)
            yield slice(first, last), slice(row, int(self.cluster_starts[last]))
            first = last


def linear_predictor(matrix: Matrix, rows: slice, slopes: Floats) -> Floats:
    """Sum of coefficients times predictors, without intercept, shape (m,)."""
    eta = slopes[: matrix.dense.shape[0]] @ matrix.dense[:, rows]
    for block, start, stop in zip(matrix.blocks, matrix.offsets, matrix.offsets[1:], strict=False):
        eta += slopes[start:stop].take(block.codes[rows])
    return np.asarray(eta)


def projected(matrix: Matrix, rows: slice, slopes: Floats) -> Floats:
    """Predictors of some rows times several sets of coefficients.

    Args:
        matrix: The matrix.
        rows: Its rows, m of them.
        slopes: Shape (n_slopes, q).

    Returns:
        Shape (m, q).
    """
    found = matrix.dense[:, rows].T @ slopes[: matrix.dense.shape[0]]
    for block, start, stop in zip(matrix.blocks, matrix.offsets, matrix.offsets[1:], strict=False):
        found += slopes[start:stop].take(block.codes[rows], axis=0)
    return np.asarray(found)


def weighted_sums(matrix: Matrix, rows: slice, weights: Floats) -> Floats:
    """Weighted sum of each predictor, shape (n_slopes,)."""
    dummies = [np.bincount(block.codes[rows], weights, len(block.labels)) for block in matrix.blocks]
    return np.concatenate([matrix.dense[:, rows] @ weights, *dummies])


def plain_gram(matrix: Matrix) -> Floats:
    """Sums of products of an intercept and all predictors, shape (1 + n_slopes, 1 + n_slopes)."""
    products = Products(matrix)
    for rows in matrix.chunks():
        products.add(rows, np.ones(rows.stop - rows.start))
    return products.total()


class Sums:
    """Weighted sums of each predictor for several sets of weights, gathered from ranges of rows.

    Dummies are summed by cell, so that a row is looked up once for all blocks of a group.
    """

    def __init__(self, matrix: Matrix, n_sets: int) -> None:
        self._matrix = matrix
        self._dense = np.zeros((n_sets, matrix.dense.shape[0]))
        self.cells = [np.zeros((n_sets, group.n_cells)) for group in matrix.groups]

    def add(self, rows: slice, weights: Floats) -> None:
        """Add some rows with weights of shape (sets, m)."""
        self._dense += weights @ self._matrix.dense[:, rows].T
        for group, totals in zip(self._matrix.groups, self.cells, strict=True):
            cells = group.cells[rows]
            for place, own in enumerate(weights):
                totals[place] += np.bincount(cells, own, group.n_cells)

    def total(self) -> Floats:
        """The sums, shape (sets, n_slopes)."""
        levels = [
            group.among(totals, (place,))
            for group, totals in zip(self._matrix.groups, self.cells, strict=True)
            for place in range(len(group.shape))
        ]
        return np.concatenate([self._dense, *levels], axis=1)


class Products:
    """Weighted sums of products of an intercept and all predictors, gathered from ranges of rows."""

    def __init__(self, matrix: Matrix) -> None:
        self._matrix, self._weight = matrix, 0.0
        self._sums = Sums(matrix, 1 + matrix.dense.shape[0])
        sizes = [len(block.labels) for block in matrix.blocks]
        ends = [group.first + len(group.shape) for group in matrix.groups for _ in group.shape]
        self._across = {
            (place, other): np.zeros((sizes[place], sizes[other]))
            for place, end in enumerate(ends)
            for other in range(end, len(sizes))
        }

    def add(self, rows: slice, weights: Floats) -> None:
        """Add some rows with weights of shape (m,)."""
        matrix = self._matrix
        weighted = np.empty((1 + matrix.dense.shape[0], weights.size))
        weighted[0] = weights
        np.multiply(matrix.dense[:, rows], weights, out=weighted[1:])
        self._weight += float(weights.sum())
        self._sums.add(rows, weighted)
        for (place, other), totals in self._across.items():
            pairs = matrix.blocks[place].codes[rows] * totals.shape[1] + matrix.blocks[other].codes[rows]
            totals += np.bincount(pairs, weights, totals.size).reshape(totals.shape)  # noqa: PLW2901 - in place

    def total(self) -> Floats:
        """The sums, shape (1 + n_slopes, 1 + n_slopes); the intercept comes first."""
        matrix, n_first = self._matrix, 1 + self._matrix.dense.shape[0]
        gram = np.zeros((1 + matrix.n_slopes, 1 + matrix.n_slopes))
        gram[0, 0] = self._weight
        gram[:n_first, 1:] = self._sums.total()
        for group, totals in zip(matrix.groups, self._sums.cells, strict=True):
            for place in range(len(group.shape)):
                here = self._levels(group.first + place)
                np.fill_diagonal(gram[here, here], group.among(totals[:1], (place,)))
                for other in range(place + 1, len(group.shape)):
                    gram[here, self._levels(group.first + other)] = group.among(totals[:1], (place, other))[0]
        for (place, other), pairs in self._across.items():
            gram[self._levels(place), self._levels(other)] = pairs
        upper = np.triu(gram)
        return np.asarray(upper + np.triu(gram, 1).T)

    def _levels(self, place: int) -> slice:
        """Where the levels of a block are in the sums."""
        return slice(1 + self._matrix.offsets[place], 1 + self._matrix.offsets[place + 1])


def cluster_sums(matrix: Matrix, clusters: slice, rows: slice, weights: Floats, power: int = 1) -> Floats:
    """Weighted sum of each predictor, or of its power, within each cluster, shape (clusters, n_slopes)."""
    starts = matrix.cluster_starts[clusters.start : clusters.stop + 1] - rows.start
    n_clusters = starts.size - 1
    local = np.repeat(np.arange(n_clusters), np.diff(starts))
    dense = matrix.dense[:, rows] ** power if power > 1 else matrix.dense[:, rows]
    sums = [np.add.reduceat(dense * weights, starts[:-1], axis=1).T]
    for block in matrix.blocks:
        size = len(block.labels)
        sums.append(np.bincount(local * size + block.codes[rows], weights, n_clusters * size).reshape(n_clusters, size))
    return np.concatenate(sums, axis=1)


def independent_places(gram: Floats, candidates: Booleans) -> Booleans:
    """Which columns are no linear combination of an intercept and the columns before them.

    Args:
        gram: Sums of products of an intercept and all predictors, shape (1 + n_slopes, 1 + n_slopes).
        candidates: Places to look at, shape (n_slopes,).

    Returns:
        The candidates that are independent, same shape. Source: Cholesky factorisation, a pivot near zero meaning
        dependence (Higham 2002, section 10.3).
    """
    kept = np.zeros_like(candidates)
    scale = np.sqrt(np.maximum(np.diag(gram), 1e-300))
    residual = gram / np.outer(scale, scale)
    for place in [0, *(np.flatnonzero(candidates) + 1)]:
        pivot = residual[place, place]
        if pivot < SMALLEST_PIVOT:
            continue
        if place > 0:
            kept[place - 1] = True
        residual -= np.outer(residual[:, place], residual[place]) / pivot
    return kept
