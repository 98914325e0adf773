"""What a model must provide to be fitted (logit.py, ordinal.py, fractional.py, accelerated.py)."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from transforms.statistics.clusters import Floats, Integers, Responses

#: Beyond this a linear predictor makes no difference to a probability in double precision.
LARGEST_PREDICTOR = 500.0


@dataclass(frozen=True)
class Derivatives:
    """Log-likelihood of m rows with its derivatives by linear predictor and K intercepts.

    Attributes:
        log_likelihood: Sum over the rows.
        score: By the linear predictor, shape (m,).
        information: Minus the second derivative by the linear predictor, shape (m,).
        intercept_scores: By each intercept, shape (K, m).
        cross_information: Minus the mixed derivatives, shape (K, m).
        intercept_information: Minus the second derivatives by intercepts, summed, shape (K, K).
    """

    log_likelihood: float
    score: Floats
    information: Floats
    intercept_scores: Floats
    cross_information: Floats
    intercept_information: Floats


class Likelihood(Protocol):
    """A (quasi-)likelihood of a response given a linear predictor and K intercepts."""

    @property
    def n_intercepts(self) -> int:
        """K."""

    @property
    def intercept_terms(self) -> tuple[str, ...]:
        """Names of the intercepts."""

    def classes(self, outcome: Responses) -> Responses:
        """What ``derivatives`` takes, from the outcome that the matrix holds."""

    def admits(self, intercepts: Floats) -> bool:
        """Whether the intercepts are possible ones."""

    def derivatives(self, classes: Responses, eta: Floats, intercepts: Floats) -> Derivatives:
        """Log-likelihood of some rows and its derivatives."""


class Family(Likelihood, Protocol):
    """A model of the outcome code (0, 1, 2); ``classes`` gives the class of each row in 0 … K."""

    @property
    def probability_sign(self) -> int:
        """The probability of interest is logistic(sign · last intercept + linear predictor)."""

    @property
    def has_probability(self) -> bool:
        """Whether the probability that the model is to answer for can be had from it."""

    def start(self, class_counts: Integers) -> Floats:
        """Intercepts that fit the shares of the classes, shape (K,)."""


def logistic(eta: Floats) -> Floats:
    """Inverse of the logit, without overflow."""
    return np.asarray(1 / (1 + np.exp(-np.clip(eta, -LARGEST_PREDICTOR, LARGEST_PREDICTOR))))


class Logistic:
    """The logistic function, its logarithm, and that of one less it, from one exponential and without loss near 0."""

    def __init__(self, eta: Floats) -> None:
        self._eta = np.clip(eta, -LARGEST_PREDICTOR, LARGEST_PREDICTOR)
        self._small = np.exp(-np.abs(self._eta))
        self._log_sum = np.log1p(self._small)

    def log_likelihood(self, wins: Responses) -> float:
        """Sum of the logarithms of the function where ``wins`` is 1, and of one less it where it is 0."""
        return float(wins @ self._eta - np.maximum(self._eta, 0.0).sum() - self._log_sum.sum())

    @property
    def value(self) -> Floats:
        """The function."""
        return np.asarray(np.where(self._eta < 0, self._small, 1.0) / (1 + self._small))

    @property
    def log(self) -> Floats:
        """Its logarithm."""
        return np.asarray(np.minimum(self._eta, 0.0) - self._log_sum)

    @property
    def log_rest(self) -> Floats:
        """The logarithm of one less it."""
        return np.asarray(-np.maximum(self._eta, 0.0) - self._log_sum)


def log_logistic(eta: Floats) -> Floats:
    """Logarithm of the logistic function, without loss where it is near zero."""
    return np.asarray(np.minimum(eta, 0.0) - np.log1p(np.exp(-np.abs(eta))))
