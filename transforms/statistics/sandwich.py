"""Covariance of coefficients when the rulings of a seller are alike.

A seller's residuals are smaller than its errors, the more so the more the seller weighs in the fit. The scores of
sellers are corrected for that (bias-reduced linearisation), so that few or unequal sellers do not make intervals too
short (docs/decisions/082-few-clusters.md).
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from transforms.statistics.clusters import Floats
from transforms.statistics.families import Likelihood
from transforms.statistics.leverage import SMALLEST_REST, adjusted_scores, plain_scores
from transforms.statistics.matrix import Booleans, Matrix
from transforms.statistics.newton import Fit
from transforms.statistics.passes import Rows


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


def cluster_errors(rows: Rows, family: Likelihood, fitted: Fit) -> Errors | None:
    """Cluster-robust covariance of intercepts and free slopes, corrected for the leverage of clusters (CR2).

    Source: Bell and McCaffrey (2002); for models with weights Pustejovsky and Tipton (2018). Without any recorded
    seller it is the inverse information.

    Args:
        rows: What was fitted.
        family: The model.
        fitted: Its estimates.

    Returns:
        None with one cluster, from which nothing can be said of variation between clusters.
    """
    inverse = _inverse(fitted)
    if not rows.has_sellers:
        return Errors(inverse, np.zeros((0, inverse.shape[0])))
    if rows.clustering.n_clusters < 2:  # noqa: PLR2004 - variation needs two
        return None
    found = rows.each(partial(_adjusted, family=family, fitted=fitted))
    result = inverse @ sum(meat for meat, _ in found) @ inverse
    return Errors(np.asarray((result + result.T) / 2), np.concatenate([lone for _, lone in found]))


def _adjusted(matrix: Matrix, family: Likelihood, fitted: Fit) -> tuple[Floats, Floats]:
    """Sums of products of corrected scores, and the directions that hang on one cluster."""
    meat, lone = np.zeros_like(fitted.information), [np.zeros((0, fitted.information.shape[0]))]
    for part in adjusted_scores(matrix, family, fitted):
        meat += part.scores.T @ part.scores
        lone.append(part.lone)
    return meat, np.concatenate(lone)


def covariance(rows: Rows, family: Likelihood, fitted: Fit) -> Floats | None:
    """The covariance of ``cluster_errors`` alone."""
    errors = cluster_errors(rows, family, fitted)
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
    for scores in plain_scores(matrix, family, fitted):
        meat += scores.T @ scores
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
    found = [part.scores @ by_score for part in adjusted_scores(matrix, family, fitted)]
    return np.concatenate([np.zeros((0, directions.shape[0])), *found])


def _inverse(fitted: Fit) -> Floats:
    inverse = np.linalg.inv(fitted.information)
    return np.asarray((inverse + inverse.T) / 2)
