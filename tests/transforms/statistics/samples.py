"""Simulated disputes for the tests of the statistics."""

import numpy as np
import polars as pl

from transforms.statistics.clusters import Floats
from transforms.statistics.specs import OUTCOMES


def disputes(n: int = 2_000, n_sellers: int = 120, seed: int = 1, likeness: float = 0.7) -> pl.DataFrame:
    """Ruled disputes whose sellers differ: evidence 0.8 per SD, rules 0.4, tone 0, reputation 0.2 (by seller)."""
    rng = np.random.default_rng(seed)
    seller = np.minimum((rng.pareto(1.5, n) * n_sellers / 8).astype(np.int64), n_sellers - 1)
    reputation = rng.normal(size=n_sellers)[seller]
    evidence, rules, tone = rng.normal(size=(3, n))
    category, claim, month = (rng.integers(0, levels, n) for levels in (4, 3, 5))
    eta = 0.8 * evidence + 0.4 * rules + 0.2 * reputation + 0.3 * (category == 1)
    eta += likeness * rng.normal(size=n_sellers)[seller]
    code = np.digitize(eta + rng.logistic(size=n), [-0.5, 0.7])
    advantages = {"evidence": evidence / 4, "rules": rules / 5, "tone": tone / 6, "reputation": reputation / 7}
    return pl.DataFrame(
        {
            "dispute_id": [f"D{number:06d}" for number in rng.permutation(n)],
            "seller_id": [f"S{number}" for number in seller],
            "outcome": np.array(OUTCOMES)[code],
            "category": np.array(["digital_3c", "luxury", "apparel", "home"])[category],
            "claim": np.array(["not_as_described", "counterfeit", "not_received"])[claim],
            "month": np.array([f"2025-{number:02d}" for number in range(1, 6)])[month],
            "item_price_cny": rng.lognormal(5, 1, n).round(2),
            **{f"{name}_advantage": advantage.round(4) for name, advantage in advantages.items()},
            "overall_advantage": ((evidence + rules + tone + reputation) / 20).round(4),
            **_sides(advantages, seed),
        }
    )


def _sides(advantages: dict[str, Floats], seed: int) -> dict[str, Floats]:
    """Scores of both sides whose difference is the advantage."""
    rng = np.random.default_rng(seed + 1_000_000)
    sides: dict[str, Floats] = {}
    for name, advantage in advantages.items():
        middle = rng.normal(scale=0.1, size=advantage.size)
        sides |= {f"buyer_{name}": middle + advantage.round(4) / 2, f"seller_{name}": middle - advantage.round(4) / 2}
    return sides
