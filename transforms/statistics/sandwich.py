"""Covariance of coefficients when the rulings of a seller are alike.

A seller's residuals are smaller than its errors, the more so the more the seller weighs in the fit. The scores of
sellers are corrected for that (bias-reduced linearisation), so that few or unequal sellers do not make intervals too
short (docs/decisions/082-few-clusters.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Floats
from transforms.statistics.families import Derivatives, Likelihood
from transforms.statistics.matrix import Booleans, Matrix, cluster_sums, linear_predictor
from transforms.statistics.newton import Fit, information_of

#: Share of the information on some coefficient beyond which a cluster is corrected exactly, below it to first order:
#: that is off by three eighths of its square, a thousandth.
LARGEST_LEVERAGE = 0.05
#: A direction of which one cluster holds all but so little of the information cannot be told without that cluster.
SMALLEST_REST = 1e-7


@dataclass(frozen=True)
class Errors:
    """How sure estimates are.

    Attributes:
        covariance: Of intercepts and free slopes, shape (K + p, K + p).
        lone: Directions that one cluster alone determines, each as long as its standard deviation would be, shape
            (directions, K + p). Without that cluster they cannot be told, so their variance says nothing.
    """

    covariance: Floats
    lone: Floats

    def is_lone(self, directions: Floats) -> Booleans:
        """Which linear functions of the coefficients hang on one cluster.

        Args:
            directions: By intercepts and free slopes, shape (q, K + p).
        """
        return np.asarray((np.abs(directions @ self.lone.T) > SMALLEST_REST).any(axis=1))


@dataclass(frozen=True)
class Adjusted:
    """Corrected scores of some clusters, shape (clusters, K + p), and the directions that hang on one of them."""

    scores: Floats
    lone: Floats


@dataclass(frozen=True)
class _Part:
    """Some clusters: their scores, shape (clusters, K + p), and what the correction needs of their rows."""

    clusters: slice
    rows: slice
    scores: Floats
    derivatives: Derivatives


def cluster_errors(matrix: Matrix, family: Likelihood, fitted: Fit) -> Errors | None:
    """Cluster-robust covariance of intercepts and free slopes, corrected for the leverage of clusters (CR2).

    Source: Bell and McCaffrey (2002); for models with weights Pustejovsky and Tipton (2018). Without any recorded
    seller it is the inverse information.

    Args:
        matrix: What was fitted.
        family: The model.
        fitted: Its estimates.

    Returns:
        None with one cluster, from which nothing can be said of variation between clusters.
    """
    inverse = _inverse(fitted)
    if not matrix.has_sellers:
        return Errors(inverse, np.zeros((0, inverse.shape[0])))
    if matrix.clustering.n_clusters < 2:  # noqa: PLR2004 - variation needs two
        return None
    meat, lone = np.zeros_like(inverse), []
    for part in adjusted_scores(matrix, family, fitted):
        meat += part.scores.T @ part.scores
        lone.append(part.lone)
    result = inverse @ meat @ inverse
    return Errors(np.asarray((result + result.T) / 2), np.concatenate(lone))


def covariance(matrix: Matrix, family: Likelihood, fitted: Fit) -> Floats | None:
    """The covariance of ``cluster_errors`` alone."""
    errors = cluster_errors(matrix, family, fitted)
    return None if errors is None else errors.covariance


def plain_covariance(matrix: Matrix, family: Likelihood, fitted: Fit) -> Floats | None:
    """Cluster-robust covariance without correction for leverage, to compare with other programs.

    Source: Liang and Zeger (1986), Huber (1967); times G/(G − 1) for G clusters (Cameron and Miller 2015, section
    II.B). Arguments and result as for ``covariance``.
    """
    inverse = _inverse(fitted)
    n_clusters = matrix.clustering.n_clusters
    if not matrix.has_sellers:
        return inverse
    if n_clusters < 2:  # noqa: PLR2004 - variation needs two
        return None
    meat = np.zeros_like(inverse)
    for part in _parts(matrix, family, fitted):
        meat += part.scores.T @ part.scores
    result = inverse @ meat @ inverse * (n_clusters / (n_clusters - 1))
    return np.asarray((result + result.T) / 2)


def cluster_influences(matrix: Matrix, family: Likelihood, fitted: Fit, directions: Floats) -> Floats:
    """By how much each cluster moved some linear functions of the coefficients, corrected for leverage.

    The sum of their squares is the variance of the function.

    Args:
        matrix: What was fitted.
        family: The model.
        fitted: Its estimates.
        directions: The functions by intercepts and free slopes, shape (q, K + p).

    Returns:
        Shape (clusters, q).
    """
    by_score = _inverse(fitted) @ directions.T
    return np.concatenate([part.scores @ by_score for part in adjusted_scores(matrix, family, fitted)])


def adjusted_scores(matrix: Matrix, family: Likelihood, fitted: Fit) -> Iterator[Adjusted]:
    """Scores of the clusters, as large as they would be had the clusters not drawn the fit towards themselves.

    With A = (L Lᵀ)⁻¹ the information and A_g what cluster g adds to it, the corrected score in the coordinates of L is
    (I − M)^(−1/2) Lᵀ s_g, M = Lᵀ A_g L. Where M is small, (I − M)^(−1/2) = I + M / 2 serves. A direction that one
    cluster alone determines has no score; it is left out (Moore–Penrose).

    Yields:
        The next clusters in order.
    """
    inverse = _inverse(fitted)
    root = _root(inverse)
    for part in _parts(matrix, family, fitted):
        scores = part.scores + _first_order(matrix, fitted, part, inverse)
        lone = [np.zeros((0, inverse.shape[0]))]
        for place in np.flatnonzero(_leverage(matrix, fitted, part, inverse) > LARGEST_LEVERAGE):
            first, last = matrix.cluster_starts[part.clusters.start + place :][:2]
            held = information_of(matrix, family, fitted, slice(int(first), int(last)))
            values, vectors = np.linalg.eigh(root.T @ held @ root)
            scores[place] = np.linalg.solve(root.T, _corrected(values, vectors, root.T @ part.scores[place]))
            lone.append((root @ vectors[:, 1 - values < SMALLEST_REST]).T)
        yield Adjusted(scores, np.concatenate(lone))


def _inverse(fitted: Fit) -> Floats:
    inverse = np.linalg.inv(fitted.information)
    return np.asarray((inverse + inverse.T) / 2)


def _root(inverse: Floats) -> Floats:
    """L with L Lᵀ = inverse, by eigenvalues, which rounding may have left a little below zero."""
    values, vectors = np.linalg.eigh(inverse)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def _parts(matrix: Matrix, family: Likelihood, fitted: Fit) -> Iterator[_Part]:
    """Scores of the clusters: sums of the derivatives of their rows' log-likelihood."""
    for clusters, rows in matrix.cluster_chunks():
        eta = linear_predictor(matrix, rows, fitted.slopes)
        part = family.derivatives(family.classes(matrix.outcome[rows]), eta, fitted.intercepts)
        starts = matrix.cluster_starts[clusters] - rows.start
        intercepts = np.add.reduceat(part.intercept_scores, starts, axis=1).T
        slopes = cluster_sums(matrix, clusters, rows, part.score)[:, fitted.free]
        yield _Part(clusters, rows, np.concatenate([intercepts, slopes], axis=1), part)


def _leverage(matrix: Matrix, fitted: Fit, part: _Part, inverse: Floats) -> Floats:
    """About the largest share of the information on one coefficient that each cluster holds, shape (clusters,)."""
    derivatives = part.derivatives
    starts = matrix.cluster_starts[part.clusters] - part.rows.start
    intercepts = np.add.reduceat(np.abs(derivatives.cross_information), starts, axis=1).T
    squares = cluster_sums(matrix, part.clusters, part.rows, derivatives.information, power=2)[:, fitted.free]
    held = np.concatenate([intercepts, squares], axis=1) * np.diag(inverse)
    return np.asarray(held.max(axis=1))


def _first_order(matrix: Matrix, fitted: Fit, part: _Part, inverse: Floats) -> Floats:
    """Half of A_g A⁻¹ s_g for each cluster, shape (clusters, K + p).

    Of the information only what goes through the linear predictor is taken: all of it with one intercept, all but a
    part that concerns the thresholds alone in the ordinal model.
    """
    derivatives, k = part.derivatives, part.derivatives.cross_information.shape[0]
    steps = np.zeros((part.scores.shape[0], k + matrix.n_slopes))
    steps[:, np.concatenate([np.ones(k, dtype=np.bool_), fitted.free])] = part.scores @ inverse
    starts = matrix.cluster_starts[part.clusters.start : part.clusters.stop + 1] - part.rows.start
    owner = np.repeat(np.arange(starts.size - 1), np.diff(starts))
    moved = (matrix.dense[:, part.rows] * steps[:, k : k + matrix.dense.shape[0]].T[:, owner]).sum(axis=0)
    for block, start in zip(matrix.blocks, matrix.offsets, strict=False):
        moved += steps[owner, k + start + block.codes[part.rows]]
    weights = derivatives.information
    ratio = np.divide(derivatives.cross_information, weights, out=np.zeros((k, weights.size)), where=weights > 0)
    moved += (ratio * steps[:, :k].T[:, owner]).sum(axis=0)
    moved *= weights / 2
    intercepts = np.add.reduceat(ratio * moved, starts[:-1], axis=1).T
    slopes = cluster_sums(matrix, part.clusters, part.rows, moved)[:, fitted.free]
    return np.concatenate([intercepts, slopes], axis=1)


def _corrected(values: Floats, vectors: Floats, score: Floats) -> Floats:
    """(I − M)^(−1/2) times the score, from the eigenvalues and eigenvectors of M."""
    rest = 1 - values
    factors = np.where(rest < SMALLEST_REST, 0.0, 1 / np.sqrt(np.maximum(rest, SMALLEST_REST)))
    return np.asarray(vectors @ (factors * (vectors.T @ score)))
