"""Whole sellers by a hash of their id: the same sellers on every run, and all disputes of each."""

import polars as pl

#: Values of the hash.
_RANGE = 2**64


def sample_sellers(frame: pl.LazyFrame, most_rows: int) -> tuple[pl.LazyFrame, bool]:
    """Keep all disputes of a part of the sellers, so that about ``most_rows`` are left.

    Which sellers are kept depends on nothing but their ids, so errors that are clustered by seller carry the error of
    the sample. A dispute without a seller is kept or not by its own id.

    Args:
        frame: One row per dispute: dispute_id, seller_id.
        most_rows: Rows above which a sample is taken.

    Returns:
        The rows, and whether they are a sample.
    """
    n = frame.select(pl.len()).collect().item()
    if n <= most_rows:
        return frame, False
    owner = pl.coalesce(pl.col("seller_id").cast(pl.String), pl.col("dispute_id").cast(pl.String))
    return frame.filter(owner.hash(seed=0) < pl.lit(_RANGE * most_rows // n, dtype=pl.UInt64)), True
