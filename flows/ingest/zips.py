"""Reading ZIP files, which archives and workbooks are, without trusting what they say of themselves."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.errors import RunError
from flows.ingest.survey import Readable
from flows.settings import Limits

# What a damaged, locked or unknown ZIP raises; a RuntimeError tells of a password, or of a method that is not known.
_ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, KeyError, struct.error, OverflowError,
    MemoryError,
)  # fmt: skip
_END = b"PK\x05\x06"
_END_OF_64 = b"PK\x06\x06"
_LONGEST_END = 22 + 0xFFFF + 20 + 56
#: A member takes this much of the directory at most, if its name is not absurd.
_DIRECTORY_BYTES_PER_MEMBER = 1024


@contextmanager
def open_zip(path: Path, name: str, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP file whose directory is of a size that can be read.

    Args:
        path: The file.
        name: What it is called in a message.
        limits: How many members it may have.

    Yields:
        The open file.

    Raises:
        RunError: It is no ZIP file, or has too many members.
    """
    too_many = f"{name} holds more than {limits.files:,} files; refused. Raise files in the settings if it is sound"
    if _directory_bytes(path) > limits.files * _DIRECTORY_BYTES_PER_MEMBER:
        raise RunError(too_many)
    try:
        packed = zipfile.ZipFile(path)
    except _ZIP_ERRORS as error:
        raise _refusal(name, error) from error
    with packed:
        if len(packed.infolist()) > limits.files:
            raise RunError(too_many)
        yield packed


@dataclass(frozen=True)
class ZipMember:
    """The content of a member; damage is told in a sentence.

    Attributes:
        stream: Its content.
        name: What the ZIP file is called in a message.
    """

    stream: Readable
    name: str

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes.

        Raises:
            RunError: The member is damaged.
        """
        try:
            return self.stream.read(size)
        except _ZIP_ERRORS as error:
            raise _refusal(self.name, error) from error


@contextmanager
def open_member(packed: zipfile.ZipFile, member: zipfile.ZipInfo | str, name: str) -> Iterator[ZipMember]:
    """Open a member.

    Args:
        packed: The ZIP file.
        member: Which member.
        name: What the ZIP file is called in a message.

    Yields:
        Its content.

    Raises:
        RunError: It is locked, damaged, packed in a way that is not known, or not there.
    """
    try:
        stream = packed.open(member)
    except _ZIP_ERRORS as error:
        raise _refusal(name, error) from error
    with stream:
        yield ZipMember(stream, name)


def _refusal(name: str, error: BaseException) -> RunError:
    what = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    return RunError(f"{name} cannot be unpacked ({what}); deliver it again")


def _directory_bytes(path: Path) -> int:
    """Return the size of the directory at the end of the file; zipfile reads all of it at once."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _LONGEST_END))
        tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + 22:
        return 0
    found = int(struct.unpack_from("<L", tail, end + 12)[0])
    wide = tail.rfind(_END_OF_64, 0, end)
    if wide >= 0 and len(tail) >= wide + 48:
        found = int(struct.unpack_from("<Q", tail, wide + 40)[0])
    # It lies in the file, whatever it claims.
    return min(found, size)


def member_name(member: zipfile.ZipInfo) -> str:
    """Return the name of a member; names that are not marked as UTF-8 are taken for UTF-8 or GB18030."""
    name = member.filename
    if not member.flag_bits & 0x800:
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                return raw.decode(encoding).replace("\\", "/")
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")
