"""How long a dispute took, worked out by hand."""

from datetime import datetime

import polars as pl
import pytest

from tests.transforms.factors.records import OPENED, day, table
from transforms.facts import duration_facts
from transforms.outcomes import with_outcome_columns


@pytest.mark.parametrize(
    ("outcome", "opened", "ruled", "exported", "hours", "by_ruling"),
    [
        ("buyer_wins", OPENED, day(1.5), day(30), 36.0, True),
        ("partial", OPENED, OPENED, day(30), None, True),  # not after the opening
        ("seller_wins", OPENED, day(-1), day(30), None, True),
        ("seller_wins", OPENED, None, day(30), None, True),  # ruled, but when is not recorded
        ("seller_wins", None, day(1), day(30), None, True),
        ("settled", OPENED, day(2), day(30), 48.0, False),  # closed otherwise: the time of closing
        ("expired", OPENED, None, day(30), 720.0, False),
        (None, OPENED, None, day(30), 720.0, False),  # open: watched until the export
        (None, OPENED, None, day(-1), None, False),
        (None, OPENED, None, None, None, False),
    ],
)
def test_hours(
    outcome: str | None,
    opened: datetime | None,
    ruled: datetime | None,
    exported: datetime | None,
    hours: float | None,
    by_ruling: bool,
) -> None:
    row = {"dispute_id": "D", "outcome": outcome, "opened_at": opened, "ruled_at": ruled, "exported_at": exported}
    found = duration_facts(with_outcome_columns(table("disputes", [row]))).collect()
    assert found.row(0) == ("D", hours, by_ruling)
    assert found.schema["hours_to_close"] == pl.Float64
