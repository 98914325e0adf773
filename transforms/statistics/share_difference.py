"""Two factors' shares of what the model explains, compared."""

import math
from dataclasses import dataclass

from transforms.statistics.importance import FACTORS, LONE, FactorImportance, Importance
from transforms.statistics.reference import t_p_value, two_sided_quantile


@dataclass(frozen=True)
class Difference:
    """A difference of two shares with its 95 % interval and p value; None where ``status`` says why."""

    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    status: str


def share_difference(importance: Importance, first: str, second: str) -> Difference:
    """Compare the shares of two factors.

    The interval is made of those of the two shares, which need not be symmetric (method of variance estimates
    recovery). The p value is that at which the interval would just reach zero. Source: Zou (2007), with correlation.

    Args:
        importance: The shares.
        first: A factor.
        second: Another factor.

    Returns:
        First less second with its interval by seller within [−1, 1], and the test of no difference.
    """
    by_name = {factor.factor: factor for factor in importance.factors}
    shares = [by_name[name].share for name in (first, second)]
    if shares[0] is None or shares[1] is None:
        lost = by_name[first if shares[0] is None else second]
        return Difference(None, None, None, None, lost.status)
    estimate = shares[0] - shares[1]
    clustering, errors = importance.clustering, importance.share_covariance
    silent = [by_name[name].status for name in (first, second) if by_name[name].ci_low is None]
    if errors is None or silent:
        return Difference(estimate, None, None, None, LONE if LONE in silent else clustering.status)
    places = [FACTORS.index(first), FACTORS.index(second)]
    scale = math.sqrt(errors[places[0], places[0]] * errors[places[1], places[1]])
    correlation = errors[places[0], places[1]] / scale if scale > 0 else 0.0
    down = _combined(_reach(by_name[first])[0], _reach(by_name[second])[1], correlation)
    up = _combined(_reach(by_name[first])[1], _reach(by_name[second])[0], correlation)
    facing = down if estimate > 0 else up
    if facing == 0:
        return Difference(estimate, None, None, None, "no_variation")
    dof = float(importance.share_dofs[places].min())
    p_value = t_p_value(two_sided_quantile(dof) * estimate / facing, dof)
    return Difference(estimate, max(estimate - down, -1.0), min(estimate + up, 1.0), p_value, clustering.status)


def _reach(factor: FactorImportance) -> tuple[float, float]:
    """How far the interval reaches below and above the share."""
    share, low, high = (value or 0.0 for value in (factor.share, factor.ci_low, factor.ci_high))
    return share - low, high - share


def _combined(first: float, second: float, correlation: float) -> float:
    return math.sqrt(max(first**2 + second**2 - 2 * correlation * first * second, 0.0))
