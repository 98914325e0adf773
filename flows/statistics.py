"""The estimation stage: scored Parquet in, small frames for the marts out."""

import polars as pl

from flows.ingest.ledger import ExtraColumn
from flows.scoring import Scored
from transforms.ingest.partition import month_of
from transforms.statistics.estimate import factor_association, factor_effects
from transforms.statistics.levels import assign_levels, level_bounds
from transforms.statistics.specs import FactorKind, FactorSpec, factor_specs

#: What the statistics use of a dispute beside its scores and facts.
_CONTEXT = (
    "outcome", "refund_ratio", "seller_id", "category", "claim", "item_price_cny", "decided_by", "decider_id",
    "opened_at", "ruled_at", "paid_on_platform", "applied_in_window", "negotiated_first", "shipped_on_time",
)  # fmt: skip


def estimate(scored: Scored, extra: tuple[ExtraColumn, ...]) -> dict[str, pl.DataFrame]:
    """Estimate what goes with the outcome of ruled disputes.

    Args:
        scored: Where the scored Parquet lies.
        extra: Extra factors of the profiles.

    Returns:
        Frames by name: ``factor_levels``, ``factor_level_bounds``, ``factor_association``, ``factor_effects``.
    """
    specs = factor_specs([FactorSpec(each.name, each.name, FactorKind(each.type)) for each in extra])
    ruled = _ruled(scored).collect()
    bounds = level_bounds(ruled.lazy(), specs)
    levels = assign_levels(ruled.lazy(), bounds, specs).collect()
    coded = ruled.lazy().select("dispute_id", "outcome", "seller_id").join(levels.lazy(), on="dispute_id")
    marts = {
        "factor_association": factor_association(coded, specs),
        "factor_effects": factor_effects(ruled.lazy(), specs),
    }
    # SQL sorts by position, so that rows keep the order of their making.
    placed = {name: frame.with_row_index("position") for name, frame in marts.items()}
    return {"factor_levels": levels, "factor_level_bounds": bounds, **placed}


def _ruled(scored: Scored) -> pl.LazyFrame:
    month = month_of(pl.coalesce("ruled_at", "opened_at")).alias("month")
    disputes = pl.scan_parquet(scored.paths("disputes")).filter("is_ruled").select("dispute_id", *_CONTEXT, month)
    scores = pl.scan_parquet(scored.paths("factor_scores"))
    return disputes.join(scores, on="dispute_id", how="left").sort("dispute_id")
