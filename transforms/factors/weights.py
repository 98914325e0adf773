"""The weights of the factor scores: frozen parameters, read from the parsed weights file.

All shares are whole thousandths (``MILLE``), so that products and sums of them are exact.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, Final

from transforms.factors.points import MILLE
from transforms.factors.settings import Section, WeightsError
from transforms.registry.enumerations import CATEGORY, CLAIM, EVIDENCE_KIND, FACTOR, PARTY, RULE, SEVERITY

__all__ = [
    "DEFAULT",
    "PROCEDURES",
    "QUALITIES",
    "REBUTTALS",
    "STATUSES",
    "UNKNOWN",
    "EvidenceWeights",
    "Procedure",
    "RatePrior",
    "RateWeights",
    "Rebuttal",
    "ReputationWeights",
    "RulesWeights",
    "SaturatingWeights",
    "Weights",
    "WeightsError",
]

DEFAULT: Final = "default"
UNKNOWN: Final = "unknown"
QUALITIES: Final = ("clear", "multi_angle", "close_up", "full_process", "accredited")
# Which record of the seller answers the claim.
REBUTTALS: Final = {
    "rebuttal_pre_shipment": "pre_shipment_record",
    "rebuttal_listing": "listing_snapshot",
    "rebuttal_purchase_proof": "purchase_proof",
}
# Which side each flag of the procedure belongs to.
PROCEDURES: Final = {
    "buyer": ("paid_on_platform", "applied_in_window", "negotiated_first"),
    "seller": ("shipped_on_time",),
}
# In the order of the flag: not proven, proven, not recorded.
STATUSES: Final = ("alleged", "substantiated", "unverified")
# Strengths stay below 1: a strength of 1 would make everything else worthless.
_STRONGEST: Final = 0.95
_HALF: Final = MILLE // 2
_LARGE: Final = 1e9


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
    """Strength of evidence, in thousandths.

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


@dataclass(frozen=True)
class Procedure:
    """What a step of the procedure gives when it was kept and takes when it was not, in thousandths."""

    kept: int
    broken: int


@dataclass(frozen=True)
class RulesWeights:
    """Worth of kept and broken rules, in thousandths.

    Attributes:
        base: Score of a side without a breach of whose procedure nothing is known.
        procedure: Side to flag to what it gives and takes.
        severity: Severity (or ``unknown``) to strength of a breach.
        status: Whether a breach was proven, to multiplier.
        gravity: Rule to multiplier.
    """

    base: int
    procedure: Mapping[str, Mapping[str, Procedure]]
    severity: Mapping[str, int]
    status: Mapping[str, int]
    gravity: Mapping[str, int]


@dataclass(frozen=True)
class RatePrior:
    """What a rate is shrunk towards.

    Attributes:
        mean: The rate of a user of whom nothing is known.
        prior_volume: How much volume the mean weighs as much as.
    """

    mean: float
    prior_volume: float


@dataclass(frozen=True)
class RateWeights:
    """A rate's prior, and the most that it gives and takes in thousandths."""

    prior: RatePrior
    gain: int
    loss: int


@dataclass(frozen=True)
class SaturatingWeights:
    """What the n-th of something counts: ``loss * (1 - keep ** n)``, loss in thousandths."""

    loss: int
    keep: float


@dataclass(frozen=True)
class CreditWeights:
    """Credit score that is neutral, distance at which the effect is full, and the most it gives and takes."""

    neutral: float
    span: float
    gain: int
    loss: int


@dataclass(frozen=True)
class StandingWeights:
    """What years and trades give: ``gain * value / (value + half)``, gains in thousandths."""

    years_gain: int
    years_half: float
    trades_gain: int
    trades_half: float


@dataclass(frozen=True)
class HistoryPriors:
    """What the rates of a user's own earlier disputes are shrunk towards."""

    claim_frequency: RatePrior
    unjustified_claims: RatePrior
    complaints: RatePrior


@dataclass(frozen=True)
class ReputationWeights:
    """Worth of what was known of a user; every side starts at one half.

    Attributes:
        derive_without_table: Whether earlier disputes stand in where a batch has no reputation table at all.
        assumed_years: Length of membership where it was not recorded, to turn trades into trades per year.
        credit: Credit score of the buyer.
        standing: Years and trades of either side.
        claim_frequency: Claims of the buyer per trade in 90 days.
        unjustified_claims: Unjustified claims of the buyer per trade in 365 days.
        negative_rate: Share of the seller's ratings that are not positive.
        complaints: Complaints against the seller per trade in 365 days.
        penalties: Penalties of the seller in 365 days.
        counterfeit_penalties: Those of them for counterfeits.
        history: Priors of the rates that come from earlier disputes.
    """

    derive_without_table: bool
    assumed_years: float
    credit: CreditWeights
    standing: StandingWeights
    claim_frequency: RateWeights
    unjustified_claims: RateWeights
    negative_rate: RateWeights
    complaints: RateWeights
    penalties: SaturatingWeights
    counterfeit_penalties: SaturatingWeights
    history: HistoryPriors


@dataclass(frozen=True)
class Weights:
    """All weights of the scores.

    Attributes:
        version: Version that the file names.
        content_hash: SHA-256 of the content, 64 hexadecimal digits; the layout of the file does not matter.
        overall: Factor to its part of ``overall_advantage`` in thousandths; they add up to 1000.
        evidence: Strength of evidence.
        rules: Worth of rules.
        reputation: Worth of reputation.
        tone: The ``[tone]`` table as it was parsed; its own module reads it.
    """

    version: str
    content_hash: str
    overall: Mapping[str, int]
    evidence: EvidenceWeights
    rules: RulesWeights
    reputation: ReputationWeights
    tone: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Version and the start of the hash, for ``meta.runs``."""
        return f"{self.version}+{self.content_hash[:12]}"

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Weights":
        """Check the parsed weights file and freeze it.

        Args:
            mapping: The parsed file.

        Raises:
            WeightsError: A key is missing or unknown, or a value is out of its range.
        """
        root = Section("", mapping)
        root.only(("version", "overall", "evidence", "rules", "reputation", "tone"))
        canonical = json.dumps(mapping, sort_keys=True, ensure_ascii=False, default=str)
        return cls(
            version=root.text("version"),
            content_hash=hashlib.sha256(canonical.encode()).hexdigest(),
            overall=_whole(root.table("overall"), FACTOR.values),
            evidence=_evidence(root.table("evidence")),
            rules=_rules(root.table("rules")),
            reputation=_reputation(root.table("reputation")),
            tone=root.table("tone").values if "tone" in mapping else {},
        )


def _shares(section: Section, names: tuple[str, ...], low: float = 0.0, high: float = 1.0) -> dict[str, int]:
    section.only(names)
    return {name: section.thousandths(name, low, high) for name in names}


def _whole(section: Section, names: tuple[str, ...]) -> dict[str, int]:
    """Shares that add up to 1."""
    shares = _shares(section, names)
    if sum(shares.values()) != MILLE:
        raise WeightsError(f"weights: {section.path}: the values add up to {sum(shares.values()) / MILLE}, expected 1")
    return shares


def _with_default(section: Section, names: tuple[str, ...], high: float) -> dict[str, int]:
    """Strengths above 0 of some names, with one for all others."""
    section.only((DEFAULT, *names))
    present = (DEFAULT, *(name for name in section.values if name != DEFAULT))
    return {name: section.thousandths(name, 1 / MILLE, high) for name in present}


def _evidence(section: Section) -> EvidenceWeights:
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
                kind: _with_default(strength.table(party).table(kind), CLAIM.values, _STRONGEST)
                for kind in EVIDENCE_KIND.values
            }
            for party in PARTY.values
        },
        category={kind: _with_default(category.table(kind), CATEGORY.values, 1.0) for kind in category.values},
        quality={kind: _quality(quality.table(kind)) for kind in EVIDENCE_KIND.values},
        unknown_quality=section.thousandths("unknown_quality"),
        unknown_admission=section.thousandths("unknown_admission", 1 / MILLE),
        rebuttals=_rebuttals(section.table("rebuttal")),
    )


def _quality(section: Section) -> dict[str, int]:
    names = ("floor", *QUALITIES)
    section.only(names)
    if section.thousandths("floor", 1 / MILLE) == 0:
        raise section.fail("floor", "more than 0")
    return _whole(Section(section.path, {name: section.values.get(name, 0) for name in names}), names)


def _rebuttals(section: Section) -> dict[str, Rebuttal]:
    section.only(tuple(REBUTTALS))
    rebuttals: dict[str, Rebuttal] = {}
    for name in REBUTTALS:
        table = section.table(name)
        table.only(("strength", "claims"))
        strength = table.thousandths("strength", 1 / MILLE, _STRONGEST)
        rebuttals[name] = Rebuttal(strength, table.choices("claims", CLAIM.values))
    return rebuttals


def _rules(section: Section) -> RulesWeights:
    section.only(("base", "procedure", "severity", "status", "gravity"))
    base = section.thousandths("base")
    procedure = section.table("procedure")
    procedure.only(PARTY.values)
    severity = _shares(section.table("severity"), (*SEVERITY.values, UNKNOWN), 1 / MILLE, _STRONGEST)
    status = _shares(section.table("status"), STATUSES, 1 / MILLE)
    _ascending(severity, (*SEVERITY.values,), "rules.severity")
    _ascending(severity, (SEVERITY.values[0], UNKNOWN, SEVERITY.values[-1]), "rules.severity")
    _ascending(status, ("alleged", "unverified", "substantiated"), "rules.status")
    return RulesWeights(
        base=base,
        procedure={party: _procedure(procedure.table(party), party, base) for party in PARTY.values},
        severity=severity,
        status=status,
        gravity=_shares(section.table("gravity"), RULE.values, 1 / MILLE),
    )


def _procedure(section: Section, party: str, base: int) -> dict[str, Procedure]:
    section.only(PROCEDURES[party])
    steps: dict[str, Procedure] = {}
    for name in PROCEDURES[party]:
        table = section.table(name)
        table.only(("kept", "broken"))
        steps[name] = Procedure(table.thousandths("kept"), table.thousandths("broken"))
    _within(section.path, [step.kept for step in steps.values()], MILLE - base, "gains")
    _within(section.path, [step.broken for step in steps.values()], base, "losses")
    return steps


def _ascending(shares: Mapping[str, int], names: tuple[str, ...], path: str) -> None:
    for lower, upper in pairwise(names):
        if shares[lower] > shares[upper]:
            raise WeightsError(f"weights: {path}.{lower}: expected at most {path}.{upper}, got more")


def _within(path: str, shares: list[int], room: int, what: str) -> None:
    if sum(shares) > room:
        raise WeightsError(f"weights: {path}: {what} add up to {sum(shares) / MILLE}, expected {room / MILLE} at most")


def _prior(section: Section) -> RatePrior:
    return RatePrior(section.number("mean", 1e-6, 1), section.number("prior_volume", 1e-6, _LARGE))


def _rate(section: Section) -> RateWeights:
    section.only(("mean", "prior_volume", "gain", "loss"))
    return RateWeights(_prior(section), section.thousandths("gain"), section.thousandths("loss"))


def _saturating(section: Section) -> SaturatingWeights:
    section.only(("loss", "keep"))
    return SaturatingWeights(section.thousandths("loss"), section.number("keep", 0, 1))


def _credit(section: Section) -> CreditWeights:
    section.only(("neutral", "span", "gain", "loss"))
    return CreditWeights(
        neutral=section.number("neutral", 0, _LARGE),
        span=section.number("span", 1, _LARGE),
        gain=section.thousandths("gain"),
        loss=section.thousandths("loss"),
    )


def _standing(section: Section) -> StandingWeights:
    section.only(("years_gain", "years_half", "trades_gain", "trades_half"))
    return StandingWeights(
        years_gain=section.thousandths("years_gain"),
        years_half=section.number("years_half", 1e-6, _LARGE),
        trades_gain=section.thousandths("trades_gain"),
        trades_half=section.number("trades_half", 1e-6, _LARGE),
    )


def _history(section: Section) -> HistoryPriors:
    names = ("claim_frequency", "unjustified_claims", "complaints")
    section.only(names)
    for name in names:
        section.table(name).only(("mean", "prior_volume"))
    return HistoryPriors(*(_prior(section.table(name)) for name in names))


def _reputation(section: Section) -> ReputationWeights:
    section.only(tuple(field.name for field in fields(ReputationWeights)))
    weights = ReputationWeights(
        derive_without_table=section.flag("derive_without_table"),
        assumed_years=section.number("assumed_years", 0.25, 100),
        credit=_credit(section.table("credit")),
        standing=_standing(section.table("standing")),
        claim_frequency=_rate(section.table("claim_frequency")),
        unjustified_claims=_rate(section.table("unjustified_claims")),
        negative_rate=_rate(section.table("negative_rate")),
        complaints=_rate(section.table("complaints")),
        penalties=_saturating(section.table("penalties")),
        counterfeit_penalties=_saturating(section.table("counterfeit_penalties")),
        history=_history(section.table("history")),
    )
    _check_room(weights)
    return weights


def _check_room(weights: ReputationWeights) -> None:
    """Every side starts at one half and must stay within [0, 1] whatever is known of it."""
    standing = [weights.standing.years_gain, weights.standing.trades_gain]
    buyer = (weights.credit, weights.claim_frequency, weights.unjustified_claims)
    seller = (weights.negative_rate, weights.complaints)
    penalties = (weights.penalties, weights.counterfeit_penalties)
    _within("reputation (buyer)", [*standing, *(part.gain for part in buyer)], _HALF, "gains")
    _within("reputation (buyer)", [part.loss for part in buyer], _HALF, "losses")
    _within("reputation (seller)", [*standing, *(part.gain for part in seller)], _HALF, "gains")
    _within("reputation (seller)", [part.loss for part in (*seller, *penalties)], _HALF, "losses")
