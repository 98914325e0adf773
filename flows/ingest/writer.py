"""Writing rows to Parquet in bounded memory."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow.parquet as pa_parquet

# Fast, and within a few percent of the size of higher levels on this data.
ZSTD_LEVEL = 1
_FLUSH_ROWS = 400_000
_BUFFER_BYTES = 400 * 2**20
# Rows; below this it is better to gather each partition than to hold many slices.
_LONG_RUN = 1_000


class PartitionWriter:
    """Collects rows by partition and writes them in parts of a useful size.

    Not a pure function because a hundred partitions have to stay open at once while a file streams by.
    """

    def __init__(self, folder: Path, by: str) -> None:
        """Write below `folder`, one folder a value of the column `by`."""
        self._folder = folder
        self._by = by
        self._buffers: dict[str, list[pl.DataFrame]] = defaultdict(list)
        self._bytes: dict[str, int] = defaultdict(int)
        self._rows: dict[str, int] = defaultdict(int)
        self._parts: dict[str, int] = defaultdict(int)

    @property
    def partitions(self) -> tuple[str, ...]:
        """Values of the partition column seen so far."""
        return tuple(sorted(self._buffers.keys() | self._parts.keys()))

    def add(self, frame: pl.DataFrame) -> None:
        """Add rows, in order within each partition."""
        for key, parts in self._parted(frame).items():
            self._buffers[key] += parts
            self._bytes[key] += sum(int(part.estimated_size()) for part in parts)
            self._rows[key] += sum(part.height for part in parts)
            if self._rows[key] >= _FLUSH_ROWS:
                self._flush(key)
        while sum(self._bytes.values()) > _BUFFER_BYTES:
            self._flush(max(self._bytes, key=self._bytes.__getitem__))

    def _parted(self, frame: pl.DataFrame) -> dict[str, list[pl.DataFrame]]:
        """Part rows by partition: nothing is copied where they lie in long runs, as in the order of time they do."""
        runs = frame[self._by].rle().struct.unnest()
        if runs.height * _LONG_RUN > frame.height:
            parted = frame.partition_by(self._by, as_dict=True, include_key=False)
            return {str(value): [part] for (value,), part in parted.items()}
        rows = frame.drop(self._by)
        found: dict[str, list[pl.DataFrame]] = defaultdict(list)
        place = 0
        for length, value in runs.select("len", "value").iter_rows():
            found[str(value)].append(rows.slice(place, length))
            place += length
        return found

    def close(self) -> None:
        """Write what is left."""
        for key in sorted(self._buffers):
            self._flush(key)

    def _flush(self, key: str) -> None:
        if not self._buffers[key]:
            return
        folder = self._folder / f"month={key}"
        folder.mkdir(parents=True, exist_ok=True)
        rows = pl.concat(self._buffers[key], how="diagonal")
        rows.write_parquet(
            folder / f"part-{self._parts[key]:04}.parquet", compression="zstd", compression_level=ZSTD_LEVEL
        )
        self._parts[key] += 1
        self._buffers[key], self._bytes[key], self._rows[key] = [], 0, 0


class RowsWriter:
    """Writes rows as they come into one file, so that they need not be held."""

    def __init__(self, path: Path, schema: Mapping[str, pl.DataType]) -> None:
        """Write to `path` rows of a schema."""
        self._schema = pl.DataFrame(schema=schema).to_arrow().schema
        self._writer = pa_parquet.ParquetWriter(path, self._schema, compression="zstd", compression_level=ZSTD_LEVEL)
        self.rows = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Write some rows."""
        if frame.height:
            self._writer.write_table(frame.to_arrow().cast(self._schema))
            self.rows += frame.height

    def close(self) -> None:
        """Finish the file; it is there even without rows."""
        self._writer.close()
