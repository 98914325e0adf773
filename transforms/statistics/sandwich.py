"""Covariance of coefficients when the rulings of a seller are alike."""

import numpy as np

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.families import Family
from transforms.statistics.matrix import Matrix, cluster_sums, linear_predictor
from transforms.statistics.newton import Fit


def covariance(matrix: Matrix, family: Family, fitted: Fit) -> Floats | None:
    """Cluster-robust covariance of intercepts and free slopes.

    Source: Liang and Zeger (1986), Huber (1967); times G/(G − 1) for G clusters (Cameron and Miller 2015, section
    II.B). Without any recorded seller it is the inverse information.

    Args:
        matrix: What was fitted.
        family: The model.
        fitted: Its estimates.

    Returns:
        Shape (K + p, K + p); None with one cluster, from which nothing can be said of variation between clusters.
    """
    inverse = np.linalg.inv(fitted.information)
    if not matrix.has_sellers:
        return np.asarray((inverse + inverse.T) / 2)
    n_clusters = matrix.clustering.n_clusters
    if n_clusters < 2:  # noqa: PLR2004 - variation needs two
        return None
    meat = np.zeros_like(inverse)
    for clusters, rows in matrix.cluster_chunks():
        scores = _cluster_scores(matrix, family, fitted, clusters, rows)
        meat += scores.T @ scores
    result = inverse @ meat @ inverse * (n_clusters / (n_clusters - 1))
    return np.asarray((result + result.T) / 2)


def cluster_influences(matrix: Matrix, family: Family, fitted: Fit, places: Integers) -> Floats:
    """By how much each cluster moved the coefficients at some places, shape (clusters, len(places))."""
    free_places = np.flatnonzero(fitted.free)
    columns = family.n_intercepts + np.searchsorted(free_places, places)
    direction = np.linalg.inv(fitted.information)[:, columns]
    parts = [
        _cluster_scores(matrix, family, fitted, clusters, rows) @ direction
        for clusters, rows in matrix.cluster_chunks()
    ]
    return np.concatenate(parts)


def _cluster_scores(matrix: Matrix, family: Family, fitted: Fit, clusters: slice, rows: slice) -> Floats:
    """Score of each cluster: sum of the derivatives of its rows' log-likelihood, shape (clusters, K + p)."""
    eta = linear_predictor(matrix, rows, fitted.slopes)
    part = family.derivatives(family.classes(matrix.outcome[rows]), eta, fitted.intercepts)
    starts = matrix.cluster_starts[clusters] - rows.start
    intercepts = np.add.reduceat(part.intercept_scores, starts, axis=1).T
    slopes = cluster_sums(matrix, clusters, rows, part.score)[:, fitted.free]
    return np.concatenate([intercepts, slopes], axis=1)
