"""Scores without the parts that a claim is about, worked out by hand."""

import polars as pl

from transforms.claims.own_parts import OWN_PARTS, points_column, without_own_parts
from transforms.factors.reputation import PARTS as REPUTATION
from transforms.factors.tone import PARTS as TONE


def test_the_rest_of_a_score() -> None:
    points = pl.DataFrame(
        {
            "dispute_id": ["D1", "D2"],
            "tone__buyer__base": [5_000, None],
            "tone__buyer__courtesy": [1_200, None],
            "tone__buyer__stalling": [-300, None],
            "tone__buyer__silence": [-500, None],
            "tone__seller__base": [5_000, 5_000],
            "reputation__buyer__credit": [6_000, 100],
            "reputation__buyer__claim_frequency": [-700, None],
            "reputation__seller__base": [None, 5_000],
            "reputation__seller__penalties": [None, -1_200],
        }
    )
    found = without_own_parts(points.lazy()).collect()
    # 5000 + 1200, without −300 and −500; a side without any part has no score
    assert found["buyer_tone_otherwise"].to_list() == [0.62, None]
    assert found["seller_tone_otherwise"].to_list() == [0.5, 0.5]
    assert found["buyer_reputation_otherwise"].to_list() == [0.6, 0.01]
    assert found["seller_reputation_otherwise"].to_list() == [None, 0.5]


def test_the_parts_exist() -> None:
    known = {f"tone__{column}" for part in TONE for column in part.columns}
    known |= {f"reputation__{column}" for part in REPUTATION for column in part.columns}
    taken = {points_column(factor, party, part) for (factor, party), parts in OWN_PARTS.items() for part in parts}
    assert taken <= known
