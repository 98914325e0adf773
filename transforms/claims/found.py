"""What was estimated for one part of a claim."""

from dataclasses import dataclass

from transforms.statistics.inference import Inferred

PERCENT = 100.0


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval and p value; None where ``status`` says why."""

    estimate: float
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    status: str


@dataclass(frozen=True)
class Found:
    """Estimate, interval and test; None where ``status`` says why.

    Attributes:
        n: Disputes that the estimate is about.
        n_clusters: Sellers behind them.
        estimate: In the unit of the part.
        ci_low: Lower end of the 95 % interval.
        ci_high: Upper end.
        p_value: Of no effect.
        reference: Mean of the outcome without what is claimed, for the E-value.
        n_with: Disputes on the side that has it; None where there are no sides.
        n_without: Disputes on the other side.
        is_sampled: Whether the estimate rests on a sample of sellers.
        log_odds: For an interaction, the coefficient of the product: the same question on the scale of log odds.
        status: ``ok``, what is to be said of the interval, or why there is no estimate.
    """

    n: int = 0
    n_clusters: int = 0
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    reference: float | None = None
    n_with: int | None = None
    n_without: int | None = None
    is_sampled: bool = False
    log_odds: Interval | None = None
    status: str = "ok"


def interval(inferred: Inferred, scale: float = 1.0) -> Interval:
    """Interval and test of what was inferred.

    Args:
        inferred: Estimate and standard error.
        scale: What both are multiplied by.
    """
    estimate = inferred.estimate * scale
    if not inferred.has_error:
        return Interval(estimate, None, None, None, inferred.status)
    reach = inferred.half_width * abs(scale)
    return Interval(estimate, estimate - reach, estimate + reach, inferred.p_value(), inferred.status)
