"""The estimation stage: scored Parquet in, small frames for the marts out."""

from pathlib import Path

import polars as pl

from flows.configuration import load_scorer
from flows.files import empty_folder
from flows.ingest.ledger import ExtraColumn
from flows.scoring import Scored
from transforms.claims.answers import Data
from transforms.claims.catalogue import ExtraFactor
from transforms.claims.findings import claim_tables
from transforms.claims.own_parts import without_own_parts
from transforms.ingest.partition import month_of
from transforms.statistics.consistency import consistency
from transforms.statistics.deciders import decider_tables
from transforms.statistics.durations import time_tables
from transforms.statistics.estimate import factor_association, factor_effects
from transforms.statistics.importance import importance_table, measure_importance
from transforms.statistics.kinds import evidence_kinds, violation_rules
from transforms.statistics.levels import assign_levels, level_bounds
from transforms.statistics.reversals import reversals
from transforms.statistics.specs import FactorKind, FactorSpec, factor_specs
from transforms.statistics.stratum_effects import stratum_effects
from transforms.statistics.surprise import surprising_rulings
from transforms.statistics.trend import trend
from transforms.statistics.validation import calibration_table, validate, validation_table

#: Tables that have a file each for the same disputes.
_TABLES = ("disputes", "factor_scores", "dispute_facts", "score_points")
#: What the statistics use of a dispute beside its scores and facts.
_CONTEXT = (
    "outcome", "refund_ratio", "seller_id", "category", "claim", "item_price_cny", "decided_by", "decider_id",
    "opened_at", "ruled_at", "paid_on_platform", "applied_in_window", "negotiated_first", "shipped_on_time",
)  # fmt: skip


def estimate(scored: Scored, extra: tuple[ExtraColumn, ...], scratch: Path) -> dict[str, pl.DataFrame]:
    """Estimate what goes with the outcome of ruled disputes.

    Args:
        scored: Where the scored Parquet lies.
        extra: Extra factors of the profiles.
        scratch: A folder for what is read again and again; it is emptied.

    Returns:
        Frames by name: ``factor_levels``, ``factor_level_bounds``, ``factor_association``, ``factor_effects``.
    """
    added = [FactorSpec(each.name, each.name, FactorKind(each.type)) for each in extra]
    specs = factor_specs(added)
    ruled = _gather(scored, empty_folder(scratch))
    bounds = level_bounds(ruled, specs)
    levels = assign_levels(ruled, bounds, specs).collect()
    coded = ruled.select("dispute_id", "outcome", "seller_id").join(levels.lazy(), on="dispute_id")
    deciders = decider_tables(ruled, specs)
    curves, quartiles = time_tables(_all_disputes(scored))
    importance, validation = measure_importance(ruled, added), validate(ruled, added)
    favoured = tuple(ExtraFactor(spec, each.favours) for spec, each in zip(added, extra, strict=True))
    claims = claim_tables(Data(ruled, _all_durations(scored), favoured, importance, validation))
    marts = {
        "time_to_ruling": curves,
        "hours_to_end": quartiles,
        "factor_association": factor_association(coded, specs),
        "factor_effects": factor_effects(ruled, specs),
        "stratum_effects": stratum_effects(ruled, added),
        "evidence_kinds": evidence_kinds(ruled),
        "violation_rules": violation_rules(ruled),
        "factor_importance": importance_table(importance, load_scorer().weights.overall),
        "model_validation": validation_table(validation),
        "calibration": calibration_table(validation),
        "trend": trend(ruled, added),
        "consistency": consistency(ruled, levels, specs),
        "decider_effects": deciders.effects,
        "decider_variation": deciders.variation,
        "surprising_rulings": surprising_rulings(ruled, specs),
        "reversals": reversals(ruled, levels, bounds, specs),
        "claim_findings": claims.findings,
        "definitions": claims.definitions,
    }
    # SQL sorts by position, so that rows keep the order of their making.
    placed = {name: frame.with_row_index("position") for name, frame in marts.items()}
    return {"factor_levels": levels, "factor_level_bounds": bounds, **placed}


def _all_disputes(scored: Scored) -> pl.LazyFrame:
    columns = ("dispute_id", "outcome", "ruled_at", "seller_id", "category", "claim", "decided_by")
    disputes = pl.scan_parquet(scored.paths("disputes")).select(columns)
    facts = pl.scan_parquet(scored.paths("dispute_facts")).select("dispute_id", "hours_to_close")
    return disputes.join(facts, on="dispute_id", how="left")


def _all_durations(scored: Scored) -> pl.LazyFrame:
    """What the time to the ruling goes with, for all disputes; ``month`` is that of the opening."""
    columns = ("dispute_id", "seller_id", "category", "claim", "item_price_cny")
    disputes = pl.scan_parquet(scored.paths("disputes")).select(*columns, month_of(pl.col("opened_at")).alias("month"))
    facts = pl.scan_parquet(scored.paths("dispute_facts"))
    hours = facts.select("dispute_id", "hours_to_close", "is_closed_by_ruling")
    scores = pl.scan_parquet(scored.paths("factor_scores"))
    return disputes.join(hours, on="dispute_id", how="left").join(scores, on="dispute_id", how="left")


def _gather(scored: Scored, folder: Path) -> pl.LazyFrame:
    """Put side by side what the statistics read of ruled disputes, and leave it on disk.

    One piece after another, so that no more than one is in memory; each statistic then reads only its own columns.
    """
    for number, paths in enumerate(zip(*(scored.paths(table) for table in _TABLES), strict=True)):
        disputes, scores, facts, points = (pl.scan_parquet(path) for path in paths)
        month = month_of(pl.coalesce("ruled_at", "opened_at")).alias("month")
        rows = disputes.filter("is_ruled").select("dispute_id", *_CONTEXT, month)
        for beside in (scores, facts, without_own_parts(points)):
            rows = rows.join(beside, on="dispute_id", how="left", maintain_order="left")
        rows.collect().write_parquet(folder / f"{number:06}.parquet", compression="lz4")
    return pl.scan_parquet(sorted(folder.glob("*.parquet")))
