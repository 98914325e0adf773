"""Curves of how long disputes take, against other programs and against a simulation."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from transforms.statistics.clusters import Clustering, Integers
from transforms.statistics.survival import (
    Curves,
    count_times,
    estimate_curves,
    groups_of_sellers,
    quantile,
)

TOLERANCE = 1e-12
JACKKNIFE_TOLERANCE = 1e-9
#: Share of simulated intervals that hold the truth; 400 replicates know it to about 2 points.
LOWEST_COVERAGE, HIGHEST_COVERAGE = 0.92, 0.98
REPLICATES = 400


def _curves(hours: Integers, ends: Integers, sellers: Integers, n_ends: int = 2) -> Curves:
    sizes = np.bincount(sellers)
    clustering = Clustering(hours.size, sizes.size, int(sizes @ sizes), has_sellers=True)
    return estimate_curves(count_times(hours, ends, groups_of_sellers(sellers), n_ends, clustering))


def _sample(seed: int, n: int = 300) -> tuple[Integers, Integers, Integers]:
    random = np.random.default_rng(seed)
    return random.integers(1, 60, n), random.integers(0, 3, n), np.arange(n)


def test_worked_by_hand() -> None:
    # Five disputes: ends at 1 (way 1), 2 (censored), 3 (way 2), 3 (way 1), 5 (open). At 1: 4/5 are open. At 3 three
    # are at risk and two end: 4/5 · 1/3 = 4/15. Way 1: 1/5 + 4/5 · 1/3 = 7/15; way 2: 4/15.
    curves = _curves(np.array([1, 2, 3, 3, 5]), np.array([1, 0, 2, 1, 0]), np.arange(5))
    assert curves.hours.tolist() == [1, 2, 3, 5]
    assert curves.still_open.share == pytest.approx([4 / 5, 4 / 5, 4 / 15, 4 / 15])
    assert curves.ended[0].share == pytest.approx([1 / 5, 1 / 5, 7 / 15, 7 / 15])
    assert curves.ended[1].share == pytest.approx([0, 0, 4 / 15, 4 / 15])
    assert quantile(curves, 0.5).hours == 3
    assert quantile(curves, 0.9).hours is None


def test_share_open_and_shares_ended_as_in_statsmodels() -> None:
    hours, ends, sellers = _sample(1)
    curves = _curves(hours, ends, sellers)
    survival = SurvfuncRight(hours, ends > 0)
    at_events = np.searchsorted(curves.hours, survival.surv_times)
    assert curves.still_open.share[at_events] == pytest.approx(survival.surv_prob, abs=TOLERANCE)
    incidence = CumIncidenceRight(hours, ends)
    places = np.searchsorted(curves.hours, incidence.times)
    for way in range(2):
        assert curves.ended[way].share[places] == pytest.approx(incidence.cinc[way], abs=TOLERANCE)


def test_all_shares_add_up_to_one() -> None:
    curves = _curves(*_sample(2))
    total = curves.still_open.share + sum(curve.share for curve in curves.ended)
    assert total == pytest.approx(np.ones(total.size), abs=TOLERANCE)


def test_the_interval_is_that_of_leaving_out_one_seller_at_a_time() -> None:
    hours, ends, _ = _sample(3, 90)
    sellers = np.arange(90) % 30
    curves = _curves(hours, ends, sellers)
    place = int(np.searchsorted(curves.hours, 30))
    left_out = []
    for seller in range(30):
        kept = sellers != seller
        survival = SurvfuncRight(hours[kept], ends[kept] > 0)
        left_out.append(survival.surv_prob[survival.surv_times <= curves.hours[place]][-1])
    error = np.sqrt(29 / 30 * ((np.array(left_out) - curves.still_open.share[place]) ** 2).sum())
    share = curves.still_open.share[place]
    from scipy.stats import t  # noqa: PLC0415 - an oracle of this test alone

    reach = t.ppf(0.975, 29) * error / (share * -np.log(share))
    assert curves.still_open.ci_low[place] == pytest.approx(share ** np.exp(reach), abs=JACKKNIFE_TOLERANCE)
    assert curves.still_open.ci_high[place] == pytest.approx(share ** np.exp(-reach), abs=JACKKNIFE_TOLERANCE)


def test_sellers_are_dealt_into_groups_of_about_the_same_size() -> None:
    sizes = np.concatenate([np.full(20, 50), np.full(800, 2)])
    sellers = np.repeat(np.arange(820), sizes)
    groups = np.bincount(groups_of_sellers(sellers))
    assert groups.size == 100
    assert groups.max() <= 70
    # no seller is split
    assert all(np.unique(groups_of_sellers(sellers)[sellers == seller]).size == 1 for seller in range(0, 820, 50))


def test_one_seller_has_no_interval() -> None:
    curves = _curves(np.array([1, 2, 3]), np.array([1, 1, 0]), np.zeros(3, dtype=np.int64))
    assert np.isnan(curves.still_open.ci_low).all()


def test_intervals_hold_the_truth_when_sellers_are_alike() -> None:
    # Hours of a seller's disputes share a factor: exp(N(0, 0.6²)) · exponential of mean 48; seen for 72 hours.
    truth_random = np.random.default_rng(99)
    long_run = truth_random.exponential(48, 2_000_000) * np.exp(0.6 * truth_random.standard_normal(2_000_000))
    truth = float((np.ceil(long_run) > 24).mean())
    hits = 0
    for seed in range(REPLICATES):
        random = np.random.default_rng(seed)
        sellers = np.repeat(np.arange(150), random.integers(1, 12, 150))
        hours = random.exponential(48, sellers.size) * np.exp(0.6 * random.standard_normal(150))[sellers]
        seen = np.minimum(np.ceil(hours), 72).astype(np.int64)
        curves = _curves(seen, (hours <= 72).astype(np.int64), sellers, 1)
        place = int(np.searchsorted(curves.hours, 24, side="right")) - 1
        hits += bool(curves.still_open.ci_low[place] <= truth <= curves.still_open.ci_high[place])
    assert LOWEST_COVERAGE <= hits / REPLICATES <= HIGHEST_COVERAGE
