"""One column of text to typed values: good, bad and odd spellings of every type."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.ingest.numbers import NumberForm
from transforms.ingest.profile import NULL_TOKENS
from transforms.ingest.values import NEVER_A_VALUE, Spelling, clean, clean_text, numeric_text, typed_values
from transforms.registry import INPUT_TABLES, Column, Kind

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
    ("enum", "３Ｃ 数码", "digital_3c"),
    ("enum", "3C數碼", "digital_3c"),
    ("enum", "Digital-3C", "digital_3c"),
    ("enum", "Mother and Baby", "mother_baby"),
    ("enum", "Books-Media", "books_media"),
    ("text", "'0012345", "0012345"),
    ("text", '="0012345"', "0012345"),
    ("text", "’0012345", "’0012345"),
    ("text", "O'Brien-1", "O'Brien-1"),
    ("text", "'O-1'", "O-1"),
    ("decimal", "12.50", Decimal("12.50")),
    ("decimal", "12.5", Decimal("12.50")),
    ("decimal", "12", Decimal("12.00")),
    ("decimal", " 12.50 ", Decimal("12.50")),
    ("decimal", "¥12.50", Decimal("12.50")),
    ("decimal", "￥ 12.50", Decimal("12.50")),
    ("decimal", "0", Decimal("0.00")),
    ("decimal", "-1", Decimal("-1.00")),
    ("decimal", "9999999999.99", Decimal("9999999999.99")),
    ("decimal", "￥1,234.50", Decimal("1234.50")),
    ("decimal", "¥ 1,234,567.8", Decimal("1234567.80")),
    ("decimal", "-¥12", Decimal("-12.00")),
    ("decimal", "CNY 12", Decimal("12.00")),
    ("decimal", "12 rmb", Decimal("12.00")),
    ("decimal", "人民币12.5元", Decimal("12.50")),
    ("decimal", "12.50元", Decimal("12.50")),
    ("decimal", "1.2万", Decimal("12000.00")),
    ("decimal", "1.2 万元", Decimal("12000.00")),
    ("decimal", "0.07萬", Decimal("700.00")),
    ("decimal", "3千", Decimal("3000.00")),
    ("decimal", "0.5亿", Decimal("50000000.00")),
    ("decimal", "(12.00)", Decimal("-12.00")),
    ("decimal", "(¥1,200)", Decimal("-1200.00")),
    ("decimal", "１，２３４．５０", Decimal("1234.50")),
    ("decimal", "1，234.50", Decimal("1234.50")),
    ("decimal", "'12.50", Decimal("12.50")),
    ("decimal", '="12.50"', Decimal("12.50")),
    ("decimal", "1.2E+3", Decimal("1200.00")),
    ("decimal", "0.125", Decimal("0.12")),
    ("decimal", "1234.567", Decimal("1234.57")),
    ("integer", "17", 17),
    ("integer", "1,234", 1234),
    ("integer", "1.2万", 12000),
    ("integer", "３千", 3000),
    ("integer", "'17", 17),
    ("integer", "１７", 17),
    ("integer", "+17", 17),
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
    ("boolean", "有", True),
    ("boolean", "无", False),
    ("boolean", "没有", False),
    ("boolean", "Y", True),
    ("boolean", " N", False),
    ("boolean", "n ", False),
    ("boolean", "T", True),
    ("boolean", "1.0", True),
    ("boolean", "０", False),
    ("boolean", "'1", True),
    ("boolean", "√", True),
    ("boolean", "×", False),
    ("float", "0.98", 0.98),
    ("float", "98%", 0.98),
    ("float", "98.5 %", 0.985),
    ("float", "95.65%", 0.9565),
    ("float", "９８％", 0.98),
    ("float", "'0.98", 0.98),
    ("date", "2020年1月2日", date(2020, 1, 2)),
    ("date", "02.01.2020", date(2020, 1, 2)),
    ("date", "02-JAN-20", date(2020, 1, 2)),
    ("date", "20200102", date(2020, 1, 2)),
    ("date", "43832", date(2020, 1, 2)),
    ("date", "43832.0", date(2020, 1, 2)),
    ("date", "1577894400", date(2020, 1, 2)),
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
    ("decimal", "1,23"),
    ("decimal", "1,2345"),
    ("decimal", "12,34,567.00"),
    ("decimal", "1,234.5,6"),
    ("decimal", "12.345"),
    ("decimal", "12.345.678"),
    ("decimal", "¥12.345"),
    ("decimal", "12.345,67"),
    ("decimal", "1 234.50"),
    ("decimal", "1'234.50"),
    ("decimal", "$12"),
    ("decimal", "USD 12"),
    ("decimal", "12%"),
    ("decimal", "约12"),
    ("decimal", "12+"),
    ("decimal", "1.2万多"),
    ("decimal", "1.2w"),
    ("decimal", "1.2k"),
    ("decimal", "三千五"),
    ("decimal", "10²"),
    ("decimal", "①"),
    ("decimal", "١٢"),
    ("decimal", "10-12"),
    ("decimal", "12-"),
    ("decimal", "--12"),
    ("decimal", "-(12)"),
    ("decimal", "(-12)"),
    ("decimal", "(12"),
    ("decimal", "¥"),
    ("decimal", "-"),
    ("decimal", "#REF!"),
    ("decimal", "########"),
    ("decimal", "=A1*2"),
    ("decimal", "2026-03-05"),
    ("integer", "1.234"),
    ("integer", "1.23456万"),
    ("integer", "3次"),
    ("integer", "¥3"),
    ("integer", "50%"),
    ("integer", "-"),
    ("boolean", "-1"),
    ("boolean", "10"),
    ("boolean", "yes/no"),
    ("boolean", "有无"),
    ("boolean", "是否"),
    ("float", "98‰"),
    ("float", "0.98分"),
    ("float", "1.5万%"),
    ("float", "%"),
    ("enum", "数码"),
    ("enum", "3C"),
    ("enum", "奢侈品/其他"),
    ("integer", "17.5"),
    ("integer", "many"),
    ("integer", "99999999999999999999"),
    ("integer", "0x10"),
    ("boolean", "2"),
    ("boolean", "maybe"),
    ("float", "inf"),
    ("float", "-Infinity"),
    ("float", "0,98"),
    ("date", "2020-02-30"),
    ("date", "yesterday"),
    ("date", "2020-13-01"),
    ("date", "01/02/2020"),
    ("date", "2020"),
    ("date", "13812345678"),
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
def test_what_no_value_of_a_type_can_be_is_not_recorded(kind: str) -> None:
    column = COLUMNS[kind]
    if not column.free_text:
        for token in NEVER_A_VALUE[column.kind]:
            assert _typed(column, token, f" {token} ") == [None, None]
            assert clean(pl.Series([token]), PLAIN, column.kind).to_list() == [None]


@pytest.mark.parametrize("kind", ["decimal", "integer", "float"])
def test_a_dash_among_numbers_may_be_a_zero_and_is_not_taken_for_nothing(kind: str) -> None:
    assert clean(pl.Series(["-", " - "]), PLAIN, COLUMNS[kind].kind).to_list() == ["-", "-"]


@pytest.mark.parametrize("kind", ["decimal", "integer", "float", "boolean", "date", "timestamp", "enum"])
@pytest.mark.parametrize("token", ["－－－", "ＮＵＬＬ", "'NULL", '=""', "'---"])
def test_null_tokens_in_disguise(kind: str, token: str) -> None:
    assert clean(pl.Series([token]), PLAIN, COLUMNS[kind].kind).to_list() == [None]


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


EURO = NumberForm(decimal_mark=",")


@pytest.mark.parametrize(
    ("kind", "form", "text", "value"),
    [
        ("decimal", EURO, "12.345,67", Decimal("12345.67")),
        ("decimal", EURO, "1.234", Decimal("1234.00")),
        ("decimal", EURO, "12,5", Decimal("12.50")),
        ("decimal", EURO, "12.5", None),
        ("decimal", EURO, "1,234.50", None),
        ("integer", EURO, "1.234", 1234),
        ("integer", EURO, "17", 17),
        ("float", EURO, "0,98", 0.98),
        ("float", EURO, "98,5%", 0.985),
        ("decimal", NumberForm(decimal_mark="."), "12.345", Decimal("12.34")),
        ("decimal", NumberForm(thousands_mark=" "), "1 234.50", Decimal("1234.50")),
        ("decimal", NumberForm(thousands_mark=" "), "1\u00a0234.50", Decimal("1234.50")),
        ("decimal", NumberForm(thousands_mark=" "), "12 34", None),
        ("decimal", NumberForm(thousands_mark="'"), "1'234.50", Decimal("1234.50")),
        ("decimal", NumberForm(thousands_mark="'"), "1’234.50", Decimal("1234.50")),
        ("decimal", NumberForm(thousands_mark=""), "1,234.50", None),
        ("decimal", NumberForm(currency_marks=("$", "USD")), "$1,234.50", Decimal("1234.50")),
        ("decimal", NumberForm(currency_marks=("$", "USD")), "1,234.50 usd", Decimal("1234.50")),
        ("decimal", NumberForm(currency_marks=("$",)), "€12", None),
        ("decimal", NumberForm(scale=0.01), "1234", Decimal("12.34")),
        ("decimal", NumberForm(scale=0.01), "1.2万", Decimal("12000.00")),
        ("float", NumberForm(scale=0.01), "98.5", 0.985),
        ("float", NumberForm(scale=0.01), "98.5%", 0.985),
    ],
)
def test_numbers_by_the_word_of_a_profile(kind: str, form: NumberForm, text: str, value: object) -> None:
    spelling = Spelling(NULL_TOKENS, numbers=form)
    assert _typed(COLUMNS[kind], text, None, text, spelling=spelling) == [value, None, value]


FACTORS: list[tuple[str, float | None]] = [
    ("12", 12), ("$1,234.50", 1234.5), ("US$ 12", 12), ("€3", 3), ("£3", 3), ("12 EUR", 12), ("￥12", 12), ("(12)",
    -12),
    ("98%", 0.98), ("-5%", -0.05), ("1.2万", 12000), ("3千元", 3000), ("１２", 12), (" 7 ", 7), ("'7", 7), ("1e3",
     1000),
    ("12.345", 12.345), ("---", None), ("N/A", None), ("无", None), ("", None), ("-", None), ("many", None), ("3-5",
     None),
    ("about 3", None), ("1e999", None), ("inf", None), ("nan", None), ("12,34", None), ("1.234,5", None), (">10", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), FACTORS)
def test_a_numeric_extra_factor(text: str, value: float | None) -> None:
    found = numeric_text(pl.Series("f", [text, None], dtype=pl.String), PLAIN)
    assert found.dtype == pl.String
    assert found.cast(pl.Float64).to_list() == [value, None]


def test_all_forms_of_a_numeric_extra_factor_in_one_column() -> None:
    found = numeric_text(pl.Series("f", [text for text, _ in FACTORS]), PLAIN).cast(pl.Float64).to_list()
    assert found == [value for _, value in FACTORS]


@settings(max_examples=60)
@given(st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1))
def test_all_ways_to_write_an_amount_are_one_amount(amounts: list[Decimal]) -> None:
    column = COLUMNS["decimal"]
    ways = ("{:,}", "¥{:,}", "{}元", "CNY {:,}", "'{}", '="{:,}"', " {} ", "{:,} RMB")
    for way in ways:
        assert _typed(column, *(way.format(amount) for amount in amounts)) == amounts
    for amount in amounts:
        european = f"{amount:,}".translate(str.maketrans(",.", ".,"))
        assert _typed(column, european, spelling=Spelling(NULL_TOKENS, numbers=EURO)) == [amount]
        full_width = str(amount).translate(str.maketrans("0123456789.-", "０１２３４５６７８９．－"))
        assert _typed(column, full_width) == [amount]


@settings(max_examples=60)
@given(st.lists(st.decimals(-(10**10) + 1, 10**10 - 1, places=2), min_size=1))
def test_any_amount_is_read_exactly(amounts: list[Decimal]) -> None:
    assert _typed(COLUMNS["decimal"], *(f"{amount:f}" for amount in amounts)) == amounts


@settings(max_examples=60)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_any_finite_number_is_read_exactly(numbers: list[float]) -> None:
    assert _typed(COLUMNS["float"], *map(repr, numbers)) == numbers


@settings(max_examples=60)
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


@pytest.mark.parametrize("identifier", ["7", "B1", "a b", "x-'", "NULLS", "N/A1", "=7", "0"])
def test_a_short_identifier_is_what_it_seems(identifier: str) -> None:
    assert clean_text(pl.Series([identifier]), Spelling(NULL_TOKENS), Kind.TEXT).to_list() == [identifier]


def test_dates_that_occur_often_are_read_like_single_ones() -> None:
    texts = ["2026-03-05", "05.03.2026", "1940-06-01", "1899-12-31", "NULL", "x", None]
    column = INPUT_TABLES["reputation"].column("member_since")
    read = [typed_values(pl.Series([text], dtype=pl.String), column, Spelling(NULL_TOKENS)).item() for text in texts]
    assert typed_values(pl.Series(texts * 3), column, Spelling(NULL_TOKENS)).to_list() == read * 3
