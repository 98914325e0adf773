"""Only what was known before the ruling counts."""

from datetime import timedelta

import polars as pl
import pytest

from tests.transforms.factors.records import RULED, disputes, table
from transforms.factors.time_rules import mark_counted

_INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("dispute", "submitted_at", "counted"),
    [
        ("ruled", RULED - _INSTANT, True),
        ("ruled", RULED, False),
        ("ruled", RULED + _INSTANT, False),
        ("ruled", None, True),
        ("open", RULED + timedelta(days=900), True),
        ("open", None, True),
    ],
)
def test_strictly_before_the_ruling(dispute: str, submitted_at: object, counted: bool) -> None:
    both = disputes({"dispute_id": "ruled"}, {"dispute_id": "open", "ruled_at": None})
    item = table("evidence", [{"dispute_id": dispute, "submitted_at": submitted_at}])
    assert mark_counted(item, both, "submitted_at").collect()["counted"].to_list() == [counted]


def test_rows_order_and_other_columns_stay() -> None:
    rulings = disputes(*({"dispute_id": f"D{number}"} for number in range(50)))
    ids = [f"D{(number * 37) % 50}" for number in range(200)]
    child = pl.LazyFrame({"dispute_id": ids, "ruled_at": range(200), "at": [RULED] * 200})
    marked = mark_counted(child, rulings, "at").collect(engine="streaming")
    assert marked.columns == ["dispute_id", "ruled_at", "at", "counted"]
    assert marked.drop("counted").equals(child.collect())
    assert not marked["counted"].any()


def test_what_a_dispute_carries_comes_along() -> None:
    rulings = disputes({"dispute_id": "a"}, {"dispute_id": "b"}).with_row_index("place")
    child = pl.LazyFrame({"dispute_id": ["b", "a", "b"], "at": [RULED] * 3})
    marked = mark_counted(child, rulings, "at", carry=("place",)).collect()
    assert marked["place"].to_list() == [1, 0, 1]


def test_no_disputes_and_no_facts() -> None:
    marked = mark_counted(table("evidence", []), disputes(), "submitted_at").collect()
    assert marked.height == 0
    assert marked.schema["counted"] == pl.Boolean
