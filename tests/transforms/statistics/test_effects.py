"""Degenerate cases of the models: each gives rows with a status in words, never a number that is none."""

from collections.abc import Callable
from functools import cache

import numpy as np
import polars as pl
import pytest

from tests.transforms.statistics.samples import disputes
from transforms.statistics.estimate import factor_association, factor_effects
from transforms.statistics.levels import assign_levels, level_bounds
from transforms.statistics.specs import FactorKind, FactorSpec, factor_specs

EXTRA = [FactorSpec("band", "band", FactorKind.CATEGORICAL), FactorSpec("repeats", "repeats")]
SPECS = factor_specs(EXTRA)
#: No estimate of these cases is larger.
LARGEST_NUMBER = 1e9

Change = Callable[[pl.DataFrame], pl.DataFrame]
PLACE = pl.int_range(pl.len())


def _base() -> pl.DataFrame:
    return disputes(600, 150).with_columns(band=pl.lit("a") + (PLACE % 3).cast(pl.String), repeats=PLACE % 5)


def _separated(frame: pl.DataFrame) -> pl.DataFrame:
    outcomes = np.repeat(["seller_wins", "partial", "buyer_wins"], 200)
    return frame.sort("evidence_advantage").with_columns(outcome=pl.Series(outcomes))


def _category_of_one(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(category=pl.when(PLACE == 0).then(pl.lit("virtual")).otherwise("category"))


def _category_that_always_wins(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        outcome=pl.when(pl.col("category") == "home").then(pl.lit("buyer_wins")).otherwise("outcome")
    )


def _category_of_one_seller(frame: pl.DataFrame) -> pl.DataFrame:
    """The seller with the most disputes has a category of its own, in which all outcomes occur."""
    owner = frame["seller_id"].mode().sort()[0]
    others = pl.when(pl.col("category") == "luxury").then(pl.lit("home")).otherwise("category")
    return frame.with_columns(category=pl.when(pl.col("seller_id") == owner).then(pl.lit("luxury")).otherwise(others))


def _nothing_recorded(frame: pl.DataFrame) -> pl.DataFrame:
    kept = ("dispute_id", "outcome")
    return frame.with_columns(pl.lit(None).alias(name) for name in frame.columns if name not in kept)


#: name, change, model, term, status
CASES: list[tuple[str, Change, str, str, str]] = [
    ("nothing ruled", lambda frame: frame.clear(), "ordinal", "evidence_advantage", "not_recorded"),
    ("nothing ruled", lambda frame: frame.clear(), "buyer_wins", "intercept", "nothing_ruled"),
    ("one dispute", lambda frame: frame.head(1), "buyer_wins", "evidence_advantage", "constant"),
    ("one dispute", lambda frame: frame.head(1), "buyer_wins", "intercept", "one_outcome"),
    ("ten disputes", lambda frame: frame.head(10), "ordinal", "evidence_advantage", "too_few_disputes"),
    ("one outcome", lambda f: f.with_columns(outcome=pl.lit("partial")), "ordinal", "tone_advantage", "one_outcome"),
    ("no partial", lambda f: f.filter(pl.col("outcome") != "partial"), "proportional_odds", "all_factors",
     "two_outcomes"),
    ("no buyer wins", lambda f: f.filter(pl.col("outcome") != "buyer_wins"), "buyer_wins", "intercept", "one_outcome"),
    ("constant factor", lambda f: f.with_columns(tone_advantage=0.5), "ordinal", "tone_advantage", "constant"),
    ("all null", _nothing_recorded, "ordinal", "tone_advantage", "not_recorded"),
    ("all null", _nothing_recorded, "ordinal", "threshold_partial", "not_clustered"),
    ("separation", _separated, "ordinal", "evidence_advantage", "separation"),
    ("separation", _separated, "buyer_wins", "rules_advantage", "separation"),
    ("separation", _separated, "proportional_odds", "all_factors", "separation"),
    ("one seller", lambda f: f.with_columns(seller_id=pl.lit("S")), "ordinal", "evidence_advantage", "one_cluster"),
    ("two sellers", lambda f: f.with_columns(seller_id=(PLACE % 2).cast(pl.String)), "ordinal", "evidence_advantage",
     "few_clusters"),
    ("two sellers", lambda f: f.with_columns(seller_id=(PLACE % 2).cast(pl.String)), "proportional_odds", "all_factors",
     "too_few_clusters"),
    ("no sellers", lambda f: f.with_columns(seller_id=pl.lit(None)), "ordinal", "evidence_advantage", "not_clustered"),
    ("category with one row", _category_of_one, "ordinal", "category=virtual", "pooled"),
    ("category that always wins", _category_that_always_wins, "buyer_wins", "category=home", "separation"),
    ("category that always wins", _category_that_always_wins, "buyer_wins", "evidence_advantage", "ok"),
    ("category of one seller", _category_of_one_seller, "ordinal", "category=luxury", "lone_cluster"),
    ("category of one seller", _category_of_one_seller, "ordinal", "evidence_advantage", "ok"),
    ("nothing ruled", lambda frame: frame.clear(), "ordinal_sides", "buyer_tone", "not_recorded"),
    ("one dispute", lambda frame: frame.head(1), "buyer_wins_interactions", "evidence_advantage_x_tone_advantage",
     "constant"),
    ("one outcome", lambda f: f.with_columns(outcome=pl.lit("partial")), "ordinal_interactions",
     "rules_advantage_x_tone_advantage", "one_outcome"),
    ("constant factor", lambda f: f.with_columns(tone_advantage=0.5), "ordinal_interactions",
     "rules_advantage_x_tone_advantage", "constant"),
    ("all null", _nothing_recorded, "ordinal_sides_interactions", "buyer_evidence_x_buyer_tone", "not_recorded"),
    ("separation", _separated, "ordinal_interactions", "tone_advantage", "separation"),
    ("one seller", lambda f: f.with_columns(seller_id=pl.lit("S")), "ordinal_sides", "seller_evidence", "one_cluster"),
    ("same factor twice", lambda f: f.with_columns(tone_advantage=pl.col("rules_advantage")), "ordinal",
     "tone_advantage", "collinear"),
]  # fmt: skip


def _numbers_are_numbers(table: pl.DataFrame) -> None:
    values = table.select(pl.col(pl.Float64)).unpivot()["value"].drop_nulls()
    assert bool(values.is_finite().all())
    assert values.len() == 0 or float(np.abs(values.to_numpy()).max()) < LARGEST_NUMBER
    assert table["status"].null_count() == 0


@cache
def _effects_of(name: str) -> pl.DataFrame:
    """The table of a case; several look at the same one."""
    change = next(case[1] for case in CASES if case[0] == name)
    return factor_effects(change(_base()).lazy(), SPECS)


@pytest.mark.parametrize(
    ("name", "model", "term", "status"),
    [(name, *expected) for name, _, *expected in CASES],
    ids=[f"{case[0]}: {case[2]} {case[3]}" for case in CASES],
)
def test_degenerate_models(name: str, model: str, term: str, status: str) -> None:
    table = _effects_of(name)
    _numbers_are_numbers(table)
    row = table.row(by_predicate=(pl.col("model") == model) & (pl.col("term") == term), named=True)
    assert row["status"] == status
    if status not in {"ok", "one_cluster", "lone_cluster", "few_clusters", "not_clustered"}:
        assert row["coefficient"] is None
        assert row["p_value"] is None


@pytest.mark.parametrize(
    "change", {case[0]: case[1] for case in CASES}.values(), ids=dict.fromkeys(c[0] for c in CASES)
)
def test_degenerate_associations(change: Change) -> None:
    frame = change(_base()).lazy()
    bounds = level_bounds(frame, SPECS)
    levels = assign_levels(frame, bounds, SPECS).collect().with_columns(frame.select("outcome", "seller_id").collect())
    table = factor_association(levels, SPECS)
    _numbers_are_numbers(table)
    assert table.height == 5 * len(SPECS)
    estimated = table.filter(pl.col("estimate").is_not_null())
    assert bool(estimated.filter(pl.col("ci_low") > pl.col("estimate")).is_empty())
    assert bool(estimated.filter(pl.col("ci_high") < pl.col("estimate")).is_empty())
    silent = table.filter(pl.col("estimate").is_null())["status"].unique().to_list()
    assert set(silent) <= {
        "nothing_ruled", "not_ordinal", "not_recorded", "constant", "one_outcome", "too_few_disputes",
    }  # fmt: skip


def test_one_seller_gives_no_errors() -> None:
    table = factor_effects(_base().with_columns(seller_id=pl.lit("S")).lazy(), SPECS)
    row = table.row(by_predicate=(pl.col("model") == "ordinal") & (pl.col("term") == "evidence_advantage"), named=True)
    assert row["coefficient"] > 0
    assert row["ame_pp"] > 0
    assert row["std_error"] is None
    assert row["ci_low"] is None


def test_a_dummy_that_separates_changes_no_other_estimate() -> None:
    frame = _category_that_always_wins(_base())
    whole = factor_effects(frame.lazy(), SPECS)
    without = factor_effects(frame.filter(pl.col("category") != "home").lazy(), SPECS)
    pick = (pl.col("model") == "buyer_wins") & (pl.col("term") == "log_price")
    first, second = (table.filter(pick).select("coefficient", "std_error").row(0) for table in (whole, without))
    assert first == pytest.approx(second, rel=1e-6)
