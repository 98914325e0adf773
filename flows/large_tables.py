"""Filling the tables that hold one piece of the disputes after another: how their columns are stored, two at a time.

DuckDB finds out how a column is stored best by trying, group of rows by group of rows, which costs more than to write
it. Where one way is the best or nearly so for all data of a kind, it is told.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

from flows.sql_runner import SqlFile, read_sql_files, run_sql_file
from flows.warehouse import CATALOG, SOURCES
from transforms.registry import OUTPUT_TABLES
from transforms.registry.model import Kind

if TYPE_CHECKING:
    import duckdb

#: Tables that are filled at once. More would wait for the messages, which are as much as all others together.
AT_ONCE = 2
# Texts of which nearly every one is another: a dictionary of them is built in vain, and is larger than this.
_OF_DIFFERENT_TEXTS = "zstd"
_OF_FLAGS = "roaring"


def fill_tables(
    connection: "duckdb.DuckDBPyConnection",
    tables: Iterable[str],
    parameters: Mapping[str, Any],
    threads: int,
    anew: Iterable[str] = (),
) -> None:
    """Add what the sources hold to tables; those that are not there are made.

    A table that one thread writes has whole groups of rows. Several threads write a group for each part of a source
    and put the small ones together afterwards, which costs a tenth. So there are as many tables at once as threads, up
    to `AT_ONCE`, each with a thread that DuckDB does not count among its own.

    Args:
        connection: From `open_warehouse`, with the sources in place.
        tables: Full names of tables that need nothing but sources, the largest first.
        parameters: Values for the parameters of their SQL files.
        threads: How many there are.
        anew: Further tables that need nothing but sources; they are made anew beside the others.

    Raises:
        RunError: A statement fails.
    """
    known = {file.table: file for file in read_sql_files()}
    files = [known[table] for table in tables]
    there = _names(connection, "tables", CATALOG, "schema_name || '.' || table_name")
    sources = _names(connection, "views", SOURCES, "view_name")
    for file in files:
        if file.table not in there:
            _make_empty(connection, file, parameters)
    # Nothing is added to a table of a copy that holds all pieces already.
    added = [file.as_insert() for file in files if file.table not in there or file.path.stem in sources]
    at_once = min(AT_ONCE, threads)
    connection.execute(f"set threads = {threads - at_once + 1}")
    _run_side_by_side(connection, [*(known[table] for table in anew), *added], parameters, at_once)
    connection.execute(f"set threads = {threads}")


def _names(connection: "duckdb.DuckDBPyConnection", what: str, catalog: str, name: str) -> set[str]:
    found = connection.execute(f"select {name} from duckdb_{what}() where database_name = '{catalog}'")
    return {each for (each,) in found.fetchall()}


def _make_empty(connection: "duckdb.DuckDBPyConnection", file: SqlFile, parameters: Mapping[str, Any]) -> None:
    """Make the table of a file without rows; every column is told how it is stored."""
    columns = [
        f'"{name}" {kind}{_stored_as(file.table, name, kind)}'
        for name, kind, *_ in run_sql_file(connection, file.as_description(), parameters).fetchall()
    ]
    connection.execute(f"create table {file.table} ({', '.join(columns)})")


def _stored_as(table: str, column: str, kind: str) -> str:
    """Return the clause that says how a column is stored; empty where that depends on the data."""
    declared = OUTPUT_TABLES[table]
    if kind == Kind.BOOLEAN.duckdb:
        return f" using compression {_OF_FLAGS}"
    if kind != Kind.TEXT.duckdb or column not in declared.column_names:
        return ""
    is_different = declared.key == (column,) or declared.column(column).free_text
    return f" using compression {_OF_DIFFERENT_TEXTS}" if is_different else ""


def _run_side_by_side(
    connection: "duckdb.DuckDBPyConnection", files: list[SqlFile], parameters: Mapping[str, Any], at_once: int
) -> None:
    """Run files that do not need each other; what is still at work when one fails is broken off."""
    beside = [connection.cursor() for _ in files]
    with ThreadPoolExecutor(at_once) as pool:
        work = [pool.submit(_run_in_catalog, own, file, parameters) for own, file in zip(beside, files, strict=True)]
        try:
            ended, _ = wait(work, return_when=FIRST_EXCEPTION)
        finally:
            for each, own in zip(work, beside, strict=True):
                each.cancel()
                own.interrupt()
    for each in ended:
        each.result()
    for own in beside:
        own.close()


def _run_in_catalog(connection: "duckdb.DuckDBPyConnection", file: SqlFile, parameters: Mapping[str, Any]) -> None:
    connection.execute(f"use {CATALOG}")
    run_sql_file(connection, file, parameters)
