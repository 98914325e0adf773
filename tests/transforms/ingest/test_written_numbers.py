"""Amounts written out in Chinese numerals."""

import polars as pl
import pytest

from transforms.ingest.numbers import YUAN, NumberForm, number_text
from transforms.ingest.written_numbers import written_out


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("三千元", "3000"),
        ("壹仟贰佰元整", "1200"),
        ("贰万叁仟肆佰伍拾陆圆整", "23456"),
        ("一百零三万", "1030000"),
        ("三千零五", "3005"),
        ("一万零五百", "10500"),
        ("两千两百", "2200"),
        ("十五元", "15"),
        ("一亿零三", "100000003"),
        ("三千五", None),  # 3500 in speech
        ("一万五百", None),
        ("约三千元", None),
        ("二", None),  # a grade
        ("一二三", None),
        ("千", None),
        ("十十", None),
        (None, None),
    ],
)
def test_what_is_written_by_rule_is_read(text: str | None, number: str | None) -> None:
    assert written_out(pl.Series([text], dtype=pl.String)).to_list() == [number]


def test_amounts_may_be_written_out_and_other_numbers_may_not() -> None:
    raw = pl.Series(["￥1,200.50", "三千元", "1.2万", "一千", "多"])
    money = NumberForm(currency_marks=YUAN, has_words=True)
    assert number_text(raw, money).to_list() == ["1200.50", "3000", "12000.0", "1000", None]
    assert number_text(raw, NumberForm()).to_list() == [None, None, "12000.0", None, None]
