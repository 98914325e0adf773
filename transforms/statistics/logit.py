"""The binary logit: outcome at or above a code, against below."""

from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Floats, Integers, Responses
from transforms.statistics.families import Derivatives, Logistic


@dataclass(frozen=True)
class Logit:
    """Binary logit of ``outcome >= threshold``. Source: McCullagh and Nelder (1989), chapter 4.

    ``has_probability`` is False where the model stands in for an ordinal one without its top class.
    """

    threshold: int
    has_probability: bool = True

    @property
    def n_intercepts(self) -> int:
        """One."""
        return 1

    @property
    def intercept_terms(self) -> tuple[str, ...]:
        """The intercept."""
        return ("intercept",)

    @property
    def probability_sign(self) -> int:
        """The intercept raises the probability."""
        return 1

    def classes(self, outcome: Responses) -> Integers:
        """1 at or above the threshold, else 0."""
        return (outcome >= self.threshold).astype(np.int64)

    def start(self, class_counts: Integers) -> Floats:
        """The logit of the share."""
        return np.log(class_counts[1:] / class_counts[:1])

    def admits(self, intercepts: Floats) -> bool:  # noqa: ARG002 - any will do
        """Any number."""
        return True

    def derivatives(self, classes: Responses, eta: Floats, intercepts: Floats) -> Derivatives:
        """Log-likelihood of some rows and its derivatives."""
        found = Logistic(eta + intercepts[0])
        probability = found.value
        score = classes - probability
        information = probability * (1 - probability)
        return Derivatives(
            log_likelihood=found.log_likelihood(classes),
            score=score,
            information=information,
            intercept_scores=score[None, :],
            cross_information=information[None, :],
            intercept_information=np.array([[information.sum()]]),
        )
