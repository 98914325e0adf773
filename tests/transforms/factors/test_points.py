"""Whole-number arithmetic of scores."""

import math
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.factors.points import SCALE, apportion, exact_share, micro_nats, saturate

_WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=8)


@settings(max_examples=100)
@given(points=st.integers(0, SCALE), weights=_WEIGHTS)
def test_shares_add_up_and_are_within_a_point(points: int, weights: list[int]) -> None:
    columns = [f"c{place}" for place in range(len(weights))]
    frame = pl.LazyFrame([weights], schema=dict.fromkeys(columns, pl.Int64), orient="row")
    shares = apportion(frame, pl.lit(points), columns).collect().row(0)
    total = sum(weights)
    assert [share is None for share in shares] == [weight == 0 for weight in weights]
    assert sum(share or 0 for share in shares) == (points if total else 0)
    for share, weight in zip(shares, weights, strict=True):
        assert share is None or abs(share - Fraction(points * weight, total)) < 1


def test_apportion_by_hand() -> None:
    # 10 points by 1:1:1. Cumulated thirds: 3.33, 6.67, 10; floors 3, 6, 10; differences 3, 3, 4.
    frame = pl.LazyFrame({"a": [1], "b": [1], "c": [1], "other": ["kept"]})
    divided = apportion(frame, pl.lit(10), ["a", "b", "c"]).collect()
    assert divided.row(0) == (3, 3, 4, "kept")
    assert divided.dtypes[:3] == [pl.Int32] * 3


@settings(max_examples=50)
@given(nats=st.lists(st.integers(0, 2**40), min_size=2, max_size=20), ceiling=st.integers(0, SCALE))
def test_saturation_never_falls_and_stays_below_the_ceiling(nats: list[int], ceiling: int) -> None:
    frame = pl.LazyFrame({"nats": sorted(nats)}, schema={"nats": pl.Int64})
    points = frame.select(saturate(pl.col("nats"), pl.lit(ceiling))).collect().to_series().to_list()
    assert points == sorted(points)
    assert all(0 <= value <= ceiling for value in points)


@pytest.mark.parametrize(
    ("strength", "expected"), [(0.0, 0), (0.5, round(math.log(2) * 1e6)), (1e-9, 1), (0.95, round(math.log(20) * 1e6))]
)
def test_micro_nats(strength: float, expected: int) -> None:
    assert pl.select(micro_nats(pl.lit(strength))).item() == expected


def test_two_halves_leave_a_quarter() -> None:
    # 1 - (1 - 0.5) * (1 - 0.5) = 0.75
    half = pl.select(micro_nats(pl.lit(0.5))).item()
    assert pl.select(saturate(pl.lit(2 * half), pl.lit(SCALE))).item() == 7500


def test_exact_share() -> None:
    frame = pl.LazyFrame({"a": [300], "b": [500]}, schema={"a": pl.Int32, "b": pl.Int32})
    assert frame.select(exact_share(("a", "b"), 1_000_000)).collect().item() == 0.15
