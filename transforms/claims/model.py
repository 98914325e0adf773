"""What a claim consists of, and what a model of it."""

from dataclasses import dataclass
from enum import StrEnum

from transforms.registry.model import Label
from transforms.statistics.terms import Term


class Outcome(StrEnum):
    """What an effect is on."""

    BUYER_WINS = "buyer_wins"
    SELLER_WINS = "seller_wins"
    REFUND = "refund_ratio"
    HOURS = "hours"
    NONE = "none"
    """The claim is about models, not about an outcome."""


class Unit(StrEnum):
    """What estimate and interval are measured in."""

    PP = "pp"
    """Percentage points of a probability, or of the refunded share."""
    PERCENT = "percent"
    """Per cent of the hours to the ruling."""
    SHARE_PP = "share_pp"
    """Percentage points of importance."""
    AUC_POINTS = "auc_points"
    """Hundredths of the area under the ROC curve."""


class Kind(StrEnum):
    """How an estimate comes from a model."""

    SLOPE = "slope"
    """Average derivative by a number: per standard deviation, or per unit."""
    CHANGE = "change"
    """Average change when a yes or no turns from no to yes."""
    INTERACTION = "interaction"
    """Second difference on the scale of the probability."""
    CONTRAST = "contrast"
    """Change in some disputes less change in the others."""
    LEVELS = "levels"
    """Any difference between names without an order: a test without an estimate."""
    SPECIAL = "special"
    """Not an effect in a model of the outcome; has a module of its own."""


@dataclass(frozen=True)
class Part:
    """One tested part of a claim.

    Attributes:
        claim_id: ``E1``, or ``E5a`` where the claim has several parts.
        factor: The factor that it belongs to, ``overall``, or the name of an extra factor.
        statement: What is claimed.
        estimand: What is estimated.
        direction: Sign of the estimate if the claim holds; 0 if none is claimed.
        outcome: What the effect is on.
        kind: How the estimate comes from the model.
        model: Name of the model.
        focal: Terms that it is about: one; for an interaction the product; for a contrast the flag of the disputes
            that are looked at, then that of the others.
        among: Column that says in which disputes of the model the effect is averaged; empty for all of them.
        others: For a contrast, the same for the other disputes.
        unit: What the estimate is measured in.
        is_headline: Whether it is estimated under every definition of winning although it is no first part: the effect
            of an advantage that no first part asks for.
        is_buyers_own: Whether what it is about is the buyer's own and the same in all of a buyer's disputes, so that
            its interval allows for rulings of one buyer that are alike, too.
    """

    claim_id: str
    factor: str
    statement: Label
    estimand: Label
    direction: int
    outcome: Outcome
    kind: Kind
    model: str
    focal: tuple[str, ...] = ()
    among: str = ""
    others: str = ""
    unit: Unit = Unit.PP
    is_headline: bool = False
    is_buyers_own: bool = False

    @property
    def claim(self) -> str:
        """The claim that it is a part of: the id without the letter of the part."""
        is_part = not self.claim_id.startswith("X_") and self.claim_id[-1].isalpha()
        return self.claim_id[:-1] if is_part else self.claim_id

    @property
    def is_first(self) -> bool:
        """Whether its verdict is that of the claim."""
        return self.claim_id in {self.claim, f"{self.claim}a"}

    @property
    def is_compared(self) -> bool:
        """Whether it is estimated under several definitions of winning."""
        return self.is_first or self.is_headline


@dataclass(frozen=True)
class Absent:
    """A flag whose rows with 0 are not all without the thing: those of ``between`` are told apart.

    Attributes:
        flag: The term that says that a dispute has it.
        between: The term that says that a dispute has something like it, or perhaps it.
    """

    flag: str
    between: str


@dataclass(frozen=True)
class Model:
    """A model that answers some parts.

    Attributes:
        name: As in ``Part.model``.
        terms: Its terms.
        population: Column that says which disputes it is fitted on; empty for all ruled ones.
        is_headline: Whether it is fitted on all rows and never on a sample.
        absents: Flags with disputes between with and without.
    """

    name: str
    terms: tuple[Term, ...]
    population: str = ""
    is_headline: bool = False
    absents: tuple[Absent, ...] = ()

    def between(self, flag: str) -> str:
        """The term between with and without of a flag; empty where there is none."""
        return next((absent.between for absent in self.absents if absent.flag == flag), "")
