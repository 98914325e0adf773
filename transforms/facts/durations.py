"""How long a dispute took."""

import polars as pl

_HOUR_US = 3_600_000_000
_DECIMALS = 6


def duration_facts(disputes: pl.LazyFrame) -> pl.LazyFrame:
    """Find out how long each dispute took.

    Args:
        disputes: One row per dispute with ``dispute_id``, ``opened_at``, ``ruled_at``, ``exported_at`` and
            ``is_ruled``.

    Returns:
        One row per dispute: ``dispute_id``, ``hours_to_close`` from the opening to the ruling, or without one to the
        time at which the dispute closed (``ruled_at``) or else was exported; null where an end is not known or does not
        lie after the opening; and ``is_closed_by_ruling``, false where the hours are censored.
    """
    # When a ruling without a time was made is not known: its export is no stand-in.
    closed = pl.when("is_ruled").then("ruled_at").otherwise(pl.coalesce("ruled_at", "exported_at"))
    taken = (closed - pl.col("opened_at")).dt.total_microseconds()
    # Polars divides by a constant inexactly, and not alike in every place of a column; so the quotient is rounded.
    hours = pl.when(taken > 0).then((taken.cast(pl.Float64) / float(_HOUR_US)).round(_DECIMALS))
    return disputes.select("dispute_id", hours.alias("hours_to_close"), pl.col("is_ruled").alias("is_closed_by_ruling"))
