"""Whole sellers by a hash of their id: the same sellers on every run, and all disputes of each."""

from collections.abc import Mapping

import polars as pl

#: Values of the hash.
_RANGE = 2**64
#: A sample of sellers that is off its size by a larger share than this, or comes to fewer sellers of equal size, hangs
#: on a few of them.
_MOST_OFF, _FEWEST_SELLERS = 0.3, 30


def sample_sellers(frame: pl.LazyFrame, most_rows: int) -> tuple[pl.LazyFrame, bool]:
    """Keep all disputes of a part of the sellers, so that about ``most_rows`` are left.

    Which sellers are kept depends on nothing but their ids, so errors that are clustered by seller carry the error of
    the sample. A dispute without a seller is kept or not by its own id. Where a few sellers have most of the disputes,
    which of them are drawn would decide what is found, and how much memory it takes: then disputes are drawn, whoever
    the seller, and errors are clustered by seller all the same.

    Args:
        frame: One row per dispute: dispute_id, seller_id.
        most_rows: Rows above which a sample is taken.

    Returns:
        The rows, and whether they are a sample.
    """
    n = _height(frame)
    if n <= most_rows:
        return frame, False
    sellers = _drawn(frame, owner_of(frame.collect_schema()), most_rows / n)
    if _hangs_on_few(sellers, most_rows):
        return _drawn(frame, pl.col("dispute_id"), most_rows / n), True
    return sellers, True


def owner_of(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """The seller of a dispute, or the dispute itself where none is recorded.

    Args:
        schema: Types of ``seller_id`` and ``dispute_id``: text, or whole numbers.
    """
    kind = pl.UInt64() if all(schema[name].is_integer() for name in ("seller_id", "dispute_id")) else pl.String()
    return pl.coalesce(pl.col("seller_id").cast(kind), pl.col("dispute_id").cast(kind))


def _hangs_on_few(sample: pl.LazyFrame, wanted: int) -> bool:
    """Whether a few sellers decide how large a sample of sellers is."""
    n = _height(sample)
    if abs(n - wanted) > _MOST_OFF * wanted:
        return True
    sizes = sample.filter(pl.col("seller_id").is_not_null()).group_by("seller_id").len("n").select("n")
    sum_squares = sizes.select(pl.col("n").cast(pl.Float64).pow(2).sum()).collect().item()
    # n² / Σn² sellers of equal size (Kish 1965)
    return bool(sum_squares * _FEWEST_SELLERS > float(n) ** 2)


def _height(frame: pl.LazyFrame) -> int:
    return int(frame.select(pl.len()).collect().item())


def _drawn(frame: pl.LazyFrame, owner: pl.Expr, share: float) -> pl.LazyFrame:
    return frame.filter(owner.hash(seed=0) < pl.lit(int(_RANGE * share), dtype=pl.UInt64))
