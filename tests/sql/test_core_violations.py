"""core.violations on rows worked out by hand."""

import polars as pl

from tests.builders import build_table, sql_warehouse, staged_frame
from transforms.registry import OUTPUT_TABLES


def test_violations() -> None:
    rows: list[dict[str, object]] = [
        {
            "violation_id": "2",
            "dispute_id": "a",
            "party": "buyer",
            "rule": "item_swap",
            "counted": False,
            "__file": "f",
            "__row": 4,
        },
        {
            "violation_id": "1",
            "dispute_id": "b",
            "party": "seller",
            "rule": "item_swap",
            "counted": True,
            "__file": "f",
            "__row": 9,
        },
        {
            "violation_id": "3",
            "dispute_id": "b",
            "party": "seller",
            "rule": None,
            "counted": None,
            "__file": "g",
            "__row": 1,
        },
    ]
    with sql_warehouse(violations=staged_frame("violations", rows, counted=pl.Boolean())) as connection:
        found = build_table(connection, "core.violations")
    # Every row once, whether it counts or not, with the place where it came from.
    names = ("dispute_id", "party", "rule", "counted", "file_id", "source_row")
    kept = {row["violation_id"]: tuple(row[name] for name in names) for row in found}
    assert len(found) == 3
    assert kept == {
        "1": ("b", "seller", "item_swap", True, "f", 9),
        "2": ("a", "buyer", "item_swap", False, "f", 4),
        "3": ("b", "seller", None, None, "g", 1),
    }
    assert tuple(found[0]) == OUTPUT_TABLES["core.violations"].column_names
