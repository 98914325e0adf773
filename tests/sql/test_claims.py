"""marts.claim_findings and marts.definitions: what was found, in the order of the catalogue, as declared."""

import duckdb
import polars as pl
import pytest

from tests.builders import build_table, sql_warehouse
from tests.transforms.claims.samples import World, draw, draw_disputes
from transforms.claims.answers import Data
from transforms.claims.findings import claim_tables
from transforms.registry import output_table

TABLES = ("claim_findings", "definitions")


def _rows(table: str) -> pl.DataFrame:
    # Two rows in the order of their making, which is not that of the alphabet; the second was not tested.
    schema = output_table(f"marts.{table}").polars_schema
    first, second = (dict.fromkeys(schema) for _ in range(2))
    first |= {"claim_id": "T1", "n": 7, "estimate": 2.5, "verdict": "inconclusive", "status": "ok"}
    second |= {"claim_id": "E1", "n": 0, "verdict": "not_testable", "status": "not_recorded"}
    return pl.DataFrame([second, first], schema=schema).with_columns(position=pl.Series([2, 1]))


def _uneven(connection: duckdb.DuckDBPyConnection, *things: tuple[str, str]) -> None:
    connection.execute(
        "create table marts.records_by_outcome (table_name varchar, column_name varchar, is_uneven boolean)"
    )
    for table, column in things:
        connection.execute("insert into marts.records_by_outcome values (?, ?, true)", [table, column])


def test_a_finding_says_where_recording_depends_on_the_outcome() -> None:
    schema = output_table("marts.claim_findings").polars_schema
    made = [
        {
            "claim_id": f"{factor}-{verdict}",
            "factor": factor,
            "verdict": verdict,
            "finding_en": "F.",
            "finding_zh": "F。",
        }
        for factor in ("evidence", "rules", "tone")
        for verdict in ("supported", "inconclusive")
    ]
    rows = pl.DataFrame([{**dict.fromkeys(schema), **row} for row in made], schema=schema).with_row_index("position")
    with sql_warehouse(claim_findings=rows) as connection:
        # the seller's identifier is no part of how the rules were kept
        _uneven(connection, ("messages", "any"), ("disputes", "shipped_on_time"), ("evidence", "clear"))
        both = build_table(connection, "marts.claim_findings")
        connection.execute("delete from marts.records_by_outcome where column_name <> 'any'")
        connection.execute("insert into marts.records_by_outcome values ('disputes', 'seller_id', true)")
        one = build_table(connection, "marts.claim_findings")
    warned = [
        row["claim_id"] for row in both if "Beware" in str(row["finding_en"]) and "注意" in str(row["finding_zh"])
    ]
    assert warned == ["evidence-supported", "rules-supported", "tone-supported"]
    assert [row["claim_id"] for row in one if row["finding_en"] != "F."] == ["tone-supported"]


@pytest.mark.parametrize("table", TABLES)
def test_rows_keep_the_order_of_their_making(table: str) -> None:
    with sql_warehouse(**{table: _rows(table)}) as connection:
        _uneven(connection)
        rows = build_table(connection, f"marts.{table}")
    assert tuple(rows[0]) == output_table(f"marts.{table}").column_names
    # by hand: position 1 is T1 (n = 7), position 2 is E1 without numbers
    found = [(row["claim_id"], row["n"], row["estimate"], row["verdict"], row["status"]) for row in rows]
    assert found == [("T1", 7, 2.5, "inconclusive", "ok"), ("E1", 0, None, "not_testable", "not_recorded")]


def test_what_is_found_has_the_declared_columns_types_and_keys() -> None:
    frame = draw(World(n=200, n_sellers=30))
    found = claim_tables(Data(frame.lazy(), draw_disputes(frame).lazy()))
    for table, made in zip(TABLES, (found.findings, found.definitions), strict=True):
        declared = output_table(f"marts.{table}")
        assert dict(made.schema) == declared.polars_schema
        assert made.select(declared.key).is_unique().all()
