"""Errors by leaving out each seller: for groups of disputes and months, where single sellers weigh much.

The correction of record 082 is exact if a seller's errors are independent once the model has explained what it can.
Where an effect itself differs from seller to seller, or a seller's rulings have a level of their own, what the seller
draws away from its own residuals is more than that, and only leaving it out shows it (docs/decisions/082).
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from transforms.statistics.clusters import Floats
from transforms.statistics.families import Likelihood
from transforms.statistics.inference import Inferred, degrees_of_sum, infer, inferred_of
from transforms.statistics.leverage import JACKKNIFE, SMALLEST_REST, adjusted_scores
from transforms.statistics.matrix import Booleans, Matrix
from transforms.statistics.newton import Fit
from transforms.statistics.satterthwaite import FEWEST_DEGREES, degrees_of_freedom


@dataclass(frozen=True)
class Influences:
    """What leaving out each cluster does to some linear functions of the coefficients.

    Attributes:
        changes: Estimate less that without the cluster, shape (clusters, q).
        is_lone: Functions that one cluster alone determines, shape (q,).
    """

    changes: Floats
    is_lone: Booleans

    @property
    def covariance(self) -> Floats:
        """Of the functions, shape (q, q). Source: Bell and McCaffrey (2002), there the jackknife (CR3)."""
        return np.asarray(self.changes.T @ self.changes)


def degrees_of_changes(changes: Floats) -> Floats:
    """Degrees of freedom of sums of squared changes, from the changes themselves.

    2 V² / Var(V) with V = Σ d², of which Var(V) ≤ Σ E d⁴: cautious, and without a model of how errors of a cluster are
    alike. Source: Satterthwaite (1946), with each cluster's own contribution as in Fay and Graubard (2001).

    Args:
        changes: Shape (q, clusters).

    Returns:
        Shape (q,), at least 1.
    """
    squares = changes**2
    total, fourth = squares.sum(axis=1) ** 2, (squares**2).sum(axis=1)
    return np.asarray(np.maximum(np.divide(2 * total, fourth, out=np.ones_like(total), where=fourth > 0), 1.0))


def leave_out(matrix: Matrix, family: Likelihood, fitted: Fit, directions: Floats) -> Influences:
    """Leave out each cluster in turn, in one Newton step from the estimates of all.

    Args:
        matrix: What was fitted.
        family: The model.
        fitted: Its estimates.
        directions: Linear functions by intercepts and free slopes, shape (q, K + p).
    """
    by_score = np.linalg.solve(fitted.information, directions.T)
    changes, is_lone = [], np.zeros(directions.shape[0], dtype=np.bool_)
    for part in adjusted_scores(matrix, family, fitted, JACKKNIFE):
        changes.append(part.scores @ by_score)
        is_lone |= (np.abs(directions @ part.lone.T) > SMALLEST_REST).any(axis=1)
    return Influences(np.concatenate(changes), is_lone)


def infer_by_jackknife(
    model: tuple[Matrix, Likelihood, Fit], values: Floats, directions: Floats, found: Influences | None = None
) -> list[Inferred]:
    """Standard errors by leaving out each seller.

    Degrees of freedom are Satterthwaite's by the model of likeness (``satterthwaite.py``), or from the changes
    themselves where that is fewer: what differs from seller to seller in some other way shows only there.

    Args:
        model: Matrix, family and fit.
        values: Functions of the coefficients at the estimates, shape (q,).
        directions: Their gradients by intercepts and free slopes, shape (q, K + p).
        found: What ``leave_out`` gave for them, where it is at hand.

    Returns:
        As ``infer``, which serves where no seller is recorded, or there is only one.
    """
    matrix, family, fitted = model
    if not matrix.has_sellers or matrix.clustering.n_clusters == 1 or directions.shape[0] == 0:
        return infer(model, values, directions)
    found = leave_out(matrix, family, fitted, directions) if found is None else found
    degrees = np.minimum(degrees_of_freedom(*model, directions), degrees_of_changes(found.changes.T))
    return [
        inferred_of(matrix.clustering, float(value), math.sqrt(variance), float(dof), bool(is_lone))
        for value, variance, dof, is_lone in zip(values, np.diag(found.covariance), degrees, found.is_lone, strict=True)
    ]


def with_variance(found: Inferred, more: float, dof: float) -> Inferred:
    """An estimate that errs by something else, too.

    Args:
        found: With an error of its own.
        more: A further variance, independent of it.
        dof: Degrees of freedom of that.
    """
    if not found.has_error or more <= 0:
        return found
    variance = found.std_error**2
    total = degrees_of_sum((np.array([variance]), np.array([found.dof])), (np.array([more]), dof))
    status = "few_clusters" if found.status == "ok" and total[0] < FEWEST_DEGREES else found.status
    return replace(found, std_error=math.sqrt(variance + more), dof=float(total[0]), status=status)
