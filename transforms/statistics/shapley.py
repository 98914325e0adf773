"""The game of submodels: log-likelihoods with and without each factor, and what each factor adds on average."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.effects import FittedModel
from transforms.statistics.likelihoods import cluster_log_likelihoods, left_out_log_likelihoods
from transforms.statistics.matrix import Booleans, Matrix, independent_places, plain_gram
from transforms.statistics.newton import Fit, maximise


@dataclass(frozen=True)
class Game:
    """Log-likelihoods of all submodels of k players; bit j of a submodel's number says whether player j is in it.

    Attributes:
        log_likelihoods: At the maximum of each submodel, shape (2 ** k,).
        by_cluster: By how much each falls when a cluster is left out, shape (2 ** k, clusters).
        null: Log-likelihood of the model without any predictor.
    """

    log_likelihoods: Floats
    by_cluster: Floats
    null: float

    @property
    def n_players(self) -> int:
        """How many factors play."""
        return int(self.log_likelihoods.size).bit_length() - 1

    @property
    def total(self) -> float:
        """What all players together add."""
        return float(self.log_likelihoods[-1] - self.log_likelihoods[0])

    @property
    def values(self) -> Floats:
        """Shapley value of each player in log-likelihood, shape (k,); never negative, and they add up to the total."""
        return np.maximum(shapley_weights(self.n_players) @ self.log_likelihoods, 0.0)

    def alone(self, player: int) -> float:
        """What a player adds to the model without the others."""
        return max(float(self.log_likelihoods[1 << player] - self.log_likelihoods[0]), 0.0)

    def given_others(self, player: int) -> float:
        """What a player adds to the model of all others."""
        return max(float(self.log_likelihoods[-1] - self.log_likelihoods[~(1 << player)]), 0.0)

    def share_changes(self) -> Floats:
        """Each share less what it is without each cluster, shape (k, clusters).

        Where nothing is left to divide without a cluster, all shares are that cluster's.
        """
        weights = shapley_weights(self.n_players)
        # less the empty coalition, so that no large numbers cancel; the rows of the weights add up to zero
        without = self.log_likelihoods - self.log_likelihoods[0]
        values = weights @ (without[:, None] - (self.by_cluster - self.by_cluster[0]))
        values = np.maximum(values, 0.0)
        total = values.sum(axis=0)
        left = np.divide(values, total, out=np.zeros_like(values), where=total > 0)
        return np.asarray((self.values / self.values.sum())[:, None] - left)


def shapley_weights(n_players: int) -> Floats:
    """Weights of each coalition's worth in each player's value. Source: Shapley (1953).

    Args:
        n_players: k.

    Returns:
        Shape (k, 2 ** k); bit j of a column's number says whether player j is in the coalition.
    """
    weights = np.zeros((n_players, 2**n_players))
    for player in range(n_players):
        others = [other for other in range(n_players) if other != player]
        for size in range(n_players):
            weight = math.factorial(size) * math.factorial(n_players - size - 1) / math.factorial(n_players)
            for members in combinations(others, size):
                without = sum(1 << member for member in members)
                weights[player, without] -= weight
                weights[player, without | 1 << player] += weight
    return weights


def play(model: FittedModel[Matrix], full: Fit, places: Sequence[Integers]) -> Game | None:
    """Fit all submodels, each from the estimates of the full one.

    Args:
        model: The full model; what is no player's stays in all submodels.
        full: Its fit.
        places: Coefficients of each player.

    Returns:
        The game; None where a submodel has no maximum.
    """
    masks = _masks(model, places)

    def fit_submodel(free: Booleans) -> tuple[Fit, Floats]:
        start = np.concatenate([full.intercepts, full.slopes[free]])
        fitted = maximise(model.matrix, model.family, free, start)
        by_cluster = cluster_log_likelihoods(model.matrix, model.family, fitted)
        return fitted, left_out_log_likelihoods(model.matrix, model.family, fitted, by_cluster)

    results = [fit_submodel(mask) for mask in masks]
    if any(fitted.status != "ok" for fitted, _ in results):
        return None
    return Game(
        np.array([fitted.log_likelihood for fitted, _ in results]),
        np.stack([by_cluster for _, by_cluster in results]),
        _null_log_likelihood(model),
    )


def _masks(model: FittedModel[Matrix], places: Sequence[Integers]) -> list[Booleans]:
    """Coefficients of each submodel.

    A factor that depends linearly on another is out of the full model, but not of those without the other.
    """
    candidates = np.array([status in {"ok", "collinear"} for status in model.term_status], dtype=np.bool_)
    gram = plain_gram(model.matrix)
    masks = []
    for number in range(2 ** len(places)):
        chosen = candidates.copy()
        for player, own in enumerate(places):
            chosen[own] &= bool(number >> player & 1)
        masks.append(independent_places(gram, chosen))
    return masks


def _null_log_likelihood(model: FittedModel[Matrix]) -> float:
    counts = np.bincount(model.family.classes(model.matrix.outcome), minlength=model.family.n_intercepts + 1)
    return float(counts @ np.log(counts / counts.sum()))
