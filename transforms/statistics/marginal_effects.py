"""Average marginal effects on a probability, with the delta method."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from transforms.statistics.clusters import Floats
from transforms.statistics.families import LARGEST_PREDICTOR, Family, logistic
from transforms.statistics.matrix import Matrix, Sums, linear_predictor, weighted_sums
from transforms.statistics.newton import Fit
from transforms.statistics.passes import Rows, summed


@dataclass(frozen=True)
class MarginalEffects:
    """Effects in probability and their gradients.

    ``effects`` has shape (n_slopes,), zero where not free; ``gradient`` (n_slopes, 1 + n_slopes), by the constant
    of the probability and by the slopes.
    """

    effects: Floats
    gradient: Floats


def average_marginal_effects(rows: Rows, family: Family, fitted: Fit) -> MarginalEffects:
    """Mean over all rows of the effect of each term on the probability that the family answers for.

    A dense column's effect is the derivative; that of an indicator or a dummy is the change from 0, or from the
    base level, to 1. Source: Bartus (2005); Cameron and Trivedi (2005), section 14.3.

    Args:
        rows: What was fitted.
        family: The model.
        fitted: Its estimates.

    Returns:
        Effects and gradients.
    """
    effects, gradient = summed(rows, partial(_total_effects, family=family, fitted=fitted))
    fixed = ~fitted.free
    effects[fixed] = 0.0
    gradient[fixed] = 0.0
    return MarginalEffects(effects / rows.n, gradient / rows.n)


def _total_effects(matrix: Matrix, family: Family, fitted: Fit) -> tuple[Floats, Floats]:
    """The effects and their gradients, summed over the rows of a matrix."""
    constant = family.probability_sign * fitted.intercepts[-1]
    size = matrix.n_slopes
    effects, gradient = np.zeros(size), np.zeros((size, 1 + size))
    density, curvature = 0.0, np.zeros(1 + size)
    by_block = [Sums(matrix, len(block.labels)) for block in matrix.blocks]
    for rows in matrix.chunks():
        eta = linear_predictor(matrix, rows, fitted.slopes) + constant
        probability = logistic(eta)
        slope = probability * (1 - probability)
        density += float(slope.sum())
        curvature += _with_constant(matrix, rows, slope * (1 - 2 * probability))
        _add_indicators(matrix, rows, fitted, eta, (effects, gradient))
        _add_dummies(matrix, rows, fitted, eta, (effects, gradient, by_block))
    _add_others(matrix, by_block, gradient)
    _add_derivatives(matrix, fitted, density, curvature, (effects, gradient))
    return effects, gradient


def derivative_effects(matrix: Matrix, family: Family, fitted: Fit, places: Sequence[int]) -> MarginalEffects:
    """The effects of a few numeric columns, as ``average_marginal_effects`` has them, in one quick pass.

    Args:
        matrix: What was fitted.
        family: The model.
        fitted: Its estimates.
        places: Dense columns that are no 0/1 columns and were estimated, shape (k,).

    Returns:
        Effects of shape (k,) and their gradient of shape (k, 1 + n_slopes).
    """
    constant = family.probability_sign * fitted.intercepts[-1]
    chosen = np.asarray(places, dtype=np.intp)
    density, curvature = 0.0, np.zeros(1 + matrix.n_slopes)
    for rows in matrix.chunks():
        probability = logistic(linear_predictor(matrix, rows, fitted.slopes) + constant)
        slope = probability * (1 - probability)
        density += float(slope.sum())
        curvature += _with_constant(matrix, rows, slope * (1 - 2 * probability))
    gradient = fitted.slopes[chosen][:, None] * curvature
    gradient[np.arange(chosen.size), 1 + chosen] += density
    gradient[:, 1:][:, ~fitted.free] = 0.0
    return MarginalEffects(fitted.slopes[chosen] * density / matrix.n, gradient / matrix.n)


def directions_of(family: Family, fitted: Fit, gradient: Floats) -> Floats:
    """Gradients by the probability's constant and slopes as those by intercepts and free slopes, shape (q, K + p)."""
    last = family.n_intercepts - 1
    directions = np.zeros((gradient.shape[0], fitted.information.shape[0]))
    directions[:, last] = family.probability_sign * gradient[:, 0]
    directions[:, last + 1 :] = gradient[:, 1:][:, fitted.free]
    return directions


def covariance_of_constant(family: Family, covariance: Floats, fitted: Fit) -> Floats:
    """Covariance of the probability's constant and all slopes, shape (1 + n_slopes, 1 + n_slopes)."""
    last = family.n_intercepts - 1
    places = np.concatenate([[0], np.flatnonzero(fitted.free) + 1])
    signed = covariance[last:, last:].copy()
    signed[0] *= family.probability_sign
    signed[:, 0] *= family.probability_sign
    full = np.zeros((1 + fitted.free.size, 1 + fitted.free.size))
    full[np.ix_(places, places)] = signed
    return full


def _with_constant(matrix: Matrix, rows: slice, weights: Floats) -> Floats:
    return np.concatenate([[weights.sum()], weighted_sums(matrix, rows, weights)])


def _add_derivatives(
    matrix: Matrix, fitted: Fit, density: float, curvature: Floats, into: tuple[Floats, Floats]
) -> None:
    """Effects of the dense columns that are no indicators, from sums over all rows."""
    effects, gradient = into
    for place in range(matrix.dense.shape[0] - matrix.n_indicators):
        effects[place] = fitted.slopes[place] * density
        gradient[place] = fitted.slopes[place] * curvature
        gradient[place, 1 + place] += density


def _add_indicators(matrix: Matrix, rows: slice, fitted: Fit, eta: Floats, into: tuple[Floats, Floats]) -> None:
    """Changes from 0 to 1 of the indicators, summed over some rows."""
    effects, gradient = into
    n_dense = matrix.dense.shape[0]
    for place in range(n_dense - matrix.n_indicators, n_dense):
        base = eta - fitted.slopes[place] * matrix.dense[place, rows]
        before, after = logistic(base), logistic(base + fitted.slopes[place])
        slope = after * (1 - after)
        change = _with_constant(matrix, rows, slope - before * (1 - before))
        change[1 + place] = slope.sum()
        effects[place] += (after - before).sum()
        gradient[place] += change


def _add_dummies(
    matrix: Matrix, rows: slice, fitted: Fit, eta: Floats, into: tuple[Floats, Floats, Sequence[Sums]]
) -> None:
    """Changes from the base level to each other level of each block, summed over some rows.

    By other predictors the gradient is gathered in sums of each block; by the block's own levels it is added here.
    """
    effects, gradient, by_block = into
    for block, start, sums in zip(matrix.blocks, matrix.offsets, by_block, strict=False):
        here = slice(start, start + len(block.labels))
        base = np.clip(eta - fitted.slopes[here].take(block.codes[rows]), -LARGEST_PREDICTOR, LARGEST_PREDICTOR)
        # odds against, times exp(−coefficient) for each level: one exponential per row serves all levels
        after = 1 / (1 + np.exp(-fitted.slopes[here])[:, None] * np.exp(-base))
        slope = after * (1 - after)
        change = slope - slope[0]
        sums.add(rows, change)
        effects[here] += (after - after[0]).sum(axis=1)
        gradient[here, 0] += change.sum(axis=1)
        own = np.arange(here.start, here.stop)
        gradient[own, 1 + own] += slope.sum(axis=1)


def _add_others(matrix: Matrix, by_block: Sequence[Sums], gradient: Floats) -> None:
    """What ``_add_dummies`` gathered by predictors other than the block's own levels."""
    for block, start, sums in zip(matrix.blocks, matrix.offsets, by_block, strict=False):
        here = slice(start, start + len(block.labels))
        others = sums.total()
        others[:, here] = 0.0
        gradient[here, 1:] += others
