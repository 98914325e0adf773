"""Only what was known before the ruling counts."""

import polars as pl

_RULED_AT = "__ruled_at"


def mark_counted(
    child: pl.LazyFrame, disputes: pl.LazyFrame, event_time: str, carry: tuple[str, ...] = ()
) -> pl.LazyFrame:
    """Mark the facts that were known before the ruling of their dispute.

    A fact counts if its time is strictly before ``ruled_at``. In an open dispute (no ``ruled_at``) all facts count, and
    so does a fact without a time.

    Args:
        child: Facts with ``dispute_id`` and ``event_time``.
        disputes: One row per dispute with ``dispute_id`` and ``ruled_at``.
        event_time: Name of the column that says when the fact became known.
        carry: Further columns of ``disputes`` to add.

    Returns:
        ``child`` with ``carry`` and the boolean ``counted``, never null; rows and their order are as before.
    """
    rulings = disputes.select("dispute_id", pl.col("ruled_at").alias(_RULED_AT), *carry)
    # A null on either side makes the comparison null: such a fact counts.
    known_before = (pl.col(event_time) < pl.col(_RULED_AT)).fill_null(value=True)
    return (
        child.join(rulings, on="dispute_id", how="left", maintain_order="left")
        .with_columns(known_before.alias("counted"))
        .drop(_RULED_AT)
    )
