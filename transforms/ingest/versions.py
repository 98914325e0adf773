"""Which of several rows with one key is in force, and what the others are.

Rows of one key are put in order: disputes by ``exported_at``, then by the order of delivery. A row that says the same
as the one before it is a duplicate; a row that says something else replaces those before it, which are superseded.
"""

import polars as pl

from transforms.ingest.parse import ROW
from transforms.registry import Table

FILE = "__file"
SEQUENCE = "__sequence"
FATE = "__fate"


def key_hashes(keys: pl.LazyFrame, table: Table) -> pl.LazyFrame:
    """Hash the key of every row.

    Args:
        keys: The key columns of every row.
        table: The table.

    Returns:
        ``__key_hash``, 64 bits, one per row.
    """
    return keys.select(_key_hash(table))


def suspects(hashes: pl.LazyFrame) -> pl.LazyFrame:
    """Find hashes of keys that may occur more than once; sorting takes a fifth of the memory of grouping.

    Args:
        hashes: What `key_hashes` returns.

    Returns:
        ``__key_hash`` of keys that occur more than once, or share a hash with another.
    """
    is_repeated = pl.col("__key_hash") == pl.col("__key_hash").shift(1)
    return hashes.sort("__key_hash").filter(is_repeated).unique()


def rows_of_suspects(rows: pl.LazyFrame, hashes: pl.LazyFrame, table: Table) -> pl.LazyFrame:
    """Keep the rows whose key is among the suspects."""
    return rows.with_columns(_key_hash(table)).join(hashes, on="__key_hash", how="semi").drop("__key_hash")


def _key_hash(table: Table) -> pl.Expr:
    key = pl.col(table.key[0]) if len(table.key) == 1 else pl.struct(table.key)
    return key.hash().alias("__key_hash")


def fates(rows: pl.LazyFrame, table: Table, extra_columns: tuple[str, ...]) -> pl.LazyFrame:
    """Decide which rows are not in force.

    Args:
        rows: Typed rows with ``__row``, ``__file``, ``__sequence`` (order of delivery of the file) and, for disputes,
            ``__exported_at`` (when the row was exported, else delivered).
        table: The table.
        extra_columns: Further columns that belong to the content of a row.

    Returns:
        ``__file``, ``__row`` and ``__fate`` (``duplicate`` or ``superseded``) of the rows that are not in force.
    """
    time = ["__exported_at"] if table.name == "disputes" else []
    key = list(table.key)
    content = [name for name in (*table.column_names, *extra_columns) if name not in table.key]
    ordered = rows.sort([*key, *time, SEQUENCE, ROW])
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in [*key, *content])
    newer = ordered.with_columns(same.fill_null(value=False).alias("__same"))
    versions = newer.filter(~pl.col("__same")).with_columns(
        (pl.int_range(pl.len()).over(key) == pl.len().over(key) - 1).alias("__last")
    )
    superseded = versions.filter(~pl.col("__last")).select(FILE, ROW, pl.lit("superseded").alias(FATE))
    duplicates = newer.filter(pl.col("__same")).select(FILE, ROW, pl.lit("duplicate").alias(FATE))
    return pl.concat([superseded, duplicates]).sort(FILE, ROW)
