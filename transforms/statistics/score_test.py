"""Whether groups of disputes differ beyond what a model explains: the score of a dummy per group.

Nothing is fitted anew: at the model's estimates the derivative by each group's dummy says how far its disputes end
otherwise than the model says, the information how much of that it could tell from the model's own terms (Rao 1948).
"""

from dataclasses import dataclass, replace

import numpy as np

from transforms.statistics.association import IndependenceTest
from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.families import Family
from transforms.statistics.matrix import Block, Matrix, Products, Sums, cluster_sums, linear_predictor
from transforms.statistics.newton import Fit
from transforms.statistics.reference import CONFIDENCE

#: Share of a group's information that must be left beside the model's terms; otherwise they say the same.
SMALLEST_REST = 1e-6
#: Standard deviations (log odds) beyond which no interval is searched.
LARGEST_DEVIATION = 20.0
_HALVINGS = 60


@dataclass(frozen=True)
class GroupScores:
    """Scores of some groups, by themselves and with what the model's terms explain taken out.

    Attributes:
        scores: Efficient score of each group, shape (d,).
        information: Its efficient information, shape (d, d).
        covariance: Of the scores, from clusters, shape (d, d); the information where disputes are independent.
        plain_information: Information without the model's terms, shape (d,).
        expected: Sum of the probabilities that the model gives the group's disputes, shape (d,).
    """

    scores: Floats
    information: Floats
    covariance: Floats
    plain_information: Floats
    expected: Floats

    @property
    def is_told_apart(self) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Groups whose effect the model's terms leave something of, shape (d,)."""
        return np.asarray(np.diag(self.information) > SMALLEST_REST * self.plain_information)

    def take(self, places: Integers) -> "GroupScores":
        """The scores of some groups."""
        square = np.ix_(places, places)
        return GroupScores(
            self.scores[places],
            self.information[square],
            self.covariance[square],
            self.plain_information[places],
            self.expected[places],
        )


@dataclass(frozen=True)
class Heterogeneity:
    """How much the true effects of groups differ: standard deviation in log odds with its interval, and a test."""

    deviation: float
    low: float
    high: float
    p_value: float


def group_scores(matrix: Matrix, family: Family, fitted: Fit, groups: Integers, n_groups: int) -> GroupScores:
    """Score a dummy for each group at the estimates of a binary model without them.

    Args:
        matrix: What was fitted.
        family: The model, with one intercept.
        fitted: Its estimates.
        groups: Group of each row from 1, 0 for none, shape (n,).
        n_groups: Number of groups.

    Returns:
        Scores by group; the covariance is from sums by cluster, times G/(G − 1) for G clusters. Source: Rao (1948).
    """
    block = Block("group", tuple(map(str, range(n_groups + 1))), groups)
    wide = replace(matrix, blocks=(*matrix.blocks, block))
    slopes = np.concatenate([fitted.slopes, np.zeros(n_groups + 1)])
    score, gram, expected = _sums(wide, family, fitted, slopes)
    size = score.size
    own = np.flatnonzero(np.concatenate([[True], fitted.free]))
    added = np.arange(size - n_groups, size)
    # Coefficients of the dummies on the model's own terms: what the two have in common is taken out.
    shared = np.linalg.solve(gram[np.ix_(own, own)], gram[np.ix_(own, added)])
    direction = np.zeros((size, n_groups))
    direction[own], direction[added] = -shared, np.eye(n_groups)
    information = gram[np.ix_(added, added)] - gram[np.ix_(added, own)] @ shared
    covariance = information if not matrix.has_sellers else _meat(wide, family, fitted, slopes, direction)
    return GroupScores(score @ direction, information, covariance, np.diag(gram)[added], expected[1:])


def _sums(matrix: Matrix, family: Family, fitted: Fit, slopes: Floats) -> tuple[Floats, Floats, Floats]:
    """Score and information of an intercept and all places, and expected wins by level of the last block."""
    groups = matrix.blocks[-1]
    products, sums, total, expected = Products(matrix), Sums(matrix, 1), 0.0, np.zeros(len(groups.labels))
    for rows in matrix.chunks():
        classes = family.classes(matrix.outcome[rows])
        part = family.derivatives(classes, linear_predictor(matrix, rows, slopes), fitted.intercepts)
        products.add(rows, part.information)
        sums.add(rows, part.score[None, :])
        total += float(part.score.sum())
        expected += np.bincount(groups.codes[rows], classes - part.score, expected.size)
    return np.concatenate([[total], sums.total()[0]]), products.total(), expected


def _meat(matrix: Matrix, family: Family, fitted: Fit, slopes: Floats, direction: Floats) -> Floats:
    """Covariance of efficient scores from the sums of each cluster."""
    meat = np.zeros((direction.shape[1], direction.shape[1]))
    for clusters, rows in matrix.cluster_chunks():
        eta = linear_predictor(matrix, rows, slopes)
        part = family.derivatives(family.classes(matrix.outcome[rows]), eta, fitted.intercepts)
        starts = matrix.cluster_starts[clusters] - rows.start
        sums = np.concatenate(
            [np.add.reduceat(part.score, starts)[:, None], cluster_sums(matrix, clusters, rows, part.score)], axis=1
        )
        efficient = sums @ direction
        meat += efficient.T @ efficient
    n_clusters = matrix.clustering.n_clusters
    return meat * (n_clusters / max(n_clusters - 1, 1))


def heterogeneity(scores: GroupScores, cluster_dof: float) -> Heterogeneity | None:
    """Test whether groups differ, and estimate by how much.

    Q is the sum of squared scores over their information. Without differences its mean is the trace of
    W · covariance, W the inverse diagonal of the information; it is referred to chi-squared of as many degrees of
    freedom as its variance asks for (Rao and Scott 1984, second order; to F as Rao and Thomas 1989). The excess over
    the mean gives the variance of the true effects (DerSimonian and Laird 1986 in their generalised form), and its
    interval are the values that Q does not speak against (Jackson 2013).

    Args:
        scores: Groups that the model's terms leave something of, two or more.
        cluster_dof: Degrees of freedom of the covariance.

    Returns:
        None where the covariance is zero.
    """
    weights = 1 / np.diag(scores.information)
    statistic = float(weights @ scores.scores**2)
    noise, signal = weights[:, None] * scores.covariance, weights[:, None] * (scores.information @ scores.information)
    mean, mean_signal = float(np.trace(noise)), float(np.trace(signal))
    if mean <= 0 or mean_signal <= 0:
        return None
    # Tr (noise + τ² signal)², a polynomial in τ²
    spread = (float((noise * noise.T).sum()), 2 * float((noise * signal.T).sum()), float((signal * signal.T).sum()))
    dof = scores.scores.size
    p_value = IndependenceTest(mean / dof, spread[0], dof).p_value(statistic, cluster_dof)
    moments = _Moments(statistic, mean, mean_signal, spread)
    excess = max(statistic - mean, 0.0) / mean_signal
    tail = (1 - CONFIDENCE) / 2
    return Heterogeneity(excess**0.5, moments.deviation_at(1 - tail), moments.deviation_at(tail), p_value)


@dataclass(frozen=True)
class _Moments:
    """The statistic, and its mean and variance as functions of the variance of the true effects."""

    statistic: float
    mean: float
    mean_signal: float
    spread: tuple[float, float, float]

    def deviation_at(self, probability: float) -> float:
        """Standard deviation of the effects at which the statistic would be as small with this probability."""
        if self._probability(0.0) < probability:
            return 0.0
        low, high = 0.0, LARGEST_DEVIATION
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self._probability(middle) >= probability else (low, middle)
        return (low + high) / 2

    def _probability(self, deviation: float) -> float:
        """Of a statistic that is no larger."""
        from scipy.special import chdtr  # noqa: PLC0415 - the command line starts without SciPy

        variance = deviation**2
        mean = self.mean + variance * self.mean_signal
        dof = mean**2 / (self.spread[0] + variance * self.spread[1] + variance**2 * self.spread[2])
        return float(chdtr(dof, self.statistic * dof / mean))
