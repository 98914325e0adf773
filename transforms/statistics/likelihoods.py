"""Log-likelihood of each ruling, and of each seller's rulings together."""

import numpy as np

from transforms.statistics.clusters import Floats, Responses
from transforms.statistics.families import Family, log_logistic
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
