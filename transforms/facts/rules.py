"""Which breaches each side is accused of, which are proven, and how much of the procedure the buyer kept."""

from typing import Final

import polars as pl

from transforms.factors.weights import PROCEDURES
from transforms.facts.codes import CODE, bit_at, decode, has_bit, says_so, when_bit, when_seller
from transforms.registry.enumerations import PARTY, RULE
from transforms.registry.facts import BUYER, alleged, proven

_RULES: Final = len(RULE.values)
# Bits of a side: breaches that are alleged, then those that are proven, then those that leave it open.
_PROVEN: Final = _RULES
_OPEN: Final = 2 * _RULES
_SIDE: Final = 3 * _RULES


def rule_facts(violations: pl.LazyFrame, disputes: pl.LazyFrame) -> pl.LazyFrame:
    """Find out which breaches each side is accused of, and which of them are proven.

    Args:
        violations: Breaches with ``dispute_id``, ``party``, ``rule``, ``substantiated`` and ``counted``.
        disputes: One row per dispute with ``dispute_id``, ``violations_recorded`` and the buyer's procedure flags.

    Returns:
        One row per dispute: ``dispute_id`` and the facts of the theme. What was recorded after the ruling is as good as
        not recorded. That a breach is proven is null where it is not known to be and some record leaves it open.
        ``buyer_procedure_kept`` is null unless all three steps are recorded.
    """
    facts = {
        name: expression
        for side, party in enumerate(PARTY.values)
        for name, expression in _side_facts(party, side * _SIDE).items()
    }
    kept = violations.filter("counted").select("dispute_id", _breach_code().alias(CODE))
    steps = pl.sum_horizontal(*(pl.col(flag).cast(pl.Int64) for flag in PROCEDURES[BUYER]), ignore_nulls=False)
    procedure = disputes.select("dispute_id", steps.alias("buyer_procedure_kept"))
    return decode(kept, disputes, "violations_recorded", facts).join(procedure, on="dispute_id", how="left")


def _breach_code() -> pl.Expr:
    """What one record says, in the bits of its side."""
    rule = pl.col("rule").cast(pl.Enum(RULE.values)).to_physical()
    is_proven = pl.col("substantiated")
    proof = when_bit(is_proven, bit_at(rule + _PROVEN)) + when_bit(is_proven.is_null(), bit_at(rule + _OPEN))
    return (bit_at(rule) + proof) * when_seller(1 << _SIDE)


def _side_facts(party: str, first: int) -> dict[str, pl.Expr]:
    said = {alleged(party, rule): has_bit(first + place) for place, rule in enumerate(RULE.values)}
    shown = {
        proven(party, rule): says_so(first + _PROVEN + place, first + _OPEN + place)
        for place, rule in enumerate(RULE.values)
    }
    return said | shown
