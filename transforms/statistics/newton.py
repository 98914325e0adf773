"""Maximum likelihood by Newton's method on analytic derivatives, rows streamed in chunks."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.families import Family, Likelihood
from transforms.statistics.matrix import (
    CHUNK_ROWS,
    Booleans,
    Matrix,
    Products,
    Sums,
    linear_predictor,
)
from transforms.statistics.passes import Rows, summed

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


def fit(rows: Rows, family: Family, free: Booleans, counts: Integers | None = None) -> Fit:
    """Fit a model.

    Args:
        rows: Predictors and outcome; every class of the family occurs.
        family: The model of the outcome.
        free: Places to estimate, linearly independent of each other and of an intercept.
        counts: Rows of each class, where they are known.

    Returns:
        Estimates at the maximum of the likelihood, or the status that says why there is none.
    """
    counts = class_counts(rows, family) if counts is None else counts
    start = np.concatenate([family.start(counts), np.zeros(int(free.sum()))])
    if rows.n // ROWS_TO_START > 1:
        start = rows.first(partial(_rough_start, family=family, free=free, start=start))
    return maximise(rows, family, free, start)


def class_counts(rows: Rows, family: Family) -> Integers:
    """Count the rows of each class of a family, shape (K + 1,)."""
    return np.asarray(sum(rows.each(partial(_class_counts, family=family))))


def _class_counts(matrix: Matrix, family: Family) -> Integers:
    return np.bincount(family.classes(matrix.outcome), minlength=family.n_intercepts + 1)


def _rough_start(matrix: Matrix, family: Family, free: Booleans, start: Floats) -> Floats:
    """Rough estimates from a sample, or the plain start where it has none."""
    sample = matrix.take(np.arange(0, matrix.n, max(matrix.n // ROWS_TO_START, 1)))
    if _class_counts(sample, family).min() == 0:
        return start
    rough = maximise(sample, family, free, start, START_RIDGE)
    return np.concatenate([rough.intercepts, rough.slopes[free]]) if rough.status == "ok" else start


def maximise(
    rows: Rows,
    family: Likelihood,
    free: Booleans,
    start: Floats,
    ridge: float = 0.0,
    tolerance: float = LARGEST_FINAL_STEP,
) -> Fit:
    """Fit a model from given estimates.

    Args:
        rows: Predictors and outcome.
        family: The model.
        free: Places to estimate.
        start: Intercepts and free slopes to begin with, shape (K + p,).
        ridge: Added to the information, for a rough fit where it may be singular.
        tolerance: Largest last step. The estimates are off by about its square, the information by about as much as it.

    Returns:
        As ``fit``.
    """
    parameters, status = start, "not_converged"
    current = _evaluate(rows, family, free, parameters)
    for _ in range(MOST_ITERATIONS):
        step = _step(current, ridge)
        if step is None or _is_separated(parameters, step, current.score, family.n_intercepts):
            status = "separation"
            break
        if np.abs(step).max() < tolerance:
            parameters, status = parameters + step, "ok"
            break
        parameters, current = _move(rows, family, free, (parameters, step), current)
    slopes = np.zeros(rows.n_slopes)
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
    rows: Rows, family: Likelihood, free: Booleans, move: tuple[Floats, Floats], current: _Pass
) -> tuple[Floats, _Pass]:
    """Take the step, halved until the likelihood does not fall."""
    parameters, step = move
    slack = 1e-10 * abs(current.log_likelihood)
    for _ in range(MOST_ITERATIONS):
        candidate = parameters + step
        if family.admits(candidate[: family.n_intercepts]):
            reached = _evaluate(rows, family, free, candidate)
            if reached.log_likelihood >= current.log_likelihood - slack:
                return candidate, reached
        step = step / 2
    return parameters, current


def _evaluate(rows: Rows, family: Likelihood, free: Booleans, parameters: Floats) -> _Pass:
    """One pass over all rows."""
    k = family.n_intercepts
    slopes = np.zeros(rows.n_slopes)
    slopes[free] = parameters[k:]
    work = partial(_evaluate_part, family=family, intercepts=parameters[:k], slopes=slopes)
    log_likelihood, score, information = summed(rows, work)
    kept = np.concatenate([np.ones(k, dtype=np.bool_), free])
    return _Pass(float(log_likelihood), score[kept], information[np.ix_(kept, kept)])


def _evaluate_part(matrix: Matrix, family: Likelihood, intercepts: Floats, slopes: Floats) -> tuple[Floats, ...]:
    return _derivatives(matrix, family, slice(0, matrix.n), intercepts, slopes)


def _derivatives(
    matrix: Matrix, family: Likelihood, rows: slice, intercepts: Floats, slopes: Floats
) -> tuple[Floats, Floats, Floats]:
    """Log-likelihood, gradient and information of some rows, by intercepts and all slopes."""
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
    return np.asarray(log_likelihood), score, information


def information_of(matrix: Matrix, family: Likelihood, fitted: Fit, rows: slice) -> Floats:
    """What some rows add to the information of a fit, shape (K + p, K + p)."""
    kept = np.concatenate([np.ones(family.n_intercepts, dtype=np.bool_), fitted.free])
    *_, information = _derivatives(matrix, family, rows, fitted.intercepts, fitted.slopes)
    return np.asarray(information[np.ix_(kept, kept)])
