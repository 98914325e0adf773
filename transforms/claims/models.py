"""The models that answer the claims, declared once; one model serves all parts that share disputes and adjustments.

A part of a factor is adjusted for the other three advantages and for the rest of its own factor
(docs/decisions/081-claims.md).
"""

from collections.abc import Sequence
from typing import Final

from transforms.claims.columns import BETWEEN, PROCEDURE, otherwise
from transforms.claims.model import Absent, Model
from transforms.registry.enumerations import EVIDENCE_KIND, PARTY, RULE
from transforms.registry.facts import BUYER, SELLER, has_kind
from transforms.statistics.specs import CORE_FACTORS, FactorSpec
from transforms.statistics.terms import (
    ADVANTAGES,
    CONTROLS,
    Categorical,
    Flag,
    Interaction,
    Numeric,
    Scale,
    Term,
    extra_term,
)

_NUMBERS: Final = tuple(term for term in CONTROLS if isinstance(term, Numeric))
_NAMES: Final = tuple(term for term in CONTROLS if isinstance(term, Categorical))


def _score(name: str) -> Numeric:
    return Numeric(name, name)


def _flags(*names: str) -> tuple[Flag, ...]:
    return tuple(Flag(name, name) for name in names)


def _three(*names: str) -> tuple[Flag, ...]:
    """Flags with what lies between with and without."""
    return _flags(*(full for name in names for full in (name, f"{name}{BETWEEN}")))


def _absents(*names: str) -> tuple[Absent, ...]:
    return tuple(Absent(name, f"{name}{BETWEEN}") for name in names)


def _sides(*factors: str) -> tuple[Numeric, ...]:
    """The scores of both sides."""
    return tuple(_score(f"{party}_{factor}") for factor in factors for party in PARTY.values)


def _advantages(*without: str) -> tuple[Numeric, ...]:
    """The advantages of all factors but some."""
    return tuple(_score(spec.column) for spec in CORE_FACTORS if spec.name not in without)


def _kinds(party: str, *without: str) -> tuple[Flag, ...]:
    """Evidence of a side, by kind."""
    return _flags(*(has_kind(party, kind) for kind in EVIDENCE_KIND.values if kind not in without))


def _breaches(*without: str) -> tuple[Flag, ...]:
    """Breaches of both sides, proven and alleged."""
    names = [f"{party}_broke_{rule}" for party in PARTY.values for rule in RULE.values]
    return _three(*(name for name in names if name not in without))


def _model(name: str, *terms: Term, population: str = "", absents: Sequence[Absent] = ()) -> Model:
    return Model(name, (*terms, *_NUMBERS, *_NAMES), population, absents=tuple(absents))


_SELLER_KINDS: Final = _kinds(SELLER)
_REPORTS: Final = ("buyer_report_inspected", "buyer_report_elsewhere")
_MISDESCRIBED: Final = ("seller_broke_false_description", "seller_broke_concealed_defect")

ADVANTAGES_MODEL: Final = Model("advantages", (*ADVANTAGES, *_NUMBERS, *_NAMES), is_headline=True)
SIDES_MODEL: Final = Model(
    "sides",
    (*_advantages("tone", "reputation"), *_sides("tone", "reputation"), *_NUMBERS, *_NAMES),
    is_headline=True,
)

MODELS: Final[tuple[Model, ...]] = (
    ADVANTAGES_MODEL,
    SIDES_MODEL,
    _model(
        "clear_media",
        *_advantages("evidence"),
        *_three("buyer_clear_media"),
        *_flags("buyer_full_process"),
        *_kinds(BUYER, "photo", "video"),
        *_SELLER_KINDS,
        population="is_pictured_claim",
        absents=_absents("buyer_clear_media"),
    ),
    _model(
        "full_process",
        *_advantages("evidence"),
        *_flags("buyer_full_process"),
        *_kinds(BUYER, "photo", "video"),
        *_SELLER_KINDS,
        population="is_filmed_fault",
    ),
    _model(
        "chat_record",
        *_advantages("evidence"),
        *_kinds(BUYER),
        *_SELLER_KINDS,
        population="is_promised_claim",
    ),
    _model(
        "evidence",
        *_advantages("evidence"),
        *_three(*_REPORTS),
        *_flags("seller_listing_or_purchase"),
        *_kinds(BUYER, "inspection_report"),
        *_kinds(SELLER, "listing_snapshot", "purchase_proof"),
        absents=_absents(*_REPORTS),
    ),
    _model(
        "rules",
        *_advantages("rules"),
        *_three("seller_misdescribed"),
        *_breaches(*_MISDESCRIBED),
        *_flags(*PROCEDURE),
        absents=_absents("seller_misdescribed", "seller_broke_off_platform_deal", "buyer_broke_malicious_return"),
    ),
    _model(
        "procedure",
        *_advantages("rules"),
        Numeric("buyer_procedure_kept", "buyer_procedure_kept", Scale.PLAIN),
        *_flags("shipped_on_time"),
        *_breaches(),
    ),
    _model(
        "sound_item",
        *_advantages("evidence"),
        *_kinds(BUYER),
        *_SELLER_KINDS,
        population="is_damage_alleged",
    ),
    _model("leniency", *_advantages("tone"), *_sides("tone"), population="is_at_fault"),
    _model(
        "abusive_seller",
        *_advantages("tone"),
        _score("buyer_tone"),
        *_flags("is_low_seller_tone"),
        population="is_low_buyer_evidence",
    ),
    _model(
        "trust",
        *_advantages("evidence", "tone", "reputation"),
        *_sides("evidence", "tone", "reputation"),
        Interaction("buyer_tone_x_buyer_evidence", "buyer_tone", "buyer_evidence"),
        Interaction("seller_reputation_x_seller_evidence", "seller_reputation", "seller_evidence"),
    ),
    _model(
        "civility",
        *_advantages("evidence", "tone"),
        *_sides("evidence", "tone"),
        population="is_low_buyer_evidence",
    ),
    _model(
        "honest_seller",
        *_advantages("evidence", "reputation"),
        *_sides("evidence", "reputation"),
        population="is_high_seller_evidence",
    ),
    _model(
        "conduct",
        *_advantages("evidence", "tone", "reputation"),
        *_sides("evidence"),
        *(_score(otherwise(f"{party}_{factor}")) for factor in ("tone", "reputation") for party in PARTY.values),
        *_flags("buyer_stalls", "seller_stalls", "buyer_is_frequent_claimant", "seller_is_penalised"),
        Interaction("frequent_x_buyer_evidence", "buyer_evidence", "buyer_is_frequent_claimant"),
    ),
)

#: How long a dispute took; fitted on all disputes, open ones included.
DURATION_MODEL: Final = _model("duration", *_advantages("reputation"), *_sides("reputation"))
EXTRA_MODEL: Final = "extra"


def extra_model(extra: Sequence[FactorSpec]) -> Model:
    """The model of extra factors: all of them beside the four advantages.

    Args:
        extra: Extra factors.
    """
    renamed = [FactorSpec(extra_name(spec.name), spec.column, spec.kind) for spec in extra]
    return _model(EXTRA_MODEL, *ADVANTAGES, *(extra_term(spec) for spec in renamed))


def extra_name(factor: str) -> str:
    """Name of the term, and id of the claim, of an extra factor."""
    return f"X_{factor}"
