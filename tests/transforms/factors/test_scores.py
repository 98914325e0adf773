"""Scores from parts, advantages, and the overall advantage."""

import polars as pl
import pytest

from tests.transforms.factors.records import WEIGHTS, disputes
from transforms.factors.scores import factor_scores
from transforms.registry import output_table
from transforms.registry.enumerations import FACTOR

_DISPUTES = disputes({"dispute_id": "D"}).with_columns(pl.lit(3.5).alias("age"), pl.lit("x").alias("class"))


def parts(buyer: int | None, seller: int | None) -> pl.LazyFrame:
    """Parts of one dispute; the buyer's points are split over two of them."""
    return pl.LazyFrame(
        {
            "dispute_id": ["D"],
            "buyer__base": [None if buyer is None else buyer - 100],
            "buyer__more": [None if buyer is None else 100],
            "seller__base": [seller],
        },
        schema_overrides=dict.fromkeys(("buyer__base", "buyer__more", "seller__base"), pl.Int32),
    )


def scored(**points: tuple[int | None, int | None]) -> dict[str, object]:
    frames = {factor: parts(*points.get(factor, (None, None))) for factor in FACTOR.values}
    return factor_scores(_DISPUTES, frames, WEIGHTS, {}).collect().row(0, named=True)


def test_by_hand() -> None:
    row = scored(evidence=(7000, 2000), rules=(8500, 9500), tone=(5000, 5000), reputation=(5123, 4000))
    assert (row["buyer_evidence"], row["seller_evidence"], row["evidence_advantage"]) == (0.7, 0.2, 0.5)
    assert (row["buyer_rules"], row["seller_rules"], row["rules_advantage"]) == (0.85, 0.95, -0.1)
    assert row["reputation_advantage"] == 0.1123
    # 0.45 * 0.5 - 0.25 * 0.1 + 0.15 * 0 + 0.15 * 0.1123 = 0.216845
    assert row["overall_advantage"] == 0.2168


def test_every_score_and_advantage_has_four_decimals() -> None:
    """All differences of points from -10000 to 10000 come out as the decimal number and not next to it."""
    ids = [str(number) for number in range(20_001)]
    cases = disputes(*({"dispute_id": name} for name in ids))
    points = [min(number, 10_000) for number in range(20_001)]
    others = [max(number - 10_000, 0) for number in range(20_001)]
    frame = pl.LazyFrame({"dispute_id": ids, "buyer__base": points, "seller__base": others[::-1]})
    found = factor_scores(cases, dict.fromkeys(FACTOR.values, frame), WEIGHTS, {}).collect()
    for column in ("buyer_rules", "seller_rules", "rules_advantage", "overall_advantage"):
        values = found[column].to_list()
        assert values == [round(value, 4) for value in values]
    differences = [round((a - b) / 10_000, 4) for a, b in zip(points, others[::-1], strict=True)]
    assert found.sort(pl.col("dispute_id").cast(pl.Int64))["rules_advantage"].to_list() == differences


def test_the_weights_of_what_is_known_add_up_to_one() -> None:
    # Only evidence (0.45) and rules (0.25) are known: (0.45 * 0.5 - 0.25 * 0.1) / 0.70 = 0.285714
    row = scored(evidence=(7000, 2000), rules=(8500, 9500), tone=(5000, None))
    assert row["overall_advantage"] == 0.2857
    assert row["buyer_tone"] == 0.5
    assert row["seller_tone"] is None
    assert row["tone_advantage"] is None


def test_nothing_recorded_is_null_and_zero_is_not() -> None:
    assert set(scored().values()) == {"D", None}
    row = scored(evidence=(0, 0))
    assert (row["buyer_evidence"], row["evidence_advantage"], row["overall_advantage"]) == (0.0, 0.0, 0.0)


def test_a_dispute_without_a_row_of_parts_is_null() -> None:
    frames = {factor: parts(7000, 2000).filter(pl.lit(factor != "tone")) for factor in FACTOR.values}
    row = factor_scores(_DISPUTES, frames, WEIGHTS, {}).collect().row(0, named=True)
    assert row["buyer_tone"] is None
    assert row["buyer_rules"] == 0.7


def test_columns_are_those_declared_and_then_the_extra_factors() -> None:
    frames = {factor: parts(7000, 2000) for factor in FACTOR.values}
    found = factor_scores(_DISPUTES, frames, WEIGHTS, {"age_years": "age", "class": "class"}).collect()
    table = output_table("core.factor_scores")
    assert found.columns == [*table.column_names, "age_years", "class"]
    assert {name: found.schema[name] for name in table.column_names} == table.polars_schema
    assert found.row(0)[-2:] == (3.5, "x")


def test_refused() -> None:
    frames = {factor: parts(1000, 1000) for factor in FACTOR.values}
    with pytest.raises(ValueError, match="extra factor 'buyer_tone' bears the name of a column"):
        factor_scores(_DISPUTES, frames, WEIGHTS, {"buyer_tone": "age"})
    with pytest.raises(ValueError, match="no parts for rules; got evidence, tone, reputation"):
        factor_scores(_DISPUTES, {name: f for name, f in frames.items() if name != "rules"}, WEIGHTS, {})
    one_sided = frames | {"tone": parts(1000, 1000).drop("seller__base")}
    with pytest.raises(ValueError, match="the parts of tone have no column of the seller"):
        factor_scores(_DISPUTES, one_sided, WEIGHTS, {})
