"""Writes a simulated export as a batch folder: one set of files per table and a true manifest."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from hashlib import file_digest
from json import dumps
from pathlib import Path
from shutil import rmtree
from typing import IO, TYPE_CHECKING, Any, Protocol

from flows.errors import UsageError
from transforms.simulation.plan import PlanError, SimulationPlan

if TYPE_CHECKING:
    import polars as pl

    from transforms.simulation.flaws import Flaw

DEFAULT_SEED = 20260701
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%S%:z"
_WHOLE_TABLES = frozenset({"disputes", "reputation"})
_PART_ROWS = 2_000_000
_ZSTD_LEVEL = 3
_GZIP_LEVEL = 6


class FileFormat(StrEnum):
    """The file formats of a sample."""

    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


class Compression(StrEnum):
    """How CSV and NDJSON files are packed; Parquet always holds zstd."""

    NONE = ""
    GZIP = ".gz"
    ZSTD = ".zst"


@dataclass(frozen=True)
class SampleOptions:
    """How a sample is written.

    Attributes:
        file_format: Format of the files.
        compression: How they are packed.
        on_progress: Called with the share done so far, from 0 to 1.
    """

    file_format: FileFormat = FileFormat.CSV
    compression: Compression = Compression.NONE
    on_progress: Callable[[float], None] | None = None


@dataclass(frozen=True)
class SampleSummary:
    """What was written.

    Attributes:
        path: The batch folder.
        seed: Seed of the simulation.
        rows: Rows by table, the broken ones included.
        files: Names of the files.
        total_bytes: Size of the files without the manifest.
        flaws: Number of broken rows.
    """

    path: Path
    seed: int
    rows: dict[str, int]
    files: tuple[str, ...]
    total_bytes: int
    flaws: int


@dataclass
class _TableFiles:
    """The files of one table, written one after another; only this module changes it."""

    folder: Path
    table: str
    options: SampleOptions
    rows: int = 0
    part_rows: int = 0
    names: list[str] = field(default_factory=list)
    writer: "_Writer | None" = None

    def write(self, frame: "pl.DataFrame") -> None:
        """Appends rows, in a new file where the present one is full."""
        is_full = self.part_rows >= _PART_ROWS and self.table not in _WHOLE_TABLES
        writer = self._next() if self.writer is None or is_full else self.writer
        writer.write(frame)
        self.rows += frame.height
        self.part_rows += frame.height

    def _next(self) -> "_Writer":
        self.close()
        part = "" if self.table in _WHOLE_TABLES else f"-{len(self.names) + 1:04d}"
        name = f"{self.table}{part}.{self.options.file_format}{self.options.compression}"
        self.names.append(name)
        self.part_rows = 0
        self.writer = _open(self.folder / name, self.options)
        return self.writer

    def close(self) -> None:
        """Ends the present file."""
        if self.writer is not None:
            self.writer.close()
            self.writer = None


def write_sample(
    out: Path,
    disputes: int,
    seed: int = DEFAULT_SEED,
    options: SampleOptions | None = None,
    plan: SimulationPlan | None = None,
) -> SampleSummary:
    """Simulates an export and writes it as a batch folder.

    The folder is written beside its place under a name that begins with a dot and renamed when it is whole.

    Args:
        out: The folder; must not exist, or be empty.
        disputes: Number of disputes.
        seed: Seed; the same seed, number and plan give the same bytes.
        options: Format and packing.
        plan: Planted effects and everything else; its number of disputes and seed are replaced by those given.

    Returns:
        What was written.

    Raises:
        UsageError: If the folder exists and is not empty, Parquet is to be packed, or the plan cannot be simulated.
    """
    options = options or SampleOptions()
    plan = _sized(plan, disputes, seed)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} exists and is not an empty folder; choose another folder or remove it")
    if options.file_format is FileFormat.PARQUET and options.compression is not Compression.NONE:
        raise UsageError("Parquet files are compressed inside; leave the compression out")
    partial = out.with_name(f".{out.name}.partial")
    if partial.exists():
        rmtree(partial)
    partial.mkdir(parents=True)
    try:
        summary = _write(partial, plan, options)
        if out.exists():
            out.rmdir()
        partial.rename(out)
    finally:
        rmtree(partial, ignore_errors=True)
    return replace(summary, path=out)


def _sized(plan: SimulationPlan | None, disputes: int, seed: int) -> SimulationPlan:
    try:
        return replace(plan, disputes=disputes, seed=seed) if plan else SimulationPlan(disputes=disputes, seed=seed)
    except PlanError as error:
        raise UsageError(str(error)) from error


def _write(folder: Path, plan: SimulationPlan, options: SampleOptions) -> SampleSummary:
    """Writes every chunk, then the manifest."""
    tables: dict[str, _TableFiles] = {}
    try:
        added = _write_tables(folder, plan, options, tables)
    finally:
        for files in tables.values():
            files.close()
    _write_manifest(folder, plan, tables, added)
    names = tuple(name for files in tables.values() for name in files.names)
    return SampleSummary(
        path=folder,
        seed=plan.seed,
        rows={table: files.rows for table, files in tables.items()},
        files=names,
        total_bytes=sum((folder / name).stat().st_size for name in names),
        flaws=len(added),
    )


def _write_tables(
    folder: Path, plan: SimulationPlan, options: SampleOptions, tables: dict[str, _TableFiles]
) -> list["Flaw"]:
    """Writes every chunk to the files of its table, opened as they are needed; returns the broken rows."""
    from transforms.simulation.export import simulate  # noqa: PLC0415 - Polars is loaded only where it is used

    added: list[Flaw] = []
    for chunk in simulate(plan):
        files = tables.setdefault(chunk.table, _TableFiles(folder, chunk.table, options))
        is_first = files.rows == 0
        files.write(chunk.frame)
        if is_first and plan.has_flaws:
            added += _write_flaws(files, chunk.frame)
        if options.on_progress and chunk.table == "disputes":
            options.on_progress(min(1.0, files.rows / plan.disputes))
    return added


def _write_flaws(files: _TableFiles, frame: "pl.DataFrame") -> list["Flaw"]:
    """Adds the broken rows of a table; Parquet cannot hold those of another type."""
    from transforms.simulation.flaws import flaws  # noqa: PLC0415 - loads Polars

    is_typed = files.options.file_format is FileFormat.PARQUET
    added = [flaw for flaw in flaws(files.table, frame) if not is_typed or flaw.row.schema == frame.schema]
    for flaw in added:
        files.write(flaw.row)
    return added


def _write_manifest(folder: Path, plan: SimulationPlan, tables: dict[str, _TableFiles], added: list["Flaw"]) -> None:
    """Rows and hashes for whoever reads the batch; below `simulation` what was planted."""
    listed = {
        table: {"rows": files.rows, "sha256": {name: _sha256(folder / name) for name in files.names}}
        for table, files in sorted(tables.items())
    }
    planted = [
        {"table": flaw.table, "key": flaw.key, "rule": flaw.rule, "column": flaw.column, "value": flaw.value}
        for flaw in added
    ]
    truth = {"plan": asdict(plan), "imperfections": planted}
    manifest = {"tables": listed, "simulation": truth}
    text = dumps(manifest, ensure_ascii=False, indent=2, default=str)
    (folder / "manifest.json").write_text(f"{text}\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


class _Writer(Protocol):
    """Appends frames to one file."""

    def write(self, frame: "pl.DataFrame") -> None:
        """Appends rows."""

    def close(self) -> None:
        """Ends the file."""


class _TextWriter:
    """Appends frames to one file of CSV or NDJSON."""

    def __init__(self, path: Path, options: SampleOptions) -> None:
        self._raw = path.open("wb")
        self._stream = _packed(self._raw, options.compression)
        self._is_csv = options.file_format is FileFormat.CSV
        self._is_new = True

    def write(self, frame: "pl.DataFrame") -> None:
        """Appends rows, after a header if the format has one."""
        if self._is_csv:
            text = frame.write_csv(include_header=self._is_new, datetime_format=_TIME_FORMAT)
            self._stream.write(text.encode())
        else:
            self._stream.write(_json_ready(frame).write_ndjson().encode())
        self._is_new = False

    def close(self) -> None:
        """Ends the file."""
        self._stream.close()
        self._raw.close()


class _ParquetWriter:
    """Appends frames to one Parquet file, a row group each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None

    def write(self, frame: "pl.DataFrame") -> None:
        """Appends a row group."""
        import polars as pl  # noqa: PLC0415 - loaded only where it is used
        from pyarrow import parquet  # noqa: PLC0415 - loaded only where it is used

        rows = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._writer is None:
            self._writer = parquet.ParquetWriter(self._path, rows.schema, compression="zstd")
        self._writer.write_table(rows)

    def close(self) -> None:
        """Ends the file."""
        self._writer.close()


def _open(path: Path, options: SampleOptions) -> _Writer:
    return _ParquetWriter(path) if options.file_format is FileFormat.PARQUET else _TextWriter(path, options)


class _Sink(Protocol):
    """Takes bytes."""

    def write(self, data: bytes, /) -> int:
        """Takes some bytes."""

    def close(self) -> None:
        """Takes no more."""


def _packed(raw: IO[bytes], compression: Compression) -> _Sink:
    """Wraps a stream so that what is written is packed; the same bytes give the same bytes."""
    if compression is Compression.GZIP:
        from gzip import GzipFile  # noqa: PLC0415 - seldom used

        return GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=_GZIP_LEVEL, mtime=0)
    if compression is Compression.ZSTD:
        from zstandard import ZstdCompressor  # noqa: PLC0415 - seldom used

        return ZstdCompressor(level=_ZSTD_LEVEL).stream_writer(raw, closefd=False)
    return raw


def _json_ready(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Times as in CSV, money as numbers."""
    import polars as pl  # noqa: PLC0415 - loaded only where it is used
    from polars import selectors  # noqa: PLC0415 - loaded only where it is used

    return frame.with_columns(
        selectors.datetime().dt.strftime(_TIME_FORMAT),
        selectors.date().dt.strftime("%Y-%m-%d"),
        selectors.decimal().cast(pl.Float64),
    )
