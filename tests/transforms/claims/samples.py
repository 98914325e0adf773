"""Simulated ruled disputes with everything that the claims read, and effects planted on the latent outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.claims.columns import otherwise
from transforms.registry.enumerations import CATEGORY, CLAIM, EVIDENCE_KIND, PARTY, RULE
from transforms.registry.facts import alleged, has_kind, proven
from transforms.statistics.specs import CORE_FACTORS, OUTCOMES

Floats = npt.NDArray[np.float64]
Array = npt.NDArray[Any]

FACTORS = tuple(spec.name for spec in CORE_FACTORS)
#: How often a yes or no is yes, where it is not 0.3.
_OFTEN = {"paid_on_platform": 0.9, "applied_in_window": 0.8, "negotiated_first": 0.7, "shipped_on_time": 0.75}
_SELLER_RULES = RULE.values[:6]
#: Step of numeric derivatives, in standard deviations.
STEP = 1e-3


@dataclass(frozen=True)
class World:
    """What is simulated.

    Attributes:
        planted: Log odds by name of a column: per standard deviation of a number, for a yes against no. ``a*b`` is a
            product of two columns, each less its mean where it is a number.
        refund: The same, for the logit of the refunded share of rulings that are partial.
        seller_sd: Standard deviation of the seller's own effect; sellers are of very unequal size.
        thresholds: Where seller_wins ends and buyer_wins begins.
    """

    n: int = 3_000
    n_sellers: int = 250
    seed: int = 1
    planted: Mapping[str, float] = field(default_factory=dict)
    refund: Mapping[str, float] = field(default_factory=dict)
    seller_sd: float = 0.6
    thresholds: tuple[float, float] = (-0.5, 0.5)


@dataclass(frozen=True)
class Drawn:
    """A world with its truth.

    Attributes:
        frame: One row per ruled dispute, ordered by an id that says nothing.
        columns: The same columns before the disputes were put in order.
        linear: What the latent outcome is without noise, sellers included.
        world: What was simulated.
    """

    frame: pl.DataFrame
    columns: Mapping[str, Array]
    linear: Floats
    world: World

    def chances(
        self,
        side: str = "buyer",
        flags: Mapping[str, bool] | None = None,
        moved: Mapping[str, float | Floats] | None = None,
    ) -> Floats:
        """Each dispute's true chance that a side wins, from the formula that was planted and nothing else.

        Args:
            side: ``buyer`` or ``seller``.
            flags: Yes or no by name of a column, in place of what it is.
            moved: By how many standard deviations a number is moved; an advantage follows the scores of its sides, and
                they follow an advantage, each by half: that is where independent sides of equal spread are to be
                found when their difference is known.
        """
        changed = dict(self.columns) | {name: np.full(self.linear.size, flag) for name, flag in (flags or {}).items()}
        for name, by in (moved or {}).items():
            raw = by * self.columns[name].std(ddof=1)
            changed[name] = changed[name] + raw
            party, factor = name.split("_", 1)
            if party in PARTY.values:
                changed[f"{factor}_advantage"] = changed[f"{factor}_advantage"] + raw * (1 if party == "buyer" else -1)
            elif factor == "advantage":
                changed[f"buyer_{party}"] = changed[f"buyer_{party}"] + raw / 2
                changed[f"seller_{party}"] = changed[f"seller_{party}"] - raw / 2
        linear = self.linear + _planted(self.world.planted, changed, self.columns)
        linear -= _planted(self.world.planted, self.columns, self.columns)
        buyer, seller = self.world.thresholds[1] - linear, linear - self.world.thresholds[0]
        return np.asarray(1 / (1 + np.exp(buyer if side == "buyer" else seller)))

    def with_sellers(self, effect: float) -> "Drawn":
        """The same disputes of sellers who all have the same effect on the latent outcome."""
        return replace(self, linear=effect + _planted(self.world.planted, self.columns, self.columns))

    def refunds(self, moved: Mapping[str, float] | None = None) -> Floats:
        """Refund expected of each dispute ruled against the seller, wholly or in part.

        Whole for a buyer who wins; of a partial ruling the mean of the logistic of the lean plus a standard normal,
        by Gauss and Hermite's quadrature.
        """
        by = moved or {}
        buyer, seller = self.chances("buyer", moved=by), self.chances("seller", moved=by)
        changed = dict(self.columns)
        for name, step in by.items():
            changed[name] = changed[name] + step * self.columns[name].std(ddof=1)
        lean = _planted(self.world.refund, changed, self.columns)
        points, weights = np.polynomial.hermite_e.hermegauss(21)
        share = (weights / (1 + np.exp(-(lean[:, None] + points)))).sum(axis=1) / weights.sum()
        return np.asarray(((buyer + (1 - buyer - seller) * share) / (1 - seller))[self.at_fault])

    @property
    def at_fault(self) -> npt.NDArray[np.bool_]:
        """Which disputes were ruled against the seller, wholly or in part."""
        return np.asarray(self.columns["refund_ratio"] > 0)

    def scaled(self, number: str) -> Floats:
        """A number in standard deviations from its mean."""
        return _value(self.columns[number], self.columns[number])

    def change(self, flag: str, side: str = "buyer", among: npt.NDArray[np.bool_] | None = None) -> float:
        """True change of a side's chance to win, in percentage points, when a yes or no turns to yes."""
        change = self.chances(side, {flag: True}) - self.chances(side, {flag: False})
        return 100 * float((change if among is None else change[among]).mean())

    def slope(self, number: str, side: str = "buyer", among: npt.NDArray[np.bool_] | None = None) -> float:
        """True derivative of a side's chance to win, in percentage points per standard deviation."""
        change = self.chances(side, moved={number: STEP}) - self.chances(side, moved={number: -STEP})
        return 100 * float((change if among is None else change[among]).mean()) / (2 * STEP)


def draw(world: World) -> pl.DataFrame:
    """One row per ruled dispute, ordered by an id that says nothing."""
    return simulate(world).frame


def simulate(world: World) -> Drawn:
    """Draw a world."""
    rng = np.random.default_rng(world.seed)
    sizes = 1 / np.arange(1, world.n_sellers + 1) ** 0.8
    seller = rng.choice(world.n_sellers, world.n, p=sizes / sizes.sum())
    columns = _scores(rng, world.n, seller) | _facts(rng, world.n, seller) | _context(rng, world.n)
    linear = world.seller_sd * rng.normal(size=world.n_sellers)[seller]
    linear += _planted(world.planted, columns, columns)
    code = np.digitize(linear + rng.logistic(size=world.n), world.thresholds)
    lean = _planted(world.refund, columns, columns)
    share = 1 / (1 + np.exp(-(lean + rng.normal(size=world.n))))
    columns["refund_ratio"] = np.where(code == 2, 1.0, np.where(code == 1, share, 0.0)).round(6)
    frame = pl.DataFrame(columns).with_columns(
        pl.Series("dispute_id", [f"D{number:08d}" for number in rng.permutation(world.n)]),
        pl.Series("seller_id", [f"S{number:06d}" for number in seller]),
        pl.Series("outcome", np.array(OUTCOMES)[code]),
    )
    return Drawn(frame.sort("dispute_id"), columns, linear, world)


def draw_disputes(ruled: pl.DataFrame, speed: float = 0.0, seed: int = 1) -> pl.DataFrame:
    """The same disputes with their hours to the ruling, a fifth of them censored.

    Args:
        ruled: The disputes.
        speed: Log time ratio per standard deviation of the buyer's reputation.
        seed: Of the durations.
    """
    rng = np.random.default_rng(seed)
    reputation = ruled["buyer_reputation"].to_numpy()
    scaled = np.zeros(ruled.height)
    if ruled.height and reputation.min() < reputation.max():
        scaled = (reputation - reputation.mean()) / reputation.std(ddof=1)
    hours = np.exp(4 + speed * scaled + 0.8 * rng.normal(size=ruled.height))
    until = np.exp(rng.normal(5, 1, ruled.height))
    return ruled.with_columns(
        hours_to_close=pl.Series(np.minimum(hours, until)), is_closed_by_ruling=pl.Series(hours < until)
    )


def _planted(effects: Mapping[str, float], columns: Mapping[str, Array], scale: Mapping[str, Array]) -> Floats:
    """What planted effects add up to for each dispute.

    Args:
        effects: Log odds by name, or by a product of two names.
        columns: The columns, changed or not.
        scale: The columns whose means and standard deviations numbers are measured in.
    """
    total = np.zeros(next(iter(columns.values())).size)
    for name, effect in effects.items():
        total += effect * np.prod([_value(columns[each], scale[each]) for each in name.split("*")], axis=0)
    return total


def _value(column: Array, scale: Array) -> Floats:
    """What a planted effect multiplies."""
    numbers: Floats = column.astype(np.float64)
    if scale.dtype == np.bool_:
        return numbers
    return np.asarray((numbers - scale.mean()) / scale.std(ddof=1))


def _scores(rng: np.random.Generator, n: int, seller: npt.NDArray[np.int64]) -> dict[str, Array]:
    """Scores of both sides; the seller's reputation is the seller's own."""
    columns: dict[str, Array] = {}
    for factor in FACTORS:
        sides = np.clip(0.5 + 0.15 * rng.normal(size=(2, n)), 0, 1).round(4)
        if factor == "reputation":
            sides[1] = np.clip(0.5 + 0.15 * rng.normal(size=seller.max() + 1), 0, 1).round(4)[seller]
        for party, score in zip(PARTY.values, sides, strict=True):
            columns[f"{party}_{factor}"] = score
            if factor in {"tone", "reputation"}:
                columns[otherwise(f"{party}_{factor}")] = score
        columns[f"{factor}_advantage"] = (sides[0] - sides[1]).round(4)
    columns["overall_advantage"] = np.mean([columns[f"{factor}_advantage"] for factor in FACTORS], axis=0)
    return columns


def _facts(rng: np.random.Generator, n: int, seller: npt.NDArray[np.int64]) -> dict[str, Array]:
    """Evidence by kind and quality, breaches, procedure, conduct."""
    columns: dict[str, Array] = {}
    for party in PARTY.values:
        for kind in EVIDENCE_KIND.values:
            columns[has_kind(party, kind)] = rng.random(n) < 0.3
        media = columns[has_kind(party, "photo")] | columns[has_kind(party, "video")]
        columns[has_kind(party, "clear_media")] = media & (rng.random(n) < 0.6)
        columns[has_kind(party, "full_process_video")] = columns[has_kind(party, "video")] & (rng.random(n) < 0.5)
        report = columns[has_kind(party, "inspection_report")]
        columns[has_kind(party, "accredited_report")] = report & (rng.random(n) < 0.7)
        for rule in RULE.values:
            can = (rule in _SELLER_RULES) == (party == PARTY.values[1])
            said = (rng.random(n) < 0.15) & can
            columns[alleged(party, rule)] = said
            columns[proven(party, rule)] = said & (rng.random(n) < 0.6)
        columns[f"{party}_stalls"] = rng.random(n) < 0.3
    for step, share in _OFTEN.items():
        columns[step] = rng.random(n) < share
    kept = [columns[step].astype(np.int64) for step in list(_OFTEN)[:3]]
    columns["buyer_procedure_kept"] = np.sum(kept, axis=0)
    columns["buyer_is_frequent_claimant"] = rng.random(n) < 0.15
    columns["seller_is_penalised"] = (rng.random(seller.max() + 1) < 0.3)[seller]
    return columns


def _context(rng: np.random.Generator, n: int) -> dict[str, Array]:
    months = np.array([f"2025-{month:02d}" for month in range(1, 13)])
    return {
        "category": np.array(CATEGORY.values)[rng.integers(0, 5, n)],
        "claim": np.array(CLAIM.values)[rng.integers(0, 4, n)],
        "month": months[rng.integers(0, 12, n)],
        "item_price_cny": rng.lognormal(5, 1, n).round(2),
    }
