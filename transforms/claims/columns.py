"""What the models of the claims read of a dispute beside its scores and facts.

A flag has up to three neighbours: with it, without it, and between, where something like it is there that may or may
not be it (a picture that is not sharp, a breach that is alleged and not proven). The claims compare with and without.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import polars as pl

from transforms.claims.groups import Group, rank_group
from transforms.registry.enumerations import PARTY, RULE
from transforms.registry.facts import BUYER, FACTS, SELLER, alleged, has_kind, proven
from transforms.statistics.specs import CORE_FACTORS

BETWEEN: Final = "_between"
#: Of those between: disputes of which it was not recorded.
UNKNOWN: Final = "_unknown"
#: Categories in which an inspection report is said to count most.
INSPECTED: Final = ("digital_3c", "luxury")
#: Claims in which pictures, and chat records, are looked at.
PICTURED: Final = ("not_as_described", "functional_fault", "damaged_in_transit")
PROMISED: Final = ("not_as_described", "functional_fault", "counterfeit")
PROCEDURE: Final = ("paid_on_platform", "applied_in_window", "negotiated_first", "shipped_on_time")
#: Scores without the parts that a claim is about (``without_own_parts``).
OTHERWISE: Final = ("buyer_tone", "seller_tone", "buyer_reputation", "seller_reputation")


@dataclass(frozen=True)
class Cut:
    """A group by rank that a claim looks at: name of its column, the score, its share and which end."""

    name: str
    column: str
    share: Fraction
    is_low: bool


CUTS: Final = (
    Cut("is_low_buyer_evidence", "buyer_evidence", Fraction(1, 3), True),
    Cut("is_low_seller_tone", "seller_tone", Fraction(1, 5), True),
    Cut("is_high_seller_evidence", "seller_evidence", Fraction(1, 2), False),
)


def otherwise(score: str) -> str:
    """Name of a score without the parts that a claim is about."""
    return f"{score}_otherwise"


def _is(column: str) -> pl.Expr:
    """A fact that may be null; false where it is not known."""
    return pl.col(column).fill_null(value=False)


def _three(name: str, proofs: Iterable[str], something: pl.Expr) -> dict[str, pl.Expr]:
    """With, between, and unknown: between only because it was not recorded; all null where nothing was.

    Args:
        name: Name of the flag.
        proofs: Facts any of which makes a dispute one with it; null where that was not recorded.
        something: Whether there is anything like it.
    """
    proofs = tuple(proofs)
    known = pl.any_horizontal(_is(proof) for proof in proofs)
    is_open = pl.any_horizontal(pl.col(proof).is_null() for proof in proofs)
    return {
        name: pl.when(something.is_not_null()).then(known),
        f"{name}{BETWEEN}": something & ~known,
        f"{name}{UNKNOWN}": something & ~known & is_open,
    }


def _breach(name: str, party: str, rules: Iterable[str]) -> dict[str, pl.Expr]:
    """With: proven. Between: alleged, and not known to be proven."""
    rules = tuple(rules)
    said = pl.any_horizontal(pl.col(alleged(party, rule)) for rule in rules)
    return _three(name, (proven(party, rule) for rule in rules), said)


def _evidence() -> dict[str, pl.Expr]:
    photo, video = (pl.col(has_kind(BUYER, kind)) for kind in ("photo", "video"))
    report = pl.col(has_kind(BUYER, "inspection_report"))
    full, accredited = (has_kind(BUYER, quality) for quality in ("full_process_video", "accredited_report"))
    listing, purchase = (pl.col(has_kind(SELLER, kind)) for kind in ("listing_snapshot", "purchase_proof"))
    is_inspected = pl.col("category").is_in(INSPECTED)
    reports = _three("report", (accredited,), report)
    places = {"inspected": is_inspected, "elsewhere": ~is_inspected}
    is_fault = pl.col("claim") == "functional_fault"
    only_photos = photo & ~video
    return {
        **_three("buyer_clear_media", (has_kind(BUYER, "clear_media"),), photo | video),
        "buyer_full_process": pl.when(photo.is_not_null()).then(_is(full)),
        "is_pictured_claim": pl.col("claim").is_in(PICTURED),
        "is_promised_claim": pl.col("claim").is_in(PROMISED),
        "is_filmed_fault": pl.when(is_fault.is_not_null()).then(is_fault & (_is(full) | only_photos)),
        "is_inspected_category": is_inspected,
        "is_other_category": ~is_inspected,
        **{
            f"buyer_report_{where}{name[6:]}": column & is_there
            for where, is_there in places.items()
            for name, column in reports.items()
        },
        "seller_listing_or_purchase": listing | purchase,
    }


def _rules() -> dict[str, pl.Expr]:
    columns = _breach("seller_misdescribed", SELLER, ("false_description", "concealed_defect"))
    for party in PARTY.values:
        for rule in RULE.values:
            columns |= _breach(f"{party}_broke_{rule}", party, (rule,))
    return columns | {"is_damage_alleged": pl.col(alleged(BUYER, "deliberate_damage"))}


def _outcome() -> dict[str, pl.Expr]:
    return {"is_at_fault": pl.col("outcome").is_in(("partial", "buyer_wins"))}


def derived(present: Iterable[str], cuts: Mapping[str, Group]) -> list[pl.Expr]:
    """Columns of the models.

    Args:
        present: Columns that the frame has.
        cuts: Groups of ``CUTS`` by name.
    """
    names = set(present)
    columns = {**_evidence(), **_rules(), **_outcome()}
    columns |= {cut.name: cuts[cut.name].members(cut.column) for cut in CUTS}
    columns |= {otherwise(score): pl.col(score) for score in OTHERWISE if otherwise(score) not in names}
    return [expression.alias(name) for name, expression in columns.items()]


#: What tells disputes and persons apart: text, or whole numbers.
IDENTIFIERS = ("dispute_id", "seller_id", "buyer_id")


def measured() -> dict[str, pl.DataType]:
    """Every column that the claims read as it comes, with its type; identifiers may have another."""
    text = dict.fromkeys((*IDENTIFIERS, "outcome", "category", "claim", "month"), pl.String())
    sides = [f"{party}_{spec.name}" for spec in CORE_FACTORS for party in PARTY.values]
    numbers = [*sides, *(spec.column for spec in CORE_FACTORS), "item_price_cny", "refund_ratio"]
    flags = dict.fromkeys(PROCEDURE, pl.Boolean())
    facts = {fact.name: fact.kind.polars for fact in FACTS}
    return {**text, **dict.fromkeys(numbers, pl.Float64()), **flags, **facts}


def complete(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Add what a frame does not have as not recorded, and give every column its type.

    A frame of an export without scores or facts (a court file) has only a few of them.
    """
    present = set(frame.collect_schema().names())
    types = measured()
    wanted = {name: kind for name, kind in types.items() if name not in IDENTIFIERS or name not in present}
    return frame.with_columns(
        (pl.col(name) if name in present else pl.lit(None)).cast(kind).alias(name) for name, kind in wanted.items()
    )


def cut_groups(frame: pl.LazyFrame) -> dict[str, Group]:
    """Find the groups of ``CUTS`` among the ruled disputes of a frame.

    Args:
        frame: With the columns of the cuts.
    """
    values = frame.select(sorted({cut.column for cut in CUTS})).collect()
    return {cut.name: rank_group(values[cut.column], cut.share, cut.is_low) for cut in CUTS}
