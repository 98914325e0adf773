"""The violations table of a block: breaches by the side's latent rules, and allegations that were never proven."""

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
from transforms.simulation.latent import CLAIMS, RULES, Latent, choose_by_cdf
from transforms.simulation.seeds import Floats, Integers, Stream, generator
from transforms.simulation.world import World

RULE_NAMES = enums.RULE.values
SEVERITIES = enums.SEVERITY.values
_PARTIES = enums.PARTY.values
_LOG_RATE = -0.75
_RATE_SLOPE = -0.9
_ALLEGED_RATE = 0.12
_PROVEN_SHARE = 0.85
_SEVERITY_CUTS = (-0.2, 1.3)
_SEVERITY_SLOPE = -0.6
_WEIGHTS = (
    {"malicious_return": 50, "deliberate_damage": 30, "item_swap": 20},
    {"false_description": 34, "concealed_defect": 24, "counterfeit_sale": 4, "off_platform_deal": 12,
     "late_shipment": 12, "refused_after_sales": 14},
)  # fmt: skip
_LIFT = {
    ("counterfeit", "counterfeit_sale"): 12.0,
    ("not_received", "late_shipment"): 4.0,
    ("functional_fault", "concealed_defect"): 2.0,
    ("changed_mind", "malicious_return"): 2.0,
    ("changed_mind", "false_description"): 0.4,
}


def violations_frame(world: World, truth: Latent, block: int) -> pl.DataFrame:
    """Writes down the alleged breaches of a block, before the ruling, and the traps after it.

    Args:
        world: What all blocks share.
        truth: Latent truth of the block.
        block: Number of the block.

    Returns:
        The contract's columns, one row per alleged breach, sorted by dispute; traps at the end.
    """
    return pl.concat([_in_time(world, truth, block), _late(world, truth, block)])


def _in_time(world: World, truth: Latent, block: int) -> pl.DataFrame:
    plan = world.plan
    rng = generator(plan.seed, Stream.VIOLATIONS, block)
    obedience = truth.side[:, RULES]
    real = np.minimum(rng.poisson(np.exp(_LOG_RATE + _RATE_SLOPE * obedience)), LATE_ORDINAL // 4)
    breaches = owners(real + rng.poisson(_ALLEGED_RATE, obedience.shape))
    count = len(breaches.row)
    # Within each side of a dispute the real breaches come first, the mere allegations after them.
    place = breaches.ordinal - np.where(breaches.party == 1, _buyer_rows(breaches, len(truth.index)), 0)
    is_real = place < real[breaches.party, breaches.row]
    latent = _SEVERITY_SLOPE * obedience[breaches.party, breaches.row] + rng.logistic(size=count)
    draws = rng.random((4, count))
    recorded = within(truth.opened[breaches.row], truth.closed[breaches.row], draws[0])
    return pl.DataFrame(
        {
            "violation_id": child_ids("V", truth.index[breaches.row], breaches.ordinal),
            "dispute_id": dispute_ids(truth.index[breaches.row]),
            "party": labels(_PARTIES, breaches.party),
            "rule": labels(RULE_NAMES, _rules(truth, breaches, rng)),
            "severity": labels(SEVERITIES, np.searchsorted(_SEVERITY_CUTS, latent), draws[1] < plan.nulls.quality),
            "substantiated": flags(is_real & (draws[2] < _PROVEN_SHARE), draws[3] < plan.nulls.quality),
            "recorded_at": timestamps(recorded, rng.random(count) < plan.nulls.time),
        }
    )


def _buyer_rows(breaches: Owners, disputes: int) -> Integers:
    """For each row the number of rows that the buyer of its dispute has."""
    counts = np.bincount(breaches.row[breaches.party == 0], minlength=disputes)
    return counts[breaches.row]


def _rules(truth: Latent, breaches: Owners, rng: np.random.Generator) -> Integers:
    row = breaches.party * len(CLAIMS) + truth.claim[breaches.row]
    return choose_by_cdf(_rule_cdf(), row, rng.random(len(breaches.row)))


def _rule_cdf() -> Floats:
    """Cumulative probabilities of the rules, of shape (party x claim, rules)."""
    weights = np.array([
        [base.get(rule, 0) * _LIFT.get((claim, rule), 1.0) for rule in RULE_NAMES]
        for base in _WEIGHTS
        for claim in CLAIMS
    ])  # fmt: skip
    return np.asarray(np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True))


def _late(world: World, truth: Latent, block: int) -> pl.DataFrame:
    """A grave breach of the loser, recorded as proven after the ruling."""
    traps = lay_traps(world, truth, block, Stream.LATE_VIOLATIONS, world.plan.late.violations)
    rule = np.where(traps.loser == 0, RULE_NAMES.index("malicious_return"), RULE_NAMES.index("false_description"))
    index = truth.index[traps.row]
    return pl.DataFrame(
        {
            "violation_id": child_ids("V", index, np.full(len(index), LATE_ORDINAL)),
            "dispute_id": dispute_ids(index),
            "party": labels(_PARTIES, traps.loser),
            "rule": labels(RULE_NAMES, rule),
            "severity": labels(SEVERITIES, np.full(len(index), SEVERITIES.index("severe"))),
            "substantiated": flags(np.ones(len(index), dtype=np.bool_)),
            "recorded_at": timestamps(traps.time),
        }
    )
