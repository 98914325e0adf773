"""Measures of predicted chances against scikit-learn and statsmodels, their errors against refits without a seller."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import expit, logit
from scipy.stats import t
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.metrics import log_loss as sklearn_log_loss
from statsmodels.stats.proportion import proportion_confint

from transforms.statistics.accuracy import (
    Judged,
    Measured,
    auc,
    brier,
    calibration_intercept,
    calibration_slope,
    infer,
    log_loss,
)
from transforms.statistics.calibration import calibration_curve, clustered_wilson
from transforms.statistics.clusters import Clustering, Floats, Integers

MEASURE_TOLERANCE = 1e-9
COEFFICIENT_TOLERANCE = 1e-6
#: Ours is corrected for the leverage of sellers, that of statsmodels is not.
LEVERAGE_TOLERANCE = 0.02
#: AUC is not linear in the rows, so that leaving one out differs from its influence in the second order.
JACKKNIFE_TOLERANCE = 0.02

Measure = Callable[[Judged, Floats], Measured]


def _judged(is_win: Integers, sellers: Integers | None = None) -> Judged:
    """Rows sorted by seller; each a seller of its own by default."""
    owner = np.arange(is_win.size) if sellers is None else sellers
    starts = np.append(np.flatnonzero(np.diff(owner, prepend=-1)), owner.size)
    sizes = np.diff(starts)
    clustering = Clustering(owner.size, sizes.size, int(sizes @ sizes), sellers is not None)
    return Judged(is_win.astype(np.bool_), starts, clustering)


def _example(n: int = 400, seed: int = 1, digits: int = 2) -> tuple[Integers, Floats, Integers]:
    """Outcomes, chances with ties, and sellers whose rulings are alike."""
    rng = np.random.default_rng(seed)
    sellers = np.sort(rng.integers(0, n // 10, n))
    log_odds = rng.normal(size=n)
    own = 0.7 * rng.normal(size=n)[sellers]
    chances = np.clip(expit(log_odds).round(digits), 0.01, 0.99)
    return (rng.random(n) < expit(0.8 * log_odds + own)).astype(np.int64), chances, sellers


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_measures_are_those_of_scikit_learn(seed: int) -> None:
    wins, chances, _ = _example(seed=seed)
    judged = _judged(wins)
    assert auc(judged, chances).estimate == pytest.approx(roc_auc_score(wins, chances), rel=MEASURE_TOLERANCE)
    assert brier(judged, chances).estimate == pytest.approx(brier_score_loss(wins, chances), rel=MEASURE_TOLERANCE)
    assert log_loss(judged, chances).estimate == pytest.approx(sklearn_log_loss(wins, chances), rel=MEASURE_TOLERANCE)


@pytest.mark.parametrize("measure", [auc, brier, log_loss])
def test_influences_have_mean_zero(measure: Measure) -> None:
    wins, chances, _ = _example()
    assert measure(_judged(wins), chances).influences.mean() == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("measure", [auc, brier, log_loss])
def test_standard_errors_are_those_of_leaving_out_each_seller(measure: Measure) -> None:
    wins, chances, sellers = _example(600)
    judged = _judged(wins, sellers)
    owners = np.unique(sellers)
    without = []
    for owner in owners:
        kept = sellers != owner
        without.append(measure(_judged(wins[kept]), chances[kept]).estimate)
    jackknife = np.sqrt((1 - 1 / owners.size) * ((np.array(without) - np.mean(without)) ** 2).sum())
    assert judged.std_error(measure(judged, chances).influences) == pytest.approx(jackknife, rel=JACKKNIFE_TOLERANCE)


def test_a_difference_knows_that_both_judge_the_same_disputes() -> None:
    wins, chances, sellers = _example()
    judged = _judged(wins, sellers)
    nearly_the_same = np.clip(chances + 0.001, 0, 1)
    first, second = auc(judged, chances), auc(judged, nearly_the_same)
    alone, both = judged.std_error(first.influences), judged.std_error((first - second).influences)
    assert alone is not None
    assert both is not None
    assert both < alone / 20


def test_the_error_of_a_mean_without_sellers_is_the_plain_one() -> None:
    wins, chances, _ = _example()
    judged = _judged(wins)
    losses = (chances - wins) ** 2
    plain = losses.std(ddof=1) / np.sqrt(losses.size)
    assert judged.std_error(brier(judged, chances).influences) == pytest.approx(plain, rel=1e-9)


def test_one_seller_has_no_error() -> None:
    wins, chances, _ = _example(50)
    judged = _judged(wins, np.zeros(50, dtype=np.int64))
    estimate = infer(judged, brier(judged, chances))
    assert (estimate.ci_low, estimate.ci_high, estimate.p_value) == (None, None, None)


def test_calibration_is_that_of_statsmodels() -> None:
    wins, chances, sellers = _example()
    judged = _judged(wins, sellers)
    log_odds = logit(chances)
    slope = sm.Logit(wins, sm.add_constant(log_odds)).fit(
        disp=0, method="newton", tol=1e-12, cov_type="cluster", cov_kwds={"groups": sellers, "use_correction": False}
    )
    found = calibration_slope(judged, chances)
    assert found is not None
    assert found.estimate == pytest.approx(slope.params[1], rel=COEFFICIENT_TOLERANCE)
    n_clusters = judged.clustering.n_clusters
    assert found.ci_high is not None
    half_width = t.ppf(0.975, judged.clustering.dof) * slope.bse[1] * np.sqrt(n_clusters / (n_clusters - 1))
    assert found.ci_high - found.estimate == pytest.approx(half_width, rel=LEVERAGE_TOLERANCE)
    offset = sm.GLM(wins, np.ones(wins.size), family=sm.families.Binomial(), offset=log_odds).fit(tol=1e-12)
    intercept = calibration_intercept(judged, chances)
    assert intercept is not None
    assert intercept.estimate == pytest.approx(offset.params[0], rel=COEFFICIENT_TOLERANCE)


def test_calibration_of_one_chance_for_all_has_no_slope() -> None:
    wins, _, _ = _example()
    judged = _judged(wins)
    assert calibration_slope(judged, np.full(wins.size, 0.3)) is None
    intercept = calibration_intercept(judged, np.full(wins.size, 0.3))
    assert intercept is not None
    assert intercept.estimate == pytest.approx(logit(wins.mean()) - logit(0.3), rel=1e-9)


def test_calibration_of_certain_chances_that_are_wrong_ends() -> None:
    wins = np.array([0, 1] * 20)
    chances = np.where(wins == 1, 1e-12, 1 - 1e-12)
    intercept = calibration_intercept(_judged(wins), chances)
    assert intercept is None or np.isfinite(intercept.estimate)


def test_wilson_without_sellers_is_that_of_statsmodels() -> None:
    for wins, n in ((0, 7), (3, 7), (50, 80), (80, 80)):
        sizes = np.ones(n, dtype=np.int64)
        found = clustered_wilson((np.arange(n) < wins).astype(np.int64), sizes, Clustering(n, n, n, False))
        assert found == pytest.approx(proportion_confint(wins, n, method="wilson"), abs=1e-12)


def test_wilson_with_sellers_who_decide_all_alike_counts_sellers() -> None:
    # 10 sellers of 10 disputes, 4 of whom always win: design effect 10 · 10/9 by the jackknife, 9 disputes' worth
    wins, sizes = np.repeat([10, 0], [4, 6]), np.full(10, 10)
    low, high = clustered_wilson(wins, sizes, Clustering(100, 10, 1_000, True))
    quantile, share, n = t.ppf(0.975, 9), 0.4, 9.0
    spread = quantile**2 / n
    centre = (share + spread / 2) / (1 + spread)
    half_width = np.sqrt(spread * share * (1 - share) + spread**2 / 4) / (1 + spread)
    assert (low, high) == pytest.approx((centre - half_width, centre + half_width), rel=1e-9)


def test_bins_hold_all_disputes_and_keep_ties_together() -> None:
    wins, chances, sellers = _example(1_000, digits=1)
    bins = calibration_curve(_judged(wins, sellers), chances)
    assert sum(each.n for each in bins) == 1_000
    assert 5 < len(bins) <= 10
    for before, after in pairwise(bins):
        assert before.predicted_high < after.predicted_low
    for each in bins:
        inside = (chances >= each.predicted_low) & (chances <= each.predicted_high)
        assert each.n == inside.sum()
        assert each.share == pytest.approx(wins[inside].mean())
        assert each.predicted == pytest.approx(chances[inside].mean())
        assert 0 <= each.ci_low <= each.share <= each.ci_high <= 1


def test_few_disputes_are_one_bin() -> None:
    wins, chances, _ = _example(40)
    assert [each.n for each in calibration_curve(_judged(wins), chances)] == [40]
