"""Consistency: planted likeness is found, its absence too, and odd cases have an answer."""

import numpy as np
import polars as pl
import pytest

from tests.transforms.statistics.odd_cases import (
    ODD_CASES,
    assert_honest,
    assert_same_for_any_order,
    levels_of,
    ruled,
)
from transforms.statistics.consistency import FEWEST_RULINGS, MOST_DECIDERS, OTHERS, consistency, share_interval
from transforms.statistics.specs import OUTCOMES, FactorKind, FactorSpec, factor_specs

SPECS = factor_specs()


def _table(frame: pl.DataFrame, specs: tuple[FactorSpec, ...] = SPECS) -> pl.DataFrame:
    return consistency(frame, levels_of(frame, specs)[0], specs)


def _row(table: pl.DataFrame, slice_name: str, value: str) -> dict[str, object]:
    rows = table.filter((pl.col("slice") == slice_name) & (pl.col("value") == value)).rows(named=True)
    assert len(rows) == 1
    return rows[0]


def _few_levels(n: int = 3_000, n_deciders: int = 6) -> pl.DataFrame:
    """Rulings with two levels per factor, so that like cases abound."""
    frame = ruled(n, n_deciders)
    signs = [pl.col(f"{name}_advantage").sign() for name in ("evidence", "rules", "tone", "reputation")]
    return frame.with_columns(*signs)


def test_rulings_that_follow_the_case_never_differ() -> None:
    frame = _few_levels().with_columns(
        outcome=pl.when(pl.col("evidence_advantage") + pl.col("rules_advantage") > 0)
        .then(pl.lit("buyer_wins"))
        .otherwise(pl.lit("seller_wins"))
    )
    row = _row(_table(frame), "all", "all")
    assert (row["differ_share"], row["ci_low"], row["tau"], row["status"]) == (0.0, 0.0, 1.0, "ok")
    assert isinstance(row["ci_high"], float)
    assert 0 < row["ci_high"] < 0.1


def test_rulings_that_ignore_the_case_differ_as_any_two_do() -> None:
    misses = 0
    for seed in range(40):
        outcome = np.array(OUTCOMES)[np.random.default_rng(seed).integers(0, 3, 3_000)]
        row = _row(_table(_few_levels().with_columns(outcome=pl.Series(outcome))), "all", "all")
        low, high = row["tau_ci_low"], row["tau_ci_high"]
        assert isinstance(low, float)
        assert isinstance(high, float)
        assert isinstance(row["differ_any"], float)
        assert row["differ_any"] == pytest.approx(2 / 3, abs=0.01)
        misses += not low <= 0 <= high
    # of 40 at 5 %, 7 or more in one of 300 simulations
    assert misses <= 6


def test_a_decider_who_ignores_the_case_stands_out() -> None:
    frame = _few_levels(6_000, 5)
    rng = np.random.default_rng(3)
    noise = pl.Series(np.array(OUTCOMES)[rng.integers(0, 3, frame.height)])
    settled = pl.when(pl.col("evidence_advantage") > 0).then(pl.lit("buyer_wins")).otherwise(pl.lit("seller_wins"))
    frame = frame.with_columns(
        outcome=pl.when(pl.col("decider_id") == "d003").then(noise).otherwise(settled),
        decided_by=pl.lit("agent"),
    )
    table = _table(frame).filter(pl.col("slice") == "decider")
    assert table.sort("differ_share", descending=True)["value"][0] == "d003"
    odd = table.filter(pl.col("value") == "d003")["ci_low"][0]
    assert odd > table.filter(pl.col("value") != "d003")["ci_high"].max()


def test_counts_of_a_small_table_by_hand() -> None:
    # 30 like cases, 20 for the buyer and 10 for the seller, of 30 sellers: 200 of 435 pairs differ. One is unlike all.
    frame = ruled(31).with_columns(
        pl.lit("home").alias("category"),
        pl.lit("counterfeit").alias("claim"),
        *(pl.lit(0.5).alias(f"{name}_advantage") for name in ("rules", "tone", "reputation", "overall")),
        evidence_advantage=pl.when(pl.int_range(31) == 30).then(1.0).otherwise(0.5),
        outcome=pl.when(pl.int_range(31) < 20).then(pl.lit("buyer_wins")).otherwise(pl.lit("seller_wins")),
        seller_id=pl.concat_str(pl.lit("S"), pl.int_range(31)),
    )
    row = _row(_table(frame), "all", "all")
    assert (row["n"], row["n_clusters"], row["n_alone"], row["n_cells"], row["n_pairs"]) == (31, 31, 1, 1, 435)
    assert row["differ_share"] == 200 / 435
    # any two: 20 · 11 = 220 of 465
    assert row["differ_any"] == 220 / 465
    assert row["like_by"] == "category, claim, evidence, rules, tone, reputation"


def test_slices_and_the_order_of_rows() -> None:
    frame = _few_levels()
    table = _table(frame)
    assert table["slice"].unique(maintain_order=True).to_list() == [
        "all", "category", "claim", "month", "decided_by", "decider",
    ]  # fmt: skip
    for name in ("category", "claim", "month", "decided_by", "decider"):
        rows = table.filter(pl.col("slice") == name)
        assert rows["n"].sum() == frame.height
        assert rows["value"].to_list() == sorted(rows["value"])
    shuffled = frame.sample(fraction=1, shuffle=True, seed=2)
    assert_same_for_any_order(table, _table(shuffled))


def test_only_deciders_with_most_rulings_have_a_row() -> None:
    frame = ruled(MOST_DECIDERS + 100).with_row_index("place")
    decider = pl.when(pl.col("place") < 50).then(pl.lit("busy")).otherwise(pl.concat_str(pl.lit("d"), "place"))
    frame = frame.with_columns(decider_id=pl.when(pl.col("place") < 290).then(decider))
    table = _table(frame).filter(pl.col("slice") == "decider")
    # 240 deciders with one ruling each beside the busy one; the last ten rulings name nobody.
    assert table.height == MOST_DECIDERS + 2
    assert _row(table, "decider", "busy")["n"] == 50
    assert _row(table, "decider", OTHERS)["n"] == 290 - 50 - (MOST_DECIDERS - 1)
    assert _row(table, "decider", "not_recorded")["n"] == 10
    few = table.filter((pl.col("n") < FEWEST_RULINGS) & ~pl.col("value").is_in([OTHERS, "not_recorded"]))
    assert few["status"].unique().to_list() == ["too_few_rulings"]


def test_an_extra_factor_is_asked_for_while_like_cases_are_left() -> None:
    rng = np.random.default_rng(1)
    frame = _few_levels().with_columns(
        colour=pl.Series(rng.choice(["red", "blue"], 3_000)),
        counter=pl.concat_str(pl.lit("no. "), pl.int_range(3_000) % 97),
        age=pl.Series(rng.integers(0, 2, 3_000)),
    )
    specs = factor_specs(
        [
            FactorSpec("counter_number", "counter", FactorKind.CATEGORICAL),
            FactorSpec("colour", "colour", FactorKind.CATEGORICAL),
            FactorSpec("decided_by", "age"),
        ]
    )
    # With the 97 counters most disputes would have no like case, with two colours and two ages they have.
    like_by = _row(_table(frame, specs), "all", "all")["like_by"]
    assert like_by == "category, claim, evidence, rules, tone, reputation, colour, decided_by"


def test_an_interval_of_none_and_all_is_not_a_point() -> None:
    assert share_interval(0.0, 0.0, 40, 39.0)[0] == 0.0
    assert 0 < share_interval(0.0, 0.0, 40, 39.0)[1] < 0.3
    assert share_interval(1.0, 0.0, 40, 39.0)[1] == 1.0


@pytest.mark.parametrize("name", ODD_CASES)
def test_odd_cases(name: str) -> None:
    table = _table(ODD_CASES[name])
    assert_honest(table)
    assert table["slice"][0] == "all"
    if name in {"nothing ruled", "outcomes that are not rulings"}:
        assert table["status"].to_list() == ["nothing_ruled"]
    if name == "one dispute":
        assert set(table["status"]) == {"no_like_cases", "too_few_rulings"}
    if name == "one seller":
        assert _row(table, "all", "all")["status"] == "one_cluster"
    if name == "no sellers":
        assert _row(table, "all", "all")["status"] == "not_clustered"
