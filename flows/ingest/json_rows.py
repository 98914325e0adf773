"""Reading JSON: one object a line, or an array of objects, in pieces of bounded size."""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flows.errors import RunError
from flows.ingest import chunks
from flows.ingest.chunks import Chunk, RowCollector, malformed
from flows.ingest.delivered import InboxFile
from flows.ingest.dialects import Dialect
from flows.ingest.streams import open_bytes
from flows.ingest.survey import Readable
from flows.ingest.text import text_blocks
from flows.settings import Limits
from transforms.ingest.header import LONGEST_NAME, literal_name
from transforms.ingest.parse import ROW
from transforms.ingest.records import Flaw

# Stands for bytes that cannot be decoded: a character that no text holds.
_MARK = "\udc80"
_SURROGATE = re.compile("[\ud800-\udfff]")
_OBJECT = "a JSON object"
_READ_BYTES = 1 << 20
# An error this close to the end of what was read may be for want of the rest.
_NEAR = 16
_SPACE = re.compile(r"[\s,]*")
_END_OF_OBJECT = re.compile(r"\}(?=\s*,\s*\{|\s*\])")
_BOUNDARY_CHARACTERS = 64
# Objects within objects within a row.
_MOST_DEPTH = 3
# Numbers stay as they were written.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)

codecs.register_error("flawed", lambda error: (_MARK, getattr(error, "end", 0)))


@dataclass(frozen=True)
class _Element:
    """One value: an object, or what is wrong with it."""

    value: Any
    text: str
    flaw: Flaw | None = None


def read_ndjson(file: InboxFile, dialect: Dialect, limits: Limits) -> Iterator[Chunk]:
    """Read one object a line.

    Args:
        file: The file.
        dialect: Its encoding.
        limits: Longest row, most columns, what it may unpack to.

    Yields:
        Its rows in order; a later chunk has all columns of those before it.

    Raises:
        RunError: It is beyond the limits.
    """
    yield from _chunks(_lines(file, dialect, limits), limits)


def read_json(file: InboxFile, dialect: Dialect, limits: Limits) -> Iterator[Chunk]:
    """Read an array of objects; what comes after a break is read on from the next object.

    Args:
        file: The file.
        dialect: Its encoding.
        limits: Longest row, most columns, what it may unpack to.

    Yields:
        Its rows in order; a later chunk has all columns of those before it.

    Raises:
        RunError: It is no array, or beyond the limits.
    """
    with open_bytes(file, limits) as stream:
        text = _Text(stream, dialect.encoding, limits.row_bytes)
        what = text.opening()
        if what != "[":
            kind = {"": "is empty", "{": "holds a single JSON object"}.get(what, "is not JSON")
            raise RunError(f"{file.name} {kind}; expected an array of objects, or one object a line")
        yield from _chunks(text.elements(), limits)


def _chunks(elements: Iterator[_Element], limits: Limits) -> Iterator[Chunk]:
    names: dict[str, None] = {}
    collector = RowCollector(names, chunks.CHUNK_ROWS)
    for row, element in enumerate(elements, start=1):
        record, flaw = _record(element, names, limits)
        if flaw is not None:
            collector.set_aside(malformed(row, flaw, _printable(element.text)))
        else:
            names.update(dict.fromkeys(record))
            collector.add(row, record, len(element.text))
        if collector.is_full:
            yield collector.take()
    if not collector.is_empty:
        yield collector.take()


def _record(element: _Element, names: dict[str, None], limits: Limits) -> tuple[dict[str, str | None], Flaw | None]:
    """Make a row of text, or say why none can be made."""
    if element.flaw is not None:
        return {}, element.flaw
    if not isinstance(element.value, dict):
        return {}, Flaw("json", "a JSON array" if isinstance(element.value, list) else "a single JSON value", _OBJECT)
    try:
        record = _flattened(element.value, names)
        if len(names.keys() | record.keys()) > limits.columns:
            record = {_name(key): _as_text(value) for key, value in element.value.items()}
    except RecursionError:
        return {}, Flaw("json", "too many brackets within one another", _OBJECT)
    return record, _flaw_of_record(record, element.text, names, limits)


def _flattened(value: dict[str, Any], names: dict[str, None]) -> dict[str, str | None]:
    """Make columns of the members of objects, such as ``buyer.id``.

    JSON remains what is deeper, what a column of that name was a plain value of before, and what would take the name of
    another column.
    """
    record: dict[str, object] = {}
    for key, member in value.items():
        parts = _members(key, member, _MOST_DEPTH)
        is_taken = key in names or any(name in record or (name in value and name != key) for name in parts)
        record.update({key: member} if is_taken else parts)
    return {_name(key): _as_text(member) for key, member in record.items()}


def _members(name: str, value: object, depth: int) -> dict[str, object]:
    if not isinstance(value, dict) or not value or not depth:
        return {name: value}
    return {
        path: part
        for key, member in value.items()
        for path, part in _members(f"{name}.{key}", member, depth - 1).items()
    }


def _flaw_of_record(record: dict[str, str | None], text: str, names: dict[str, None], limits: Limits) -> Flaw | None:
    columns = len(names.keys() | record.keys())
    if columns > limits.columns:
        return Flaw("columns", f"{columns:,} columns up to here", f"at most {limits.columns:,}")
    if any(len(name) > LONGEST_NAME for name in record):
        return Flaw("columns", f"a name of more than {LONGEST_NAME} characters", "the name of a column")
    # Only an escape can bring in what UTF-8 has no bytes for.
    if "\\u" in text:
        values = [*record, *(value for value in record.values() if value)]
        if any(map(_SURROGATE.search, values)):
            return Flaw("encoding", "half of a character", "text")
        if any("\0" in value for value in values):
            return Flaw("nul", "a NUL character", "text")
    return None


def _name(key: str) -> str:
    return f"column{key}" if key in {"", ROW} else literal_name(key)


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _printable(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text[: chunks.KEPT_CHARACTERS])


def _lines(file: InboxFile, dialect: Dialect, limits: Limits) -> Iterator[_Element]:
    for block in text_blocks(file, dialect, limits):
        place = 0
        for line in block.text.splitlines(keepends=True):
            if line.strip():
                yield _line(line.decode("utf-8", errors="replace").strip(), block.flaws.get(place), limits.row_bytes)
            place += len(line)


def _line(text: str, flaw: Flaw | None, row_bytes: int) -> _Element:
    if flaw is None and len(text) > row_bytes:
        flaw = Flaw("row_length", f"{len(text):,} characters", f"at most {row_bytes:,} bytes")
    if flaw is not None:
        return _Element(None, text, flaw)
    try:
        return _Element(_DECODER.decode(text), text)
    except json.JSONDecodeError as error:
        return _Element(None, text, Flaw("json", str(error), _OBJECT))
    except RecursionError:
        return _Element(None, text, Flaw("json", "too many brackets within one another", _OBJECT))


class _Text:
    """The text of a JSON array, read a piece at a time; of it no more is held than one element needs."""

    def __init__(self, stream: Readable, encoding: str, row_bytes: int) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("flawed")
        self._row_bytes = row_bytes
        self._buffer = ""
        self._place = 0
        self._has_ended = False
        self._is_lost = False

    def opening(self) -> str:
        """Return the first character that is no blank, and go beyond it; empty if there is none."""
        self._more()
        self._buffer = self._buffer.removeprefix("\ufeff")
        self._skip()
        return self._taken()

    def elements(self) -> Iterator[_Element]:
        """Yield the elements of an array whose bracket was read."""
        while not self._is_lost:
            self._skip()
            following = self._buffer[self._place : self._place + 1]
            if following == "]":
                self._place += 1
                self._skip()
                if not self._buffer[self._place :]:
                    return
                # Exports that were put together: the next array goes on.
                if self._taken() != "[":
                    self._place -= 1
                    yield self._broken("text after the end of the array")
            elif not following:
                yield _Element(None, "", Flaw("json", "the array breaks off", "a closing bracket"))
                return
            else:
                yield self._element()

    def _taken(self) -> str:
        self._place += 1
        return self._buffer[self._place - 1 : self._place]

    def _more(self) -> bool:
        """Read on; what was dealt with is dropped."""
        if self._has_ended:
            return False
        block = self._stream.read(_READ_BYTES)
        self._has_ended = not block
        self._buffer = self._buffer[self._place :] + self._decoder.decode(block, final=not block)
        self._place = 0
        return True

    def _skip(self) -> None:
        """Go to the next character that is neither blank nor comma."""
        while True:
            match = _SPACE.match(self._buffer, self._place)
            self._place = match.end() if match else self._place
            if self._place < len(self._buffer) or not self._more():
                return

    def _element(self) -> _Element:
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._place)
            except json.JSONDecodeError as error:
                is_cut = error.pos >= len(self._buffer) - _NEAR or error.msg.startswith("Unterminated string")
                if is_cut and len(self._buffer) - self._place <= self._row_bytes and self._more():
                    continue
                return self._broken(error.msg)
            except RecursionError:
                return self._broken("too many brackets within one another")
            if end == len(self._buffer) and self._more():
                continue
            text = self._buffer[self._place : end]
            self._place = end
            return _checked(value, text, self._row_bytes)

    def _broken(self, what: str) -> _Element:
        """Go to where the next object begins; what lies before it is one malformed row."""
        text = self._buffer[self._place : self._place + chunks.KEPT_CHARACTERS]
        searched = self._place
        while not (match := _END_OF_OBJECT.search(self._buffer, searched)):
            kept = max(self._place, len(self._buffer) - _BOUNDARY_CHARACTERS)
            if len(self._buffer) - self._place > self._row_bytes:
                self._place = kept
            searched = kept - self._place
            if not self._more():
                self._is_lost = True
                break
        else:
            self._place = match.end()
        rule = "encoding" if _MARK in text else "json"
        return _Element(None, text, Flaw(rule, what, _OBJECT))


def _checked(value: object, text: str, row_bytes: int) -> _Element:
    if _MARK in text:
        return _Element(None, text, Flaw("encoding", "bytes that are not of the encoding", "text"))
    if len(text) > row_bytes:
        return _Element(None, text, Flaw("row_length", f"{len(text):,} characters", f"at most {row_bytes:,} bytes"))
    return _Element(value, text)
