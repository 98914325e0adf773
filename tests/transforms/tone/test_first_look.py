"""The first look may send a text on in vain, but must not hold one back."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.tone.tables import shipped_lexicon
from transforms.tone import messages as scoring
from transforms.tone import score_messages
from transforms.tone.bits import GROUP, SPELT, Bits
from transforms.tone.first_look import FirstLook, first_look
from transforms.tone.scan import Flags, Masks, Scanner

_LINES = Path(__file__).parent
_PLAIN = ("的", "，", "。", "！", "？", "“", "”", "吗", "了", "啊", " ", "12", "5元", "块", "：", "*", "賣", "ｓ")
_BY_LIST = {
    name: sorted({entry.pattern for entry in shipped_lexicon().entries if entry.list_name == name})
    for name in sorted({entry.list_name for entry in shipped_lexicon().entries})
}
_WORD = st.sampled_from(list(_BY_LIST)).flatmap(lambda name: st.sampled_from(_BY_LIST[name]))
_TEXTS = st.lists(_WORD | st.sampled_from(_PLAIN), max_size=10).map("".join)


@dataclass(frozen=True)
class _FindsAll:
    """Finds every list in every text, so that every rule is tried on every text, and every pattern is looked for."""

    scanner: Scanner
    bits: Bits

    def nothing_met(self) -> Flags:
        return np.ones_like(self.scanner.nothing_met())

    def scan(self, texts: pl.Series, met: Flags) -> Masks:
        return self.scanner.scan(texts, met) | ~self.bits.any(GROUP, SPELT)


@cache
def _looks() -> tuple[FirstLook, FirstLook]:
    """Return the first look as it is, and one that finds everything."""
    look = first_look(shipped_lexicon())
    finds_all = _FindsAll(look.scanner, look.bits)
    return look, replace(look, scanner=finds_all, telling=~np.uint64(0))  # type: ignore[arg-type]


def _both(texts: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Score texts of both sides with the first look, and with every rule tried on every text."""
    lexicon = shipped_lexicon()
    frame = pl.DataFrame({"sender": ["buyer", "seller"] * len(texts), "text": [t for t in texts for _ in range(2)]})
    with_look = score_messages(frame.lazy(), lexicon).collect()
    with monkeypatch.context() as patch:
        patch.setattr(scoring, "_look", lambda _: _looks()[1])
        return with_look, score_messages(frame.lazy(), lexicon).collect()


def test_nothing_is_held_back_of_the_labelled_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [*sorted(_LINES.glob("*.tsv")), _LINES / "neutral.txt"]
    texts = [
        cell for file in files for line in file.read_text(encoding="utf-8").splitlines() for cell in line.split("\t")
    ]
    found, tried = _both(texts, monkeypatch)
    assert found.equals(tried)


@settings(max_examples=12)
@given(texts=st.lists(_TEXTS, min_size=40, max_size=80))
def test_nothing_is_held_back_of_words_in_any_order(texts: list[str]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        found, tried = _both(texts, monkeypatch)
    assert found.equals(tried)


def test_plain_texts_are_not_read() -> None:
    look, _ = _looks()
    at, _ = look.at(pl.Series(["今天下雨", "骗子", "到哪里了", ""]), look.scanner.nothing_met())
    assert at.tolist() == [1]
