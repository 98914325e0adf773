"""Where a row is filed: by the month of its dispute, so that a dispute and all that belongs to it lie together.

The home of a dispute is the month in which its first version was opened. It never changes, even if a later export
moves ``opened_at``: otherwise evidence and messages that were filed before would have to move with it.
"""

import polars as pl

from transforms.china import TIME_ZONE
from transforms.registry import Table

HOME = "__home"
# Rows whose dispute has not arrived; they are adopted by its month once it has.
ORPHANS = "orphans"


def month_of(moment: pl.Expr) -> pl.Expr:
    """Return the month of a time in China, as ``YYYY-MM``; "unknown" for null."""
    return moment.dt.convert_time_zone(TIME_ZONE).dt.strftime("%Y-%m").fill_null("unknown")


def new_homes(disputes: pl.LazyFrame, homes: pl.LazyFrame) -> pl.LazyFrame:
    """Find homes for the disputes that have none yet.

    Args:
        disputes: ``dispute_id``, ``opened_at``, ``ruled_at`` in the order of arrival.
        homes: ``dispute_id`` and ``__home`` of the disputes known so far.

    Returns:
        ``dispute_id`` and ``__home`` of the new ones.
    """
    month = month_of(pl.coalesce("opened_at", "ruled_at"))
    first = disputes.unique("dispute_id", keep="first", maintain_order=True)
    return first.join(homes, on="dispute_id", how="anti").select("dispute_id", month.alias(HOME))


def file_under_home(rows: pl.DataFrame, table: Table, homes: pl.DataFrame) -> pl.DataFrame:
    """Add the month under which each row is filed.

    Args:
        rows: Typed rows of a table.
        table: The table.
        homes: ``dispute_id`` and ``__home``, unique by dispute.

    Returns:
        The rows in their order, with ``__home``: the dispute's home, "orphans" where the dispute is not known, and for
        tables without a dispute the month of the row's own time.
    """
    if "dispute_id" not in table.column_names:
        return rows.with_columns(month_of(pl.col(table.event_time or "")).alias(HOME))
    return rows.with_columns(_homes_of(rows["dispute_id"], homes).alias(HOME))


def _homes_of(disputes: pl.Series, homes: pl.DataFrame) -> pl.Series:
    """Look the home of each dispute up, once where rows of one dispute follow each other, as in most exports they do.

    Exports are mostly in the order of their disputes as well, so that most homes are beyond the first and the last of
    a few hundred thousand rows; to leave them out first is much cheaper than to join with all.
    """
    runs = disputes.rle().struct.field("value").alias("dispute_id").to_frame()
    first, last = (pl.lit(end, pl.String) for end in (disputes.min(), disputes.max()))
    near = homes.filter(pl.col("dispute_id").is_between(first, last))
    found = runs.join(near, on="dispute_id", how="left", maintain_order="left")[HOME].fill_null(ORPHANS)
    return found.gather(disputes.rle_id())
