"""Telling encodings apart by the lines of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.ingest.encodings import (
    Nuls,
    foreign_lines,
    is_binary,
    likeliest_encoding,
    wide_encoding,
)

MAINLAND = (
    "1,支持买家",
    "闲鱼",
    "1,女",
    "1,路",
    "联通",
    "iPhone充电器坏了",
    "3C数码\n服饰",
    "1,张伟\n2,魅族",
    "订单号order号12",
)
TAIWAN = (
    "紛爭編號,買家",
    "賣家拒絕退款，態度惡劣",
    "臺北市信義區",
    "3C數碼\n服飾",
    "請客服處理，手機螢幕有刮痕",
    "1,女",
)
WEST = ("café", "résumé, naïve", "Müller", "päälle", "€20", "5’s “Hello”", "São Paulo", "It’s — ok", "2½ stars", "£5")
# In a message of five characters and more there is no doubt.
_MAINLAND_TEXT = "没有收到货卖家已经发货请客服介入处理这个手机屏幕有划痕跟描述不符我不同意退款东西没问题什么时候能退钱"
_TAIWAN_TEXT = "沒有收到貨賣家已經發貨請客服處理這個手機螢幕有刮痕跟描述不符我不同意退款東西沒問題什麼時候能退錢"


def _lines(text: str, encoding: str) -> list[bytes]:
    return text.encode(encoding).split(b"\n")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((text, encoding) for text in MAINLAND for encoding in ("utf-8", "gb18030")),
        *((text, encoding) for text in TAIWAN for encoding in ("utf-8", "big5")),
        *((text, encoding) for text in WEST for encoding in ("utf-8", "cp1252")),
        *((text, "utf-8") for text in ("¥ 905.00,面议", "£ 5,00;€ 3,10", "5.00 ¥")),
    ],
)
def test_a_few_characters_tell_the_encoding(text: str, encoding: str) -> None:
    assert likeliest_encoding(_lines(text, encoding)) == encoding


@given(st.text(_MAINLAND_TEXT, min_size=5, max_size=40), st.sampled_from(["utf-8", "gb18030"]))
def test_any_simplified_text(text: str, encoding: str) -> None:
    assert likeliest_encoding(_lines(text, encoding)) == encoding


@given(st.text(_TAIWAN_TEXT, min_size=5, max_size=40), st.sampled_from(["utf-8", "big5"]))
def test_any_traditional_text(text: str, encoding: str) -> None:
    assert likeliest_encoding(_lines(text, encoding)) == encoding


@pytest.mark.parametrize("lines", [[], [b""], [b"plain", b"1,x"], [b"1,\xff"], [b"1,\xe9\x80x\xff", b"2,y"]])
def test_where_nothing_speaks_for_another_it_is_utf8(lines: list[bytes]) -> None:
    assert likeliest_encoding(lines) == "utf-8"


def test_the_many_lines_decide_not_the_first() -> None:
    good, odd = _lines("没有收到货", "gb18030"), _lines("卖家已经发货", "utf-8")
    assert likeliest_encoding([*odd, *good * 3]) == "gb18030"
    assert likeliest_encoding([*good, *odd * 3]) == "utf-8"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("text", ["dispute_id,outcome\nd1,partial\n", "纠纷编号,判定结果\n1,支持买家\n"])
def test_utf16_with_and_without_a_mark(encoding: str, mark: str, text: str) -> None:
    content = (mark + text).encode(encoding)
    nuls = Nuls(content[::2].count(0), content[1::2].count(0), len(content))
    assert wide_encoding(content, nuls) == encoding


def test_a_lost_byte_further_on_does_not_hide_utf16() -> None:
    head = "dispute_id,outcome\n".encode("utf-16-le")
    assert wide_encoding(head, Nuls(5_000, 5_000, 20_000)) == "utf-16-le"


@pytest.mark.parametrize("content", [b"", b"dispute_id\n", b"a\0b\n" + b"x" * 100, b"\0" * 50, b"\0\0a\0\0b" * 9])
def test_what_is_not_utf16(content: bytes) -> None:
    nuls = Nuls(content[::2].count(0), content[1::2].count(0), len(content))
    assert wide_encoding(content, nuls) is None


def test_binary() -> None:
    assert is_binary(bytes(range(256)) * 4, "utf-8")
    assert is_binary(b"\0" * 64, "utf-8")
    assert not is_binary("纠纷,a\tb\r\n".encode(), "utf-8")
    assert not is_binary("纠纷,a\tb\r\n".encode("utf-16-le"), "utf-16-le")
    assert not is_binary(b"", "utf-8")
    # One damaged byte in a text is damage in a row.
    assert not is_binary(b"x" * 1000 + b"\0", "utf-8")


def test_lines_in_utf8_within_another_encoding() -> None:
    gb, utf8 = "1,没有收到货\n".encode("gb18030"), "2,卖家已经发货\n".encode()
    assert [*foreign_lines(gb + utf8 + gb + utf8, "gb18030")] == [len(gb), 2 * len(gb) + len(utf8)]
    western = "1,déjà\n".encode("cp1252")
    assert [*foreign_lines(western + "2,déjà\n".encode(), "cp1252")] == [len(western)]
    assert not [*foreign_lines(gb * 9, "gb18030")]
    assert not [*foreign_lines(western * 9, "cp1252")]


@given(st.text(_MAINLAND_TEXT + ",a1\n", max_size=400))
def test_text_in_the_encoding_of_the_file_is_never_foreign(text: str) -> None:
    assert not [*foreign_lines(text.encode("gb18030"), "gb18030")]
