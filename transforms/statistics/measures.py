"""Measures of how strongly the level of a factor goes with the outcome.

Each is a function of the shares in a table levels × outcomes and comes with its influence per cell (its derivative by
the share of that cell), from which variances by seller follow (clusters.py).
"""

import math
from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Floats


@dataclass(frozen=True)
class Measure:
    """A measure of a table: its estimate and its influence per cell, shape of the table."""

    estimate: float
    influence: Floats


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
    scale = corrected_scale(n, n_rows, n_columns)
    if scale <= 0:
        return None
    excess = phi_squared - (n_rows - 1) * (n_columns - 1) / (n - 1)
    return min(math.sqrt(max(excess, 0.0) / scale), 1.0)


def corrected_scale(n: int, n_rows: int, n_columns: int) -> float:
    """Largest value that the corrected mean square contingency can have."""
    return min(side - (side - 1) ** 2 / (n - 1) for side in (n_rows, n_columns)) - 1
