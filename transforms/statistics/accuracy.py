"""How good predicted chances are: who is ranked above whom, how far off, and whether chances mean what they say.

Each measure comes with its influence per dispute, so that differences between models on the same disputes, and sums
over the disputes of a seller, have the right variance.
"""

import math
from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Clustering, Floats, Integers
from transforms.statistics.families import logistic
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Booleans, Matrix
from transforms.statistics.newton import fit
from transforms.statistics.reference import t_p_value, two_sided_quantile
from transforms.statistics.sandwich import covariance

#: Chances are kept so far from 0 and 1, so that one wrong certainty does not cost infinitely much.
SMALLEST_CHANCE = 1e-15
MOST_STEPS = 50
SMALLEST_STEP = 1e-10


@dataclass(frozen=True)
class Judged:
    """Outcomes that were to be predicted, sorted by seller.

    Attributes:
        is_win: Shape (n,).
        cluster_starts: First row of each cluster, then n.
        clustering: How the rows are spread over sellers.
    """

    is_win: Booleans
    cluster_starts: Integers
    clustering: Clustering

    def std_error(self, influences: Floats) -> float | None:
        """Standard error of a mean of influences, by leaving out each seller in turn; None with one seller.

        Source: Obuchowski (1997); Wolter (2007), chapter 4.
        """
        n, n_clusters = self.clustering.n, self.clustering.n_clusters
        if n_clusters == 1:
            return None
        sums = np.add.reduceat(influences, self.cluster_starts[:-1]) / (n - np.diff(self.cluster_starts))
        return math.sqrt(float(sums @ sums) * (1 - 1 / n_clusters))


@dataclass(frozen=True)
class Measured:
    """A measure, and its influence per dispute (mean zero), shape (n,)."""

    estimate: float
    influences: Floats

    def __sub__(self, other: "Measured") -> "Measured":
        """The difference of two measures of the same disputes."""
        return Measured(self.estimate - other.estimate, self.influences - other.influences)


@dataclass(frozen=True)
class Estimate:
    """An estimate with its 95 % interval and the p value of zero; None where there is none."""

    estimate: float
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None


def auc(judged: Judged, chances: Floats) -> Measured:
    """Chance that a dispute that the buyer wins is ranked above one that the buyer does not win, ties counting half.

    Source: DeLong, DeLong and Clarke-Pearson (1988).
    """
    _, place, sizes = np.unique(chances, return_inverse=True, return_counts=True)
    wins = np.bincount(place, judged.is_win, sizes.size)
    losses = sizes - wins
    beaten = (np.cumsum(losses) - losses / 2) / losses.sum()
    beating = 1 - (np.cumsum(wins) - wins / 2) / wins.sum()
    estimate = float(wins @ beaten / wins.sum())
    share = float(judged.is_win.mean())
    influences = np.where(judged.is_win, (beaten[place] - estimate) / share, (beating[place] - estimate) / (1 - share))
    return Measured(estimate, influences)


def brier(judged: Judged, chances: Floats) -> Measured:
    """Mean squared distance of chance and outcome. Source: Brier (1950)."""
    return _mean((chances - judged.is_win) ** 2)


def log_loss(judged: Judged, chances: Floats) -> Measured:
    """Mean of minus the logarithm of the chance given to what happened. Source: Good (1952)."""
    kept = np.clip(chances, SMALLEST_CHANCE, 1 - SMALLEST_CHANCE)
    return _mean(-np.log(np.where(judged.is_win, kept, 1 - kept)))


def _mean(losses: Floats) -> Measured:
    estimate = float(losses.mean())
    return Measured(estimate, losses - estimate)


def infer(judged: Judged, measured: Measured, lowest: float = -math.inf, highest: float = math.inf) -> Estimate:
    """Interval and test of a measure.

    Args:
        judged: The disputes.
        measured: Estimate and influences.
        lowest: Smallest possible value.
        highest: Largest possible value.
    """
    std_error = judged.std_error(measured.influences)
    return _interval(measured.estimate, std_error, judged.clustering, (lowest, highest))


def _interval(
    estimate: float, std_error: float | None, clustering: Clustering, within: tuple[float, float]
) -> Estimate:
    if not std_error:
        return Estimate(estimate)
    half_width = two_sided_quantile(clustering.dof) * std_error
    low, high = max(estimate - half_width, within[0]), min(estimate + half_width, within[1])
    return Estimate(estimate, low, high, t_p_value(estimate / std_error, clustering.dof))


def calibration_slope(judged: Judged, chances: Floats) -> Estimate | None:
    """Slope of the outcome on the predicted log odds: 1 if right, below 1 if chances are too extreme.

    Source: Cox (1958); Van Calster et al. (2016).

    Returns:
        None where all chances are the same, or the outcomes are separated by them.
    """
    log_odds = _log_odds(chances)
    if log_odds.min() == log_odds.max():
        return None
    scale = float(log_odds.std())
    matrix = Matrix(
        dense=((log_odds - log_odds.mean()) / scale)[None, :],
        dense_terms=("log_odds",),
        n_indicators=0,
        blocks=(),
        outcome=judged.is_win.astype(np.int64),
        cluster_starts=judged.cluster_starts,
        cluster_ids=np.arange(judged.cluster_starts.size - 1),
        has_sellers=judged.clustering.has_sellers,
    )
    fitted = fit(matrix, Logit(1), np.ones(1, dtype=np.bool_))
    if fitted.status != "ok":
        return None
    errors = covariance(matrix, Logit(1), fitted)
    std_error = None if errors is None else math.sqrt(errors[1, 1]) / scale
    return _interval(float(fitted.slopes[0]) / scale, std_error, judged.clustering, (-math.inf, math.inf))


def calibration_intercept(judged: Judged, chances: Floats) -> Estimate | None:
    """By how much all log odds are too low: 0 if chances are right on average.

    The intercept of the outcome with the predicted log odds as offset ("calibration in the large"). Source: Van
    Calster et al. (2016).

    Returns:
        None where the search does not end.
    """
    log_odds = _log_odds(chances)
    intercept = 0.0
    for _ in range(MOST_STEPS):
        fitted = logistic(log_odds + intercept)
        information = float((fitted * (1 - fitted)).sum())
        step = float((judged.is_win - fitted).sum()) / information
        # a long step from a flat start may overshoot
        intercept += min(max(step, -1.0), 1.0)
        if abs(step) < SMALLEST_STEP:
            influences = (judged.is_win - fitted) * judged.clustering.n / information
            return infer(judged, Measured(intercept, influences))
    return None


def _log_odds(chances: Floats) -> Floats:
    kept = np.clip(chances, SMALLEST_CHANCE, 1 - SMALLEST_CHANCE)
    return np.asarray(np.log(kept) - np.log1p(-kept))
