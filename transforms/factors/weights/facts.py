"""Thresholds of facts."""

from dataclasses import dataclass

from transforms.factors.weights.settings import Section

_LARGE = 1e9


@dataclass(frozen=True)
class FactWeights:
    """Where facts that are numbers become yes or no.

    Attributes:
        frequent_claims_90d: From so many claims in 90 days on a buyer claims often.
    """

    frequent_claims_90d: float


def read_facts(section: Section) -> FactWeights:
    """Read the ``[facts]`` table.

    Raises:
        WeightsError: A key is missing or unknown, or a value is out of its range.
    """
    section.only(("frequent_claims_90d",))
    return FactWeights(section.number("frequent_claims_90d", 1, _LARGE))
