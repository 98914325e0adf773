"""Maximum likelihood by Newton's method on analytic derivatives, rows streamed in chunks."""

from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Floats
from transforms.statistics.families import Family, Likelihood
from transforms.statistics.matrix import (
    CHUNK_ROWS,
    Booleans,
    Matrix,
    Products,
    Sums,
    linear_predictor,
)

MOST_ITERATIONS = 40
#: Newton's error after a step is of the order of the step squared.
LARGEST_FINAL_STEP = 1e-7
#: While the likelihood has all but reached its bound, the coefficients of separated data still move by about one.
SEPARATED_STEP = 0.1
SEPARATED_GAIN = 1e-6
#: Log odds, per standard deviation or level, that no data can tell from infinity.
LARGEST_COEFFICIENT = 30.0
#: The fit starts from one on about so many rows: fewer passes over all of them.
ROWS_TO_START = 50_000
#: Added to the information of the starting fit, which may have no row of some level.
START_RIDGE = 1e-3


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Attributes:
        status: ``ok``, ``separation`` or ``not_converged``; the numbers are only of use in the first case.
        intercepts: Shape (K,).
        slopes: Shape (n_slopes,), zero where not free.
        free: Places that were estimated, shape (n_slopes,).
        information: Observed information of intercepts and free slopes, shape (K + p, K + p).
        log_likelihood: At the estimates.
    """

    status: str
    intercepts: Floats
    slopes: Floats
    free: Booleans
    information: Floats
    log_likelihood: float


@dataclass(frozen=True)
class _Pass:
    """Log-likelihood, its gradient and its information at one point."""

    log_likelihood: float
    score: Floats
    information: Floats


def fit(matrix: Matrix, family: Family, free: Booleans) -> Fit:
    """Fit a model.

    Args:
        matrix: Predictors and outcome; every class of the family occurs.
        family: The model of the outcome.
        free: Places to estimate, linearly independent of each other and of an intercept.

    Returns:
        Estimates at the maximum of the likelihood, or the status that says why there is none.
    """
    counts = np.bincount(family.classes(matrix.outcome), minlength=family.n_intercepts + 1)
    start = np.concatenate([family.start(counts), np.zeros(int(free.sum()))])
    every = matrix.n // ROWS_TO_START
    if every > 1:
        sample = matrix.take(np.arange(0, matrix.n, every))
        sampled = np.bincount(family.classes(sample.outcome), minlength=family.n_intercepts + 1)
        if sampled.min() > 0:
            start = _start(sample, family, free, start)
    return maximise(matrix, family, free, start)


def _start(sample: Matrix, family: Family, free: Booleans, start: Floats) -> Floats:
    """Rough estimates from a sample, or the plain start where it has none."""
    rough = maximise(sample, family, free, start, START_RIDGE)
    estimates = np.concatenate([rough.intercepts, rough.slopes[free]])
    return estimates if rough.status == "ok" else start


def maximise(
    matrix: Matrix,
    family: Likelihood,
    free: Booleans,
    start: Floats,
    ridge: float = 0.0,
    tolerance: float = LARGEST_FINAL_STEP,
) -> Fit:
    """Fit a model from given estimates.

    Args:
        matrix: Predictors and outcome.
        family: The model.
        free: Places to estimate.
        start: Intercepts and free slopes to begin with, shape (K + p,).
        ridge: Added to the information, for a rough fit where it may be singular.
        tolerance: Largest last step. The estimates are off by about its square, the information by about as much as it.

    Returns:
        As ``fit``.
    """
    parameters, status = start, "not_converged"
    current = _evaluate(matrix, family, free, parameters)
    for _ in range(MOST_ITERATIONS):
        step = _step(current, ridge)
        if step is None or _is_separated(parameters, step, current.score, family.n_intercepts):
            status = "separation"
            break
        if np.abs(step).max() < tolerance:
            parameters, status = parameters + step, "ok"
            break
        parameters, current = _move(matrix, family, free, (parameters, step), current)
    slopes = np.zeros(matrix.n_slopes)
    slopes[free] = parameters[family.n_intercepts :]
    intercepts = parameters[: family.n_intercepts]
    return Fit(status, intercepts, slopes, free, current.information, current.log_likelihood)


def _step(current: _Pass, ridge: float) -> Floats | None:
    """Newton's step; None where the information is singular."""
    information = current.information + ridge * np.eye(current.score.size)
    try:
        step = np.asarray(np.linalg.solve(information, current.score), dtype=np.float64)
    except np.linalg.LinAlgError:
        return None
    return step if bool(np.isfinite(step).all()) else None


def _is_separated(parameters: Floats, step: Floats, score: Floats, n_intercepts: int) -> bool:
    """Whether the coefficients run away. Source: Albert and Anderson (1984)."""
    runs_on = np.abs(step).max() > SEPARATED_STEP and float(score @ step) < SEPARATED_GAIN
    slopes = parameters[n_intercepts:]
    return bool(runs_on or (slopes.size > 0 and np.abs(slopes).max() > LARGEST_COEFFICIENT))


def _move(
    matrix: Matrix, family: Likelihood, free: Booleans, move: tuple[Floats, Floats], current: _Pass
) -> tuple[Floats, _Pass]:
    """Take the step, halved until the likelihood does not fall."""
    parameters, step = move
    slack = 1e-10 * abs(current.log_likelihood)
    for _ in range(MOST_ITERATIONS):
        candidate = parameters + step
        if family.admits(candidate[: family.n_intercepts]):
            reached = _evaluate(matrix, family, free, candidate)
            if reached.log_likelihood >= current.log_likelihood - slack:
                return candidate, reached
        step = step / 2
    return parameters, current


def _evaluate(matrix: Matrix, family: Likelihood, free: Booleans, parameters: Floats) -> _Pass:
    """One pass over all rows."""
    k = family.n_intercepts
    slopes = np.zeros(matrix.n_slopes)
    slopes[free] = parameters[k:]
    found = _evaluate_rows(matrix, family, slice(0, matrix.n), parameters[:k], slopes)
    kept = np.concatenate([np.ones(k, dtype=np.bool_), free])
    return _Pass(found.log_likelihood, found.score[kept], found.information[np.ix_(kept, kept)])


def _evaluate_rows(matrix: Matrix, family: Likelihood, rows: slice, intercepts: Floats, slopes: Floats) -> _Pass:
    """Some rows, with derivatives by all slopes."""
    k = family.n_intercepts
    size = k + matrix.n_slopes
    log_likelihood, score, information = 0.0, np.zeros(size), np.zeros((size, size))
    products, sums = Products(matrix), Sums(matrix, 1 + k)
    for start in range(rows.start, rows.stop, CHUNK_ROWS):
        chunk = slice(start, min(start + CHUNK_ROWS, rows.stop))
        eta = linear_predictor(matrix, chunk, slopes)
        part = family.derivatives(family.classes(matrix.outcome[chunk]), eta, intercepts)
        log_likelihood += part.log_likelihood
        score[:k] += part.intercept_scores.sum(axis=1)
        information[:k, :k] += part.intercept_information
        sums.add(chunk, np.concatenate([part.score[None, :], part.cross_information]))
        products.add(chunk, part.information)
    score[k:], *crossed = sums.total()
    information[:k, k:] = crossed
    information[k:, k:] = products.total()[1:, 1:]
    information[k:, :k] = information[:k, k:].T
    return _Pass(log_likelihood, score, information)


def information_of(matrix: Matrix, family: Likelihood, fitted: Fit, rows: slice) -> Floats:
    """What some rows add to the information of a fit, shape (K + p, K + p)."""
    kept = np.concatenate([np.ones(family.n_intercepts, dtype=np.bool_), fitted.free])
    found = _evaluate_rows(matrix, family, rows, fitted.intercepts, fitted.slopes)
    return np.asarray(found.information[np.ix_(kept, kept)])
