"""Exports made up for tests: any text in the fields, in every dress, with damage in some rows."""

import csv
import io
from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st

HEADERS = ("dispute_id", "opened_at", "outcome", "note")
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
DELIMITERS = (",", ";", "\t", "|")
LINE_ENDS = ("\n", "\r\n", "\r")
#: Words that the encoding has, and signs that mean something in a CSV file.
WORDS = {
    "chinese": ("没有收到货", "卖家已经发货", "屏幕有划痕", "请客服介入处理", "支持买家", "退款"),
    "taiwan": ("沒有收到貨", "賣家已經發貨", "螢幕有刮痕", "請客服處理", "支持買家", "退款"),
    "western": ("déjà reçu", "naïve réponse", "Müller", "señor", "façade", "refund"),
}
SIGNS = (",", ";", "\t", "|", '"', '""', "\n", "\r\n", " ", "'", "\\", "=1+1", "", '6.1"', "<b>", "a,b", "{}", "[1]")
FOLLOWS = {"big5": "taiwan", "cp1252": "western"}


@dataclass(frozen=True)
class Dress:
    """How an export is written."""

    encoding: str = "utf-8"
    delimiter: str = ","
    line_end: str = "\n"
    quoting: Literal[0, 1, 2] = csv.QUOTE_MINIMAL
    backslash: bool = False

    def write(self, rows: list[tuple[str, ...]], headers: tuple[str, ...] = HEADERS) -> bytes:
        """Write rows with their headers."""
        return b"".join(self.lines([headers, *rows]))

    def lines(self, rows: list[tuple[str, ...]]) -> list[bytes]:
        """Write rows one by one, the byte order mark on the first."""
        return [self._encoded(self._record(row), is_first=place == 0) for place, row in enumerate(rows)]

    def _record(self, row: tuple[str, ...]) -> str:
        text = io.StringIO(newline="")
        # The writer quotes a value for the line end that it writes, not for others.
        quoting = csv.QUOTE_ALL if self.line_end == "\r" else self.quoting
        csv.writer(
            text, delimiter=self.delimiter, lineterminator=self.line_end, quoting=quoting,
            doublequote=not self.backslash, escapechar="\\" if self.backslash else None,
        ).writerow(row)  # fmt: skip
        return text.getvalue()

    def _encoded(self, text: str, *, is_first: bool) -> bytes:
        if self.encoding in {"utf-8-sig", "utf-16"}:
            plain = "utf-8" if self.encoding == "utf-8-sig" else "utf-16-le"
            return (("\ufeff" if is_first else "") + text).encode(plain)
        return text.encode(self.encoding)


dresses = st.builds(
    Dress,
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from(DELIMITERS),
    line_end=st.sampled_from(LINE_ENDS),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    backslash=st.booleans(),
)


def notes(encoding: str) -> st.SearchStrategy[str]:
    """Texts of words and signs that an encoding has."""
    words = WORDS[FOLLOWS.get(encoding, "chinese")]
    part = st.sampled_from((*words, *words, *SIGNS))
    return st.lists(part, min_size=1, max_size=5).map("".join)


def rows_of(encoding: str, at_least: int = 3, at_most: int = 12) -> st.SearchStrategy[list[tuple[str, ...]]]:
    """Rows of disputes; every note has a word, so that the encoding can be told."""
    words = WORDS[FOLLOWS.get(encoding, "chinese")]
    note = st.tuples(st.sampled_from(words), notes(encoding)).map("".join)
    outcome = st.sampled_from(["partial", "buyer_wins", ""])
    return st.lists(st.tuples(outcome, note), min_size=at_least, max_size=at_most).map(
        lambda rows: [(f"D{n:05}", "2026-01-05 10:00", outcome, note) for n, (outcome, note) in enumerate(rows, 1)]
    )


@st.composite
def exports(draw: st.DrawFn) -> tuple[Dress, list[tuple[str, ...]]]:
    """A dress and rows to be written in it; where backslashes escape, some quote shows that they do."""
    dress = draw(dresses)
    rows = draw(rows_of(dress.encoding))
    if dress.backslash:
        word = WORDS[FOLLOWS.get(dress.encoding, "chinese")][0]
        rows = [*rows, (f"D{len(rows) + 1:05}", "2026-01-05 10:00", "partial", f'{word}"{word}"')]
    return dress, rows


#: What may happen to a row: what becomes of it in the file, and the rules that it may then break (none: it may load).
DAMAGES = ("short", "wide", "open quote", "bytes", "nul", "foreign")
_BROKEN = {
    "utf-8": b"\xff\xfe", "utf-8-sig": b"\xc3(", "gb18030": b"\xff", "big5": b"\xff\xff", "cp1252": b"\x81",
    "utf-16": b"\x00\xd8", "utf-16-le": b"\x00\xdc", "utf-16-be": b"\xd8\x00",
}  # fmt: skip
RULES = {
    "short": {"field_count"}, "wide": {"field_count"}, "open quote": {"open_quote", "field_count"},
    "bytes": {"encoding"}, "nul": {"nul"}, "foreign": {"encoding"},
}  # fmt: skip


def damaged(dress: Dress, row: tuple[str, ...], damage: str) -> bytes:
    """Write a row of plain values with damage in it."""
    plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(dress.encoding, dress.encoding)
    delimiter, quote, end = (text.encode(plain) for text in (dress.delimiter, '"', dress.line_end))
    line = delimiter.join(value.encode(plain) for value in row)
    if damage == "short":
        line = line.rsplit(delimiter, 1)[0]
    elif damage == "wide":
        line += delimiter + line
    elif damage == "open quote":
        line = line.replace(delimiter, delimiter + quote, 1)
    elif damage == "bytes":
        line += _BROKEN[dress.encoding]
    elif damage == "nul":
        line += "\0".encode(plain)
    elif damage == "foreign":
        line += "屏幕有划痕".encode("gb18030" if plain.startswith("utf") else "utf-8")
    return line + end
