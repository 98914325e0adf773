"""Models whose rows lie in parts: what all rows at once give, whichever part each is in."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import polars as pl
import pytest

from tests.transforms.statistics.samples import disputes
from transforms.statistics import newton, satterthwaite
from transforms.statistics.clusters import Floats
from transforms.statistics.dense import Moments, Scaling
from transforms.statistics.design import MISSING_SUFFIX, build_model
from transforms.statistics.factor_models import factor_effects
from transforms.statistics.matrix import Matrix
from transforms.statistics.parts import Part, Parted, Parts, Whole, design_in_parts
from transforms.statistics.specs import FactorKind, FactorSpec, factor_specs
from transforms.statistics.surprise import surprising_rulings
from transforms.statistics.terms import ADVANTAGES, CONTROLS, Categorical, Numeric

_T = TypeVar("_T")
NUMBERS = [*ADVANTAGES, *(term for term in CONTROLS if isinstance(term, Numeric))]
NAMES = [term for term in CONTROLS if isinstance(term, Categorical)]
EXTRA = (FactorSpec("rating", "rating"), FactorSpec("channel", "channel", FactorKind.CATEGORICAL))
TOLERANCE = 1e-9


def _dealt(frame: pl.DataFrame, n_parts: int) -> Parts:
    """Whole sellers to each part, in their order, those of nobody first."""
    place = pl.col("seller_id").rank("dense").fill_null(0) * n_parts // (pl.col("seller_id").n_unique() + 1)
    dealt = frame.with_columns(part=place).partition_by("part", as_dict=True, include_key=False)
    return Parts(tuple(Whole(dealt[key].lazy()) for key in sorted(dealt)))


def _odd() -> pl.DataFrame:
    """Disputes with what the parts have to agree upon.

    Sellers that are not recorded, scores that are not (two of them together), a level that is in one part only, one
    that decides all its rulings, a factor beyond all measure, and one that is the same everywhere.
    """
    place = pl.int_range(pl.len())
    odd = pl.col("seller_id").str.ends_with("1")
    return disputes(2_400, 150, 3).with_columns(
        seller_id=pl.when(place % 11 > 0).then("seller_id"),
        tone_advantage=pl.when(place % 7 > 0).then("tone_advantage"),
        rules_advantage=pl.when(place % 7 > 0).then("rules_advantage"),
        outcome=pl.when((place % 60 == 0) & odd).then(pl.lit("buyer_wins")).otherwise("outcome"),
        category=pl.when((place % 60 == 0) & odd).then(pl.lit("virtual")).otherwise("category"),
        channel=pl.when(pl.col("seller_id") == "S3").then(pl.lit("phone")).otherwise(pl.lit("web")),
        rating=pl.when(place % 100 == 0).then(1e300).otherwise(place % 7),
        reputation_advantage=pl.lit(0.5),
    )


def _matrix_of(rows: Parted) -> list[Matrix]:
    return rows.each(lambda matrix: matrix)


@pytest.mark.parametrize("n_parts", [1, 3])
def test_the_matrix_is_that_of_all_rows(n_parts: int) -> None:
    numbers, names = [*NUMBERS, Numeric("rating", "rating")], [*NAMES, Categorical("channel", "channel")]
    whole = build_model(_odd().lazy(), [*numbers, *names])
    found = design_in_parts(_dealt(_odd(), n_parts), numbers, names)
    parts, rows = _matrix_of(found.rows), whole.matrix
    assert (len(parts), found.left_out) == (n_parts, whole.left_out)
    assert (found.rows.terms, found.rows.offsets, found.rows.n_slopes) == (rows.terms, rows.offsets, rows.n_slopes)
    assert (found.rows.n, found.rows.n_indicators, found.rows.has_sellers) == (rows.n, rows.n_indicators, True)
    assert found.rows.clustering == rows.clustering
    assert found.rows.estimable.tolist() == rows.estimable.tolist()
    assert np.concatenate([part.dense for part in parts], axis=1) == pytest.approx(rows.dense, rel=TOLERANCE, abs=1e-12)
    assert np.concatenate([part.outcome for part in parts]).tolist() == rows.outcome.tolist()
    for place, block in enumerate(rows.blocks):
        assert {part.blocks[place].labels for part in parts} == {block.labels}
        assert np.concatenate([part.blocks[place].codes for part in parts]).tolist() == block.codes.tolist()
    assert f"tone_advantage{MISSING_SUFFIX}" not in found.rows.dense_terms


def _same(found: pl.DataFrame, expected: pl.DataFrame, tolerance: float = TOLERANCE) -> None:
    assert found.columns == expected.columns
    for name, kind in expected.schema.items():
        own, other = found[name], expected[name]
        if kind == pl.Float64:
            assert own.is_null().to_list() == other.is_null().to_list(), name
            assert own.drop_nulls().to_numpy() == pytest.approx(
                other.drop_nulls().to_numpy(), rel=100 * tolerance, abs=tolerance
            ), name
        else:
            assert own.to_list() == other.to_list(), name


@pytest.mark.parametrize("frame", [disputes(2_000), _odd(), disputes(900, 6, 4)], ids=["plain", "odd", "few sellers"])
def test_effects_are_those_of_all_rows(frame: pl.DataFrame) -> None:
    specs = factor_specs([each for each in EXTRA if each.column in frame.columns and each.name != "rating"])
    expected = factor_effects(frame.lazy(), specs)
    _same(factor_effects(frame.lazy(), specs, _dealt(frame, 3)), expected)


def test_many_rows_begin_with_the_first_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """The start, and the rows that stand for all in degrees of freedom, are others; the maximum is the same."""
    frame = disputes(4_000, 900, 5)
    expected = factor_effects(frame.lazy(), factor_specs())
    monkeypatch.setattr(newton, "ROWS_TO_START", 500)
    found = factor_effects(frame.lazy(), factor_specs(), _dealt(frame, 4))
    # information is known to about Newton's last step
    _same(found, expected, newton.LARGEST_FINAL_STEP)
    monkeypatch.setattr(satterthwaite, "MOST_ROWS", 2_000)
    about = factor_effects(frame.lazy(), factor_specs(), _dealt(frame, 4))
    # every second seller stands for two: no single number is far off, and all together are not
    ratios = (about["dof"] / expected["dof"]).drop_nulls().to_numpy()
    assert np.abs(np.log(ratios)).max() < 0.4
    assert np.log(ratios).mean() == pytest.approx(0.0, abs=0.05)


def test_degrees_of_freedom_with_few_sellers_in_each_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a part with fewer sellers than one in so many are taken one stands for those that there are."""
    rng = np.random.default_rng(8)
    large = pl.concat_str(pl.lit("L"), pl.Series(rng.integers(0, 3, 3_000)).cast(pl.String))
    small = pl.concat_str(pl.lit("S"), pl.Series(rng.integers(0, 60, 3_000)).cast(pl.String))
    frame = disputes(3_000, 60, 8).with_columns(
        seller_id=pl.when(pl.int_range(pl.len()) % 2 == 0).then(large).otherwise(small)
    )
    exact = factor_effects(frame.lazy(), factor_specs())["dof"].head(6).to_numpy()
    monkeypatch.setattr(satterthwaite, "MOST_ROWS", 300)
    found = factor_effects(frame.lazy(), factor_specs(), _dealt(frame, 16))["dof"].head(6).to_numpy()
    assert np.abs(np.log(found / exact)).max() < 0.4


def test_what_comes_back_of_a_pass_does_not_grow_with_the_rows() -> None:
    sizes: list[int] = []

    def counted(work: Callable[[Part], _T], parts: Sequence[Part]) -> list[_T]:
        found = [work(part) for part in parts]
        sizes.append(max(_numbers(each) for each in found))
        return found

    for n in (1_000, 3_000):
        frame = disputes(n, n // 10)
        factor_effects(frame.lazy(), factor_specs(), replace(_dealt(frame, 3), spread=counted))
    half = len(sizes) // 2
    # about twenty coefficients: their information, or the gradient of all effects
    assert max(sizes[:half]) == max(sizes[half:]) < 1_000


def _numbers(found: object) -> int:
    """How many numbers are in arrays, however deep."""
    if isinstance(found, np.ndarray):
        return int(found.size)
    return sum(map(_numbers, found)) if isinstance(found, tuple | list) else 0


@pytest.mark.parametrize(
    "values", [np.arange(10.0), np.array([1e300, -1e300, 5.0, 1e299]), np.array([3.0]), np.full(4, 0.1)]
)
def test_moments_add_up(values: Floats) -> None:
    term = Numeric("x", "x")
    whole = Moments.of(values)
    for cut in range(values.size + 1):
        both = Moments.of(values[:cut]) + Moments.of(values[cut:])
        assert (both.n, both.low, both.high) == (whole.n, whole.low, whole.high)
        found, expected = both.scaling(term), whole.scaling(term)
        assert found.scale == pytest.approx(expected.scale, rel=1e-12)
        assert found.centre == pytest.approx(expected.centre, rel=1e-9, abs=1e-12 * abs(expected.scale))
    if whole.low < whole.high and whole.high < 1e100:
        assert whole.scaling(term).scale == pytest.approx(values.std(ddof=1), rel=1e-12)


def test_a_part_without_rulings_changes_nothing() -> None:
    frame = disputes(1_200, 90, 9)
    parts = _dealt(frame, 3)
    with_empty = replace(parts, parts=(Whole(frame.head(0).lazy()), *parts.parts, Whole(frame.head(0).lazy())))
    _same(factor_effects(frame.lazy(), factor_specs(), with_empty), factor_effects(frame.lazy(), factor_specs(), parts))
    listed = [surprising_rulings(frame.lazy(), factor_specs(), parts=each) for each in (with_empty, parts)]
    _same(listed[0], listed[1])


def test_numbers_too_small_for_their_squares_are_left_as_they_are() -> None:
    moments = Moments.of(np.array([0.0, 1e-200, 0.0]))
    assert moments.scaling(Numeric("x", "x")) == Scaling()
