"""One column of text to typed values: good, bad and odd spellings of every type."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.ingest.profile import NULL_TOKENS
from transforms.ingest.values import Spelling, typed_values
from transforms.registry import INPUT_TABLES, Column

DISPUTES, REPUTATION, MESSAGES = (INPUT_TABLES[name] for name in ("disputes", "reputation", "messages"))
PLAIN = Spelling(NULL_TOKENS)
COLUMNS = {
    "text": DISPUTES.column("order_id"),
    "enum": DISPUTES.column("category"),
    "decimal": DISPUTES.column("claimed_cny"),
    "integer": DISPUTES.column("votes_buyer"),
    "boolean": DISPUTES.column("paid_on_platform"),
    "float": REPUTATION.column("positive_rate"),
    "date": REPUTATION.column("member_since"),
    "timestamp": DISPUTES.column("opened_at"),
    "free text": MESSAGES.column("text"),
}

GOOD: list[tuple[str, str, object]] = [
    ("text", "O-1", "O-1"),
    ("text", "  O-1\t", "O-1"),
    ("text", "\u3000编号 1\u00a0", "编号 1"),
    ("enum", "luxury", "luxury"),
    ("enum", "奢侈品", "luxury"),
    ("enum", " 3C数码 ", "digital_3c"),
    ("enum", "3c数码", "digital_3c"),
    ("enum", "LUXURY", "luxury"),
    ("decimal", "12.50", Decimal("12.50")),
    ("decimal", "12.5", Decimal("12.50")),
    ("decimal", "12", Decimal("12.00")),
    ("decimal", " 12.50 ", Decimal("12.50")),
    ("decimal", "¥12.50", Decimal("12.50")),
    ("decimal", "￥ 12.50", Decimal("12.50")),
    ("decimal", "0", Decimal("0.00")),
    ("decimal", "-1", Decimal("-1.00")),
    ("decimal", "9999999999.99", Decimal("9999999999.99")),
    ("integer", "17", 17),
    ("integer", "0", 0),
    ("integer", "-1", -1),
    ("integer", " 9 ", 9),
    ("integer", "9.0", 9),
    ("boolean", "true", True),
    ("boolean", "TRUE", True),
    ("boolean", "1", True),
    ("boolean", "是", True),
    ("boolean", " yes ", True),
    ("boolean", "false", False),
    ("boolean", "False", False),
    ("boolean", "0", False),
    ("boolean", "否", False),
    ("float", "0.98", 0.98),
    ("float", "1", 1.0),
    ("float", "9.8e-1", 0.98),
    ("float", " .5 ", 0.5),
    ("date", "2020-01-02", date(2020, 1, 2)),
    ("date", "2020/1/2", date(2020, 1, 2)),
    ("date", "2020-01-02 23:30:00", date(2020, 1, 2)),
    ("date", "2020-01-01T20:00:00Z", date(2020, 1, 2)),  # the next day in China
    ("free text", "  你好\n", "  你好\n"),
    ("free text", "NULL", "NULL"),
    ("free text", "N/A", "N/A"),
]
BAD = [
    ("enum", "奢侈"),
    ("enum", "luxury!"),
    ("decimal", "twelve"),
    ("decimal", "12.5.0"),
    ("decimal", "10000000000.00"),
    ("decimal", "inf"),
    ("decimal", "12元整"),
    ("integer", "17.5"),
    ("integer", "many"),
    ("integer", "99999999999999999999"),
    ("integer", "0x10"),
    ("boolean", "2"),
    ("boolean", "maybe"),
    ("float", "98%"),
    ("float", "inf"),
    ("float", "-Infinity"),
    ("float", "0,98"),
    ("date", "2020-02-30"),
    ("date", "yesterday"),
    ("date", "2020-13-01"),
    ("timestamp", "soon"),
    ("timestamp", "2026-02-30 10:00:00"),
]


def _typed(column: Column, *values: str | None, spelling: Spelling = PLAIN) -> list[object]:
    return typed_values(pl.Series(column.name, values, dtype=pl.String), column, spelling).to_list()


@pytest.mark.parametrize(("kind", "text", "value"), GOOD)
def test_good_values(kind: str, text: str, value: object) -> None:
    assert _typed(COLUMNS[kind], text) == [value]


@pytest.mark.parametrize(("kind", "text"), BAD)
def test_what_cannot_be_read_is_null(kind: str, text: str) -> None:
    assert _typed(COLUMNS[kind], text) == [None]


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("token", ["", "   ", "\u3000"])
def test_blank_is_not_recorded(kind: str, token: str) -> None:
    assert _typed(COLUMNS[kind], token) == [None]


@pytest.mark.parametrize("kind", [kind for kind in COLUMNS if kind != "free text"])
@pytest.mark.parametrize("token", [*NULL_TOKENS, " NULL "])
def test_null_tokens_are_not_recorded(kind: str, token: str) -> None:
    assert _typed(COLUMNS[kind], token) == [None]


@pytest.mark.parametrize("kind", [kind for kind in COLUMNS if kind != "free text"])
@pytest.mark.parametrize("tokens", [("", "未知"), ("", "未填写或不详"), ("", "-", "无")])
def test_null_tokens_of_a_profile_in_any_script(kind: str, tokens: tuple[str, ...]) -> None:
    assert _typed(COLUMNS[kind], tokens[-1], spelling=Spelling(tokens)) == [None]


@pytest.mark.parametrize("kind", COLUMNS)
def test_an_empty_field_is_never_a_value(kind: str) -> None:
    # Even where a profile lists other null tokens: an empty identifier identifies nobody.
    assert _typed(COLUMNS[kind], "", spelling=Spelling(("-",))) == [None]


@pytest.mark.parametrize("kind", COLUMNS)
def test_good_bad_and_absent_values_do_not_disturb_each_other(kind: str) -> None:
    pairs = [(text, value) for own, text, value in GOOD if own == kind]
    pairs += [(text, None) for own, text in BAD if own == kind] + [("", None)]
    mixed = [pair for pair in pairs for _ in range(2)] + pairs[::-1]
    column = COLUMNS[kind]
    assert _typed(column, *(text for text, _ in mixed), None) == [*(value for _, value in mixed), None]


@pytest.mark.parametrize("kind", COLUMNS)
def test_types_are_those_of_the_registry(kind: str) -> None:
    column = COLUMNS[kind]
    for values in ([], [None], ["?"], [text for own, text, _ in GOOD if own == kind]):
        series = pl.Series(column.name, values, dtype=pl.String)
        assert typed_values(series, column, PLAIN).dtype == column.kind.polars


def test_spellings_of_a_profile_go_beside_those_of_the_contract() -> None:
    spelling = Spelling(NULL_TOKENS, values={"手机": "digital_3c"})
    assert _typed(COLUMNS["enum"], "手机", " 手机 ", "奢侈品", spelling=spelling) == [
        "digital_3c",
        "digital_3c",
        "luxury",
    ]


def test_spellings_of_a_profile_for_other_kinds() -> None:
    assert _typed(COLUMNS["boolean"], "√", "×", spelling=Spelling(NULL_TOKENS, values={"√": "true", "×": "false"})) == [
        True,
        False,
    ]
    assert _typed(COLUMNS["integer"], "三", "4", spelling=Spelling(NULL_TOKENS, values={"三": "3"})) == [3, 4]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.decimals(-(10**10) + 1, 10**10 - 1, places=2), min_size=1))
def test_any_amount_is_read_exactly(amounts: list[Decimal]) -> None:
    assert _typed(COLUMNS["decimal"], *(f"{amount:f}" for amount in amounts)) == amounts


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_any_finite_number_is_read_exactly(numbers: list[float]) -> None:
    assert _typed(COLUMNS["float"], *map(repr, numbers)) == numbers


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1))
def test_free_text_is_never_changed(texts: list[str]) -> None:
    blank = [
        not text.strip(
            " \t\n\r\x0b\x0c\u3000\u00a0\u0085\u2028\u2029\u1680\u202f\u205f" + "".join(map(chr, range(0x2000, 0x200B)))
        )
        for text in texts
    ]
    expected = [None if empty else text for text, empty in zip(texts, blank, strict=True)]
    assert _typed(COLUMNS["free text"], *texts) == expected
