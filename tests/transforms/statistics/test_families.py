"""Derivatives of the models of the outcome against numeric ones."""

import numpy as np
import pytest

from transforms.statistics.families import Family, log_logistic, logistic
from transforms.statistics.logit import Logit
from transforms.statistics.ordinal import Ordinal

TOLERANCE = 1e-6
STEP = 1e-5


@pytest.mark.parametrize(
    ("family", "intercepts"),
    [(Logit(2), np.array([0.3])), (Logit(1), np.array([-1.2])), (Ordinal(), np.array([-0.4, 0.9]))],
)
def test_derivatives_are_the_numeric_ones(family: Family, intercepts: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    outcome, eta = rng.integers(0, 3, 60), rng.normal(size=60) * 2
    classes, k = family.classes(outcome), family.n_intercepts
    directions = np.eye(k + 1)

    def gradient(point: np.ndarray) -> np.ndarray:
        part = family.derivatives(classes, eta + point[k], intercepts + point[:k])
        return np.append(part.intercept_scores.sum(axis=1), part.score.sum())

    def log_likelihood(point: np.ndarray) -> float:
        return family.derivatives(classes, eta + point[k], intercepts + point[:k]).log_likelihood

    here = family.derivatives(classes, eta, intercepts)
    slopes = [(log_likelihood(STEP * one) - log_likelihood(-STEP * one)) / (2 * STEP) for one in directions]
    assert gradient(np.zeros(k + 1)) == pytest.approx(np.array(slopes), abs=TOLERANCE)
    curvature = np.array([(gradient(STEP * one) - gradient(-STEP * one)) / (2 * STEP) for one in directions])
    information = np.zeros((k + 1, k + 1))
    information[:k, :k] = here.intercept_information
    information[:k, k] = information[k, :k] = here.cross_information.sum(axis=1)
    information[k, k] = here.information.sum()
    assert information == pytest.approx(-curvature, abs=TOLERANCE)


def test_far_out_nothing_overflows() -> None:
    eta = np.array([-1e4, -40.0, 0.0, 40.0, 1e4])
    assert logistic(eta)[[0, 2, 4]] == pytest.approx([0.0, 0.5, 1.0])
    assert log_logistic(eta)[:2] == pytest.approx([-1e4, -40.0])
    for code in range(3):
        part = Ordinal().derivatives(np.full(5, code), eta, np.array([-1.0, 1.0]))
        assert np.isfinite(part.log_likelihood)
        assert np.isfinite(part.intercept_information).all()


@pytest.mark.parametrize("family", [Logit(1), Ordinal()])
def test_start_fits_the_shares(family: Family) -> None:
    counts = np.array([20, 30]) if family.n_intercepts == 1 else np.array([20, 30, 50])
    outcome = np.repeat(np.arange(counts.size), counts)
    part = family.derivatives(family.classes(outcome), np.zeros(outcome.size), family.start(counts))
    assert part.intercept_scores.sum(axis=1) == pytest.approx(0, abs=1e-9)
