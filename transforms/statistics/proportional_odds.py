"""Whether one set of coefficients serves both cuts of the ordered outcome."""

from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.families import Family
from transforms.statistics.matrix import Matrix
from transforms.statistics.newton import Fit
from transforms.statistics.reference import f_p_value
from transforms.statistics.sandwich import cluster_influences


@dataclass(frozen=True)
class Difference:
    """Coefficients of one binary logit less those of the other, with their covariance by cluster."""

    differences: Floats
    covariance: Floats


def coefficient_differences(
    first: tuple[Matrix, Family, Fit], second: tuple[Matrix, Family, Fit], places: Integers, n_clusters: int
) -> Difference:
    """Compare two logits on the same disputes.

    Source: Brant (1990), with the joint covariance estimated from clusters (as in Stata's suest, Weesie 1999).

    Args:
        first: Matrix, model and fit of one; rows may have been dropped.
        second: The same of the other.
        places: Coefficients to compare, free in both.
        n_clusters: Number of clusters before any were dropped.

    Returns:
        First less second, shape (q,), and its covariance, shape (q, q).
    """
    influence = np.zeros((n_clusters, places.size))
    influence[first[0].cluster_ids] += cluster_influences(*first, places)
    influence[second[0].cluster_ids] -= cluster_influences(*second, places)
    covariance = influence.T @ influence * (n_clusters / (n_clusters - 1))
    return Difference(first[2].slopes[places] - second[2].slopes[places], covariance)


def joint_p_value(difference: Difference, dof: float) -> float | None:
    """P value of no difference at all: Wald's statistic over its degrees of freedom, referred to F.

    Returns:
        None where the covariance has not full rank (fewer clusters than coefficients).
    """
    q = difference.differences.size
    if np.linalg.matrix_rank(difference.covariance, hermitian=True) < q:
        return None
    wald = float(difference.differences @ np.linalg.solve(difference.covariance, difference.differences))
    return f_p_value(wald / q, q, dof)
