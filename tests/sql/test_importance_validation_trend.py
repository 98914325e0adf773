"""Importance, validation, calibration and trend in marts: what was estimated, in the order in which it was."""

from typing import Any

import duckdb
import polars as pl
import pytest

from flows.sql_runner import read_sql_files, run_sql_files
from transforms.registry import output_table

#: Two rows of each table in the order of their making, which is not that of the alphabet; the second has no numbers.
ROWS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "factor_importance": (
        {"factor": "tone", "share": 0.7, "n": 7, "status": "ok"},
        {"factor": "evidence", "n": 7, "status": "constant"},
    ),
    "model_validation": (
        {"split": "newest_fifth", "model": "four_factors", "auc": 0.8, "base_auc": 0.6, "n": 7, "status": "ok"},
        {"split": "newest_fifth", "model": "base_rate", "n": 7, "status": "one_outcome"},
    ),
    "calibration": (
        {"split": "newest_fifth", "model": "four_factors", "bin": 1, "predicted": 0.2, "share": 0.25, "n": 4},
        {"split": "newest_fifth", "model": "base_rate", "bin": 1, "n": 3},
    ),
    "trend": (
        {"month": "2025-02", "factor": "evidence", "n": 7, "effect_pp": 9.5, "shift": True, "status": "ok"},
        {"month": "2025-02", "factor": "all", "n": 7, "status": "too_few_disputes"},
    ),
}


@pytest.mark.parametrize("table", ROWS)
def test_rows_keep_the_order_of_their_making(table: str) -> None:
    declared = output_table(f"marts.{table}")
    blank = dict.fromkeys(declared.column_names)
    frame = pl.DataFrame([blank | row for row in reversed(ROWS[table])], schema=declared.polars_schema)
    with duckdb.connect() as connection:
        connection.execute("create schema marts; create schema scored; set timezone = 'UTC'")
        connection.register("frame", frame.with_columns(position=pl.Series([2, 1])))
        connection.execute(f"create table scored.{table} as select * from frame")
        run_sql_files(connection, [file for file in read_sql_files() if file.table == f"marts.{table}"], {})
        found = connection.sql(f"from marts.{table}").pl()
    assert tuple(found.columns) == declared.column_names
    assert found.rows(named=True) == [blank | row for row in ROWS[table]]
