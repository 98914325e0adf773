"""The latent truth of a block of disputes: who is who, how good each side's case is, and how it ends."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from transforms.registry import enumerations as enums
from transforms.simulation.plan import BLOCK_DISPUTES, FACTORS, SimulationPlan
from transforms.simulation.seeds import Flags, Floats, Integers, Stream, generator
from transforms.simulation.world import World, opening_times

BUYER, SELLER = 0, 1
EVIDENCE, RULES, TONE, REPUTATION = range(len(FACTORS))
CATEGORIES = enums.CATEGORY.values
CLAIMS = enums.CLAIM.values
# Codes of how a dispute ends: the ruled outcomes in their order, the other endings, still open.
ENDINGS: tuple[str | None, ...] = (*enums.RULED_OUTCOMES, "settled", "withdrawn", "expired", None)
SELLER_WINS, PARTIAL, BUYER_WINS, SETTLED, WITHDRAWN, EXPIRED, OPEN = range(len(ENDINGS))

_HOURS_SIGMA = 0.8
_SHORTEST_HOURS = 2.0
_FULL_CLAIM_SHARE = 0.75
_CATEGORY_WEIGHTS = {"digital_3c": 24, "luxury": 6, "appliances": 8, "apparel": 16, "beauty": 7, "home": 7,
                     "books_media": 5, "toys_hobby": 8, "sports": 6, "mother_baby": 5, "vehicles": 2, "virtual": 4,
                     "other": 2}  # fmt: skip
_CLAIM_WEIGHTS = {"not_as_described": 34, "functional_fault": 20, "counterfeit": 9, "damaged_in_transit": 9,
                  "missing_parts": 7, "not_received": 9, "changed_mind": 12}  # fmt: skip
# How much likelier a claim is in a category than elsewhere.
_CLAIM_LIFT = {
    ("digital_3c", "functional_fault"): 2.2,
    ("appliances", "functional_fault"): 2.0,
    ("vehicles", "functional_fault"): 2.0,
    ("luxury", "counterfeit"): 4.0,
    ("beauty", "counterfeit"): 2.5,
    ("sports", "counterfeit"): 1.6,
    ("virtual", "not_received"): 4.0,
    ("virtual", "damaged_in_transit"): 0.01,
    ("virtual", "missing_parts"): 0.05,
    ("toys_hobby", "missing_parts"): 2.0,
    ("books_media", "functional_fault"): 0.2,
    ("apparel", "functional_fault"): 0.05,
    ("apparel", "changed_mind"): 1.8,
}
_LOG_PRICE = {"digital_3c": 6.8, "luxury": 7.6, "appliances": 6.2, "apparel": 4.6, "beauty": 4.8, "home": 5.0,
              "books_media": 3.6, "toys_hobby": 5.2, "sports": 5.5, "mother_baby": 4.9, "vehicles": 7.9, "virtual": 4.0,
              "other": 4.8}  # fmt: skip
_LOG_PRICE_SIGMA = 0.8
# Some prices end in .90.
_DISCOUNTED_SHARE, _DISCOUNT_CENTS = 0.3, 10


@dataclass(frozen=True)
class _Case:
    """What n disputes are about, before anybody's merits.

    Attributes:
        category: Codes into `CATEGORIES`.
        claim: Codes into `CLAIMS`.
        price_cents: Price of the item in 0.01 CNY.
        claimed_cents: Amount claimed in 0.01 CNY.
        opened: Epoch seconds.
        is_jury: Whether a jury decides.
        decider: Agent or panel, from 0.
    """

    category: Integers
    claim: Integers
    price_cents: Integers
    claimed_cents: Integers
    opened: Integers
    is_jury: Flags
    decider: Integers


@dataclass(frozen=True)
class Latent(_Case):
    """The latent truth of n disputes; axis 0 of `side` is the party, axis 1 the factor.

    Attributes:
        index: Numbers of the disputes, from 0.
        buyer: Buyers, from 0.
        seller: Sellers, from 0.
        closed: Epoch seconds of the end of the dispute; the end of the export for open ones.
        side: Latent quality of shape (2, 4, n), standard normal.
        advantage: Buyer minus seller over the square root of 2, of shape (4, n).
        linear: The systematic part of the latent outcome, seller and decider included.
        outcome_latent: `linear` plus standard logistic noise.
        ending: Codes into `ENDINGS`.
    """

    index: Integers
    buyer: Integers
    seller: Integers
    closed: Integers
    side: Floats
    advantage: Floats
    linear: Floats
    outcome_latent: Floats
    ending: Integers

    @property
    def is_ruled(self) -> Flags:
        """Whether somebody decided."""
        return np.asarray(self.ending <= BUYER_WINS)

    @property
    def is_open(self) -> Flags:
        """Whether the dispute was open at the end of the export."""
        return np.asarray(self.ending == OPEN)


def draw_latent(world: World, block: int) -> Latent:
    """Draws the latent truth of one block.

    Args:
        world: What all blocks share.
        block: Number of the block, from 0.

    Returns:
        The latent truth; at most `BLOCK_DISPUTES` disputes.
    """
    plan = world.plan
    rng = generator(plan.seed, Stream.LATENT, block)
    index = np.arange(block * BLOCK_DISPUTES, min(plan.disputes, (block + 1) * BLOCK_DISPUTES))
    case = _draw_case(world, index, rng)
    side = _draw_sides(world, index, rng)
    closed = case.opened + _duration_seconds(plan, side[BUYER, REPUTATION], rng)
    advantage = (side[BUYER] - side[SELLER]) / np.sqrt(2.0)
    month = np.clip(np.searchsorted(world.month_starts, closed, side="right") - 1, 0, plan.months - 1)
    linear = _planted(plan, side, advantage, case.category, month) + _by_name(CLAIMS, plan.claim_effects)[case.claim]
    linear += world.seller_effect[world.seller_of[index]]
    linear += np.where(case.is_jury, 0.0, world.decider_effect[case.decider])
    outcome_latent = linear + rng.logistic(size=len(index))
    return Latent(
        **vars(case),
        index=index,
        buyer=world.buyer_of[index],
        seller=world.seller_of[index],
        closed=np.minimum(closed, world.end),
        side=side,
        advantage=advantage,
        linear=linear,
        outcome_latent=outcome_latent,
        ending=_endings(plan, outcome_latent, closed >= world.end, rng.random(len(index))),
    )


def _draw_case(world: World, index: Integers, rng: np.random.Generator) -> _Case:
    """What the disputes are about, when they were opened and who is to decide."""
    count = len(index)
    category = _choose(_weights(CATEGORIES, _CATEGORY_WEIGHTS)[None, :], np.zeros(count, np.int64), rng)
    claim = _choose(_claim_weights(), category, rng)
    price = np.exp(_by_name(CATEGORIES, _LOG_PRICE)[category] + _LOG_PRICE_SIGMA * rng.standard_normal(count))
    price_cents = np.maximum(np.round(price), 1.0).astype(np.int64) * 100
    price_cents -= _DISCOUNT_CENTS * (rng.random(count) < _DISCOUNTED_SHARE)
    claimed = np.where(rng.random(count) < _FULL_CLAIM_SHARE, 1.0, rng.uniform(0.2, 0.95, count))
    return _Case(
        category=category,
        claim=claim,
        price_cents=price_cents,
        claimed_cents=np.maximum((price_cents * claimed).astype(np.int64), 1),
        opened=opening_times(world, index, rng.random((3, count))),
        is_jury=rng.random(count) < world.plan.jury_share,
        decider=rng.integers(0, len(world.decider_effect), count),
    )


def _draw_sides(world: World, index: Integers, rng: np.random.Generator) -> Floats:
    """Latent quality of shape (2, 4, n): independent, but reputation belongs to the user."""
    side = rng.standard_normal((2, len(FACTORS), len(index)))
    side[BUYER, REPUTATION] = world.buyer_reputation[world.buyer_of[index]]
    side[SELLER, REPUTATION] = world.seller_reputation[world.seller_of[index]]
    return side


def _planted(plan: SimulationPlan, side: Floats, advantage: Floats, category: Integers, month: Integers) -> Floats:
    """The planted effects of factors, category and policy on the latent outcome (proportional odds, McCullagh 1980)."""
    after = np.zeros(len(month), np.bool_) if plan.policy is None else month >= plan.policy.month
    total = _by_name(CATEGORIES, plan.category_effects)[category]
    if plan.policy is not None:
        total = total + plan.policy.shift * after
    for position, factor in enumerate(FACTORS):
        slope = np.full(len(month), plan.coefficients.of(factor))
        if plan.policy is not None and plan.policy.factor == factor:
            slope = np.where(after, plan.policy.coefficient, slope)
        if plan.reversal is not None and plan.reversal.factor == factor:
            slope = np.where(category == CATEGORIES.index(plan.reversal.category), -slope, slope)
        total = total + slope * advantage[position]
    trusted = side[:, REPUTATION] * side[:, EVIDENCE]
    total = total + plan.trust * (trusted[BUYER] - trusted[SELLER]) / np.sqrt(2.0)
    return np.asarray(total + plan.advantage_interaction * advantage[REPUTATION] * advantage[EVIDENCE])


def _endings(plan: SimulationPlan, outcome_latent: Floats, is_open: Flags, draws: Floats) -> Integers:
    """The ruled outcome by the cut points, unless the dispute ended otherwise."""
    ending = np.searchsorted(np.array(plan.cut_points), outcome_latent).astype(np.int64)
    shares = (plan.closed.settled, plan.closed.withdrawn, plan.closed.expired)
    for code, threshold in zip((EXPIRED, WITHDRAWN, SETTLED), np.cumsum(shares)[::-1], strict=True):
        ending = np.where(draws < threshold, code, ending)
    return np.asarray(np.where(is_open, OPEN, ending), dtype=np.int64)


def _duration_seconds(plan: SimulationPlan, buyer_reputation: Floats, rng: np.random.Generator) -> Integers:
    """Time from opening to the end: log-normal, shorter for buyers of high reputation."""
    log_hours = np.log(plan.median_hours) + _HOURS_SIGMA * rng.standard_normal(len(buyer_reputation))
    hours = np.maximum(np.exp(log_hours + plan.credit_speed * buyer_reputation), _SHORTEST_HOURS)
    return np.asarray(hours * 3600, dtype=np.int64)


def _by_name(names: tuple[str, ...], values: Mapping[str, float]) -> Floats:
    return np.array([values.get(name, 0.0) for name in names], dtype=np.float64)


def _weights(names: tuple[str, ...], weights: Mapping[str, int]) -> Floats:
    return np.array([weights[name] for name in names], dtype=np.float64)


def _claim_weights() -> Floats:
    """Relative frequency of each claim in each category."""
    base = _weights(CLAIMS, _CLAIM_WEIGHTS)
    lifted = np.tile(base, (len(CATEGORIES), 1))
    for (category, claim), lift in _CLAIM_LIFT.items():
        lifted[CATEGORIES.index(category), CLAIMS.index(claim)] *= lift
    return lifted


def _choose(weights: Floats, row: Integers, rng: np.random.Generator) -> Integers:
    """Draws one column for each given row of a table of weights."""
    cdf = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    return choose_by_cdf(cdf, row, rng.random(len(row)))


def choose_by_cdf(cdf: Floats, row: Integers, draws: Floats) -> Integers:
    """Draws a column for each row number by the inverse of its cumulative distribution.

    Args:
        cdf: Cumulative probabilities of shape (rows, columns).
        row: Row number of each draw.
        draws: Uniform numbers.

    Returns:
        Column numbers.
    """
    chosen = np.zeros(len(row), dtype=np.int64)
    for column in range(cdf.shape[1] - 1):
        chosen += draws >= cdf[row, column]
    return chosen
