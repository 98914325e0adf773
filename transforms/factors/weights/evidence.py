"""Strength of evidence, in thousandths."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from transforms.factors.points import MILLE
from transforms.factors.weights.settings import Section
from transforms.registry.enumerations import CATEGORY, CLAIM, EVIDENCE_KIND, PARTY

DEFAULT: Final = "default"
QUALITIES: Final = ("clear", "multi_angle", "close_up", "full_process", "accredited")
# Which record of the seller answers the claim.
REBUTTALS: Final = {
    "rebuttal_pre_shipment": "pre_shipment_record",
    "rebuttal_listing": "listing_snapshot",
    "rebuttal_purchase_proof": "purchase_proof",
}
# Strengths stay below 1 (one of 1 would make everything else worthless) and above 0 (what is there must be seen).
STRONGEST: Final = 0.95
WEAKEST: Final = 1 / MILLE


@dataclass(frozen=True)
class Rebuttal:
    """What a record of the seller adds where it answers the claim.

    Attributes:
        strength: Strength of a record of full quality, in thousandths.
        claims: The claims that it answers.
    """

    strength: int
    claims: tuple[str, ...]


@dataclass(frozen=True)
class EvidenceWeights:
    """Strength of evidence.

    Attributes:
        strength: Side to kind to claim (or ``default``) to strength of an item of full quality.
        category: Kind to category (or ``default``) to multiplier.
        quality: Kind to ``floor`` or quality to what it adds; the values of a kind add up to 1000.
        unknown_quality: Share of a quality's weight when it was not recorded.
        unknown_admission: Multiplier of an item of which is not known whether it was accepted.
        rebuttals: Part to what it adds.
    """

    strength: Mapping[str, Mapping[str, Mapping[str, int]]]
    category: Mapping[str, Mapping[str, int]]
    quality: Mapping[str, Mapping[str, int]]
    unknown_quality: int
    unknown_admission: int
    rebuttals: Mapping[str, Rebuttal]

    def strength_of(self, party: str, kind: str, claim: str) -> int:
        """Strength of an item of full quality."""
        by_claim = self.strength[party][kind]
        return by_claim.get(claim, by_claim[DEFAULT])

    def category_multiplier(self, kind: str, category: str) -> int:
        """How much more or less the kind says in the category."""
        by_category = self.category.get(kind, {DEFAULT: MILLE})
        return by_category.get(category, by_category[DEFAULT])


def read_evidence(section: Section) -> EvidenceWeights:
    """Read the ``[evidence]`` table.

    Raises:
        WeightsError: A key is missing or unknown, or a value is out of its range.
    """
    section.only(("unknown_quality", "unknown_admission", "strength", "category", "quality", "rebuttal"))
    strength, category, quality = (section.table(name) for name in ("strength", "category", "quality"))
    strength.only(PARTY.values)
    category.only(EVIDENCE_KIND.values)
    quality.only(EVIDENCE_KIND.values)
    for party in PARTY.values:
        strength.table(party).only(EVIDENCE_KIND.values)
    return EvidenceWeights(
        strength={
            party: {
                kind: _with_default(strength.table(party).table(kind), CLAIM.values, STRONGEST)
                for kind in EVIDENCE_KIND.values
            }
            for party in PARTY.values
        },
        category={kind: _with_default(category.table(kind), CATEGORY.values, 1.0) for kind in category.values},
        quality={kind: _quality(quality.table(kind)) for kind in EVIDENCE_KIND.values},
        unknown_quality=section.thousandths("unknown_quality"),
        unknown_admission=section.thousandths("unknown_admission", WEAKEST),
        rebuttals=_rebuttals(section.table("rebuttal")),
    )


def _with_default(section: Section, names: tuple[str, ...], high: float) -> dict[str, int]:
    """Strengths above 0 of some names, with one for all others."""
    section.only((DEFAULT, *names))
    present = (DEFAULT, *(name for name in section.values if name != DEFAULT))
    return {name: section.thousandths(name, WEAKEST, high) for name in present}


def _quality(section: Section) -> dict[str, int]:
    names = ("floor", *QUALITIES)
    section.only(names)
    section.thousandths("floor", WEAKEST)
    return Section(section.path, {name: section.values.get(name, 0) for name in names}).whole(names)


def _rebuttals(section: Section) -> dict[str, Rebuttal]:
    section.only(tuple(REBUTTALS))
    rebuttals: dict[str, Rebuttal] = {}
    for name in REBUTTALS:
        table = section.table(name)
        table.only(("strength", "claims"))
        strength = table.thousandths("strength", WEAKEST, STRONGEST)
        rebuttals[name] = Rebuttal(strength, table.choices("claims", CLAIM.values))
    return rebuttals
