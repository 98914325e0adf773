"""The accelerated-failure-time model: what makes a duration longer or shorter by a factor."""

import math
from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Floats, Responses
from transforms.statistics.families import Derivatives
from transforms.statistics.matrix import Booleans

HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True)
class LogNormalDuration:
    """Log-normal duration, censored on the right.

    Source: Kalbfleisch and Prentice (2002), chapters 2 and 3; in the coordinates of Olsen (1978), in which the
    likelihood is concave: z = precision · log(duration) − constant − eta is standard normal. So the time ratio of a
    term is exp(slope / precision). Without censoring the slopes are those of least squares on log durations, whatever
    their distribution.
    """

    @property
    def n_intercepts(self) -> int:
        """Precision and constant."""
        return 2

    @property
    def intercept_terms(self) -> tuple[str, ...]:
        """The precision (inverse of the standard deviation of log durations) and the constant."""
        return ("precision", "constant")

    def classes(self, outcome: Responses) -> Responses:
        """The signed duration: negative where it is censored (``sign_durations``)."""
        return outcome

    def admits(self, intercepts: Floats) -> bool:
        """The precision is positive."""
        return bool(intercepts[0] > 0)

    def derivatives(self, classes: Responses, eta: Floats, intercepts: Floats) -> Derivatives:
        """Log-likelihood of some rows and its derivatives.

        An event gives log φ(z) + log precision, a censored duration log Φ(−z).
        """
        from scipy.special import log_ndtr  # noqa: PLC0415 - the command line starts without SciPy

        precision, log_time = float(intercepts[0]), np.log(np.abs(classes))
        is_event = classes > 0
        z = precision * log_time - intercepts[1] - eta
        survival = log_ndtr(-z)
        # the inverse Mills ratio φ(z) / Φ(−z), from logarithms so that it holds far out
        hazard = np.exp(-0.5 * z**2 - HALF_LOG_TWO_PI - survival)
        by_z = np.where(is_event, -z, -hazard)
        curvature = np.where(is_event, 1.0, hazard * (hazard - z))
        n_events = int(is_event.sum())
        each = np.where(is_event, -0.5 * z**2 - HALF_LOG_TWO_PI, survival)
        by_precision = by_z * log_time + is_event / precision
        crossed = curvature * log_time
        return Derivatives(
            log_likelihood=float(each.sum()) + n_events * math.log(precision),
            score=-by_z,
            information=curvature,
            intercept_scores=np.stack([by_precision, -by_z]),
            cross_information=np.stack([-crossed, curvature]),
            intercept_information=np.array(
                [
                    [(crossed * log_time).sum() + n_events / precision**2, -crossed.sum()],
                    [-crossed.sum(), curvature.sum()],
                ]
            ),
        )

    def start(self, signed: Responses) -> Floats:
        """Precision and constant of the log durations, censored or not."""
        log_time = np.log(np.abs(signed))
        precision = 1 / max(float(log_time.std()), 1e-6)
        return np.array([precision, precision * float(log_time.mean())])


def sign_durations(durations: Floats, is_event: Booleans) -> Floats:
    """Put duration and censoring into one number: negative where the duration is censored.

    Args:
        durations: Positive durations.
        is_event: Whether the duration ended with the event.
    """
    return np.where(is_event, durations, -durations)
