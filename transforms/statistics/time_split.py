"""Older and newest rulings, so that a model is judged on rulings that it could not know."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

#: The part of the rulings that is kept for judging.
NEWEST_SHARE = 0.2
MOMENT = "moment"


@dataclass(frozen=True)
class TimeSplit:
    """Rulings before a moment, and those from it on; ``cut`` is None where all were made at one moment."""

    older: pl.LazyFrame
    newest: pl.LazyFrame
    cut: datetime | None


def split_by_time(frame: pl.LazyFrame) -> TimeSplit:
    """Split rulings by the time of the ruling, or of the opening where that is not recorded.

    Rulings of one moment stay together, so the newest part is as near to a fifth as they allow. What has no time at
    all is in neither part.

    Args:
        frame: One row per ruled dispute, with ruled_at and opened_at.

    Returns:
        Both parts.
    """
    timed = frame.with_columns(pl.coalesce("ruled_at", "opened_at").alias(MOMENT)).filter(pl.col(MOMENT).is_not_null())
    moments = timed.group_by(MOMENT).len("n").sort(MOMENT)
    newest = pl.col("n").sum() - pl.col("n").cum_sum() + pl.col("n")
    distance = (newest / pl.col("n").sum() - NEWEST_SHARE).abs()
    # the first moment cannot be the cut: nothing would be older
    cuts = moments.with_columns(distance=distance).slice(1).sort("distance", MOMENT).head(1).collect()
    if cuts.is_empty():
        return TimeSplit(timed, timed.clear(), None)
    cut = cuts[MOMENT][0]
    return TimeSplit(timed.filter(pl.col(MOMENT) < cut), timed.filter(pl.col(MOMENT) >= cut), cut)
