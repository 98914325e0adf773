"""Fits a model of a claim: what separates or depends on other terms leaves first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from transforms.claims.definitions import Definition, ends, likelihood, too_little
from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.families import Likelihood
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Booleans, Matrix, independent_places
from transforms.statistics.newton import LARGEST_FINAL_STEP, START_RIDGE, Fit, maximise
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.separation import SEPARATED, places_left, prune

#: Beyond so many rows a fit without other estimates to begin with starts from one on about so many of them.
ROWS_TO_START = 50_000
#: Newton's last step may be so large: estimates are then right to about 1e-6, standard errors to a part in a thousand.
LARGEST_LAST_STEP = 2e-3
#: So many times as many rows make the rough fit worth its while.
MANY = 5
#: Disputes per coefficient that a model needs.
FEWEST_PER_TERM = 2


@dataclass(frozen=True)
class Fitted:
    """A model that was fitted, or why it was not.

    Attributes:
        matrix: The rows that were fitted.
        rows: Their places in the matrix that was given.
        family: The model; None where there is none.
        fit: The fit; None where ``status`` is not ``ok``.
        place_status: For each place ``ok`` or why it was not estimated.
        status: ``ok``, or why nothing was estimated.
    """

    matrix: Matrix
    rows: Integers
    family: Likelihood | None
    fit: Fit | None
    place_status: tuple[str, ...]
    status: str


def fit_definition(
    matrix: Matrix, definition: Definition, focal: Sequence[int], gram: Callable[[Matrix], Floats], near: Fit | None
) -> Fitted:
    """Fit a model of one definition of winning.

    Args:
        matrix: Rows with the response of the definition as their outcome.
        definition: What counts as winning.
        focal: Places that are asked about. They come last where terms depend linearly on each other, so that what is
            claimed is never credited with what an adjustment explains as well.
        gram: Sums of products of an intercept and all predictors of a matrix.
        near: A fit of another definition to begin with.
    """
    status = too_little(definition, matrix.outcome)
    if status != "ok":
        return _none(matrix, np.arange(matrix.n), status)
    pruned = prune(matrix, partial(ends, definition))
    rows = places_left(matrix, pruned.rules)
    place_status = np.where(matrix.estimable, "ok", "reference").astype(object)
    place_status[pruned.separated] = SEPARATED
    if too_little(definition, pruned.matrix.outcome) != "ok":
        return _none(pruned.matrix, rows, SEPARATED, place_status)
    free = independent(gram(pruned.matrix), place_status == "ok", focal)
    place_status[(place_status == "ok") & ~free] = "collinear"
    family = likelihood(definition, pruned.matrix)
    if pruned.matrix.n < FEWEST_PER_TERM * (int(free.sum()) + family.n_intercepts):
        return _none(pruned.matrix, rows, "too_few_disputes", place_status)
    slopes = np.zeros(free.size) if near is None else near.slopes
    start = np.concatenate([_intercepts(family, pruned.matrix), slopes[free]])
    # the headline is fitted as exactly as the table of effects
    tolerance = LARGEST_FINAL_STEP if definition is Definition.ORDERED else LARGEST_LAST_STEP
    fitted = maximise_quickly(pruned.matrix, family, free, start, tolerance)
    if fitted.status != "ok":
        return _none(pruned.matrix, rows, fitted.status, place_status)
    return Fitted(pruned.matrix, rows, family, fitted, tuple(place_status), "ok")


def maximise_quickly(
    matrix: Matrix, family: Likelihood, free: Booleans, start: Floats, tolerance: float = LARGEST_LAST_STEP
) -> Fit:
    """Fit a model with few passes over all rows.

    Args:
        matrix: The rows.
        family: The model.
        free: Places to estimate, independent of each other and of an intercept.
        start: Intercepts and free slopes to begin with. If all slopes are 0, a fit on many rows begins with a rough one
            on some of them.
        tolerance: Largest last step.
    """
    every = matrix.n // ROWS_TO_START
    if every > MANY and not start[family.n_intercepts :].any():
        rough = maximise(
            matrix.take(np.arange(0, matrix.n, every)), family, free, start, START_RIDGE, LARGEST_LAST_STEP
        )
        if rough.status == "ok":
            start = np.concatenate([rough.intercepts, rough.slopes[free]])
    return maximise(matrix, family, free, start, tolerance=tolerance)


def by_dispute_if_alone(matrix: Matrix, family: Likelihood) -> Matrix:
    """Clusters for the errors of a model: where no seller is recorded, each dispute is one.

    A quasi-likelihood, and one of durations, needs robust errors even then; a binary or ordered logit does not.

    Args:
        matrix: The rows.
        family: The model.
    """
    needs_robust = not isinstance(family, Logit | Ordinal)
    return replace(matrix, has_sellers=True) if needs_robust and not matrix.has_sellers else matrix


def independent(gram: Floats, candidates: Booleans, focal: Sequence[int]) -> Booleans:
    """Places that are no linear combination of an intercept and the others, the focal ones coming last.

    Args:
        gram: Sums of products of an intercept and all predictors.
        candidates: Places to look at, shape (n_slopes,).
        focal: Places that come last.
    """
    order = np.concatenate([np.setdiff1d(np.arange(candidates.size), focal), focal]).astype(np.int64)
    shuffled = np.concatenate([[0], order + 1])
    free = np.zeros_like(candidates)
    free[order] = independent_places(gram[np.ix_(shuffled, shuffled)], candidates[order])
    return free


def _none(matrix: Matrix, rows: Integers, status: str, place_status: Iterable[str] | None = None) -> Fitted:
    places = tuple(place_status) if place_status is not None else ("ok",) * matrix.n_slopes
    return Fitted(matrix, rows, None, None, places, status)


def _intercepts(family: Likelihood, matrix: Matrix) -> Floats:
    """Intercepts that fit the mean response."""
    responses = family.classes(matrix.outcome)
    if isinstance(family, Ordinal):
        return family.start(np.bincount(responses.astype(np.int64), minlength=3))
    mean = float(responses.mean())
    return np.array([np.log(mean / (1 - mean))])
