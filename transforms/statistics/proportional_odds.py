"""Whether one set of coefficients serves both cuts of the ordered outcome."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.families import Family
from transforms.statistics.matrix import Matrix
from transforms.statistics.newton import Fit
from transforms.statistics.passes import Rows
from transforms.statistics.reference import f_p_value
from transforms.statistics.sandwich import cluster_influences
from transforms.statistics.satterthwaite import degrees_of_freedom

#: A binary logit: what was fitted, the model and its estimates.
Logistic = tuple[Rows, Family, Fit]


@dataclass(frozen=True)
class Difference:
    """Coefficients of one binary logit less those of the other, with their covariance by cluster."""

    differences: Floats
    covariance: Floats


def coefficient_differences(first: Logistic, second: Logistic, places: Integers) -> Difference:
    """Compare two logits on the same disputes.

    Source: Brant (1990), with the joint covariance estimated from clusters (as in Stata's suest, Weesie 1999), their
    influences corrected for leverage (sandwich.py).

    Args:
        first: Rows, model and fit of one; rows may have been dropped.
        second: The same of the other.
        places: Coefficients to compare, free in both.

    Returns:
        First less second, shape (q,), and its covariance, shape (q, q).
    """
    models = tuple((family, fitted, _directions(family, fitted, places)) for _, family, fitted in (first, second))
    products = first[0].beside(second[0], partial(_joint_products, models=models))
    return Difference(first[2].slopes[places] - second[2].slopes[places], np.asarray(sum(products)))


def _joint_products(first: Matrix, second: Matrix, models: Sequence[tuple[Family, Fit, Floats]]) -> Floats:
    """Products of what each cluster adds to the differences, summed over clusters, shape (q, q)."""
    n_clusters = 1 + max(int(ids.max(initial=-1)) for ids in (first.cluster_ids, second.cluster_ids))
    influence = np.zeros((n_clusters, models[0][2].shape[0]))
    influence[first.cluster_ids] += cluster_influences(first, *models[0])
    influence[second.cluster_ids] -= cluster_influences(second, *models[1])
    return np.asarray(influence.T @ influence)


def difference_degrees(first: Logistic, second: Logistic, places: Integers) -> Floats:
    """Degrees of freedom of each difference: the fewer of those of the two coefficients, shape (q,)."""
    degrees = [degrees_of_freedom(*each, _directions(*each[1:], places)) for each in (first, second)]
    return np.minimum(degrees[0], degrees[1])


def _directions(family: Family, fitted: Fit, places: Integers) -> Floats:
    """Coefficients at some places as linear functions of intercepts and free slopes, shape (q, K + p)."""
    columns = family.n_intercepts + np.searchsorted(np.flatnonzero(fitted.free), places)
    return np.asarray(np.eye(fitted.information.shape[0])[columns])


def joint_p_value(difference: Difference, dof: float) -> float | None:
    """P value of no difference at all: Wald's statistic as Hotelling's T².

    Source: Pustejovsky and Tipton (2018), section 3.2: F with q and dof − q + 1 degrees of freedom.

    Returns:
        None where the covariance has not full rank, or degrees of freedom are fewer than coefficients.
    """
    q = difference.differences.size
    if dof < q or np.linalg.matrix_rank(difference.covariance, hermitian=True) < q:
        return None
    wald = float(difference.differences @ np.linalg.solve(difference.covariance, difference.differences))
    if math.isinf(dof):
        return f_p_value(wald / q, q, dof)
    return f_p_value(wald / q * (dof - q + 1) / dof, q, dof - q + 1)
