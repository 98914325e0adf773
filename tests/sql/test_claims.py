"""marts.claim_findings and marts.definitions: what was found, in the order of the catalogue, as declared."""

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


@pytest.mark.parametrize("table", TABLES)
def test_rows_keep_the_order_of_their_making(table: str) -> None:
    with sql_warehouse(**{table: _rows(table)}) as connection:
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
