"""Levels of factors, worked out by hand."""

from collections.abc import Sequence

import polars as pl
import pytest

from transforms.statistics import levels
from transforms.statistics.levels import assign_levels, level_bounds
from transforms.statistics.specs import FactorKind, FactorSpec, factor_specs

SCORE = FactorSpec("score", "score")
KIND = FactorSpec("kind", "kind", FactorKind.CATEGORICAL)


def _codes(values: Sequence[object], spec: FactorSpec) -> tuple[list[tuple[object, ...]], list[int]]:
    frame = pl.LazyFrame({"dispute_id": [str(place) for place in range(len(values))], spec.column: values})
    bounds = level_bounds(frame, [spec])
    codes = assign_levels(frame, bounds, [spec]).collect()[spec.name].to_list()
    return bounds.select("code", "level", "level_low", "level_high").rows(), codes


def test_ten_values_make_fifths_of_two() -> None:
    bounds, codes = _codes([value / 10 for value in range(10)], SCORE)
    assert codes == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert bounds[0] == (1, "1", 0.0, 0.1)
    assert bounds[4] == (5, "5", 0.8, 0.9)


def test_ties_stay_together() -> None:
    # 8 of 14 are 0; the middle of them is at (3 + 4) / 14 = 0.5, in the third fifth; below 1/14 … 5/28, above 23/28 …
    values = [-0.3, -0.2, -0.1, *[0.0] * 8, 0.1, 0.2, 0.3]
    _, codes = _codes(values, SCORE)
    assert codes == [1, 1, 1, *[3] * 8, 5, 5, 5]


def test_few_values_are_levels_themselves() -> None:
    bounds, codes = _codes([0.0, 2.0, 2.0, 7.0, None, float("nan")], SCORE)
    assert bounds == [
        (0, "not_recorded", None, None), (1, "0", 0.0, 0.0), (2, "2", 2.0, 2.0), (3, "7", 7.0, 7.0),
    ]  # fmt: skip
    assert codes == [1, 2, 2, 3, 0, 0]


def test_nothing_recorded_is_a_level() -> None:
    assert _codes([None, None], SCORE) == ([(0, "not_recorded", None, None)], [0, 0])


def test_categories_are_alphabetical() -> None:
    bounds, codes = _codes(["b", "a", None, "b"], KIND)
    assert [row[1] for row in bounds] == ["not_recorded", "a", "b"]
    assert codes == [2, 1, 0, 2]


def test_rare_categories_are_pooled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "MOST_CATEGORIES", 2)
    bounds, codes = _codes(["a", "a", "b", "c", "d", "d"], KIND)
    assert [row[1] for row in bounds] == ["a", "d", "other"]
    assert codes == [1, 1, 3, 3, 2, 2]


def test_truth_values_are_categories() -> None:
    bounds, codes = _codes([True, False], KIND)
    assert [row[1] for row in bounds] == ["false", "true"]
    assert codes == [2, 1]


def test_no_rows_give_levels_not_recorded() -> None:
    frame = pl.LazyFrame(schema={"dispute_id": pl.String, "score": pl.Float64, "kind": pl.String})
    bounds = level_bounds(frame, [SCORE, KIND])
    assert bounds["level"].to_list() == ["not_recorded", "not_recorded"]
    assert assign_levels(frame, bounds, [SCORE, KIND]).collect().height == 0


def test_factor_names_are_unique() -> None:
    with pytest.raises(ValueError, match="tone occurs twice"):
        factor_specs([FactorSpec("tone", "x")])
    with pytest.raises(ValueError, match="cannot be called all"):
        factor_specs([FactorSpec("all", "x")])
