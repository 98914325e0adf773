"""Average marginal effects of a few flags, without those of all the dummies beside them."""

from collections.abc import Sequence

import numpy as np

from transforms.statistics.clusters import Floats
from transforms.statistics.families import Family, logistic
from transforms.statistics.marginal_effects import MarginalEffects
from transforms.statistics.matrix import Matrix, linear_predictor
from transforms.statistics.newton import Fit


def flag_effects(matrix: Matrix, family: Family, fitted: Fit, places: Sequence[int]) -> MarginalEffects:
    """Mean over all rows of the change of the probability when a flag turns from 0 to 1.

    The same as ``average_marginal_effects`` gives for these places. Every row has one of the two probabilities anyway,
    so that only the other one is computed. Source: Bartus (2005).

    Args:
        matrix: What was fitted.
        family: The model.
        fitted: Its estimates.
        places: Places of 0/1 columns that were estimated, shape (k,).

    Returns:
        Effects of shape (k,) and their gradient of shape (k, 1 + n_slopes).
    """
    constant = family.probability_sign * fitted.intercepts[-1]
    chosen = np.asarray(places, dtype=np.intp)
    slopes = fitted.slopes[chosen]
    effects, own = np.zeros((2, chosen.size))
    gradient = np.zeros((chosen.size, 1 + matrix.n_slopes))
    for rows in matrix.chunks():
        eta = linear_predictor(matrix, rows, fitted.slopes) + constant
        here = logistic(eta)
        # +1 where the flag is 0, so that the other probability is the one with it; −1 where it is 1
        turn = 1 - 2 * matrix.dense[chosen, rows]
        there = logistic(eta + slopes[:, None] * turn)
        effects += ((there - here) * turn).sum(axis=1)
        slope_here, slope_there = here * (1 - here), there * (1 - there)
        own += np.where(turn > 0, slope_there, slope_here).sum(axis=1)
        gradient += _sums(matrix, rows, (slope_there - slope_here) * turn)
    # The flag's own coefficient only matters where the flag is 1.
    gradient[np.arange(chosen.size), 1 + chosen] = own
    return MarginalEffects(effects / matrix.n, gradient / matrix.n)


def _sums(matrix: Matrix, rows: slice, weights: Floats) -> Floats:
    """Sums of several weights by the constant and by each predictor, shape (k, 1 + n_slopes)."""
    dummies = []
    for block in matrix.blocks:
        size = len(block.labels)
        sums = [np.bincount(block.codes[rows], each, size) for each in weights]
        dummies.append(np.reshape(sums, (len(weights), size)))
    return np.concatenate([weights.sum(axis=1, keepdims=True), weights @ matrix.dense[:, rows].T, *dummies], axis=1)
