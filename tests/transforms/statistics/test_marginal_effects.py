"""Average marginal effects against predictions made one by one."""

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from tests.transforms.statistics.samples import disputes
from tests.transforms.statistics.test_matrix import written_out
from transforms.statistics.clusters import Floats
from transforms.statistics.design import build_design
from transforms.statistics.logit import Logit
from transforms.statistics.marginal_effects import average_marginal_effects, covariance_of_constant
from transforms.statistics.matrix import Matrix
from transforms.statistics.newton import Fit, fit
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.sandwich import plain_covariance

TOLERANCE = 1e-7
STEP = 1e-5

FAMILIES = [Logit(2), Logit(1), Ordinal()]


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    frame = disputes(900).with_columns(
        tone_advantage=pl.when(pl.col("dispute_id").str.ends_with("3").not_()).then("tone_advantage")
    )
    return build_design(frame.lazy(), []).matrix


def _effects(matrix: Matrix, constant: float, slopes: Floats) -> Floats:
    """Effects by changing the predictors themselves."""
    full = written_out(matrix)
    n_dense, result = matrix.dense.shape[0], np.zeros(matrix.n_slopes)

    def mean(predictors: Floats) -> float:
        return float((1 / (1 + np.exp(-constant - predictors @ slopes))).mean())

    def changed(places: slice, values: Floats) -> Floats:
        other = full.copy()
        other[:, places] = values
        return other

    for place in range(n_dense - matrix.n_indicators):
        ends = [mean(changed(slice(place, place + 1), full[:, [place]] + side)) for side in (-STEP, STEP)]
        result[place] = (ends[1] - ends[0]) / (2 * STEP)
    for place in range(n_dense - matrix.n_indicators, n_dense):
        ends = [mean(changed(slice(place, place + 1), np.array([side]))) for side in (0.0, 1.0)]
        result[place] = ends[1] - ends[0]
    for block, start in zip(matrix.blocks, matrix.offsets, strict=False):
        here, levels = slice(start, start + len(block.labels)), np.eye(len(block.labels))
        result[here] = [mean(changed(here, level)) - mean(changed(here, levels[0])) for level in levels]
    return result


def _constant(family: Logit | Ordinal, fitted: Fit) -> float:
    return float(family.probability_sign * fitted.intercepts[-1])


@pytest.mark.parametrize("family", FAMILIES)
def test_effects_and_gradients_are_the_numeric_ones(matrix: Matrix, family: Logit | Ordinal) -> None:
    assert matrix.n_indicators == 1
    fitted = fit(matrix, family, matrix.estimable)
    constant = _constant(family, fitted)
    result = average_marginal_effects(matrix, family, fitted)
    assert result.effects == pytest.approx(_effects(matrix, constant, fitted.slopes), abs=TOLERANCE)
    for place in np.flatnonzero(fitted.free)[::3]:
        move = np.zeros(matrix.n_slopes)
        move[place] = 1e-4
        ends = [_effects(matrix, constant, fitted.slopes + side * move) for side in (-1, 1)]
        expected = (ends[1] - ends[0])[fitted.free] / 2e-4
        assert result.gradient[fitted.free, 1 + place] == pytest.approx(expected, abs=1e-5)
    ends = [_effects(matrix, constant + side, fitted.slopes) for side in (-1e-4, 1e-4)]
    assert result.gradient[:, 0] == pytest.approx((ends[1] - ends[0]) / 2e-4, abs=1e-5)


def test_derivatives_and_their_errors_are_those_of_statsmodels(matrix: Matrix) -> None:
    family = Logit(2)
    fitted = fit(matrix, family, matrix.estimable)
    errors = plain_covariance(matrix, family, fitted)
    assert errors is not None
    result = average_marginal_effects(matrix, family, fitted)
    full = covariance_of_constant(family, errors, fitted)
    std_errors = np.sqrt(((result.gradient @ full) * result.gradient).sum(axis=1))
    owner = np.repeat(np.arange(matrix.cluster_ids.size), np.diff(matrix.cluster_starts))
    model = sm.Logit(matrix.outcome == 2, sm.add_constant(written_out(matrix)[:, matrix.estimable]))
    expected = model.fit(
        disp=0, method="newton", tol=1e-12, cov_type="cluster", cov_kwds={"groups": owner, "use_correction": False}
    ).get_margeff()
    n_clusters, n_numeric = matrix.clustering.n_clusters, matrix.dense.shape[0] - matrix.n_indicators
    small_sample = (n_clusters / (n_clusters - 1)) ** 0.5
    assert result.effects[:n_numeric] == pytest.approx(expected.margeff[:n_numeric], rel=1e-6)
    assert std_errors[:n_numeric] == pytest.approx(expected.margeff_se[:n_numeric] * small_sample, rel=1e-4)
