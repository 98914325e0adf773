"""The floor: DuckDB reads the CSV files with its sniffer and writes them as zstd Parquet, and does nothing else.

Usage: python -m benchmarks.floor BATCH OUT
"""

import sys
from pathlib import Path

import duckdb

TABLES = ("disputes", "evidence", "violations", "messages", "reputation")


def write_parquet(batch: Path, out: Path) -> None:
    """Writes one Parquet file per table.

    Args:
        batch: Folder of CSV files.
        out: Folder to write to; made if absent.
    """
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        # Faster, and in a third of the memory: a floor should be the lowest there is.
        connection.execute("set preserve_insertion_order = false")
        for table in TABLES:
            source, target = str(batch / f"{table}*.csv"), str(out / f"{table}.parquet")
            connection.execute(
                f"copy (select * from read_csv('{source}')) to '{target}' (format parquet, compression zstd)"
            )


if __name__ == "__main__":
    write_parquet(Path(sys.argv[1]), Path(sys.argv[2]))
