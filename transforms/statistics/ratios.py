"""Parts of a sum of estimates, with intervals that hold where the sum is uncertain, too."""

import math
from dataclasses import dataclass

from transforms.statistics.clusters import Floats
from transforms.statistics.reference import two_sided_quantile


@dataclass(frozen=True)
class Part:
    """An estimate over the sum of all, with its 95 % interval; None where there are no errors."""

    estimate: float
    ci_low: float | None = None
    ci_high: float | None = None


def parts_of_sum(estimates: Floats, covariance: Floats | None, dof: float) -> list[Part] | None:
    """Divide each estimate by the sum of all.

    Args:
        estimates: Shape (k,).
        covariance: Of the estimates, shape (k, k); None where there is none.
        dof: Degrees of freedom.

    Returns:
        The parts, which add up to one; None where the sum is not significantly above zero. Intervals by Fieller
        (1954), finite just where it is.
    """
    total = float(estimates.sum())
    if total <= 0:
        return None
    if covariance is None:
        return [Part(float(each) / total) for each in estimates]
    quantile = two_sided_quantile(dof)
    by_sum = covariance.sum(axis=1)
    # of the ratios r with (estimate − r · total)² within quantile² of its variance
    squared = total**2 - quantile**2 * float(covariance.sum())
    if squared <= 0:
        return None
    parts = []
    for place, each in enumerate(estimates.tolist()):
        middle = (each * total - quantile**2 * float(by_sum[place])) / squared
        constant = (each**2 - quantile**2 * float(covariance[place, place])) / squared
        half_width = math.sqrt(max(middle**2 - constant, 0.0))
        parts.append(Part(each / total, middle - half_width, middle + half_width))
    return parts
