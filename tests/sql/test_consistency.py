"""Marts of consistency and of reversals: what was estimated, in the order in which it was."""

import polars as pl
import pytest

from tests.builders import build_table, sql_warehouse
from transforms.registry import output_table
from transforms.statistics.consistency import ConsistencyRow
from transforms.statistics.deciders import DeciderRow, VariationRow
from transforms.statistics.reversals import ReversalRow
from transforms.statistics.rulings import rows_frame
from transforms.statistics.surprise import SurpriseRow

#: Two rows of each table, the first of them without numbers.
ROWS = {
    "consistency": (
        ConsistencyRow("month", "2026-01", 1, 1, 1, 0, 0, status="no_like_cases"),
        ConsistencyRow("decider", "d", 40, 9, 2, 12, 90, 0.5, 0.4, 0.6, 0.6, 1 / 6, 0.1, 0.2, "category", "ok"),
    ),
    "decider_effects": (
        DeciderRow("z", "jury", 30, 1, 0.5, status="one_cluster"),
        DeciderRow("a", "agent", 40, 9, 0.5, 0.4, 10.0, 1.0, 19.0, 0.03, 0.06, 4.0, "ok"),
    ),
    "decider_variation": (
        VariationRow("jury", 30, 1, 1, status="one_decider"),
        VariationRow("agent", 40, 9, 3, 1.5, 0.0, 4.0, 0.2, "few_clusters"),
    ),
    "surprising_rulings": (
        SurpriseRow(2, "B", "partial", "buyer_wins", 2.0, 1.9, 2.1, 0.1, 0.1353, 0.7647, n=9, status="ok"),
        SurpriseRow(1, "C", "seller_wins", n=9, n_fitted=7, n_clusters=3, status="one_cluster"),
    ),
    "reversals": (
        ReversalRow("tone", "none", "none", "claim", 0, 0, status="constant"),
        ReversalRow("evidence", "0", "1", "category", 90, 9, 40, 50, 3, 12.0, 1.0, 23.0, is_reversed=True),
    ),
}


@pytest.mark.parametrize("table", ROWS)
def test_rows_keep_the_order_of_their_making(table: str) -> None:
    frame = rows_frame(ROWS[table], type(ROWS[table][0]))
    # They come in the wrong order and are put right by position.
    shuffled = frame.with_row_index("position").reverse()
    with sql_warehouse(**{table: shuffled}) as connection:
        found = build_table(connection, f"marts.{table}")
    assert tuple(found[0]) == output_table(f"marts.{table}").column_names
    assert found == frame.rows(named=True)


@pytest.mark.parametrize("table", ROWS)
def test_what_is_estimated_has_the_declared_columns_and_types(table: str) -> None:
    frame = rows_frame(ROWS[table], type(ROWS[table][0]))
    assert frame.schema == pl.Schema(output_table(f"marts.{table}").polars_schema)
