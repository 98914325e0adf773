"""Reading Parquet: every value as a CSV export would have it."""

import io
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from flows.errors import RunError
from flows.ingest import chunks
from flows.ingest.readers import read_headers
from tests.flows.ingest.reading import UTF8, file_of, read


def _parquet(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue()


def test_typed_parquet_is_read_as_it_would_be_written(tmp_path: Path) -> None:
    moment = datetime(2026, 3, 5, 6, 3, tzinfo=UTC)
    frame = pl.DataFrame({
        "text": ["退款", None],
        "whole": [7, None],
        "number": [0.25, None],
        "amount": pl.Series([Decimal("12.50"), None], dtype=pl.Decimal(12, 2)),
        "flag": [True, None],
        "day": [date(2026, 3, 5), None],
        "moment": [moment, None],
        "enum": pl.Series(["photo", None], dtype=pl.Categorical),
        "nothing": [None, None],
        "clock": [time(14, 3), None],
        "list": [["a"], None],
    })  # fmt: skip
    names, rows, _ = read(file_of(tmp_path, _parquet(frame), ".parquet"))
    found = dict(zip(names, rows[1], strict=True))
    assert found["moment"] is not None
    assert datetime.fromisoformat(found["moment"]) == moment
    assert found["list"] is not None
    assert "a" in found["list"]
    del found["moment"], found["list"], found["clock"]
    assert found == {
        "text": "退款",
        "whole": "7",
        "number": "0.25",
        "amount": "12.50",
        "flag": "true",
        "day": "2026-03-05",
        "enum": "photo",
        "nothing": None,
    }
    assert all(value is None for name, value in zip(names, rows[2], strict=True) if name != "list")


def test_parquet_times_without_zone_stay_without(tmp_path: Path) -> None:
    frame = pl.DataFrame({"t": [datetime(2026, 3, 5, 14, 3)]})  # noqa: DTZ001 - that it has none is the point
    _, rows, _ = read(file_of(tmp_path, _parquet(frame), ".parquet"))
    assert rows[1][0] is not None
    assert datetime.fromisoformat(rows[1][0]) == datetime(2026, 3, 5, 14, 3)  # noqa: DTZ001 - as above


def test_parquet_across_chunks_and_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 7)
    content = _parquet(pl.DataFrame({"n": range(1, 31)}))
    for compression in (None, "gzip", "zstd"):
        _, rows, _ = read(file_of(tmp_path, content, ".parquet", compression))
        assert rows == {row: (str(row),) for row in range(1, 31)}


def test_what_is_not_parquet_is_refused(tmp_path: Path) -> None:
    file = file_of(tmp_path, "PAR1 not really", ".parquet")
    with pytest.raises(RunError, match=r"disputes\.parquet is not a Parquet file"):
        read_headers(file, UTF8)
    with pytest.raises(RunError, match=r"disputes\.parquet is not a Parquet file"):
        read(file)
