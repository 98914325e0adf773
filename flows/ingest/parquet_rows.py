"""Reading Parquet: every value becomes the text that a CSV export would have."""

from collections.abc import Iterator
from typing import IO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pa_parquet

from flows.errors import RunError
from flows.ingest import chunks
from flows.ingest.chunks import Chunk, Malformed, malformed
from flows.ingest.delivered import InboxFile
from flows.ingest.streams import refuse_bomb
from flows.settings import Limits
from transforms.ingest.header import header_fault, usable_names
from transforms.ingest.parse import ROW
from transforms.ingest.records import Flaw


def parquet_headers(file: InboxFile, limits: Limits) -> tuple[str, ...]:
    """Return the names of the columns.

    Raises:
        RunError: The file is not Parquet, or beyond the limits.
    """
    with file.content.open("rb") as raw, _source(file, raw, limits) as source:
        return _names(file, source, limits)


def read_parquet(file: InboxFile, limits: Limits) -> Iterator[Chunk]:
    """Read a Parquet file.

    Args:
        file: The file.
        limits: Longest row, most columns, what it may unpack to.

    Yields:
        Its rows in order.

    Raises:
        RunError: It is not Parquet, or beyond the limits.
    """
    row = 1
    with file.content.open("rb") as raw, _source(file, raw, limits) as source:
        names = _names(file, source, limits)
        try:
            for batch in source.iter_batches(chunks.CHUNK_ROWS):
                yield _chunk(batch.rename_columns(names), row, limits)
                row += batch.num_rows
        except (pa.ArrowException, OSError, MemoryError, pl.exceptions.PolarsError) as error:
            raise RunError(
                f"{file.name} is damaged after row {row - 1:,} ({_words(error)}); deliver it again"
            ) from error


def _source(file: InboxFile, raw: IO[bytes], limits: Limits) -> pa_parquet.ParquetFile:
    try:
        source = pa_parquet.ParquetFile(raw)
        stored = sum(source.metadata.row_group(place).total_byte_size for place in range(source.num_row_groups))
    except (pa.ArrowException, OSError, MemoryError) as error:
        raise RunError(f"{file.name} is not a Parquet file: {_words(error)}; deliver it again") from error
    # Repeated values take no room in the file: every row counts as a byte a column at least.
    claimed = max(stored, source.metadata.num_rows * max(1, source.metadata.num_columns))
    refuse_bomb(file.name, claimed, file.content.stat().st_size, limits)
    return source


def _names(file: InboxFile, source: pa_parquet.ParquetFile, limits: Limits) -> tuple[str, ...]:
    names = usable_names(source.schema_arrow.names)
    fault = header_fault(names, limits.columns)
    if fault:
        raise RunError(f"{file.name} {fault}")
    return names


def _chunk(batch: pa.RecordBatch, first_row: int, limits: Limits) -> Chunk:
    rows = pl.int_range(first_row, first_row + batch.num_rows, eager=True, dtype=pl.Int64).alias(ROW)
    flawed = _undecodable(batch)
    if flawed:
        keep = [place not in flawed for place in range(batch.num_rows)]
        batch, rows = batch.filter(pa.array(keep)), rows.filter(pl.Series(keep, dtype=pl.Boolean))
    frame = pl.DataFrame(pl.from_arrow(batch))
    texts = frame.select(_text_of(name, dtype) for name, dtype in frame.schema.items()).with_columns(rows)
    broken = [
        malformed(first_row + place, Flaw("encoding", f"bytes that are not UTF-8 in {name}", "UTF-8 text"), "")
        for place, name in sorted(flawed.items())
    ]
    kept, special = _without_flaws(texts, limits)
    return Chunk(kept, tuple(sorted([*broken, *special], key=lambda each: each.row)))


def _undecodable(batch: pa.RecordBatch) -> dict[int, str]:
    """Find rows with bytes that are not UTF-8 in a column of texts or bytes, which Arrow does not check."""
    flawed: dict[int, str] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        values = pl.Series(_as_binary(column)) if _is_text(column.type) else None
        if values is None:
            continue
        lost = values.cast(pl.String, strict=False).is_null() & values.is_not_null()
        for place in lost.arg_true().to_list() if lost.any() else []:
            flawed.setdefault(place, name)
    return flawed


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
        or pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
    )  # fmt: skip


def _as_binary(column: pa.Array) -> pa.Array:
    plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    return plain.cast(pa.large_binary())


def _without_flaws(texts: pl.DataFrame, limits: Limits) -> tuple[pl.DataFrame, list[Malformed]]:
    """Set aside rows with a NUL character or that are too long."""
    names = [name for name in texts.columns if name != ROW]
    length = pl.sum_horizontal(pl.col(name).str.len_bytes() for name in names)
    has_nul = pl.any_horizontal(pl.col(name).str.contains("\0", literal=True) for name in names)
    marked = texts.select((length > limits.row_bytes).alias("long"), has_nul.alias("nul"))
    if not marked["long"].any() and not marked["nul"].any():
        return texts, []
    long, nul = marked["long"].fill_null(value=False), marked["nul"].fill_null(value=False)
    flaws = {True: Flaw("nul", "a NUL character", "text")}
    too_long = Flaw("row_length", f"more than {limits.row_bytes:,} bytes", f"at most {limits.row_bytes:,} bytes")
    rows = zip(texts.filter(long | nul)[ROW], nul.filter(long | nul), strict=True)
    return texts.filter(~(long | nul)), [malformed(row, flaws.get(is_nul, too_long), "") for row, is_nul in rows]


def _text_of(name: str, dtype: pl.DataType) -> pl.Expr:
    value = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        zoned = value if dtype.time_zone is None else value.dt.convert_time_zone("UTC")
        return zoned.dt.strftime("%Y-%m-%dT%H:%M:%S%.f" + ("" if dtype.time_zone is None else "+00:00"))
    if isinstance(dtype, pl.Struct | pl.List | pl.Array):
        return pl.struct(value).struct.json_encode().alias(name)
    return value.cast(pl.String)


def _words(error: BaseException) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
