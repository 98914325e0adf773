"""Leaving out sellers in one step against fits without them, and what standard deviations and averages err by."""

import math
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from tests.transforms.statistics.samples import disputes
from transforms.statistics import leverage
from transforms.statistics.clusters import Floats
from transforms.statistics.design import Prepared, build_design, prepare
from transforms.statistics.inference import Inferred, infer
from transforms.statistics.jackknife import degrees_of_changes, infer_by_jackknife, leave_out, with_variance
from transforms.statistics.likelihoods import cluster_log_likelihoods, left_out_log_likelihoods
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix
from transforms.statistics.months import ALL, Pooled, pool
from transforms.statistics.newton import Fit, fit, information_of
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.scales import measure_scales
from transforms.statistics.terms import ADVANTAGES, CONTROLS

EXACT = 1e-8
#: One Newton step against a fit of its own, for a seller with a quarter of all disputes.
ONE_STEP = 0.15
#: An average over sellers to first order against leaving them out.
FIRST_ORDER = 0.02
FAMILY = Logit(2)


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    return build_design(disputes(500, 40).lazy(), []).matrix


@pytest.fixture(scope="module")
def fitted(matrix: Matrix) -> Fit:
    return fit(matrix, FAMILY, matrix.estimable)


def _without(matrix: Matrix, one: int) -> Matrix:
    starts = matrix.cluster_starts
    return matrix.take(np.concatenate([np.arange(starts[one]), np.arange(starts[one + 1], matrix.n)]))


def _steps(matrix: Matrix, fitted: Fit) -> Floats:
    """Newton's step back from the estimates without each seller, written out."""
    chance = 1 / (1 + np.exp(-_predictor(matrix, fitted)))
    residuals = (matrix.outcome == 2) - chance
    predictors = _predictors(matrix, fitted)
    steps = []
    for first, last in pairwise(matrix.cluster_starts):
        rest = fitted.information - information_of(matrix, FAMILY, fitted, slice(int(first), int(last)))
        steps.append(np.linalg.solve(rest, predictors[first:last].T @ residuals[first:last]))
    return np.array(steps)


def _predictors(matrix: Matrix, fitted: Fit) -> Floats:
    dummies = [np.eye(len(block.labels))[block.codes] for block in matrix.blocks]
    return np.column_stack([np.ones(matrix.n), np.column_stack([*matrix.dense, *dummies])[:, fitted.free]])


def _predictor(matrix: Matrix, fitted: Fit) -> Floats:
    predictor = _predictors(matrix, fitted) @ np.concatenate([fitted.intercepts, fitted.slopes[fitted.free]])
    return np.asarray(predictor)


def test_changes_are_newton_steps_without_each_seller(
    matrix: Matrix, fitted: Fit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leverage, "LARGEST_LEVERAGE", 0.0)
    monkeypatch.setattr(leverage, "LARGEST_FOR_POLYNOMIAL", 0.0)
    found = leave_out(matrix, FAMILY, fitted, np.eye(fitted.information.shape[0]))
    assert found.changes == pytest.approx(_steps(matrix, fitted), rel=1e-6, abs=EXACT)
    assert found.covariance == pytest.approx(found.changes.T @ found.changes)


def test_changes_are_those_of_fits_without_the_large_sellers(matrix: Matrix, fitted: Fit) -> None:
    direction = np.eye(fitted.information.shape[0])[[1]]
    found = leave_out(matrix, FAMILY, fitted, direction).changes[:, 0]
    spread = math.sqrt(float(found @ found))
    for one in np.argsort(-np.diff(matrix.cluster_starts))[:4]:
        refitted = fit(_without(matrix, int(one)), FAMILY, fitted.free)
        assert found[one] == pytest.approx(fitted.slopes[0] - refitted.slopes[0], abs=ONE_STEP * spread)


@pytest.mark.parametrize("family", [Logit(2), Ordinal()])
def test_the_likelihood_falls_as_it_does_without_the_seller(matrix: Matrix, family: Logit | Ordinal) -> None:
    whole = fit(matrix, family, matrix.estimable)
    by_cluster = cluster_log_likelihoods(matrix, family, whole)
    assert by_cluster.sum() == pytest.approx(whole.log_likelihood, rel=1e-12)
    falls = left_out_log_likelihoods(matrix, family, whole, by_cluster)
    for one in np.argsort(-np.diff(matrix.cluster_starts))[:4]:
        rest = fit(_without(matrix, int(one)), family, whole.free)
        gain = falls[one] - by_cluster[one]
        expected = whole.log_likelihood - rest.log_likelihood - by_cluster[one]
        assert expected < 0
        assert gain == pytest.approx(expected, rel=0.15)


def test_degrees_of_freedom() -> None:
    alike = np.ones((1, 40))
    assert degrees_of_changes(alike) == pytest.approx([80.0])
    # one seller who is all there is
    assert degrees_of_changes(np.array([[5.0, 0.0, 0.0], [0.0, 0.0, 0.0]])) == pytest.approx([2.0, 1.0])
    # never more than the model of likeness allows, of which the errors of most coefficients are here
    rng = np.random.default_rng(1)
    normal = degrees_of_changes(rng.normal(size=(200, 300)))
    assert 150 < np.median(normal) < 220


def test_the_jackknife_is_wider_and_the_estimate_the_same(matrix: Matrix, fitted: Fit) -> None:
    directions = np.eye(fitted.information.shape[0])[1:5]
    values = directions @ np.concatenate([fitted.intercepts, fitted.slopes[fitted.free]])
    plain = infer((matrix, FAMILY, fitted), values, directions)
    wide = infer_by_jackknife((matrix, FAMILY, fitted), values, directions)
    for one, other in zip(plain, wide, strict=True):
        assert one.estimate == other.estimate
        assert other.std_error > one.std_error
        assert other.dof <= one.dof


@pytest.mark.parametrize("seller", [None, "S1"])
def test_without_sellers_or_with_one_it_is_the_plain_error(seller: str | None) -> None:
    frame = disputes(400).with_columns(seller_id=pl.lit(seller, pl.String))
    rows = build_design(frame.lazy(), []).matrix
    whole = fit(rows, FAMILY, rows.estimable)
    directions = np.eye(whole.information.shape[0])[[0]]
    plain = infer((rows, FAMILY, whole), whole.intercepts, directions)[0]
    found = infer_by_jackknife((rows, FAMILY, whole), whole.intercepts, directions)[0]
    assert found.status == plain.status == ("not_clustered" if seller is None else "one_cluster")
    assert found.has_error == (seller is None)
    assert not found.has_error or found.std_error == plain.std_error


def test_a_further_error_adds_to_the_variance() -> None:
    found = Inferred(1.0, 3.0, 10.0, "ok")
    wider = with_variance(found, 16.0, 20.0)
    assert wider.std_error == 5.0
    # (9 + 16)² / (9² / 10 + 16² / 20)
    assert wider.dof == pytest.approx(625 / (8.1 + 12.8))
    assert with_variance(found, 0.0, 20.0) == found
    lost = Inferred(1.0, math.nan, math.nan, "one_cluster")
    assert not with_variance(lost, 1.0, 5.0).has_error


def _prepared(frame: pl.DataFrame) -> Prepared:
    return prepare(frame.lazy(), [*ADVANTAGES, *CONTROLS])


def test_standard_deviations_err_as_leaving_out_each_seller_says() -> None:
    frame = disputes(2_000, 60)
    found = measure_scales(_prepared(frame))
    sellers = frame["seller_id"].unique().to_list()
    for name in ("evidence", "reputation"):
        column = f"{name}_advantage"
        whole = np.log(np.std(frame[column].to_numpy(), ddof=1))
        left = [frame.filter(pl.col("seller_id") != seller)[column].to_numpy() for seller in sellers]
        moved = [whole - np.log(np.std(each, ddof=1)) for each in left]
        assert math.sqrt(found.variances[name]) == pytest.approx(math.sqrt(np.sum(np.square(moved))), rel=0.1)
    # an attribute of sellers is known by sellers, one of disputes by disputes
    assert found.variances["reputation"] > 5 * found.variances["evidence"]
    effect = Inferred(10.0, 1.0, math.inf, "ok")
    assert found.widened(effect, "evidence").std_error == pytest.approx(
        math.sqrt(1 + 100 * found.variances["evidence"])
    )


def test_a_constant_has_no_scale_to_err() -> None:
    frame = disputes(300).with_columns(tone_advantage=pl.lit(0.0), rules_advantage=pl.lit(None, pl.Float64))
    found = measure_scales(_prepared(frame))
    assert found.variances["tone"] == found.variances["rules"] == 0.0


def test_the_level_of_a_month_errs_by_whose_disputes_it_is_averaged_over() -> None:
    prepared = _prepared(disputes(2_000, 60))
    design = prepared.design([*ADVANTAGES, *CONTROLS])
    pooled = pool(design, measure_scales(prepared))
    assert isinstance(pooled, Pooled)
    standard, level = pooled.standard, Inferred(-0.3, 1e-9, math.inf, "ok")
    chance = 1 / (1 + np.exp(-(standard.deviations - 0.3)))
    edges = np.append(standard.starts, chance.size)
    assert np.array_equal(standard.starts, design.matrix.cluster_starts[:-1])
    moved = [chance.mean() - np.delete(chance, slice(first, last)).mean() for first, last in pairwise(edges)]
    slope = (chance * (1 - chance)).mean()
    expected = math.sqrt(np.sum(np.square(moved))) / slope
    assert standard.widened(ALL, level).std_error == pytest.approx(expected, rel=FIRST_ORDER)
