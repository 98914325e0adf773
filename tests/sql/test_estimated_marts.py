"""marts.factor_association, factor_effects and stratum_effects: what was estimated, in the order in which it was."""

import duckdb
import polars as pl
import pytest

from flows.sql_runner import read_sql_files, run_sql_files
from transforms.registry import output_table


def _estimates(table: str) -> pl.DataFrame:
    # Two rows in the order of their making, which is not that of the alphabet; the second has no numbers.
    schema = output_table(f"marts.{table}").polars_schema
    first, second = (dict.fromkeys(schema), dict.fromkeys(schema))
    first |= {next(iter(schema)): "tone", "n": 7, "p_value": 0.5, "status": "ok"}
    second |= {next(iter(schema)): "evidence", "n": 0, "status": "not_recorded"}
    return pl.DataFrame([second, first], schema=schema).with_columns(position=pl.Series([2, 1]))


@pytest.mark.parametrize("table", ["factor_association", "factor_effects", "stratum_effects"])
def test_rows_keep_the_order_of_their_making(table: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema marts; create schema scored")
        connection.register("frame", _estimates(table))
        connection.execute(f"create table scored.{table} as select * from frame")
        run_sql_files(connection, [file for file in read_sql_files() if file.table == f"marts.{table}"], {})
        rows = connection.sql(f"from marts.{table}")
        assert tuple(rows.columns) == output_table(f"marts.{table}").column_names
        # by hand: position 1 is tone (n = 7), position 2 is evidence without numbers
        found = connection.execute(f"select {rows.columns[0]}, n, p_value, status from marts.{table}").fetchall()
    assert found == [("tone", 7, 0.5, "ok"), ("evidence", 0, None, "not_recorded")]
