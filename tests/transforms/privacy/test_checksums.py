"""Checksums of cards against python-stdnum."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from transforms.privacy.checksums import is_bank_card, is_luhn, is_resident_card

DIGITS = st.text("0123456789", min_size=1, max_size=19)
#: Regions, birth dates and sequence numbers whose check character stdnum computes.
BODIES = st.builds(
    "{}{}{:02}{:02}{:03}".format,
    st.sampled_from(("110105", "330106", "440305", "310115", "420106", "650102")),
    st.integers(1985, 2020),
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 999),
)


def _one(check: object, number: str) -> bool:
    return bool(check(pl.Series([number])).item())  # type: ignore[operator] # one of the checks


@settings(max_examples=200)
@given(st.lists(DIGITS, min_size=1, max_size=40))
def test_luhn_is_that_of_stdnum(numbers: list[str]) -> None:
    expected = [len(number) > 1 and luhn.is_valid(number) for number in numbers]
    assert is_luhn(pl.Series(numbers)).to_list() == expected


@pytest.mark.parametrize("number", ["", "7", "79927398713x", "x", "12345678901234567890"])
def test_what_is_no_number_of_a_card_is_not_luhn(number: str) -> None:
    assert not _one(is_luhn, number)


@settings(max_examples=200)
@given(st.lists(BODIES, min_size=1, max_size=30))
def test_a_card_that_stdnum_takes_is_a_resident_card(bodies: list[str]) -> None:
    numbers = [body + ric.calc_check_digit(body + "0") for body in bodies]
    known = [number for number in numbers if ric.is_valid(number)]
    assert is_resident_card(pl.Series(known, dtype=pl.String)).all()


@settings(max_examples=200)
@given(BODIES, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_a_card_with_one_wrong_character_is_none(body: str, place: int, character: str) -> None:
    number = body + ric.calc_check_digit(body + "0")
    mistyped = number[:place] + character + number[place + 1 :]
    assert _one(is_resident_card, mistyped) is (mistyped == number)
    assert mistyped == number or not ric.is_valid(mistyped)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("110105194912310021", False),  # wrong check character
        ("11010519491231002X", True),
        ("110105199002305512", False),  # 30 February
        ("000000199001010007", False),  # no province
        ("110105491231002", True),  # fifteen digits, as before 1999
        ("110105491331002", False),  # a thirteenth month
        ("352099001212481", True),
        ("352099001212482", True),
        ("35209900121248", False),
    ],
)
def test_resident_cards(number: str, expected: bool) -> None:
    assert _one(is_resident_card, number) is expected


def test_the_number_of_a_telephone_is_no_resident_card() -> None:
    """IMEI 35-209900-121248-x has a province and a date; what tells it is that its last digit is a Luhn digit."""
    imei = "35209900121248" + luhn.calc_check_digit("35209900121248")
    assert not _one(is_resident_card, imei)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("6222029411842785347", True),
        ("6222029411842785341", False),  # wrong check digit
        ("4514613050675942", True),
        ("374738834750690", True),
        ("352099172425700", False),  # an IMEI passes the Luhn check, but no card of 15 digits begins so
        ("0000000000000000", False),
        ("2309876543210987654", False),
        ("79927398713", False),  # too short
    ],
)
def test_bank_cards(number: str, expected: bool) -> None:
    assert _one(is_bank_card, number) is expected


def test_nothing_and_null() -> None:
    for check in (is_luhn, is_bank_card, is_resident_card):
        assert check(pl.Series([], dtype=pl.String)).to_list() == []
        assert check(pl.Series([None], dtype=pl.String)).to_list() == [False]
