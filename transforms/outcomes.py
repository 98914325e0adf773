"""What a dispute's own row says about how it ended."""

import polars as pl

from transforms.registry.enumerations import RULED_OUTCOMES

_RATIO_DECIMALS = 6


def with_outcome_columns(disputes: pl.LazyFrame) -> pl.LazyFrame:
    """Add whether somebody decided, and the share of the claim that was refunded.

    Args:
        disputes: One row per dispute with ``outcome``, ``refunded_cny`` and ``claimed_cny``.

    Returns:
        The rows with ``is_ruled`` (never null) and ``refund_ratio`` in [0, 1]; null where either amount was not
        recorded or nothing was claimed.
    """
    claimed, refunded = pl.col("claimed_cny").cast(pl.Float64), pl.col("refunded_cny").cast(pl.Float64)
    return disputes.with_columns(
        pl.col("outcome").is_in(list(RULED_OUTCOMES)).fill_null(value=False).alias("is_ruled"),
        pl.when(claimed > 0).then((refunded / claimed).round(_RATIO_DECIMALS)).alias("refund_ratio"),
    )
