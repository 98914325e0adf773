"""The evidence table of a block: kinds fit for the claim and the party, quality by the side's latent evidence."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.registry import enumerations as enums
from transforms.simulation.columns import (
    LATE_ORDINAL,
    Owners,
    child_ids,
    dispute_ids,
    flags,
    labels,
    owners,
    timestamps,
    within,
)
from transforms.simulation.late import lay_traps
from transforms.simulation.latent import CATEGORIES, CLAIMS, EVIDENCE, SELLER, Latent, choose_by_cdf
from transforms.simulation.seeds import Floats, Integers, Stream, generator, logistic
from transforms.simulation.world import World

KINDS = enums.EVIDENCE_KIND.values
_PARTIES = enums.PARTY.values
_PARTY_SHARE = np.array([[1.15], [0.85]])
_COUNT_SLOPE = 0.35
_LEVELS = 24
_RANGE = 3.0
_PICTURES = ("photo", "video", "pre_shipment_record")
_FILMS = ("video", "pre_shipment_record")
# Relative frequency of each kind, by party, before claim and quality.
_BASE = (
    {"photo": 45, "video": 14, "chat_record": 18, "inspection_report": 3, "listing_snapshot": 7, "purchase_proof": 3,
     "pre_shipment_record": 0, "negotiation_record": 10},
    {"photo": 16, "video": 4, "chat_record": 16, "inspection_report": 2, "listing_snapshot": 20, "purchase_proof": 14,
     "pre_shipment_record": 18, "negotiation_record": 10},
)  # fmt: skip
# How the log frequency of a kind changes per SD of the side's latent evidence.
_SLOPE = {"photo": -0.25, "video": 0.3, "chat_record": 0.1, "inspection_report": 0.8, "listing_snapshot": 0.2,
          "purchase_proof": 0.3, "pre_shipment_record": 0.6, "negotiation_record": 0.15}  # fmt: skip
# How much likelier a kind is under a claim.
_LIFT = {
    ("functional_fault", "video"): 2.5,
    ("not_as_described", "listing_snapshot"): 1.5,
    ("not_as_described", "chat_record"): 1.3,
    ("counterfeit", "inspection_report"): 4.0,
    ("counterfeit", "purchase_proof"): 2.0,
    ("not_received", "photo"): 0.3,
    ("not_received", "video"): 0.2,
    ("not_received", "chat_record"): 2.0,
    ("changed_mind", "photo"): 0.6,
    ("damaged_in_transit", "photo"): 1.5,
}
_TESTED_CATEGORIES = ("digital_3c", "luxury")
_TESTED_LIFT = 2.0


@dataclass(frozen=True)
class _Quality:
    """Log odds of a quality flag: intercept, slope on latent evidence, and the kinds that have it."""

    intercept: float
    slope: float
    kinds: tuple[str, ...]


_QUALITY = {
    "clear": _Quality(0.7, 1.1, KINDS),
    "multi_angle": _Quality(-0.2, 1.0, _PICTURES),
    "close_up": _Quality(0.0, 1.0, _PICTURES),
    "full_process": _Quality(-0.3, 1.1, _FILMS),
    "accredited": _Quality(0.2, 0.9, ("inspection_report",)),
    "admitted": _Quality(2.0, 0.9, KINDS),
}


def evidence_frame(world: World, truth: Latent, block: int) -> pl.DataFrame:
    """Writes down the evidence of a block, before the ruling, and the traps after it.

    Args:
        world: What all blocks share.
        truth: Latent truth of the block.
        block: Number of the block.

    Returns:
        The contract's columns, one row per item, sorted by dispute; traps at the end.
    """
    return pl.concat([_in_time(world, truth, block), _late(world, truth, block)])


def _in_time(world: World, truth: Latent, block: int) -> pl.DataFrame:
    plan = world.plan
    rng = generator(plan.seed, Stream.EVIDENCE, block)
    skill = truth.side[:, EVIDENCE]
    rate = plan.evidence_items / 2 * _PARTY_SHARE * np.exp(_COUNT_SLOPE * skill - _COUNT_SLOPE**2 / 2)
    items = owners(np.minimum(rng.poisson(rate), LATE_ORDINAL // 2 - 1))
    quality = skill[items.party, items.row]
    kind = _kinds(truth, items, quality, rng)
    start, end = truth.opened[items.row], truth.closed[items.row]
    submitted = within(start, end, rng.random(len(items.row)))
    columns = {
        "evidence_id": child_ids("E", truth.index[items.row], items.ordinal),
        "dispute_id": dispute_ids(truth.index[items.row]),
        "party": labels(_PARTIES, items.party),
        "kind": labels(KINDS, kind),
        "submitted_at": timestamps(submitted, rng.random(len(items.row)) < plan.nulls.time),
    }
    return pl.DataFrame(columns | _flags(kind, quality, plan.nulls.quality, rng))


def _kinds(truth: Latent, items: Owners, quality: Floats, rng: np.random.Generator) -> Integers:
    """Draws the kind of each item by party, claim, category and quality."""
    level = np.clip((quality + _RANGE) / (2 * _RANGE) * _LEVELS, 0, _LEVELS - 1).astype(np.int64)
    is_tested = np.isin(truth.category, [CATEGORIES.index(name) for name in _TESTED_CATEGORIES]).astype(np.int64)
    row = (items.party * len(CLAIMS) + truth.claim[items.row]) * 2 + is_tested[items.row]
    return choose_by_cdf(_kind_cdf(), row * _LEVELS + level, rng.random(len(items.row)))


def _kind_cdf() -> Floats:
    """Cumulative probabilities of the kinds, of shape (party x claim x tested x level, kinds)."""
    centres = (np.arange(_LEVELS) + 0.5) / _LEVELS * 2 * _RANGE - _RANGE
    weights = np.empty((len(_PARTIES), len(CLAIMS), 2, _LEVELS, len(KINDS)))
    for position, kind in enumerate(KINDS):
        growth = np.exp(_SLOPE[kind] * centres)
        for party, claim in np.ndindex(len(_PARTIES), len(CLAIMS)):
            weight = _BASE[party][kind] * _LIFT.get((CLAIMS[claim], kind), 1.0)
            tested = _TESTED_LIFT if kind == "inspection_report" else 1.0
            weights[party, claim, 0, :, position] = weight * growth
            weights[party, claim, 1, :, position] = weight * tested * growth
    flat = weights.reshape(-1, len(KINDS))
    return np.asarray(np.cumsum(flat, axis=1) / flat.sum(axis=1, keepdims=True))


def _flags(kind: Integers, quality: Floats, null_share: float, rng: np.random.Generator) -> dict[str, pl.Series]:
    """Quality flags; null where not recorded or where the kind has no such quality."""
    columns = {}
    for name, shape in _QUALITY.items():
        fits = np.isin(kind, [KINDS.index(fitting) for fitting in shape.kinds])
        draws = rng.random((2, len(kind)))
        good = draws[0] < logistic(shape.intercept + shape.slope * quality)
        columns[name] = flags(good, ~fits | (draws[1] < null_share))
    return columns


def _late(world: World, truth: Latent, block: int) -> pl.DataFrame:
    """Flawless evidence of the winner, uploaded after the ruling."""
    traps = lay_traps(world, truth, block, Stream.LATE_EVIDENCE, world.plan.late.evidence)
    kind = np.where(traps.winner == SELLER, KINDS.index("pre_shipment_record"), KINDS.index("video"))
    index = truth.index[traps.row]
    always = np.ones(len(index), dtype=np.bool_)
    columns = {
        "evidence_id": child_ids("E", index, np.full(len(index), LATE_ORDINAL)),
        "dispute_id": dispute_ids(index),
        "party": labels(_PARTIES, traps.winner),
        "kind": labels(KINDS, kind),
        "submitted_at": timestamps(traps.time),
    }
    quality = {name: flags(always, ~always if name != "accredited" else always) for name in _QUALITY}
    return pl.DataFrame(columns | quality)
