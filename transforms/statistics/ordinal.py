"""The proportional-odds logit of the three ordered outcomes."""

from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Floats, Integers, Responses
from transforms.statistics.families import Derivatives, log_logistic, logistic

#: Keeps a derivative finite where the two thresholds meet on the way to the maximum.
SMALLEST_PROBABILITY = 1e-300


@dataclass(frozen=True)
class Ordinal:
    """P(outcome ≤ k) = logistic(thresholdₖ − eta), k = 0, 1. Source: McCullagh (1980); concave by Pratt (1981)."""

    @property
    def n_intercepts(self) -> int:
        """Two thresholds."""
        return 2

    @property
    def intercept_terms(self) -> tuple[str, ...]:
        """The thresholds, by the outcome that begins above them."""
        return ("threshold_partial", "threshold_buyer_wins")

    @property
    def probability_sign(self) -> int:
        """P(buyer_wins) falls with its threshold."""
        return -1

    @property
    def has_probability(self) -> bool:
        """P(buyer_wins) is part of the model."""
        return True

    def classes(self, outcome: Responses) -> Responses:
        """The outcome code."""
        return outcome

    def start(self, class_counts: Integers) -> Floats:
        """Logits of the cumulative shares."""
        below = np.cumsum(class_counts)[:-1]
        return np.asarray(np.log(below / (class_counts.sum() - below)))

    def admits(self, intercepts: Floats) -> bool:
        """The second threshold is above the first."""
        return bool(intercepts[1] > intercepts[0])

    def derivatives(self, classes: Responses, eta: Floats, intercepts: Floats) -> Derivatives:
        """Log-likelihood of some rows and its derivatives.

        With Fₖ the cumulative probabilities and fₖ = Fₖ(1 − Fₖ), the score by eta is F_y + F_{y−1} − 1. The middle
        probability is F₁(1 − F₀)(1 − exp(θ₀ − θ₁)), free of cancellation.
        """
        low, high = logistic(intercepts[0] - eta), logistic(intercepts[1] - eta)
        low_slope, high_slope = low * (1 - low), high * (1 - high)
        is_low, is_middle, is_high = (classes == code for code in range(3))
        gap = -np.expm1(min(intercepts[0] - intercepts[1], 0.0))
        middle = np.maximum(high * (1 - low) * gap, SMALLEST_PROBABILITY)
        low_ratio = np.where(is_middle, low_slope / middle, 0.0)
        high_ratio = np.where(is_middle, high_slope / middle, 0.0)
        log_middle = log_logistic(intercepts[1] - eta) + log_logistic(eta - intercepts[0]) + np.log(max(gap, 1e-300))
        outer = log_logistic(np.where(is_low, intercepts[0] - eta, eta - intercepts[1]))
        low_cross = np.where(is_high, 0.0, low_slope)
        high_cross = np.where(is_low, 0.0, high_slope)
        return Derivatives(
            log_likelihood=float(np.where(is_middle, log_middle, outer).sum()),
            score=np.where(is_low, low - 1, np.where(is_high, high, low + high - 1)),
            information=low_cross + high_cross,
            intercept_scores=np.stack(
                [np.where(is_low, 1 - low, -low_ratio), np.where(is_high, -high, high_ratio)],
            ),
            cross_information=-np.stack([low_cross, high_cross]),
            intercept_information=_threshold_information(
                (low_slope * is_low).sum() + (low_ratio * (1 - 2 * low) + low_ratio**2).sum(),
                (high_slope * is_high).sum() + (high_ratio**2 - high_ratio * (1 - 2 * high)).sum(),
                -(low_ratio * high_ratio).sum(),
            ),
        )


def _threshold_information(low: float, high: float, cross: float) -> Floats:
    return np.array([[low, cross], [cross, high]])
