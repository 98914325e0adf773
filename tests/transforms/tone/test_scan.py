"""Looking words up at every place of every text."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.tone import scan
from transforms.tone.scan import Flags, Masks, Places, Scanner, Word, build_scanner

_WORDS = {"不": Word(1), "不行": Word(2), "行李": Word(4, followed=8), "退款单": Word(16), "好": Word(followed=32)}
_ALLOWS = {"\n": 8 | 32, "。": 8 | 32}
_BETWEEN = {"了": 32}
_BEFORE = {"\n": 32, "，": 32}
_BESIDE = ((1, 32),)  # 不 may follow 好


@pytest.fixture(scope="module", name="scanner")
def _scanner() -> Scanner:
    return build_scanner(_WORDS, _ALLOWS, _BETWEEN, _BEFORE, _BESIDE)


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("", 0),
        ("行", 0),
        ("不行李", 1 | 2 | 4 | 8),  # overlapping words are all found
        ("行李箱", 4),  # what follows does not end a clause
        ("行李。", 4 | 8),
        ("退款", 0),
        ("退款单", 16),
        ("好", 32),
        ("，好了。", 32),
        ("好了了", 32),
        ("好了吗", 0),
        ("很好", 0),  # what stands before does not begin a clause
        ("好不", 1 | 32),
        ("👍不", 1),
    ],
)
def test_words_are_found(scanner: Scanner, text: str, bits: int) -> None:
    assert scanner.scan(pl.Series([text])).tolist() == [bits]


@given(st.lists(st.text("不行李退款单好了。，👍a\n", max_size=9), max_size=20))
def test_texts_do_not_touch(scanner: Scanner, texts: list[str]) -> None:
    together = scanner.scan(pl.Series(texts, dtype=pl.String)).tolist()
    assert together == [int(scanner.scan(pl.Series([text]))[0]) for text in texts]


@given(st.lists(st.text("不行李退款单好", max_size=9), max_size=5))
def test_words_that_are_in_any_text_are_met(scanner: Scanner, texts: list[str]) -> None:
    met = scanner.nothing_met()
    scanner.scan(pl.Series(texts, dtype=pl.String), met)
    for word, node in scanner.nodes.items():
        assert met[node] == (len(word) == 1 or any(word in text for text in texts))


def test_blocks_do_not_matter(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pl.Series(["不行", "", "好", "行李", "退款单", "好了", "x"] * 3)
    found = []
    for size in (100, 3, 1):
        monkeypatch.setattr(scan, "_CHUNK", size)
        monkeypatch.setattr(scan, "_BLOCK", 2 * size)
        found.append(scanner.scan(texts).tolist())
    assert all(one == other for one, other in pairwise(found))


def test_long_texts_are_cut_into_several_blocks(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pl.Series(["行" * 70 + "不行", "好", "退款单" * 40, "", "x" * 200, "行李。" + "了" * 30])
    whole = scanner.scan(texts).tolist()
    written: list[int] = []
    write = Scanner._scan_block

    def counted(self: Scanner, some: pl.Series, ends: Places, met: Flags) -> Masks:
        written.append(some.len())
        return write(self, some, ends, met)

    monkeypatch.setattr(Scanner, "_scan_block", counted)
    monkeypatch.setattr(scan, "_BLOCK_CHARACTERS", 100)
    assert scanner.scan(texts).tolist() == whole
    assert written == [2, 1, 1, 1, 1]
    assert whole == [1 | 2, 32, 16, 0, 0, 4 | 8]


def test_no_words_find_nothing() -> None:
    assert build_scanner({}, {}, {}, {}).scan(pl.Series(["abc", ""])).tolist() == [0, 0]


def test_words_that_find_no_room_are_said() -> None:
    used = np.ones(1000, np.bool_)
    with pytest.raises(ValueError, match="2 characters that may follow one beginning find no room among 1,000 places"):
        scan._first_fit(used, np.array([3, 900]), 5)
    with pytest.raises(ValueError, match="find no room"):
        scan._first_fit(used, np.array([3]), 1000)


def test_all_words_of_many_are_found() -> None:
    words = {f"{a}{b}{c}": Word(1) for a in "甲乙丙丁" for b in "子丑寅卯辰" for c in "金木水火土"}
    found = build_scanner(words, {}, {}, {}).scan(pl.Series([*words, "甲子", "金子甲"]))
    assert found.tolist() == [1] * len(words) + [0, 0]
