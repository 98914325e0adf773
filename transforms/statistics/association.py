"""Intervals and tests of the measures of association (measures.py) that allow for sellers."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import ClusteredCounts, Floats
from transforms.statistics.measures import (
    Measure,
    corrected_scale,
    cramers_v,
    mutual_information,
    pearson_phi_squared,
)
from transforms.statistics.reference import f_p_value, t_p_value, two_sided_quantile

#: A standard error below this is zero but for rounding: the measure has reached its bound.
SMALLEST_STD_ERROR = 1e-9
#: With one level, or one outcome, there is no association to measure.
FEWEST_LEVELS = 2


@dataclass(frozen=True)
class Inference:
    """An estimate with its 95 % interval and p value; None where there is none, and why."""

    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    status: str


@dataclass(frozen=True)
class IndependenceTest:
    """Design effects of a test of independence: their mean and sum of squares, and the degrees of freedom."""

    mean_effect: float
    sum_squared_effects: float
    dof: int

    def p_value(self, chi_squared: float, cluster_dof: float) -> float:
        """Significance of Pearson's or of the likelihood-ratio chi-squared.

        Source: Rao and Scott (1984), second-order correction, referred to F as in Rao and Thomas (1989).
        """
        total = self.mean_effect * self.dof
        numerator = total**2 / self.sum_squared_effects
        return f_p_value(chi_squared / total, numerator, numerator * cluster_dof)


def independence_test(table: ClusteredCounts, shares: Floats) -> IndependenceTest:
    """Design effects under independence of the deviations from it.

    Args:
        table: Counts in the cells of ``shares``, in row-major order.
        shares: Table levels × outcomes, no empty row or column.

    Returns:
        One for each where rulings are independent; a mean below one counts as one.
    """
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    dof = (rows.size - 1) * (columns.size - 1)
    if not table.clustering.is_clustered:
        return IndependenceTest(1.0, dof, dof)
    deviation = np.kron(np.eye(rows.size) - rows[:, None], np.eye(columns.size) - columns[:, None])
    scaled = deviation / np.sqrt(np.outer(rows, columns)).reshape(-1, 1)
    effects = table.clustering.n * table.variance(scaled)
    mean = float(np.trace(effects)) / dof
    if mean < SMALLEST_STD_ERROR:
        return IndependenceTest(1.0, dof, dof)
    inflation = max(mean, 1.0) / mean
    return IndependenceTest(mean * inflation, float((effects**2).sum()) * inflation**2, dof)


def infer_symmetric(
    table: ClusteredCounts, shares: Floats, statistic: Callable[[Floats], Measure], null: float, lowest: float
) -> Inference:
    """Interval and test for a measure that is about normally distributed (tau-b, Spearman, AUC).

    Args:
        table: Counts in the cells of ``shares``, in row-major order.
        shares: Table levels × outcomes, no empty row or column.
        statistic: The measure of such a table.
        null: Value where there is no association.
        lowest: Smallest possible value; the largest is 1.
    """
    clustering, measure = table.clustering, statistic(shares)
    if clustering.n_clusters == 1:
        return Inference(measure.estimate, None, None, None, "one_cluster")

    def change(counts: Floats) -> float | None:
        rest = counts.reshape(shares.shape)
        rest = rest[rest.sum(axis=1) > 0]
        if rest.shape[0] < FEWEST_LEVELS or (rest.sum(axis=0) == 0).any():
            return None
        return statistic(rest / rest.sum()).estimate - measure.estimate

    std_error = math.sqrt(table.jackknife_variance(measure.influence.ravel(), change))
    if std_error < SMALLEST_STD_ERROR:
        return Inference(measure.estimate, None, None, None, "perfect_association")
    half_width = two_sided_quantile(clustering.dof) * std_error
    return Inference(
        measure.estimate,
        max(measure.estimate - half_width, lowest),
        min(measure.estimate + half_width, 1.0),
        t_p_value((measure.estimate - null) / std_error, clustering.dof),
        clustering.status,
    )


def divergence_interval(
    table: ClusteredCounts, measure: Measure, test: IndependenceTest, order: float
) -> tuple[float, float]:
    """Interval of a measure that is zero under independence and never negative.

    Near independence such a measure is a quadratic form, far from it about normal; its variance has a part for each.
    The linear part grows with the measure itself, so that the ends are values at which the estimate would be just
    as far off as the interval allows, as in Wilson's interval of a share; the estimated one contains twice the
    quadratic part as noise, which is taken off. The low end allows for the bias that sellers add; the high end does
    not, so that it is never below the estimate (docs/decisions/082-few-clusters.md).

    Args:
        table: Counts in the cells of the measure, in row-major order.
        measure: Plug-in estimate and influence.
        test: Design effects under independence.
        order: The measure times n is about chi-squared times this: 1 for phi squared, 1/2 for mutual information.

    Returns:
        Low and high end, before any correction of the estimate for bias at the high end.
    """
    n, estimate = table.clustering.n, measure.estimate
    linear = float(table.variance(measure.influence.reshape(1, -1))[0, 0])
    quadratic = 2 * order**2 * test.sum_squared_effects / n**2
    slope = max(linear - quadratic, 0.0) / estimate if estimate > 0 else 0.0
    bias = order * test.mean_effect * test.dof / n
    squared = two_sided_quantile(table.clustering.dof) ** 2
    low, high = (
        _just_as_far(centre, side, squared * slope, squared * quadratic)
        for centre, side in ((estimate - bias, -1), (estimate, 1))
    )
    return max(low, 0.0), max(high, estimate)


def _just_as_far(centre: float, side: int, slope: float, constant: float) -> float:
    """The value v below or above the centre with (v − centre)² = slope · v + constant."""
    middle = centre + slope / 2
    return middle + side * math.sqrt(max(middle**2 - centre**2 + constant, 0.0))


def infer_cramers_v(table: ClusteredCounts, shares: Floats) -> Inference:
    """Bias-corrected Cramér's V with an interval and a test that allow for sellers.

    Args:
        table: Counts in the cells of ``shares``, in row-major order.
        shares: Table levels × outcomes, no empty row or column.
    """
    clustering = table.clustering
    phi_squared = pearson_phi_squared(shares)
    estimate = cramers_v(phi_squared.estimate, clustering.n, *shares.shape)
    if estimate is None:
        return Inference(None, None, None, None, "too_few_disputes")
    if clustering.n_clusters == 1:
        return Inference(estimate, None, None, None, "one_cluster")
    test = independence_test(table, shares)
    low, high = divergence_interval(table, phi_squared, test, 1.0)
    scale = corrected_scale(clustering.n, *shares.shape)
    high = max(high - test.dof / (clustering.n - 1), 0.0)
    p_value = test.p_value(clustering.n * phi_squared.estimate, clustering.dof)
    ends = [min(math.sqrt(end / scale), 1.0) for end in (low, high)]
    return Inference(estimate, min(ends[0], estimate), max(ends[1], estimate), p_value, clustering.status)


def infer_mutual_information(table: ClusteredCounts, shares: Floats) -> Inference:
    """Mutual information in nats with an interval and a likelihood-ratio test that allow for sellers.

    Args:
        table: Counts in the cells of ``shares``, in row-major order.
        shares: Table levels × outcomes, no empty row or column.
    """
    clustering = table.clustering
    measure = mutual_information(shares)
    if clustering.n_clusters == 1:
        return Inference(measure.estimate, None, None, None, "one_cluster")
    test = independence_test(table, shares)
    low, high = divergence_interval(table, measure, test, 0.5)
    p_value = test.p_value(2 * clustering.n * measure.estimate, clustering.dof)
    return Inference(measure.estimate, low, high, p_value, clustering.status)
