"""Opening packed files within limits."""

import gzip
import io
from pathlib import Path

import pytest

from flows.errors import RunError
from flows.ingest.streams import BoundedStream, open_bytes, refuse_bomb, unpack
from flows.settings import Limits
from tests.flows.ingest.reading import file_of

_MEBIBYTE = 1 << 20


@pytest.mark.parametrize("compression", [None, "gzip", "zstd"])
def test_content_is_unpacked(tmp_path: Path, compression: str | None) -> None:
    file = file_of(tmp_path, b"a,b\n" * 1000, compression=compression)
    with open_bytes(file, Limits()) as stream:
        assert b"".join(iter(lambda: stream.read(999), b"")) == b"a,b\n" * 1000
    assert stream.seen == 4000


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_a_bomb_is_refused_as_it_is_read(tmp_path: Path, compression: str) -> None:
    file = file_of(tmp_path, b"\0" * (80 * _MEBIBYTE), compression=compression)
    with pytest.raises(RunError, match=r"disputes\.csv\.\w+ unpacks to more than 200 times its size"):
        unpack(file, tmp_path / "out", Limits())
    assert (tmp_path / "out").stat().st_size <= 68 * _MEBIBYTE
    with pytest.raises(RunError, match=r"unpacks to more than 0\.0\d+ GiB; refused"):
        unpack(file, tmp_path / "out", Limits(unpacked_bytes=70 * _MEBIBYTE, ratio=10**9))
    unpack(file, tmp_path / "out", Limits(ratio=10**9))
    assert (tmp_path / "out").stat().st_size == 80 * _MEBIBYTE


def test_a_file_that_is_not_packed_is_no_bomb() -> None:
    refuse_bomb("a", 10**9, 10**9, Limits())


def test_small_files_may_be_packed_as_well_as_they_can() -> None:
    content = b"0" * 50 * _MEBIBYTE
    size = len(gzip.compress(content))
    stream = BoundedStream(io.BytesIO(content), "a", size, Limits())
    while stream.read(_MEBIBYTE):
        pass
    assert stream.seen == len(content)
