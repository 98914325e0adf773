"""What a file says, whatever it is written in: a hash of its records once they are decoded and typed.

The same rows as CSV with another delimiter, in another encoding, under other headers, as NDJSON or as Parquet have the
same hash. A column that has no value in a row counts as one that the file does not have.
"""

import hashlib
from collections.abc import Iterable

import polars as pl

_SEED_BYTES = 8


def row_hashes(rows: pl.DataFrame, names: Iterable[str]) -> pl.Series:
    """Hash each row.

    Args:
        rows: Rows.
        names: Columns that count; their order does not.

    Returns:
        64 bits for each row.
    """
    hashes = [_of_column(name) for name in names]
    return rows.select(pl.sum_horizontal(hashes) if hashes else pl.lit(0, pl.UInt64)).to_series()


def _of_column(name: str) -> pl.Expr:
    """Hash a column; the name is the seed, so that a value counts for something else in another column."""
    seed = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=_SEED_BYTES).digest(), "little")
    value = pl.col(name)
    return pl.when(value.is_not_null()).then(value.hash(seed)).otherwise(pl.lit(0, pl.UInt64))


class ContentHash:
    """Hashes a file's records as they stream by; rows loaded and rows set aside are each in the order of the file."""

    def __init__(self) -> None:
        """Begin without a row."""
        self._loaded = hashlib.sha256()
        self._set_aside = hashlib.sha256()

    def add(self, loaded: pl.Series, set_aside: pl.Series) -> None:
        """Add the hashes of some rows."""
        self._loaded.update(loaded.to_numpy().tobytes())
        self._set_aside.update(set_aside.to_numpy().tobytes())

    def hexdigest(self) -> str:
        """Return the hash of all rows so far."""
        return hashlib.sha256(self._loaded.digest() + self._set_aside.digest()).hexdigest()
