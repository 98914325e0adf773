"""The proportional-odds logit of the three ordered outcomes."""

from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Floats, Integers, Responses
from transforms.statistics.families import Derivatives, Logistic

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
        below, above = (Logistic(threshold - eta) for threshold in intercepts)
        low, high = below.value, above.value
        low_slope, high_slope = low * (1 - low), high * (1 - high)
        is_low, is_middle, is_high = (classes == code for code in range(3))
        not_high, not_low = (~is_high).astype(np.float64), (~is_low).astype(np.float64)
        gap = max(-np.expm1(min(intercepts[0] - intercepts[1], 0.0)), SMALLEST_PROBABILITY)
        # derivatives of the middle probability over itself; as many factors of it as there are cancel
        low_ratio = is_middle * low / np.maximum(high * gap, SMALLEST_PROBABILITY)
        high_ratio = is_middle * (1 - high) / np.maximum((1 - low) * gap, SMALLEST_PROBABILITY)
        low_cross, high_cross = not_high * low_slope, not_low * high_slope
        # the middle one is F₁(1 − F₀) times the gap, the others are F₀ and 1 − F₁
        log_likelihood = is_low @ below.log + is_middle @ (above.log + below.log_rest) + is_high @ above.log_rest
        return Derivatives(
            log_likelihood=float(log_likelihood + is_middle.sum() * np.log(gap)),
            score=not_high * (low - 1) + not_low * high,
            information=low_cross + high_cross,
            intercept_scores=np.stack([is_low * (1 - low) - low_ratio, high_ratio - is_high * high]),
            cross_information=np.stack([-low_cross, -high_cross]),
            intercept_information=_threshold_information(
                float(is_low @ low_slope + low_ratio @ (1 - 2 * low + low_ratio)),
                float(is_high @ high_slope + high_ratio @ (high_ratio - 1 + 2 * high)),
                -float(low_ratio @ high_ratio),
            ),
        )


def _threshold_information(low: float, high: float, cross: float) -> Floats:
    return np.array([[low, cross], [cross, high]])
