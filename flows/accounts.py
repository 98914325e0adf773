"""What became of every row that was delivered: the books of a run."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from flows.corrected import corrected_rows
from flows.ingest.ledger import Delivery, StagedFile, staged_folder
from flows.ingest.quarantine import QUARANTINE_SCHEMA, nothing_set_aside
from flows.resolve import Resolved
from transforms.ingest.parse import ROW
from transforms.ingest.reasons import ORPHAN_RULE, with_reasons
from transforms.ingest.schema_contract import KnownColumns, changes_of_headers
from transforms.ingest.versions import FATE, FILE
from transforms.registry import INPUT_TABLES


@dataclass(frozen=True)
class Books:
    """The accounts of a run.

    Attributes:
        files: One row per delivered file, for ``meta.files``; rows loaded are counted in the tables themselves.
        orphans: Quarantine rows of facts whose dispute has not arrived.
        corrected: Rows that were set aside and came again since: ``file_id``, ``row_number``.
    """

    files: pl.DataFrame
    orphans: pl.DataFrame
    corrected: pl.DataFrame


def make_books(resolved: Resolved) -> Books:
    """Account for every row that was delivered.

    Args:
        resolved: The rows in force.

    Returns:
        The accounts.
    """
    orphans = pl.concat([_orphans(resolved, table) for table in resolved.orphans] or [nothing_set_aside()])
    corrected = corrected_rows(resolved)
    fates = {
        "duplicates": _by_file(resolved, "duplicate"),
        "superseded": _by_file(resolved, "superseded"),
        "orphans": dict(orphans.group_by("file_id").len().iter_rows()),
        "corrected": dict(corrected.group_by("file_id").len().iter_rows()),
    }
    changes = _changes(resolved)
    rows = [_file_row(place, each, resolved, fates, changes) for place, each in enumerate(resolved.ledger.deliveries)]
    files = pl.DataFrame(rows, schema=_FILES_SCHEMA) if rows else pl.DataFrame(schema=_FILES_SCHEMA)
    return Books(files, orphans, corrected)


_FILES_SCHEMA: dict[str, pl.DataType] = {
    "delivery": pl.Int64(),
    **dict.fromkeys(("file_id", "batch", "file", "table_name", "profile", "format", "status"), pl.String()),
    **dict.fromkeys(("bytes", "rows_in", "quarantined", "duplicates", "superseded"), pl.Int64()),
    **dict.fromkeys(("not_recorded", "extra_columns", "note"), pl.String()),
}


def _file_row(
    place: int, delivery: Delivery, resolved: Resolved, fates: dict[str, dict[str, int]], changes: dict[str, str]
) -> dict[str, object]:
    staged = resolved.ledger.staged.get(delivery.counts_as)
    return {
        "delivery": place,
        "file_id": delivery.counts_as,
        "batch": delivery.batch,
        "file": delivery.name,
        "table_name": delivery.table,
        "profile": staged.profile if staged else "",
        "format": staged.format if staged else "",
        "status": delivery.status,
        "bytes": delivery.bytes,
        **_fates_of(delivery, staged, fates),
        "not_recorded": ", ".join(staged.not_recorded) if staged else "",
        "extra_columns": ", ".join(staged.extra_columns) if staged else "",
        "note": delivery.note or changes.get(delivery.counts_as, ""),
    }


def _changes(resolved: Resolved) -> dict[str, str]:
    """Say of each file how its columns differ from those of the files of its table before it."""
    found: dict[str, str] = {}
    for name, table in INPUT_TABLES.items():
        known = KnownColumns()
        for file in resolved.ledger.of_table(name):
            changes = changes_of_headers((*file.columns, *file.extra_columns), known, table)
            found[file.file_id] = "; ".join(change.words() for change in changes)
            known = known.after(file.kinds)
    return found


def _fates_of(delivery: Delivery, staged: StagedFile | None, fates: dict[str, dict[str, int]]) -> dict[str, int]:
    rows_in = staged.rows_in if staged else 0
    if delivery.status != "loaded" or staged is None:
        # Of a file delivered before every row repeats one that is there already.
        return {"rows_in": rows_in, "quarantined": 0, "duplicates": rows_in, "superseded": 0}
    found = {name: counts.get(delivery.counts_as, 0) for name, counts in fates.items()}
    return {
        "rows_in": rows_in,
        "quarantined": staged.quarantined + found["orphans"] - found["corrected"],
        "duplicates": found["duplicates"],
        "superseded": found["superseded"] + found["corrected"],
    }


def _by_file(resolved: Resolved, fate: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for excluded in resolved.excluded.values():
        of_fate = excluded.filter(pl.col(FATE) == fate).group_by(FILE).len()
        counts |= dict(of_fate.iter_rows())
    return counts


def _orphans(resolved: Resolved, table: str) -> pl.DataFrame:
    """Describe facts whose dispute has not arrived as rows of quarantine; identifiers of disputes are not personal."""
    names = {file.file_id: file.name for file in resolved.ledger.of_table(table)}
    waiting = resolved.orphans[table]
    rows = waiting.select(
        pl.col(FILE).alias("file_id"),
        pl.col(FILE).replace_strict(names, default=None, return_dtype=pl.String).alias("file"),
        pl.lit(table).alias("table_name"),
        pl.col(ROW).alias("row_number"),
        pl.lit(ORPHAN_RULE).alias("rule"),
        pl.lit("dispute_id").alias("column_name"),
        pl.col("dispute_id").alias("got"),
        pl.lit("a dispute that was delivered").alias("expected"),
        pl.lit(1, pl.UInt32).alias("n_broken"),
        pl.lit(None, pl.String).alias("raw"),
        pl.lit(None, pl.String).alias("row_key"),
    )
    return with_reasons(rows).select(*QUARANTINE_SCHEMA)


def quarantine_paths(resolved: Resolved) -> list[str]:
    """Return the Parquet files with the rows that break a rule of their own."""
    return [
        str(staged_folder(resolved.layout, file.table, file.file_id) / "quarantine.parquet")
        for file in resolved.ledger.staged.values()
        if file.quarantined
    ]


def set_aside(resolved: Resolved, books: Books) -> pl.DataFrame:
    """Return all rows that are set aside, those that came again since left out, by file and row.

    Args:
        resolved: The rows in force.
        books: The accounts.
    """
    own = [pl.read_parquet(path) for path in quarantine_paths(resolved)]
    waiting = pl.concat([*own, books.orphans]).join(books.corrected, on=["file_id", "row_number"], how="anti")
    return waiting.sort("file", "row_number")


def reasons_by_file(resolved: Resolved, books: Books) -> pl.DataFrame:
    """Count what is set aside in each file by rule and column.

    Args:
        resolved: The rows in force.
        books: The accounts.

    Returns:
        ``file_id``, ``rule``, ``column_name`` and ``rows``, by file, the commonest first.
    """
    wanted = ("file_id", "row_number", "rule", "column_name")
    own = [pl.scan_parquet(path).select(wanted) for path in quarantine_paths(resolved)]
    waiting = pl.concat([*own, books.orphans.lazy().select(wanted)])
    left = waiting.join(books.corrected.lazy(), on=["file_id", "row_number"], how="anti")
    counted = left.group_by("file_id", "rule", "column_name").agg(pl.len().alias("rows")).collect()
    return counted.sort("file_id", "rows", "rule", "column_name", descending=[False, True, False, False])


def counts_by_table(books: Books, resolved: Resolved) -> dict[str, dict[str, int]]:
    """Add up the accounts by table; rows in force are counted in what was written, so that the sum is a check.

    Args:
        books: The accounts.
        resolved: The rows in force.

    Returns:
        For each table ``rows_in``, ``loaded``, ``quarantined``, ``duplicates`` and ``superseded``.
    """
    columns = ("rows_in", "quarantined", "duplicates", "superseded")
    loaded = {table: resolved.n_in_force(table) for table in INPUT_TABLES}
    sums = books.files.filter(pl.col("table_name") != "").group_by("table_name").agg(pl.col(columns).sum())
    found = {str(row["table_name"]): {name: int(row[name]) for name in columns} for row in sums.iter_rows(named=True)}
    return {table: {**counts, "loaded": loaded[table]} for table, counts in _in_order(found)}


def _in_order(found: dict[str, dict[str, int]]) -> Iterable[tuple[str, dict[str, int]]]:
    return ((table, found[table]) for table in INPUT_TABLES if table in found)
