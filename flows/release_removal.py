"""Taking persons and old words out of releases that were published.

A release is never changed but for this (decision 093). Its database is copied, changed, and copied once more, because
a database file keeps the blocks that were freed; the copy then replaces it in one step.
"""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from flows.files import checked_out, empty_folder
from flows.publish import DATABASE, RECORD, releases
from flows.settings import Layout
from flows.staged_removal import staged_folders
from flows.warehouse import STORAGE_VERSION
from transforms.ingest.reasons import FORGOTTEN_RULE, ORPHAN_RULE, REASONS
from transforms.privacy.removal import REMOVED

if TYPE_CHECKING:
    import duckdb

_TEXT_FILES = (".json", ".html", ".csv", ".txt", ".svg", ".md")
_READ_ONLY = 0o444

Change = Callable[["duckdb.DuckDBPyConnection"], bool]


def take_out_of_releases(layout: Layout, pseudonym: str, sides: pl.DataFrame) -> int:
    """Take a person out of all releases that are kept.

    Args:
        layout: The data directory.
        pseudonym: The person.
        sides: ``dispute_id`` and ``party`` of the sides of disputes that were forgotten users'.

    Returns:
        How many releases were written anew.
    """
    found = 0
    for run_id, _ in releases(layout):
        with _checked_out(layout, run_id) as folder:
            changed = _change(layout, folder, lambda connection: _without_person(connection, pseudonym, sides))
            found += changed | _without_in_files(folder, pseudonym)
    return found


def take_old_texts_out_of_releases(layout: Layout, before: datetime) -> int:
    """Take texts from before a moment out of all releases that are kept; the scores stay.

    Args:
        layout: The data directory.
        before: The moment.

    Returns:
        How many releases were written anew.
    """
    delivered = {record.file_id: datetime.fromisoformat(record.delivered_at) for _, record in staged_folders(layout)}
    old = pl.DataFrame(
        {"file_id": [file_id for file_id, when in delivered.items() if when < before]}, {"file_id": pl.String}
    )
    found = 0
    for run_id, _ in releases(layout):
        with _checked_out(layout, run_id) as folder:
            found += _change(layout, folder, lambda connection: _without_texts(connection, before, old))
    return found


def _checked_out(layout: Layout, run_id: str) -> AbstractContextManager[Path]:
    return checked_out(layout.releases / run_id, layout.work / f"release-{run_id}")


def _change(layout: Layout, folder: Path, change: Change) -> bool:
    """Change the database of a release by way of two copies; whether anything was to be changed."""
    import duckdb  # noqa: PLC0415 - takes time to load

    database = folder / DATABASE
    if not database.is_file():
        return False
    work = empty_folder(layout.work / "removal")
    config: dict[str, Any] = {"temp_directory": str(work / "spill"), "autoinstall_known_extensions": False}
    with duckdb.connect(":memory:", config=config) as connection:
        connection.execute("set timezone = 'UTC'")
        _attach(connection, database, "published", read_only=True)
        _attach(connection, work / "changed.duckdb", "changed")
        connection.execute("copy from database published to changed; detach published; use changed")
        if not change(connection):
            return False
        _attach(connection, work / "clean.duckdb", "clean")
        connection.execute(
            "copy from database changed to clean; checkpoint clean; use memory; detach clean; detach changed"
        )
    _put_in_place(work / "clean.duckdb", database)
    empty_folder(work).rmdir()
    return True


def _attach(connection: "duckdb.DuckDBPyConnection", path: Path, name: str, *, read_only: bool = False) -> None:
    quoted = str(path).replace("'", "''")
    options = "read_only" if read_only else f"storage_version '{STORAGE_VERSION}'"
    connection.execute(f"attach '{quoted}' as {name} ({options})")


def _put_in_place(clean: Path, database: Path) -> None:
    clean.chmod(_READ_ONLY)
    with clean.open("rb") as file:
        os.fsync(file.fileno())
    clean.replace(database)


def _without_person(connection: "duckdb.DuckDBPyConnection", pseudonym: str, sides: pl.DataFrame) -> bool:
    connection.register("known_sides", sides.select("dispute_id", "party"))
    connection.execute(
        "create temp table sides as from known_sides "
        "union select dispute_id, 'buyer' from core.disputes where buyer_id = $user "
        "union select dispute_id, 'seller' from core.disputes where seller_id = $user",
        {"user": pseudonym},
    )
    connection.unregister("known_sides")
    changed = _count(
        connection,
        "update core.messages set text = $removed where text is distinct from $removed "
        "and (dispute_id, sender) in (select (dispute_id, party) from sides)",
        {"removed": REMOVED},
    )
    changed += _without_reputation(connection, pseudonym)
    for table, column in _text_columns(connection):
        changed += _count(
            connection,
            f'update {table} set "{column}" = nullif(replace("{column}", $user, $removed), $removed) '
            f'where contains("{column}", $user)',
            {"user": pseudonym, "removed": REMOVED},
        )
    return changed > 0


def _count(connection: "duckdb.DuckDBPyConnection", sql: str, parameters: dict[str, object]) -> int:
    row = connection.execute(sql, parameters).fetchone()
    return int(row[0]) if row else 0


def _text_columns(connection: "duckdb.DuckDBPyConnection") -> list[tuple[str, str]]:
    """Return all columns of text in tables; views show what tables hold."""
    return connection.execute(
        """
        select '"' || columns.schema_name || '"."' || columns.table_name || '"', columns.column_name
        from duckdb_columns() as columns
        semi join duckdb_tables() as tables using (database_name, schema_name, table_name)
        where columns.database_name = 'changed' and columns.data_type = 'VARCHAR'
        order by all
        """
    ).fetchall()


def _without_reputation(connection: "duckdb.DuckDBPyConnection", pseudonym: str) -> int:
    """Move the rows of a person's reputation to quarantine, without what was in them, so that the sums still hold."""
    english, chinese = REASONS[FORGOTTEN_RULE]
    parameters: dict[str, object] = {"user": pseudonym}
    connection.execute(
        "create temp table leaving as select file_id, source_row from core.reputation where user_id = $user", parameters
    )
    number = _count(connection, "delete from core.reputation where user_id = $user", parameters)
    if number:
        connection.execute(
            """
            insert into meta.quarantine_rows by name
            select
                leaving.file_id, files.file, files.table_name, leaving.source_row as row_number, $rule as rule,
                'user_id' as column_name, '' as expected, 1 as n_broken, $english as reason_en, $chinese as reason_zh
            from leaving inner join meta.files as files on leaving.file_id = files.file_id and files.status = 'loaded'
            """,
            {"rule": FORGOTTEN_RULE, "english": english, "chinese": chinese},
        )
        connection.execute(
            """
            update meta.files as files set loaded = loaded - leaving.n, quarantined = quarantined + leaving.n
            from (select file_id, count(*) as n from leaving group by file_id) as leaving
            where files.file_id = leaving.file_id and files.status = 'loaded'
            """
        )
        _sum_up_forgotten(connection)
    return number


def _sum_up_forgotten(connection: "duckdb.DuckDBPyConnection") -> None:
    rule: dict[str, object] = {"rule": FORGOTTEN_RULE}
    connection.execute("delete from meta.quarantine where rule = $rule", rule)
    connection.execute(
        """
        insert into meta.quarantine by name
        select
            file_id, file, table_name, rule, column_name, count(*) as n, min(row_number) as first_row,
            any_value(expected) as expected, any_value(reason_en) as reason_en, any_value(reason_zh) as reason_zh
        from meta.quarantine_rows
        where rule = $rule
        group by file_id, file, table_name, rule, column_name
        """,
        rule,
    )


def _without_texts(connection: "duckdb.DuckDBPyConnection", before: datetime, old: pl.DataFrame) -> bool:
    """Remove old texts; a message without a time and a row set aside are as old as their file."""
    connection.register("old_frame", old)
    connection.execute("create temp table old_files as from old_frame")
    connection.unregister("old_frame")
    changed = _count(
        connection,
        """
        update core.messages set text = $removed
        where
            text is distinct from $removed
            and (sent_at < $before or (sent_at is null and file_id in (from old_files)))
        """,
        {"removed": REMOVED, "before": before},
    )
    changed += _count(
        connection,
        "update meta.quarantine_rows set got = null, raw = null "
        "where file_id in (from old_files) and (got is not null or raw is not null) and rule <> $reference",
        {"reference": ORPHAN_RULE},
    )
    changed += _count(
        connection,
        "update meta.quarantine set example = null "
        "where file_id in (from old_files) and example is not null and rule <> $reference",
        {"reference": ORPHAN_RULE},
    )
    return changed > 0


def _without_in_files(folder: Path, pseudonym: str) -> bool:
    """Take a pseudonym out of the texts of a release, such as its report."""
    changed = False
    for path in sorted(folder.rglob("*")):
        if path.suffix in _TEXT_FILES and path.name != RECORD:
            text = path.read_text(encoding="utf-8")
            if pseudonym in text:
                partial = path.with_name(f".{path.name}.partial")
                partial.write_text(text.replace(pseudonym, REMOVED), encoding="utf-8")
                partial.replace(path)
                changed = True
    return changed
