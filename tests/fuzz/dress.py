"""How a made-up export is written: encoding, delimiter, line ends, quotes."""

import csv
import io
from dataclasses import dataclass
from typing import Literal

DELIMITERS = (",", ";", "\t", "|")
LINE_ENDS = ("\n", "\r\n", "\r")


@dataclass(frozen=True)
class Dress:
    """How an export is written."""

    encoding: str
    delimiter: str
    line_end: str
    quoting: Literal[0, 1]
    backslash: bool

    def write(self, rows: list[tuple[str, ...]], headers: tuple[str, ...]) -> bytes:
        """Write rows with their headers, a byte order mark before them where the encoding has one."""
        text = "".join(map(self._record, [headers, *rows]))
        if self.encoding in {"utf-8-sig", "utf-16"}:
            return f"\ufeff{text}".encode("utf-8" if self.encoding == "utf-8-sig" else "utf-16-le")
        return text.encode(self.encoding)

    def _record(self, row: tuple[str, ...]) -> str:
        text = io.StringIO(newline="")
        # The writer quotes a value for the line end that it writes, not for others.
        quoting = csv.QUOTE_ALL if self.line_end == "\r" else self.quoting
        csv.writer(
            text, delimiter=self.delimiter, lineterminator=self.line_end, quoting=quoting,
            doublequote=not self.backslash, escapechar="\\" if self.backslash else None,
        ).writerow(row)  # fmt: skip
        return text.getvalue()
