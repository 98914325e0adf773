"""Extra factors that are the outcome under another name, on counts small enough to follow."""

import polars as pl
import pytest

from transforms.statistics.specs import FactorKind, FactorSpec
from transforms.statistics.telling import TELLS_OUTCOME, marked_association, telling_factors, with_left_out

NAMED = FactorSpec("named", "named", FactorKind.CATEGORICAL)
NUMBER = FactorSpec("number", "number", FactorKind.NUMERIC)
S, P, B = "seller_wins", "partial", "buyer_wins"


def _rows(*cells: tuple[int, str, int]) -> pl.LazyFrame:
    """Disputes by level and outcome."""
    levels = [level for level, _, n in cells for _ in range(n)]
    outcomes = [outcome for _, outcome, n in cells for _ in range(n)]
    return pl.LazyFrame({"outcome": outcomes, "named": levels, "number": levels})


@pytest.mark.parametrize(
    ("cells", "tells"),
    [
        (((1, S, 40), (2, B, 40), (1, B, 2)), True),
        # lambda is (40 + 30 - 50) / (90 - 50) = 0.5
        (((1, S, 40), (2, B, 30), (1, B, 10), (2, S, 10)), False),
        # a partial ruling may stand with either side
        (((1, S, 40), (2, B, 40), (1, P, 20), (2, P, 20)), True),
        # recorded only where the buyer won
        (((0, S, 50), (0, P, 30), (1, B, 20), (2, B, 20)), True),
        # as many levels as disputes tell nothing of a new dispute
        (tuple((level, S if level % 2 else B, 1) for level in range(1, 101)), False),
        (((1, S, 10), (2, B, 10)), False),
        (((1, S, 100),), False),
        ((), False),
    ],
    ids=["nearly", "strong", "partial", "recorded", "identifiers", "few", "one outcome", "nothing"],
)
def test_what_tells_the_outcome(cells: tuple[tuple[int, str, int], ...], tells: bool) -> None:
    assert telling_factors(_rows(*cells), [NAMED]) == (("named",) if tells else ())


def test_a_number_tells_by_its_order() -> None:
    # The middle fifth holds both: lambda is (120 - 75) / (150 - 75) = 0.6, AUC 1 - 0.2 * 0.2 / 2 = 0.98.
    fifths = ((1, S, 30), (2, S, 30), (3, S, 15), (3, B, 15), (4, B, 30), (5, B, 30))
    assert telling_factors(_rows(*fifths), [NUMBER, NAMED]) == ("number",)


def test_telling_factors_are_marked_and_left_out() -> None:
    rows = pl.DataFrame(
        {"factor": ["a", "a", "b"], "estimate": [0.9, None, 0.1], "status": ["ok", "not_ordinal", "ok"]}
    )
    assert marked_association(rows, ["a"])["status"].to_list() == [TELLS_OUTCOME, "not_ordinal", "ok"]
    schema = {"model": "ordinal", "term": "x", "n": 9, "n_clusters": 3, "is_sampled": False, "ame_pp": 1.0}
    effects = pl.DataFrame([{**schema, "status": "ok"}, {**schema, "model": "ordinal_sides", "status": "ok"}])
    added = with_left_out(effects, ["a"]).to_dicts()[2:]
    assert added == [{**schema, "term": "a", "ame_pp": None, "status": TELLS_OUTCOME}]
    assert with_left_out(effects, []).equals(effects)
