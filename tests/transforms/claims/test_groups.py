"""Groups by rank, worked out by hand."""

from fractions import Fraction

import polars as pl
import pytest

from transforms.claims.groups import CONSTANT, NOT_RECORDED, TIES, Group, rank_group

THIRD, FIFTH, HALF = Fraction(1, 3), Fraction(1, 5), Fraction(1, 2)


@pytest.mark.parametrize(
    ("values", "share", "is_low", "expected"),
    [
        # six values: the middles of the first two lie at 1/12 and 3/12, that of the third at 5/12
        ([6.0, 1.0, 5.0, 2.0, 4.0, 3.0], THIRD, True, Group(2.0, True, 2, 6, "ok")),
        ([6.0, 1.0, 5.0, 2.0, 4.0, 3.0], HALF, False, Group(4.0, False, 3, 6, "ok")),
        # ties stay together: the middle of the three 1s lies at 3/16, below a third
        ([1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0], THIRD, True, Group(1.0, True, 3, 8, "ok")),
        # the middle of the 0s lies at 3/10, above a fifth; they are six tenths, more than twice a fifth
        ([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0], FIFTH, True, Group(None, True, 6, 10, TIES)),
        # the same 0s are the lowest third, for they are less than twice as many
        ([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0], THIRD, True, Group(0.0, True, 6, 10, "ok")),
        # nobody would be left outside
        ([0.0, 1.0, 1.0, 1.0], HALF, False, Group(1.0, False, 3, 4, "ok")),
        ([2.0, 2.0, 2.0], THIRD, True, Group(None, True, 0, 3, CONSTANT)),
        ([None, float("nan")], THIRD, True, Group(None, True, 0, 0, NOT_RECORDED)),
        ([None, 1.0, 2.0, None, 3.0], THIRD, True, Group(1.0, True, 1, 3, "ok")),
    ],
)
def test_groups_by_rank(values: list[float | None], share: Fraction, is_low: bool, expected: Group) -> None:
    assert rank_group(pl.Series(values, dtype=pl.Float64), share, is_low) == expected


def test_members_are_null_where_nothing_is_recorded() -> None:
    frame = pl.DataFrame({"score": [0.1, 0.5, None]})
    low, none = Group(0.2, True, 1, 2, "ok"), Group(None, True, 0, 2, TIES)
    found = frame.select(low.members("score").alias("low"), none.members("score").alias("none"))
    assert found["low"].to_list() == [True, False, None]
    assert found["none"].to_list() == [None, None, None]
