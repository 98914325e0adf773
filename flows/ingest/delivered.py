"""One delivered file."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from flows.ingest.progress import Meter
from flows.ingest.survey import Survey

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".json": "json",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}
#: Formats whose bytes are text.
TEXT_FORMATS = ("csv", "ndjson", "json")


@dataclass(frozen=True)
class InboxFile:
    """One file of a batch, or one sheet of a workbook.

    Attributes:
        batch: Name of the batch: the folder, archive or single file in the inbox.
        name: Path within the inbox (within the archive, for a member of one); for a sheet, its name follows.
        path: Where its bytes are now.
        delivered_at: When it was delivered: the time of last change of the file, or of its archive.
        table: Name of the table that it belongs to, or None.
        format: ``csv``, ``ndjson``, ``json``, ``parquet``, ``xlsx``, or None where the ending is not known.
        compression: ``gzip``, ``zstd`` or None.
        expected_rows: Rows of the whole table in this batch, as the manifest says, or None.
        expected_sha256: Hash of the file as the manifest says, or None.
        sheet: Name of the sheet, or None.
        ignored: Why the file is not read, or empty.
        unpacked: Where its unpacked bytes are, for formats that are not read from the beginning on.
        survey: What a pass over its content found; None where nobody has looked yet.
        meter: Is told how many bytes were read, or None.
    """

    batch: str
    name: str
    path: Path
    delivered_at: datetime
    table: str | None
    format: str | None
    compression: str | None
    expected_rows: int | None = None
    expected_sha256: str | None = None
    sheet: str | None = None
    ignored: str = ""
    unpacked: Path | None = None
    survey: Survey | None = None
    meter: Meter | None = field(default=None, compare=False, repr=False)

    @property
    def content(self) -> Path:
        """Where the bytes are that are read."""
        return self.unpacked or self.path
