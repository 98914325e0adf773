"""Runs the files of ``sql/`` in the order of their dependencies."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.errors import RunError
from sql import FOLDER

if TYPE_CHECKING:
    import duckdb

#: Folders of ``sql/`` whose files make something in the schema of that name; ``main`` holds macros, ``temp`` what only
#: serves the building and is no part of a release.
SCHEMAS = ("core", "marts", "meta", "main", "temp")
_COMMENT = re.compile(r"--[^\n]*")
_REFERENCE = re.compile(r"\b(?:from|join|on|unpivot)\s+((?:core|marts|meta|temp)\.\w+)", re.IGNORECASE)
_PARAMETER = re.compile(r"\$([a-z_]\w*)")


@dataclass(frozen=True)
class SqlFile:
    """One file of ``sql/``.

    Attributes:
        table: Full name of the table, view or macro that it makes.
        path: The file.
        text: Its content.
        needs: Full names of the tables that it reads.
        parameters: Names of the parameters that it binds.
    """

    table: str
    path: Path
    text: str
    needs: frozenset[str]
    parameters: frozenset[str]

    @property
    def query(self) -> str:
        """The query whose rows its table holds.

        Raises:
            RunError: The file does not begin as files of tables do.
        """
        create = f"create or replace table {self.table} as\n"
        _, found, query = self.text.partition(create)
        if not found:
            raise RunError(f"{self.path.name} does not read {create.strip()}, so nothing can be added to its table")
        return query

    def as_insert(self) -> "SqlFile":
        """Return the file with its query added to the table instead of replacing it."""
        return replace(self, text=f"insert into {self.table}\n{self.query}")

    def as_description(self) -> "SqlFile":
        """Return the file with a list of its columns and their types instead of its rows."""
        return replace(self, text=f"describe\n{self.query}")


def read_sql_files(folder: Path = FOLDER) -> list[SqlFile]:
    """Read all files and put them in an order in which each finds what it needs.

    Args:
        folder: Folder with one folder per schema.

    Returns:
        The files in order; the same on every machine.

    Raises:
        RunError: Two files need each other.
    """
    paths = sorted(path for schema in SCHEMAS for path in (folder / schema).glob("*.sql"))
    files = {file.table: file for file in map(_read, paths)}
    graph = {file.table: sorted(file.needs & files.keys() - {file.table}) for file in files.values()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise RunError(f"the files of sql/ need each other in a circle: {' → '.join(error.args[1])}") from error
    return [files[table] for table in order]


def _read(path: Path) -> SqlFile:
    text = path.read_text(encoding="utf-8")
    code = _COMMENT.sub("", text)
    return SqlFile(
        table=f"{path.parent.name}.{path.stem}",
        path=path,
        text=text,
        needs=frozenset(name.lower() for name in _REFERENCE.findall(code)),
        parameters=frozenset(_PARAMETER.findall(code)),
    )


def run_sql_files(
    connection: "duckdb.DuckDBPyConnection", files: Iterable[SqlFile], parameters: Mapping[str, Any]
) -> None:
    """Run files in the order given.

    Args:
        connection: The connection, with what the files read in place.
        files: The files.
        parameters: Values to bind; each file takes those that it names.

    Raises:
        RunError: A statement fails; the message names file, statement and cause.
    """
    for file in files:
        run_sql_file(connection, file, parameters)


def run_sql_file(
    connection: "duckdb.DuckDBPyConnection", file: SqlFile, parameters: Mapping[str, Any]
) -> "duckdb.DuckDBPyConnection":
    """Run one file.

    Args:
        connection: The connection, with what the file reads in place.
        file: The file.
        parameters: Values to bind; it takes those that it names.

    Returns:
        The connection, with the result of the file.

    Raises:
        RunError: A statement fails; the message names file, statement and cause.
    """
    import duckdb  # noqa: PLC0415 - imported late, see settings of the command line

    missing = sorted(file.parameters - parameters.keys())
    if missing:
        raise RunError(f"{file.path.name} needs the parameter {', '.join(missing)}")
    try:
        return connection.execute(file.text, {name: parameters[name] for name in sorted(file.parameters)})
    except duckdb.Error as error:
        raise RunError(f"sql/{file.path.parent.name}/{file.path.name} failed on {file.table}: {error}") from error
