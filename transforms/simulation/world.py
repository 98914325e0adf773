"""What all blocks share: who sells how much, every user's latent reputation, and who takes part in which dispute."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from transforms.simulation.plan import BLOCK_DISPUTES, SimulationPlan
from transforms.simulation.seeds import Floats, Integers, Stream, generator

SHANGHAI_OFFSET_SECONDS = 8 * 3600
DAY_SECONDS = 86_400
_BUYER_SKEW = 1.4
_BISECTIONS = 80
_DISPUTES_PER_DECIDER = 400
_FEWEST_DECIDERS = 12
_GROWTH_PER_MONTH = 0.02
_SEASON = 0.12
# Relative number of applications by hour of the day, Asia/Shanghai.
_HOUR_WEIGHTS = (4, 2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 12, 11, 11, 11, 11, 11, 11, 11, 13, 15, 15, 12, 8)


@dataclass(frozen=True)
class World:
    """The fixed surroundings of a simulation.

    Attributes:
        plan: The plan.
        seller_effect: Effect of each seller on the latent outcome, log odds.
        seller_reputation: Latent reputation of each seller, standard normal.
        buyer_reputation: Latent reputation of each buyer, standard normal.
        decider_effect: Effect of each agent, log odds.
        seller_of: Seller of each dispute, counted from 0.
        buyer_of: Buyer of each dispute, counted from 0.
        seller_last: For each seller the number of its last dispute, -1 without one.
        buyer_last: The same for each buyer.
        month_starts: Epoch seconds of the start of each month, the end of the export included.
        month_cdf: Share of disputes opened before each of them.
    """

    plan: SimulationPlan
    seller_effect: Floats
    seller_reputation: Floats
    buyer_reputation: Floats
    decider_effect: Floats
    seller_of: Integers
    buyer_of: Integers
    seller_last: Integers
    buyer_last: Integers
    month_starts: Integers
    month_cdf: Floats

    @property
    def end(self) -> int:
        """The moment of the last export, in epoch seconds."""
        return int(self.month_starts[-1])


def build_world(plan: SimulationPlan) -> World:
    """Draws what all blocks share.

    Args:
        plan: The plan.

    Returns:
        The world; a few numbers per user and dispute, about 30 bytes per dispute.
    """
    sellers = generator(plan.seed, Stream.SELLERS)
    buyers = generator(plan.seed, Stream.BUYERS)
    deciders = generator(plan.seed, Stream.DECIDERS)
    seller_of, buyer_of = _assign(plan)
    decider_count = max(_FEWEST_DECIDERS, plan.disputes // _DISPUTES_PER_DECIDER)
    return World(
        plan=plan,
        seller_effect=plan.seller_effect_sd * sellers.standard_normal(plan.seller_count),
        seller_reputation=sellers.standard_normal(plan.seller_count),
        buyer_reputation=buyers.standard_normal(plan.buyer_count),
        decider_effect=plan.decider_effect_sd * deciders.standard_normal(decider_count),
        seller_of=seller_of,
        buyer_of=buyer_of,
        seller_last=_last_dispute(seller_of, plan.seller_count),
        buyer_last=_last_dispute(buyer_of, plan.buyer_count),
        month_starts=_month_starts(plan),
        month_cdf=_month_cdf(plan),
    )


def seller_shares(plan: SimulationPlan) -> Floats:
    """Returns each seller's expected share of the disputes: a Zipf law with a ceiling.

    The ceiling keeps the design effect 1 + (sum of squared sizes / sum of sizes - 1) * ICC (Kish 1965) from growing
    with the number of disputes.

    Args:
        plan: The plan.

    Returns:
        Shares that sum to 1, in descending order.
    """
    zipf = np.arange(1, plan.seller_count + 1, dtype=np.float64) ** -plan.seller_exponent
    ceiling = max(plan.largest_seller, plan.disputes / plan.seller_count) / plan.disputes
    low, high = 0.0, 1.0 / float(zipf[-1])
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if np.minimum(ceiling, middle * zipf).sum() < 1.0:
            low = middle
        else:
            high = middle
    shares = np.minimum(ceiling, high * zipf)
    return np.asarray(shares / shares.sum(), dtype=np.float64)


def _assign(plan: SimulationPlan) -> tuple[Integers, Integers]:
    """Draws seller and buyer of each dispute, block by block."""
    seller_cdf = np.cumsum(seller_shares(plan))
    seller_of = np.empty(plan.disputes, dtype=np.int64)
    buyer_of = np.empty(plan.disputes, dtype=np.int64)
    for block in range(plan.blocks):
        rows = slice(block * BLOCK_DISPUTES, min(plan.disputes, (block + 1) * BLOCK_DISPUTES))
        draws = generator(plan.seed, Stream.ASSIGNMENT, block).random((2, BLOCK_DISPUTES))[:, : rows.stop - rows.start]
        seller_of[rows] = np.minimum(np.searchsorted(seller_cdf, draws[0], side="right"), plan.seller_count - 1)
        buyer_of[rows] = (plan.buyer_count * draws[1] ** _BUYER_SKEW).astype(np.int64)
    return seller_of, buyer_of


def _last_dispute(user_of: Integers, users: int) -> Integers:
    last = np.full(users, -1, dtype=np.int64)
    np.maximum.at(last, user_of, np.arange(len(user_of)))
    return last


def _month_starts(plan: SimulationPlan) -> Integers:
    starts = [plan.month_start(month) for month in range(plan.months + 1)]
    seconds = [int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) for day in starts]
    return np.array(seconds, dtype=np.int64) - SHANGHAI_OFFSET_SECONDS


def _month_cdf(plan: SimulationPlan) -> Floats:
    """Share of disputes before each month: slow growth and a yearly season."""
    month = np.arange(plan.months)
    calendar = (plan.first_month.month - 1 + month) / 12
    weights = (1 + _GROWTH_PER_MONTH * month) * (1 + _SEASON * np.sin(2 * np.pi * calendar))
    return np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])


def opening_times(world: World, index: Integers, draws: Floats) -> Integers:
    """Draws when disputes were opened, in the order of their numbers up to the day.

    Args:
        world: The world.
        index: Numbers of the disputes, from 0.
        draws: Uniform numbers of shape (3, n).

    Returns:
        Epoch seconds, whole.
    """
    place = (index + draws[0]) / world.plan.disputes
    month = np.clip(np.searchsorted(world.month_cdf, place, side="right") - 1, 0, world.plan.months - 1)
    width = world.month_cdf[month + 1] - world.month_cdf[month]
    within = np.clip((place - world.month_cdf[month]) / width, 0.0, 1.0 - 1e-9)
    days = (world.month_starts[month + 1] - world.month_starts[month]) // DAY_SECONDS
    hour_cdf = np.cumsum(_HOUR_WEIGHTS) / sum(_HOUR_WEIGHTS)
    hour = np.minimum(np.searchsorted(hour_cdf, draws[1], side="right"), len(_HOUR_WEIGHTS) - 1)
    day = np.floor(within * days).astype(np.int64)
    seconds: Integers = world.month_starts[month] + day * DAY_SECONDS + hour * 3600 + (draws[2] * 3600).astype(np.int64)
    return seconds
