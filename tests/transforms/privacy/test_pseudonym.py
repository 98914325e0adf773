"""Pseudonyms against Python's own hmac."""

import hashlib
import hmac

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.privacy.pseudonym import PseudonymKey, is_pseudonym, pseudonymise
from transforms.registry import Identifier

SECRET = b"sixteen bytes or more"
KEY = PseudonymKey(SECRET)
LETTERS = {Identifier.USER: "u", Identifier.ORDER: "o", Identifier.DECIDER: "d"}


def _expected(value: str, kind: Identifier, secret: bytes = SECRET) -> str:
    own = hmac.new(secret, f"ruling-analytics/{kind}".encode(), hashlib.sha256).digest()
    digits = hmac.new(own, value.encode(), hashlib.sha256).hexdigest()
    return f"{LETTERS[kind]}_{digits[:16]}"


def _names(values: list[str | None], kind: Identifier = Identifier.USER, key: PseudonymKey = KEY) -> list[str | None]:
    return pseudonymise(pl.Series("id", values, dtype=pl.String), kind, key).to_list()


@pytest.mark.parametrize("kind", Identifier)
def test_a_pseudonym_is_the_start_of_an_hmac(kind: Identifier) -> None:
    values = ["buyer-1", "用户甲", "🙂", " ", "", "a" * 5000, "quote ' and \\"]
    assert _names([*values], kind) == [_expected(value, kind) for value in values]


@settings(max_examples=25)
@given(st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=80), max_size=20))
def test_every_text_gets_its_hmac_and_null_stays_null(values: list[str | None]) -> None:
    assert _names(values) == [None if value is None else _expected(value, Identifier.USER) for value in values]


@settings(max_examples=10)
@given(st.binary(min_size=16, max_size=200))
def test_keys_of_any_length_are_taken_as_hmac_takes_them(secret: bytes) -> None:
    assert _names(["x"], key=PseudonymKey(secret)) == [_expected("x", Identifier.USER, secret)]


def test_order_and_repeats_are_kept() -> None:
    first, second, third, fourth, fifth = _names(["b", "a", None, "b", "a"])
    assert (first, second, third) == (fourth, fifth, None)
    assert first != second


def test_pseudonyms_of_different_kinds_do_not_match() -> None:
    digits = {str(name)[2:] for kind in Identifier for name in _names(["1"], kind)}
    assert len(digits) == len(Identifier)


def test_only_nulls_and_nothing() -> None:
    assert _names([None, None]) == [None, None]
    assert _names([]) == []


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        PseudonymKey(b"fifteen bytes !")


def test_the_key_is_not_shown() -> None:
    assert "sixteen" not in repr(KEY)


def test_a_pseudonym_is_told_by_its_form() -> None:
    (name,) = _names(["somebody"])
    assert name is not None
    assert is_pseudonym(name, Identifier.USER)
    assert not is_pseudonym(name, Identifier.ORDER)
    for text in ("", "somebody", name[:-1], name + "0", name.upper(), f" {name}"):
        assert not is_pseudonym(text, Identifier.USER)


def test_the_fingerprint_is_no_derived_key() -> None:
    assert KEY.fingerprint not in {KEY.derived(kind).hex()[:16] for kind in Identifier}
    assert KEY.fingerprint != PseudonymKey(SECRET + b"!").fingerprint
