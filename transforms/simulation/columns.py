"""Arrays to Polars columns: labels, times, money, flags and identifiers, with gaps where a mask says so."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.china import TIME_ZONE
from transforms.simulation.seeds import Flags, Floats, Integers

DISPUTE_DIGITS = 10
ORDINAL_DIGITS = 3
# Rows laid as traps after the ruling carry ordinals from here on, so that tests can tell them apart.
LATE_ORDINAL = 900
_ORDINALS = 10**ORDINAL_DIGITS
_MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Owners:
    """Which dispute and party each row of a child table belongs to.

    Attributes:
        row: Position of the dispute within its block.
        party: 0 for the buyer, 1 for the seller.
        ordinal: Number of the row within its dispute, from 0.
    """

    row: Integers
    party: Integers
    ordinal: Integers


def owners(counts: Integers) -> Owners:
    """Lays out child rows, sorted by dispute and party.

    Args:
        counts: Number of rows of each party and dispute, of shape (2, n).

    Returns:
        One entry per child row.
    """
    flat = counts.T.ravel()
    slot = np.repeat(np.arange(len(flat)), flat)
    return Owners(slot // 2, slot % 2, ordinals(counts.sum(axis=0)))


def ordinals(counts: Integers) -> Integers:
    """Returns 0, 1, … within each group of the given sizes."""
    starts = np.cumsum(counts) - counts
    result: Integers = np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(starts, counts)
    return result


def without(series: pl.Series, missing: Flags | None) -> pl.Series:
    """Returns the series with nulls where `missing` is true."""
    if missing is None:
        return series
    return series.zip_with(pl.Series(~missing), series.clear(len(series)))


def labels(values: Sequence[str | None], codes: Integers, missing: Flags | None = None) -> pl.Series:
    """Returns the value of each code as a string column."""
    return without(pl.Series(values, dtype=pl.String).gather(pl.Series(codes)), missing)


def timestamps(seconds: Integers, missing: Flags | None = None) -> pl.Series:
    """Returns epoch seconds as a datetime column in Asia/Shanghai."""
    utc = pl.Series(seconds * _MICROSECONDS).cast(pl.Datetime("us", "UTC"))
    return without(utc.dt.convert_time_zone(TIME_ZONE), missing)


def money(cents: Integers, missing: Flags | None = None) -> pl.Series:
    """Returns hundredths of CNY as decimal(12,2)."""
    return without((pl.Series(cents).cast(pl.Decimal(14, 2)) / 100).cast(pl.Decimal(12, 2)), missing)


def flags(values: Flags, missing: Flags | None = None) -> pl.Series:
    """Returns a boolean column."""
    return without(pl.Series(values), missing)


def numbers(values: Integers | Floats, missing: Flags | None = None) -> pl.Series:
    """Returns a numeric column."""
    return without(pl.Series(values), missing)


def identifiers(prefix: str, values: Integers, digits: int) -> pl.Series:
    """Returns the prefix and the number padded with zeros to the given digits."""
    # A leading one keeps the zeros; cutting it off is much faster than padding.
    return prefix + pl.Series(values + 10**digits).cast(pl.String).str.slice(1)


def dispute_ids(index: Integers) -> pl.Series:
    """Returns the identifiers of disputes by their numbers from 0."""
    return identifiers("D", index + 1, DISPUTE_DIGITS)


def child_ids(prefix: str, index: Integers, ordinal: Integers) -> pl.Series:
    """Returns identifiers of child rows: number of the dispute and ordinal within it, hence the same in any block."""
    return identifiers(prefix, (index + 1) * _ORDINALS + ordinal, DISPUTE_DIGITS + ORDINAL_DIGITS)


def within(start: Integers, end: Integers, draws: Floats) -> Integers:
    """Returns whole seconds uniform in [start, end)."""
    return start + np.floor(draws * (end - start)).astype(np.int64)
