"""What a factor is to the statistics: a name, a column and whether its values have an order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

#: Outcomes that are analysed, from worst to best for the buyer; the place is the code.
OUTCOMES = ("seller_wins", "partial", "buyer_wins")
#: How a value that was not recorded is called wherever a value is wanted.
NOT_RECORDED = "not_recorded"
#: Names that tables and models use for something else; no factor may be called so.
RESERVED = ("all", "dispute_id", "outcome", "seller_id", "category", "claim", "month", "log_price", "intercept")


class FactorKind(StrEnum):
    """Whether the values of a factor can be put in order."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"


@dataclass(frozen=True)
class FactorSpec:
    """A factor: ``name`` in the tables, ``column`` in the frame of scores, ``kind`` of its values."""

    name: str
    column: str
    kind: FactorKind = FactorKind.NUMERIC


#: The factors that the model holds side by side.
CORE_FACTORS = tuple(FactorSpec(name, f"{name}_advantage") for name in ("evidence", "rules", "tone", "reputation"))
#: Their weighted sum, left out of the model because the four determine it.
OVERALL = FactorSpec("overall", "overall_advantage")


def factor_specs(extra: Sequence[FactorSpec] = ()) -> tuple[FactorSpec, ...]:
    """The four factors, the overall one and those of a profile.

    Args:
        extra: The extra factors.

    Returns:
        All of them, in the order of the tables.

    Raises:
        ValueError: Two factors have the same name, or one has a name that is taken (``RESERVED``).
    """
    specs = (*CORE_FACTORS, OVERALL, *extra)
    doubled = sorted(name for name, count in Counter(spec.name for spec in specs).items() if count > 1)
    if doubled:
        raise ValueError(
            f"Factor names must be unique, but {', '.join(doubled)} occurs twice. Rename the extra factor."
        )
    taken = sorted(spec.name for spec in extra if spec.name in RESERVED)
    if taken:
        raise ValueError(f"An extra factor cannot be called {', '.join(taken)}. Rename it in the profile.")
    return specs
