"""Scores of groups: against statsmodels' score test, against sums by seller, and the moments of their variance."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from tests.transforms.statistics.samples import disputes
from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.design import build_design
from transforms.statistics.effects import FittedModel, fit_model
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix, linear_predictor
from transforms.statistics.score_test import GroupScores, group_scores, heterogeneity

RELATIVE = 1e-6
N_GROUPS = 5


def _fitted(seed: int = 3) -> tuple[FittedModel[Matrix], Integers]:
    model = fit_model("buyer_wins", build_design(disputes(1_500, seed=seed).lazy(), []).matrix, Logit(2))
    assert model.fitted is not None
    # The last group is nobody's, so that the dummies do not add up to an intercept.
    return model, np.random.default_rng(seed).integers(0, N_GROUPS + 1, model.matrix.n)


def _columns(model: FittedModel[Matrix]) -> Floats:
    """Intercept and free predictors, one column each."""
    assert model.fitted is not None
    dense = list(model.matrix.dense)
    dummies = [
        (block.codes == code).astype(np.float64) for block in model.matrix.blocks for code in range(len(block.labels))
    ]
    free = [column for column, is_free in zip([*dense, *dummies], model.fitted.free, strict=True) if is_free]
    return np.column_stack([np.ones(model.matrix.n), *free])


def _scores(model: FittedModel[Matrix], groups: Integers, *, has_sellers: bool = True) -> GroupScores:
    assert model.fitted is not None
    matrix = replace(model.matrix, has_sellers=has_sellers)
    return group_scores(matrix, model.family, model.fitted, groups, N_GROUPS)


def test_the_joint_score_test_is_that_of_statsmodels() -> None:
    model, groups = _fitted()
    wins = (model.matrix.outcome == 2).astype(np.float64)
    dummies = np.column_stack([groups == place for place in range(1, N_GROUPS + 1)]).astype(np.float64)
    oracle = sm.GLM(wins, _columns(model), family=sm.families.Binomial()).fit(tol=1e-12)
    chi_squared = oracle.score_test(exog_extra=dummies).statistic[0]
    scores = _scores(model, groups, has_sellers=False)
    ours = scores.scores @ np.linalg.solve(scores.information, scores.scores)
    assert ours == pytest.approx(float(chi_squared), rel=RELATIVE)
    assert np.array_equal(scores.covariance, scores.information)


def test_expected_wins_are_sums_of_probabilities() -> None:
    model, groups = _fitted()
    assert model.fitted is not None
    eta = linear_predictor(model.matrix, slice(0, model.matrix.n), model.fitted.slopes) + model.fitted.intercepts[0]
    expected = np.bincount(groups, 1 / (1 + np.exp(-eta)))[1:]
    assert _scores(model, groups).expected == pytest.approx(expected, rel=RELATIVE)


def test_the_covariance_is_that_of_the_sums_by_seller() -> None:
    model, groups = _fitted()
    assert model.fitted is not None
    columns = _columns(model)
    estimates = np.concatenate([model.fitted.intercepts, model.fitted.slopes[model.fitted.free]])
    chance = 1 / (1 + np.exp(-columns @ estimates))
    weights, residual = chance * (1 - chance), (model.matrix.outcome == 2) - chance
    dummies = np.column_stack([groups == place for place in range(1, N_GROUPS + 1)]).astype(np.float64)
    shared = np.linalg.solve((columns.T * weights) @ columns, (columns.T * weights) @ dummies)
    single = residual[:, None] * (dummies - columns @ shared)
    by_seller = np.add.reduceat(single, model.matrix.cluster_starts[:-1])
    n_clusters = by_seller.shape[0]
    expected = by_seller.T @ by_seller * n_clusters / (n_clusters - 1)
    assert _scores(model, groups).covariance == pytest.approx(expected, rel=RELATIVE)


def test_a_group_that_is_a_term_of_the_model_is_not_told_apart() -> None:
    model, groups = _fitted()
    block = model.matrix.blocks[0]
    same = np.where(block.codes == 1, 1, np.where(groups == 1, 0, groups))
    assert _scores(model, same).is_told_apart.tolist() == [False, True, True, True, True]


def _drawn(effects: Floats, rng: np.random.Generator) -> GroupScores:
    """Scores of groups with known effects, of which each could tell its own with information 25."""
    size = effects.size
    scores = 25 * effects + 5 * rng.normal(size=size)
    return GroupScores(scores, 25 * np.eye(size), 25 * np.eye(size), np.full(size, 30.0), np.zeros(size))


@pytest.mark.parametrize("deviation", [0.0, 0.3])
def test_the_interval_covers_the_true_deviation(deviation: float) -> None:
    rng = np.random.default_rng(8)
    found = [heterogeneity(_drawn(deviation * rng.normal(size=20), rng), np.inf) for _ in range(300)]
    covers = [each is not None and each.low <= deviation <= each.high for each in found]
    # of 300 at 95 % (97.5 % where nothing is below), between 275 and 299 in 99 of 100 simulations
    assert 0.91 < np.mean(covers) < 0.999
    mean_square = np.mean([each.deviation**2 for each in found if each is not None])
    assert mean_square == pytest.approx(deviation**2, abs=0.02)


def test_without_differences_one_in_twenty_is_significant() -> None:
    rng = np.random.default_rng(9)
    p_values = [each.p_value for _ in range(1_000) if (each := heterogeneity(_drawn(np.zeros(8), rng), np.inf))]
    # of 1,000 at 5 %, between 33 and 68 in 99 of 100 simulations
    assert 33 <= np.sum(np.array(p_values) < 0.05) <= 68


def test_without_any_variance_there_is_no_test() -> None:
    scores = GroupScores(np.zeros(2), np.eye(2), np.zeros((2, 2)), np.ones(2), np.zeros(2))
    assert heterogeneity(scores, np.inf) is None
