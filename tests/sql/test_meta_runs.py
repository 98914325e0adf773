"""meta.runs on rows worked out by hand."""

from datetime import UTC, datetime, timedelta

import duckdb
import polars as pl

from tests.builders import build_table, sql_warehouse
from transforms.registry import OUTPUT_TABLES

DAY = datetime(2026, 7, 1, tzinfo=UTC)
SCHEMA = OUTPUT_TABLES["meta.runs"].polars_schema


def _run(run_id: str, day: int) -> dict[str, object]:
    when = DAY + timedelta(days=day)
    texts = dict.fromkeys(("profile", "weights_version", "code_version", "polars_version"), "v")
    return {"run_id": run_id, "started_at": when, "finished_at": when, **texts, "n_files": day}


def test_runs() -> None:
    # r2 ran before, was rolled back, and is made again: it stands once, as it was made now.
    before = pl.DataFrame(
        [
            {**_run(run_id, day), "duckdb_version": "old", "n_disputes": 1, "n_ruled": 1}
            for run_id, day in (("r1", 1), ("r2", 2))
        ]
    ).select(
        pl.lit(None, dtype).alias(name)
        if name not in {*_run("", 0), "duckdb_version", "n_disputes", "n_ruled"}
        else pl.col(name).cast(dtype)
        for name, dtype in SCHEMA.items()
    )
    with sql_warehouse(runs_before=before, this_run=pl.DataFrame([_run("r2", 5)])) as connection:
        # Four disputes, three of them ruled.
        connection.execute("create table core.disputes as select unnest([true, true, false, true]) as is_ruled")
        found = build_table(connection, "meta.runs")
    assert [(row["run_id"], row["n_files"], row["n_disputes"], row["n_ruled"]) for row in found] == [
        ("r1", 1, 1, 1),
        ("r2", 5, 4, 3),
    ]
    assert [row["duckdb_version"] for row in found] == ["old", f"v{duckdb.__version__}"]
    assert tuple(found[0]) == OUTPUT_TABLES["meta.runs"].column_names
