"""Archives for tests, hostile ones among them."""

import gzip
import io
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Iterable

Members = Iterable[tuple[str, str | bytes]]


def zipped(members: Members, *, links: bool = False) -> bytes:
    """Pack members as ZIP; with `links` they are symbolic links to their content."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Two members of one name are meant.
        for name, data in members:
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (0o120777 if links else 0o100644) << 16
            archive.writestr(member, data)
    return content.getvalue()


def tarred(members: Members, kind: bytes = tarfile.REGTYPE) -> bytes:
    """Pack members as tar.gz; of another kind they are links to their content."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, data in members:
            raw = data.encode() if isinstance(data, str) else data
            member = tarfile.TarInfo(name)
            member.type = kind
            if kind == tarfile.REGTYPE:
                member.size = len(raw)
            else:
                member.linkname = raw.decode()
            archive.addfile(member, io.BytesIO(raw) if kind == tarfile.REGTYPE else None)
    return content.getvalue()


def claiming(size: int, kind: bytes = b"x") -> bytes:
    """Make a tar.gz whose first header claims to be of a size; a kind of ``x`` or ``L`` is read into memory."""
    member = tarfile.TarInfo("claim")
    member.type, member.size = kind, size
    return gz(member.tobuf(tarfile.GNU_FORMAT))


def gz(content: bytes) -> bytes:
    """Pack bytes with gzip."""
    return gzip.compress(content, mtime=0)


def with_name(archive: bytes, name: str, raw: bytes) -> bytes:
    """Replace the name of a member of a ZIP by bytes of the same length, not marked as UTF-8."""
    plain = name.encode()
    assert len(plain) == len(raw)
    return archive.replace(plain, raw)


def lying_zip(archive: bytes, size: int) -> bytes:
    """Make a ZIP claim that its directory is of another size."""
    end = archive.rfind(b"PK\x05\x06")
    return archive[: end + 12] + struct.pack("<L", size) + archive[end + 16 :]
