"""The content of a text file as blocks of whole lines in UTF-8, whatever its encoding.

A line that cannot be decoded keeps its place, so that rows keep their numbers. A line longer than a row may be is cut
off where it stands. Large files in other encodings are decoded by processes of their own, because Python's codecs hold
the interpreter: that keeps them at more than half the speed of UTF-8.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from flows.ingest import chunks
from flows.ingest.delivered import InboxFile
from flows.ingest.dialects import Dialect, surveyed
from flows.ingest.streams import open_bytes
from flows.ingest.survey import Readable
from flows.ingest.transcode import Transcoded, transcode
from flows.ingest.transcoders import transcoded_in_parallel
from flows.settings import Limits
from transforms.ingest.records import Flaw

#: Below this, starting processes takes longer than decoding.
PARALLEL_BYTES = 48 << 20
_FIRST_BYTES = 1 << 20
_MARK = "\ufeff".encode()


@dataclass(frozen=True)
class TextBlock:
    """Some lines of a file.

    Attributes:
        text: Whole lines in UTF-8.
        flaws: What is wrong with some lines, by the place where they begin.
    """

    text: bytes
    flaws: dict[int, Flaw] = field(default_factory=dict)


@dataclass(frozen=True)
class _RawBlock:
    """Lines as they are in the file; `too_long` is the length of a line that was cut off."""

    data: bytes
    too_long: int = 0


def text_blocks(file: InboxFile, dialect: Dialect, limits: Limits, *, is_whole: bool = True) -> Iterator[TextBlock]:
    """Read a text file.

    Args:
        file: The file.
        dialect: Its encoding and line ends.
        limits: Longest row, and what it may unpack to.
        is_whole: Whether all of it is wanted; for its beginning no processes are started.

    Yields:
        Its lines; the first block is a small one.

    Raises:
        RunError: The file is beyond the limits.
    """
    with open_bytes(file, limits) as stream:
        raw = _raw_blocks(stream, _line_end(dialect), limits.row_bytes)
        if dialect.encoding == "utf-8" or not is_whole or surveyed(file, limits).size < PARALLEL_BYTES:
            decoded = (_text_block(_decoded(block, dialect.encoding), block, limits) for block in raw)
            yield from _without_mark(decoded)
        else:
            yield from _without_mark(_in_parallel(raw, dialect.encoding, limits))


def _line_end(dialect: Dialect) -> bytes:
    character = "\r" if dialect.line_end == "CR" else "\n"
    return character.encode(dialect.encoding)


def _raw_blocks(stream: Readable, line_end: bytes, row_bytes: int) -> Iterator[_RawBlock]:
    """Cut a stream into whole lines; the rest of a line that is too long is read and dropped."""
    rest = b""
    dropped = 0
    size = min(_FIRST_BYTES, chunks.CHUNK_BYTES)
    while block := stream.read(size):
        size = chunks.CHUNK_BYTES
        if dropped:
            end = block.find(line_end)
            if end < 0:
                dropped += len(block)
                continue
            yield _RawBlock(rest + line_end, dropped + len(rest) + end)
            rest, dropped, block = b"", 0, block[end + len(line_end) :]
        lines, data = _whole_lines(rest, block, line_end)
        if lines:
            yield _RawBlock(lines)
        if len(data) > row_bytes:
            dropped, data = len(data) - chunks.KEPT_CHARACTERS, data[: chunks.KEPT_CHARACTERS].replace(b"\r", b" ")
        rest = data
    if dropped:
        yield _RawBlock(rest + line_end, dropped + len(rest))
    elif rest:
        yield _RawBlock(rest)


def _whole_lines(rest: bytes, block: bytes, line_end: bytes) -> tuple[bytes, bytes]:
    """Put a block behind what was left, and part whole lines from what is left now; copied once, for it is much."""
    cut = block.rfind(line_end) + len(line_end)
    if cut >= len(line_end):
        return b"".join((rest, memoryview(block)[:cut])), block[cut:]
    # A line end of several bytes may begin in what was left.
    data = rest + block
    cut = data.rfind(line_end) + len(line_end)
    return (data[:cut], data[cut:]) if cut >= len(line_end) else (b"", data)


def _decoded(block: _RawBlock, encoding: str) -> Transcoded:
    return Transcoded(block.data) if encoding == "utf-8" and _is_utf8(block.data) else transcode(block.data, encoding)


def _is_utf8(block: bytes) -> bool:
    try:
        # Several times faster than to decode it in Python.
        offsets = pa.py_buffer(b"".join(place.to_bytes(8, "little") for place in (0, len(block))))
        pa.LargeBinaryArray.from_buffers(pa.large_binary(), 1, [None, offsets, pa.py_buffer(block)]).cast(
            pa.large_string()
        )
    except pa.ArrowInvalid:
        return False
    return True


def _in_parallel(raw: Iterable[_RawBlock], encoding: str, limits: Limits) -> Iterator[TextBlock]:
    sent: deque[_RawBlock] = deque()

    def contents() -> Iterator[bytes]:
        for block in raw:
            sent.append(block)
            yield block.data

    for decoded in transcoded_in_parallel(contents(), encoding):
        yield _text_block(decoded, sent.popleft(), limits)


def _text_block(decoded: Transcoded, raw: _RawBlock, limits: Limits) -> TextBlock:
    expected = "text in the encoding of the file"
    flaws = {place: Flaw("encoding", got, expected) for place, got in decoded.flaws}
    if raw.too_long:
        flaws = {0: Flaw("row_length", f"{raw.too_long:,} bytes", f"at most {limits.row_bytes:,} bytes")}
    return TextBlock(decoded.text, flaws)


def _without_mark(blocks: Iterable[TextBlock]) -> Iterator[TextBlock]:
    """Take off the byte order mark."""
    for number, block in enumerate(blocks):
        if number == 0 and block.text.startswith(_MARK):
            shift = len(_MARK)
            flaws = {max(0, place - shift): flaw for place, flaw in block.flaws.items()}
            yield TextBlock(block.text[shift:], flaws)
        else:
            yield block
