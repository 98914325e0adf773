"""marts.evidence_kinds and marts.violation_rules: what was estimated, in the order in which it was."""

import polars as pl
import pytest

from tests.builders import build_table, sql_warehouse
from transforms.registry import output_table


@pytest.mark.parametrize(("table", "key"), [("evidence_kinds", "kind"), ("violation_rules", "rule")])
def test_rows_keep_the_order_of_their_making(table: str, key: str) -> None:
    # By hand: position 1 is the seller's with numbers, position 2 the buyer's without; the alphabet has it otherwise.
    schema = output_table(f"marts.{table}").polars_schema
    empty = dict.fromkeys(schema)
    first = empty | {key: "video", "party": "seller", "n": 40, "n_with": 10, "share_with": 0.25, "status": "ok"}
    second = empty | {key: "photo", "party": "buyer", "n": 40, "n_with": 0, "status": "constant"}
    frame = pl.DataFrame([second, first], schema=schema).with_columns(position=pl.Series([2, 1]))
    with sql_warehouse(**{table: frame}) as connection:
        found = build_table(connection, f"marts.{table}")
    assert [tuple(row) for row in found] == [tuple(schema)] * 2
    assert found == [first, second]
