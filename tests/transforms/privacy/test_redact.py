"""What is shown of values and rows that could not be loaded."""

import polars as pl
import pytest

from transforms.privacy.redact import redact_rows, redact_values
from transforms.registry import INPUT_TABLES

DISPUTES = INPUT_TABLES["disputes"]


def _value(text: str) -> str:
    return str(redact_values(pl.Series([text])).item())


@pytest.mark.parametrize(
    "text",
    [
        "draw",
        "won by the buyer",
        "买家赢",
        "2026-13-45 25:61",
        "27-MAR-14",
        "1.2万",
        "20261345",
        "-1",
        "9999.99",
        "方便",
        "成功",
        "maybe",
        "",
    ],
)
def test_a_value_that_is_only_wrong_is_shown(text: str) -> None:
    assert _value(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("张伟", "[姓名]"),
        ("欧阳铁柱", "[姓名]"),
        ("user8871", "…"),
        ("u_88", "…"),
        ("2088123456789", "…"),
        ("13812345678", "[手机号]"),
        ("taobao_wang_88 赢", "… 赢"),
    ],
)
def test_a_value_that_may_be_a_person_is_not(text: str, expected: str) -> None:
    assert _value(text) == expected


def test_a_row_shows_its_shape_and_what_the_contract_knows() -> None:
    rows = [
        "d1,2026-01-01,buyer-Zhang,张三,支持买家,12.50,one field too many",
        '{"dispute_id": "D1", "buyer_id": "u88712", "opened_at":"2026-03-05T14:03:00+08:00", "outcome":"buyer_wins", ',
        "2024年3月5日 14:03,13800138000,20260305,true",
        "",
        None,
    ]
    assert redact_rows(pl.Series("raw", rows), DISPUTES).to_list() == [
        "…,2026-01-01,…-…,…,支持买家,12.50,… … … …",
        '{"dispute_id": "…", "buyer_id": "…", "opened_at":"2026-03-05T14:03:00+08:00", "outcome":"buyer_wins", ',
        "2024年3月5日 14:03,…,20260305,true",
        "",
        None,
    ]


def test_nothing() -> None:
    assert redact_rows(pl.Series([], dtype=pl.String), DISPUTES).to_list() == []
    assert redact_values(pl.Series([None], dtype=pl.String)).to_list() == [None]
