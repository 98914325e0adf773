"""What was known of both users at the opening, as counts."""

import polars as pl

from transforms.factors.parts import BUYER, SELLER
from transforms.factors.weights import FactWeights


def reputation_facts(sides: pl.LazyFrame, weights: FactWeights) -> pl.LazyFrame:
    """Find out how often the buyer claimed lately and whether the seller was penalised.

    Args:
        sides: What ``score_reputation`` returns: ``dispute_id``, ``party``, ``claims_90d`` and ``penalties_365d``.
        weights: From how many claims on a buyer claims often.

    Returns:
        ``dispute_id`` and the facts of the theme; null where it was not known. A dispute of which no user is recorded
        has no row.
    """
    claims, penalties = pl.col("buyer_claims_90d"), pl.col("seller_penalties_365d")
    buyers = sides.filter(pl.col("party") == BUYER).select("dispute_id", pl.col("claims_90d").alias("buyer_claims_90d"))
    sellers = sides.filter(pl.col("party") == SELLER).select(
        "dispute_id", pl.col("penalties_365d").alias("seller_penalties_365d")
    )
    return buyers.join(sellers, on="dispute_id", how="full", coalesce=True).with_columns(
        (claims >= weights.frequent_claims_90d).alias("buyer_is_frequent_claimant"),
        (penalties > 0).alias("seller_is_penalised"),
    )
