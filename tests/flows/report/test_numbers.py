"""Numbers as people read them."""

import pytest

from flows.report import numbers


@pytest.mark.parametrize(
    ("value", "expected"),
    [(12.34, "+12.3"), (-0.04, "0.0"), (0.0, "0.0"), (-1234.56, "−1,234.6"), (0.05, "+0.1"), (None, "–")],
)
def test_signed_decimal(value: float | None, expected: str) -> None:
    assert numbers.decimal(value, signed=True) == expected


@pytest.mark.parametrize(("share", "expected"), [(0.4312, "43.1%"), (0.0, "0.0%"), (1.0, "100.0%"), (None, "–")])
def test_percent(share: float | None, expected: str) -> None:
    assert numbers.percent(share) == expected


@pytest.mark.parametrize(
    ("n", "total", "expected"),
    [
        (5, 98_064, "<0.1%"),
        (0, 98_064, "0.0%"),
        (49, 98_064, "<0.1%"),
        (50, 98_064, "0.1%"),
        (1, 2, "50.0%"),
        (0, 0, "–"),
    ],
)
def test_what_is_there_is_not_rounded_away(n: int, total: int, expected: str) -> None:
    assert numbers.percent_of(n, total) == expected


def test_an_interval_without_an_end_is_no_interval() -> None:
    assert numbers.percent_interval(0.1, None) == "–"
    assert numbers.percent_interval(0.1, 0.25) == "[10.0, 25.0]"
    assert numbers.interval(-1.25, 3.0, 2, signed=True) == "[−1.25, +3.00]"


def test_counts_have_separators() -> None:
    assert numbers.count(1234567) == "1,234,567"


def test_long_text_is_cut() -> None:
    assert numbers.same("x" * 240).en == "x" * 240
    assert numbers.same("x" * 241).en == "x" * 239 + "…"
