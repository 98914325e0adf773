"""Small exports written by hand, and the stages of the pipeline run on them without Prefect."""

import csv
import gzip
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from flows.accounts import Books, make_books, set_aside
from flows.ingest.ledger import Ledger, write_deliveries
from flows.ingest.run import ingest
from flows.pipeline import RunResult, Steps
from flows.publish import publish
from flows.resolve import Resolved, resolve
from flows.settings import Layout, Limits, Settings
from flows.sql_runner import read_sql_files, run_sql_files
from flows.stages import Stopwatch
from sql import FOLDER
from transforms.ingest.parse import ROW
from transforms.ingest.schema_contract import Policy
from transforms.ingest.versions import FILE
from transforms.privacy.pseudonym import PseudonymKey
from transforms.registry import INPUT_TABLES

KEY = PseudonymKey(b"a key for tests, 32 bytes long...")
STARTED = datetime(2026, 7, 1, 4, tzinfo=UTC)
DELIVERED = datetime(2026, 6, 30, 4, tzinfo=UTC)
#: Clock readings, which differ between two runs that otherwise give the same tables.
CLOCK = {"meta.runs": ("started_at", "finished_at")}
#: Columns of the smallest rows that are loaded.
DISPUTE = ("dispute_id", "opened_at", "outcome")
MESSAGE = ("message_id", "dispute_id", "sender", "text")
EVIDENCE = ("evidence_id", "dispute_id", "party", "kind")

Row = Sequence[object]


@dataclass(frozen=True)
class Staged:
    """What the stages before scoring make of an inbox."""

    settings: Settings
    ledger: Ledger
    resolved: Resolved
    books: Books

    def rows(self, table: str) -> pl.DataFrame:
        """Return the rows in force, in order of delivery."""
        return self.resolved.rows(table).collect()

    def column(self, table: str, name: str) -> list[Any]:
        """Return one column of the rows in force."""
        return self.rows(table)[name].to_list()

    def quarantine(self) -> pl.DataFrame:
        """Return all rows set aside, by file and row."""
        return set_aside(self.resolved, self.books)

    def rules(self) -> list[tuple[str, int, str, str]]:
        """Return file, row, rule and column of all rows set aside."""
        return self.quarantine().select("file", "row_number", "rule", "column_name").rows()

    def account(self, file: str) -> dict[str, int]:
        """Return rows in and their fates; rows loaded are counted among the rows in force."""
        (row,) = self.books.files.filter(pl.col("file") == file).rows(named=True)
        loaded = 0
        if row["status"] == "loaded":
            loaded = self.rows(row["table_name"]).filter(pl.col(FILE) == row["file_id"]).height
        return {name: row[name] for name in ("rows_in", "quarantined", "duplicates", "superseded")} | {"loaded": loaded}


def csv_text(columns: Sequence[str], rows: Iterable[Row], delimiter: str = ",", line_end: str = "\n") -> str:
    """Write rows as CSV; None is an empty field."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end)
    writer.writerow(columns)
    writer.writerows(["" if value is None else value for value in row] for row in rows)
    return text.getvalue()


def disputes_csv(*rows: Row) -> str:
    """Write disputes with the columns of `DISPUTE`."""
    return csv_text(DISPUTE, rows)


def messages_csv(*rows: Row) -> str:
    """Write messages with the columns of `MESSAGE`."""
    return csv_text(MESSAGE, rows)


def evidence_csv(*rows: Row) -> str:
    """Write evidence with the columns of `EVIDENCE`."""
    return csv_text(EVIDENCE, rows)


def deliver(inbox: Path, files: Mapping[str, str | bytes], when: datetime = DELIVERED) -> Path:
    """Write files below an inbox, with a fixed time of delivery."""
    for name, content in files.items():
        path = inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(path, (when.timestamp(), when.timestamp()))
    return inbox


def packed(text: str | bytes, compression: str) -> bytes:
    """Compress text with ``gzip`` or ``zstd``."""
    content = text.encode() if isinstance(text, str) else text
    if compression == "gzip":
        return gzip.compress(content, mtime=0)
    return bytes(pa.compress(content, codec="zstd", asbytes=True))


def settings_for(root: Path, profile: str | None = None, threads: int = 2) -> Settings:
    """Return settings with ``inbox`` and ``data`` below `root`."""
    layout = Layout(root / "data")
    layout.local.mkdir(parents=True, exist_ok=True)
    return Settings(layout, root / "inbox", STARTED, profile, threads=threads)


def stage(
    root: Path,
    files: Mapping[str, str | bytes] | None = None,
    profile: str | None = None,
    limits: Limits | None = None,
    *,
    replay: bool = False,
    policies: Mapping[str, Policy] | None = None,
) -> Staged:
    """Deliver files and run the stages before scoring.

    Args:
        root: Folder with ``inbox`` and ``data``.
        files: What is delivered now.
        profile: Name or path of a profile.
        limits: What a file may be like.
        replay: Whether files with rows set aside are read again.
        policies: What is done when columns change.

    Returns:
        The rows in force and the books.
    """
    deliver(root / "inbox", files or {})
    (root / "inbox").mkdir(parents=True, exist_ok=True)
    settings = replace(settings_for(root, profile), limits=limits or Limits(), replay=replay, policies=policies or {})
    ledger = ingest(settings, KEY)
    resolved = resolve(ledger, settings.layout)
    return Staged(settings, ledger, resolved, make_books(resolved))


def remember(staged: Staged, run_id: str) -> None:
    """Publish a release that holds nothing but the deliveries, so that the next run follows on this one."""
    layout = staged.settings.layout
    built = layout.work / "built"
    built.mkdir(parents=True, exist_ok=True)
    write_deliveries(built, staged.ledger.deliveries)
    publish(layout, built, run_id, {"run_id": run_id, "published_at": run_id})


def run_steps(root: Path, inbox: Path | None = None, profile: str | None = None) -> RunResult:
    """Run the whole pipeline without Prefect."""
    settings = settings_for(root, profile)
    if inbox is not None:
        settings = Settings(settings.layout, inbox, STARTED, profile)
    return Steps(settings, Stopwatch()).run()


def read_all(database: Path, without_clock: bool = True) -> dict[str, list[tuple[Any, ...]]]:
    """Read every table and view of a release, rows in a fixed order, without the readings of the clock."""
    with duckdb.connect(str(database.resolve()), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        names = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables order by all"
        ).fetchall()
        return {name: _rows(connection, name, without_clock) for (name,) in names}


def _rows(connection: duckdb.DuckDBPyConnection, name: str, without_clock: bool) -> list[tuple[Any, ...]]:
    clock = CLOCK.get(name, ()) if without_clock else ()
    left_out = f" exclude ({', '.join(clock)})" if clock else ""
    return [
        tuple(map(repr, row)) for row in connection.execute(f"select *{left_out} from {name} order by all").fetchall()
    ]


def ask(database: Path, sql: str) -> list[tuple[Any, ...]]:
    """Ask a release one question, times in UTC."""
    with duckdb.connect(str(database.resolve()), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(sql).fetchall()


def manifest(tables: Mapping[str, Mapping[str, object]]) -> str:
    """Write a manifest."""
    return json.dumps({"tables": tables})


def input_frame(table: str, rows: Sequence[Mapping[str, object]], **more: pl.DataType) -> pl.DataFrame:
    """Make typed rows of an export table; columns that a row does not name are null."""
    schema = {**INPUT_TABLES[table].polars_schema, **more}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


@contextmanager
def sql_warehouse(**sources: pl.DataFrame) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty warehouse in memory whose ``scored.<name>`` are the frames given."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("attach ':memory:' as rulings; attach ':memory:' as scored; use rulings")
        connection.execute("create schema core; create schema marts; create schema meta")
        for name, frame in sources.items():
            connection.register("frame", frame)
            connection.execute(f"create table scored.main.{name} as select * from frame")
            connection.unregister("frame")
        yield connection


def build_table(connection: duckdb.DuckDBPyConnection, table: str, **parameters: object) -> list[dict[str, Any]]:
    """Run the SQL file of a table and return its rows in the table's own order."""
    schema, name = table.split(".")
    connection.execute((FOLDER / schema / f"{name}.sql").read_text(encoding="utf-8"), parameters)
    result = connection.execute(f"select * from {table}")
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def run_with_needs(connection: duckdb.DuckDBPyConnection, table: str, **parameters: object) -> None:
    """Run the SQL file of a table after those of ``sql/temp`` that it needs."""
    files = {file.table: file for file in read_sql_files()}
    wanted, waiting = set[str](), {table}
    while waiting:
        wanted |= waiting
        waiting = {need for name in waiting for need in files[name].needs if need.startswith("temp.")} - wanted
    run_sql_files(connection, [file for name, file in files.items() if name in wanted], parameters)


def staged_frame(table: str, rows: Sequence[Mapping[str, object]], **more: pl.DataType) -> pl.DataFrame:
    """Make rows as the scoring stage hands them to SQL, with file and row number."""
    return input_frame(table, rows, **more, **{FILE: pl.String(), ROW: pl.Int64()})
