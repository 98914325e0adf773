"""What a dispute's own row says about how it ended."""

from decimal import Decimal

import polars as pl
import pytest

from tests.builders import input_frame
from transforms.outcomes import with_outcome_columns
from transforms.registry.enumerations import OUTCOME


def _one(outcome: str | None = None, refunded: str | None = None, claimed: str | None = None) -> dict[str, object]:
    amounts = {"refunded_cny": refunded, "claimed_cny": claimed}
    row = {"outcome": outcome, **{name: Decimal(text) if text else None for name, text in amounts.items()}}
    return with_outcome_columns(input_frame("disputes", [row]).lazy()).collect().row(0, named=True)


@pytest.mark.parametrize("outcome", [*OUTCOME.values, None])
def test_only_a_decision_is_a_ruling(outcome: str | None) -> None:
    assert _one(outcome)["is_ruled"] is (outcome in {"buyer_wins", "partial", "seller_wins"})


@pytest.mark.parametrize(
    ("refunded", "claimed", "ratio"),
    [
        ("50.00", "200.00", 0.25),
        ("0.00", "200.00", 0.0),
        ("200.00", "200.00", 1.0),
        ("1.00", "3.00", 0.333333),
        ("0.01", "9999999999.99", 0.0),
        (None, "200.00", None),
        ("50.00", None, None),
        ("0.00", "0.00", None),
        (None, None, None),
    ],
)
def test_refund_ratio(refunded: str | None, claimed: str | None, ratio: float | None) -> None:
    assert _one("partial", refunded, claimed)["refund_ratio"] == ratio


def test_rows_and_columns_stay() -> None:
    frame = input_frame("disputes", [{"dispute_id": "b"}, {"dispute_id": "a"}])
    found = with_outcome_columns(frame.lazy()).collect()
    assert found.columns == [*frame.columns, "is_ruled", "refund_ratio"]
    assert found["dispute_id"].to_list() == ["b", "a"]
    assert found.schema["refund_ratio"] == pl.Float64
