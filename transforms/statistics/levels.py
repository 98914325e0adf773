"""Levels of factors: fifths of what is continuous, natural values of what is not.

A level has a code per factor, 0 for not recorded, so that counting disputes by level is counting small integers.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

import polars as pl

from transforms.statistics.specs import NOT_RECORDED, FactorKind, FactorSpec

FIFTHS = 5
#: A numeric factor with at most so many values keeps them as its levels, if each has disputes enough.
MOST_NATURAL_LEVELS = 12
FEWEST_PER_NATURAL_LEVEL = 5
#: A categorical factor keeps its most frequent values; the others are one level.
MOST_CATEGORIES = 100
POOLED = "other"


@dataclass(frozen=True)
class Level:
    """One level of one factor; ``level_low`` and ``level_high`` are None where values have no order."""

    factor: str
    factor_order: int
    code: int
    level: str
    level_low: float | None
    level_high: float | None


def level_bounds(ruled: pl.LazyFrame, specs: Sequence[FactorSpec]) -> pl.DataFrame:
    """Cut each factor into levels.

    Counts values and nothing else, so the result is the same for any order of rows. All disputes with one value are
    in one level: that fifth in which the middle of them falls.

    Args:
        ruled: One row per ruled dispute, with the column of each factor.
        specs: The factors.

    Returns:
        One row per factor and level that occurs, sorted by both: factor, factor_order (place in ``specs``), code (0:
        not recorded), level (its label), level_low, level_high (smallest and largest value). A factor without any
        value has the one level ``not_recorded``.
    """
    counts = pl.collect_all([_value_counts(ruled, spec) for spec in specs])
    levels = [
        level
        for order, (spec, count) in enumerate(zip(specs, counts, strict=True))
        for level in _levels(spec, order, count)
    ]
    schema = {
        "factor": pl.String, "factor_order": pl.UInt16, "code": pl.UInt16,
        "level": pl.String, "level_low": pl.Float64, "level_high": pl.Float64,
    }  # fmt: skip
    assert list(schema) == [field.name for field in fields(Level)]
    return pl.DataFrame([astuple(level) for level in levels], schema=schema, orient="row")


def assign_levels(ruled: pl.LazyFrame, bounds: pl.DataFrame, specs: Sequence[FactorSpec]) -> pl.LazyFrame:
    """Put each dispute into its level of each factor.

    Args:
        ruled: One row per ruled dispute: dispute_id and the column of each factor.
        bounds: What ``level_bounds`` gave for the same rows.
        specs: The same factors.

    Returns:
        dispute_id and one UInt16 column of codes per factor, named like the factor.
    """
    codes = [_code(spec, bounds.filter(pl.col("factor") == spec.name)).alias(spec.name) for spec in specs]
    return ruled.select("dispute_id", *codes)


def _value(spec: FactorSpec) -> pl.Expr:
    """The factor's value as number or text; what is not a finite number is not recorded."""
    column = pl.col(spec.column)
    if spec.kind == FactorKind.CATEGORICAL:
        return column.cast(pl.String)
    number = column.cast(pl.Float64)
    return pl.when(number.is_finite()).then(number)


def _value_counts(ruled: pl.LazyFrame, spec: FactorSpec) -> pl.LazyFrame:
    return ruled.select(value=_value(spec)).group_by("value").len("n").sort("value", nulls_last=True)


def _levels(spec: FactorSpec, order: int, counts: pl.DataFrame) -> list[Level]:
    """Levels of one factor from the counts of its values."""
    recorded = counts.drop_nulls("value")
    values, sizes = recorded["value"].to_list(), recorded["n"].to_list()
    if spec.kind == FactorKind.CATEGORICAL:
        named = [(code, label, None, None) for code, label in enumerate(_categories(values, sizes), 1)]
        levels = [Level(spec.name, order, *level) for level in named]
    elif len(values) <= max(FIFTHS, min(MOST_NATURAL_LEVELS, sum(sizes) // FEWEST_PER_NATURAL_LEVEL)):
        levels = [
            Level(spec.name, order, code, f"{value + 0.0:.12g}", value, value) for code, value in enumerate(values, 1)
        ]
    else:
        levels = [Level(spec.name, order, code, str(code), low, high) for code, low, high in _fifths(values, sizes)]
    if len(recorded) < len(counts) or not levels:
        levels.insert(0, Level(spec.name, order, 0, NOT_RECORDED, None, None))
    return levels


def _categories(values: list[str], sizes: list[int]) -> list[str]:
    """Labels of a categorical factor: the most frequent values in alphabetical order, then the pool if there is one."""
    if len(values) <= MOST_CATEGORIES:
        return sorted(values)
    ranked = sorted(zip(values, sizes, strict=True), key=lambda item: (-item[1], item[0]))
    kept = {value for value, _ in ranked[:MOST_CATEGORIES]} - {POOLED}
    return [*sorted(kept), POOLED]


def _fifths(values: list[float], sizes: list[int]) -> list[tuple[int, float, float]]:
    """Fifth, smallest and largest value of each fifth that has any."""
    total, before = sum(sizes), 0
    bounds: dict[int, tuple[float, float]] = {}
    for value, size in zip(values, sizes, strict=True):
        # integers: 5 * (before + size / 2) / total, rounded down; below 5 because size > 0
        fifth = FIFTHS * (2 * before + size) // (2 * total) + 1
        low, _ = bounds.get(fifth, (value, value))
        bounds[fifth] = (low, value)
        before += size
    return [(fifth, low, high) for fifth, (low, high) in bounds.items()]


def _code(spec: FactorSpec, bounds: pl.DataFrame) -> pl.Expr:
    """The code of the level that a dispute's value falls into."""
    recorded = bounds.filter(pl.col("code") > 0)
    codes, value = recorded["code"].to_list(), _value(spec)
    if not codes:
        return pl.lit(0, pl.UInt16)
    if spec.kind == FactorKind.CATEGORICAL:
        labels = recorded["level"].to_list()
        code = value.replace_strict(labels, codes, default=codes[-1], return_dtype=pl.UInt16)
    else:
        highs = recorded["level_high"].to_list()
        steps = zip(highs[:-1], codes[:-1], codes[1:], strict=True)
        code = sum(
            ((value > high).cast(pl.UInt16) * (after - before) for high, before, after in steps),
            start=pl.lit(codes[0], pl.UInt16),
        ).cast(pl.UInt16)
    return pl.when(value.is_null()).then(pl.lit(0, pl.UInt16)).otherwise(code)
