"""Turning lines in any encoding into UTF-8; as a program, a filter for blocks of lines, so it loads nothing heavy.

A line that cannot be decoded is kept, with marks in place of what is wrong, so that rows keep their numbers; what is
wrong with it is told beside the text.
"""

import json
import re
import struct
import sys
from dataclasses import dataclass
from typing import IO

from transforms.ingest.encodings import WIDE, foreign_lines

# The codecs that read most of what goes by a name; the second reads what the first cannot.
_CODECS = {"big5": ("cp950", "big5hkscs"), "gb2312": ("gb18030",), "gbk": ("gb18030",)}


@dataclass(frozen=True)
class Transcoded:
    """Lines in UTF-8.

    Attributes:
        text: The lines.
        flaws: Where a line begins that could not be read, and why.
    """

    text: bytes
    flaws: tuple[tuple[int, str], ...] = ()


def transcode(block: bytes, encoding: str) -> Transcoded:
    """Turn whole lines into UTF-8.

    Args:
        block: The lines.
        encoding: Their encoding.

    Returns:
        The same lines in UTF-8.
    """
    codecs = _CODECS.get(encoding, (encoding,))
    foreign = set() if encoding in {"utf-8", *WIDE} else set(foreign_lines(block, codecs[0]))
    try:
        if not foreign:
            return Transcoded(block.decode(codecs[0]).encode("utf-8"))
    except UnicodeError:
        pass
    return _line_by_line(block, encoding, codecs, foreign)


def _line_by_line(block: bytes, encoding: str, codecs: tuple[str, ...], foreign: set[int]) -> Transcoded:
    texts: list[bytes] = []
    flaws: list[tuple[int, str]] = []
    place, length = 0, 0
    for line in lines_of(block, encoding):
        text, flaw = _decoded(line, codecs)
        if place in foreign:
            text, flaw = line, "text in utf-8"
        if flaw:
            flaws.append((length, flaw))
        texts.append(text)
        place += len(line)
        length += len(text)
    return Transcoded(b"".join(texts), tuple(flaws))


def lines_of(block: bytes, encoding: str) -> list[bytes]:
    """Split a block into lines; in UTF-16 wherever a line end may be, so that a lost byte costs but a line."""
    if encoding not in WIDE:
        return block.splitlines(keepends=True)
    ends = rb"(?:\r\x00)?\n\x00|\r\x00" if encoding == "utf-16-le" else rb"(?:\x00\r)?\x00\n|\x00\r"
    return re.findall(rb".*?(?:" + ends + rb")|.+\Z", block, re.DOTALL)


def _decoded(line: bytes, codecs: tuple[str, ...]) -> tuple[bytes, str]:
    flaw = ""
    for codec in codecs:
        try:
            return line.decode(codec).encode("utf-8"), ""
        except UnicodeDecodeError as error:
            flaw = flaw or f"bytes that are not {codecs[0]} at byte {error.start}"
        except UnicodeEncodeError:
            flaw = flaw or "half of a character"
    text = line.decode(codecs[0], errors="replace").encode("utf-8", errors="replace")
    return (text if text.endswith((b"\n", b"\r")) else text + b"\n"), flaw


#: Before a block goes its length, before an answer that of its text and that of its flaws.
BLOCK_HEAD = struct.Struct("<Q")
ANSWER_HEAD = struct.Struct("<QQ")


def answer(blocks: IO[bytes], answers: IO[bytes], encoding: str) -> None:
    """Transcode blocks as they come, until there are no more.

    Args:
        blocks: Blocks, each after its length.
        answers: Where the texts go, each after its length and that of its flaws, which follow it as JSON.
        encoding: The encoding of all blocks.
    """
    while head := blocks.read(BLOCK_HEAD.size):
        (length,) = BLOCK_HEAD.unpack(head)
        found = transcode(blocks.read(length), encoding)
        flaws = json.dumps(found.flaws).encode()
        answers.write(ANSWER_HEAD.pack(len(found.text), len(flaws)))
        answers.write(found.text)
        answers.write(flaws)
        answers.flush()


if __name__ == "__main__":
    answer(sys.stdin.buffer, sys.stdout.buffer, sys.argv[1])
