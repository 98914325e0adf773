"""Log-likelihood of each ruling, and of each seller's rulings together."""

import numpy as np

from transforms.statistics.clusters import LARGE_SHARE, Floats, Responses
from transforms.statistics.families import Family, log_logistic
from transforms.statistics.leverage import JACKKNIFE, adjusted_scores, plain_scores
from transforms.statistics.matrix import Matrix, linear_predictor
from transforms.statistics.newton import Fit


def log_likelihoods(family: Family, classes: Responses, eta: Floats, intercepts: Floats) -> Floats:
    """Log-likelihood of each row.

    The logit is the ordered model with one threshold, which is minus its intercept.

    Args:
        family: A logit or the proportional-odds model.
        classes: Class of each row, shape (m,).
        eta: Linear predictor, shape (m,).
        intercepts: Shape (K,).

    Returns:
        Shape (m,).
    """
    thresholds = -family.probability_sign * intercepts
    top = thresholds.size
    lowest, highest = log_logistic(thresholds[0] - eta), log_logistic(eta - thresholds[-1])
    result = np.where(classes == 0, lowest, highest)
    for place in range(1, top):
        gap = np.log(-np.expm1(thresholds[place - 1] - thresholds[place]))
        middle = log_logistic(thresholds[place] - eta) + log_logistic(eta - thresholds[place - 1]) + gap
        result = np.where(classes == place, middle, result)
    return np.asarray(result)


def cluster_log_likelihoods(matrix: Matrix, family: Family, fitted: Fit) -> Floats:
    """Log-likelihood of the rulings of each cluster at the estimates, shape (clusters,)."""
    parts = []
    for clusters, rows in matrix.cluster_chunks():
        eta = linear_predictor(matrix, rows, fitted.slopes)
        each = log_likelihoods(family, family.classes(matrix.outcome[rows]), eta, fitted.intercepts)
        parts.append(np.add.reduceat(each, matrix.cluster_starts[clusters] - rows.start))
    return np.concatenate(parts)


def left_out_log_likelihoods(matrix: Matrix, family: Family, fitted: Fit, by_cluster: Floats) -> Floats:
    """By how much the greatest log-likelihood falls when each cluster is left out, shape (clusters,).

    That is the cluster's own log-likelihood ℓ_g (envelope theorem), less what the others gain by a fit of their own:
    s_gᵀ (A − A_g)⁻¹ s_g / 2 by one Newton step, with its score and information. Only clusters with a large share of
    the disputes make a difference of it.

    Args:
        matrix: What was fitted.
        family: The model.
        fitted: Its estimates.
        by_cluster: ``cluster_log_likelihoods`` of it.

    Returns:
        Shape (clusters,). Source: Pregibon (1981), one-step deletion, here of whole clusters.
    """
    sizes = np.diff(matrix.cluster_starts)
    is_large = sizes >= LARGE_SHARE * matrix.n
    rows = np.flatnonzero(np.repeat(is_large, sizes))
    if rows.size == 0:
        return by_cluster
    large = matrix.take(rows)
    inverse = np.linalg.inv(fitted.information)
    gains = [
        ((plain @ inverse) * adjusted.scores).sum(axis=1) / 2
        for plain, adjusted in zip(
            plain_scores(large, family, fitted), adjusted_scores(large, family, fitted, JACKKNIFE), strict=True
        )
    ]
    falls = by_cluster.copy()
    falls[is_large] -= np.concatenate(gains)
    return falls
