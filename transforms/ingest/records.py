"""Where records begin and end in delimited text, so that damage costs no more than the row that it is in.

Quotes decide whether a line end belongs to a value, and a quote that somebody forgot would swallow everything after it.
So lines whose quotes are all in their places are told from the others by a few passes over the bytes; only the others
are looked at one by one. A line that leaves a quote open is joined with those after it if the next quote closes it
properly and what comes out looks like one record; otherwise the open quote is the fault of its own line alone.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from transforms.ingest.dialect import Grammar

# The last is what DOS wrote at the end of a file.
_LF, _CR, _QUOTE, _BLANK, _END_OF_FILE = b'\n\r" \x1a'
_LEAST_ID = 6
_LEAST_WIDTH = 3
_ESCAPED = re.compile(rb"\\.", re.DOTALL)

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Flaw:
    """Why a row cannot be taken apart.

    Attributes:
        rule: Identifier of the rule that it breaks.
        got: What was found.
        expected: What was expected.
    """

    rule: str
    got: str
    expected: str


@dataclass(frozen=True)
class Shape:
    """What a record may look like.

    Attributes:
        grammar: How fields are told apart.
        width: Number of columns.
        row_bytes: Longest record.
    """

    grammar: Grammar
    width: int
    row_bytes: int


@dataclass(frozen=True)
class Records:
    """The records of a block of text.

    Attributes:
        starts: Where each record begins.
        ends: Where each ends, its line end included.
        special: Places, among the records, of those that must be read one by one.
        flaws: The flaw of each record that cannot be taken apart, by its place.
        rest_at: Where an unfinished record begins; the length of the text where there is none.
    """

    starts: Places
    ends: Places
    special: Places
    flaws: Mapping[int, Flaw]
    rest_at: int

    @property
    def count(self) -> int:
        """Number of records."""
        return len(self.starts)

    @property
    def regular(self) -> Places:
        """Places, among the records, of those whose quotes are in order."""
        return np.delete(np.arange(self.count), self.special)

    def regular_text(self, text: bytes) -> bytes:
        """Return the text of the regular records, one after another."""
        if not len(self.special) and self.count and _is_gapless(self.starts, self.ends, len(text)):
            return text
        regular = self.regular
        starts, ends = self.starts[regular], self.ends[regular]
        # Records that follow one another are copied together.
        breaks = np.flatnonzero(starts[1:] != ends[:-1]) + 1
        first, last = np.concatenate([[0], breaks]), np.concatenate([breaks, [len(starts)]]) - 1
        return b"".join(text[starts[a] : ends[b]] for a, b in zip(first, last, strict=True)) if len(starts) else b""


def _is_gapless(starts: Places, ends: Places, length: int) -> bool:
    return bool(starts[0] == 0 and ends[-1] == length and (starts[1:] == ends[:-1]).all())


def split_records(text: bytes, line_flaws: Mapping[int, Flaw], shape: Shape, *, is_last: bool) -> Records:
    """Find the records of a block of text.

    Args:
        text: Whole lines in UTF-8.
        line_flaws: What is wrong with some lines, by the place where they begin.
        shape: What a record may look like.
        is_last: Whether nothing follows.

    Returns:
        The records; blank lines are none.
    """
    masked = _ESCAPED.sub(b"\0\0", text) if shape.grammar.backslash and b"\\" in text else text
    lines = _lines(masked)
    page = _Page(text, masked, lines, shape, is_last)
    joins = _joins(page, _irregular(page))
    is_start = np.ones(lines.count, dtype=bool)
    for join in joins:
        is_start[join.first + 1 : join.last + 1] = False
    is_start[_blank(page)] = False
    return _grouped(page, is_start, joins, line_flaws)


@dataclass(frozen=True)
class _Lines:
    """Where lines begin, and where their line ends are."""

    starts: Places
    ends: Places

    @property
    def count(self) -> int:
        return len(self.starts)

    @cached_property
    def start_of(self) -> list[int]:
        """Where each line begins; a list, because single places of an array are slow to get."""
        return list(self.starts.tolist())

    @cached_property
    def end_of(self) -> list[int]:
        """Where the line end of each line is."""
        return list(self.ends.tolist())

    def at(self, place: int) -> int:
        """Return the line that a place is in."""
        return bisect_left(self.end_of, place)


@dataclass(frozen=True)
class _Page:
    """A block of text; in `masked` what a backslash escapes is blotted out."""

    text: bytes
    masked: bytes
    lines: _Lines
    shape: Shape
    is_last: bool

    def line(self, number: int) -> bytes:
        return self.text[self.lines.start_of[number] : self.lines.end_of[number]]


@dataclass(frozen=True)
class _Join:
    """Lines that must be looked at together: one record over several lines, or one line by itself.

    Attributes:
        first: First line.
        last: Last line.
        is_regular: Whether its quotes are in order.
        is_open: Whether a quote is never closed.
        is_unfinished: Whether it goes on beyond the block.
    """

    first: int
    last: int
    is_regular: bool = False
    is_open: bool = False
    is_unfinished: bool = False


def _lines(masked: bytes) -> _Lines:
    codes = np.frombuffer(masked, np.uint8)
    ends = np.flatnonzero(codes == _LF)
    if b"\r" in masked:
        returns = np.flatnonzero(codes == _CR)
        following = codes[np.minimum(returns + 1, len(codes) - 1)]
        alone = returns[following != _LF]
        ends = np.union1d(ends, alone) if len(alone) else ends
    if len(codes) and (not len(ends) or ends[-1] != len(codes) - 1):
        ends = np.append(ends, len(codes))
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else np.empty(0, np.int64)
    return _Lines(starts.astype(np.int64), ends.astype(np.int64))


def _blank(page: _Page) -> Places:
    """Return the lines that hold nothing but blanks: they are no rows."""
    codes = np.frombuffer(page.text, np.uint8)
    if not len(codes):
        return np.empty(0, np.int64)
    first = codes[np.minimum(page.lines.starts, len(codes) - 1)]
    is_empty = page.lines.starts == page.lines.ends
    candidates = np.flatnonzero(~is_empty & ((first == _CR) | (first == _BLANK) | (first == _END_OF_FILE)))
    blank = [line for line in candidates.tolist() if not page.line(line).strip(b" \r\x1a")]
    return np.concatenate([np.flatnonzero(is_empty), np.array(blank, dtype=np.int64)])


def _irregular(page: _Page) -> list[int]:
    """Return the lines that have a quote where none can be, or leave one open."""
    if b'"' not in page.masked:
        return []
    codes = np.frombuffer(page.masked, np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE)
    bounds = np.searchsorted(quotes, page.lines.starts)
    if _are_all_in_place(codes, quotes, bounds, ord(page.shape.grammar.delimiter)):
        return []
    counts = np.diff(np.append(bounds, len(quotes)))
    line_of = np.repeat(np.arange(page.lines.count), counts)
    is_opening = (np.arange(len(quotes)) - bounds[line_of]) % 2 == 0
    before = np.where(quotes == page.lines.starts[line_of], _LF, codes[np.maximum(quotes - 1, 0)])
    after = np.where(quotes == len(codes) - 1, _LF, codes[np.minimum(quotes + 1, len(codes) - 1)])
    ends = (ord(page.shape.grammar.delimiter), _LF, _CR)
    # A doubled quote closes the field and opens it again.
    reopens = (before == _QUOTE) & (quotes != quotes[bounds[line_of]])
    in_place = np.where(is_opening, np.isin(before, ends) | reopens, np.isin(after, (*ends, _QUOTE)))
    odd = np.flatnonzero(counts % 2)
    return sorted({*line_of[~in_place].tolist(), *odd.tolist()})


def _are_all_in_place(codes: npt.NDArray[np.uint8], quotes: Places, bounds: Places, delimiter: int) -> bool:
    """Tell whether all quotes are in place, as they are in most blocks; which are not takes several times longer.

    They are if each line has an even number of them, so that they open and close fields by turns, and beside each is
    what ends a field, or a quote, since a doubled one closes the field and opens it again.
    """
    if len(quotes) % 2 or (bounds % 2).any():
        return False
    is_end = np.zeros(256, dtype=bool)
    is_end[[each for each in (delimiter, _LF, _CR, _QUOTE) if each < len(is_end)]] = True
    opening, closing = quotes[::2], quotes[1::2]
    before = codes[opening[int(opening[0] == 0) :] - 1]
    after = codes[closing[: len(closing) - int(closing[-1] == len(codes) - 1)] + 1]
    return bool(is_end[before].all() and is_end[after].all())


def _joins(page: _Page, irregular: Iterable[int]) -> list[_Join]:
    found: list[_Join] = []
    for line in irregular:
        if found and line <= found[-1].last:
            continue
        join = _join(page, line)
        found.append(join)
        if join.is_unfinished:
            break
    return found


def _join(page: _Page, line: int) -> _Join:
    """Look at one irregular line: by the rules it may be joined with others, leniently it may stand by itself."""
    shape, start = page.shape, page.lines.start_of[line]
    # What comes before an open quote is taken apart once only.
    place, width, last = start, 0, line
    while True:
        fields = shape.grammar.fields(_structure(page.text[place : page.lines.end_of[last]]), is_strict=True)
        width += len(fields.values)
        if fields.open_at is None:
            break
        place += fields.open_at
        close = _next_quote(page, place + 1)
        if close is None and not page.is_last and len(page.text) - start <= shape.row_bytes:
            return _Join(line, page.lines.count - 1, is_unfinished=True)
        if close is None or close - start > shape.row_bytes or not _closes_a_field(page, close):
            return _alone(page, line)
        last = page.lines.at(close)
    if last == line:
        return _Join(line, line)
    if _has_rows_within(page, line, last):
        return _alone(page, line)
    return _Join(line, last, is_regular=width == shape.width)


def _alone(page: _Page, line: int) -> _Join:
    return _Join(line, line, is_open=not page.shape.grammar.fields(_structure(page.line(line))).is_whole)


def _structure(line: bytes) -> str:
    """Turn bytes into characters one by one: quotes and delimiters are ASCII, the rest does not matter here."""
    return line.removesuffix(b"\r").decode("latin-1")


def _next_quote(page: _Page, place: int) -> int | None:
    """Return the place of the next quote that is not doubled."""
    while (place := page.masked.find(b'"', place)) >= 0:
        if page.masked[place + 1 : place + 2] != b'"':
            return place
        place += 2
    return None


def _closes_a_field(page: _Page, quote: int) -> bool:
    return page.masked[quote + 1 : quote + 2] in {b"", b"\n", b"\r", page.shape.grammar.delimiter.encode()}


def _has_rows_within(page: _Page, first: int, last: int) -> bool:
    """Tell whether lines that a quote would swallow look like rows: as many fields, and a first field of like form."""
    delimiter = page.shape.grammar.delimiter.encode()
    key, found, _ = page.line(first).partition(delimiter)
    if page.shape.width < _LEAST_WIDTH or not found or not key or b'"' in key:
        return False
    for number in range(first + 1, last + 1):
        line = page.line(number)
        if line.count(delimiter) == page.shape.width - 1 and _is_like(line.partition(delimiter)[0], key):
            return True
    return False


def _is_like(one: bytes, other: bytes) -> bool:
    if len(one) == len(other) >= _LEAST_ID and one.isalnum() and other.isalnum():
        return True
    return _form(one) == _form(other)


def _form(text: bytes) -> bytes:
    return re.sub(rb"[A-Za-z]+", b"a", re.sub(rb"[0-9]+", b"9", text))


def _grouped(
    page: _Page, is_start: npt.NDArray[np.bool_], joins: list[_Join], line_flaws: Mapping[int, Flaw]
) -> Records:
    """Make records of lines; what is unfinished is left out."""
    unfinished = joins[-1].first if joins and joins[-1].is_unfinished else page.lines.count
    rest_at = int(page.lines.starts[unfinished]) if unfinished < page.lines.count else len(page.text)
    firsts = np.flatnonzero(is_start[:unfinished])
    lasts = firsts.copy()
    closed = [join for join in joins if not join.is_unfinished]
    place_of = dict(zip(firsts.tolist(), range(len(firsts)), strict=True)) if joins or line_flaws else {}
    for join in closed:
        lasts[place_of[join.first]] = join.last
    ends = np.minimum(page.lines.ends[lasts] + 1, len(page.text))
    starts = page.lines.starts[firsts]
    flaws = _flaws(page, starts, ends, line_flaws)
    for join in closed:
        if join.is_open:
            flaws.setdefault(place_of[join.first], _OPEN)
    special = {place_of[join.first] for join in closed if not join.is_regular} | flaws.keys()
    return Records(starts, ends, np.array(sorted(special), dtype=np.int64), flaws, rest_at)


_OPEN = Flaw("open_quote", "a quote that is never closed", "quotes in pairs")
_NUL = Flaw("nul", "a NUL byte", "text")


def _flaws(page: _Page, starts: Places, ends: Places, line_flaws: Mapping[int, Flaw]) -> dict[int, Flaw]:
    """Find the records that are too long, hold a NUL byte, or have a line with a flaw, the last taking precedence."""
    limit = page.shape.row_bytes
    too_long = np.flatnonzero(ends - starts > limit + 2)
    found = {
        place: Flaw("row_length", f"{ends[place] - starts[place]:,} bytes", f"at most {limit:,} bytes")
        for place in too_long.tolist()
    }
    if b"\0" in page.text:
        nuls = np.flatnonzero(np.frombuffer(page.text, np.uint8) == 0)
        found |= {place: _NUL for place in _holding(starts, ends, nuls).tolist() if place >= 0}
    places = np.array(list(line_flaws), dtype=np.int64)
    holding = _holding(starts, ends, places).tolist()
    return found | {place: flaw for place, flaw in zip(holding, line_flaws.values(), strict=True) if place >= 0}


def _holding(starts: Places, ends: Places, places: Places) -> Places:
    """Return the record that each place is in, -1 for none."""
    if not len(starts):
        return np.full(len(places), -1)
    found = np.searchsorted(starts, places, side="right") - 1
    return np.where((found >= 0) & (places < ends[np.maximum(found, 0)]), found, -1)


def moved(flaws: Mapping[int, Flaw], by: int) -> dict[int, Flaw]:
    """Move the places of flaws; what comes to lie before the beginning is left out."""
    return {place + by: flaw for place, flaw in flaws.items() if place + by >= 0}
