"""How long disputes take: the share still open by hour, and how the others ended, with open disputes censored.

Everything follows from integer counts of disputes by group of sellers, hour and end; the intervals come from leaving
out one group of sellers at a time.
"""

from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Clustering, Floats, Integers
from transforms.statistics.reference import two_sided_quantile

#: Sellers are dealt into at most so many groups; with fewer sellers each is a group (the exact jackknife).
MOST_GROUPS = 100
#: Below this a curve has not moved, and its interval has no width to speak of.
SMALLEST_STD_ERROR = 1e-9


@dataclass(frozen=True)
class Times:
    """Disputes as counts.

    Attributes:
        hours: Distinct times in hours, ascending, shape (b,).
        counts: Disputes by group of sellers, time and end, shape (g, b, 1 + k); end 0 is censored.
        clustering: Sellers behind them.
    """

    hours: Floats
    counts: Integers
    clustering: Clustering


@dataclass(frozen=True)
class Curve:
    """A share by hour with its 95 % interval; NaN where there is none. All of shape (b,)."""

    share: Floats
    ci_low: Floats
    ci_high: Floats


@dataclass(frozen=True)
class Curves:
    """Share still open, and share that ended in each way, by hour."""

    hours: Floats
    still_open: Curve
    ended: tuple[Curve, ...]


def groups_of_sellers(sellers: Integers) -> Integers:
    """Deal clusters into groups of about the same size, the largest first, each to the smallest group so far.

    Args:
        sellers: Number of each dispute's cluster, from 0 without gaps.

    Returns:
        Group of each dispute.
    """
    sizes = np.bincount(sellers)
    n_groups = min(MOST_GROUPS, sizes.size)
    order = np.lexsort((np.arange(sizes.size), -sizes))
    group_of = np.empty(sizes.size, dtype=np.int64)
    # Dealt there and back, which keeps the totals together without a search for the smallest.
    rounds, places = np.divmod(np.arange(sizes.size), n_groups)
    group_of[order] = np.where(rounds % 2 == 0, places, n_groups - 1 - places)
    return group_of[sellers]


def count_times(hours: Integers, ends: Integers, groups: Integers, n_ends: int, clustering: Clustering) -> Times:
    """Count disputes.

    Args:
        hours: Hours from the opening to the end or to the last time that it was seen open, rounded up; shape (n,).
        ends: How it ended, from 1; 0 where it was still open; shape (n,).
        groups: Group of sellers, shape (n,).
        n_ends: How many ways to end there are.
        clustering: Sellers behind them.
    """
    occurs = np.bincount(hours) > 0
    distinct = np.flatnonzero(occurs)
    places = (np.cumsum(occurs) - 1)[hours]
    n_groups = int(groups.max()) + 1 if groups.size else 0
    keys = (groups * distinct.size + places) * (1 + n_ends) + ends
    flat = np.bincount(keys, minlength=n_groups * distinct.size * (1 + n_ends))
    return Times(distinct.astype(np.float64), flat.reshape(n_groups, distinct.size, 1 + n_ends), clustering)


def estimate_curves(times: Times) -> Curves:
    """Estimate the share still open (Kaplan and Meier 1958) and the share ended in each way (Aalen and Johansen 1978).

    Intervals: delete-a-group jackknife over groups of sellers (Kott 2001), on the scale log(−log) of the share
    (Kalbfleisch and Prentice 2002), with t of as many degrees of freedom as there would be groups of equal size, less
    one.

    Args:
        times: Counts; at least one dispute.

    Returns:
        The curves at each distinct hour. Ways to end are exclusive: a dispute that ended in one cannot end in another.
    """
    total = times.counts.sum(axis=0)
    whole = _shares(total[None])[0]
    if times.clustering.n_clusters == 1:
        nothing = np.full(whole.shape[1], np.nan)
        curves = [Curve(share, nothing, nothing) for share in whole]
    else:
        sizes = times.counts.sum(axis=(1, 2))
        used = sizes > 0
        without = _shares(total[None] - times.counts[used])
        n_groups = int(used.sum())
        variance = ((without - whole) ** 2).sum(axis=0) * (n_groups - 1) / n_groups
        dof = max(float(sizes.sum()) ** 2 / float(sizes @ sizes) - 1, 1.0)
        errors = np.sqrt(variance)
        curves = [_with_interval(share, error, dof) for share, error in zip(whole, errors, strict=True)]
    return Curves(times.hours, curves[0], tuple(curves[1:]))


def _shares(counts: Integers) -> Floats:
    """Shares still open and ended in each way, shape (g, 1 + k, b), from counts of shape (g, b, 1 + k)."""
    leaving = counts.sum(axis=2)
    at_risk = leaving[:, ::-1].cumsum(axis=1)[:, ::-1]
    hazards = counts[:, :, 1:] / np.maximum(at_risk, 1)[:, :, None]
    still_open = np.cumprod(1 - hazards.sum(axis=2), axis=1)
    before = np.concatenate([np.ones((counts.shape[0], 1)), still_open[:, :-1]], axis=1)
    ended = np.cumsum(before[:, :, None] * hazards, axis=1)
    return np.concatenate([still_open[:, None, :], ended.transpose(0, 2, 1)], axis=1)


def _with_interval(share: Floats, std_error: Floats, dof: float) -> Curve:
    """Add the interval on the scale log(−log); none where the share has not left 0 or 1.

    Source: Borgan and Liestøl (1990).
    """
    inside = (share > 0) & (share < 1) & (std_error > SMALLEST_STD_ERROR)
    kept = np.where(inside, share, 0.5)
    log = np.log(kept)
    reach = two_sided_quantile(dof) * std_error / (kept * -log)
    low, high = np.exp(log * np.exp(reach)), np.exp(log * np.exp(-reach))
    return Curve(share, np.where(inside, low, np.nan), np.where(inside, high, np.nan))


@dataclass(frozen=True)
class Quantile:
    """Hours by which a share of the disputes has ended; None where the data do not reach so far."""

    share: float
    hours: float | None
    ci_low: float | None
    ci_high: float | None


def quantile(curves: Curves, share: float) -> Quantile:
    """Find the hours by which a share of the disputes has ended.

    Source: Brookmeyer and Crowley (1982): the hours at which the interval of the share still open holds the target.

    Args:
        curves: The curves.
        share: In (0, 1); 0.5 for the median.
    """
    left = 1 - share
    open_curve = curves.still_open
    return Quantile(
        share,
        _first(curves.hours, open_curve.share <= left),
        _first(curves.hours, open_curve.ci_low <= left),
        _first(curves.hours, open_curve.ci_high <= left),
    )


def _first(hours: Floats, reached: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float | None:
    places = np.flatnonzero(reached)
    return float(hours[places[0]]) if places.size else None
