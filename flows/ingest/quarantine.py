"""Rows that are set aside, as they are kept in the Parquet beside the rows that are loaded."""

from dataclasses import dataclass

import polars as pl

from flows.ingest.chunks import Malformed
from transforms.ingest.matching import HeaderMatch
from transforms.ingest.parse import RAW, ROW, kept_name
from transforms.ingest.reasons import with_reasons
from transforms.privacy.protect import Protection
from transforms.registry import Column, Kind, Table

#: ``row_key`` is the key of the row where it can be told: by it a row that was corrected later is known.
QUARANTINE_SCHEMA: dict[str, pl.DataType] = {
    "file_id": pl.String(),
    "file": pl.String(),
    "table_name": pl.String(),
    "row_number": pl.Int64(),
    "rule": pl.String(),
    "column_name": pl.String(),
    "got": pl.String(),
    "expected": pl.String(),
    "n_broken": pl.UInt32(),
    "raw": pl.String(),
    "reason_en": pl.String(),
    "reason_zh": pl.String(),
    "row_key": pl.String(),
}
_BETWEEN_KEYS = "\t"


@dataclass(frozen=True)
class Origin:
    """Where rows come from.

    Attributes:
        file_id: The staged file.
        file: Its path within the inbox.
        table: Its table.
    """

    file_id: str
    file: str
    table: Table


def nothing_set_aside() -> pl.DataFrame:
    """Return the quarantine without a row."""
    return pl.DataFrame(schema=QUARANTINE_SCHEMA)


def row_key(table: Table, prefix: str = "") -> pl.Expr:
    """Return the key of a row as one text; null where a part of it is."""
    parts = (_key_text(table.column(name), prefix) for name in table.key)
    return pl.concat_str(parts, separator=_BETWEEN_KEYS, ignore_nulls=False).alias("row_key")


def _key_text(column: Column, prefix: str) -> pl.Expr:
    if column.kind is Kind.TEXT:
        return pl.col((prefix if column.identifier else "") + column.name)
    return pl.col(column.name).dt.epoch("us").cast(pl.String)


def broken_as_quarantine(
    broken: pl.DataFrame, origin: Origin, match: HeaderMatch, protection: Protection
) -> pl.DataFrame:
    """Describe rows that break a rule.

    Args:
        broken: What `broken_rows` returns.
        origin: Where they come from.
        match: Which header is which column.
        protection: How persons are kept out.

    Returns:
        Rows of quarantine, in the same order.
    """
    if broken.is_empty():
        return nothing_set_aside()
    named = {RAW + column.name: column for column in origin.table.columns}
    held = {column.name: name for name, column in named.items()} | {name: kept_name(name) for name in match.extra}
    got = pl.coalesce(pl.when(pl.col("column_name") == column).then(name) for column, name in held.items())
    given = set(match.columns.values())
    # In an order of their own, so that the same row says the same in every file.
    shown = [pl.col(RAW + name).alias(name) for name in origin.table.column_names if name in given]
    raw = pl.struct(*shown, *sorted(map(kept_name, match.extra)))
    rows = protection.broken(broken).with_columns(
        got.alias("got"), raw.struct.json_encode().alias("raw"), row_key(origin.table, RAW)
    )
    return _labelled(rows.rename({ROW: "row_number"}), origin)


def malformed_as_quarantine(malformed: tuple[Malformed, ...], origin: Origin, protection: Protection) -> pl.DataFrame:
    """Describe rows that cannot be taken apart.

    Args:
        malformed: The rows.
        origin: Where they come from.
        protection: How persons are kept out.

    Returns:
        Rows of quarantine, in the same order.
    """
    if not malformed:
        return nothing_set_aside()
    rows = pl.DataFrame(
        {
            "row_number": [row.row for row in malformed],
            "rule": [row.rule for row in malformed],
            "column_name": [""] * len(malformed),
            "got": [row.got for row in malformed],
            "expected": [row.expected for row in malformed],
            "n_broken": [1] * len(malformed),
            "raw": protection.malformed(pl.Series([row.text for row in malformed], dtype=pl.String)),
            "row_key": pl.Series([None] * len(malformed), dtype=pl.String),
        }
    )
    return _labelled(rows, origin)


def _labelled(rows: pl.DataFrame, origin: Origin) -> pl.DataFrame:
    named = with_reasons(rows).with_columns(
        file_id=pl.lit(origin.file_id), file=pl.lit(origin.file), table_name=pl.lit(origin.table.name)
    )
    return named.select(pl.col(name).cast(dtype) for name, dtype in QUARANTINE_SCHEMA.items())
