"""Whole-number arithmetic of scores.

Points are ten-thousandths of a score, kept as integers: sums of integers are the same on every run and on any number
of threads, sums of floats are not. Strengths that combine with diminishing returns are added as micro-nats, a whole
number of millionths of ``-ln(1 - strength)``, because ``1 - prod(1 - s) = 1 - exp(-sum(-ln(1 - s)))``.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

import polars as pl

SCALE: Final = 10_000
"""Points of a full score."""
MILLE: Final = 1_000
"""Weights are whole thousandths."""
_MICRO: Final = 1_000_000


def exact_share(factors: Sequence[str], denominator: int) -> pl.Expr:
    """Multiply columns of whole numbers exactly and divide once; the product must stay below 2**53."""
    product = pl.lit(1, pl.Int64)
    for factor in factors:
        product = product * pl.col(factor).cast(pl.Int64)
    return product.cast(pl.Float64) / float(denominator)


def micro_nats(strength: pl.Expr) -> pl.Expr:
    """Turn strengths below 1 into ``-ln(1 - strength)`` in whole millionths, so that they can be added.

    A strength above 0 is never worth nothing: it is at least one millionth.
    """
    nats = (-(1.0 - strength).log() * _MICRO).round().cast(pl.Int64)
    return pl.when(strength > 0).then(pl.max_horizontal(nats, 1)).otherwise(0)


def saturate(nats: pl.Expr, ceiling: pl.Expr) -> pl.Expr:
    """Return ``ceiling * (1 - exp(-nats))`` in whole points; it never falls when ``nats`` grows."""
    share = 1.0 - (-nats.cast(pl.Float64) / _MICRO).exp()
    return (ceiling.cast(pl.Float64) * share + 0.5).floor().cast(pl.Int64)


def apportion(frame: pl.LazyFrame, points: pl.Expr, columns: Sequence[str]) -> pl.LazyFrame:
    """Divide whole points in proportion to whole weights so that the shares add up to the points exactly.

    Cumulative rounding: a share is the difference between two neighbouring values of
    ``floor(points * cumulated weight / total weight)``, so it is within one point of its exact value and the rounding
    errors cancel.

    Args:
        frame: Has the columns.
        points: Points to divide, 0 or more.
        columns: Columns of weights, 0 or more, not null; their order decides only where single points go.

    Returns:
        The frame with Int32 shares in place of the weights. Where a weight is 0 its share is null: there is nothing
        that could have a part.
    """
    cumulated = list(accumulate((pl.col(column) for column in columns), lambda total, weight: total + weight))
    upto = [f"__upto_{column}" for column in columns]
    before = [pl.lit(0, pl.Int64), *(pl.col(name) for name in upto)]
    shares = [
        pl.when(pl.col(column) > 0).then((pl.col(name) - start).cast(pl.Int32)).alias(column)
        for column, name, start in zip(columns, upto, before, strict=False)
    ]
    return (
        frame.with_columns(points.cast(pl.Int64).alias("__points"), cumulated[-1].alias("__total"))
        .with_columns(
            (pl.col("__points") * value // pl.col("__total")).alias(name)
            for name, value in zip(upto, cumulated, strict=True)
        )
        .with_columns(shares)
        .drop("__points", "__total", *upto)
    )
