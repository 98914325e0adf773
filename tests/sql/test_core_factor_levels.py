"""core.factor_levels and core.factor_level_bounds on rows worked out by hand."""

import polars as pl

from tests.builders import build_table, sql_warehouse


def test_factor_levels() -> None:
    levels = pl.DataFrame({"dispute_id": ["b", "a"], "evidence": [5, 0], "age": [1, 2]})
    with sql_warehouse(factor_levels=levels) as connection:
        found = build_table(connection, "core.factor_levels")
    assert found == [{"dispute_id": "a", "evidence": 0, "age": 2}, {"dispute_id": "b", "evidence": 5, "age": 1}]


def test_factor_level_bounds() -> None:
    bounds = pl.DataFrame(
        {
            "factor": ["tone", "evidence", "evidence"],
            "factor_order": [2, 0, 0],
            "code": [0, 1, 0],
            "level": ["not_recorded", "1", "not_recorded"],
            "level_low": [None, -1.0, None],
            "level_high": [None, -0.2, None],
        }
    )
    with sql_warehouse(factor_level_bounds=bounds) as connection:
        found = build_table(connection, "core.factor_level_bounds")
    # By the order of factors, then by code.
    assert [tuple(row.values()) for row in found] == [
        ("evidence", 0, 0, "not_recorded", None, None),
        ("evidence", 0, 1, "1", -1.0, -0.2),
        ("tone", 2, 0, "not_recorded", None, None),
    ]
