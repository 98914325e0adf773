"""The fractional logit: a share in [0, 1], both ends included."""

from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Floats, Responses
from transforms.statistics.families import Derivatives, log_logistic, logistic


@dataclass(frozen=True)
class Fractional:
    """E(share) = logistic(intercept + eta), by Bernoulli quasi-likelihood. Source: Papke and Wooldridge (1996).

    Consistent for the mean whatever the distribution of the share. Standard errors must be robust: the inverse
    information is too large, since a share varies less than a yes or no of the same mean.
    """

    @property
    def n_intercepts(self) -> int:
        """One."""
        return 1

    @property
    def intercept_terms(self) -> tuple[str, ...]:
        """The intercept."""
        return ("intercept",)

    def classes(self, outcome: Responses) -> Responses:
        """The share."""
        return outcome

    def admits(self, intercepts: Floats) -> bool:  # noqa: ARG002 - any will do
        """Any number."""
        return True

    def derivatives(self, classes: Responses, eta: Floats, intercepts: Floats) -> Derivatives:
        """Quasi-log-likelihood of some rows and its derivatives."""
        predictor = eta + intercepts[0]
        mean = logistic(predictor)
        score = classes - mean
        information = mean * (1 - mean)
        # log(1 - F(x)) = log F(-x) = log F(x) - x
        log_likelihood = log_logistic(predictor) - (1 - classes) * predictor
        return Derivatives(
            log_likelihood=float(log_likelihood.sum()),
            score=score,
            information=information,
            intercept_scores=score[None, :],
            cross_information=information[None, :],
            intercept_information=np.array([[information.sum()]]),
        )
