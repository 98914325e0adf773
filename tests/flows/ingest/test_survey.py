"""One pass over a file: what identifies it, and evidence from all over it."""

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.ingest import survey
from flows.ingest.survey import HEAD_BYTES, LineEnds, survey_stream
from transforms.ingest.encodings import likeliest_encoding

_PLAIN = b"d1,2026-01-05,partial\n"


@given(st.binary(max_size=300), st.integers(1, 50))
def test_size_hash_and_counts_do_not_depend_on_blocks(content: bytes, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(survey, "_BLOCK", block)
        found = survey_stream(io.BytesIO(content))
    assert (found.digest, found.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (found.nuls.even, found.nuls.odd) == (content[::2].count(0), content[1::2].count(0))
    assert found.line_ends == LineEnds(content.count(b"\n"), content.count(b"\r"), content.count(b"\r\n"))


@pytest.mark.parametrize(("ends", "name"), [(b"\n", "LF"), (b"\r\n", "CRLF"), (b"\r", "CR")])
def test_line_ends(ends: bytes, name: str) -> None:
    assert survey_stream(io.BytesIO((b"a,b" + ends) * 9)).line_ends.name == name


@pytest.mark.parametrize("place", [0, 3 << 20, 9 << 20])
def test_one_chinese_line_in_megabytes_of_ascii_is_found(place: int) -> None:
    content = bytearray(_PLAIN * ((10 << 20) // len(_PLAIN)))
    place -= place % len(_PLAIN)
    line = "d2,2026-01-05,支持买家\n".encode("gb18030")
    found = survey_stream(io.BytesIO(bytes(content[:place]) + line + bytes(content[place:])))
    assert line.rstrip() in found.excerpts
    assert likeliest_encoding(found.excerpts) == "gb18030"


def test_backslashes_are_found_wherever_they_are() -> None:
    content = _PLAIN * (HEAD_BYTES // 4) + b'd3,"a \\"b\\"",x\n' + _PLAIN
    assert b'd3,"a \\"b\\"",x' in survey_stream(io.BytesIO(content)).excerpts


def test_excerpts_of_a_long_stream_stay_few() -> None:
    class Endless:
        """A stream of Chinese lines, so many MiB long."""

        left = 600

        def read(self, size: int, /) -> bytes:
            self.left -= 1
            return "d1,支持买家\n".encode() * (size // 64) if self.left >= 0 else b""

    found = survey_stream(Endless())
    assert 100 < len(found.excerpts) <= 4096
    assert likeliest_encoding(found.excerpts) == "utf-8"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5"])
def test_a_line_that_is_cut_is_cut_between_characters(encoding: str) -> None:
    # No line end for megabytes: excerpts are pieces of the one line.
    content = "支持買家, ".encode(encoding) * 400_000
    excerpts = survey_stream(io.BytesIO(content)).excerpts
    assert likeliest_encoding(excerpts) == encoding
    assert all("支持" in excerpt.decode(encoding) for excerpt in excerpts)
