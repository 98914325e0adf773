"""Lines of text for a terminal of a fixed width, in which a Chinese character takes two columns."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, chop_cells

WIDTH: Final = 100
_WIDE: Final = "\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U0001f000-\U0003ffff"
_CLOSING: Final = "，。、；：！？）】》”’…,.;:!?)\\]%"
# What may not be parted: a word, or one wide character, each with the punctuation that closes it.
_PIECE: Final = re.compile(rf"\s+|[{_WIDE}][{_CLOSING}]*|[^\s{_WIDE}]+[{_CLOSING}]*")


@dataclass(frozen=True)
class Line:
    """A line before it is wrapped.

    Attributes:
        text: One line of clean text.
        indent: Spaces before it.
        hang: Further spaces before the lines that continue it.
    """

    text: str
    indent: int = 0
    hang: int = 2


def laid_out(lines: Iterable[Line]) -> str:
    """Wrap lines so that none is wider than ``WIDTH`` columns."""
    return "\n".join(wrapped for line in lines for wrapped in _wrapped(line))


def padded(text: str, width: int) -> str:
    """The text with spaces up to a number of columns."""
    return text + " " * max(width - cell_len(text), 0)


def _wrapped(line: Line) -> Iterator[str]:
    start, rest = " " * line.indent, " " * (line.indent + line.hang)
    current = start
    for piece in _pieces(line.text, WIDTH - len(rest)):
        if cell_len(current) + cell_len(piece.rstrip()) > WIDTH:
            yield current.rstrip()
            current = rest
        if current.strip() or not piece.isspace():
            current += piece
    yield current.rstrip()


def _pieces(text: str, room: int) -> Iterator[str]:
    """What the text may be parted into; a word that is wider than the room is parted anywhere."""
    for piece in _PIECE.findall(text):
        if cell_len(piece) <= room:
            yield piece
        else:
            yield from chop_cells(piece, room)
