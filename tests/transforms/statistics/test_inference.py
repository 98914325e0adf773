"""What is said of an interval, and what goes into it."""

import math

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tests.transforms.statistics.samples import disputes
from transforms.statistics.design import build_design
from transforms.statistics.inference import Inferred, infer
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix
from transforms.statistics.newton import Fit, fit
from transforms.statistics.sandwich import Errors, cluster_errors

TOLERANCE = 1e-9
FAMILY = Logit(2)


def _model(frame: pl.DataFrame) -> tuple[Matrix, Logit, Fit]:
    matrix = build_design(frame.lazy(), []).matrix
    return matrix, FAMILY, fit(matrix, FAMILY, matrix.estimable)


def _first(frame: pl.DataFrame) -> Inferred:
    """What is inferred of the first slope, evidence."""
    model = _model(frame)
    direction = np.zeros((1, model[2].information.shape[0]))
    direction[0, 1] = 1.0
    return infer(model, model[2].slopes[:1], direction)[0]


def test_interval_and_test_are_students() -> None:
    found = Inferred(2.0, 0.8, 5.0, "ok")
    assert found.half_width == pytest.approx(0.8 * stats.t.ppf(0.975, 5), abs=TOLERANCE)
    assert found.p_value() == pytest.approx(2 * stats.t.sf(2.5, 5), abs=TOLERANCE)
    assert found.p_value(1.0) == pytest.approx(2 * stats.t.sf(1.25, 5), abs=TOLERANCE)


def test_status_in_words() -> None:
    place = pl.int_range(pl.len())
    cases = {
        "ok": disputes(600, 150),
        "not_clustered": disputes(600).with_columns(seller_id=pl.lit(None, pl.String)),
        "one_cluster": disputes(600).with_columns(seller_id=pl.lit("S")),
        "few_clusters": disputes(600).with_columns(seller_id=(place % 7).cast(pl.String)),
    }
    for status, frame in cases.items():
        found = _first(frame)
        assert found.status == status
        assert found.has_error is (status != "one_cluster")
    # many sellers of whom one has nearly all disputes: about one degree of freedom
    lopsided = disputes(3_000).with_columns(
        seller_id=pl.when(place < 2_900).then(pl.lit("S")).otherwise(pl.lit("T") + place.cast(pl.String))
    )
    assert _first(lopsided).status == "few_clusters"


def test_what_one_seller_determines_and_what_does_not_vary_has_no_interval() -> None:
    model = _model(disputes(600, 150))
    size = model[2].information.shape[0]
    direction = np.eye(size)[1:2]
    for status, errors in (
        ("lone_cluster", Errors(np.eye(size), direction)),
        ("no_variation", Errors(np.zeros((size, size)), np.zeros((0, size)))),
    ):
        (found,) = infer(model, np.ones(1), direction, errors)
        assert (found.estimate, found.status, found.has_error) == (1.0, status, False)


def test_the_variance_of_averaging_adds_up() -> None:
    model = _model(disputes(600, 150))
    errors = cluster_errors(*model)
    assert errors is not None
    direction = np.eye(model[2].information.shape[0])[1:2]
    (alone,) = infer(model, np.ones(1), direction, errors)
    (both,) = infer(model, np.ones(1), direction, errors, np.array([0.09]))
    first, second, sellers = alone.std_error**2, 0.09, model[0].clustering.dof
    assert both.std_error == pytest.approx(math.sqrt(first + second), rel=TOLERANCE)
    expected = (first + second) ** 2 / (first**2 / alone.dof + second**2 / sellers)
    assert both.dof == pytest.approx(expected, rel=TOLERANCE)
