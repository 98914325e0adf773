"""Reading files in chunks of bounded size, everything as text, with the row numbers of the file.

Text is not interpreted here: a value arrives as it was written, so that quarantine can show it. A row that does not
even have the right shape is handed on as malformed; nothing is dropped.
"""

import codecs
import csv
import io
import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import IO, Any

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from flows.errors import RunError
from flows.ingest.inbox import InboxFile
from transforms.ingest.parse import ROW
from transforms.ingest.profile import Profile

# A chunk of text; also the longest row that can be read.
CHUNK_BYTES = 16 * 2**20
CHUNK_ROWS = 131_072
_FEW_BROKEN = 0.05
_LONGEST_RECORD_LINES = 200
DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Malformed:
    """A row that cannot be taken apart.

    Attributes:
        row: Row number in the file, the header not counted.
        rule: ``field_count``, ``encoding`` or ``json``.
        got: What was found.
        expected: What was expected.
        text: The row as it stands in the file.
    """

    row: int
    rule: str
    got: str
    expected: str
    text: str


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file.

    Attributes:
        frame: One text column per header, and ``_row``.
        malformed: Rows that could not be taken apart, found while this chunk was read.
    """

    frame: pl.DataFrame
    malformed: tuple[Malformed, ...] = field(default=())


def read_chunks(file: InboxFile, profile: Profile) -> Iterator[Chunk]:
    """Read a file in chunks.

    Args:
        file: The file.
        profile: Its encoding and delimiter.

    Yields:
        Chunks of at most about 16 MiB of text or 131,072 rows.

    Raises:
        RunError: The file cannot be read at all.
    """
    try:
        yield from _READERS[file.format or ""](file, profile)
    except (pa.ArrowInvalid, OSError, EOFError) as error:
        raise RunError(
            f"{file.name} cannot be read: {_first_line(error)}. Deliver it again, or name its format in a profile"
        ) from error


def read_headers(file: InboxFile, profile: Profile) -> tuple[str, ...]:
    """Return the headers of a file.

    Raises:
        RunError: The file cannot be read at all, or names a column twice.
    """
    if file.format == "csv":
        return _csv_headers(file, profile)
    if file.format == "parquet":
        try:
            with _parquet_source(file) as source:
                return tuple(source.schema_arrow.names)
        except (pa.ArrowInvalid, OSError) as error:
            raise RunError(f"{file.name} is not a Parquet file: {_first_line(error)}; deliver it again") from error
    first = next(read_chunks(file, profile), None)
    return tuple(name for name in first.frame.columns if name != ROW) if first else ()


@contextmanager
def open_bytes(file: InboxFile) -> Iterator[IO[bytes]]:
    """Open a file's content, unpacked if it is compressed."""
    with pa.input_stream(str(file.path), compression=file.compression) as stream:
        yield stream


def sniff_encoding(file: InboxFile) -> str:
    """Tell UTF-8 from GB18030 by the first megabytes: Chinese text in one is hardly ever valid in the other."""
    with open_bytes(file) as stream:
        start = stream.read(4 << 20)
    # What is cut at the end of the sample is no evidence.
    as_utf8 = codecs.getincrementaldecoder("utf-8")("replace").decode(start)
    broken = as_utf8.count("\ufffd")
    good = sum(character > "\x7f" for character in as_utf8) - broken
    if broken <= _FEW_BROKEN * good:
        # A few broken bytes in good UTF-8 are rows for quarantine, not another encoding.
        return "utf-8"
    as_gb18030 = codecs.getincrementaldecoder("gb18030")("replace").decode(start)
    return "gb18030" if as_gb18030.count("\ufffd") < broken else "utf-8"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _csv_headers(file: InboxFile, profile: Profile) -> tuple[str, ...]:
    line = _header_line(file, profile)
    if not line.strip():
        raise RunError(f"{file.name} is empty; a CSV file begins with a line of headers")
    options = pa_csv.ReadOptions(use_threads=False)
    table = pa_csv.read_csv(pa.BufferReader(line.encode()), options, _parse_options(_delimiter(line, profile)))
    # A column without a name, such as a trailing delimiter makes, is named after its place.
    # So is one that bears the name of our row numbers.
    names = [f"column_{place}" if name in {"", ROW} else name for place, name in enumerate(table.column_names, start=1)]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise RunError(f"{file.name} names the column {', '.join(repeated)} twice; keep one of them")
    return tuple(names)


def _header_line(file: InboxFile, profile: Profile) -> str:
    with open_bytes(file) as stream:
        start = stream.read(1 << 20)
    head = start.split(b"\n", 1)[0]
    try:
        return head.decode("utf-8-sig" if profile.encoding == "utf-8" else profile.encoding).rstrip("\r") + "\n"
    except UnicodeDecodeError as error:
        raise RunError(
            f"the header of {file.name} is not {profile.encoding} ({error.reason} at byte {error.start}); "
            'name its encoding in a profile, such as encoding = "gb18030"'
        ) from error


def _delimiter(header_line: str, profile: Profile) -> str:
    unquoted = re.sub(r'"[^"]*"', "", header_line)
    return profile.delimiter or max(DELIMITERS, key=unquoted.count)


def _parse_options(delimiter: str, handler: Callable[[Any], str] | None = None) -> pa_csv.ParseOptions:
    return pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=handler)


def _read_csv(file: InboxFile, profile: Profile) -> Iterator[Chunk]:
    headers = _csv_headers(file, profile)
    if _has_open_quote(file) if file.has_open_quote is None else file.has_open_quote:
        yield from _csv_by_line(file, profile, headers)
        return
    last_row = 0
    try:
        for chunk in _csv_chunks(file, profile, headers, pa.large_string()):
            yield chunk
            last_row = int(chunk.frame[ROW].max() or last_row)  # type: ignore[arg-type] # whole numbers
    except UnicodeDecodeError:
        # Bytes that are not of the encoding: go on from the last chunk, line by line, and find the rows.
        for chunk in _csv_by_line(file, profile, headers):
            yield _after(chunk, last_row)
    except pa.ArrowInvalid as error:
        if "UTF8" not in str(error):
            raise
        for chunk in _csv_chunks(file, profile, headers, pa.binary()):
            yield _after(chunk, last_row)


def _has_open_quote(file: InboxFile) -> bool:
    """Tell whether a quote is left open, which would swallow all rows after it."""
    quotes = 0
    with open_bytes(file) as stream:
        while block := stream.read(4 << 20):
            quotes += block.count(b'"')
    return quotes % 2 == 1


def _csv_by_line(file: InboxFile, profile: Profile, headers: tuple[str, ...]) -> Iterator[Chunk]:
    """Read a damaged file: slower, but a quote that is never closed or a bad byte costs no more than its own row."""
    delimiter = _delimiter(_header_line(file, profile), profile)
    names = [*headers]
    good: list[tuple[int, list[str]]] = []
    bad: list[Malformed] = []
    row = 0
    with open_bytes(file) as stream:
        lines = _lines(stream)
        next(lines, None)
        for record in _records(lines):
            if not record.strip():
                continue
            row += 1
            fields, problem = _fields(record, profile.encoding, delimiter, len(names))
            if problem is None:
                good.append((row, fields))
            else:
                bad.append(replace(problem, row=row))
            if len(good) + len(bad) >= CHUNK_ROWS:
                yield _chunk_of_fields(names, good, bad)
                good, bad = [], []
    yield _chunk_of_fields(names, good, bad)


def _records(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Join the lines of quoted line breaks; a quote that stays open for too long belongs to its own line alone."""
    again: deque[bytes] = deque()
    while (line := again.popleft() if again else next(lines, None)) is not None:
        if line.count(b'"') % 2 == 0:
            yield line
            continue
        ahead: list[bytes] = []
        for _ in range(_LONGEST_RECORD_LINES):
            following = again.popleft() if again else next(lines, None)
            if following is None:
                break
            ahead.append(following)
            if following.count(b'"') % 2 == 1:
                break
        if ahead and ahead[-1].count(b'"') % 2 == 1:
            yield b"\n".join([line, *ahead])
        else:
            yield line
            again.extendleft(reversed(ahead))


def _fields(record: bytes, encoding: str, delimiter: str, expected: int) -> tuple[list[str], Malformed | None]:
    try:
        text = record.decode(encoding).lstrip("\ufeff").rstrip("\r")
    except UnicodeDecodeError as error:
        got = f"bytes that are not {encoding} at byte {error.start}"
        return [], Malformed(0, "encoding", got, f"{encoding} text", record.decode(encoding, errors="replace"))
    if text.count('"') % 2 == 1:
        return [], Malformed(0, "open_quote", "a quote that is never closed", "quotes in pairs", text)
    fields = next(csv.reader([text], delimiter=delimiter), []) if "\n" not in text else _multi_line(text, delimiter)
    if len(fields) != expected:
        return [], Malformed(0, "field_count", f"{len(fields)} fields", f"{expected} fields", text)
    return fields, None


def _multi_line(text: str, delimiter: str) -> list[str]:
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])


def _chunk_of_fields(names: list[str], good: list[tuple[int, list[str]]], bad: list[Malformed]) -> Chunk:
    columns = {
        name: pl.Series([fields[place] for _, fields in good], dtype=pl.String) for place, name in enumerate(names)
    }
    rows = pl.Series([row for row, _ in good], dtype=pl.Int64)
    return Chunk(pl.DataFrame({**columns, ROW: rows}), tuple(bad))


def _after(chunk: Chunk, row: int) -> Chunk:
    """Drop what was handed on before."""
    return Chunk(chunk.frame.filter(pl.col(ROW) > row), tuple(each for each in chunk.malformed if each.row > row))


def _csv_chunks(file: InboxFile, profile: Profile, headers: tuple[str, ...], kind: pa.DataType) -> Iterator[Chunk]:
    delimiter = _delimiter(_header_line(file, profile), profile)
    invalid: list[Malformed] = []

    def set_aside(row: Any) -> str:  # noqa: ANN401 - Arrow's row has no public type
        expected = f"{row.expected_columns} fields"
        # Arrow counts the header as row 1.
        invalid.append(
            Malformed(row.number - 1, "field_count", f"{row.actual_columns} fields", expected, row.text or "")
        )
        return "skip"

    with open_bytes(file) as stream:
        reader = pa_csv.open_csv(
            stream,
            pa_csv.ReadOptions(
                block_size=CHUNK_BYTES, use_threads=False, encoding=profile.encoding, column_names=headers, skip_rows=1
            ),
            _parse_options(delimiter, set_aside),
            pa_csv.ConvertOptions(column_types=dict.fromkeys(headers, kind), strings_can_be_null=False),
        )
        yield from _numbered(reader, invalid)


def _numbered(reader: Any, invalid: list[Malformed]) -> Iterator[Chunk]:  # noqa: ANN401 - Arrow has no public type
    """Give each row its number: malformed rows leave gaps, and Arrow may report them a block ahead."""
    next_row = 1
    for batch in reader:
        gaps = {row.row for row in invalid if row.row >= next_row}
        rows = pl.int_range(next_row, next_row + batch.num_rows + len(gaps), eager=True)
        rows = rows.filter(~rows.is_in(list(gaps))).head(batch.num_rows) if gaps else rows
        next_row = (rows[-1] + 1) if batch.num_rows else next_row
        frame, undecodable = _decoded(batch, rows.alias(ROW))
        reached = [row for row in invalid if row.row < next_row]
        invalid[:] = invalid[len(reached) :]
        yield Chunk(frame, (*reached, *undecodable))
    if invalid:
        yield Chunk(pl.DataFrame(schema={ROW: pl.Int64}), tuple(invalid))


def _decoded(batch: pa.RecordBatch, rows: pl.Series) -> tuple[pl.DataFrame, list[Malformed]]:
    """Turn bytes into text; a row with bytes that are not UTF-8 is malformed."""
    if not pa.types.is_binary(batch.schema.types[0]):
        return pl.DataFrame(pl.from_arrow(batch)).with_columns(rows), []
    try:
        text = pa.RecordBatch.from_arrays([column.cast(pa.string()) for column in batch.columns], batch.schema.names)
    except pa.ArrowInvalid:
        broken = _undecodable(batch)
        malformed = [
            Malformed(rows[index], "encoding", f"bytes that are not UTF-8 in {column}", "UTF-8 text", "")
            for index, column in sorted(broken.items())
        ]
        keep = pa.array([index not in broken for index in range(batch.num_rows)])
        kept = rows.filter(pl.Series([index not in broken for index in range(batch.num_rows)], dtype=pl.Boolean))
        return _decoded(batch.filter(keep), kept)[0], malformed
    frame = pl.DataFrame(pl.from_arrow(text))
    return frame.with_columns(rows), []


def _undecodable(batch: pa.RecordBatch) -> dict[int, str]:
    broken: dict[int, str] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        for index, value in enumerate(column.to_pylist()):
            try:
                value.decode()
            except UnicodeDecodeError:
                broken.setdefault(index, name)
    return broken


def _read_ndjson(file: InboxFile, profile: Profile) -> Iterator[Chunk]:
    names: dict[str, None] = {}
    with open_bytes(file) as stream:
        pending: list[tuple[int, bytes]] = []
        size, row = 0, 0
        for line in _lines(stream):
            if not line.strip():
                continue
            row += 1
            pending.append((row, line))
            size += len(line)
            if size >= CHUNK_BYTES or len(pending) >= CHUNK_ROWS:
                yield _json_chunk(pending, names, profile)
                pending, size = [], 0
        if pending:
            yield _json_chunk(pending, names, profile)


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while block := stream.read(1 << 20):
        *lines, rest = (rest + block).split(b"\n")
        if len(rest) > CHUNK_BYTES:
            raise OSError(f"a line is longer than {CHUNK_BYTES >> 20} MiB")
        yield from lines
    if rest:
        yield rest


def _json_chunk(lines: list[tuple[int, bytes]], names: dict[str, None], profile: Profile) -> Chunk:
    records: list[tuple[int, dict[str, Any]]] = []
    malformed: list[Malformed] = []
    for row, line in lines:
        try:
            # Numbers stay as they were written.
            value = json.loads(line.decode(profile.encoding).lstrip("\ufeff"), parse_float=str, parse_int=str)
        except ValueError as error:
            text = line.decode(profile.encoding, errors="replace")
            malformed.append(Malformed(row, "json", str(error), f"a JSON object in {profile.encoding}", text))
            continue
        if not isinstance(value, dict):
            malformed.append(_not_an_object(row, value))
            continue
        records.append((row, value))
    return Chunk(_frame_of_records(records, names), tuple(malformed))


def _not_an_object(row: int, value: object) -> Malformed:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    what = "a JSON array" if isinstance(value, list) else "a single JSON value"
    return Malformed(row, "json", what, "a JSON object", text)


def _frame_of_records(records: list[tuple[int, dict[str, Any]]], names: dict[str, None]) -> pl.DataFrame:
    """Make a frame of text; `names` keeps every key seen so far, so that later chunks have them all."""
    for _, value in records:
        if ROW in value:
            value[f"column{ROW}"] = value.pop(ROW)
        names.update(dict.fromkeys(value))
    columns = {name: pl.Series([_as_text(value.get(name)) for _, value in records], dtype=pl.String) for name in names}
    return pl.DataFrame({**columns, ROW: pl.Series([row for row, _ in records], dtype=pl.Int64)})


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _read_json(file: InboxFile, profile: Profile) -> Iterator[Chunk]:
    with open_bytes(file) as stream:
        content = stream.read()
    try:
        values = json.loads(content.decode(profile.encoding).lstrip("\ufeff"), parse_float=str, parse_int=str)
    except ValueError as error:
        raise RunError(f"{file.name} is not JSON: {error}; expected an array of objects") from error
    if not isinstance(values, list):
        raise RunError(f"{file.name} holds a JSON {type(values).__name__}; expected an array of objects")
    names: dict[str, None] = {}
    for start in range(0, len(values), CHUNK_ROWS):
        part = [(start + offset + 1, value) for offset, value in enumerate(values[start : start + CHUNK_ROWS])]
        good = [(row, value) for row, value in part if isinstance(value, dict)]
        bad = tuple(_not_an_object(row, value) for row, value in part if not isinstance(value, dict))
        yield Chunk(_frame_of_records(good, names), bad)


def _read_parquet(file: InboxFile, _profile: Profile) -> Iterator[Chunk]:
    row = 1
    with _parquet_source(file) as source:
        for batch in source.iter_batches(CHUNK_ROWS):
            frame = pl.DataFrame(pl.from_arrow(batch))
            texts = frame.select(_text_of(name, dtype) for name, dtype in frame.schema.items())
            yield Chunk(texts.with_row_index(ROW, row).with_columns(pl.col(ROW).cast(pl.Int64)))
            row += batch.num_rows


def _parquet_source(file: InboxFile) -> pa_parquet.ParquetFile:
    if not file.compression:
        return pa_parquet.ParquetFile(file.path)
    # Parquet is read from its end, so a packed one has to be unpacked first.
    with open_bytes(file) as stream:
        return pa_parquet.ParquetFile(pa.BufferReader(stream.read()))


def _text_of(name: str, dtype: pl.DataType) -> pl.Expr:
    value = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        zoned = value if dtype.time_zone is None else value.dt.convert_time_zone("UTC")
        return zoned.dt.strftime("%Y-%m-%dT%H:%M:%S%.f" + ("" if dtype.time_zone is None else "+00:00"))
    if isinstance(dtype, pl.Struct | pl.List | pl.Array):
        return pl.struct(value).struct.json_encode().alias(name)
    if dtype == pl.Binary:
        return value.cast(pl.String, strict=False)
    return value.cast(pl.String)


_READERS: dict[str, Callable[[InboxFile, Profile], Iterator[Chunk]]] = {
    "csv": _read_csv,
    "ndjson": _read_ndjson,
    "json": _read_json,
    "parquet": _read_parquet,
}
