"""Whether effects in several groups are one and the same."""

from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Floats
from transforms.statistics.reference import f_p_value

#: With one group there is nothing to compare.
FEWEST_GROUPS = 2


@dataclass(frozen=True)
class Heterogeneity:
    """Cochran's Q of the effects, and the p value of their being equal."""

    q: float
    p_value: float


def heterogeneity(estimates: Floats, std_errors: Floats, dofs: Floats) -> Heterogeneity | None:
    """Compare effects of groups.

    Cochran's Q weighs each effect by its precision and is referred to chi-squared, which rejects too often where the
    errors are themselves estimated from few sellers; Welch's F allows for that. Sellers who are in several groups tie
    their effects together, which makes the test cautious. Source: Cochran (1954); Welch (1951).

    Args:
        estimates: One per group, shape (k,).
        std_errors: Their standard errors, none of them zero, shape (k,).
        dofs: Degrees of freedom behind each, perhaps infinite, shape (k,).

    Returns:
        None with fewer than two groups.
    """
    k = estimates.size
    if k < FEWEST_GROUPS:
        return None
    weights = std_errors**-2
    total = float(weights.sum())
    q = float(weights @ (estimates - weights @ estimates / total) ** 2)
    noise = float(((1 - weights / total) ** 2 / dofs).sum())
    statistic = q / (k - 1) / (1 + 2 * (k - 2) / (k**2 - 1) * noise)
    dof = (k**2 - 1) / (3 * noise) if noise > 0 else np.inf
    return Heterogeneity(q, f_p_value(statistic, k - 1, dof))
