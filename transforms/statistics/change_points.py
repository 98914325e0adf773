"""Change points of a short series of estimates whose sampling errors are known.

A series wanders from month to month by more than its sampling error, and a change is only one if it stands out from
that. So the scale of the noise is estimated from the series, never below the sampling error, and the statistics are
ratios in which it cancels. Their distribution without a change is simulated (docs/decisions/085-trend.md).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from transforms.statistics.clusters import Floats, Integers

#: Chance of any change being reported in a series without one.
FAMILY_WISE_ERROR = 0.05
#: Simulated series behind each p value, so that none is below 1 in 2,000.
SIMULATIONS = 1_999
SEED = 20_260_101
#: With fewer months nothing can be told from noise.
FEWEST_MONTHS = 5
#: Months needed for each level.
MONTHS_PER_LEVEL = 3
#: A level that lasts longer than this before the old one returns is found by its first step.
LONGEST_STRETCH = 36
#: Degrees of freedom that must be left for the noise.
FEWEST_DOF = 2
#: Median of chi-squared with one degree of freedom.
MEDIAN_CHI_SQUARED = 0.454936423119572
_BISECTIONS = 60


@dataclass(frozen=True)
class Series:
    """Estimates in the order of time.

    Attributes:
        values: Shape (m,).
        covariance: Of their sampling errors, shape (m, m).
        least: Variance of each that the others cannot share, for instance that of independent rulings, shape (m,).
    """

    values: Floats
    covariance: Floats
    least: Floats


@dataclass(frozen=True)
class Change:
    """The series has another level from a place on.

    Attributes:
        place: First place of the new level.
        low: Earliest place in the 95 % confidence set.
        high: Latest place in it.
        before: Level before.
        after: Level from then on.
        p_value: Of there being no such change beside those found before it.
    """

    place: int
    low: int
    high: int
    before: float
    after: float
    p_value: float


@dataclass(frozen=True)
class Changes:
    """What changed in a series.

    Attributes:
        changes: In the order of time; empty where none was found.
        p_value: Of no change at all; None where ``status`` says why.
        status: ``ok`` or why changes were not looked for.
        may_be_drift: Whether a straight line fits at least as well as the changes that were found.
    """

    changes: tuple[Change, ...]
    p_value: float | None
    status: str
    may_be_drift: bool = False


@dataclass(frozen=True)
class _Noise:
    """Errors of a series up to their scale.

    Attributes:
        weights: One over the variance of what each month does not share with the others, shape (m,).
        root: A root of the covariance of the errors, shape (m, m).
        floor: Scale of the sampling errors alone; the estimated scale is never below.
    """

    weights: Floats
    root: Floats
    floor: float

    def simulate(self, places: int) -> Floats:
        """Draw series without a change, shape (``SIMULATIONS``, m)."""
        draws = np.random.default_rng(SEED).standard_normal((SIMULATIONS, places))
        return np.asarray(draws @ self.root.T)


@dataclass(frozen=True)
class _Best:
    """The best further change of one kind in each of some series.

    Attributes:
        gains: What it takes off the weighted sum of squares, shape (r,).
        left: What is left of that, shape (r,).
        starts: Where the new level begins, shape (r,).
        ends: Where it ends, shape (r,).
        n_levels: Parameters that it adds: 1 for a step, 2 for a stretch.
        dof: Degrees of freedom that it leaves.
    """

    gains: Floats
    left: Floats
    starts: Integers
    ends: Integers
    n_levels: int
    dof: int

    def ratios(self, floor: float) -> Floats:
        """Gain per parameter over the scale of the noise, shape (r,)."""
        scale = np.maximum(self.left / self.dof, floor)
        return np.asarray(self.gains / self.n_levels / scale)


def find_changes(series: Series) -> Changes:
    """Find the places at which a series takes another level.

    In turn the best further step, and the best further stretch with a level of its own, are sought within the levels
    found so far, as in circular binary segmentation (Olshen et al. 2004), and kept while they stand out more than in
    95 % of simulated series without them (Bai and Perron 1998). So the chance to find more changes than there are is
    5 %, also where there are some.

    Args:
        series: The estimates.

    Returns:
        The changes, each with the set of places at which it may have been.
    """
    n = series.values.size
    if n < FEWEST_MONTHS:
        return Changes((), None, "too_few_months")
    if bool((series.least <= 0).any()):
        return Changes((), None, "no_variation")
    noise = _noise(series)
    found: list[tuple[int, float]] = []
    overall = None
    while len(found) < n // MONTHS_PER_LEVEL:
        added, p_value = _next(series.values, noise, [place for place, _ in found])
        overall = p_value if overall is None else overall
        if p_value > FAMILY_WISE_ERROR:
            break
        found = sorted([*found, *((place, p_value) for place in added)])
        places = _refined(series.values, noise.weights, [place for place, _ in found])
        found = [(place, each) for place, (_, each) in zip(places, found, strict=True)]
    places = [place for place, _ in found]
    changes = [_describe(series.values, noise, places, number, p_value) for number, (_, p_value) in enumerate(found)]
    return Changes(tuple(changes), overall, "ok", may_be_drift=_may_be_drift(series.values, noise.weights, places))


def _may_be_drift(values: Floats, weights: Floats, places: Sequence[int]) -> bool:
    """Whether a straight line has the better Bayesian information criterion, as in ``_criterion``; its slope costs one.

    A slow drift stands out from a level as a change does, and is cut into steps where nothing happened.
    """
    if not places:
        return False
    n, roots = values.size, np.sqrt(weights)
    line = np.stack([np.ones(n), np.arange(n)], axis=1)
    found = np.linalg.lstsq(line * roots[:, None], values * roots, rcond=None)[0]
    of_line = float(((values - line @ found) ** 2) @ weights)
    of_steps = float(_sum_of_squares(values[None, :], weights, places)[0])
    tiny = np.finfo(np.float64).tiny
    costs = (2 * len(places) - 1) * math.log(n)
    return n * math.log(max(of_line, tiny)) <= n * math.log(max(of_steps, tiny)) + costs


def _noise(series: Series) -> _Noise:
    """Errors of the series: what months share does not matter to changes, what they do not share weighs them."""
    n = series.values.size
    own = np.diag(series.covariance)
    shared = max((series.covariance.sum() - own.sum()) / (n * (n - 1)), 0.0)
    sampling = np.maximum(own - shared, series.least)
    wandering = wandering_variance(series)
    variances = sampling + wandering
    values, vectors = np.linalg.eigh(series.covariance + np.diag(sampling - (own - shared) + wandering))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return _Noise(1 / variances, root, float((sampling / variances).mean()))


def wandering_variance(series: Series) -> float:
    """Variance with which the level wanders from month to month, beyond the sampling errors.

    The median of squared successive differences over their variance is that of chi-squared; a few changes of level
    do not move it much. Source: after von Neumann et al. (1941), with the median for the mean.

    Args:
        series: The estimates.

    Returns:
        The variance at which the median is right, 0 if it is small enough without any.
    """
    own = np.diag(series.covariance)
    sampling = own[1:] + own[:-1] - 2 * np.diag(series.covariance, 1)
    sampling = np.maximum(sampling, series.least[1:] + series.least[:-1])
    squares = np.diff(series.values) ** 2
    low, high = 0.0, float(squares.max()) / MEDIAN_CHI_SQUARED
    if np.median(squares / sampling) <= MEDIAN_CHI_SQUARED:
        return 0.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        is_low = np.median(squares / (sampling + 2 * middle)) > MEDIAN_CHI_SQUARED
        low, high = (middle, high) if is_low else (low, middle)
    return high


def _next(values: Floats, noise: _Noise, breaks: Sequence[int]) -> tuple[tuple[int, ...], float]:
    """The best further change beside those found, and the chance of as good a one in noise."""
    observed = _scan(values[None, :], noise.weights, breaks)
    simulated = _scan(noise.simulate(values.size), noise.weights, breaks)
    p_values, simulated_p_values = [], []
    for seen, drawn in zip(observed, simulated, strict=True):
        # the scale of simulated noise is 1 whatever the months are like, so no floor: any wandering is allowed for
        ratios = np.sort(drawn.ratios(0.0))
        p_values.append(_tail(ratios, seen.ratios(noise.floor))[0])
        simulated_p_values.append(_tail(ratios, drawn.ratios(0.0)))
    smallest = np.sort(-np.min(simulated_p_values, axis=0))
    p_value = float(_tail(smallest, np.array([-min(p_values)]))[0])
    good = [best for best, each in zip(observed, p_values, strict=True) if each <= FAMILY_WISE_ERROR]
    if not good:
        return (), p_value
    best = min(good, key=lambda each: _criterion(each, values.size))
    ends = {0, values.size, *breaks}
    return tuple(sorted({int(best.starts[0]), int(best.ends[0])} - ends)), p_value


def _tail(ascending: Floats, values: Floats) -> Floats:
    """Share of simulated values at or above each, the observed series counted as one of them."""
    above = ascending.size - np.searchsorted(ascending, values, side="left")
    return np.asarray((1 + above) / (1 + ascending.size))


def _criterion(best: _Best, n: int) -> float:
    """Bayesian information criterion; each change costs a level and a place. Source: Yao (1988)."""
    return n * math.log(max(float(best.left[0]), np.finfo(np.float64).tiny)) + 2 * best.n_levels * math.log(n)


def _scan(values: Floats, weights: Floats, breaks: Sequence[int]) -> list[_Best]:
    """The best further step and the best further stretch in each series, values of shape (r, m)."""
    n = weights.size
    whole = _sum_of_squares(values, weights, breaks)
    sums = np.concatenate([np.zeros((values.shape[0], 1)), np.cumsum(values * weights, axis=1)], axis=1)
    totals = np.concatenate([[0.0], np.cumsum(weights)])
    found = []
    for n_levels in (1, 2):
        dof = n - len(breaks) - 1 - n_levels
        if dof < FEWEST_DOF:
            continue
        gains = np.zeros(values.shape[0])
        places = np.zeros((2, values.shape[0]), dtype=np.int64)
        for start, end, segment in _stretches(n, breaks, n_levels):
            inside, weight = sums[:, end] - sums[:, start], totals[end] - totals[start]
            all_in, all_weight = sums[:, segment[1]] - sums[:, segment[0]], totals[segment[1]] - totals[segment[0]]
            # weighted squares of both means less that of their common mean
            gain = (inside * all_weight - all_in * weight) ** 2 / (all_weight * weight * (all_weight - weight))
            is_better = gain > gains
            gains = np.where(is_better, gain, gains)
            places[:, is_better] = [[start], [end]]
        found.append(_Best(gains, np.maximum(whole - gains, 0.0), places[0], places[1], n_levels, dof))
    return found


def _stretches(n: int, breaks: Sequence[int], n_levels: int) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Ends of segments (steps), or stretches within them, with the segment."""
    edges = (0, *breaks, n)
    for first, last in pairwise(edges):
        for start in range(first + 1, last):
            ends = (last,) if n_levels == 1 else range(start + 1, min(last, start + LONGEST_STRETCH + 1))
            for end in ends:
                yield start, end, (first, last)


def _sum_of_squares(values: Floats, weights: Floats, breaks: Sequence[int]) -> Floats:
    """Weighted squares about the mean of each level, shape (r,)."""
    total = np.zeros(values.shape[0])
    for first, last in pairwise((0, *breaks, weights.size)):
        part, weight = values[:, first:last], weights[first:last]
        mean = part @ weight / weight.sum()
        total += (part - mean[:, None]) ** 2 @ weight
    return total


def _refined(values: Floats, weights: Floats, breaks: Sequence[int]) -> list[int]:
    """Move each change to where it fits best between its neighbours, until none moves."""
    places: list[int] = list(breaks)
    before: list[int] = []
    while places != before:
        before = list(places)
        for number in range(len(places)):
            profile = _profile(values[None, :], weights, places, number)
            places[number] = _room(places, number, weights.size)[0] + int(profile[:, 0].argmin())
    return places


def _room(places: Sequence[int], number: int, n: int) -> tuple[int, int]:
    """First and last place to which a change can move."""
    edges = (0, *places, n)
    return edges[number] + 1, edges[number + 2] - 1


def _profile(values: Floats, weights: Floats, places: Sequence[int], number: int) -> Floats:
    """Sum of squares by place of one change, the others held, shape (places, r)."""
    first, last = _room(places, number, weights.size)
    moved = ([*places[:number], place, *places[number + 1 :]] for place in range(first, last + 1))
    return np.stack([_sum_of_squares(values, weights, each) for each in moved])


def _describe(values: Floats, noise: _Noise, places: Sequence[int], number: int, p_value: float) -> Change:
    """Levels on both sides of a change, and the places at which it may have been.

    A place is in the set if the sum of squares there exceeds the smallest by no more than the true place does in 95 %
    of series simulated with the changes found. Source: likelihood-ratio inversion, as in Siegmund (1988).
    """
    weights, n = noise.weights, values.size
    dof = n - len(places) - 1
    profile = _profile(values[None, :], weights, places, number)[:, 0]
    scale = max(profile.min() / dof, noise.floor)
    levels = _levels(values, weights, places)
    drawn = levels + math.sqrt(scale) * noise.simulate(n)
    profiles = _profile(drawn, weights, places, number)
    smallest = profiles.min(axis=0)
    first, _ = _room(places, number, n)
    excess = (profiles[places[number] - first] - smallest) / (smallest / dof)
    bound = float(np.quantile(excess, 1 - FAMILY_WISE_ERROR))
    inside = first + np.flatnonzero(profile - profile.min() <= bound * scale)
    before, after = (float(levels[places[number] + step]) for step in (-1, 0))
    return Change(places[number], int(inside.min()), int(inside.max()), before, after, p_value)


def _levels(values: Floats, weights: Floats, places: Sequence[int]) -> Floats:
    """Weighted mean of its level for each month."""
    levels = np.zeros(values.size)
    for first, last in pairwise((0, *places, values.size)):
        levels[first:last] = np.average(values[first:last], weights=weights[first:last])
    return levels
