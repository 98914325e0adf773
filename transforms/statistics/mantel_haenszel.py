"""Effect of an exposure on a yes-or-no outcome, pooled over strata (Mantel and Haenszel 1959).

In a stratum with N disputes, of the n₁ exposed a are wins and b are not, of the n₀ others c are and d are not.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from transforms.statistics.clusters import Clustering, Floats, Integers
from transforms.statistics.reference import t_p_value, two_sided_quantile
from transforms.statistics.rulings import run_starts

#: Places of a, b, c, d in a stratum's counts.
WON_EXPOSED, LOST_EXPOSED, WON_OTHER, LOST_OTHER = range(4)
N_CELLS = 4
SMALLEST_STD_ERROR = 1e-12


@dataclass(frozen=True)
class Pooled:
    """An estimate pooled over strata, with what it says of each cell's disputes.

    Attributes:
        estimate: The effect.
        plain_variance: Its variance where disputes are independent.
        influence: By how much a dispute of each cell moved it, shape (strata, 4).
    """

    estimate: float
    plain_variance: float
    influence: Floats


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval and the p value of no effect; None where one seller is all there is."""

    estimate: float
    low: float | None
    high: float | None
    p_value: float | None

    @property
    def direction(self) -> int:
        """Sign of the effect if the interval excludes zero, else 0."""
        if self.low is None or self.high is None:
            return 0
        return int(self.low > 0) - int(self.high < 0)


@dataclass(frozen=True)
class Clustered:
    """Disputes as cells of the strata, with the sellers they belong to.

    Attributes:
        cells: stratum · 4 + place of a, b, c or d, shape (n,).
        sides: cluster · 2, and 1 more for those who are not exposed; clusters from 0 without gaps, shape (n,).
        sizes: Disputes of each cluster that are exposed and that are not, shape (clusters, 2).
        has_sellers: Whether any cluster is a recorded seller.
    """

    cells: Integers
    sides: Integers
    sizes: Integers
    has_sellers: bool

    @cached_property
    def clustering(self) -> Clustering:
        """How the disputes are spread over sellers."""
        sizes = self.sizes.sum(axis=1)
        return Clustering(self.cells.size, sizes.size, int(sizes @ sizes), self.has_sellers)

    @property
    def dof(self) -> float:
        """Degrees of freedom of a comparison: those of the side that rests on fewer sellers (clusters.py)."""
        if not self.clustering.is_clustered:
            return math.inf
        totals, squares = self.sizes.sum(axis=0), (self.sizes**2).sum(axis=0)
        return max(float((totals**2 / np.maximum(squares, 1)).min()) - 1, 1.0)

    def counts(self, n_strata: int) -> Floats:
        """Disputes by stratum and place, shape (strata, 4)."""
        return np.bincount(self.cells, minlength=n_strata * N_CELLS).reshape(-1, N_CELLS).astype(np.float64)

    def within(self, stratum: int) -> "Clustered":
        """The disputes of one stratum, as if it were the only one."""
        rows = np.flatnonzero(self.cells // N_CELLS == stratum)
        return cluster_cells(self.cells[rows] % N_CELLS, self.sides[rows] // 2, has_sellers=self.has_sellers)

    def interval(self, pooled: Pooled) -> Interval:
        """Interval and test that allow for sellers.

        The variance is the sum over sellers of their squared influences. Those of either side are over 1 less the
        seller's share of that side, which makes it that of the delete-one-seller jackknife, exactly so for a crude
        difference (Wolter 2007, chapter 4). Where no seller has two disputes it is the plain one.
        """
        clustering = self.clustering
        if clustering.n_clusters == 1:
            return Interval(pooled.estimate, None, None, None)
        variance = self._variance(pooled.influence) if clustering.is_clustered else pooled.plain_variance
        std_error = math.sqrt(variance)
        # Without bounds where one seller has a whole side.
        if std_error < SMALLEST_STD_ERROR or math.isinf(std_error):
            return Interval(pooled.estimate, None, None, None)
        half_width = two_sided_quantile(self.dof) * std_error
        return Interval(
            pooled.estimate,
            pooled.estimate - half_width,
            pooled.estimate + half_width,
            t_p_value(pooled.estimate / std_error, self.dof),
        )

    def _variance(self, influence: Floats) -> float:
        sums = np.bincount(self.sides, influence.reshape(-1).take(self.cells), self.sizes.size).reshape(-1, 2)
        rest = 1 - self.sizes / np.maximum(self.sizes.sum(axis=0), 1)
        if rest.min() <= 0:
            return math.inf
        shifts = (sums / rest).sum(axis=1)
        return float(shifts @ shifts) * (1 - 1 / self.clustering.n_clusters)


def cluster_cells(cells: Integers, sorted_clusters: Integers, *, has_sellers: bool) -> Clustered:
    """Number the clusters of some disputes anew.

    Args:
        cells: As in ``Clustered``.
        sorted_clusters: Cluster of each dispute, ascending, perhaps with gaps.
        has_sellers: Whether any cluster is a recorded seller.
    """
    starts = run_starts(sorted_clusters)
    lengths = np.diff(np.append(starts, sorted_clusters.size))
    sides = 2 * np.repeat(np.arange(lengths.size), lengths) + (cells % N_CELLS >= WON_OTHER)
    sizes = np.bincount(sides, minlength=2 * lengths.size).reshape(-1, 2)
    return Clustered(cells, sides, sizes, has_sellers)


def risk_difference(counts: Floats) -> Pooled | None:
    """Difference in the chance of winning, pooled with the weights n₁n₀/N.

    Source: Cochran (1954); plain variance by Greenland and Robins (1985). It is the coefficient of the exposure in a
    linear regression with a dummy per stratum, and so is its influence.

    Args:
        counts: Disputes by stratum and place, shape (strata, 4).

    Returns:
        None where no stratum has both exposed and others.
    """
    a, b, c, d = counts.T
    exposed, other = a + b, c + d
    n = np.maximum(exposed + other, 1.0)
    effects, weights = (a * d - b * c) / n, exposed * other / n
    total = float(weights.sum())
    if total == 0:
        return None
    estimate = float(effects.sum()) / total
    by_effect = np.stack([d, -c, -b, a], axis=1) - effects[:, None]
    by_weight = np.stack([other, other, exposed, exposed], axis=1) - weights[:, None]
    influence = (by_effect - estimate * by_weight) / n[:, None] / total
    pairs = np.maximum(exposed * other, 1.0)
    plain = float(((a * b * other**3 + c * d * exposed**3) / (pairs * n**2)).sum()) / total**2
    return Pooled(estimate, plain, influence * _small_strata(n))


def log_odds_ratio(counts: Floats) -> Pooled | None:
    """Logarithm of the pooled odds ratio Σ ad/N ÷ Σ bc/N.

    Source: Mantel and Haenszel (1959); plain variance by Robins, Breslow and Greenland (1986).

    Args:
        counts: Disputes by stratum and place, shape (strata, 4).

    Returns:
        None where either sum is zero, so that the odds ratio has no bounds.
    """
    a, b, c, d = counts.T
    n = np.maximum(a + b + c + d, 1.0)
    for_it, against = a * d / n, b * c / n
    numerator, denominator = float(for_it.sum()), float(against.sum())
    if numerator == 0 or denominator == 0:
        return None
    nothing = np.zeros_like(a)
    by_numerator = np.stack([d, nothing, nothing, a], axis=1) - for_it[:, None]
    by_denominator = np.stack([nothing, c, b, nothing], axis=1) - against[:, None]
    influence = (by_numerator / numerator - by_denominator / denominator) / n[:, None]
    p, q = (a + d) / n, (b + c) / n
    plain = (
        float((p * for_it).sum()) / (2 * numerator**2)
        + float((p * against + q * for_it).sum()) / (2 * numerator * denominator)
        + float((q * against).sum()) / (2 * denominator**2)
    )
    return Pooled(math.log(numerator / denominator), plain, influence * _small_strata(n))


def _small_strata(n: Floats) -> Floats:
    """Makes up for what an estimated level takes from the variance of a stratum's disputes, shape (strata, 1)."""
    return np.sqrt(n / np.maximum(n - 1, 1.0))[:, None]
