"""Worth of what was known of a user, in thousandths."""

from dataclasses import dataclass, fields
from typing import Final

from transforms.factors.points import MILLE
from transforms.factors.weights.settings import Section, within

_HALF: Final = MILLE // 2
_LARGE: Final = 1e9


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


def read_reputation(section: Section) -> ReputationWeights:
    """Read the ``[reputation]`` table.

    Raises:
        WeightsError: A key is missing or unknown, or a value is out of its range.
    """
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
    within("reputation (buyer)", [*standing, *(part.gain for part in buyer)], _HALF, "gains")
    within("reputation (buyer)", [part.loss for part in buyer], _HALF, "losses")
    within("reputation (seller)", [*standing, *(part.gain for part in seller)], _HALF, "gains")
    within("reputation (seller)", [part.loss for part in (*seller, *penalties)], _HALF, "losses")


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


def _rate(section: Section) -> RateWeights:
    section.only(("mean", "prior_volume", "gain", "loss"))
    return RateWeights(_prior(section), section.thousandths("gain"), section.thousandths("loss"))


def _prior(section: Section) -> RatePrior:
    return RatePrior(section.number("mean", 1e-6, 1), section.number("prior_volume", 1e-6, _LARGE))


def _saturating(section: Section) -> SaturatingWeights:
    section.only(("loss", "keep"))
    return SaturatingWeights(section.thousandths("loss"), section.number("keep", 0, 1))


def _history(section: Section) -> HistoryPriors:
    names = ("claim_frequency", "unjustified_claims", "complaints")
    section.only(names)
    for name in names:
        section.table(name).only(("mean", "prior_volume"))
    return HistoryPriors(*(_prior(section.table(name)) for name in names))
