"""Scores of clusters, corrected for how far each cluster drew the fit towards itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.families import Derivatives, Likelihood
from transforms.statistics.matrix import Booleans, Matrix, cluster_sums, linear_predictor
from transforms.statistics.newton import Fit, information_of

#: Leverage λ up to which a cluster is corrected to first order. That is off by 3/8 λ² with ``UNBIASED``, a thousandth,
#: and by λ² with ``JACKKNIFE``, a quarter of a per cent of the score of one cluster.
LARGEST_LEVERAGE = 0.05
#: Leverage up to which it is corrected by a polynomial, beyond it exactly.
LARGEST_FOR_POLYNOMIAL = 0.4
#: A direction of which one cluster holds all but so little of the information cannot be told without that cluster.
SMALLEST_REST = 1e-7
#: An eigenvalue below this is zero but for rounding.
_SMALLEST_SHARE = 1e-9


@dataclass(frozen=True)
class Correction:
    """By which power of I less leverage scores are multiplied, and a polynomial that serves up to middle leverage.

    Attributes:
        power: p of (1 − λ)^(−p).
        polynomial: The same by powers of λ, within 0.0006 of it for λ in [0, 0.5]: interpolated at the Chebyshev nodes.
    """

    power: float
    polynomial: tuple[float, ...]


#: Variances are right if rulings are independent (CR2).
UNBIASED = Correction(0.5, (0.9996, 0.526, 0.1349, 0.9369))
#: Variances are those of leaving out each cluster (CR3).
JACKKNIFE = Correction(1.0, (1.0003, 0.9706, 1.4463, -1.218, 4.8718))


@dataclass(frozen=True)
class Adjusted:
    """Corrected scores of some clusters, shape (clusters, K + p), and the directions that hang on one of them.

    ``lone`` has shape (directions, K + p); each is as long as its standard deviation would be.
    """

    scores: Floats
    lone: Floats


@dataclass(frozen=True)
class _Model:
    """A fit, the inverse A⁻¹ = L Lᵀ of its information, L, and how leverage is corrected."""

    family: Likelihood
    fitted: Fit
    inverse: Floats
    root: Floats
    correction: Correction

    def spread(self, rows: Floats, n_slopes: int) -> Floats:
        """Columns for free places as columns for all, shape (m, K + n_slopes)."""
        k = self.fitted.intercepts.size
        full = np.zeros((rows.shape[0], k + n_slopes))
        full[:, np.concatenate([np.ones(k, dtype=np.bool_), self.fitted.free])] = rows
        return full


@dataclass(frozen=True)
class _Part:
    """Some clusters: where their rows begin, scores, shape (clusters, K + p), and what the correction needs of rows.

    Of the information of a row only what goes through the linear predictor is taken, weight · x̃ x̃ᵀ: all of it with one
    intercept, all but a part that concerns the thresholds alone in the ordinal model. ``ratio``, shape (K, m), has what
    stands for the intercepts in x̃.
    """

    matrix: Matrix
    clusters: slice
    rows: slice
    starts: Integers
    scores: Floats
    weights: Floats
    ratio: Floats

    @cached_property
    def sizes(self) -> Integers:
        """Rows of each cluster."""
        return np.diff(np.append(self.starts, self.weights.size))

    def sums(self, weights: Floats, free: Booleans) -> Floats:
        """Weighted sums of x̃ within each cluster, shape (clusters, K + p)."""
        intercepts = np.add.reduceat(self.ratio * weights, self.starts, axis=1).T
        return np.concatenate(
            [intercepts, cluster_sums(self.matrix, self.clusters, self.rows, weights)[:, free]], axis=1
        )

    def among(self, places: Integers) -> "_Part":
        """The part with some clusters only."""
        sizes = self.sizes[places]
        ends = np.cumsum(sizes)
        rows = np.arange(ends[-1]) + np.repeat(self.starts[places] - (ends - sizes), sizes)
        return _Part(
            self.matrix.take(self.rows.start + rows), slice(0, places.size), slice(0, rows.size), ends - sizes,
            self.scores[places], self.weights[rows], self.ratio[:, rows],
        )  # fmt: skip


def plain_scores(matrix: Matrix, family: Likelihood, fitted: Fit) -> Iterator[Floats]:
    """Scores of clusters as they are: sums of the derivatives of their rows' log-likelihood.

    Yields:
        Those of the next clusters in order, shape (clusters, K + p).
    """
    for part in _parts(matrix, family, fitted):
        yield part.scores


def adjusted_scores(
    matrix: Matrix, family: Likelihood, fitted: Fit, correction: Correction = UNBIASED
) -> Iterator[Adjusted]:
    """Scores of clusters, as large as they would be had the clusters not drawn the fit towards themselves.

    With A = (L Lᵀ)⁻¹ the information and A_g what cluster g adds to it, the corrected score in the coordinates of L is
    (I − M)^(−p) Lᵀ s_g, M = Lᵀ A_g L. Where M is small, (I − M)^(−p) = I + p M serves; where it is larger, a polynomial
    in M does, which needs no matrix of a cluster. A direction that one cluster alone determines has no score; it is
    left out (Moore–Penrose). Source: Bell and McCaffrey (2002).

    Args:
        matrix: What was fitted, or some of its clusters.
        family: The model.
        fitted: Its estimates.
        correction: p. With ``JACKKNIFE`` A⁻¹ times the score is by how much leaving out the cluster moves the
            estimates, in one Newton step.

    Yields:
        The next clusters in order.
    """
    inverse = np.linalg.inv(fitted.information)
    inverse = (inverse + inverse.T) / 2
    model = _Model(family, fitted, inverse, _root(inverse), correction)
    for part in _parts(matrix, family, fitted):
        held = _held(model, part, part.scores)
        leverage = np.maximum(_leverage_of_coefficients(model, part), _leverage_of_scores(model, part, held))
        is_far = leverage > LARGEST_FOR_POLYNOMIAL
        has_many_rows = part.sizes >= inverse.shape[0]
        scores = part.scores + held * correction.power
        lone = [np.zeros((0, inverse.shape[0]))]
        middle = np.flatnonzero((leverage > LARGEST_LEVERAGE) & ~is_far)
        if middle.size > 0:
            scores[middle] = _by_polynomial(model, part.among(middle))
        few = np.flatnonzero(is_far & ~has_many_rows)
        if few.size > 0:
            scores[few], more = _by_rows(model, part.among(few))
            lone += more
        for place in np.flatnonzero(is_far & has_many_rows):
            scores[place], alone = _by_information(model, part, int(place))
            lone.append(alone)
        yield Adjusted(scores, np.concatenate(lone))


def _root(inverse: Floats) -> Floats:
    """L with L Lᵀ = inverse, by eigenvalues, which rounding may have left a little below zero."""
    values, vectors = np.linalg.eigh(inverse)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def _parts(matrix: Matrix, family: Likelihood, fitted: Fit) -> Iterator[_Part]:
    for clusters, rows in matrix.cluster_chunks():
        eta = linear_predictor(matrix, rows, fitted.slopes)
        found: Derivatives = family.derivatives(family.classes(matrix.outcome[rows]), eta, fitted.intercepts)
        starts = matrix.cluster_starts[clusters] - rows.start
        intercepts = np.add.reduceat(found.intercept_scores, starts, axis=1).T
        slopes = cluster_sums(matrix, clusters, rows, found.score)[:, fitted.free]
        weights, cross = np.maximum(found.information, 0.0), found.cross_information
        ratio = np.divide(cross, weights, out=np.zeros(cross.shape), where=weights > 0)
        yield _Part(matrix, clusters, rows, starts, np.concatenate([intercepts, slopes], axis=1), weights, ratio)


def _leverage_of_coefficients(model: _Model, part: _Part) -> Floats:
    """Largest of A_g,jj (A⁻¹)_jj over the coefficients j for each cluster, shape (clusters,).

    It is no bound of the largest eigenvalue λ of M. Where coefficients depend on each other it is too large; where a
    cluster is extreme in many columns at once, too small, the more so the more columns. ``_leverage_of_scores`` is for
    that; but a combination of many columns that one cluster alone determines has no score, and may be missed.
    """
    intercepts = np.add.reduceat(part.ratio**2 * part.weights, part.starts, axis=1).T
    squares = cluster_sums(part.matrix, part.clusters, part.rows, part.weights, power=2)[:, model.fitted.free]
    held = np.concatenate([intercepts, squares], axis=1) * np.diag(model.inverse)
    return np.asarray(held.max(axis=1))


def _leverage_of_scores(model: _Model, part: _Part, held: Floats) -> Floats:
    """Leverage of each cluster in about the direction of its score, shape (clusters,).

    With x = Lᵀ s_g it is xᵀM²x / xᵀMx, a Rayleigh quotient of M at M^½ x: never above λ, and near it where the score
    has a part in the direction of λ. Where it has none, there is nothing to correct in that direction. Source: Golub
    and Van Loan (2013), section 8.2.

    Args:
        model: The fit.
        part: Some clusters.
        held: A_g A⁻¹ s_g, shape (clusters, K + p).
    """
    moved = held @ model.inverse
    once = np.einsum("cj,cj->c", moved, part.scores)
    twice = np.einsum("cj,cj->c", moved, held)
    return np.asarray(np.divide(twice, once, out=np.zeros_like(once), where=once > 0))


def _by_polynomial(model: _Model, part: _Part) -> Floats:
    """Corrected scores: a polynomial in A_g A⁻¹ by Horner's rule, shape (clusters, K + p)."""
    *others, highest = model.correction.polynomial
    found = highest * part.scores
    for coefficient in reversed(others):
        found = _held(model, part, found) + coefficient * part.scores
    return found


def _held(model: _Model, part: _Part, vectors: Floats) -> Floats:
    """A_g A⁻¹ times a vector of each cluster, shape (clusters, K + p)."""
    return part.sums(part.weights * _of_rows(model, part, vectors), model.fitted.free)


def _of_rows(model: _Model, part: _Part, vectors: Floats) -> Floats:
    """x̃ᵀ A⁻¹ times the vector of its cluster, for each row, shape (m,)."""
    matrix, k = part.matrix, part.ratio.shape[0]
    steps = model.spread(vectors @ model.inverse, matrix.n_slopes)
    n_first = k + matrix.dense.shape[0]
    owned = np.repeat(np.ascontiguousarray(steps[:, :n_first].T), part.sizes, axis=1)
    found = np.einsum("jm,jm->m", part.ratio, owned[:k]) + np.einsum("jm,jm->m", matrix.dense[:, part.rows], owned[k:])
    first = np.repeat(np.arange(part.starts.size) * steps.shape[1] + k, part.sizes)
    for block, start in zip(matrix.blocks, matrix.offsets, strict=False):
        found += steps.ravel().take(first + (start + block.codes[part.rows]))
    return np.asarray(found)


def _by_rows(model: _Model, part: _Part) -> tuple[Floats, list[Floats]]:
    """Corrected scores of clusters with few rows, and the directions that hang on one of them.

    With B = √weight x̃ L the rows of a cluster, M = Bᵀ B, and (I − M)^(−p) − I = Bᵀ Q f(Λ) Qᵀ B, where Q Λ Qᵀ = B Bᵀ
    and f(λ) = ((1 − λ)^(−p) − 1) / λ: a matrix of the size of the cluster's rows will do.
    """
    pulls = np.sqrt(part.weights) * _of_rows(model, part, part.scores)
    moved, lone = np.zeros_like(pulls), []
    scaled = _scaled_rows(model, part)
    for size in np.unique(part.sizes):
        rows = part.starts[part.sizes == size][:, None] + np.arange(size)
        own = scaled[rows]
        values, vectors = np.linalg.eigh(own @ own.transpose(0, 2, 1))
        within = np.einsum("cij,ci->cj", vectors, pulls[rows])
        moved[rows] = np.einsum("cij,cj->ci", vectors, _factor(values, model.correction.power) * within)
        alone = 1 - values < SMALLEST_REST
        directions = np.einsum("cij,cip->cjp", vectors, own)[alone] / np.sqrt(values[alone])[:, None]
        lone.append(directions @ model.root.T)
    return part.scores + part.sums(moved * np.sqrt(part.weights), model.fitted.free), lone


def _factor(values: Floats, power: float) -> Floats:
    """f(λ) of ``_by_rows``; −1 takes out a direction altogether."""
    rest = 1 - values
    safe = np.maximum(values, _SMALLEST_SHARE)
    exact = (np.maximum(rest, SMALLEST_REST) ** -power - 1) / safe
    return np.where(values < _SMALLEST_SHARE, power, np.where(rest < SMALLEST_REST, -1.0, exact))


def _scaled_rows(model: _Model, part: _Part) -> Floats:
    """√weight x̃ L of the rows of the part, shape (m, K + p)."""
    matrix, k = part.matrix, part.ratio.shape[0]
    by_place = model.spread(model.root.T, matrix.n_slopes).T
    n_dense = matrix.dense.shape[0]
    found = part.ratio.T @ by_place[:k] + matrix.dense[:, part.rows].T @ by_place[k : k + n_dense]
    for block, start in zip(matrix.blocks, matrix.offsets, strict=False):
        found += by_place[k + start + block.codes[part.rows]]
    return np.asarray(found * np.sqrt(part.weights)[:, None])


def _by_information(model: _Model, part: _Part, place: int) -> tuple[Floats, Floats]:
    """The corrected score of a cluster with many rows, and the directions that hang on it."""
    first, last = part.matrix.cluster_starts[part.clusters.start + place :][:2]
    held = information_of(part.matrix, model.family, model.fitted, slice(int(first), int(last)))
    values, vectors = np.linalg.eigh(model.root.T @ held @ model.root)
    is_lone = 1 - values < SMALLEST_REST
    factors = np.where(is_lone, 0.0, np.maximum(1 - values, SMALLEST_REST) ** -model.correction.power)
    corrected = vectors @ (factors * (vectors.T @ (model.root.T @ part.scores[place])))
    return np.linalg.solve(model.root.T, corrected), (model.root @ vectors[:, is_lone]).T
