"""Archives: what is in them arrives under its own name, and nothing gets out of its folder."""

import tarfile
import tracemalloc
from pathlib import Path

import pytest

from flows.errors import RunError
from flows.ingest.archives import Member, is_archive, shown, unpack_archive
from flows.settings import Limits
from tests.flows.ingest.archives_made import Members, claiming, gz, lying_zip, tarred, with_name, zipped

TWO = [("disputes.csv", "a,b\n1,2\n"), ("deep/messages.csv", "c\n3\n")]
_MEBIBYTE = 1 << 20


def _unpacked(tmp_path: Path, name: str, content: bytes, limits: Limits | None = None) -> list[Member]:
    (tmp_path / "in").mkdir(exist_ok=True)
    (tmp_path / "in" / name).write_bytes(content)
    out = tmp_path / f"out-{name}"
    out.mkdir(exist_ok=True)
    return unpack_archive(tmp_path / "in" / name, out, limits or Limits())


def _both(members: Members) -> list[tuple[str, bytes]]:
    pairs = [*members]
    return [("a.zip", zipped(pairs)), ("a.tar.gz", tarred(pairs))]


@pytest.mark.parametrize(("name", "content"), _both(TWO), ids=["zip", "tar.gz"])
def test_members_keep_name_and_content(tmp_path: Path, name: str, content: bytes) -> None:
    found = _unpacked(tmp_path, name, content)
    assert [(each.name, each.path.name) for each in found] == [
        ("deep/messages.csv", "messages.csv"), ("disputes.csv", "disputes.csv"),
    ]  # fmt: skip
    assert [each.path.read_text(encoding="utf-8") for each in found] == ["c\n3\n", "a,b\n1,2\n"]


@pytest.mark.parametrize(("name", "content"), _both([("a.csv", "1"), ("a.csv", "2")]), ids=["zip", "tar.gz"])
def test_two_members_of_one_name_are_both_kept(tmp_path: Path, name: str, content: bytes) -> None:
    found = _unpacked(tmp_path, name, content)
    assert sorted(each.path.read_text(encoding="utf-8") for each in found) == ["1", "2"]


@pytest.mark.parametrize(
    "path", ["../evil.csv", "/evil.csv", "a/../../evil.csv", "..\\evil.csv", "C:\\evil.csv", "C:/evil.csv"]
)
def test_paths_outside_are_refused(tmp_path: Path, path: str) -> None:
    for name, content in _both([(path, "x")]):
        if "\\" in path and name.endswith("gz"):
            # In a tar a backslash is part of a name.
            continue
        with pytest.raises(RunError, match="names a path outside itself"):
            _unpacked(tmp_path, name, content)
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(RunError, match=r"a\.tar\.gz holds a link or device, disputes\.csv; refused"):
        _unpacked(tmp_path, "a.tar.gz", tarred([("disputes.csv", "/etc/passwd")], kind))


def test_links_in_a_zip_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"a\.zip holds a link"):
        _unpacked(tmp_path, "a.zip", zipped([("disputes.csv", "/etc/passwd")], links=True))


@pytest.mark.parametrize(("name", "content"), _both([("a.csv", b"\0" * (80 * _MEBIBYTE))]), ids=["zip", "tar.gz"])
def test_bombs_are_refused_before_they_fill_anything(tmp_path: Path, name: str, content: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(RunError, match="times its size, as only a trap does; refused"):
        _unpacked(tmp_path, name, content)
    assert tracemalloc.get_traced_memory()[1] < 32 * _MEBIBYTE
    tracemalloc.stop()


@pytest.mark.parametrize(("name", "content"), _both(TWO), ids=["zip", "tar.gz"])
def test_limits(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(RunError, match="holds more than 1 files"):
        _unpacked(tmp_path, name, content, Limits(files=1))
    with pytest.raises(RunError, match="unpacks to more than"):
        _unpacked(tmp_path, name, content, Limits(unpacked_bytes=5))


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
def test_a_header_that_claims_to_be_huge_is_not_read(tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(RunError, match=r"a\.tar\.gz cannot be unpacked \(.*too long"):
        _unpacked(tmp_path, "a.tar.gz", claiming(8 * 2**30, kind))


def test_a_directory_that_claims_to_be_huge_is_not_read(tmp_path: Path) -> None:
    content = zipped([(f"{n}.csv", "") for n in range(200)])
    with pytest.raises(RunError, match="holds more than 1 files"):
        _unpacked(tmp_path, "a.zip", lying_zip(content, 2**32 - 1), Limits(files=1))


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
@pytest.mark.parametrize("content", [b"", b"PK", b"\x1f\x8b", b"text", gz(b""), gz(b"x" * 700)])
def test_what_is_no_archive(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(RunError, match="cannot be unpacked"):
        _unpacked(tmp_path, name, content)


def test_an_archive_of_nothing(tmp_path: Path) -> None:
    assert _unpacked(tmp_path, "a.tar.gz", gz(b"\0" * 10240)) == []
    assert _unpacked(tmp_path, "a.zip", zipped([])) == []


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_chinese_names_that_are_not_marked_as_utf8(tmp_path: Path, encoding: str) -> None:
    raw = "纠纷.csv".encode(encoding)
    content = with_name(zipped([("x" * len(raw), "1")]), "x" * len(raw), raw)
    assert [each.name for each in _unpacked(tmp_path, "a.zip", content)] == ["纠纷.csv"]


def test_names_of_windows(tmp_path: Path) -> None:
    (found,) = _unpacked(tmp_path, "a.zip", zipped([("june\\disputes.csv", "1")]))
    assert (found.name, found.path.name) == ("june/disputes.csv", "disputes.csv")


def test_a_name_longer_than_a_file_may_have(tmp_path: Path) -> None:
    for name, content in _both([("x" * 400 + "disputes.csv", "1")]):
        (found,) = _unpacked(tmp_path, name, content)
        assert found.path.name.endswith("disputes.csv")


def test_names_that_cannot_be_printed() -> None:
    assert shown("a\x1b[31m\n\udcff.csv") == "a\ufffd[31m\ufffd\ufffd.csv"
    assert shown("纠纷 6月.csv") == "纠纷 6月.csv"


def test_what_is_called_an_archive() -> None:
    assert [name for name in ("a.zip", "a.ZIP", "a.tar.gz", "a.tgz", "a.gz", "zip", "a.tar") if is_archive(name)] == [
        "a.zip", "a.ZIP", "a.tar.gz", "a.tgz",
    ]  # fmt: skip
