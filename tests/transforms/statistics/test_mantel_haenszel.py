"""Pooled effects: against statsmodels, against regression with a dummy per stratum, and leaving out sellers."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import stdtrit
from statsmodels.stats.contingency_tables import StratifiedTable, Table2x2

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.mantel_haenszel import (
    N_CELLS,
    Clustered,
    Pooled,
    cluster_cells,
    log_odds_ratio,
    risk_difference,
)

TOLERANCE = 1e-9
N_STRATA = 6


def _cells(seed: int, n: int = 900) -> Integers:
    rng = np.random.default_rng(seed)
    stratum = rng.integers(0, N_STRATA, n)
    exposed = rng.random(n) < 0.2 + 0.1 * stratum
    won = rng.random(n) < 1 / (1 + np.exp(-(0.6 * exposed - 1 + 0.3 * stratum)))
    return stratum * N_CELLS + 2 * ~exposed + ~won


def _independent(cells: Integers) -> Clustered:
    return cluster_cells(cells, np.arange(cells.size), has_sellers=False)


def _tables(counts: Floats) -> Floats:
    """2 × 2 × strata, as statsmodels takes it."""
    return counts.T.reshape(2, 2, -1)


def _both(cells: Integers) -> tuple[Pooled, Pooled, Floats]:
    counts = _independent(cells).counts(N_STRATA)
    difference, log_odds = risk_difference(counts), log_odds_ratio(counts)
    assert difference is not None
    assert log_odds is not None
    return difference, log_odds, counts


@pytest.mark.parametrize("seed", range(5))
def test_the_odds_ratio_and_its_error_are_those_of_statsmodels(seed: int) -> None:
    _, found, counts = _both(_cells(seed))
    oracle = StratifiedTable(_tables(counts))
    assert found.estimate == pytest.approx(oracle.logodds_pooled, rel=TOLERANCE)
    assert np.sqrt(found.plain_variance) == pytest.approx(oracle.logodds_pooled_se, rel=TOLERANCE)


@pytest.mark.parametrize("seed", range(3))
def test_one_stratum_gives_the_crude_odds_ratio(seed: int) -> None:
    counts = _independent(_cells(seed) % N_CELLS).counts(1)
    found, oracle = log_odds_ratio(counts), Table2x2(_tables(counts)[:, :, 0])
    assert found is not None
    assert found.estimate == pytest.approx(oracle.log_oddsratio, rel=TOLERANCE)
    assert np.sqrt(found.plain_variance) == pytest.approx(oracle.log_oddsratio_se, rel=TOLERANCE)


def _regression(cells: Integers) -> tuple[Floats, Floats]:
    """Outcome, and exposure beside a dummy per stratum."""
    dummies = np.eye(N_STRATA)[cells // N_CELLS]
    return (cells % 2 == 0).astype(np.float64), np.column_stack([cells % N_CELLS < 2, dummies]).astype(np.float64)


def test_the_risk_difference_is_a_regression_with_a_dummy_per_stratum() -> None:
    cells = _cells(7)
    found, _, counts = _both(cells)
    won, predictors = _regression(cells)
    clusters = np.sort(np.random.default_rng(1).integers(0, 60, cells.size))
    oracle = sm.OLS(won, predictors).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": False, "df_correction": False}
    )
    assert found.estimate == pytest.approx(float(oracle.params[0]), rel=TOLERANCE)
    small = np.sqrt(counts.sum(axis=1) / (counts.sum(axis=1) - 1))
    influence = found.influence / small[:, None]
    by_seller = np.bincount(clusters, influence.reshape(-1)[cells])
    assert by_seller @ by_seller == pytest.approx(float(oracle.cov_params()[0, 0]), rel=1e-7)


def test_the_plain_error_of_the_risk_difference_by_hand() -> None:
    # 8 of 10 against 3 of 10 in one stratum: 0.8 · 0.2 / 10 + 0.3 · 0.7 / 10 = 0.037.
    found = risk_difference(np.array([[8.0, 2.0, 3.0, 7.0]]))
    assert found is not None
    assert found.estimate == pytest.approx(0.5, abs=TOLERANCE)
    assert found.plain_variance == pytest.approx(0.037, abs=TOLERANCE)


@pytest.mark.parametrize("measure", [risk_difference, log_odds_ratio])
def test_influences_add_up_to_nothing_and_tell_what_a_seller_moves(measure: object) -> None:
    assert callable(measure)
    cells = _cells(11, 6_000)
    counts = _independent(cells).counts(N_STRATA)
    whole = measure(counts)
    small = np.sqrt(counts.sum(axis=1) / (counts.sum(axis=1) - 1))
    assert float((whole.influence / small[:, None] * counts).sum()) == pytest.approx(0, abs=TOLERANCE)
    clusters = np.sort(np.random.default_rng(2).integers(0, 80, cells.size))
    clustered = cluster_cells(cells, clusters, has_sellers=True)
    estimates = []
    for seller in range(80):
        left = np.bincount(cells[clusters != seller], minlength=N_STRATA * N_CELLS).reshape(-1, N_CELLS)
        estimates.append(measure(left.astype(np.float64)).estimate)
    jackknife = float(((np.array(estimates) - whole.estimate) ** 2).sum() * 79 / 80)
    interval = clustered.interval(whole)
    assert interval.low is not None
    half_width = whole.estimate - interval.low
    plain = _independent(cells).interval(whole)
    assert plain.low is not None
    # sides of about 75 sellers' worth each
    assert half_width == pytest.approx(stdtrit(clustered.dof, 0.975) * np.sqrt(jackknife), rel=0.02)
    assert whole.estimate - plain.low == pytest.approx(1.959964 * np.sqrt(whole.plain_variance), rel=1e-6)


def test_intervals_cover_when_sellers_come_back() -> None:
    rng = np.random.default_rng(4)
    covered = {"difference": 0, "log_odds": 0}
    estimates: dict[str, list[tuple[float, float, float]]] = {name: [] for name in covered}
    for _ in range(200):
        sizes = np.minimum((rng.pareto(1.6, 200) * 4).astype(np.int64) + 1, 50)
        seller = np.repeat(np.arange(200), sizes)
        stratum, exposed = rng.integers(0, 5, seller.size), rng.random(200)[seller] < 0.5
        eta = 0.5 * exposed - 0.5 + 0.2 * stratum + rng.normal(size=200)[seller]
        won = rng.random(seller.size) < 1 / (1 + np.exp(-eta))
        clustered = cluster_cells(stratum * N_CELLS + 2 * ~exposed + ~won, seller, has_sellers=True)
        counts = clustered.counts(5)
        for name, pooled in (("difference", risk_difference(counts)), ("log_odds", log_odds_ratio(counts))):
            assert pooled is not None
            interval = clustered.interval(pooled)
            assert interval.low is not None
            assert interval.high is not None
            estimates[name].append((pooled.estimate, interval.low, interval.high))
    for found in estimates.values():
        estimate, low, high = np.array(found).T
        truth = estimate.mean()
        # of 200 at 95 %, between 182 and 198 in 99 of 100 simulations
        assert 0.91 < ((low <= truth) & (truth <= high)).mean() < 0.995


def test_no_stratum_with_both_has_no_effect() -> None:
    assert risk_difference(np.array([[3.0, 2.0, 0.0, 0.0], [0.0, 0.0, 1.0, 4.0]])) is None


def test_an_odds_ratio_without_bounds_is_none() -> None:
    assert log_odds_ratio(np.array([[3.0, 0.0, 2.0, 4.0]])) is None
    assert risk_difference(np.array([[3.0, 0.0, 2.0, 4.0]])) is not None


def test_a_crude_difference_has_the_variance_of_the_jackknife() -> None:
    cells = _cells(12, 300) % N_CELLS
    clusters = np.sort(np.random.default_rng(6).integers(0, 12, 300))
    clustered = cluster_cells(cells, clusters, has_sellers=True)
    whole = risk_difference(clustered.counts(1))
    assert whole is not None
    left = [np.bincount(cells[clusters != seller], minlength=N_CELLS) for seller in range(12)]
    without = np.array([n[0] / (n[0] + n[1]) - n[2] / (n[2] + n[3]) for n in left])
    jackknife = float(((without - whole.estimate) ** 2).sum()) * 11 / 12
    interval = clustered.interval(whole)
    assert interval.high is not None
    # The influence makes up for one stratum of 300 with an estimated level.
    expected = stdtrit(clustered.dof, 0.975) * np.sqrt(jackknife * 300 / 299)
    assert interval.high - whole.estimate == pytest.approx(expected, rel=TOLERANCE)


def test_a_side_of_one_seller_has_no_interval() -> None:
    # Two sellers: the first has all that are exposed.
    clustered = cluster_cells(np.array([0, 0, 1, 2, 3, 3]), np.array([0, 0, 0, 0, 1, 1]), has_sellers=True)
    found = risk_difference(clustered.counts(1))
    assert found is not None
    assert clustered.interval(found).low is None


def test_one_seller_has_no_interval() -> None:
    cells = _cells(1, 50) % N_CELLS
    clustered = cluster_cells(cells, np.zeros(50, dtype=np.int64), has_sellers=True)
    found = risk_difference(clustered.counts(1))
    assert found is not None
    interval = clustered.interval(found)
    assert (interval.low, interval.high, interval.p_value, interval.direction) == (None, None, None, 0)
