"""core.reputation on rows worked out by hand."""

from datetime import UTC, date, datetime

import polars as pl

from tests.builders import build_table, sql_warehouse, staged_frame
from transforms.registry import OUTPUT_TABLES

OLD, NEW = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


def test_reputation() -> None:
    rows = [
        {"user_id": "v", "as_of": OLD, "credit_score": 700, "counted": True, "__file": "f", "__row": 1},
        {"user_id": "u", "as_of": NEW, "positive_rate": 0.98, "counted": False, "__file": "f", "__row": 2},
        {"user_id": "u", "as_of": OLD, "member_since": date(2020, 1, 2), "counted": True, "__file": "f", "__row": 3},
    ]
    with sql_warehouse(reputation=staged_frame("reputation", rows, counted=pl.Boolean())) as connection:
        found = build_table(connection, "core.reputation")
    # By user, then by date.
    assert [(row["user_id"], row["as_of"], row["source_row"]) for row in found] == [
        ("u", OLD, 3),
        ("u", NEW, 2),
        ("v", OLD, 1),
    ]
    assert tuple(found[0]) == OUTPUT_TABLES["core.reputation"].column_names
    assert (found[0]["member_since"], found[1]["positive_rate"], found[2]["credit_score"]) == (
        date(2020, 1, 2),
        0.98,
        700,
    )
