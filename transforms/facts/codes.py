"""Many yes-or-no facts of a dispute as the bits of one whole number: one aggregation serves them all."""

from collections.abc import Mapping

import polars as pl

from transforms.registry.facts import SELLER

CODE = "code"


def bit_at(place: pl.Expr) -> pl.Expr:
    """The number with only the bit of that place set."""
    return pl.lit(2, pl.Int64).pow(place.cast(pl.Int64))


def when_bit(condition: pl.Expr, bit: pl.Expr) -> pl.Expr:
    """The bit where the condition holds, else 0."""
    return pl.when(condition).then(bit).otherwise(pl.lit(0, pl.Int64))


def when_seller(factor: int) -> pl.Expr:
    """A factor for what is the seller's, 1 for what is the buyer's."""
    return pl.when(pl.col("party") == SELLER).then(pl.lit(factor, pl.Int64)).otherwise(pl.lit(1, pl.Int64))


def has_bit(place: int) -> pl.Expr:
    """Whether the bit of a place is set in ``CODE``."""
    return pl.col(CODE).and_(pl.lit(1 << place, pl.Int64)) != 0


def says_so(is_so: int, is_open: int) -> pl.Expr:
    """Three values: true if any record says so; null if none does but one leaves it open; else false.

    Args:
        is_so: Place of the bit that is set where a record says so.
        is_open: Place of the bit that is set where a record leaves it open.
    """
    nothing_open = pl.when(~has_bit(is_open)).then(pl.lit(value=False))
    return pl.when(has_bit(is_so)).then(pl.lit(value=True)).otherwise(nothing_open)


def decode(records: pl.LazyFrame, disputes: pl.LazyFrame, recorded: str, facts: Mapping[str, pl.Expr]) -> pl.LazyFrame:
    """Turn the codes of records into facts of disputes.

    Args:
        records: ``dispute_id`` and ``CODE`` of each record that counts.
        disputes: One row per dispute with ``dispute_id`` and ``recorded``.
        recorded: The column that says whether the table was delivered for the dispute.
        facts: Name of each fact and how it is read from ``CODE``.

    Returns:
        One row per dispute: ``dispute_id`` and the facts. All are null where the table was not recorded; a dispute that
        has records was recorded, whichever batch brought them.
    """
    codes = records.group_by("dispute_id").agg(pl.col(CODE).bitwise_or())
    is_recorded = pl.col(recorded) | pl.col(CODE).is_not_null()
    return (
        disputes.select("dispute_id", recorded)
        .join(codes, on="dispute_id", how="left")
        .with_columns(pl.when(is_recorded).then(pl.col(CODE).fill_null(0)))
        .select("dispute_id", *(fact.alias(name) for name, fact in facts.items()))
    )
