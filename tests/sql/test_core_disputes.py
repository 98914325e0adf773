"""core.disputes on rows worked out by hand."""

from datetime import UTC, datetime
from decimal import Decimal

import polars as pl

from tests.builders import build_table, sql_warehouse, staged_frame
from transforms.registry import OUTPUT_TABLES

OPENED = datetime(2026, 1, 31, 17, tzinfo=UTC)


def test_disputes() -> None:
    rows = [
        {"dispute_id": "b", "opened_at": OPENED, "claimed_cny": Decimal("10.00"), "refunded_cny": Decimal("2.50"),
         "outcome": "partial", "is_ruled": True, "refund_ratio": 0.25, "__file": "f1", "__row": 7},
        {"dispute_id": "a", "opened_at": OPENED, "is_ruled": False, "__file": "f2", "__row": 1},
    ]  # fmt: skip
    frame = staged_frame("disputes", rows, is_ruled=pl.Boolean(), refund_ratio=pl.Float64())
    with sql_warehouse(disputes=frame.with_columns(extra=pl.lit("not promised"))) as connection:
        found = build_table(connection, "core.disputes", run_id="r1")
    # One row per dispute as they are filed, the columns of the registry and no others.
    assert [row["dispute_id"] for row in found] == ["b", "a"]
    assert tuple(found[0]) == OUTPUT_TABLES["core.disputes"].column_names
    assert {row["run_id"] for row in found} == {"r1"}
    expected = {"opened_at": OPENED, "claimed_cny": Decimal("10.00"), "outcome": "partial", "is_ruled": True,
                "refund_ratio": 0.25, "file_id": "f1", "source_row": 7, "claim": None}  # fmt: skip
    assert {name: found[0][name] for name in expected} == expected
