"""Measures of association against SciPy and scikit-learn."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import mutual_info_score, roc_auc_score

from transforms.statistics import association, measures
from transforms.statistics.clusters import NO_SELLER, Floats, Integers, clustered_counts
from transforms.statistics.measures import Measure

TOLERANCE = 1e-9
DERIVATIVE_TOLERANCE = 1e-6
#: Linearised against deleting each seller: they differ in the second order of 1 / sellers.
JACKKNIFE_TOLERANCE = 0.1

Statistic = Callable[[Floats], Measure]
MEASURES: list[Statistic] = [
    measures.kendall_tau_b,
    measures.spearman,
    measures.pearson_phi_squared,
    measures.mutual_information,
]


def _sample(n: int = 400, seed: int = 4) -> tuple[Integers, Integers]:
    rng = np.random.default_rng(seed)
    level = rng.integers(0, 5, n)
    return level, np.digitize(0.4 * level + rng.normal(size=n), [0.3, 1.2])


def _shares(level: Integers, outcome: Integers) -> Floats:
    width = int(outcome.max()) + 1
    return np.bincount(level * width + outcome, minlength=5 * width).reshape(5, width) / level.size


def test_rank_correlations_are_those_of_scipy() -> None:
    level, outcome = _sample()
    shares = _shares(level, outcome)
    tau = stats.kendalltau(level, outcome).statistic
    rho = stats.spearmanr(level, outcome).statistic
    assert measures.kendall_tau_b(shares).estimate == pytest.approx(tau, abs=TOLERANCE)
    assert measures.spearman(shares).estimate == pytest.approx(rho, abs=TOLERANCE)


def test_auc_is_that_of_scikit_learn() -> None:
    level, outcome = _sample()
    wins = outcome[outcome != 1] == 2
    shares = _shares(level[outcome != 1], wins.astype(np.int64))
    assert measures.auc(shares).estimate == pytest.approx(roc_auc_score(wins, level[outcome != 1]), abs=TOLERANCE)


def test_divergences_are_those_of_scipy_and_scikit_learn() -> None:
    level, outcome = _sample()
    shares = _shares(level, outcome)
    chi_squared = stats.chi2_contingency(shares * level.size, correction=False)
    phi_squared = measures.pearson_phi_squared(shares).estimate
    information = measures.mutual_information(shares).estimate
    assert phi_squared * level.size == pytest.approx(chi_squared.statistic, abs=TOLERANCE)
    assert information == pytest.approx(mutual_info_score(level, outcome), abs=TOLERANCE)


def test_cramers_v_without_correction_is_that_of_scipy() -> None:
    # with n beyond all bounds Bergsma's correction vanishes
    level, outcome = _sample()
    shares = _shares(level, outcome)
    v = measures.cramers_v(measures.pearson_phi_squared(shares).estimate, 10**14, *shares.shape)
    expected = stats.contingency.association((shares * level.size).round().astype(int), method="cramer")
    assert v == pytest.approx(expected, abs=TOLERANCE)


def test_cramers_v_by_hand() -> None:
    # Bergsma: n = 11, 2 x 3, phi² = 0.5: 0.5 − 1·2/10 = 0.3; r~ = 2 − 1/10 = 1.9, c~ = 3 − 4/10 = 2.6; √(0.3 / 0.9)
    assert measures.cramers_v(0.5, 11, 2, 3) == pytest.approx((0.3 / 0.9) ** 0.5, abs=TOLERANCE)
    assert measures.cramers_v(0.1, 11, 2, 3) == 0.0
    assert measures.cramers_v(1.0, 2, 2, 2) is None


@pytest.mark.parametrize("measure", MEASURES)
def test_influence_is_the_derivative(measure: Statistic) -> None:
    shares = _shares(*_sample())
    influence = measure(shares).influence
    step = 1e-6
    for cell in np.ndindex(shares.shape):
        one = np.zeros(shares.shape)
        one[cell] = 1.0
        ends = [measure((1 - side) * shares + side * one).estimate for side in (-step, step)]
        slope = (ends[1] - ends[0]) / (2 * step)
        assert influence[cell] - (shares * influence).sum() == pytest.approx(slope, abs=DERIVATIVE_TOLERANCE)


def test_auc_influence_is_the_derivative() -> None:
    level, outcome = _sample()
    shares = _shares(level[outcome != 1], outcome[outcome != 1] // 2)
    influence = measures.auc(shares).influence
    step = 1e-6
    for cell in np.ndindex(shares.shape):
        one = np.zeros(shares.shape)
        one[cell] = 1.0
        ends = [measures.auc((1 - side) * shares + side * one).estimate for side in (-step, step)]
        assert influence[cell] == pytest.approx((ends[1] - ends[0]) / (2 * step), abs=DERIVATIVE_TOLERANCE)


@pytest.mark.parametrize("measure", MEASURES[:2])
def test_standard_error_agrees_with_deleting_each_seller(measure: Statistic) -> None:
    level, outcome = _sample(1_500)
    seller = np.sort(np.random.default_rng(6).integers(0, 60, level.size))
    shares = _shares(level, outcome)
    table = clustered_counts(seller, level * 3 + outcome, 15)
    linearised = table.variance(measure(shares).influence.reshape(1, -1))[0, 0] ** 0.5
    in_earnest = table.jackknife_variance(measure(shares).influence.ravel(), _change(measure, shares)) ** 0.5
    left_out = np.array([measure(_shares(level[seller != one], outcome[seller != one])).estimate for one in range(60)])
    jackknife = (59 / 60 * ((left_out - measure(shares).estimate) ** 2).sum()) ** 0.5
    assert linearised == pytest.approx(jackknife, rel=JACKKNIFE_TOLERANCE)
    # all 60 sellers are large enough to be left out in earnest
    assert table.large.shape == (60, 15)
    assert in_earnest == pytest.approx(jackknife, rel=TOLERANCE)


def _change(measure: Statistic, shares: Floats) -> Callable[[Floats], float]:
    return lambda counts: measure((counts / counts.sum()).reshape(shares.shape)).estimate - measure(shares).estimate


def test_few_unequal_sellers_do_not_make_a_sellers_own_attribute_significant() -> None:
    # 40 sellers, the largest with a fifth of the disputes: of 200 tests at 5 % 10 are expected, 19 or more with a
    # chance of under 1 %
    sizes = np.maximum(1, np.round(400 / np.arange(1, 41))).astype(np.int64)
    seller = np.repeat(np.arange(40), sizes)
    rng, rejected = np.random.default_rng(1), dict.fromkeys(("tau", "v"), 0)
    for _ in range(200):
        level = rng.integers(0, 5, 40)[seller]
        outcome = np.digitize(rng.normal(size=40)[seller] * 0.5 + rng.logistic(size=seller.size), [-0.5, 0.5])
        occurring = np.unique(level, return_inverse=True)[1]
        shares = _shares(occurring, outcome)[: occurring.max() + 1]
        table = clustered_counts(seller, occurring * 3 + outcome, shares.size)
        tau = association.infer_symmetric(table, shares, measures.kendall_tau_b, null=0.0, lowest=-1.0)
        v = association.infer_cramers_v(table, shares)
        assert tau.p_value is not None
        assert v.p_value is not None
        rejected["tau"] += tau.p_value < 0.05
        rejected["v"] += v.p_value < 0.05
    assert max(rejected.values()) < 19


def test_independent_rulings_give_the_plain_chi_squared_test() -> None:
    level, outcome = _sample(60)
    shares = _shares(level, outcome)
    table = clustered_counts(np.full(60, NO_SELLER), level * 3 + outcome, 15)
    observed = (shares * 60).round()
    pearson = stats.chi2_contingency(observed, correction=False).pvalue
    likelihood = stats.chi2_contingency(observed, correction=False, lambda_="log-likelihood").pvalue
    assert association.infer_cramers_v(table, shares).p_value == pytest.approx(pearson, abs=TOLERANCE)
    assert association.infer_mutual_information(table, shares).p_value == pytest.approx(likelihood, abs=TOLERANCE)


def test_copied_rulings_do_not_count_twice() -> None:
    # each seller's rulings are all the same: nine copies add nothing to what one ruling per seller says
    level, outcome = _sample(200)
    shares = _shares(level, outcome)
    once = clustered_counts(np.arange(200), level * 3 + outcome, 15)
    copied = clustered_counts(np.arange(200).repeat(9), (level * 3 + outcome).repeat(9), 15)
    test = association.independence_test(copied, shares)
    assert test.mean_effect == pytest.approx(9, rel=0.05)
    plain = association.infer_cramers_v(once, shares).p_value
    clustered = association.infer_cramers_v(copied, shares).p_value
    assert plain is not None
    # of 1e-7, compared by logarithm: one refers to F, the other to chi-squared
    assert clustered is not None
    assert np.log(clustered) == pytest.approx(np.log(plain), rel=0.1)
