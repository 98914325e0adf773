"""Rows by month: each once, in order, however they lie."""

from pathlib import Path

import polars as pl
import pytest

from flows.ingest import writer
from flows.ingest.writer import PartitionWriter

MONTHS = ["2026-01"] * 3 + ["2026-02"] * 2 + ["2026-01"] * 2 + ["orphans"] + ["2026-02"] * 3


@pytest.mark.parametrize("long_run", [1, 1_000], ids=["as slices", "gathered"])
def test_rows_lie_in_order_by_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long_run: int) -> None:
    monkeypatch.setattr(writer, "_LONG_RUN", long_run)
    rows = pl.DataFrame({"row": range(2 * len(MONTHS)), "month": MONTHS * 2})
    writing = PartitionWriter(tmp_path, "month")
    writing.add(rows.head(len(MONTHS)))
    writing.add(rows.tail(len(MONTHS)))
    writing.close()
    assert writing.partitions == ("2026-01", "2026-02", "orphans")
    for month in writing.partitions:
        found = pl.read_parquet(tmp_path / f"month={month}" / "part-0000.parquet", hive_partitioning=False)
        assert found.equals(rows.filter(pl.col("month") == month).drop("month"))
