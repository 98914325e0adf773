"""What is simulated: sizes, planted effects, gaps and traps, as frozen dataclasses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from transforms.registry import enumerations as enums

FACTORS: tuple[str, ...] = ("evidence", "rules", "tone", "reputation")
BLOCK_DISPUTES = 10_000
_DISPUTES_PER_SELLER = 12
_DISPUTES_PER_BUYER = 1.6
_SMALLEST_POOL = 20
_MOST_BLOCKS = 1_000_000
_MONTHS_PER_YEAR = 12


class PlanError(ValueError):
    """A plan that cannot be simulated; the message says which field and what was expected."""


@dataclass(frozen=True)
class Coefficients:
    """Planted log odds ratios per standard deviation of each latent advantage (buyer minus seller).

    Attributes:
        evidence: Effect of the advantage in evidence.
        rules: Effect of the advantage in keeping the rules.
        tone: Effect of the advantage in civility.
        reputation: Effect of the advantage in reputation.
    """

    evidence: float = 1.3
    rules: float = 1.0
    tone: float = 0.7
    reputation: float = 0.25

    def of(self, factor: str) -> float:
        """Returns the coefficient of a factor by its name."""
        return {"evidence": self.evidence, "rules": self.rules, "tone": self.tone, "reputation": self.reputation}[
            factor
        ]


@dataclass(frozen=True)
class PolicyChange:
    """A change from one month on.

    Attributes:
        month: The first month under the new policy, counted from 0.
        shift: Added to the latent outcome (positive: more for the buyer).
        factor: A factor whose coefficient changes too, or None.
        coefficient: The new coefficient of that factor.
    """

    month: int
    shift: float = 0.0
    factor: str | None = None
    coefficient: float = 0.0


@dataclass(frozen=True)
class Reversal:
    """In one category the coefficient of one factor has the opposite sign."""

    category: str
    factor: str


@dataclass(frozen=True)
class ClosedShares:
    """Shares of disputes that end without a ruling (open ones follow from the time to the ruling)."""

    settled: float = 0.08
    withdrawn: float = 0.05
    expired: float = 0.03


@dataclass(frozen=True)
class NullShares:
    """Shares of values that are not recorded.

    Attributes:
        quality: Quality flags of evidence, severity and substantiation of breaches.
        time: Times of evidence, violations and messages.
        field: Other optional columns of disputes and reputation.
        no_snapshot: Users who have no reputation snapshot at all.
    """

    quality: float = 0.08
    time: float = 0.004
    field: float = 0.01
    no_snapshot: float = 0.04


@dataclass(frozen=True)
class LateShares:
    """Traps: the share of ruled disputes in which something after the ruling betrays the outcome.

    The loser insults, the winner uploads flawless evidence, the loser's breach is recorded as proven, the loser's
    reputation falls. Reputation traps are laid only in a user's last dispute, so that they are never
    known before any other dispute of that user.
    """

    messages: float = 0.05
    evidence: float = 0.04
    violations: float = 0.04
    reputation: float = 0.05


def _default_category_effects() -> Mapping[str, float]:
    return {"digital_3c": 0.1, "luxury": 0.3, "virtual": -0.4, "vehicles": -0.2, "mother_baby": 0.2}


def _default_claim_effects() -> Mapping[str, float]:
    return {
        "counterfeit": 0.4,
        "not_received": 0.8,
        "missing_parts": 0.2,
        "damaged_in_transit": 0.1,
        "changed_mind": -1.2,
    }


def _require(what: str, names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise PlanError(f"{name!r} is no {what}; expected one of {', '.join(known)}")


@dataclass(frozen=True)
class SimulationPlan:
    """Everything that a simulated export depends on; equal plans give equal bytes.

    Attributes:
        disputes: Number of disputes.
        seed: Seed of every random stream.
        first_month: First day of the first month (Asia/Shanghai).
        months: Number of months; the export ends with the last of them.
        sellers: Number of sellers; None for one per twelve disputes.
        seller_exponent: Exponent of the Zipf law of seller sizes.
        largest_seller: Most disputes that one seller is expected to have; bounds the design effect at any size.
        seller_effect_sd: Standard deviation of the seller's effect on the latent outcome.
        decider_effect_sd: Standard deviation of the decider's effect.
        messages: Mean number of messages per dispute.
        evidence_items: Mean number of evidence items per dispute.
        median_hours: Median time from opening to the end of a dispute.
        credit_speed: Change of log hours per standard deviation of the buyer's reputation.
        cut_points: Latent values that part seller_wins, partial and buyer_wins.
        coefficients: Planted effects of the four advantages.
        trust: Planted interaction: how much more a side's evidence counts per SD of its own reputation.
        advantage_interaction: Planted interaction of the evidence advantage with the reputation advantage.
        reversal: One effect reversed in one category, or None.
        policy: A change from one month on, or None.
        category_effects: Added to the latent outcome by category; missing ones are 0.
        claim_effects: Added to the latent outcome by claim; missing ones are 0.
        jury_share: Share of rulings made by a jury of 17.
        closed: Shares that end without a ruling.
        nulls: Shares of values not recorded.
        late: Shares of traps after the ruling.
        has_flaws: Whether a few broken rows are added, for the quarantine to show.
    """

    disputes: int
    seed: int = 20260701
    first_month: date = date(2025, 1, 1)
    months: int = 18
    sellers: int | None = None
    seller_exponent: float = 1.0
    largest_seller: int = 300
    seller_effect_sd: float = 0.65
    decider_effect_sd: float = 0.1
    messages: float = 10.0
    evidence_items: float = 4.0
    median_hours: float = 90.0
    credit_speed: float = -0.08
    cut_points: tuple[float, float] = (-0.55, 0.65)
    coefficients: Coefficients = Coefficients()
    trust: float = 0.2
    advantage_interaction: float = 0.0
    reversal: Reversal | None = None
    policy: PolicyChange | None = None
    category_effects: Mapping[str, float] = field(default_factory=_default_category_effects)
    claim_effects: Mapping[str, float] = field(default_factory=_default_claim_effects)
    jury_share: float = 0.3
    closed: ClosedShares = ClosedShares()
    nulls: NullShares = NullShares()
    late: LateShares = LateShares()
    has_flaws: bool = True

    def __post_init__(self) -> None:
        """Refuses plans that cannot be simulated.

        Raises:
            PlanError: If a size is not positive, the cut points are not in order, or a factor, category or claim is
                unknown.
        """
        if not 0 < self.disputes <= BLOCK_DISPUTES * _MOST_BLOCKS:
            raise PlanError(f"disputes is {self.disputes}; expected a number from 1 to {BLOCK_DISPUTES * _MOST_BLOCKS}")
        if self.months < 1 or self.first_month.day != 1:
            raise PlanError(
                f"{self.months} months from {self.first_month}; expected at least 1 from the first of a month"
            )
        if self.cut_points[0] >= self.cut_points[1]:
            raise PlanError(f"cut_points are {self.cut_points}; expected the first below the second")
        changes = [change for change in (self.reversal, self.policy) if change is not None]
        _require("factor", [change.factor for change in changes if change.factor], FACTORS)
        reversed_in = [self.reversal.category] if self.reversal is not None else []
        _require("category", [*self.category_effects, *reversed_in], enums.CATEGORY.values)
        _require("claim", list(self.claim_effects), enums.CLAIM.values)

    @property
    def blocks(self) -> int:
        """Number of blocks of `BLOCK_DISPUTES` disputes; each has random streams of its own."""
        return -(-self.disputes // BLOCK_DISPUTES)

    @property
    def seller_count(self) -> int:
        """Number of sellers."""
        return self.sellers or max(_SMALLEST_POOL, self.disputes // _DISPUTES_PER_SELLER)

    @property
    def buyer_count(self) -> int:
        """Number of buyers."""
        return max(_SMALLEST_POOL, int(self.disputes / _DISPUTES_PER_BUYER))

    def month_start(self, month: int) -> date:
        """Returns the first day of a month counted from 0; `months` itself is the end of the export."""
        count = self.first_month.month - 1 + month
        return date(self.first_month.year + count // _MONTHS_PER_YEAR, count % _MONTHS_PER_YEAR + 1, 1)
