"""core.evidence on rows worked out by hand."""

import polars as pl

from tests.builders import build_table, sql_warehouse, staged_frame
from transforms.registry import OUTPUT_TABLES


def test_evidence() -> None:
    rows: list[dict[str, object]] = [
        {
            "evidence_id": "2",
            "dispute_id": "a",
            "party": "buyer",
            "kind": "photo",
            "counted": False,
            "__file": "f",
            "__row": 4,
        },
        {
            "evidence_id": "1",
            "dispute_id": "b",
            "party": "seller",
            "kind": "photo",
            "counted": True,
            "__file": "f",
            "__row": 9,
        },
        {
            "evidence_id": "3",
            "dispute_id": "b",
            "party": "seller",
            "kind": None,
            "counted": None,
            "__file": "g",
            "__row": 1,
        },
    ]
    with sql_warehouse(evidence=staged_frame("evidence", rows, counted=pl.Boolean())) as connection:
        found = build_table(connection, "core.evidence")
    # Every row once, whether it counts or not, with the place where it came from.
    names = ("dispute_id", "party", "kind", "counted", "file_id", "source_row")
    kept = {row["evidence_id"]: tuple(row[name] for name in names) for row in found}
    assert len(found) == 3
    assert kept == {
        "1": ("b", "seller", "photo", True, "f", 9),
        "2": ("a", "buyer", "photo", False, "f", 4),
        "3": ("b", "seller", None, None, "g", 1),
    }
    assert tuple(found[0]) == OUTPUT_TABLES["core.evidence"].column_names
