"""core.dispute_versions on rows worked out by hand."""

import polars as pl

from flows.history import VERSIONS_SCHEMA
from tests.builders import build_table, sql_warehouse
from transforms.registry import OUTPUT_TABLES


def test_versions() -> None:
    rows = [{"dispute_id": "b", "version": 2}, {"dispute_id": "b", "version": 1}, {"dispute_id": "a", "version": 1}]
    frame = pl.DataFrame([{name: row.get(name) for name in VERSIONS_SCHEMA} for row in rows], schema=VERSIONS_SCHEMA)
    with sql_warehouse(dispute_versions=frame) as connection:
        found = build_table(connection, "core.dispute_versions")
    # By dispute, then version.
    assert [(row["dispute_id"], row["version"]) for row in found] == [("a", 1), ("b", 1), ("b", 2)]
    assert tuple(found[0]) == OUTPUT_TABLES["core.dispute_versions"].column_names
