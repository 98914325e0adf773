"""Reading files in chunks of bounded size, everything as text, with the row numbers of the file.

Text is not interpreted here: a value arrives as it was written, so that quarantine can show it. A row that does not
even have the right shape is handed on as malformed; nothing is dropped.
"""

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa

from flows.errors import RunError
from flows.ingest.chunks import Chunk
from flows.ingest.delimited import read_delimited, read_header
from flows.ingest.delivered import TEXT_FORMATS, InboxFile
from flows.ingest.dialects import Dialect, dialect_of, surveyed
from flows.ingest.json_rows import read_json, read_ndjson
from flows.ingest.parquet_rows import parquet_headers, read_parquet
from flows.ingest.sheets import read_sheet, sheet_headers
from flows.settings import Limits
from transforms.ingest.header import known_headers
from transforms.ingest.parse import ROW
from transforms.ingest.profile import Profile
from transforms.registry import INPUT_TABLES

_DEFAULT_LIMITS = Limits()


def read_chunks(file: InboxFile, profile: Profile, limits: Limits = _DEFAULT_LIMITS) -> Iterator[Chunk]:
    """Read a file in chunks.

    Args:
        file: The file.
        profile: Its encoding and delimiter, where they are not to be taken from the content.
        limits: What it may be like.

    Yields:
        Chunks of at most about 16 MiB of text or 131,072 rows.

    Raises:
        RunError: The file cannot be read at all.
    """
    try:
        yield from _chunks(file, profile, limits)
    except (pa.ArrowException, OSError, EOFError) as error:
        raise RunError(f"{file.name} cannot be read: {_first_line(error)}; deliver it again") from error


def _chunks(file: InboxFile, profile: Profile, limits: Limits) -> Iterator[Chunk]:
    if file.format == "parquet":
        return read_parquet(file, limits)
    known = _known(file, profile)
    if file.format == "xlsx":
        return read_sheet(file, limits, known, INPUT_TABLES[file.table or "disputes"])
    file, dialect = _understood(file, profile, limits)
    if file.format == "csv":
        return read_delimited(file, dialect, limits, known)
    return read_ndjson(file, dialect, limits) if file.format == "ndjson" else read_json(file, dialect, limits)


def read_headers(file: InboxFile, profile: Profile, limits: Limits = _DEFAULT_LIMITS) -> tuple[str, ...]:
    """Return the headers of a file.

    Args:
        file: The file.
        profile: Its encoding and delimiter, where they are not to be taken from the content.
        limits: What it may be like.

    Raises:
        RunError: The file cannot be read at all, or its headers cannot be used.
    """
    if file.format == "parquet":
        return parquet_headers(file, limits)
    known = _known(file, profile)
    if file.format == "xlsx":
        return sheet_headers(file, limits, known)
    if file.format == "csv":
        file, dialect = _understood(file, profile, limits)
        return read_header(file, dialect, limits, known).names
    first = next(read_chunks(file, profile, limits), None)
    return tuple(name for name in first.frame.columns if name != ROW) if first else ()


def describe_format(file: InboxFile, profile: Profile, limits: Limits = _DEFAULT_LIMITS) -> str:
    """State how a file is written: format, encoding, delimiter, line ends, compression, as far as they apply.

    Args:
        file: The file.
        profile: The profile that it is read with.
        limits: What it may be like.
    """
    words = ""
    if file.format in TEXT_FORMATS:
        file, dialect = _understood(file, profile, limits)
        words = dialect.words
    return " ".join(part for part in (file.format, words, file.compression) if part)


def _understood(file: InboxFile, profile: Profile, limits: Limits) -> tuple[InboxFile, Dialect]:
    """Find out how a text file is written; JSON with one object a line is that, whatever its ending."""
    found = replace(file, survey=surveyed(file, limits))
    dialect = dialect_of(found, profile, limits)
    if found.format == "json" and is_one_object_a_line(
        surveyed(found, limits).head.decode(dialect.encoding, "replace")
    ):
        found = replace(found, format="ndjson")
    return found, dialect


def is_one_object_a_line(head: str) -> bool:
    """Tell whether JSON has one object a line, by its first two lines."""
    lines = [line for line in head.removeprefix("\ufeff").splitlines() if line.strip()][:2]
    return len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines) and lines[0].rstrip().endswith("}")


def _known(file: InboxFile, profile: Profile) -> frozenset[str]:
    """Return the headers by which a header row is told from a title above it."""
    table = INPUT_TABLES.get(file.table or "")
    return known_headers(table, tuple(profile.table(table.name).columns)) if table else frozenset()


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
