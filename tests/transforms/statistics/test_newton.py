"""Fits and clustered covariances against statsmodels."""

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from statsmodels.miscmodels.ordinal_model import OrderedModel

from tests.transforms.statistics.samples import disputes
from tests.transforms.statistics.test_matrix import written_out
from transforms.statistics import newton
from transforms.statistics.clusters import Floats
from transforms.statistics.design import build_design
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix
from transforms.statistics.newton import fit
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.sandwich import covariance, plain_covariance

COEFFICIENT_TOLERANCE = 1e-6
STD_ERROR_TOLERANCE = 1e-4
#: OrderedModel maximises on numeric derivatives: its coefficients are off by about 1e-8, which near zero is more.
NUMERIC_SCORE_TOLERANCE = 2e-8


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    return build_design(disputes().lazy(), []).matrix


def _predictors(matrix: Matrix) -> Floats:
    return written_out(matrix)[:, matrix.estimable]


def _owner(matrix: Matrix) -> Floats:
    return np.repeat(np.arange(matrix.cluster_ids.size), np.diff(matrix.cluster_starts))


@pytest.mark.parametrize("threshold", [1, 2])
def test_logit_is_that_of_statsmodels(matrix: Matrix, threshold: int) -> None:
    family = Logit(threshold)
    fitted = fit(matrix, family, matrix.estimable)
    errors = plain_covariance(matrix, family, fitted)
    model = sm.Logit(matrix.outcome >= threshold, sm.add_constant(_predictors(matrix)))
    expected = model.fit(
        disp=0, method="newton", tol=1e-12, cov_type="cluster",
        cov_kwds={"groups": _owner(matrix), "use_correction": False},
    )  # fmt: skip
    n_clusters = matrix.clustering.n_clusters
    assert fitted.status == "ok"
    estimates = np.concatenate([fitted.intercepts, fitted.slopes[fitted.free]])
    assert estimates == pytest.approx(expected.params, rel=COEFFICIENT_TOLERANCE)
    assert fitted.log_likelihood == pytest.approx(expected.llf, rel=1e-10)
    assert errors is not None
    small_sample = (n_clusters / (n_clusters - 1)) ** 0.5
    assert np.sqrt(np.diag(errors)) == pytest.approx(expected.bse * small_sample, rel=STD_ERROR_TOLERANCE)


def test_ordinal_is_that_of_statsmodels(matrix: Matrix) -> None:
    fitted = fit(matrix, Ordinal(), matrix.estimable)
    model = OrderedModel(matrix.outcome, _predictors(matrix), distr="logit")
    expected = model.fit(disp=0, method="newton", maxiter=100, tol=1e-8)
    thresholds = model.transform_threshold_params(expected.params[-2:])[1:-1]
    n_slopes = int(matrix.estimable.sum())
    estimates = np.concatenate([fitted.slopes[fitted.free], fitted.intercepts])
    found = np.concatenate([expected.params[:n_slopes], thresholds])
    assert estimates == pytest.approx(found, rel=COEFFICIENT_TOLERANCE, abs=NUMERIC_SCORE_TOLERANCE)
    assert fitted.log_likelihood == pytest.approx(expected.llf, rel=1e-10)
    ours = np.append(estimates[:-1], np.log(fitted.intercepts[1] - fitted.intercepts[0]))
    assert model.score_obs(ours).sum(axis=0) == pytest.approx(0, abs=1e-6)
    inverse = np.linalg.inv(fitted.information)
    assert np.sqrt(np.diag(inverse))[2:] == pytest.approx(expected.bse[:n_slopes], rel=STD_ERROR_TOLERANCE)


def test_ordinal_clustered_covariance_is_that_of_its_scores(matrix: Matrix) -> None:
    # statsmodels has no clustered OrderedModel: the sandwich is put together from numeric scores per dispute
    family = Ordinal()
    fitted = fit(matrix, family, matrix.estimable)
    full, owner, step = _predictors(matrix), _owner(matrix), 1e-6
    point = np.concatenate([fitted.intercepts, fitted.slopes[fitted.free]])

    def log_likelihoods(at: Floats) -> Floats:
        low, high = (1 / (1 + np.exp(-(at[k] - full @ at[2:]))) for k in range(2))
        return np.asarray(np.log(np.choose(matrix.outcome.astype(np.int64), [low, high - low, 1 - high])))

    scores = np.column_stack(
        [
            (log_likelihoods(point + move) - log_likelihoods(point - move)) / (2 * step)
            for move in step * np.eye(point.size)
        ]
    )
    by_cluster = np.array([scores[owner == one].sum(axis=0) for one in range(matrix.cluster_ids.size)])
    inverse = np.linalg.inv(fitted.information)
    n_clusters = matrix.clustering.n_clusters
    expected = inverse @ by_cluster.T @ by_cluster @ inverse * n_clusters / (n_clusters - 1)
    errors = plain_covariance(matrix, family, fitted)
    assert errors is not None
    assert np.sqrt(np.diag(errors)) == pytest.approx(np.sqrt(np.diag(expected)), rel=STD_ERROR_TOLERANCE)


def test_without_sellers_the_errors_are_plain() -> None:
    matrix = build_design(disputes(600).with_columns(seller_id=None).lazy(), []).matrix
    family = Logit(2)
    fitted = fit(matrix, family, matrix.estimable)
    errors = covariance(matrix, family, fitted)
    expected = sm.Logit(matrix.outcome == 2, sm.add_constant(_predictors(matrix))).fit(disp=0, method="newton")
    assert errors is not None
    assert np.sqrt(np.diag(errors)) == pytest.approx(expected.bse, rel=STD_ERROR_TOLERANCE)


@pytest.mark.parametrize("family", [Logit(2), Ordinal()])
def test_a_start_from_a_sample_leads_to_the_same(
    matrix: Matrix, family: Logit | Ordinal, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = fit(matrix, family, matrix.estimable)
    monkeypatch.setattr(newton, "ROWS_TO_START", 500)
    started = fit(matrix, family, matrix.estimable)
    assert started.slopes == pytest.approx(plain.slopes, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("family", [Logit(2), Ordinal()])
def test_separation_is_found(family: Logit | Ordinal) -> None:
    outcome = pl.Series(np.repeat(["seller_wins", "partial", "buyer_wins"], 100))
    ruled = disputes(300).sort("evidence_advantage").with_columns(outcome=outcome)
    matrix = build_design(ruled.lazy(), []).matrix
    assert fit(matrix, family, matrix.estimable).status == "separation"
