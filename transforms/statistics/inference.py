"""From estimates and their gradients to intervals and tests that hold with few or unequal sellers."""

import math
from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Clustering, Floats
from transforms.statistics.families import Likelihood
from transforms.statistics.newton import Fit
from transforms.statistics.passes import Rows
from transforms.statistics.reference import t_p_value, two_sided_quantile
from transforms.statistics.sandwich import Errors, cluster_errors
from transforms.statistics.satterthwaite import FEWEST_DEGREES, degrees_of_freedom

#: A standard error below this is zero but for rounding: nothing varies.
SMALLEST_STD_ERROR = 1e-12


@dataclass(frozen=True)
class Inferred:
    """An estimate with what is known of its error.

    Attributes:
        estimate: In any unit.
        std_error: In the same; NaN where there is none.
        dof: Degrees of freedom behind it.
        status: ``ok``, what is to be said of the interval, or why there is none.
    """

    estimate: float
    std_error: float
    dof: float
    status: str

    @property
    def has_error(self) -> bool:
        """Whether there is an interval."""
        return not math.isnan(self.std_error)

    @property
    def half_width(self) -> float:
        """Half the width of the 95 % interval."""
        return two_sided_quantile(self.dof) * self.std_error

    def p_value(self, null: float = 0.0) -> float:
        """Two-sided p value of the estimate being ``null``."""
        return t_p_value((self.estimate - null) / self.std_error, self.dof)


def infer(
    model: tuple[Rows, Likelihood, Fit],
    values: Floats,
    directions: Floats,
    errors: Errors | None = None,
    averaging: Floats | None = None,
) -> list[Inferred]:
    """Standard errors by the delta method, degrees of freedom by Satterthwaite's.

    Args:
        model: Rows, family and fit.
        values: Functions of the coefficients at the estimates, shape (q,).
        directions: Their gradients by intercepts and free slopes, shape (q, K + p).
        errors: What ``cluster_errors`` gave for the model, where it is at hand.
        averaging: For averages over rows, their variance over other sellers' rows, shape (q,)
            (``contrasts.Estimate.averaging_variance``); zero where it is left out.

    Returns:
        One for each value. Without an error: one seller in all (``one_cluster``), an estimate that one seller alone
        determines (``lone_cluster``), or nothing that varies (``no_variation``).
    """
    rows, family, fitted = model
    clustering = rows.clustering
    errors = cluster_errors(rows, family, fitted) if errors is None else errors
    if errors is None:
        return [Inferred(float(value), math.nan, math.nan, clustering.status) for value in values]
    variances = np.maximum(((directions @ errors.covariance) * directions).sum(axis=1), 0.0)
    dofs = degrees_of_freedom(rows, family, fitted, directions)
    if averaging is not None:
        dofs = degrees_of_sum((variances, dofs), (averaging, clustering.dof))
        variances = variances + averaging
    lone = errors.is_lone(directions)
    return [
        inferred_of(clustering, float(value), math.sqrt(variance), float(dof), bool(is_lone))
        for value, variance, dof, is_lone in zip(values, variances, dofs, lone, strict=True)
    ]


def degrees_of_sum(first: tuple[Floats, Floats], second: tuple[Floats, float]) -> Floats:
    """Degrees of freedom of a sum of two independent variances.

    Args:
        first: Variances and their degrees of freedom, both of shape (q,).
        second: Variances of shape (q,), and the degrees of freedom of all.

    Returns:
        Shape (q,). Source: Welch (1947), Satterthwaite (1946).
    """
    squares = first[0] ** 2 / first[1] + second[0] ** 2 / second[1]
    total = (first[0] + second[0]) ** 2
    return np.asarray(np.divide(total, squares, out=np.full(total.shape, math.inf), where=squares > 0))


def inferred_of(clustering: Clustering, value: float, std_error: float, dof: float, is_lone: bool) -> Inferred:
    """An estimate with its error, or without one and why.

    Args:
        clustering: Disputes and sellers.
        value: The estimate.
        std_error: Of it.
        dof: Degrees of freedom of the error.
        is_lone: Whether one seller alone determines the estimate.
    """
    if is_lone:
        return Inferred(value, math.nan, math.nan, "lone_cluster")
    if std_error < SMALLEST_STD_ERROR:
        return Inferred(value, math.nan, math.nan, "no_variation")
    is_rough = clustering.has_sellers and dof < FEWEST_DEGREES
    return Inferred(value, std_error, dof, "few_clusters" if is_rough else clustering.status)


def free_directions(fitted: Fit, gradient: Floats) -> Floats:
    """Gradients by intercepts and all slopes, shape (q, K + n_slopes), by those alone that were estimated."""
    kept = np.concatenate([np.ones(fitted.intercepts.size, dtype=np.bool_), fitted.free])
    return np.asarray(gradient[:, kept])
