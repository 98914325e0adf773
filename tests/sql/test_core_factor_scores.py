"""core.factor_scores on rows worked out by hand."""

import polars as pl

from tests.builders import build_table, sql_warehouse
from transforms.registry import OUTPUT_TABLES


def test_factor_scores() -> None:
    schema = {**OUTPUT_TABLES["core.factor_scores"].polars_schema, "repeat_player": pl.Float64()}
    rows = [
        {
            "dispute_id": "b",
            "buyer_evidence": 0.3,
            "seller_evidence": 0.1,
            "evidence_advantage": 0.2,
            "repeat_player": 4.0,
        },
        {"dispute_id": "a", "tone_advantage": -1.0},
    ]
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    with sql_warehouse(factor_scores=frame) as connection:
        found = build_table(connection, "core.factor_scores")
    # By dispute; null stays null; the extra factor follows the promised columns.
    assert [row["dispute_id"] for row in found] == ["b", "a"]
    assert tuple(found[0]) == tuple(schema)
    assert (found[1]["tone_advantage"], found[1]["evidence_advantage"], found[1]["repeat_player"]) == (-1.0, None, None)
    assert (found[0]["evidence_advantage"], found[0]["repeat_player"]) == (0.2, 4.0)
