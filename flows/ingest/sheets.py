"""Reading a sheet of a workbook as a table: the cells as a person sees them, row by row."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from flows.errors import RunError
from flows.ingest import chunks
from flows.ingest.chunks import Chunk, Malformed, RowCollector, malformed
from flows.ingest.delivered import InboxFile
from flows.ingest.markup import MarkupReader
from flows.ingest.streams import BoundedStream
from flows.ingest.workbook import Workbook, open_workbook, unescaped, whole_number
from flows.settings import Limits
from transforms.ingest.folding import folded
from transforms.ingest.header import header_fault, sheet_header_place, usable_names
from transforms.ingest.records import Flaw
from transforms.ingest.serials import NumberForm, number_text
from transforms.registry import Kind, Table

_LAST_ROW = 1_048_576
_FIRST_ROWS = 50
_MOST_MERGES = 100_000
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9$]{2,12}):([A-Z0-9$]{2,12})"')
_OVERLAP = 256


@dataclass(frozen=True)
class SheetRow:
    """A row with something in it.

    Attributes:
        number: Its number in the sheet, from 1.
        cells: Text by column, from 0.
        flaw: Why it cannot be read, or None.
    """

    number: int
    cells: dict[int, str]
    flaw: Flaw | None = None


@dataclass(frozen=True)
class _Header:
    """Where the headers are: columns and names, and the last row that belongs to them."""

    columns: tuple[int, ...]
    names: tuple[str, ...]
    last_row: int


def sheet_headers(file: InboxFile, limits: Limits, known: frozenset[str]) -> tuple[str, ...]:
    """Return the headers of a sheet.

    Args:
        file: A sheet.
        limits: What it may be like.
        known: Spellings of headers, folded, by which the header is told from titles above it.

    Raises:
        RunError: It cannot be read, or has none.
    """
    with open_workbook(file, limits) as book:
        rows = _Rows(book, file, limits)
        return _header(rows, file, limits, known).names


def read_sheet(file: InboxFile, limits: Limits, known: frozenset[str], table: Table) -> Iterator[Chunk]:
    """Read a sheet; a row's number counts from the header, blank rows included, as a person counts.

    Args:
        file: A sheet.
        limits: Longest row, most columns, what it may unpack to.
        known: Spellings of headers, folded.
        table: The table that it belongs to, for numbers that are dates where days are counted from 1904.

    Yields:
        Its rows in order; empty cells are null.

    Raises:
        RunError: It cannot be read.
    """
    with open_workbook(file, limits) as book:
        rows = _Rows(book, file, limits)
        header = _header(rows, file, limits, known)
        late = _columns_of_time(header, table) if book.is_1904 else frozenset()
        collector = RowCollector(dict.fromkeys(header.names), chunks.CHUNK_ROWS)
        for row in rows.after(header.last_row):
            each = _record(row, header, late)
            if isinstance(each, Malformed):
                collector.set_aside(each)
            else:
                collector.add(row.number - header.last_row, each, sum(len(value or "") for value in each.values()))
            if collector.is_full:
                yield collector.take()
        if not collector.is_empty:
            yield collector.take()


def has_cells(book: Workbook, part: str) -> bool:
    """Tell whether anything stands in a sheet."""
    found: list[str] = []

    def start(tag: str, _: dict[str, str]) -> None:
        if tag in {"v", "t"}:
            found.append(tag)

    with book.package.part(part) as stream:
        return any(found for _ in MarkupReader(book.package.file.name, start).pieces(stream))


def _header(rows: "_Rows", file: InboxFile, limits: Limits, known: frozenset[str]) -> _Header:
    first = rows.first()
    width = max((column for row in first for column in row.cells), default=-1) + 1
    texts = [[row.cells.get(column, "") for column in range(width)] for row in first]
    place = sheet_header_place(texts, known)
    if place is None:
        raise RunError(f"{file.name} is empty; a sheet begins with a row of headers")
    last = rows.last_merged_with(first[place].number)
    # A column without a header that has values is kept, named after its place.
    filled = {column for row in first[place + 1 :] if row.number > last for column in row.cells}
    columns = tuple(column for column, text in enumerate(texts[place]) if text.strip() or column in filled)
    names = usable_names([texts[place][column].strip() for column in columns])
    fault = header_fault(names, limits.columns)
    if fault:
        raise RunError(f"{file.name} {fault}")
    return _Header(columns, names, last)


def _columns_of_time(header: _Header, table: Table) -> frozenset[int]:
    times = {
        folded(spelling)
        for column in table.columns if column.kind in {Kind.TIMESTAMP, Kind.DATE}
        for spelling in (column.name, column.label.zh)
    }  # fmt: skip
    return frozenset(column for column, name in zip(header.columns, header.names, strict=True) if folded(name) in times)


def _record(row: SheetRow, header: _Header, late: frozenset[int]) -> dict[str, str | None] | Malformed:
    """Make a row of text."""
    flaw = row.flaw or _flaw(row, header)
    if flaw is not None:
        return malformed(row.number - header.last_row, flaw, " ".join(row.cells.values()))
    values: dict[str, str | None] = {}
    for column, name in zip(header.columns, header.names, strict=True):
        value = row.cells.get(column)
        is_serial = column in late and value is not None
        values[name] = number_text(value or "", NumberForm.MOMENT, is_1904=True) if is_serial else value
    return values


def _flaw(row: SheetRow, header: _Header) -> Flaw | None:
    if any("\0" in value for value in row.cells.values()):
        return Flaw("nul", "a NUL character", "text")
    beside = row.cells.keys() - set(header.columns)
    return Flaw("field_count", f"a cell in column {min(beside) + 1}", "cells below the headers") if beside else None


class _Rows:
    """The rows of a sheet, the first of which are looked at before the others are read."""

    def __init__(self, book: Workbook, file: InboxFile, limits: Limits) -> None:
        part = next((sheet.part for sheet in book.sheets if sheet.name == file.sheet), "")
        if not part:
            raise RunError(f"{file.name} is no sheet with cells; deliver the table as a sheet")
        self._merges = _merges(book, part)
        self._rows = _read(book, part, file, limits, self._merges)
        self._first: deque[SheetRow] = deque()

    def first(self) -> list[SheetRow]:
        """Return the first rows, without going beyond them."""
        while len(self._first) < _FIRST_ROWS and (row := next(self._rows, None)) is not None:
            self._first.append(row)
        return [*self._first]

    def after(self, number: int) -> Iterator[SheetRow]:
        """Yield the rows after one."""
        while self._first:
            row = self._first.popleft()
            if row.number > number:
                yield row
        yield from self._rows

    def last_merged_with(self, number: int) -> int:
        """Return the last row that a cell of this row is merged with."""
        return max((merge.last for merge in self._merges if merge.first <= number <= merge.last), default=number)


@dataclass(frozen=True)
class _Merge:
    """Cells that are merged, as far as their first column goes; columns from 0, rows from 1."""

    column: int
    first: int
    last: int


def _merges(book: Workbook, part: str) -> list[_Merge]:
    """Return cells that are merged over several rows; they are listed behind the cells."""
    found: list[_Merge] = []
    with book.package.part(part) as stream:
        rest = b""
        while block := stream.read(1 << 20):
            data = rest + block
            matches = [*_MERGED.finditer(data)]
            found += [merge for match in matches if (merge := _merge(match[1].decode(), match[2].decode()))]
            rest = data[max(matches[-1].end() if matches else 0, len(data) - _OVERLAP) :]
            if len(found) > _MOST_MERGES:
                raise RunError(
                    f"{book.package.file.name} has more than {_MOST_MERGES:,} merged cells; deliver it as CSV"
                )
    return sorted(found, key=lambda merge: (merge.first, merge.column))


def _merge(one: str, other: str) -> _Merge | None:
    first, last = place_of(one), place_of(other)
    if first is None or last is None or last[1] <= first[1]:
        return None
    return _Merge(first[0], first[1], last[1])


def place_of(reference: str) -> tuple[int, int] | None:
    """Return column (from 0) and row (from 1) of a reference such as ``B12``."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1, int(match[2])


def _read(book: Workbook, part: str, file: InboxFile, limits: Limits, merges: list[_Merge]) -> Iterator[SheetRow]:
    """Read the rows; a cell that is merged downwards has its value in every row that has any."""
    reader = _SheetReader(book, book.strings(), book.forms(), limits)
    waiting = deque(merges)
    filling: list[tuple[_Merge, str]] = []
    with book.package.part(part) as stream:
        for row in reader.rows(stream, file.name):
            while waiting and waiting[0].first <= row.number:
                merge = waiting.popleft()
                if merge.first == row.number and merge.column in row.cells:
                    filling.append((merge, row.cells[merge.column]))
            filling = [(merge, value) for merge, value in filling if merge.last >= row.number]
            for merge, value in filling:
                row.cells.setdefault(merge.column, value)
            yield row


@dataclass
class _Cell:
    """The cell that is being read."""

    column: int
    kind: str
    style: int
    parts: list[str] = field(default_factory=list)
    size: int = 0


class _SheetReader:
    """Makes rows of the tags of a sheet."""

    def __init__(self, book: Workbook, strings: list[str], forms: list[NumberForm], limits: Limits) -> None:
        self._is_1904 = book.is_1904
        self._strings = strings
        self._forms = forms
        self._limits = limits
        self._ready: list[SheetRow] = []
        self._number = 0
        self._cells: dict[int, str] = {}
        self._size = 0
        self._cell: _Cell | None = None
        self._next_column = 0
        self._open: list[str] = []

    def rows(self, stream: BoundedStream, name: str) -> Iterator[SheetRow]:
        """Yield the rows with something in them.

        Raises:
            RunError: The sheet cannot be read.
        """
        for _ in MarkupReader(name, self._start, self._end, self._text).pieces(stream):
            if max((max(row.cells) for row in self._ready), default=0) >= self._limits.columns:
                raise RunError(
                    f"{name} has cells beyond column {self._limits.columns:,} (columns in the settings); refused"
                )
            yield from self._ready
            self._ready = []

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._open.append(tag)
        if tag == "row":
            self._number = _later(attributes.get("r", ""), self._number)
            self._cells, self._size, self._next_column = {}, 0, 0
        elif tag == "c":
            place = place_of(attributes.get("r", ""))
            column = place[0] if place else self._next_column
            self._cell = _Cell(column, attributes.get("t", "n"), whole_number(attributes.get("s")))
            self._next_column = column + 1

    def _text(self, text: str) -> None:
        if self._cell is None or self._open[-1] not in {"v", "t"} or "rPh" in self._open:
            return
        self._cell.size += len(text)
        self._size += len(text)
        if self._size <= self._limits.row_bytes:
            self._cell.parts.append(text)

    def _end(self, tag: str) -> None:
        self._open.pop()
        if tag == "c" and self._cell is not None:
            text = self._value(self._cell)
            if text is not None and text.strip():
                self._cells[self._cell.column] = text
            self._cell = None
        elif tag == "row" and self._cells:
            limit = self._limits.row_bytes
            flaw = Flaw("row_length", f"{self._size:,} characters", f"at most {limit:,} bytes")
            self._ready.append(SheetRow(self._number, self._cells, flaw if self._size > limit else None))

    def _value(self, cell: _Cell) -> str | None:
        """Return the text of a cell; a formula counts by the value that was stored, an error as nothing."""
        text = "".join(cell.parts)
        if cell.kind == "s":
            place = whole_number(text, default=len(self._strings))
            return self._strings[place] if place < len(self._strings) else None
        if cell.kind == "e" or not text:
            return None
        if cell.kind == "b":
            return "true" if text.strip() == "1" else "false"
        if cell.kind != "n":
            return unescaped(text)
        form = self._forms[cell.style] if cell.style < len(self._forms) else NumberForm.NUMBER
        return number_text(text, form, is_1904=self._is_1904)


def _later(reference: str, last: int) -> int:
    """Return the number of a row: what it says, if that is after the row before and on the sheet, else the next."""
    number = whole_number(reference)
    return number if last < number <= _LAST_ROW else last + 1
