"""Fifths, thirds and halves by rank: values that are tied stay together."""

from dataclasses import dataclass
from fractions import Fraction

import polars as pl

#: A group that ties make larger than this multiple of its nominal share is no group of that kind any more.
LARGEST_EXCESS = 2
TIES = "too_many_ties"
NOT_RECORDED = "not_recorded"
CONSTANT = "constant"


@dataclass(frozen=True)
class Group:
    """The lowest or highest values of a column.

    Attributes:
        bound: The last value that belongs to it; None where there is no such group.
        is_low: Whether the group has the values up to ``bound``; else those from it on.
        n: Disputes in it.
        n_recorded: Disputes with a value.
        status: ``ok``, or why there is no group.
    """

    bound: float | None
    is_low: bool
    n: int
    n_recorded: int
    status: str

    def members(self, column: str) -> pl.Expr:
        """Whether a dispute is in the group; null where the value is not recorded or there is no group."""
        if self.bound is None:
            return pl.lit(None, dtype=pl.Boolean)
        value = pl.col(column).cast(pl.Float64)
        return value <= self.bound if self.is_low else value >= self.bound


def rank_group(values: pl.Series, share: Fraction, is_low: bool) -> Group:
    """Find the values that make up a share of the recorded ones.

    A value belongs to the group if the middle of its disputes does (as the fifths of docs/decisions/011); where not
    even the outermost value does, that value alone is the group.

    Args:
        values: The column; null and NaN are not recorded.
        share: Nominal share of the group.
        is_low: The lowest values, or the highest.

    Returns:
        The group; none where ties make it more than twice as large as its share, or leave nobody outside.
    """
    recorded = values.cast(pl.Float64).to_frame("value").filter(pl.col("value").is_finite())
    counts = recorded["value"].value_counts(name="n").sort("value", descending=not is_low)
    total = int(counts["n"].sum())
    if total == 0:
        return Group(None, is_low, 0, 0, NOT_RECORDED)
    if counts.height == 1:
        return Group(None, is_low, 0, total, CONSTANT)
    before = counts["n"].cum_sum() - counts["n"]
    inside = max(int((2 * before + counts["n"] <= int(2 * share * total)).sum()), 1)
    n = int(counts["n"][:inside].sum())
    if n == total or n > LARGEST_EXCESS * share * total:
        return Group(None, is_low, n, total, TIES)
    return Group(float(counts["value"][inside - 1]), is_low, n, total, "ok")
