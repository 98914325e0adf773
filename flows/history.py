"""The versions of disputes that a later export changed: what is no longer in force stays and can be asked for."""

import polars as pl

from flows.resolve import Resolved
from transforms.ingest.parse import ROW
from transforms.ingest.versions import FATE, FILE, SEQUENCE

_SAID = ("outcome", "ruled_at", "claimed_cny", "refunded_cny", "decided_by")
VERSIONS_SCHEMA: dict[str, pl.DataType] = {
    "dispute_id": pl.String(),
    "version": pl.Int64(),
    "exported_at": pl.Datetime("us", "UTC"),
    "outcome": pl.String(),
    "ruled_at": pl.Datetime("us", "UTC"),
    "claimed_cny": pl.Decimal(12, 2),
    "refunded_cny": pl.Decimal(12, 2),
    "decided_by": pl.String(),
    "is_in_force": pl.Boolean(),
    "file_id": pl.String(),
    "source_row": pl.Int64(),
}


def dispute_versions(resolved: Resolved) -> pl.DataFrame:
    """List all versions of the disputes that have more than one; rows that repeat a version are left out.

    Args:
        resolved: The rows in force, and those that are not.

    Returns:
        ``VERSIONS_SCHEMA``, by dispute and version.
    """
    excluded = resolved.excluded.get("disputes")
    superseded = excluded.filter(pl.col(FATE) == "superseded") if excluded is not None else None
    if excluded is None or superseded is None or superseded.is_empty():
        return pl.DataFrame(schema=VERSIONS_SCHEMA)
    everything = resolved.rows_of_files("disputes", resolved.ledger.staged)
    changed = everything.join(superseded.lazy().select(FILE, ROW), on=[FILE, ROW], how="semi").select("dispute_id")
    rows = (
        everything.join(changed.unique(), on="dispute_id", how="semi")
        .join(excluded.lazy(), on=[FILE, ROW], how="left")
        .filter(pl.col(FATE).fill_null("") != "duplicate")
        .select("dispute_id", "__exported_at", *_SAID, FILE, ROW, pl.col(FATE).is_null().alias("is_in_force"))
        .collect(engine="streaming")
    )
    order = pl.col(FILE).replace_strict(resolved.ledger.sequence(), return_dtype=pl.Int64).alias(SEQUENCE)
    numbered = (
        rows.with_columns(order)
        .sort("dispute_id", "__exported_at", SEQUENCE, ROW)
        .with_columns(pl.int_range(1, pl.len() + 1).over("dispute_id").alias("version"))
        .rename({"__exported_at": "exported_at", FILE: "file_id", ROW: "source_row"})
    )
    return numbered.select(pl.col(name).cast(dtype) for name, dtype in VERSIONS_SCHEMA.items())
