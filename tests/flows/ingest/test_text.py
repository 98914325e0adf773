"""Text of any encoding as blocks of UTF-8; what cannot be decoded keeps its place."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.errors import RunError
from flows.ingest import chunks, text
from flows.ingest.dialects import Dialect
from flows.ingest.text import TextBlock, text_blocks
from flows.ingest.transcode import ANSWER_HEAD, BLOCK_HEAD, answer, lines_of, transcode
from flows.ingest.transcoders import transcoded_in_parallel
from flows.settings import Limits
from tests.flows.ingest.reading import file_of

LINES = ["一,没有收到货\n", "二,😀㐀\n", "three,x\n"]
ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")


def _blocks(folder: Path, content: bytes, encoding: str, limits: Limits | None = None) -> list[TextBlock]:
    return [*text_blocks(file_of(folder, content), Dialect(encoding), limits or Limits())]


def _joined(blocks: list[TextBlock]) -> tuple[bytes, dict[int, str]]:
    place, joined = 0, b""
    flaws: dict[int, str] = {}
    for block in blocks:
        flaws |= {place + start: flaw.rule for start, flaw in block.flaws.items()}
        joined += block.text
        place += len(block.text)
    return joined, flaws


@pytest.mark.parametrize("chunk_bytes", [7, 30, 1 << 20])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_becomes_utf8(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, mark: str, chunk_bytes: int
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_BYTES", chunk_bytes)
    content = (mark + "".join(LINES)).encode(encoding)
    assert _joined(_blocks(tmp_path, content, encoding)) == ("".join(LINES).encode(), {})


@pytest.mark.parametrize(
    ("encoding", "broken"),
    [("utf-8", b"\xff"), ("gb18030", b"\xff"), ("big5", b"\xff"), ("cp1252", b"\x81"), ("utf-16-le", b"\x00\xd8"),
     ("utf-16-be", b"\xdc\x00"), ("utf-16-le", b"x"), ("gb18030", "没有收到货".encode())],
)  # fmt: skip
def test_a_line_that_cannot_be_decoded_keeps_its_place(tmp_path: Path, encoding: str, broken: bytes) -> None:
    good = "1,x\n".encode(encoding)
    found, flaws = _joined(
        _blocks(tmp_path, good + "2,".encode(encoding) + broken + "\n".encode(encoding) + good, encoding)
    )
    lines = found.splitlines(keepends=True)
    assert (lines[0], lines[2], len(lines)) == (b"1,x\n", b"1,x\n", 3)
    assert flaws == {4: "encoding"}


def test_a_character_that_is_cut_at_the_end(tmp_path: Path) -> None:
    for encoding in ("utf-8", "gb18030", "utf-16-le"):
        content = "1,x\n2,没".encode(encoding)[:-1]
        found, flaws = _joined(_blocks(tmp_path, content, encoding))
        assert (found[:6], flaws) == (b"1,x\n2,", {4: "encoding"})


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_line_that_is_too_long_is_cut_off_and_the_next_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 4096)
    monkeypatch.setattr(chunks, "KEPT_CHARACTERS", 100)
    long = "2," + "长" * 20_000 + "\n"
    content = ("1,x\n" + long + "3,y\n").encode(encoding)
    blocks = _blocks(tmp_path, content, encoding, Limits(row_bytes=5000))
    found, flaws = _joined(blocks)
    assert flaws == {4: "row_length"}
    assert found.splitlines()[::2] == [b"1,x", b"3,y"]
    assert max(len(block.text) for block in blocks) < 20_000
    (flaw,) = [flaw for block in blocks for flaw in block.flaws.values()]
    assert flaw.got == f"{len(long.rstrip().encode(encoding)):,} bytes"


def test_a_long_line_without_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 1000)
    found, flaws = _joined(_blocks(tmp_path, b"1,x\n" + b"y" * 90_000, "utf-8", Limits(row_bytes=5000)))
    assert (len(found.splitlines()), flaws) == (2, {4: "row_length"})


def test_a_profile_may_name_any_encoding_of_text() -> None:
    assert transcode("п,р\n".encode("cp1251"), "cp1251").text.decode() == "п,р\n"
    assert transcode("香港嘅\n".encode("big5hkscs"), "big5").text.decode() == "香港嘅\n"


def test_lines_of_utf16_are_found_at_odd_places() -> None:
    lines = ["a\r\n".encode("utf-16-le"), "b\n".encode("utf-16-le")[1:], "c".encode("utf-16-le")]
    assert lines_of(b"".join(lines), "utf-16-le") == lines


# ------------------------------------------------------------------------------------------------------------ Processes


def test_large_files_are_decoded_by_processes_with_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "".join(f"{n},没有收到货😀\n" for n in range(4000)).encode("gb18030") + b"x,\xff\n"
    plain = _joined(_blocks(tmp_path, content, "gb18030"))
    monkeypatch.setattr(text, "PARALLEL_BYTES", 1)
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 9000)
    assert _joined(_blocks(tmp_path, content, "gb18030")) == plain
    assert len(plain[1]) == 1


def test_a_reader_that_stops_early_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "PARALLEL_BYTES", 1)
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 20)
    blocks = text_blocks(file_of(tmp_path, "".join(LINES * 9).encode("gb18030")), Dialect("gb18030"), Limits())
    assert isinstance(blocks, Iterator)
    assert next(blocks).text
    blocks.close()  # type: ignore[attr-defined] # a generator
    assert not [*blocks]


def test_a_process_that_dies_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/true")
    with pytest.raises(RunError, match="a process that decodes text has ended too early"):
        list(transcoded_in_parallel([b"a\n" * 100_000] * 5, "gb18030"))


def test_the_filter_answers_block_by_block() -> None:
    blocks = ["没有\n".encode("gb18030"), b"\xff\n"]
    asked = io.BytesIO(b"".join(BLOCK_HEAD.pack(len(block)) + block for block in blocks))
    answers = io.BytesIO()
    answer(asked, answers, "gb18030")
    raw = answers.getvalue()
    text_length, flaws_length = ANSWER_HEAD.unpack(raw[: ANSWER_HEAD.size])
    assert raw[ANSWER_HEAD.size : ANSWER_HEAD.size + text_length].decode() == "没有\n"
    assert raw[ANSWER_HEAD.size + text_length :][:flaws_length] == b"[]"
    assert b"bytes that are not gb18030 at byte 0" in raw
