"""The large tables: told how their columns are stored, filled two at a time, in the order of their sources."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.errors import RunError
from flows.large_tables import fill_tables
from flows.warehouse import Sources, add_sources, open_warehouse
from tests.builders import ask, settings_for
from tests.conftest import Built

TABLES = ("core.score_points", "core.factor_scores")


@pytest.fixture
def building(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(tmp_path / "x.duckdb", settings_for(tmp_path), tmp_path / "spill") as connection:
        yield connection


def add_pieces(connection: duckdb.DuckDBPyConnection, folder: Path, *pieces: list[str]) -> None:
    """Let both tables have a source of a file per piece."""
    parquet: dict[str, list[str]] = {"score_points": [], "factor_scores": []}
    for number, ids in enumerate(pieces):
        frame = pl.DataFrame({"dispute_id": ids, "is_odd": [True] * len(ids), "points": [0.5] * len(ids)})
        for name, paths in parquet.items():
            paths.append(str(folder / f"{name}-{number}.parquet"))
            frame.write_parquet(paths[-1])
    add_sources(connection, Sources(parquet))


def test_rows_lie_in_the_order_of_their_sources(building: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    add_pieces(building, tmp_path, ["c", "a"], ["b"])
    fill_tables(building, TABLES, {}, threads=2)
    add_pieces(building, tmp_path, ["d"])
    fill_tables(building, TABLES, {}, threads=2)
    for table in TABLES:
        assert building.execute(f"select dispute_id from {table}").fetchall() == [("c",), ("a",), ("b",), ("d",)]


def test_a_table_that_is_made_anew_has_no_rows_twice(building: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    add_pieces(building, tmp_path, ["b"], ["a"])
    for _ in range(2):
        fill_tables(building, TABLES[:1], {}, threads=2, anew=TABLES[1:])
    assert building.execute("select count(*) from core.score_points").fetchall() == [(4,)]
    assert building.execute("select count(*) from core.factor_scores").fetchall() == [(2,)]


def test_nothing_is_added_without_a_source(building: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    add_pieces(building, tmp_path, ["a"])
    fill_tables(building, TABLES, {}, threads=1)
    for name in ("score_points", "factor_scores"):
        building.execute(f"drop view scored.main.{name}")
    fill_tables(building, TABLES, {}, threads=1)
    assert building.execute("select count(*) from core.score_points").fetchall() == [(1,)]


def test_duckdb_has_its_threads_back(building: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    add_pieces(building, tmp_path, ["a"])
    fill_tables(building, TABLES, {}, threads=3)
    assert building.execute("select current_setting('threads')").fetchall() == [(3,)]


def test_a_table_that_fails_is_named(building: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    add_pieces(building, tmp_path, ["a"], ["b"])
    (tmp_path / "score_points-1.parquet").write_bytes(b"cut short")
    with pytest.raises(RunError, match=r"sql/core/score_points\.sql failed on core\.score_points"):
        fill_tables(building, TABLES, {}, threads=2)


def test_columns_are_told_how_they_are_stored(release: Built) -> None:
    sql = "select sql from duckdb_tables() where table_name = 'messages'"
    [(declared,)] = ask(release.result.database, sql)
    assert "message_id VARCHAR USING COMPRESSION ZSTD" in declared
    assert '"text" VARCHAR USING COMPRESSION ZSTD' in declared
    assert "insult BOOLEAN USING COMPRESSION Roaring" in declared
    # A dispute has many messages: what is best depends on how they lie.
    assert "dispute_id VARCHAR," in declared
