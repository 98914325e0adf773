"""What reading a file yields: rows as text with their numbers, and rows that could not be taken apart."""

from dataclasses import dataclass, field

import polars as pl

from transforms.ingest.parse import ROW
from transforms.ingest.records import Flaw

#: Text that is read at a time.
CHUNK_BYTES = 16 * 2**20
#: Rows that are handed on at a time, where they are made one by one.
CHUNK_ROWS = 131_072
#: Of a row that cannot be taken apart this much is kept.
KEPT_CHARACTERS = 4_000
_MALFORMED_AT_ONCE = 4_096


@dataclass(frozen=True)
class Malformed:
    """A row that cannot be taken apart.

    Attributes:
        row: Row number in the file, the header not counted.
        rule: Identifier of the rule that it breaks.
        got: What was found.
        expected: What was expected.
        text: The row as it stands in the file, or its beginning.
    """

    row: int
    rule: str
    got: str
    expected: str
    text: str


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file.

    Attributes:
        frame: One text column per header, and ``__row``.
        malformed: Rows that could not be taken apart, in order.
    """

    frame: pl.DataFrame
    malformed: tuple[Malformed, ...] = field(default=())

    @property
    def rows(self) -> int:
        """Number of rows, malformed ones included."""
        return self.frame.height + len(self.malformed)


def malformed(row: int, flaw: Flaw, text: str) -> Malformed:
    """Describe a malformed row, with as much of its text as is kept; NUL is shown by its sign."""
    return Malformed(row, flaw.rule, flaw.got, flaw.expected, text[:KEPT_CHARACTERS].replace("\0", "␀"))


@dataclass
class RowCollector:
    """Collects rows that are made one by one, until there are enough for a chunk.

    Attributes:
        names: Headers so far, in the order in which they came up.
        limit: Rows of a chunk.
    """

    names: dict[str, None]
    limit: int
    _rows: list[tuple[int, dict[str, str | None]]] = field(default_factory=list)
    _malformed: list[Malformed] = field(default_factory=list)
    _size: int = 0

    def add(self, row: int, values: dict[str, str | None], size: int) -> None:
        """Add a row whose headers are among the names; `size` is about how many bytes it takes."""
        self._rows.append((row, values))
        self._size += size

    def set_aside(self, each: Malformed) -> None:
        """Add a malformed row."""
        self._malformed.append(each)

    @property
    def is_full(self) -> bool:
        """Whether it is time to take a chunk."""
        return (
            len(self._rows) + len(self._malformed) >= self.limit
            or len(self._malformed) >= _MALFORMED_AT_ONCE
            or self._size >= CHUNK_BYTES
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._rows and not self._malformed

    def take(self) -> Chunk:
        """Return what was collected, and begin anew."""
        columns = {
            name: pl.Series([values.get(name) for _, values in self._rows], dtype=pl.String) for name in self.names
        }
        rows = pl.Series([row for row, _ in self._rows], dtype=pl.Int64)
        chunk = Chunk(pl.DataFrame({**columns, ROW: rows}), tuple(self._malformed))
        self._rows, self._malformed, self._size = [], [], 0
        return chunk
