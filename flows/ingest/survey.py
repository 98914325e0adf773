"""One pass over a file's content: what identifies it, and what tells how it is written.

The evidence comes from all over the stream: a file may begin with a megabyte of plain ASCII and go on in Chinese.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from transforms.ingest.encodings import Nuls

_BLOCK = 4 << 20
#: The beginning that is kept; of a file this small every line is evidence.
HEAD_BYTES = 64 << 10
_LONGEST_EXCERPT = 4096
_PER_BLOCK = 8
_MOST_EXCERPTS = 4096
# Bytes below this are never the second half of a character, so a line can be cut beside them.
_NEVER_A_TRAIL = 0x30
_ASCII = 128
# A multiple of eight.
_STRETCH = 4096


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""
        ...


@dataclass(frozen=True)
class LineEnds:
    """How many line ends of each kind there are."""

    lf: int = 0
    cr: int = 0
    crlf: int = 0

    @property
    def name(self) -> str:
        """The kind that is commonest: ``LF``, ``CRLF`` or ``CR``."""
        if self.cr - self.crlf > self.lf:
            return "CR"
        return "CRLF" if self.crlf * 2 > self.lf else "LF"


@dataclass(frozen=True)
class Survey:
    """What a pass over a file's unpacked content found.

    Attributes:
        digest: SHA-256 in hexadecimal.
        size: Size.
        head: The first 64 KiB.
        excerpts: Lines from all over it, those with bytes beyond ASCII and with backslashes among them.
        nuls: How many NUL bytes there are.
        line_ends: How many line ends there are.
    """

    digest: str
    size: int
    head: bytes = b""
    excerpts: tuple[bytes, ...] = ()
    nuls: Nuls = field(default_factory=Nuls)
    line_ends: LineEnds = field(default_factory=LineEnds)


def survey_stream(stream: Readable) -> Survey:
    """Read a stream to its end.

    Args:
        stream: Unpacked content.

    Returns:
        What was found.
    """
    digest, size, head, excerpts = hashlib.sha256(), 0, b"", _Excerpts()
    even, odd, ends = 0, 0, LineEnds()
    last = b""
    while block := stream.read(_BLOCK):
        digest.update(block)
        head = head or block[:HEAD_BYTES]
        excerpts.add(block, is_first=size == 0)
        if b"\0" in block:
            nuls = np.flatnonzero(np.frombuffer(block, np.uint8) == 0) + size
            odd += int((nuls % 2).sum())
            even += len(nuls) - int((nuls % 2).sum())
        ends = _counted(ends, block, last)
        size += len(block)
        last = block[-1:]
    return Survey(digest.hexdigest(), size, head, tuple(excerpts.lines), Nuls(even, odd, size), ends)


def _counted(ends: LineEnds, block: bytes, last: bytes) -> LineEnds:
    # In an array, because to count in bytes takes several times longer where there are many.
    codes = np.frombuffer(block, np.uint8)
    lf = int(np.count_nonzero(codes == ord("\n")))
    crlf = int(last == b"\r" and block.startswith(b"\n"))
    if b"\r" not in block:
        return LineEnds(ends.lf + lf, ends.cr, ends.crlf + crlf)
    is_return = codes == ord("\r")
    crlf += int(np.count_nonzero(is_return[:-1] & (codes[1:] == ord("\n"))))
    return LineEnds(ends.lf + lf, ends.cr + int(np.count_nonzero(is_return)), ends.crlf + crlf)


class _Excerpts:
    """Lines from all over a stream, ever thinner as it goes on."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self._every = 1
        self._blocks = 0

    def add(self, block: bytes, *, is_first: bool) -> None:
        """Add lines of a block."""
        if is_first:
            lines = block[:HEAD_BYTES].splitlines()
            # The last may be cut anywhere.
            self.lines += lines[:-1] if len(block) > HEAD_BYTES else lines
        if self._blocks % self._every == 0 and not (is_first and len(block) <= HEAD_BYTES):
            self.lines += _lines_of(block)
        self._blocks += 1
        if len(self.lines) > _MOST_EXCERPTS:
            self.lines = self.lines[::2]
            self._every *= 2


def _lines_of(block: bytes) -> list[bytes]:
    codes = np.frombuffer(block, np.uint8)
    places = [*range(0, len(block), max(1, len(block) // _PER_BLOCK))]
    if not block.isascii():
        places += _some(codes >= _ASCII)
    if b"\\" in block:
        places += _some(codes == ord("\\"))
    return [_line_at(block, place) for place in sorted(set(places))]


def _some(wanted: npt.NDArray[np.bool_]) -> list[int]:
    """Return a few of the places that are wanted, evenly from first to last; at least one is."""
    # They are counted by stretches first, because to list all of them takes longer than all the rest of the survey.
    padded = np.zeros(-(-len(wanted) // _STRETCH) * _STRETCH, dtype=bool)
    padded[: len(wanted)] = wanted
    stretches = padded.reshape(-1, _STRETCH)
    counts = np.bitwise_count(stretches.view(np.uint64)).sum(axis=1, dtype=np.int64)
    ends = counts.cumsum()
    chosen = np.unique(np.linspace(0, ends[-1] - 1, _PER_BLOCK).astype(np.int64))
    holding = np.searchsorted(ends, chosen, side="right")
    within = chosen - (ends - counts)[holding]
    return [
        int(stretch * _STRETCH + np.flatnonzero(stretches[stretch])[place])
        for stretch, place in zip(holding, within, strict=True)
    ]


def _line_at(block: bytes, place: int) -> bytes:
    """Return the line at a place; a long one, or one that is cut by the block, is cut where no character is."""
    earliest, latest = max(0, place - _LONGEST_EXCERPT), min(len(block), place + _LONGEST_EXCERPT)
    start = max(block.rfind(b"\n", earliest, place), block.rfind(b"\r", earliest, place)) + 1
    ends = [end for end in (block.find(b"\n", place, latest), block.find(b"\r", place, latest)) if end >= 0]
    line = block[start or earliest : min(ends, default=latest)]
    first = next((at for at, byte in enumerate(line) if byte < _NEVER_A_TRAIL), 0) if not start else 0
    if ends:
        return line[first:]
    last = next((at for at in range(len(line) - 1, -1, -1) if line[at] < _NEVER_A_TRAIL), len(line))
    return line[first:last]
