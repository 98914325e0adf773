"""The interval of one factor's share of what the model explains."""

import math
from dataclasses import dataclass

import numpy as np

from transforms.statistics.reference import two_sided_quantile


@dataclass(frozen=True)
class Chance:
    """What shares are expected to be by chance alone.

    Attributes:
        own: The factor's.
        components: Its coefficients.
        others: That of the others together.
    """

    own: float
    components: int
    others: float


def share_interval(share: float, variance: float, chance: Chance, dof: float) -> tuple[float, float]:
    """Interval of a share that stays within [0, 1].

    It is symmetric on the scale of arcsin √share. There a share near 0 is the length of a normal vector, and so is its
    complement near 1; the interval of such a length is right if the vector has one component. What chance may add
    beyond one component is taken off the share at the low end, and off its complement at the high end: its mean, and at
    the bound twice that, since the 95 % quantile of chi-squared grows by two with each component (3.84, 5.99, 7.81).

    Args:
        share: Estimate.
        variance: Of the estimate, by the jackknife.
        chance: Shares that come about by chance.
        dof: Degrees of freedom.

    Returns:
        Low and high end; the estimate lies between them.
    """
    inside = max(share * (1 - share), np.finfo(np.float64).tiny)
    # near 0 the share does not vary in first order: there it is what chance gives one component
    spread = max(variance / (4 * inside), chance.own / chance.components)
    half_width = two_sided_quantile(dof) * math.sqrt(spread)
    # one for the mean of what chance adds, and near the bound one more for what it may add
    least = max(share - (2 - share) * max(chance.own - spread, 0.0), 0.0)
    most = min(share + (1 + share) * max(chance.others - spread, 0.0), 1.0)
    low = math.asin(math.sqrt(least)) - half_width
    high = math.asin(math.sqrt(most)) + half_width
    return math.sin(max(low, 0.0)) ** 2, math.sin(min(high, math.pi / 2)) ** 2
