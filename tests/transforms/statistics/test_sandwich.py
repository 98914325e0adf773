"""The correction for leverage against residuals and hat matrices written out row by row."""

import numpy as np
import polars as pl
import pytest

from tests.transforms.statistics.samples import disputes
from tests.transforms.statistics.test_matrix import written_out
from transforms.statistics import leverage
from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.design import build_design
from transforms.statistics.families import Family
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix
from transforms.statistics.newton import Fit, fit, information_of
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.sandwich import cluster_errors, cluster_influences, covariance, plain_covariance
from transforms.statistics.specs import FactorSpec

EXACT = 1e-8
#: Clusters with little leverage are corrected to first order.
FIRST_ORDER = 1e-3
#: The polynomial against the exact correction.
POLYNOMIAL = 3e-4
NUMERIC = 1e-6


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    # sellers of very unequal size: the largest of 40 has over a hundred of 500 disputes
    return build_design(disputes(500, 40).lazy(), []).matrix


def _owner(matrix: Matrix) -> Integers:
    return np.repeat(np.arange(matrix.cluster_ids.size), np.diff(matrix.cluster_starts))


def _power(symmetric: Floats, exponent: float) -> Floats:
    values, vectors = np.linalg.eigh(symmetric)
    return np.asarray((vectors * values**exponent) @ vectors.T)


def _written_out(matrix: Matrix, fitted: Fit) -> Floats:
    """CR2 of a logit of buyer_wins with matrices of the size of each seller's rows."""
    predictors = np.column_stack([np.ones(matrix.n), written_out(matrix)[:, fitted.free]])
    chance = 1 / (1 + np.exp(-predictors @ np.concatenate([fitted.intercepts, fitted.slopes[fitted.free]])))
    weights = chance * (1 - chance)
    inverse = np.linalg.inv(predictors.T @ (predictors * weights[:, None]))
    meat, owner = np.zeros_like(inverse), _owner(matrix)
    for one in range(matrix.cluster_ids.size):
        rows = np.flatnonzero(owner == one)
        root = np.sqrt(weights[rows])
        scaled = predictors[rows] * root[:, None]
        hat = scaled @ inverse @ scaled.T
        residuals = ((matrix.outcome[rows] == 2) - chance[rows]) / root
        score = scaled.T @ _power(np.eye(rows.size) - hat, -0.5) @ residuals
        meat += np.outer(score, score)
    return np.asarray(inverse @ meat @ inverse)


def test_correction_is_that_of_whole_hat_matrices(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    family = Logit(2)
    fitted = fit(matrix, family, matrix.estimable)
    expected = _written_out(matrix, fitted)
    near = covariance(matrix, family, fitted)
    assert near is not None
    assert np.sqrt(np.diag(near)) == pytest.approx(np.sqrt(np.diag(expected)), rel=FIRST_ORDER)
    monkeypatch.setattr(leverage, "LARGEST_FOR_POLYNOMIAL", -1.0)
    exact = covariance(matrix, family, fitted)
    assert exact is not None
    assert exact == pytest.approx(expected, rel=EXACT, abs=EXACT)


def test_of_the_ordinal_model_it_is_that_of_its_information(monkeypatch: pytest.MonkeyPatch) -> None:
    # 25 sellers with 24 disputes each, more than there are coefficients
    frame = disputes(600).with_columns(seller_id=(pl.int_range(pl.len()) % 25).cast(pl.String))
    matrix, family = build_design(frame.lazy(), []).matrix, Ordinal()
    fitted = fit(matrix, family, matrix.estimable)
    inverse = np.asarray(np.linalg.inv(fitted.information), dtype=np.float64)
    meat, root = np.zeros_like(inverse), _power(inverse, 0.5)
    scores = _plain_scores(matrix, family, fitted)
    for score, first, last in zip(scores, matrix.cluster_starts, matrix.cluster_starts[1:], strict=False):
        held = information_of(matrix, family, fitted, slice(int(first), int(last)))
        rest = np.asarray(np.eye(root.shape[0]) - root @ held @ root, dtype=np.float64)
        corrected = np.linalg.solve(root, _power(rest, -0.5) @ root @ score)
        meat += np.outer(corrected, corrected)
    monkeypatch.setattr(leverage, "LARGEST_FOR_POLYNOMIAL", -1.0)
    exact = covariance(matrix, family, fitted)
    assert exact is not None
    # scores by numeric derivatives are good to about six digits
    assert exact == pytest.approx(inverse @ meat @ inverse, rel=NUMERIC, abs=NUMERIC)


def test_a_polynomial_is_near_at_any_leverage_that_it_is_used_for(
    matrix: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted = fit(matrix, Logit(2), matrix.estimable)
    monkeypatch.setattr(leverage, "LARGEST_FOR_POLYNOMIAL", -1.0)
    exact = _scores(matrix, fitted)
    monkeypatch.setattr(leverage, "LARGEST_LEVERAGE", -1.0)
    monkeypatch.setattr(leverage, "LARGEST_FOR_POLYNOMIAL", 0.4)
    assert np.linalg.norm(_scores(matrix, fitted) - exact, axis=0) == pytest.approx(
        np.zeros(exact.shape[1]), abs=FIRST_ORDER * float(np.linalg.norm(exact, axis=0).max())
    )


@pytest.mark.parametrize(("n", "far", "least"), [(1_200, 5.0, 0.6), (6_000, 5.0, 0.3)])
@pytest.mark.parametrize("correction", [leverage.UNBIASED, leverage.JACKKNIFE])
def test_a_seller_who_is_extreme_in_many_columns_at_once_is_corrected(
    n: int, far: float, least: float, correction: leverage.Correction, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix, family = _with_one_extreme(n, far), Logit(2)
    fitted = fit(matrix, family, matrix.estimable)
    root = _power(np.asarray(np.linalg.inv(fitted.information), dtype=np.float64), 0.5)
    held = information_of(matrix, family, fitted, slice(0, int(matrix.cluster_starts[1])))
    # no coefficient tells: of each, the seller holds less than 0.4 of the information, or 0.05
    assert np.linalg.eigvalsh(root @ held @ root)[-1] > least
    near = _errors(matrix, fitted, correction)
    monkeypatch.setattr(leverage, "LARGEST_FOR_POLYNOMIAL", -1.0)
    assert near == pytest.approx(_errors(matrix, fitted, correction), rel=POLYNOMIAL)


def _with_one_extreme(n: int, far: float) -> Matrix:
    """Sellers with eight disputes each; the first always loses and is as far out in each of 16 columns of noise."""
    rng = np.random.default_rng(2)
    frame = disputes(n, seed=2).with_columns(seller_id=(pl.int_range(n) // 8).cast(pl.String).str.zfill(4))
    own = pl.int_range(n) < 8
    extra = [f"extra_{place}" for place in range(12)]
    names = [*(f"{name}_advantage" for name in ("evidence", "rules", "tone", "reputation")), *extra]
    columns = {name: np.where(np.arange(n) < 8, far * rng.choice([-1, 1]), rng.normal(size=n)) for name in names}
    lost = pl.when(own).then(pl.lit("buyer_wins")).otherwise("outcome")
    specs = [FactorSpec(name, name) for name in extra]
    return build_design(frame.with_columns(outcome=lost, **columns).lazy(), specs).matrix


def _errors(matrix: Matrix, fitted: Fit, correction: leverage.Correction) -> Floats:
    scores = [part.scores for part in leverage.adjusted_scores(matrix, Logit(2), fitted, correction)]
    return np.asarray(np.sqrt(((np.concatenate(scores) @ np.linalg.inv(fitted.information)) ** 2).sum(axis=0)))


def _scores(matrix: Matrix, fitted: Fit) -> Floats:
    """Corrected scores in the coordinates in which the information is the identity, shape (K + p, clusters)."""
    scores = np.concatenate([part.scores for part in leverage.adjusted_scores(matrix, Logit(2), fitted)])
    return np.asarray(np.linalg.cholesky(np.linalg.inv(fitted.information)).T @ scores.T)


@pytest.mark.parametrize("correction", [leverage.UNBIASED, leverage.JACKKNIFE])
def test_polynomial_is_near_the_power(correction: leverage.Correction) -> None:
    shares = np.linspace(0, 0.5, 501)
    found = np.polynomial.polynomial.polyval(shares, correction.polynomial)
    assert found * (1 - shares) ** correction.power == pytest.approx(np.ones(shares.size), abs=6e-4)


def test_of_the_ordinal_model_small_sellers_are_near(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    # what concerns thresholds alone is no part of the correction of clusters with few rows
    fitted = fit(matrix, Ordinal(), matrix.estimable)
    near = covariance(matrix, Ordinal(), fitted)
    monkeypatch.setattr(leverage, "LARGEST_FOR_POLYNOMIAL", -1.0)
    nearer = covariance(matrix, Ordinal(), fitted)
    assert near is not None
    assert nearer is not None
    assert np.sqrt(np.diag(near)) == pytest.approx(np.sqrt(np.diag(nearer)), rel=FIRST_ORDER)


def _plain_scores(matrix: Matrix, family: Family, fitted: Fit) -> Floats:
    """Scores without correction: what the influences of the plain covariance come from."""
    steps = 1e-6 * np.eye(fitted.information.shape[0])
    k = family.n_intercepts

    def log_likelihoods(move: Floats) -> Floats:
        slopes = fitted.slopes.copy()
        slopes[fitted.free] += move[k:]
        eta = written_out(matrix) @ slopes
        each = [
            family.derivatives(matrix.outcome[row : row + 1], eta[row : row + 1], fitted.intercepts + move[:k])
            for row in range(matrix.n)
        ]
        return np.add.reduceat([part.log_likelihood for part in each], matrix.cluster_starts[:-1])

    return np.column_stack([(log_likelihoods(step) - log_likelihoods(-step)) / 2e-6 for step in steps])


def test_influences_add_up_to_the_covariance(matrix: Matrix) -> None:
    fitted = fit(matrix, Ordinal(), matrix.estimable)
    errors = covariance(matrix, Ordinal(), fitted)
    influences = cluster_influences(matrix, Ordinal(), fitted, np.eye(fitted.information.shape[0]))
    assert influences.T @ influences == pytest.approx(errors, rel=EXACT)


def test_with_many_small_sellers_the_correction_vanishes() -> None:
    frame = disputes(20_000).with_columns(seller_id=(pl.int_range(pl.len()) // 4).cast(pl.String))
    matrix = build_design(frame.lazy(), []).matrix
    fitted = fit(matrix, Logit(2), matrix.estimable)
    ours, plain = covariance(matrix, Logit(2), fitted), plain_covariance(matrix, Logit(2), fitted)
    assert ours is not None
    assert plain is not None
    assert np.sqrt(np.diag(ours)) == pytest.approx(np.sqrt(np.diag(plain)), rel=2e-3)


def test_what_one_seller_alone_determines_is_said() -> None:
    frame = disputes(600, 30)
    own = pl.col("seller_id") == "S3"
    frame = frame.with_columns(category=pl.when(own).then(pl.lit("virtual")).otherwise("category"))
    matrix = build_design(frame.lazy(), []).matrix
    fitted = fit(matrix, Logit(2), matrix.estimable)
    errors = cluster_errors(matrix, Logit(2), fitted)
    assert errors is not None
    names = ["intercept", *(name for name, free in zip(matrix.terms, fitted.free, strict=True) if free)]
    lone = errors.is_lone(np.eye(len(names)))
    assert [name for name, is_lone in zip(names, lone, strict=True) if is_lone] == ["category=virtual"]


def test_no_sellers_and_one_seller() -> None:
    frame = disputes(300)
    for seller, expected in ((None, True), ("S", False)):
        matrix = build_design(frame.with_columns(seller_id=pl.lit(seller, pl.String)).lazy(), []).matrix
        fitted = fit(matrix, Logit(2), matrix.estimable)
        errors = covariance(matrix, Logit(2), fitted)
        assert (errors is not None) is expected
        assert (plain_covariance(matrix, Logit(2), fitted) is not None) is expected
        if errors is not None:
            assert errors == pytest.approx(np.linalg.inv(fitted.information), rel=EXACT)
