"""Whole-number arithmetic of scores.

Points are ten-thousandths of a score, kept as integers: sums of integers are the same on every run and on any number
of threads, sums of floats are not. Strengths that combine with diminishing returns are added as micro-nats, a whole
number of millionths of ``-ln(1 - strength)``, because ``1 - prod(1 - s) = 1 - exp(-sum(-ln(1 - s)))``.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

SCALE: Final = 10_000
"""Points of a full score."""
MILLE: Final = 1_000
"""Weights are whole thousandths."""
_MICRO: Final = 1_000_000


def product_of_thousandths(*factors: pl.Expr) -> pl.Expr:
    """Multiply whole thousandths exactly and return the product as a float in [0, 1]."""
    product = pl.lit(1, pl.Int64)
    for factor in factors:
        product = product * factor.cast(pl.Int64)
    return product.cast(pl.Float64) / float(MILLE ** len(factors))


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


def apportion(points: pl.Expr, weights: Sequence[pl.Expr]) -> list[pl.Expr]:
    """Divide whole points in proportion to whole weights so that the shares add up to the points exactly.

    Cumulative rounding: a share is the difference between two neighbouring values of
    ``floor(points * cumulated weight / total weight)``, so it is within one point of its exact value and the rounding
    errors cancel. Where a weight is 0 the share is null: there is nothing that could have a part.

    Args:
        points: Points to divide, 0 or more.
        weights: Weights, 0 or more, not null; their order decides only where single points go.

    Returns:
        One Int32 expression for each weight.
    """
    total = pl.sum_horizontal(*weights)
    shares: list[pl.Expr] = []
    before = pl.lit(0, pl.Int64)
    cumulated: pl.Expr | None = None
    for weight in weights:
        cumulated = weight if cumulated is None else cumulated + weight
        upto = points * cumulated // total
        shares.append(pl.when(weight > 0).then((upto - before).cast(pl.Int32)))
        before = upto
    return shares
