"""Simulated disputes for the tests of the statistics."""

import numpy as np
import polars as pl

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
    return pl.DataFrame(
        {
            "dispute_id": [f"D{number:06d}" for number in rng.permutation(n)],
            "seller_id": [f"S{number}" for number in seller],
            "outcome": np.array(OUTCOMES)[code],
            "category": np.array(["digital_3c", "luxury", "apparel", "home"])[category],
            "claim": np.array(["not_as_described", "counterfeit", "not_received"])[claim],
            "month": np.array([f"2025-{number:02d}" for number in range(1, 6)])[month],
            "item_price_cny": rng.lognormal(5, 1, n).round(2),
            "evidence_advantage": (evidence / 4).round(4),
            "rules_advantage": (rules / 5).round(4),
            "tone_advantage": (tone / 6).round(4),
            "reputation_advantage": (reputation / 7).round(4),
            "overall_advantage": ((evidence + rules + tone + reputation) / 20).round(4),
        }
    )
