"""meta.expectations on rows worked out by hand."""

import polars as pl

from tests.builders import build_table, sql_warehouse
from transforms.registry import OUTPUT_TABLES


def test_expectations() -> None:
    schema = OUTPUT_TABLES["meta.expectations"].polars_schema
    rows = [
        ("messages", "text_not_null", "text", "stop", True, 3, 0, "0 of 3"),
        ("disputes", "rulings_differ", "outcome", "warn", False, 2, 1, "1"),
        ("disputes", "dispute_id_unique", "dispute_id", "stop", True, 2, 0, "0 of 2"),
    ]
    with sql_warehouse(expectations=pl.DataFrame(rows, schema=schema, orient="row")) as connection:
        found = build_table(connection, "meta.expectations")
    # By table, then by name; nothing is left out, whether it holds or not.
    assert [tuple(row.values()) for row in found] == [rows[2], rows[1], rows[0]]
    assert tuple(found[0]) == OUTPUT_TABLES["meta.expectations"].column_names
