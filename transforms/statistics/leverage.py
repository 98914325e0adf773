"""Scores of clusters, corrected for how far each cluster drew the fit towards itself."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.families import Derivatives, Likelihood
from transforms.statistics.matrix import Matrix, cluster_sums, linear_predictor
from transforms.statistics.newton import Fit, information_of

#: Share of the information on some coefficient beyond which a cluster is corrected exactly, below it to first order:
#: that is off by three eighths of its square, a thousandth.
LARGEST_LEVERAGE = 0.05
#: A direction of which one cluster holds all but so little of the information cannot be told without that cluster.
SMALLEST_REST = 1e-7
#: An eigenvalue below this is zero but for rounding.
_SMALLEST_SHARE = 1e-9


@dataclass(frozen=True)
class Adjusted:
    """Corrected scores of some clusters, shape (clusters, K + p), and the directions that hang on one of them.

    ``lone`` has shape (directions, K + p); each is as long as its standard deviation would be.
    """

    scores: Floats
    lone: Floats


@dataclass(frozen=True)
class _Model:
    """A fit, the inverse A⁻¹ = L Lᵀ of its information, and L."""

    matrix: Matrix
    family: Likelihood
    fitted: Fit
    inverse: Floats
    root: Floats

    def spread(self, rows: Floats) -> Floats:
        """Columns for free places as columns for all, shape (m, K + n_slopes)."""
        k = self.fitted.intercepts.size
        full = np.zeros((rows.shape[0], k + self.matrix.n_slopes))
        full[:, np.concatenate([np.ones(k, dtype=np.bool_), self.fitted.free])] = rows
        return full


@dataclass(frozen=True)
class _Part:
    """Some clusters: where their rows begin, scores, shape (clusters, K + p), and what the correction needs of rows.

    Of the information of a row only what goes through the linear predictor is taken, weight · x̃ x̃ᵀ: all of it with one
    intercept, all but a part that concerns the thresholds alone in the ordinal model. ``ratio``, shape (K, m), has what
    stands for the intercepts in x̃.
    """

    clusters: slice
    rows: slice
    starts: Integers
    scores: Floats
    weights: Floats
    ratio: Floats

    @property
    def sizes(self) -> Integers:
        """Rows of each cluster."""
        return np.diff(np.append(self.starts, self.weights.size))


def plain_scores(matrix: Matrix, family: Likelihood, fitted: Fit) -> Iterator[Floats]:
    """Scores of clusters as they are: sums of the derivatives of their rows' log-likelihood.

    Yields:
        Those of the next clusters in order, shape (clusters, K + p).
    """
    for part in _parts(matrix, family, fitted):
        yield part.scores


def adjusted_scores(matrix: Matrix, family: Likelihood, fitted: Fit) -> Iterator[Adjusted]:
    """Scores of clusters, as large as they would be had the clusters not drawn the fit towards themselves.

    With A = (L Lᵀ)⁻¹ the information and A_g what cluster g adds to it, the corrected score in the coordinates of L is
    (I − M)^(−1/2) Lᵀ s_g, M = Lᵀ A_g L. Where M is small, (I − M)^(−1/2) = I + M / 2 serves. A direction that one
    cluster alone determines has no score; it is left out (Moore–Penrose).

    Yields:
        The next clusters in order.
    """
    inverse = np.linalg.inv(fitted.information)
    inverse = (inverse + inverse.T) / 2
    model = _Model(matrix, family, fitted, inverse, _root(inverse))
    for part in _parts(matrix, family, fitted):
        is_large = _leverage(model, part) > LARGEST_LEVERAGE
        has_many_rows = part.sizes >= inverse.shape[0]
        moved, lone = _moves(model, part, np.flatnonzero(is_large & ~has_many_rows))
        intercepts = np.add.reduceat(part.ratio * moved, part.starts, axis=1).T
        slopes = cluster_sums(matrix, part.clusters, part.rows, moved)[:, fitted.free]
        scores = part.scores + np.concatenate([intercepts, slopes], axis=1)
        for place in np.flatnonzero(is_large & has_many_rows):
            scores[place], more = _exact(model, part, int(place))
            lone.append(more)
        yield Adjusted(scores, np.concatenate([np.zeros((0, inverse.shape[0])), *lone]))


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
        yield _Part(clusters, rows, starts, np.concatenate([intercepts, slopes], axis=1), weights, ratio)


def _leverage(model: _Model, part: _Part) -> Floats:
    """About the largest share of the information on one coefficient that each cluster holds, shape (clusters,)."""
    intercepts = np.add.reduceat(part.ratio**2 * part.weights, part.starts, axis=1).T
    squares = cluster_sums(model.matrix, part.clusters, part.rows, part.weights, power=2)[:, model.fitted.free]
    held = np.concatenate([intercepts, squares], axis=1) * np.diag(model.inverse)
    return np.asarray(held.max(axis=1))


def _moves(model: _Model, part: _Part, places: Integers) -> tuple[Floats, list[Floats]]:
    """Weights of rows whose sums of x̃ correct the scores, shape (m,): to first order, at some places exactly.

    With B = √weight x̃ L the rows of a cluster, M = Bᵀ B, and (I − M)^(−1/2) − I = Bᵀ Q f(Λ) Qᵀ B, where Q Λ Qᵀ = B Bᵀ
    and f(λ) = ((1 − λ)^(−1/2) − 1) / λ: a matrix of the size of the cluster's rows will do.
    """
    pulls = np.sqrt(part.weights) * _times_steps(model, part)
    moved, lone = pulls / 2, []
    sizes = part.sizes
    for size in np.unique(sizes[places]):
        chosen = places[sizes[places] == size]
        rows = part.starts[chosen][:, None] + np.arange(size)
        scaled = _scaled_rows(model, part, rows.ravel()).reshape(chosen.size, size, -1)
        values, vectors = np.linalg.eigh(scaled @ scaled.transpose(0, 2, 1))
        within = np.einsum("cij,ci->cj", vectors, pulls[rows])
        moved[rows] = np.einsum("cij,cj->ci", vectors, _factor(values) * within)
        alone = 1 - values < SMALLEST_REST
        directions = np.einsum("cij,cip->cjp", vectors, scaled)[alone] / np.sqrt(values[alone])[:, None]
        lone.append(directions @ model.root.T)
    return moved * np.sqrt(part.weights), lone


def _factor(values: Floats) -> Floats:
    """f(λ) of ``_moves``; −1 takes out a direction altogether."""
    rest = 1 - values
    safe = np.maximum(values, _SMALLEST_SHARE)
    exact = (1 / np.sqrt(np.maximum(rest, SMALLEST_REST)) - 1) / safe
    return np.where(values < _SMALLEST_SHARE, 0.5, np.where(rest < SMALLEST_REST, -1.0, exact))


def _times_steps(model: _Model, part: _Part) -> Floats:
    """x̃ times A⁻¹ s of its cluster, for each row, shape (m,)."""
    matrix, k = model.matrix, part.ratio.shape[0]
    steps = model.spread(part.scores @ model.inverse)
    owner = np.repeat(np.arange(part.starts.size), part.sizes)
    n_dense = matrix.dense.shape[0]
    found = (matrix.dense[:, part.rows] * steps[:, k : k + n_dense].T[:, owner]).sum(axis=0)
    for block, start in zip(matrix.blocks, matrix.offsets, strict=False):
        found += steps[owner, k + start + block.codes[part.rows]]
    return np.asarray(found + (part.ratio * steps[:, :k].T[:, owner]).sum(axis=0))


def _scaled_rows(model: _Model, part: _Part, rows: Integers) -> Floats:
    """√weight x̃ L of some rows of the part, shape (rows, K + p)."""
    matrix, k = model.matrix, part.ratio.shape[0]
    by_place = model.spread(model.root.T).T
    n_dense = matrix.dense.shape[0]
    found = part.ratio[:, rows].T @ by_place[:k]
    found += matrix.dense[:, part.rows.start + rows].T @ by_place[k : k + n_dense]
    for block, start in zip(matrix.blocks, matrix.offsets, strict=False):
        found += by_place[k + start + block.codes[part.rows.start + rows]]
    return np.asarray(found * np.sqrt(part.weights[rows])[:, None])


def _exact(model: _Model, part: _Part, place: int) -> tuple[Floats, Floats]:
    """The corrected score of a cluster with many rows, and the directions that hang on it."""
    first, last = model.matrix.cluster_starts[part.clusters.start + place :][:2]
    held = information_of(model.matrix, model.family, model.fitted, slice(int(first), int(last)))
    values, vectors = np.linalg.eigh(model.root.T @ held @ model.root)
    is_lone = 1 - values < SMALLEST_REST
    factors = np.where(is_lone, 0.0, 1 / np.sqrt(np.maximum(1 - values, SMALLEST_REST)))
    corrected = vectors @ (factors * (vectors.T @ (model.root.T @ part.scores[place])))
    return np.linalg.solve(model.root.T, corrected), (model.root @ vectors[:, is_lone]).T
