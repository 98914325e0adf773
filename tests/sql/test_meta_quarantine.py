"""meta.quarantine_rows and meta.quarantine on rows worked out by hand."""

import polars as pl

from flows.ingest.quarantine import QUARANTINE_SCHEMA
from tests.builders import build_table, sql_warehouse
from transforms.registry import OUTPUT_TABLES

# file, row, rule, column, got
OWN = [
    ("b.csv", 9, "type", "opened_at", "soon"),
    ("b.csv", 4, "type", "opened_at", "later"),
    ("b.csv", 6, "type", "ruled_at", "never"),
    ("b.csv", 2, "field_count", "", "3 fields"),
    ("a.csv", 7, "range", "credit_score", "2"),
]
ORPHANS = [("a.csv", 1, "reference", "dispute_id", "d9")]
CORRECTED = pl.DataFrame(schema={"file_id": pl.String, "row_number": pl.Int64})


def _frame(rows: list[tuple[str, int, str, str, str]]) -> pl.DataFrame:
    named = [
        {"file_id": f"id of {file}", "file": file, "table_name": "t", "row_number": row, "rule": rule,
         "column_name": column, "got": got, "expected": f"good {column}", "n_broken": 1, "raw": "{}",
         "reason_en": f"{rule} in English", "reason_zh": f"{rule}的中文", "row_key": None}
        for file, row, rule, column, got in rows
    ]  # fmt: skip
    return pl.DataFrame(named, schema=QUARANTINE_SCHEMA)


def test_quarantine() -> None:
    with sql_warehouse(
        quarantine_own=_frame(OWN), quarantine_orphans=_frame(ORPHANS), corrected=CORRECTED
    ) as connection:
        rows = build_table(connection, "meta.quarantine_rows")
        sums = build_table(connection, "meta.quarantine")
    # Every row with its reason, by file and row number.
    assert [(row["file"], row["row_number"], row["reason_zh"]) for row in rows] == [
        ("a.csv", 1, "reference的中文"),
        ("a.csv", 7, "range的中文"),
        ("b.csv", 2, "field_count的中文"),
        ("b.csv", 4, "type的中文"),
        ("b.csv", 6, "type的中文"),
        ("b.csv", 9, "type的中文"),
    ]
    # By file, then by the first row; the example is the value of that row. opened_at: rows 4 and 9, so 2 and "later".
    columns = ("file", "rule", "column_name", "n", "first_row", "example", "reason_en")
    assert [tuple(row[name] for name in columns) for row in sums] == [
        ("a.csv", "reference", "dispute_id", 1, 1, "d9", "reference in English"),
        ("a.csv", "range", "credit_score", 1, 7, "2", "range in English"),
        ("b.csv", "field_count", "", 1, 2, "3 fields", "field_count in English"),
        ("b.csv", "type", "opened_at", 2, 4, "later", "type in English"),
        ("b.csv", "type", "ruled_at", 1, 6, "never", "type in English"),
    ]
    assert tuple(sums[0]) == OUTPUT_TABLES["meta.quarantine"].column_names


def test_an_example_of_a_missing_value_is_null() -> None:
    own = _frame([("b.csv", 1, "required", "dispute_id", "")]).with_columns(got=pl.lit(None, pl.String))
    with sql_warehouse(quarantine_own=own, quarantine_orphans=_frame([]), corrected=CORRECTED) as connection:
        build_table(connection, "meta.quarantine_rows")
        (row,) = build_table(connection, "meta.quarantine")
    assert (row["n"], row["first_row"], row["example"], row["expected"]) == (1, 1, None, "good dispute_id")


def test_the_example_is_of_the_first_row_even_if_that_has_no_value() -> None:
    # Row 1 has no value for the column, row 5 has: the first row is 1, so is the example.
    own = _frame([("b.csv", 5, "no_time", "opened_at", "x"), ("b.csv", 1, "no_time", "opened_at", "")])
    own = own.with_columns(got=pl.when(pl.col("row_number") == 5).then("got"))
    with sql_warehouse(quarantine_own=own, quarantine_orphans=_frame([]), corrected=CORRECTED) as connection:
        build_table(connection, "meta.quarantine_rows")
        (row,) = build_table(connection, "meta.quarantine")
    assert (row["n"], row["first_row"]) == (2, 1)
    assert row["example"] in {None, "x"}


def test_a_row_that_came_again_is_left_out() -> None:
    # Row 4 of b.csv came again, row 4 of a.csv did not.
    own = _frame([("b.csv", 4, "type", "opened_at", "x"), ("a.csv", 4, "type", "opened_at", "y")])
    corrected = pl.DataFrame({"file_id": ["id of b.csv"], "row_number": [4]})
    with sql_warehouse(quarantine_own=own, quarantine_orphans=_frame([]), corrected=corrected) as connection:
        rows = build_table(connection, "meta.quarantine_rows")
    assert [(row["file"], row["row_number"]) for row in rows] == [("a.csv", 4)]
