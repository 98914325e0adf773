"""The disputes table of a block."""

import numpy as np
import polars as pl

from transforms.simulation import latent as lt
from transforms.simulation.columns import dispute_ids, flags, identifiers, labels, money, numbers, timestamps
from transforms.simulation.latent import BUYER, RULES, SELLER, Latent
from transforms.simulation.plan import SimulationPlan
from transforms.simulation.seeds import Flags, Floats, Integers, Stream, generator, logistic
from transforms.simulation.world import World

USER_DIGITS = 6
_EXPORT_DELAY_SECONDS = 9_000
_VOTES_TO_WIN = 9
_FULL_REFUND_SHARE = 0.88
_SHIPPING_DEDUCTED = 0.92
_OPENED_NULL_FACTOR = 0.3
# Procedure kept: party, intercept and slope of the log odds on that party's latent rules.
_PROCEDURE = {
    "paid_on_platform": (BUYER, 3.0, 0.9),
    "applied_in_window": (BUYER, 2.0, 1.0),
    "negotiated_first": (BUYER, 1.0, 1.0),
    "shipped_on_time": (SELLER, 1.4, 1.0),
}
_NULLABLE = ("category", "claim", "item_price_cny", "claimed_cny", "opened_at", "decider_id", *_PROCEDURE)


def exported_times(world: World, truth: Latent) -> Integers:
    """Returns when each dispute was exported last: early on the first day after the month in which it ended."""
    month = np.searchsorted(world.month_starts, truth.closed, side="right")
    return world.month_starts[np.minimum(month, world.plan.months)] + _EXPORT_DELAY_SECONDS


def disputes_frame(world: World, truth: Latent, block: int) -> pl.DataFrame:
    """Writes down the disputes of a block.

    Args:
        world: What all blocks share.
        truth: Latent truth of the block.
        block: Number of the block.

    Returns:
        The contract's columns, one row per dispute, in the order of their numbers.
    """
    plan = world.plan
    rng = generator(plan.seed, Stream.DISPUTES, block)
    missing = _missing(plan, truth, block)
    refunded = np.floor(truth.claimed_cents * _refund_ratio(plan, truth, rng)).astype(np.int64)
    votes_buyer, votes_seller = _votes(plan, truth, rng)
    unruled, no_jury = ~truth.is_ruled, ~(truth.is_ruled & truth.is_jury)
    columns = {
        "dispute_id": dispute_ids(truth.index),
        "exported_at": timestamps(exported_times(world, truth)),
        "order_id": identifiers("O", (truth.index + 1) * 7919 % 10**12, 12),
        "opened_at": timestamps(truth.opened, missing["opened_at"]),
        "ruled_at": timestamps(truth.closed, truth.is_open),
        "category": labels(lt.CATEGORIES, truth.category, missing["category"]),
        "claim": labels(lt.CLAIMS, truth.claim, missing["claim"]),
        "item_price_cny": money(truth.price_cents, missing["item_price_cny"]),
        "claimed_cny": money(truth.claimed_cents, missing["claimed_cny"]),
        "refunded_cny": money(refunded, truth.is_open),
        "buyer_id": identifiers("B", truth.buyer + 1, USER_DIGITS),
        "seller_id": identifiers("S", truth.seller + 1, USER_DIGITS),
        "outcome": labels(lt.ENDINGS, truth.ending),
        "decided_by": labels(("agent", "jury"), truth.is_jury.astype(np.int64), unruled),
        "decider_id": _decider_ids(truth, missing["decider_id"] | unruled),
        "votes_buyer": numbers(votes_buyer, no_jury),
        "votes_seller": numbers(votes_seller, no_jury),
    }
    return pl.DataFrame(columns | _procedure(truth, missing, rng))


def _missing(plan: SimulationPlan, truth: Latent, block: int) -> dict[str, Flags]:
    """Which optional values are not recorded; the opening only where the end is known."""
    draws = generator(plan.seed, Stream.NULLS, block).random((len(_NULLABLE), len(truth.index)))
    missing = {name: draws[position] < plan.nulls.field for position, name in enumerate(_NULLABLE)}
    opened = draws[_NULLABLE.index("opened_at")] < plan.nulls.field * _OPENED_NULL_FACTOR
    return missing | {"opened_at": opened & ~truth.is_open}


def _refund_ratio(plan: SimulationPlan, truth: Latent, rng: np.random.Generator) -> Floats:
    """Share of the claimed amount that was refunded; a partial ruling gives more the nearer it was to a full one."""
    count = len(truth.index)
    low, high = plan.cut_points
    place = np.clip((truth.outcome_latent - low) / (high - low), 0.0, 1.0)
    full = np.where(rng.random(count) < _FULL_REFUND_SHARE, 1.0, _SHIPPING_DEDUCTED)
    ratio = np.zeros((len(lt.ENDINGS), count))
    ratio[lt.PARTIAL] = 0.2 + 0.6 * place
    ratio[lt.BUYER_WINS] = full
    ratio[lt.SETTLED] = rng.uniform(0.2, 0.9, count)
    return np.asarray(ratio[truth.ending, np.arange(count)])


def _votes(plan: SimulationPlan, truth: Latent, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Votes of a jury of 17: the first side to nine wins, and a partial ruling is a near thing."""
    middle = sum(plan.cut_points) / 2
    distance = np.abs(truth.outcome_latent - middle)
    loser = rng.binomial(_VOTES_TO_WIN - 1, 0.8 * np.exp(-distance / 3.0))
    loser = np.where(truth.ending == lt.PARTIAL, np.maximum(loser, _VOTES_TO_WIN - 2), loser)
    buyer_ahead = truth.outcome_latent >= middle
    return np.where(buyer_ahead, _VOTES_TO_WIN, loser), np.where(buyer_ahead, loser, _VOTES_TO_WIN)


def _decider_ids(truth: Latent, missing: Flags) -> pl.Series:
    agents = identifiers("A", truth.decider + 1, USER_DIGITS)
    panels = identifiers("P", truth.decider + 1, USER_DIGITS)
    ids = panels.zip_with(pl.Series(truth.is_jury), agents)
    return ids.zip_with(pl.Series(~missing), ids.clear(len(ids)))


def _procedure(truth: Latent, missing: dict[str, Flags], rng: np.random.Generator) -> dict[str, pl.Series]:
    """The four procedure flags, likelier kept by a side that keeps the rules."""
    columns = {}
    for name, (party, intercept, slope) in _PROCEDURE.items():
        kept = rng.random(len(truth.index)) < logistic(intercept + slope * truth.side[party, RULES])
        columns[name] = flags(kept, missing[name])
    return columns
