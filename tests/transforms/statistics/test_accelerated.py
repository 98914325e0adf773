"""The accelerated-failure-time model: derivatives, least squares, censored truth."""

from dataclasses import replace

import numpy as np
import pytest

from tests.transforms.statistics.samples import disputes
from transforms.statistics.accelerated import LogNormalDuration, sign_durations
from transforms.statistics.design import build_model
from transforms.statistics.matrix import Matrix
from transforms.statistics.newton import Fit, maximise
from transforms.statistics.terms import Numeric

STEP, TOLERANCE = 1e-5, 1e-5
LEAST_SQUARES = 1e-8
#: Four standard errors of the planted ratios at this size.
PLANTED = 0.05


def _fit(matrix: Matrix, signed: np.ndarray) -> Fit:
    family = LogNormalDuration()
    start = np.concatenate([family.start(signed), np.zeros(matrix.n_slopes)])
    return maximise(replace(matrix, outcome=signed), family, matrix.estimable, start)


def _matrix() -> Matrix:
    names = ("evidence_advantage", "reputation_advantage")
    return build_model(disputes(3_000, 200).lazy(), [Numeric(name, name) for name in names]).matrix


def test_derivatives_are_the_numeric_ones() -> None:
    rng = np.random.default_rng(0)
    family, eta = LogNormalDuration(), rng.normal(size=40)
    signed = sign_durations(rng.lognormal(4, 1, 40), rng.random(40) < 0.6)
    at = np.array([1.2, 4.1])

    def moved(point: np.ndarray) -> tuple[float, np.ndarray]:
        part = family.derivatives(signed, eta + point[2], at + point[:2])
        return part.log_likelihood, np.append(part.intercept_scores.sum(axis=1), part.score.sum())

    ones = STEP * np.eye(3)
    slopes = [(moved(one)[0] - moved(-one)[0]) / (2 * STEP) for one in ones]
    assert moved(np.zeros(3))[1] == pytest.approx(np.array(slopes), abs=TOLERANCE, rel=TOLERANCE)
    curvature = np.array([(moved(one)[1] - moved(-one)[1]) / (2 * STEP) for one in ones])
    here = family.derivatives(signed, eta, at)
    information = np.zeros((3, 3))
    information[:2, :2] = here.intercept_information
    information[:2, 2] = information[2, :2] = here.cross_information.sum(axis=1)
    information[2, 2] = here.information.sum()
    assert information == pytest.approx(-curvature, abs=TOLERANCE, rel=TOLERANCE)


def test_far_out_nothing_overflows() -> None:
    part = LogNormalDuration().derivatives(
        np.array([-1e9, -1e-9, 1e9, 1e-9]), np.array([-40.0, 40.0, 0.0, 0.0]), np.array([3.0, 2.0])
    )
    assert np.isfinite(part.log_likelihood)
    assert np.isfinite(part.intercept_information).all()


def test_without_censoring_it_is_least_squares_on_logarithms() -> None:
    matrix = _matrix()
    rng = np.random.default_rng(1)
    # not log-normal: least squares does not mind
    hours = np.exp(4 + 0.3 * matrix.dense[0] - 0.2 * matrix.dense[1] + rng.gumbel(size=matrix.n))
    fitted = _fit(matrix, hours)
    oracle = np.linalg.lstsq(np.column_stack([np.ones(matrix.n), *matrix.dense]), np.log(hours), rcond=None)[0]
    precision, constant = fitted.intercepts
    assert fitted.status == "ok"
    assert np.concatenate([[constant], fitted.slopes]) / precision == pytest.approx(oracle, rel=LEAST_SQUARES)


def test_censored_durations_recover_planted_ratios() -> None:
    matrix = _matrix()
    rng = np.random.default_rng(2)
    hours = np.exp(4 + 0.3 * matrix.dense[0] - 0.2 * matrix.dense[1] + 0.7 * rng.normal(size=matrix.n))
    until = rng.uniform(20, 200, matrix.n)
    signed = sign_durations(np.minimum(hours, until), hours < until)
    assert (signed < 0).mean() > 0.2
    fitted = _fit(matrix, signed)
    assert fitted.slopes / fitted.intercepts[0] == pytest.approx([0.3, -0.2], abs=PLANTED)
    # as if the censored ones had ended: the ratios come out too small
    naive = _fit(matrix, np.abs(signed))
    assert abs(naive.slopes[0] / naive.intercepts[0]) < 0.3 - PLANTED
