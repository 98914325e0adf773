"""Rows that were set aside and came again since: they count as superseded, and are no longer shown as set aside."""

import polars as pl

from flows.ingest.ledger import StagedFile, staged_folder
from flows.ingest.quarantine import row_key
from flows.resolve import Resolved
from transforms.ingest.versions import FILE, SEQUENCE
from transforms.registry import INPUT_TABLES, Table

_SCHEMA: dict[str, pl.DataType] = {"file_id": pl.String(), "row_number": pl.Int64()}
_WAITING_SCHEMA: dict[str, pl.DataType] = {**_SCHEMA, "row_key": pl.String(), SEQUENCE: pl.Int64()}


def corrected_rows(resolved: Resolved) -> pl.DataFrame:
    """Find the rows set aside whose key a later file brings in a row that is sound.

    All rows that are set aside in a file count as corrected where another was delivered in its place and read by
    `rulings replay`.

    Args:
        resolved: The rows in force.

    Returns:
        ``file_id`` and ``row_number``, sorted.
    """
    found = [pl.DataFrame(schema=_SCHEMA)]
    replaced = {each.counts_as for each in resolved.ledger.deliveries if each.corrected_by}
    for table in INPUT_TABLES.values():
        files = [file for file in resolved.ledger.of_table(table.name) if file.quarantined]
        waiting = [_waiting(file, resolved) for file in files]
        if waiting:
            rows = pl.concat(waiting)
            is_replaced = pl.col("file_id").is_in(replaced)
            found += [
                rows.filter(is_replaced).select(*_SCHEMA),
                _came_again(rows.filter(~is_replaced), table, resolved),
            ]
    return pl.concat(found).sort("file_id", "row_number")


def _waiting(file: StagedFile, resolved: Resolved) -> pl.DataFrame:
    path = staged_folder(resolved.layout, file.table, file.file_id) / "quarantine.parquet"
    place = resolved.ledger.sequence()[file.file_id]
    rows = pl.read_parquet(str(path), columns=["file_id", "row_number", "row_key"])
    return rows.with_columns(pl.lit(place, pl.Int64).alias(SEQUENCE)).select(*_WAITING_SCHEMA)


def _came_again(waiting: pl.DataFrame, table: Table, resolved: Resolved) -> pl.DataFrame:
    keyed = waiting.filter(pl.col("row_key").is_not_null())
    order = resolved.ledger.sequence()
    earliest = keyed[SEQUENCE].min()
    later = [] if earliest is None else [
        file.file_id for file in resolved.ledger.of_table(table.name) if order[file.file_id] > int(str(earliest))
    ]  # fmt: skip
    if not later:
        return pl.DataFrame(schema=_SCHEMA)
    came = (
        resolved.rows_of_files(table.name, later)
        .select(row_key(table), FILE)
        .join(keyed.lazy().select("row_key"), on="row_key", how="semi")
        .collect(engine="streaming")
        .with_columns(pl.col(FILE).replace_strict(order, return_dtype=pl.Int64).alias("__came"))
        .group_by("row_key")
        .agg(pl.col("__came").max())
    )
    return keyed.join(came, on="row_key").filter(pl.col("__came") > pl.col(SEQUENCE)).select(*_SCHEMA)
