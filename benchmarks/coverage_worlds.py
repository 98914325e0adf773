"""Simulated rulings of sellers who come back, with known effects, for the benchmark of intervals.

The latent outcome is the linear predictor plus a logistic error. Errors of one seller are tied by a Gaussian copula, so
that the proportional-odds model holds exactly for the population: coefficients are known, and all other truths follow
from a large population without sellers.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.specs import OUTCOMES

#: Log odds per unit: of disputes, of sellers, and what has no effect at all.
EVIDENCE, RULES, TONE, REPUTATION, EVIDENCE_REPUTATION = 0.6, 0.0, 0.0, 0.3, 0.2
SHOWN, ESTABLISHED = 0.5, 0.4
#: Log odds and share of each category; the first is always the most frequent, with which models compare.
CATEGORIES = {"apparel": 0.0, "digital_3c": 0.3, "luxury": -0.3}
SHARES = (0.5, 0.25, 0.25)
THRESHOLDS = (-0.3, 0.6)
SHARE_SHOWN, SHARE_ESTABLISHED = 0.15, 0.5
DESIGN_EFFECT = 5.0
#: Shape of the Pareto distribution of sellers' sizes: few big, many small.
SHAPE = 1.2
MONTHS = tuple(f"2025-{number:02}" for number in range(1, 9))
POPULATION = 1_000_000


@dataclass(frozen=True)
class Setting:
    """How many sellers share how many disputes."""

    n_sellers: int
    n: int

    @property
    def sizes(self) -> Integers:
        """Disputes of each seller: quantiles of a Pareto distribution, at least 1."""
        quantiles = (1 - (np.arange(self.n_sellers) + 0.5) / self.n_sellers) ** (-1 / SHAPE)
        return np.asarray(np.maximum(1, np.round(quantiles / quantiles.sum() * self.n)), dtype=np.int64)

    @property
    def likeness(self) -> float:
        """Correlation of the latent errors of a seller at which the design effect of a share is as wanted."""
        sizes = self.sizes
        of_outcomes = (DESIGN_EFFECT - 1) / (float(sizes @ sizes) / float(sizes.sum()) - 1)
        # a yes or no at the median is correlated 2 / pi * arcsin(latent correlation)
        return math.sin(math.pi / 2 * min(of_outcomes, 1.0))


SETTINGS = (Setting(40, 2_000), Setting(100, 2_500), Setting(400, 4_000), Setting(2_000, 6_000))


def draw(setting: Setting, seed: int) -> pl.DataFrame:
    """One world.

    Args:
        setting: Sellers and disputes.
        seed: The same seed gives the same world.

    Returns:
        Ruled disputes with the columns that the statistics read. Evidence and rules belong to the dispute, tone and
        reputation to the seller; rules and tone have no effect.
    """
    rng = np.random.default_rng([setting.n_sellers, seed])
    seller = np.repeat(np.arange(setting.n_sellers), setting.sizes)
    of_seller = rng.normal(size=setting.n_sellers)[seller]
    normal = math.sqrt(setting.likeness) * of_seller + math.sqrt(1 - setting.likeness) * rng.normal(size=seller.size)
    uniform = np.clip(_normal_distribution(normal), 1e-12, 1 - 1e-12)
    return _rulings(seller, setting.n_sellers, np.log(uniform / (1 - uniform)), rng)


@cache
def population() -> pl.DataFrame:
    """Very many rulings, each of its own seller: what a world would say if it were large enough."""
    rng = np.random.default_rng(20_251)
    return _rulings(np.arange(POPULATION), POPULATION, rng.logistic(size=POPULATION), rng)


def _rulings(seller: Integers, n_sellers: int, error: Floats, rng: np.random.Generator) -> pl.DataFrame:
    n = seller.size
    evidence, rules = rng.normal(size=(2, n))
    tone, reputation = rng.normal(size=(2, n_sellers))[:, seller]
    shown = rng.random(n) < SHARE_SHOWN
    established = (rng.random(n_sellers) < SHARE_ESTABLISHED)[seller]
    category = rng.choice(len(CATEGORIES), n, p=SHARES)
    month = rng.integers(0, len(MONTHS), n)
    opened = np.array([f"{month}-10" for month in MONTHS], dtype="datetime64[us]")[month]
    flags = (shown.astype(np.float64), established.astype(np.float64))
    eta = linear_predictor(evidence, reputation, *flags, np.array([*CATEGORIES.values()])[category])
    return pl.DataFrame(
        {
            "dispute_id": np.char.mod("D%07d", np.arange(n)) if n < POPULATION else np.arange(n),
            "seller_id": np.char.mod("S%07d", seller) if n < POPULATION else seller,
            "outcome": np.array(OUTCOMES)[np.digitize(eta + error, THRESHOLDS)],
            "category": np.array([*CATEGORIES])[category],
            "claim": np.array(["counterfeit", "not_received"])[rng.integers(0, 2, n)],
            "month": np.array(MONTHS)[month],
            "opened_at": opened,
            "ruled_at": opened + np.timedelta64(2, "D"),
            "decided_by": np.array(["agent", "jury"])[rng.integers(0, 2, n)],
            "item_price_cny": np.exp(rng.normal(5, 1, n)),
            "evidence_advantage": evidence,
            "rules_advantage": rules,
            "tone_advantage": tone,
            "reputation_advantage": reputation,
            "shown": shown,
            "established": established,
        }
    ).with_columns(pl.col("opened_at", "ruled_at").dt.replace_time_zone("UTC"))


def linear_predictor(evidence: Floats, reputation: Floats, shown: Floats, established: Floats, other: Floats) -> Floats:
    """The systematic part of the latent outcome."""
    product = EVIDENCE_REPUTATION * evidence * reputation
    return EVIDENCE * evidence + REPUTATION * reputation + product + SHOWN * shown + ESTABLISHED * established + other


def _normal_distribution(values: Floats) -> Floats:
    from scipy.special import ndtr  # noqa: PLC0415 - as everywhere, late

    return np.asarray(ndtr(values))
