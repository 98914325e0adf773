"""The runner of sql/: order, parameters, and errors that say where."""

import re
from pathlib import Path

import duckdb
import pytest

from flows.errors import RunError
from flows.sql_runner import read_sql_files, run_sql_files


def _folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        schema, table = name.split("__")
        (tmp_path / schema).mkdir(exist_ok=True)
        (tmp_path / schema / f"{table}.sql").write_text(text, encoding="utf-8")
    return tmp_path


CHAIN = {
    "core__c": "-- reads nothing: from marts.a is only mentioned\ncreate table core.c as select $start as n",
    "marts__b": "create table marts.b as select n + 1 as n from core.c",
    "marts__a": "create table marts.a as select b.n * c.n as n from marts.b as b join core.c as c on true",
}


def test_every_file_finds_what_it_reads(tmp_path: Path) -> None:
    files = read_sql_files(_folder(tmp_path, **CHAIN))
    assert [file.table for file in files] == ["core.c", "marts.b", "marts.a"]
    with duckdb.connect() as connection:
        connection.execute("create schema core; create schema marts")
        run_sql_files(connection, files, {"start": 4, "other": 5})
        assert connection.execute("from marts.a").fetchall() == [(20,)]


def test_files_that_need_each_other_are_refused(tmp_path: Path) -> None:
    files = {"core__a": "create table core.a as from core.b", "core__b": "create table core.b as from core.a"}
    with pytest.raises(RunError, match=r"in a circle: core\.\w → core\.\w"):
        read_sql_files(_folder(tmp_path, **files))


def test_a_missing_parameter_is_named(tmp_path: Path) -> None:
    with duckdb.connect() as connection, pytest.raises(RunError, match=r"c\.sql needs the parameter start"):
        run_sql_files(connection, read_sql_files(_folder(tmp_path, core__c=CHAIN["core__c"])), {})


def test_an_error_names_file_table_and_cause(tmp_path: Path) -> None:
    files = read_sql_files(_folder(tmp_path, core__a="create schema core; create table core.a as select nothing"))
    with (
        duckdb.connect() as connection,
        pytest.raises(RunError, match=r'sql/core/a\.sql failed on core\.a: .*"nothing"'),
    ):
        run_sql_files(connection, files, {})


TABLES = [file for file in read_sql_files() if not file.table.startswith(("main.", "temp."))]
MACROS = [file for file in read_sql_files() if file.table.startswith("main.")]


def test_the_files_of_the_project_make_the_table_that_they_are_named_after() -> None:
    for file in TABLES:
        head = file.text.casefold()
        assert f"create or replace table {file.table} as" in head or f"create or replace view {file.table} as" in head
    for file in MACROS:
        assert f"create or replace macro {file.table}(" in file.text.casefold()


def test_what_only_serves_the_building_is_no_part_of_a_release() -> None:
    for file in read_sql_files():
        made = re.findall(r"^create or replace temp (?:table|view|macro) (\w+)", file.text, re.MULTILINE)
        assert made == [file.path.stem] * file.table.startswith("temp."), file.table


def test_the_files_of_the_project_begin_with_grain_and_key() -> None:
    for file in TABLES:
        comment = "\n".join(line for line in file.text.splitlines() if line.startswith("--")).casefold()
        assert "grain:" in comment, file.table
        assert "key:" in comment, file.table


def test_a_macro_begins_with_how_it_is_called() -> None:
    for file in MACROS:
        assert f"{file.path.stem}(" in file.text.splitlines()[0]
