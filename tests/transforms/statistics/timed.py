"""Simulated disputes with times: months, a change of policy or of an effect, wandering and case mix."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl

from transforms.statistics.specs import OUTCOMES

_DAY = 86_400


@dataclass(frozen=True)
class World:
    """What is planted.

    Attributes:
        n: Disputes.
        sellers: Sellers, few of them large.
        months: Months from 2024-01.
        effects: Of evidence, rules, tone and reputation (the seller's own) per standard deviation.
        likeness: Standard deviation of a seller's own effect.
        shift: Month from which on rulings favour the buyer by 0.6 more.
        is_blip: Whether that is for one month only.
        effect_change: Month from which on evidence counts 0.3.
        mix_change: Month from which on buyers bring better evidence, and categories are others.
        wandering: Standard deviation of each month's own effect.
    """

    n: int = 6_000
    sellers: int = 400
    months: int = 12
    effects: tuple[float, float, float, float] = (0.8, 0.5, 0.3, 0.2)
    likeness: float = 0.5
    shift: int | None = None
    is_blip: bool = False
    effect_change: int | None = None
    mix_change: int | None = None
    wandering: float = 0.0


def timed_disputes(world: World, seed: int = 1) -> pl.DataFrame:
    """Ruled disputes of some months, with everything that the estimates read."""
    rng = np.random.default_rng(seed)
    n, month = world.n, rng.integers(0, world.months, world.n)
    weights = rng.pareto(1.5, world.sellers) + 1
    weights = np.minimum(weights / weights.sum(), 0.05)
    seller = rng.choice(world.sellers, n, p=weights / weights.sum())
    factors = rng.normal(size=(4, n))
    factors[3] = rng.normal(size=world.sellers)[seller]
    category = rng.integers(0, 6, n)
    if world.mix_change is not None:
        is_later = month >= world.mix_change
        factors[0] += 0.8 * is_later
        category = np.where(is_later & (rng.random(n) < 0.4), 1, category)
    effects = np.repeat(np.array(world.effects)[:, None], n, axis=1)
    if world.effect_change is not None:
        effects[0, month >= world.effect_change] = 0.3
    latent = (effects * factors).sum(axis=0) + 0.6 * (category == 1)
    latent += world.likeness * rng.normal(size=world.sellers)[seller]
    latent += world.wandering * rng.normal(size=world.months)[month]
    if world.shift is not None:
        latent += 0.6 * (month == world.shift if world.is_blip else month >= world.shift)
    code = np.digitize(latent + rng.logistic(size=n), [-0.5, 0.7])
    starts = np.array([_start(number) for number in range(world.months)])
    ruled = starts[month] + rng.integers(0, 27 * _DAY, n)
    hours = rng.lognormal(3.0, 0.5, n)
    return pl.DataFrame(
        {
            "dispute_id": [f"D{number:06d}" for number in rng.permutation(n)],
            "seller_id": [f"S{number}" for number in seller],
            "outcome": np.array(OUTCOMES)[code],
            "category": [f"category {number}" for number in category],
            "claim": [f"claim {number}" for number in rng.integers(0, 4, n)],
            "item_price_cny": rng.lognormal(5, 1, n).round(2),
            "ruled_at": ruled,
            "opened_at": ruled - (hours * 3600).astype(np.int64),
            "month": [f"{2024 + number // 12}-{number % 12 + 1:02d}" for number in month],
            "evidence_advantage": (factors[0] / 4).round(4),
            "rules_advantage": (factors[1] / 5).round(4),
            "tone_advantage": (factors[2] / 6).round(4),
            "reputation_advantage": (factors[3] / 7).round(4),
            "overall_advantage": (factors.sum(axis=0) / 20).round(4),
        }
    ).with_columns(pl.from_epoch(pl.col("ruled_at", "opened_at"), "s").dt.replace_time_zone("UTC"))


def _start(number: int) -> int:
    return int(datetime(2024 + number // 12, number % 12 + 1, 2, tzinfo=UTC).timestamp())
