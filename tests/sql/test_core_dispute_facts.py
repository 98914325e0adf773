"""core.dispute_facts on rows worked out by hand."""

import polars as pl

from tests.builders import build_table, sql_warehouse
from transforms.registry import output_table


def test_facts_are_taken_over_by_dispute() -> None:
    schema = output_table("core.dispute_facts").polars_schema
    rows = [
        {"dispute_id": "b", "buyer_has_photo": True, "buyer_procedure_kept": 2, "hours_to_close": 1.5},
        {"dispute_id": "a", "seller_proven_item_swap": False},
    ]
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    with sql_warehouse(dispute_facts=frame) as connection:
        found = build_table(connection, "core.dispute_facts")
    # In the order of the ids; null stays null.
    assert [tuple(row) for row in found] == [tuple(schema)] * 2
    # In the order in which they are filed, not sorted.
    assert found[0] == {name: rows[0].get(name) for name in schema}
    assert found[1] == dict.fromkeys(schema) | {"dispute_id": "a", "seller_proven_item_swap": False}
