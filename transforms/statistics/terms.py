"""What a term of a model is: declared by name, column and kind, read from a frame by ``design``."""

from dataclasses import dataclass
from enum import StrEnum

from transforms.statistics.specs import CORE_FACTORS, FactorKind, FactorSpec

LOG_PRICE = "log_price"


class Scale(StrEnum):
    """What a numeric column is measured in once it is in the model."""

    STANDARD = "standard"
    """Standard deviations (n − 1) from the mean of what is recorded."""
    PLAIN = "plain"
    """Its own unit."""
    LOG1P = "log1p"
    """ln(1 + value); a negative value is not recorded."""


@dataclass(frozen=True)
class Numeric:
    """A number. Not recorded: 0 with an indicator, or with ``is_required`` the row is left out."""

    name: str
    column: str
    scale: Scale = Scale.STANDARD
    is_required: bool = False


@dataclass(frozen=True)
class Flag:
    """A yes or no. Not recorded: 0 with an indicator, or with ``is_required`` the row is left out."""

    name: str
    column: str
    is_required: bool = False


@dataclass(frozen=True)
class Interaction:
    """The product of two numbers or flags of the same model, as they stand in it."""

    name: str
    first: str
    second: str


@dataclass(frozen=True)
class Categorical:
    """Names without an order: dummies against the most frequent one. Not recorded is a level of its own."""

    name: str
    column: str


Term = Numeric | Flag | Interaction | Categorical

#: What every model of the outcome holds beside its factors.
CONTROLS: tuple[Term, ...] = (
    Numeric(LOG_PRICE, "item_price_cny", Scale.LOG1P),
    Categorical("category", "category"),
    Categorical("claim", "claim"),
    Categorical("month", "month"),
)
ADVANTAGES: tuple[Numeric, ...] = tuple(Numeric(spec.column, spec.column) for spec in CORE_FACTORS)


def extra_term(spec: FactorSpec) -> Term:
    """The term of an extra factor."""
    if spec.kind == FactorKind.CATEGORICAL:
        return Categorical(spec.name, spec.column)
    return Numeric(spec.name, spec.column)
