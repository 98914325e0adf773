"""Disputes grouped by seller: what repeated sellers do to counts and to their variance.

Every statistic of a table of counts has a value of influence per cell, so the sum of influences over a seller's
disputes follows from the seller's own counts. What sums over sellers is then a small matrix of cross products
between cells, computed once for all statistics of the table.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
#: What a model explains: a code of the outcome, a share or a time.
Responses = npt.NDArray[np.int64 | np.float64]

#: Code of a dispute whose seller was not recorded: a cluster of its own.
NO_SELLER = -1
#: Below so many sellers an interval is flagged.
FEW_CLUSTERS = 50
#: A seller with this share of all disputes or more is left out in earnest, the others to first order.
LARGE_SHARE = 0.005
#: Entries of the table sellers × cells that are held at a time.
CHUNK_ENTRIES = 4_000_000


@dataclass(frozen=True)
class Clustering:
    """How disputes are spread over sellers."""

    n: int
    n_clusters: int
    sum_squares: int
    has_sellers: bool

    @property
    def is_clustered(self) -> bool:
        """Whether any seller has two disputes; otherwise rulings count as independent."""
        return self.n_clusters < self.n

    @property
    def dof(self) -> float:
        """Degrees of freedom for variances by cluster; infinite where rulings count as independent.

        As many as there would be sellers of equal size (Kish 1965: n² / Σ nᵍ²), less one: with few large and many
        small sellers the number of sellers overstates what is known (Carter, Schnepel and Steigerwald 2017).
        """
        if not self.is_clustered:
            return math.inf
        return max(self.n**2 / self.sum_squares - 1, 1.0)

    @property
    def status(self) -> str:
        """What is to be said of an interval that rests on these clusters."""
        if not self.has_sellers:
            return "not_clustered"
        if self.n_clusters == 1:
            return "one_cluster"
        return "few_clusters" if self.n_clusters < FEW_CLUSTERS else "ok"


@dataclass(frozen=True)
class ClusteredCounts:
    """Counts by cell with the cross products of the counts of each seller.

    ``counts`` has shape (k,), ``cross`` shape (k, k): Σ cᵍ cᵍᵀ / (1 − nᵍ/n)² over sellers g. The divisor makes
    variances those of the delete-one-seller jackknife, exact for a share: leaving out g moves it by its summed
    influence over n − nᵍ. ``large`` has the counts of the few large sellers, shape (m, k).
    """

    counts: Floats
    cross: Floats
    clustering: Clustering
    large: Floats

    def variance(self, influence: Floats) -> Floats:
        """Covariance of statistics whose influence per cell is given.

        Args:
            influence: Derivative of each statistic by the share of each cell, shape (s, k).

        Returns:
            Covariance matrix, shape (s, s). Source: Wolter (2007), chapters 4 and 6.
        """
        n = self.clustering.n
        centred = influence - (influence @ self.counts / n)[:, None]
        if not self.clustering.is_clustered:
            return np.asarray((centred * self.counts) @ centred.T / n**2)
        return np.asarray(centred @ self.cross @ centred.T * (1 - 1 / self.clustering.n_clusters) / n**2)

    def jackknife_variance(self, influence: Floats, without: Callable[[Floats], float | None]) -> float:
        """Variance of one statistic by leaving out each seller.

        What a large seller does to a statistic that is not linear is more than its influence says, so the statistic is
        computed anew without it.

        Args:
            influence: Derivative of the statistic by the share of each cell, shape (k,).
            without: By how much the statistic changes when the counts are these, shape (k,); None where it has no
                value then.

        Returns:
            The variance. Source: Wolter (2007), chapter 4.
        """
        variance = float(self.variance(influence[None, :])[0, 0])
        if not self.clustering.is_clustered:
            return variance
        n, centred = self.clustering.n, influence - influence @ self.counts / self.clustering.n
        difference = 0.0
        for counts in self.large:
            change = without(self.counts - counts)
            if change is not None:
                difference += change**2 - (float(counts @ centred) / (n - counts.sum())) ** 2
        return max(variance + difference * (1 - 1 / self.clustering.n_clusters), 0.0)


def seller_codes(sellers: pl.Series) -> Integers:
    """Number sellers, or other persons, in alphabetical order, or in that of their numbers.

    Args:
        sellers: Seller of each dispute as text or as a whole number, null where not recorded.

    Returns:
        A code from 0 for each dispute, ``NO_SELLER`` where there is none.
    """
    if sellers.dtype.is_integer():
        if sellers.is_sorted():
            runs: Integers = sellers.rle_id().cast(pl.Int64).to_numpy()
            return runs - 1 if sellers.head(1).null_count() else runs
        ranks: Integers = (sellers.rank("dense").cast(pl.Int64) - 1).fill_null(NO_SELLER).to_numpy()
        return ranks
    names = pl.Enum(sellers.cast(pl.String).drop_nulls().unique().sort())
    codes: Integers = sellers.cast(names).to_physical().cast(pl.Int64).fill_null(NO_SELLER).to_numpy()
    return codes


def by_seller(frame: pl.DataFrame) -> tuple[pl.DataFrame, Integers]:
    """Put disputes in the order of sellers, those of nobody first, and of their identifiers.

    Column by column, so that only one is in memory twice; none is where they are in that order already.

    Args:
        frame: One row per dispute: dispute_id, seller_id and others. It may be empty afterwards.

    Returns:
        The rows, and the code of the seller of each.
    """
    codes = pl.Series("seller", seller_codes(frame["seller_id"]))
    if _is_in_order(codes, frame["dispute_id"]):
        return frame, codes.to_numpy()
    keys = pl.DataFrame([codes, frame["dispute_id"]])
    order = keys.select(pl.arg_sort_by("seller", "dispute_id")).to_series()
    ordered = pl.DataFrame([frame.drop_in_place(name).gather(order) for name in frame.columns])
    return ordered, codes.gather(order).to_numpy()


def _is_in_order(codes: pl.Series, disputes: pl.Series) -> bool:
    """Whether disputes are in the order of sellers and, of one seller, in that of their identifiers."""
    same = codes.slice(1) == codes.head(-1)
    return codes.is_sorted() and (~same | (disputes.slice(1) >= disputes.head(-1))).all()


def describe_clusters(sorted_sellers: Integers) -> Clustering:
    """Count clusters.

    Args:
        sorted_sellers: Seller code of each dispute, ascending, ``NO_SELLER`` where there is none.

    Returns:
        Their number and the sum of their squared sizes.
    """
    return Sellers.of(sorted_sellers).clustering


def _clustering(n: int, n_single: int, starts: Integers) -> Clustering:
    sizes = np.diff(starts)
    return Clustering(
        n=n,
        n_clusters=n_single + sizes.size,
        sum_squares=n_single + int(sizes @ sizes),
        has_sellers=n_single < n,
    )


def clustered_counts(sorted_sellers: Integers, cells: Integers, n_cells: int) -> ClusteredCounts:
    """Count disputes by cell, and cross products of cells by seller.

    Args:
        sorted_sellers: Seller code of each dispute, ascending, ``NO_SELLER`` where there is none.
        cells: Cell of each dispute in [0, n_cells), same length.
        n_cells: Number of cells.

    Returns:
        Counts and cross products; the same for any order of a seller's disputes.
    """
    return Sellers.of(sorted_sellers).counts(cells, n_cells)


@dataclass(frozen=True)
class Sellers:
    """Where the disputes of each seller are, for any number of tables of counts of the same disputes.

    Attributes:
        clustering: How disputes are spread over sellers.
        n_single: Disputes of nobody, which come first.
        starts: Where the disputes of each seller begin after them, and the end.
    """

    clustering: Clustering
    n_single: int
    starts: Integers

    @classmethod
    def of(cls, sorted_sellers: Integers) -> "Sellers":
        """Find the sellers in their codes, ascending, ``NO_SELLER`` where there is none."""
        n_single = int(np.searchsorted(sorted_sellers, NO_SELLER, side="right"))
        starts = _starts(sorted_sellers[n_single:])
        return cls(_clustering(sorted_sellers.size, n_single, starts), n_single, starts)

    def counts(self, cells: Integers, n_cells: int) -> ClusteredCounts:
        """Count disputes by cell, see `clustered_counts`."""
        clustering = self.clustering
        counts = np.bincount(cells, minlength=n_cells).astype(np.float64)
        cross = np.zeros((n_cells, n_cells))
        large = [np.zeros((0, n_cells))]
        if clustering.n_clusters > 1:
            single = np.bincount(cells[: self.n_single], minlength=n_cells)
            np.fill_diagonal(cross, single / (1 - 1 / clustering.n) ** 2)
            for table in _seller_tables(self.starts, cells[self.n_single :], n_cells):
                share = table.sum(axis=1) / clustering.n
                weighted = table / (1 - share[:, None])
                cross += weighted.T @ weighted
                large.append(table[share >= LARGE_SHARE])
        return ClusteredCounts(counts, cross, clustering, np.concatenate(large))


def _starts(sorted_codes: Integers) -> Integers:
    """Where each run of equal codes begins, and the length at the end."""
    if sorted_codes.size == 0:
        return np.zeros(1, dtype=np.int64)
    inner = np.flatnonzero(np.diff(sorted_codes)) + 1
    return np.concatenate([[0], inner, [sorted_codes.size]])


def _seller_tables(starts: Integers, cells: Integers, n_cells: int) -> Iterator[Floats]:
    """Tables sellers × cells of counts, for some sellers at a time."""
    step = max(CHUNK_ENTRIES // n_cells, 1)
    for first in range(0, starts.size - 1, step):
        edges = starts[first : first + step + 1]
        local = np.repeat(np.arange(edges.size - 1), np.diff(edges))
        keys = local * n_cells + cells[edges[0] : edges[-1]]
        yield np.bincount(keys, minlength=(edges.size - 1) * n_cells).reshape(-1, n_cells).astype(np.float64)
