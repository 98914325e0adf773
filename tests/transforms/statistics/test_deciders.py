"""Deciders: planted differences are found, their cases are not taken for them, and none are found where none are."""

from typing import cast

import numpy as np
import polars as pl
import pytest

from tests.transforms.statistics.odd_cases import ODD_CASES, assert_honest, assert_same_for_any_order, ruled
from transforms.statistics.consistency import FEWEST_RULINGS, MOST_DECIDERS
from transforms.statistics.deciders import DeciderTables, decider_tables
from transforms.statistics.specs import FactorKind, FactorSpec, factor_specs

SPECS = factor_specs()


def _tables(frame: pl.DataFrame) -> DeciderTables:
    return decider_tables(frame.lazy(), SPECS)


def _lenient(frame: pl.DataFrame, shift: float, seed: int = 5) -> pl.DataFrame:
    """The decider d000 gives a part of what others turn down to the buyer."""
    gives = pl.Series(np.random.default_rng(seed).random(frame.height) < shift)
    is_lenient = (pl.col("decider_id") == "d000") & gives
    return frame.with_columns(outcome=pl.when(is_lenient).then(pl.lit("buyer_wins")).otherwise("outcome"))


def test_a_lenient_decider_is_found() -> None:
    frame = _lenient(ruled(6_000, 10, n_sellers=400), 0.3)
    tables = _tables(frame)
    found = tables.effects.filter(pl.col("q_value") < 0.05)
    # Each of the others is a little under the mean of all, the lenient one among them.
    assert found.filter(pl.col("effect_pp") > 0)["decider_id"].to_list() == ["d000"]
    # Of the 64 % that others do not give to the buyer, d000 gives 30 %: about 19 points.
    row = found.row(by_predicate=pl.col("decider_id") == "d000", named=True)
    assert row["ci_low"] < 19 < row["ci_high"]
    assert 0 < row["shrunken_pp"] < row["effect_pp"]
    whole = tables.variation.row(0, named=True)
    assert whole["p_value"] < 0.001
    assert whole["ci_low"] > 0
    assert (whole["decided_by"], whole["n_deciders"]) == ("all", 10)


def test_hard_cases_are_not_taken_for_a_hard_decider() -> None:
    frame = ruled(6_000, 10, n_sellers=400)
    # d001 gets what is badly evidenced, and loses more for the buyer by it.
    weak = pl.col("evidence_advantage") < -0.2
    frame = frame.with_columns(decider_id=pl.when(weak).then(pl.lit("d001")).otherwise("decider_id"))
    row = _tables(frame).effects.filter(pl.col("decider_id") == "d001").row(0, named=True)
    assert row["win_share"] < 0.3
    assert row["win_share"] == pytest.approx(row["expected_share"], abs=0.03)
    assert row["ci_low"] < 0 < row["ci_high"]


@pytest.mark.parametrize("by", ["chance", "category", "seller"])
def test_no_difference_is_found_where_there_is_none(by: str) -> None:
    significant, discovered, n_deciders = 0, 0, 0
    for seed in range(40):
        frame = ruled(2_000, 12, n_sellers=200, seed=seed)
        if by == "category":
            frame = frame.with_columns(decider_id=pl.concat_str("category", pl.col("decider_id").str.slice(3)))
        if by == "seller":
            frame = frame.with_columns(decider_id=pl.concat_str(pl.lit("d"), pl.col("seller_id").str.slice(-1)))
        tables = _tables(frame)
        p_values = tables.effects["p_value"].drop_nulls()
        significant, n_deciders = significant + int((p_values < 0.05).sum()), n_deciders + p_values.len()
        discovered += cast(float, tables.variation["p_value"][0]) < 0.05
    # of 40 at 5 %, 7 or more in one of 300 simulations
    assert discovered <= 6
    assert significant / n_deciders < 0.08


def test_the_order_of_rows_does_not_matter() -> None:
    frame = ruled(1_000)
    first, second = _tables(frame), _tables(frame.sample(fraction=1, shuffle=True, seed=1))
    assert_same_for_any_order(first.effects, second.effects)
    assert_same_for_any_order(first.variation, second.variation)


def test_agents_are_compared_with_agents() -> None:
    # Juries give more to the buyer; no agent differs from another agent, and no jury from another jury.
    frame = ruled(6_000, 12, n_sellers=400)
    gives = pl.Series(np.random.default_rng(1).random(frame.height) < 0.4) & (frame["decided_by"] == "jury")
    frame = frame.with_columns(outcome=pl.when(gives).then(pl.lit("buyer_wins")).otherwise("outcome"))
    variation = _tables(frame).variation
    assert variation["decided_by"].to_list() == ["all", "agent", "jury"]
    assert variation["n_deciders"].to_list() == [12, 6, 6]
    assert variation["p_value"].min() > 0.01  # type: ignore[operator]


def test_deciders_with_few_rulings_are_left_to_the_others() -> None:
    frame = ruled(1_200, 4).with_row_index("place")
    few = pl.col("place") < FEWEST_RULINGS - 1
    frame = frame.with_columns(decider_id=pl.when(few).then(pl.lit("new")).otherwise("decider_id"))
    assert _tables(frame).effects["decider_id"].to_list() == ["d000", "d001", "d002", "d003"]


def test_only_the_deciders_with_most_rulings_have_a_row() -> None:
    frame = ruled((MOST_DECIDERS + 5) * 70, MOST_DECIDERS + 5, n_sellers=500)
    tables = _tables(frame)
    assert tables.effects.height == MOST_DECIDERS
    kept = frame["decider_id"].value_counts().sort("count", "decider_id", descending=[True, False])
    assert tables.effects["decider_id"].to_list() == sorted(kept.head(MOST_DECIDERS)["decider_id"])


def test_a_sample_says_so() -> None:
    tables = decider_tables(ruled(4_000, n_sellers=400).lazy(), SPECS, most_rows=2_000)
    assert set(tables.effects["status"]) == {"sampled"}
    assert 1_000 < tables.variation["n"][0] < 3_000


@pytest.mark.parametrize("name", ODD_CASES)
def test_odd_cases(name: str) -> None:
    tables = _tables(ODD_CASES[name])
    assert_honest(tables.effects)
    assert_honest(tables.variation)
    expected = {
        "nothing ruled": "nothing_ruled",
        "one dispute": "one_outcome",
        "one outcome": "one_outcome",
        "all null": "not_recorded",
        "one seller": "one_cluster",
        "one decider": "one_decider",
        "a decider for each dispute": "too_few_rulings",
        "deciders by category": "collinear",
        "perfect separation": "separation",
    }
    if name in expected:
        assert set(tables.effects["status"]) == {expected[name]}
        assert tables.effects["p_value"].null_count() == tables.effects.height


def test_deciders_are_counted_where_a_term_tells_every_outcome() -> None:
    told = FactorSpec("told", "told", FactorKind.CATEGORICAL)
    frame = ruled(600, 5).with_columns(told=pl.col("outcome"))
    tables = decider_tables(frame.lazy(), factor_specs([told]))
    assert tables.effects["n"].sum() == 600
    assert set(tables.effects["status"]) == {"separation"}
