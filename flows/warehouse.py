"""Building the database of a release: staged and scored Parquet in, tables with comments out."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from flows.errors import RunError
from flows.files import let_duckdb_read
from flows.settings import Settings
from flows.sql_runner import SqlFile, read_sql_files, run_sql_files
from transforms.factors import FACTORS
from transforms.factors.parts import part_column
from transforms.registry import OUTPUT_TABLES, Table
from transforms.registry.enumerations import FACTOR, PARTY
from transforms.registry.references import REFERENCES

if TYPE_CHECKING:
    import duckdb

# DuckDB 2.0 writes files that 1.5 cannot read unless told so.
STORAGE_VERSION = "v1.5.0"
CATALOG = "rulings"
SOURCES = "scored"
DICTIONARY = "meta.columns"


@dataclass(frozen=True)
class Sources:
    """What the SQL files read, by name below ``scored``.

    Attributes:
        parquet: Parquet files, each name with its paths; all files of a name have the same columns.
        frames: Small tables.
    """

    parquet: Mapping[str, list[str]] = field(default_factory=dict)
    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)


@contextmanager
def open_warehouse(path: Path, settings: Settings, spill: Path) -> "Iterator[duckdb.DuckDBPyConnection]":
    """Open a database file for building; it is whole on disk when the block ends.

    Args:
        path: The file; it is made if it is not there yet.
        settings: Memory and threads.
        spill: Folder for what does not fit in memory.

    Raises:
        RunError: The disk is full or refuses to write.

    Yields:
        A connection whose default catalog is the new database, with the schemas in place.
    """
    import duckdb  # noqa: PLC0415 - takes time to load

    config: dict[str, Any] = {
        "memory_limit": f"{settings.memory_gib}GiB",
        "threads": settings.threads,
        "temp_directory": str(spill),
        "autoinstall_known_extensions": False,
    }
    with _writing(path), duckdb.connect(":memory:", config=config) as connection:
        connection.execute("set timezone = 'UTC'")
        let_duckdb_read(connection, settings.layout.root)
        # Nobody reads the file before it is whole: a log that brings a half-made one back would only cost the time in
        # which each of a thousand statements waits for the disk.
        options = f"storage_version '{STORAGE_VERSION}', recovery_mode no_wal_writes"
        connection.execute(f"attach '{_quoted(path)}' as {CATALOG} ({options})")
        connection.execute(f"attach ':memory:' as {SOURCES}")
        connection.execute(f"use {CATALOG}")
        for schema in ("core", "marts", "meta"):
            connection.execute(f"create schema if not exists {schema}")
        yield connection
        connection.execute(f"checkpoint {CATALOG}")
        connection.execute("use memory")
        connection.execute(f"detach {CATALOG}")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into a sentence; DuckDB calls a database fatal once a write has failed."""
    import duckdb  # noqa: PLC0415 - takes time to load

    try:
        yield
    except (duckdb.IOException, duckdb.FatalException, duckdb.TransactionException) as error:
        cause = str(error).splitlines()[0]
        raise RunError(f"{path} cannot be written ({cause}); see to the disk, and run again") from error


def add_sources(connection: "duckdb.DuckDBPyConnection", sources: Sources) -> None:
    """Make Parquet files and frames readable as ``scored.<name>``."""
    for name, paths in sources.parquet.items():
        if not paths:
            continue
        listed = ", ".join(f"'{_quoted(path)}'" for path in paths)
        connection.execute(f"create or replace view {SOURCES}.main.{name} as select * from read_parquet([{listed}])")
    for name, frame in sources.frames.items():
        connection.register("frame", frame)
        connection.execute(f"create or replace table {SOURCES}.main.{name} as select * from frame")
        connection.unregister("frame")


def build_tables(
    connection: "duckdb.DuckDBPyConnection",
    schemas: tuple[str, ...],
    parameters: Mapping[str, Any],
    there: frozenset[str] = frozenset(),
) -> None:
    """Run the SQL files of some schemas in the order of their dependencies; the data dictionary comes last.

    Args:
        connection: From `open_warehouse`, with the sources in place.
        schemas: Which schemas to build.
        parameters: Values for the files' parameters.
        there: Tables that are there already.

    Raises:
        RunError: A statement fails.
    """
    files = [file for file in read_sql_files() if file.table.split(".")[0] in schemas]
    wanted = [file for file in files if file.table != DICTIONARY and file.table not in there]
    run_sql_files(connection, wanted, parameters)


def describe_tables(connection: "duckdb.DuckDBPyConnection") -> None:
    """Fill the data dictionary, and put the same words into the comments of tables and columns."""
    add_sources(connection, Sources(frames={"declared_columns": declared_columns()}))
    list_columns(connection)
    run_sql_files(connection, _file_of(DICTIONARY), {})
    _comment(connection)


def list_columns(connection: "duckdb.DuckDBPyConnection") -> None:
    """Make the list of all columns readable as ``scored.columns_there``, those of the data dictionary among them.

    It is taken before the dictionary is filled: DuckDB reads its catalog while it replaces the table, so that now and
    then the columns of the table that is being replaced are left out.
    """
    columns = ", ".join(f"{column.name} {column.kind.duckdb}" for column in OUTPUT_TABLES[DICTIONARY].columns)
    connection.execute(f"create or replace table {DICTIONARY} ({columns})")
    connection.execute(f"create or replace table {SOURCES}.main.columns_there as from duckdb_columns()")


def _file_of(table: str) -> list[SqlFile]:
    return [file for file in read_sql_files() if file.table == table]


def declared_columns() -> pl.DataFrame:
    """Return the registry's declaration of every output column, as ``meta.columns`` shows it."""
    rows = [
        {
            "table_schema": table.schema,
            "table_name": table.name,
            "column_name": column.name,
            "unit": column.unit,
            "is_key": column.name in table.key,
            "refers_to": REFERENCES.get(f"{table.full_name}.{column.name}", ""),
            "description_en": column.label.en,
            "description_zh": column.label.zh,
            "values_en": _values(column.enumeration.labels, "en") if column.enumeration else "",
            "values_zh": _values(column.enumeration.labels, "zh") if column.enumeration else "",
        }
        for table in OUTPUT_TABLES.values()
        for column in table.columns
    ]
    return pl.DataFrame([*rows, *_part_columns()])


def _part_columns() -> list[dict[str, Any]]:
    """Declare the columns of ``core.score_points``, which follow from the parts that the factors declare."""
    sides = PARTY.labels
    return [
        {
            "table_schema": "core",
            "table_name": "score_points",
            "column_name": f"{factor.name}__{part_column(party, part.name)}",
            "unit": "1/10000",
            "is_key": False,
            "refers_to": "",
            "description_en": f"{factor.name} of the {sides[party].en}: {part.label.en}",
            "description_zh": f"{sides[party].zh}{FACTOR.labels[factor.name].zh}：{part.label.zh}",
            "values_en": "",
            "values_zh": "",
        }
        for factor in FACTORS
        for part in factor.parts
        for party in part.parties
    ]


def _values(labels: Mapping[str, Any], language: str) -> str:
    return "; ".join(f"{value}: {getattr(label, language)}" for value, label in labels.items())


def _comment(connection: "duckdb.DuckDBPyConnection") -> None:
    there = connection.execute(
        f"""
        select schema_name || '.' || table_name, column_name
        from duckdb_columns()
        where database_name = '{CATALOG}' and schema_name in ('core', 'marts', 'meta')
        """
    ).fetchall()
    views = {
        row[0] for row in connection.execute("select schema_name || '.' || view_name from duckdb_views()").fetchall()
    }
    for full_name in sorted({name for name, _ in there} & OUTPUT_TABLES.keys()):
        kind = "view" if full_name in views else "table"
        connection.execute(f"comment on {kind} {full_name} is '{_quoted(_both(OUTPUT_TABLES[full_name]))}'")
    _comment_columns(connection)


def _comment_columns(connection: "duckdb.DuckDBPyConnection") -> None:
    """Put the words of the dictionary on every column, those of extra factors and of score parts too."""
    rows = connection.execute(
        f"select table_schema, table_name, column_name, description_en, description_zh from {DICTIONARY}"
    ).fetchall()
    for schema, table, column, english, chinese in rows:
        name = column.replace('"', '""')
        text = f"{english} | {chinese}"
        connection.execute(f"comment on column {schema}.{table}.\"{name}\" is '{_quoted(text)}'")


def _both(table: Table) -> str:
    return f"{table.label.en} | {table.label.zh}"


def _quoted(text: object) -> str:
    return str(text).replace("'", "''")
