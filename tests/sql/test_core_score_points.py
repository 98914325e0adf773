"""core.score_points and the view core.score_parts on rows worked out by hand."""

import polars as pl
import pytest

from tests.builders import build_table, sql_warehouse

# Dispute a: the buyer's evidence is worth 0.1785 + 0.0215 = 0.2, the seller's nothing; rules were not recorded.
# Dispute b: only the seller's rules are recorded, 0.9 - 0.25 = 0.65.
POINTS = pl.DataFrame(
    {
        "dispute_id": ["b", "a"],
        "evidence__buyer__photo": [None, 1785],
        "evidence__buyer__chat_record": [None, 215],
        "evidence__seller__nothing_shown": [None, 0],
        "rules__seller__base": [9000, None],
        "rules__seller__item_swap_alleged": [-2500, None],
    },
    schema_overrides={"evidence__buyer__photo": pl.Int16, "rules__seller__item_swap_alleged": pl.Int16},
)


def test_score_points() -> None:
    with sql_warehouse(score_points=POINTS) as connection:
        found = build_table(connection, "core.score_points")
    assert [row["dispute_id"] for row in found] == ["b", "a"]
    assert found[0]["rules__seller__item_swap_alleged"] == -2500


def test_score_parts() -> None:
    with sql_warehouse(score_points=POINTS) as connection:
        build_table(connection, "core.score_points")
        found = build_table(connection, "core.score_parts")
    parts = {(row["dispute_id"], row["factor"], row["party"], row["part"]): row["points"] for row in found}
    # A part that was not recorded is no row; one that gives nothing is.
    assert parts == {
        ("a", "evidence", "buyer", "photo"): 0.1785,
        ("a", "evidence", "buyer", "chat_record"): 0.0215,
        ("a", "evidence", "seller", "nothing_shown"): 0.0,
        ("b", "rules", "seller", "base"): 0.9,
        ("b", "rules", "seller", "item_swap_alleged"): -0.25,
    }
    assert sum(points for key, points in parts.items() if key[:3] == ("a", "evidence", "buyer")) == pytest.approx(0.2)
