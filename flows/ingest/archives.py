"""Unpacking archives that may mean harm.

A member never decides where it is written: each gets a numbered folder of its own, and only the last part of its name,
by which its table is told, is kept. What a member says of its size is not believed; bytes are counted as they come.
"""

import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa

from flows.errors import RunError
from flows.ingest.streams import BoundedStream, refuse_bomb
from flows.ingest.survey import Readable
from flows.ingest.zips import member_name, open_member, open_zip
from flows.settings import Limits

ARCHIVES = (".zip", ".tar.gz", ".tgz")
_BLOCK = 1 << 20
#: A longer name is cut at its beginning, so that endings stay.
_LONGEST_NAME = 120
_LINK_MODE, _MODE_MASK = 0o120000, 0o170000
_TAR_ERRORS = (tarfile.TarError, EOFError, OSError, ValueError, OverflowError, MemoryError, RecursionError, zlib.error)


@dataclass(frozen=True)
class Member:
    """A file of an archive.

    Attributes:
        name: Path within the archive.
        path: Where it was unpacked to.
    """

    name: str
    path: Path


def is_archive(name: str) -> bool:
    """Tell by its name whether a file is an archive."""
    return name.casefold().endswith(ARCHIVES)


def unpack_archive(archive: Path, folder: Path, limits: Limits) -> list[Member]:
    """Unpack an archive.

    Args:
        archive: A ``.zip``, ``.tar.gz`` or ``.tgz``.
        folder: An empty folder for its members.
        limits: What it may unpack to.

    Returns:
        Its files by name.

    Raises:
        RunError: It is damaged or locked, names a path outside itself, holds links, or is beyond the limits.
    """
    unpacking = _Unpacking(archive, folder, limits, [])
    if archive.name.casefold().endswith(".zip"):
        unpacking.zip()
    else:
        unpacking.tar()
    return sorted(unpacking.members, key=lambda member: (member.name, member.path))


@dataclass(frozen=True)
class _Unpacking:
    """An archive on its way to a folder."""

    archive: Path
    folder: Path
    limits: Limits
    members: list[Member]

    def zip(self) -> None:
        seen = 0
        with open_zip(self.archive, self.archive.name, self.limits) as packed:
            for member in packed.infolist():
                name = self._safe(member_name(member))
                if (member.external_attr >> 16) & _MODE_MASK == _LINK_MODE:
                    raise self._refusal(f"holds a link, {name}")
                if member.is_dir() or name.endswith("/"):
                    continue
                with open_member(packed, member, self.archive.name) as content:
                    seen = self._write(name, content, seen)

    def tar(self) -> None:
        seen = 0
        try:
            with self.archive.open("rb") as raw, pa.input_stream(raw, compression="gzip") as stream:
                unpacked = _Tape(BoundedStream(stream, self.archive.name, self.archive.stat().st_size, self.limits))
                with tarfile.open(fileobj=unpacked, mode="r:") as tar:  # type: ignore[call-overload] # reads, seeks, tells
                    for number, member in enumerate(tar):
                        seen = self._tar_member(tar, member, number, seen)
        except _TAR_ERRORS as error:
            what = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise RunError(f"{self.archive.name} cannot be unpacked ({what}); deliver it again") from error

    def _tar_member(self, tar: tarfile.TarFile, member: tarfile.TarInfo, number: int, seen: int) -> int:
        if number >= self.limits.files:
            raise self._refusal(f"holds more than {self.limits.files:,} files")
        name = self._safe(member.name)
        if member.isdir():
            return seen
        content = tar.extractfile(member) if member.isfile() else None
        if content is None:
            raise self._refusal(f"holds a link or device, {name}")
        return self._write(name, content, seen)

    def _safe(self, name: str) -> str:
        """Return the name of a member without control characters; one outside the archive is refused."""
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or (path.parts and path.parts[0].endswith(":")):
            raise self._refusal(f"names a path outside itself, {shown(name)}")
        return shown(name)

    def _write(self, name: str, content: Readable, seen: int) -> int:
        """Write a member, and return how much has been unpacked."""
        target = self.folder / f"{len(self.members):05}" / PurePosixPath(name).name[-_LONGEST_NAME:]
        target.parent.mkdir(parents=True)
        with target.open("wb") as file:
            while block := content.read(_BLOCK):
                seen += len(block)
                refuse_bomb(self.archive.name, seen, self.archive.stat().st_size, self.limits)
                file.write(block)
        self.members.append(Member(name, target))
        return seen

    def _refusal(self, what: str) -> RunError:
        return RunError(f"the archive {self.archive.name} {what}; refused")


class _Tape:
    """What tarfile reads from: only forward, so that nothing unpacked need be kept, and never much at once.

    Content is asked for in blocks; a longer stretch can only be a header that claims to be larger than any is.
    """

    def __init__(self, stream: BoundedStream) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        if not 0 <= size <= 2 * _BLOCK:
            raise tarfile.ReadError("a header is too long")
        parts: list[bytes] = []
        while size > 0 and (block := self._stream.read(size)):
            parts.append(block)
            size -= len(block)
        return b"".join(parts)

    def tell(self) -> int:
        return self._stream.seen

    def seek(self, place: int) -> int:
        if place < self.tell():
            raise tarfile.ReadError("its members are not in order")
        while self.tell() < place and self._stream.read(min(_BLOCK, place - self.tell())):
            pass
        return self.tell()


def shown(name: str) -> str:
    """Return a name as it can be printed and stored: in UTF-8 or else GB18030, without control characters."""
    raw = name.encode("utf-8", errors="surrogateescape")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
