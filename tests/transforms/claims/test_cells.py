"""Sides of a comparison, worked out by hand."""

import numpy as np
import polars as pl

from transforms.claims.cells import Side, describe_side, shortage
from transforms.statistics.design import build_model
from transforms.statistics.matrix import Matrix
from transforms.statistics.terms import Numeric


def _matrix(sellers: list[str | None]) -> Matrix:
    n = len(sellers)
    frame = pl.DataFrame(
        {
            "dispute_id": [f"D{place}" for place in range(n)],
            "seller_id": pl.Series(sellers, dtype=pl.String),
            "outcome": ["buyer_wins"] * n,
            "score": [float(place) for place in range(n)],
        }
    )
    return build_model(frame.lazy(), [Numeric("score", "score")]).matrix


def test_a_side_counts_disputes_and_sellers() -> None:
    # rows are sorted: no seller, a, a, a, b, b; two of a and one of b have it
    matrix = _matrix([None, "a", "a", "a", "b", "b"])
    assert describe_side(matrix, np.array([False, True, True, False, True, False])) == Side(3, 2)
    assert describe_side(matrix, np.zeros(6, dtype=np.bool_)) == Side(0, 0)


def test_what_is_too_little() -> None:
    enough, few, rare = Side(40, 20), Side(19, 19), Side(40, 9)
    assert shortage([enough, enough]) == "ok"
    assert shortage([enough, few]) == "too_few_disputes"
    assert shortage([rare, enough]) == "too_few_sellers"
    assert shortage([enough, Side(0, 0)]) == "constant"
