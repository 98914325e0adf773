"""Names of files and columns that hold personal data."""

import pytest

from transforms.privacy.names import safe_headers, safe_names
from transforms.privacy.pseudonym import PseudonymKey

KEY = PseudonymKey(b"a key for tests, 32 bytes long...")
PHONE, SECOND = "13812345678", "13987654321"


def test_headers_without_personal_data_stay() -> None:
    headers = ("dispute_id", "申请时间", "[手机号]", "column_7", "")
    assert safe_headers(headers) is headers


def test_headers_that_are_values_are_masked_and_stay_apart() -> None:
    headers = ("D1", PHONE, SECOND, "[手机号] 2", "a@b.cn")
    assert safe_headers(headers) == ("D1", "[手机号]", "[手机号] 3", "[手机号] 2", "[邮箱]")


def test_a_later_chunk_with_more_headers_names_the_first_ones_alike() -> None:
    assert safe_headers(("a", PHONE, SECOND))[:2] == safe_headers(("a", PHONE))


def test_names_of_files_stay_apart_and_are_the_same_each_time() -> None:
    names = ["a/messages.csv", f"客户{PHONE}/messages.csv", f"客户{SECOND}/messages.csv"]
    safe = safe_names(names, KEY)
    assert safe[0] == names[0]
    assert safe[1].startswith("客户[手机号]/messages.csv ")
    assert len(set(safe)) == 3
    assert safe_names(names[1:], KEY) == safe[1:]
    assert safe_names(names, PseudonymKey(b"another key for tests, as long"))[1:] != safe[1:]


@pytest.mark.parametrize("name", ["\udcff.csv", "b/\udce4\udcb8.csv"])
def test_a_name_that_is_not_text_becomes_text(name: str) -> None:
    (safe,) = safe_names([name], KEY)
    assert safe.encode("utf-8")
    assert safe.endswith(".csv")


def test_nothing() -> None:
    assert safe_headers(()) == ()
    assert safe_names([], KEY) == []
