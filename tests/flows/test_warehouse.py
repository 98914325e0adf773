"""The database of a release: readable by older DuckDB, described, and readable while another is published."""

from pathlib import Path

import duckdb
import pytest

from flows.warehouse import STORAGE_VERSION, open_warehouse
from tests.builders import ask, settings_for
from tests.conftest import Built
from transforms.registry import OUTPUT_TABLES, Table
from transforms.registry.references import REFERENCES


def test_the_storage_is_that_of_an_older_duckdb(release: Built) -> None:
    with duckdb.connect(str(release.result.database.resolve()), read_only=True) as connection:
        (tags,) = connection.execute(
            "select tags['storage_version'] from duckdb_databases() where database_name = 'rulings'"
        ).fetchall()
    assert tags[0].startswith("v1.5.0")
    assert STORAGE_VERSION == "v1.5.0"


def test_there_is_no_write_ahead_log_beside_it(release: Built) -> None:
    folder = release.result.database.resolve().parent
    assert not [path.name for path in folder.iterdir() if path.name.endswith(".wal")]


def test_tables_and_columns_carry_their_words_as_comments(release: Built) -> None:
    said = dict(ask(release.result.database, "select schema_name || '.' || table_name, comment from duckdb_tables()"))
    for name in ("core.disputes", "marts.outcome_rates", "meta.files"):
        label = OUTPUT_TABLES[name].label
        assert label.en in said[name]
        assert label.zh in said[name]
    (comment,) = ask(
        release.result.database,
        "select comment from duckdb_columns() where table_name = 'disputes' and column_name = 'claimed_cny'",
    )
    assert "Amount claimed in CNY" in comment[0]


def test_every_column_has_a_comment(release: Built) -> None:
    sql = """
        select schema_name, table_name, column_name from duckdb_columns()
        where schema_name in ('core', 'marts', 'meta') and (comment is null or comment not like '%_ | _%')
    """
    assert ask(release.result.database, sql) == []


@pytest.mark.parametrize("table", OUTPUT_TABLES.values(), ids=lambda table: table.full_name)
def test_the_key_of_a_table_is_one(release: Built, table: Table) -> None:
    key = ", ".join(table.key)
    is_null = " or ".join(f"{column} is null" for column in table.key)
    sql = f"select count(*) - count(distinct ({key})), count(*) filter (where {is_null}) from {table.full_name}"
    assert ask(release.result.database, sql) == [(0, 0)]


@pytest.mark.parametrize("column", REFERENCES)
def test_what_is_referred_to_is_there(release: Built, column: str) -> None:
    (table, name), (other, key) = (place.rsplit(".", 1) for place in (column, REFERENCES[column]))
    sql = f"select {name} from {table} where {name} is not null and {name} not in (select {key} from {other})"
    assert ask(release.result.database, sql) == []


def test_every_dispute_of_another_table_is_declared(release: Built) -> None:
    sql = """
        select schema_name || '.' || table_name || '.dispute_id' from duckdb_columns()
        where column_name = 'dispute_id' and schema_name in ('core', 'marts') and table_name <> 'disputes'
    """
    assert {column for (column,) in ask(release.result.database, sql)} <= set(REFERENCES)


def test_times_are_stored_in_utc_with_zone_and_money_as_decimal(release: Built) -> None:
    kinds = {name: kind for name, kind, *_ in ask(release.result.database, "describe core.disputes")}
    assert (kinds["opened_at"], kinds["claimed_cny"]) == ("TIMESTAMP WITH TIME ZONE", "DECIMAL(12,2)")
    (moment,) = ask(
        release.result.database,
        "select strftime(opened_at, '%Y-%m-%d %H:%M') from core.disputes where dispute_id = 'h1'",
    )
    assert moment == ("2025-12-31 16:00",)


def test_a_failure_while_building_leaves_the_file_aside(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="a fault"),
        open_warehouse(tmp_path / "x.duckdb", settings_for(tmp_path), tmp_path / "spill"),
    ):
        raise ValueError("a fault")


def test_the_schemas_are_there(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "x.duckdb", settings_for(tmp_path), tmp_path / "spill") as connection:
        connection.execute("create table core.a as select 1 as n")
    assert ask(tmp_path / "x.duckdb", "from core.a") == [(1,)]
