"""How strongly the level of a factor goes with the outcome.

Each measure is a function of the shares in a table levels × outcomes and comes with its influence per cell (its
derivative by the share of that cell), from which variances by seller follow (clusters.py).
"""

import math
from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import ClusteredCounts, Floats
from transforms.statistics.reference import f_p_value, t_p_value, two_sided_quantile

#: A standard error below this is zero but for rounding: the measure has reached its bound.
SMALLEST_STD_ERROR = 1e-9


@dataclass(frozen=True)
class Measure:
    """A measure of a table: its estimate and its influence per cell, shape of the table."""

    estimate: float
    influence: Floats


@dataclass(frozen=True)
class Inference:
    """An estimate with its 95 % interval and p value; None where there is none, and why."""

    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    status: str


def _below(shares: Floats) -> Floats:
    """Sum over all rows above each row (the smaller levels), same shape."""
    return np.asarray(np.cumsum(shares, axis=0) - shares)


def kendall_tau_b(shares: Floats) -> Measure:
    """Kendall's tau-b: concordant less discordant pairs over pairs tied on neither side.

    Source: Kendall (1945); derivative after Brown and Benedetti (1977).

    Args:
        shares: Table levels × outcomes that sums to 1, no empty row or column.
    """
    lower = _below(shares)
    upper = shares.sum(axis=0) - lower - shares
    smaller = _below(lower.T).T + _below(upper[:, ::-1].T).T[:, ::-1]
    larger = _below(lower[:, ::-1].T).T[:, ::-1] + _below(upper.T).T
    surplus = smaller - larger
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    untied_rows, untied_columns = 1 - rows @ rows, 1 - columns @ columns
    scale = math.sqrt(untied_rows * untied_columns)
    estimate = float((shares * surplus).sum() / scale)
    influence = 2 * surplus / scale + estimate * (rows[:, None] / untied_rows + columns / untied_columns)
    return Measure(estimate, influence)


def _rank_scores(margin: Floats) -> Floats:
    """Mid-ranks as shares, centred: their mean over the margin is zero."""
    return np.asarray(_below(margin) + margin / 2 - 0.5)


def _score_derivative(weights: Floats) -> Floats:
    """Derivative of Σ weights · rank scores by each share of the margin, the weights held."""
    return np.asarray(weights.sum() - np.cumsum(weights) + weights / 2)


def spearman(shares: Floats) -> Measure:
    """Spearman's rank correlation with mid-ranks for ties.

    Source: Kendall and Gibbons (1990), chapter 3; derivative by the chain rule through the mid-ranks.

    Args:
        shares: Table levels × outcomes that sums to 1, no empty row or column.
    """
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    row_scores, column_scores = _rank_scores(rows), _rank_scores(columns)
    row_variance, column_variance = rows @ row_scores**2, columns @ column_scores**2
    scale = math.sqrt(row_variance * column_variance)
    estimate = float(row_scores @ shares @ column_scores / scale)
    covariance_slope = (
        np.outer(row_scores, column_scores)
        + _score_derivative(shares @ column_scores)[:, None]
        + _score_derivative(row_scores @ shares)
    )
    row_slope = row_scores**2 + 2 * _score_derivative(rows * row_scores)
    column_slope = column_scores**2 + 2 * _score_derivative(columns * column_scores)
    variance_slope = row_slope[:, None] / row_variance + column_slope / column_variance
    return Measure(estimate, covariance_slope / scale - estimate / 2 * variance_slope)


def auc(shares: Floats) -> Measure:
    """Chance that a dispute of the second column has a higher level than one of the first, ties counting half.

    Source: DeLong, DeLong and Clarke-Pearson (1988).

    Args:
        shares: Table levels × 2 that sums to 1, no empty column.
    """
    first, second = (shares / shares.sum(axis=0)).T
    beaten = _below(first) + first / 2
    beating = 1 - _below(second) - second / 2
    estimate = float(second @ beaten)
    influence = np.column_stack([beating - estimate, beaten - estimate]) / shares.sum(axis=0)
    return Measure(estimate, influence)


def pearson_phi_squared(shares: Floats) -> Measure:
    """Pearson's chi-squared over n: mean square contingency.

    Source: Cramér (1946), section 21.9.

    Args:
        shares: Table that sums to 1, no empty row or column.
    """
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    ratio = shares / np.outer(rows, columns)
    estimate = float(((shares - np.outer(rows, columns)) ** 2 / np.outer(rows, columns)).sum())
    influence = (
        2 * ratio - (shares * ratio).sum(axis=1)[:, None] / rows[:, None] - (shares * ratio).sum(axis=0) / columns
    )
    return Measure(estimate, influence)


def mutual_information(shares: Floats) -> Measure:
    """Mutual information in nats.

    Source: Cover and Thomas (2006), section 2.3.

    Args:
        shares: Table that sums to 1, no empty row or column.
    """
    ratio = shares / np.outer(shares.sum(axis=1), shares.sum(axis=0))
    # an empty cell adds nothing, and no dispute carries its influence
    logarithm = np.log(np.where(shares > 0, ratio, 1.0))
    return Measure(max(float((shares * logarithm).sum()), 0.0), logarithm)


def cramers_v(phi_squared: float, n: int, n_rows: int, n_columns: int) -> float | None:
    """Bias-corrected Cramér's V.

    Source: Bergsma (2013), A bias-correction for Cramér's V and Tschuprow's T.

    Args:
        phi_squared: Pearson's chi-squared over n.
        n: Number of disputes.
        n_rows: Levels that occur.
        n_columns: Outcomes that occur.

    Returns:
        V in [0, 1]; None where n is too small for the correction.
    """
    scale = _corrected_scale(n, n_rows, n_columns)
    if scale <= 0:
        return None
    excess = phi_squared - (n_rows - 1) * (n_columns - 1) / (n - 1)
    return min(math.sqrt(max(excess, 0.0) / scale), 1.0)


def _corrected_scale(n: int, n_rows: int, n_columns: int) -> float:
    """Largest value that the corrected mean square contingency can have."""
    return min(side - (side - 1) ** 2 / (n - 1) for side in (n_rows, n_columns)) - 1


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


def infer_symmetric(table: ClusteredCounts, measure: Measure, null: float, lowest: float) -> Inference:
    """Interval and test for a measure that is about normally distributed (tau-b, Spearman, AUC).

    Args:
        table: Counts in the cells of the measure, in row-major order.
        measure: Estimate and influence.
        null: Value where there is no association.
        lowest: Smallest possible value; the largest is 1.
    """
    clustering = table.clustering
    if clustering.n_clusters == 1:
        return Inference(measure.estimate, None, None, None, "one_cluster")
    std_error = math.sqrt(float(table.variance(measure.influence.reshape(1, -1))[0, 0]))
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
    The linear part, estimated, contains twice the quadratic one as noise, which is taken off. The low end allows for
    the bias that sellers add; the high end does not, so that it is never below the estimate
    (docs/decisions/012-association-by-seller.md).

    Args:
        table: Counts in the cells of the measure, in row-major order.
        measure: Plug-in estimate and influence.
        test: Design effects under independence.
        order: The measure times n is about chi-squared times this: 1 for phi squared, 1/2 for mutual information.

    Returns:
        Low and high end, before any correction of the estimate for bias at the high end.
    """
    n = table.clustering.n
    linear = float(table.variance(measure.influence.reshape(1, -1))[0, 0])
    quadratic = order**2 * test.sum_squared_effects / n**2
    half_width = two_sided_quantile(table.clustering.dof) * math.sqrt(max(linear - 2 * quadratic, 2 * quadratic))
    bias = order * test.mean_effect * test.dof / n
    return max(measure.estimate - bias - half_width, 0.0), measure.estimate + half_width


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
    scale = _corrected_scale(clustering.n, *shares.shape)
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
