"""Definitions of winning: what a model explains."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import numpy as np

from transforms.claims.model import Outcome
from transforms.registry.model import Label
from transforms.statistics.clusters import Integers, Responses
from transforms.statistics.effects import ordinal_family
from transforms.statistics.families import Likelihood
from transforms.statistics.fractional import Fractional
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix


class Definition(StrEnum):
    """What counts as winning, seen from the buyer."""

    ORDERED = "ordinal"
    """The ordered outcome, and from it P(buyer_wins); how the headline claims are answered."""
    BUYER_WINS = "buyer_wins"
    """The buyer wins, against all else."""
    BUYER_GETS_SOMETHING = "not_seller_wins"
    """The buyer wins or the ruling is partial."""
    REFUND = "refund_ratio"
    """The refunded share of the claim."""


#: The definitions that each first part is estimated under beside its own.
ALTERNATIVES: Final = (Definition.BUYER_WINS, Definition.BUYER_GETS_SOMETHING, Definition.REFUND)
LABELS: Final[Mapping[Definition, Label]] = {
    Definition.ORDERED: Label("the ordered outcome", "有序结果"),
    Definition.BUYER_WINS: Label("the buyer wins against all else", "买家胜诉（对比其他结果）"),
    Definition.BUYER_GETS_SOMETHING: Label("the buyer gets something", "买家至少得到部分支持"),
    Definition.REFUND: Label("the refunded share of the claim", "退款占主张金额的比例"),
}
#: The definition that answers for an outcome.
OWN: Final[Mapping[Outcome, Definition]] = {
    Outcome.BUYER_WINS: Definition.BUYER_WINS,
    Outcome.SELLER_WINS: Definition.BUYER_GETS_SOMETHING,
    Outcome.REFUND: Definition.REFUND,
}
#: Codes of outcomes.
BUYER_WINS, PARTIAL = 2, 1
FEWEST_PER_CLASS = 10


def likelihood(definition: Definition, matrix: Matrix) -> Likelihood:
    """The model of a definition.

    Args:
        definition: What counts as winning.
        matrix: The rows to be fitted, with the outcome that belongs to the definition.
    """
    if definition is Definition.ORDERED:
        return ordinal_family(matrix)
    if definition is Definition.REFUND:
        return Fractional()
    return Logit(BUYER_WINS if definition is Definition.BUYER_WINS else PARTIAL)


def ends(definition: Definition, outcome: Responses) -> Integers:
    """For each row −1 at the lowest end of the response, 1 at the highest, 0 between."""
    if definition is Definition.ORDERED:
        return outcome.astype(np.int64) - 1
    if definition is Definition.REFUND:
        return np.asarray((outcome == 1).astype(np.int64) - (outcome == 0))
    threshold = BUYER_WINS if definition is Definition.BUYER_WINS else PARTIAL
    return np.where(outcome >= threshold, 1, -1)


def too_little(definition: Definition, outcome: Responses) -> str:
    """Why the response cannot carry a model, or ``ok``."""
    if outcome.size == 0:
        return "nothing_ruled"
    if definition is Definition.REFUND:
        return "one_outcome" if outcome.min() == outcome.max() else "ok"
    where = ends(definition, outcome)
    counts = np.bincount(where + 1, minlength=3)
    occurring = counts[counts > 0]
    if occurring.size == 1 or (definition is Definition.ORDERED and counts[2] == 0):
        return "one_outcome"
    return "ok" if occurring.min() >= FEWEST_PER_CLASS else "too_few_disputes"
