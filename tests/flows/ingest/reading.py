"""Reading one file in a test: its headers, its rows by number, and what was malformed."""

from dataclasses import replace
from pathlib import Path

from flows.ingest.chunks import Malformed
from flows.ingest.delivered import COMPRESSIONS, FORMATS, InboxFile
from flows.ingest.readers import read_chunks
from flows.ingest.streams import unpack
from flows.settings import Limits
from tests.builders import DELIVERED, packed
from transforms.ingest.parse import ROW
from transforms.ingest.profile import Profile

UTF8, GB18030, ANY = Profile("utf8", encoding="utf-8"), Profile("gb", encoding="gb18030"), Profile("any")
Rows = dict[int, tuple[str | None, ...]]
Read = tuple[list[str], Rows, list[Malformed]]


def file_of(folder: Path, content: str | bytes, ending: str = ".csv", compression: str | None = None) -> InboxFile:
    """Write a file called disputes; text is written in UTF-8."""
    raw = content.encode() if isinstance(content, str) else content
    packing = next((end for end, name in COMPRESSIONS.items() if name == compression), "")
    path = folder / f"disputes{ending}{packing}"
    path.write_bytes(packed(raw, compression) if compression else raw)
    file = InboxFile("b", path.name, path, DELIVERED, "disputes", FORMATS[ending], compression)
    if compression is None or FORMATS[ending] not in {"parquet", "xlsx"}:
        return file
    unpack(file, folder / "unpacked", Limits())
    return replace(file, unpacked=folder / "unpacked")


def read(file: InboxFile, profile: Profile = ANY, limits: Limits | None = None) -> Read:
    """Return the headers, the rows by number, and the malformed rows in order."""
    rows: Rows = {}
    malformed: list[Malformed] = []
    names: list[str] = []
    for chunk in read_chunks(file, profile, limits or Limits()):
        names = [name for name in chunk.frame.columns if name != ROW] or names
        for row in chunk.frame.iter_rows(named=True):
            assert row[ROW] not in rows
            rows[row[ROW]] = tuple(row[name] for name in names)
        malformed += chunk.malformed
    return names, rows, malformed


def read_text(folder: Path, content: str | bytes, profile: Profile = ANY, ending: str = ".csv") -> Read:
    """Write a file and read it."""
    return read(file_of(folder, content, ending), profile)
