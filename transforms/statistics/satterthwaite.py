"""Degrees of freedom of a variance by seller.

A variance that is a sum over sellers varies like chi-squared with as many degrees of freedom as there are sellers of
equal weight. How much each weighs depends on the estimate: a seller's own attribute counts by sellers, an attribute of
disputes nearly by disputes.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.families import Derivatives, Likelihood
from transforms.statistics.matrix import Matrix, cluster_sums, linear_predictor, projected
from transforms.statistics.newton import Fit
from transforms.statistics.passes import Rows, summed

#: Of more rows about so many stand for all: every k-th small cluster, and every k-th row of large ones.
MOST_ROWS = 100_000
#: Rows that are looked at for all functions at once.
PULLED_ROWS = 512
#: A cluster of which so many rows or more are left is a large one.
FEWEST_LEFT = 64
#: With fewer degrees of freedom one cluster all but decides alone: the row says so.
FEWEST_DEGREES = 2.0


@dataclass(frozen=True)
class _Sample:
    """Clusters of which some rows stand for all.

    Attributes:
        matrix: The rows.
        sizes: Rows of each cluster, those included that were left out, shape (clusters,).
        weight: For how many clusters each stands.
        sums: Sums over all rows of each cluster; None where no rows were left out.
    """

    matrix: Matrix
    sizes: Integers
    weight: float
    sums: "_Sums | None"


@dataclass(frozen=True)
class _Sums:
    """Sums over the rows of clusters.

    Attributes:
        residuals: Pearson residuals, shape (clusters,).
        squares: Their squares, the same.
        predictors: Intercepts and free predictors times the standard deviation of the error, shape (clusters, K + p).
    """

    residuals: Floats
    squares: Floats
    predictors: Floats

    def part(self, clusters: slice) -> "_Sums":
        """Those of some clusters."""
        return _Sums(self.residuals[clusters], self.squares[clusters], self.predictors[clusters])


@dataclass(frozen=True)
class _Part:
    """Some clusters: rows that stand for them with their derivatives, where each begins, its size, and its sums."""

    matrix: Matrix
    rows: slice
    derivatives: Derivatives
    starts: Integers
    sizes: Integers
    weight: float
    sums: _Sums


@dataclass(frozen=True)
class _Spread:
    """What the variance of functions of the coefficients is made of.

    Attributes:
        family: The model.
        fitted: Its estimates.
        step: Of so many rows one is looked at.
        likeness: Correlation of the errors of a cluster.
        by_coefficient: A⁻¹ times the functions, shape (K + p, q).
    """

    family: Likelihood
    fitted: Fit
    step: int
    likeness: float
    by_coefficient: Floats


def degrees_of_freedom(rows: Rows, family: Likelihood, fitted: Fit, directions: Floats) -> Floats:
    """Degrees of freedom of the variance of linear functions of the coefficients.

    (Σ a_g)² / Σ a_g². Source: Satterthwaite (1946); for clusters Bell and McCaffrey (2002). With a_g the
    variance of what cluster g adds to the estimate. As in Imbens and Kolesár (2016) errors of a cluster are alike to
    the same degree, which is estimated from the residuals; that the fit makes residuals of clusters depend on each
    other is left out, since it matters little.

    Args:
        rows: What was fitted.
        family: The model.
        fitted: Its estimates.
        directions: The functions by intercepts and free slopes, shape (q, K + p).

    Returns:
        Shape (q,), at least 1; infinite without any recorded seller.
    """
    if not rows.has_sellers or directions.shape[0] == 0:
        return np.full(directions.shape[0], math.inf)
    return variances_by_likeness(rows, family, fitted, directions)[1]


def variances_by_likeness(rows: Rows, family: Likelihood, fitted: Fit, directions: Floats) -> tuple[Floats, Floats]:
    """Variances of linear functions of the coefficients if errors of a cluster are alike to one degree.

    Args:
        rows: What was fitted.
        family: The model.
        fitted: Its estimates.
        directions: The functions, shape (q, K + p).

    Returns:
        Σ a_g and the degrees of freedom, both of shape (q,). Source: Moulton (1986) for the former.
    """
    step = -(-rows.n // MOST_ROWS)
    (alike,) = summed(rows, partial(_residuals, family=family, fitted=fitted, step=step))
    by_coefficient = np.asarray(np.linalg.solve(fitted.information, directions.T), dtype=np.float64)
    spread = _Spread(family, fitted, step, _likeness(alike), by_coefficient)
    total, squares = summed(rows, partial(_variances, spread=spread))
    ratio = np.divide(total**2, squares, out=np.ones_like(total), where=squares > 0)
    return total, np.asarray(np.maximum(ratio, 1.0))


def _variances(matrix: Matrix, spread: _Spread) -> tuple[Floats, Floats]:
    """Sums over clusters of the variance that each adds to each function, and of its square, each shape (q,)."""
    total, squares = np.zeros((2, spread.by_coefficient.shape[1]))
    for part in _parts(matrix, spread.family, spread.fitted, spread.step):
        left = np.diff(np.append(part.starts, part.rows.stop - part.rows.start))
        own = _own(spread.fitted, part, spread.by_coefficient) * (part.sizes / left)[:, None]
        shared = (part.sums.predictors @ spread.by_coefficient) ** 2 - own
        added = np.maximum(own + spread.likeness * shared, 0.0)
        total += part.weight * added.sum(axis=0)
        squares += part.weight * (added**2).sum(axis=0)
    return total, squares


def _samples(matrix: Matrix, family: Likelihood, fitted: Fit, step: int) -> list[_Sample]:
    """Leave out rows where there are more than needed: of ``step`` one is taken."""
    starts, sizes = matrix.cluster_starts, np.diff(matrix.cluster_starts)
    if step == 1:
        return [_Sample(matrix, sizes, 1.0, None)]
    is_large = sizes >= FEWEST_LEFT * step
    small, large = np.flatnonzero(~is_large), np.flatnonzero(is_large)
    # not the step itself: of a part with few clusters more than that share is taken
    chosen, weight = small[::step], small.size / max(small[::step].size, 1)
    few = np.repeat(starts[chosen] - np.cumsum(sizes[chosen]) + sizes[chosen], sizes[chosen]) + np.arange(
        sizes[chosen].sum()
    )
    thin = [np.arange(starts[one], starts[one + 1], step) for one in large]
    sums = [_sums(matrix, fitted, slice(one, one + 1), *_derived(matrix, family, fitted, int(one))) for one in large]
    samples = [_Sample(matrix.take(few), sizes[chosen], weight, None)] if few.size else []
    return samples + ([_Sample(matrix.take(np.concatenate(thin)), sizes[large], 1.0, _stacked(sums))] if thin else [])


def _derived(matrix: Matrix, family: Likelihood, fitted: Fit, cluster: int) -> tuple[slice, Derivatives]:
    """All rows of a cluster, and their derivatives."""
    rows = slice(int(matrix.cluster_starts[cluster]), int(matrix.cluster_starts[cluster + 1]))
    return rows, _derivatives(matrix, family, fitted, rows)


def _derivatives(matrix: Matrix, family: Likelihood, fitted: Fit, rows: slice) -> Derivatives:
    eta = linear_predictor(matrix, rows, fitted.slopes)
    return family.derivatives(family.classes(matrix.outcome[rows]), eta, fitted.intercepts)


def _stacked(sums: Sequence[_Sums]) -> _Sums:
    return _Sums(
        np.concatenate([each.residuals for each in sums]),
        np.concatenate([each.squares for each in sums]),
        np.concatenate([each.predictors for each in sums]),
    )


def _parts(matrix: Matrix, family: Likelihood, fitted: Fit, step: int) -> Iterator[_Part]:
    for sample in _samples(matrix, family, fitted, step):
        matrix = sample.matrix
        for clusters, rows in matrix.cluster_chunks():
            derivatives = _derivatives(matrix, family, fitted, rows)
            known = sample.sums
            sums = _sums(matrix, fitted, clusters, rows, derivatives) if known is None else known.part(clusters)
            starts = matrix.cluster_starts[clusters] - rows.start
            yield _Part(matrix, rows, derivatives, starts, sample.sizes[clusters], sample.weight, sums)


def _sums(matrix: Matrix, fitted: Fit, clusters: slice, rows: slice, derivatives: Derivatives) -> _Sums:
    """Sums over the rows of some clusters."""
    starts = matrix.cluster_starts[clusters] - rows.start
    spread = _spread(derivatives)
    residuals = np.divide(derivatives.score, spread, out=np.zeros(spread.size), where=spread > 0)
    intercepts = np.add.reduceat(_intercept_pulls(derivatives), starts, axis=1).T
    slopes = cluster_sums(matrix, clusters, rows, spread)[:, fitted.free]
    return _Sums(
        np.add.reduceat(residuals, starts),
        np.add.reduceat(residuals**2, starts),
        np.concatenate([intercepts, slopes], axis=1),
    )


def _residuals(matrix: Matrix, family: Likelihood, fitted: Fit, step: int) -> tuple[Floats]:
    """Sums for `_likeness`: products of pairs of residuals of one cluster, pairs, squares and rows, shape (4,)."""
    found = np.zeros(4)
    for part in _parts(matrix, family, fitted, step):
        products, squares = (part.sums.residuals**2 - part.sums.squares).sum(), part.sums.squares.sum()
        pairs, rows = (part.sizes * (part.sizes - 1)).sum(), part.sizes.sum()
        found += part.weight * np.array([products, pairs, squares, rows])
    return (found,)


def _likeness(sums: Floats) -> float:
    """Correlation of the Pearson residuals of one cluster, in [0, 1]: mean product of pairs over mean square."""
    products, n_pairs, squares, n_rows = sums
    if n_pairs == 0 or squares <= 0:
        return 0.0
    return float(min(max(products / n_pairs * n_rows / squares, 0.0), 1.0))


def _spread(derivatives: Derivatives) -> Floats:
    """Standard deviation of each row's score by the linear predictor."""
    return np.asarray(np.sqrt(np.maximum(derivatives.information, 0.0)))


def _intercept_pulls(derivatives: Derivatives) -> Floats:
    """What stands for the intercepts among the predictors, in standard deviations of the error, shape (K, m)."""
    spread = _spread(derivatives)
    cross = derivatives.cross_information
    return np.divide(cross, spread, out=np.zeros(cross.shape), where=spread > 0)


def _own(fitted: Fit, part: _Part, by_coefficient: Floats) -> Floats:
    """Sums over the rows of each cluster of how far an error of one standard deviation moves each function, squared.

    Shape (clusters, q). Few rows at a time, because there is a number for each row and function.
    """
    k, n = part.derivatives.cross_information.shape[0], part.rows.stop - part.rows.start
    slopes = np.zeros((fitted.free.size, by_coefficient.shape[1]))
    slopes[fitted.free] = by_coefficient[k:]
    spread, intercepts = _spread(part.derivatives), _intercept_pulls(part.derivatives)
    found = np.zeros((part.starts.size, by_coefficient.shape[1]))
    for first in range(0, n, PULLED_ROWS):
        last = min(first + PULLED_ROWS, n)
        pulls = projected(part.matrix, slice(part.rows.start + first, part.rows.start + last), slopes)
        pulls *= spread[first:last, None]
        pulls += intercepts[:, first:last].T @ by_coefficient[:k]
        pulls *= pulls
        here = slice(
            int(np.searchsorted(part.starts, first, side="right")) - 1, int(np.searchsorted(part.starts, last))
        )
        found[here] += np.add.reduceat(pulls, np.maximum(part.starts[here] - first, 0), axis=0)
    return found
