"""Reading CSV and its kin.

Arrow takes the records apart whose quotes are in order, which are nearly all; the few others are read one by one, so
that damage stays in the row that it is in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from flows.errors import RunError
from flows.ingest.chunks import Chunk, Malformed, malformed
from flows.ingest.delivered import InboxFile
from flows.ingest.dialects import Dialect, is_delimiter_hint
from flows.ingest.text import TextBlock, text_blocks
from flows.settings import Limits
from transforms.ingest.dialect import Fields, Grammar, grammar
from transforms.ingest.header import header_fault, header_place, usable_names
from transforms.ingest.parse import ROW
from transforms.ingest.records import Flaw, Places, Records, Shape, moved, split_records

_FIRST_RECORDS = 30


@dataclass(frozen=True)
class Header:
    """The header of a delimited file.

    Attributes:
        names: Names of the columns.
        end: Where its line ends, in bytes of the decoded text.
        skipped: How many lines with something in them stand above it.
    """

    names: tuple[str, ...]
    end: int
    skipped: int


def read_header(file: InboxFile, dialect: Dialect, limits: Limits, known: frozenset[str]) -> Header:
    """Read the header of a delimited file.

    Args:
        file: The file.
        dialect: How it is written.
        limits: What it may be like.
        known: Spellings of headers, folded, by which it is told from a title above it.

    Returns:
        The header.

    Raises:
        RunError: There is none, or it cannot be used.
    """
    block = next(text_blocks(file, dialect, limits, is_whole=False), TextBlock(b""))
    return _header(block, file, dialect, limits, known)


def read_delimited(file: InboxFile, dialect: Dialect, limits: Limits, known: frozenset[str]) -> Iterator[Chunk]:
    """Read a delimited file.

    Args:
        file: The file.
        dialect: How it is written.
        limits: Longest row, most columns, what it may unpack to.
        known: Spellings of headers, folded.

    Yields:
        Its rows in order.

    Raises:
        RunError: It cannot be read at all.
    """
    blocks = text_blocks(file, dialect, limits)
    first = next(blocks, TextBlock(b""))
    header = _header(first, file, dialect, limits, known)
    shape = Shape(grammar(dialect.delimiter, dialect.backslash), len(header.names), limits.row_bytes)
    rest = TextBlock(first.text[header.end :], moved(first.flaws, -header.end))
    row = 1
    for block in _with_end(blocks):
        records = split_records(rest.text, rest.flaws, shape, is_last=block is None)
        if records.count:
            yield _chunk(rest.text, records, row, header.names, shape.grammar)
            row += records.count
        rest = _joined(rest, records.rest_at, block)


def _with_end(blocks: Iterator[TextBlock]) -> Iterator[TextBlock | None]:
    yield from blocks
    yield None


def _joined(rest: TextBlock, rest_at: int, block: TextBlock | None) -> TextBlock:
    """Put what is unfinished before the next block."""
    left = rest.text[rest_at:]
    if block is None:
        return TextBlock(left)
    return TextBlock(left + block.text, moved(rest.flaws, -rest_at) | moved(block.flaws, len(left)))


def _header(block: TextBlock, file: InboxFile, dialect: Dialect, limits: Limits, known: frozenset[str]) -> Header:
    rules = grammar(dialect.delimiter, dialect.backslash)
    records = split_records(block.text, block.flaws, Shape(rules, 0, limits.row_bytes), is_last=True)
    texts = [
        _text(block.text, int(start), int(end))
        for start, end in zip(records.starts[:_FIRST_RECORDS], records.ends[:_FIRST_RECORDS], strict=True)
    ]
    if not texts:
        raise RunError(f"{file.name} is empty; a CSV file begins with a line of headers")
    hinted = int(is_delimiter_hint(texts[0].strip('"').casefold()))
    rows = [rules.fields(text).values for text in texts]
    place = hinted + header_place(rows[hinted:], known)
    if place >= len(texts):
        raise RunError(f"{file.name} has nothing but {texts[0]}; a CSV file begins with a line of headers")
    _refuse_flawed(file, dialect, records.flaws.get(place))
    names = usable_names(rows[place])
    fault = header_fault(names, limits.columns)
    if fault:
        raise RunError(f"{file.name} {fault}")
    return Header(names, int(records.ends[place]), place)


def _refuse_flawed(file: InboxFile, dialect: Dialect, flaw: Flaw | None) -> None:
    if flaw is None:
        return
    if flaw.rule == "encoding":
        raise RunError(
            f"the header of {file.name} is not {dialect.encoding} ({flaw.got}); "
            'name its encoding in a profile, such as encoding = "gb18030"'
        )
    raise RunError(f"the header of {file.name} cannot be read: {flaw.got}, expected {flaw.expected}; deliver it again")


def _text(text: bytes, start: int, end: int) -> str:
    return text[start:end].decode("utf-8", errors="replace").removesuffix("\n").removesuffix("\r")


def _chunk(text: bytes, records: Records, first_row: int, names: tuple[str, ...], rules: Grammar) -> Chunk:
    """Read the records of a block; the first has the row number given."""
    regular = records.regular
    frame, invalid = _by_arrow(records.regular_text(text), regular + first_row, names, rules)
    if frame is None:
        # Arrow sees other records than we do: then none of them is left to it.
        special, frame = [*range(records.count)], _no_rows(names)
    else:
        special = records.special.tolist()
    read, broken = _one_by_one(text, records, special, first_row, names, rules)
    found = sorted([*invalid, *broken], key=lambda each: each.row) if special else invalid
    return Chunk(pl.concat([frame, read]).sort(ROW) if read.height else frame, tuple(found))


def _no_rows(names: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame(schema={**dict.fromkeys(names, pl.String), ROW: pl.Int64})


def _by_arrow(
    text: bytes, rows: Places, names: tuple[str, ...], rules: Grammar
) -> tuple[pl.DataFrame | None, list[Malformed]]:
    """Take regular records apart; those with another number of fields are malformed."""
    if not text:
        return _no_rows(names), []
    invalid: list[Malformed] = []

    def set_aside(row: Any) -> str:  # noqa: ANN401 - Arrow's row has no public type
        flaw = Flaw("field_count", f"{row.actual_columns} fields", f"{row.expected_columns} fields")
        place = min(row.number, len(rows)) - 1
        invalid.append(malformed(int(rows[place]), flaw, row.text or ""))
        return "skip"

    protected = _kept_backslashes(text, rules) if rules.backslash else text
    table = pa_csv.read_csv(
        pa.py_buffer(protected),
        pa_csv.ReadOptions(block_size=len(protected) + 1, use_threads=False, column_names=names),
        pa_csv.ParseOptions(
            delimiter=rules.delimiter, newlines_in_values=True, invalid_row_handler=set_aside,
            escape_char="\\" if rules.backslash else False,
        ),
        pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False, check_utf8=False
        ),
    )  # fmt: skip
    if table.num_rows + len(invalid) != len(rows):
        return None, []
    bad = {each.row for each in invalid}
    good = rows[~np.isin(rows, list(bad))] if bad else rows
    return pl.DataFrame(pl.from_arrow(table)).with_columns(pl.Series(ROW, good, dtype=pl.Int64)), invalid


def _kept_backslashes(text: bytes, rules: Grammar) -> bytes:
    r"""Double the backslashes that escape nothing, such as that of ``\N``, which Arrow would drop."""
    if b"\\" not in text:
        return text
    escapes = re.compile(rb'\\(["\\\r\n' + re.escape(rules.delimiter.encode()) + rb"])|\\")
    return escapes.sub(lambda match: match[0] if match[1] else b"\\\\", text)


def _one_by_one(
    text: bytes, records: Records, places: list[int], first_row: int, names: tuple[str, ...], rules: Grammar
) -> tuple[pl.DataFrame, list[Malformed]]:
    """Read the records whose quotes are not in order, leniently; what cannot be read is malformed."""
    rows: list[int] = []
    values: list[tuple[str, ...]] = []
    broken: list[Malformed] = []
    for place in places:
        record = _text(text, int(records.starts[place]), int(records.ends[place]))
        flaw = records.flaws.get(place)
        found = rules.fields(record) if flaw is None else Fields(())
        flaw = flaw or _flaw_of_fields(found, len(names))
        if flaw:
            broken.append(malformed(first_row + place, flaw, record))
        else:
            rows.append(first_row + place)
            values.append(found.values)
    columns = dict(zip(names, zip(*values, strict=True), strict=True)) if values else {}
    frame = pl.DataFrame({**columns, ROW: rows}, schema=_no_rows(names).schema) if rows else _no_rows(names)
    return frame, broken


def _flaw_of_fields(found: Fields, width: int) -> Flaw | None:
    if not found.is_whole:
        return Flaw("open_quote", "a quote that is never closed", "quotes in pairs")
    if len(found.values) != width:
        return Flaw("field_count", f"{len(found.values)} fields", f"{width} fields")
    return None
