"""Reversals: planted ones are found, nothing is where nothing was planted, and strata that differ are named."""

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
from transforms.statistics.reversals import FEWEST_PER_SIDE, UNCERTAIN, contrasts, reversals
from transforms.statistics.specs import FactorKind, FactorSpec, factor_specs

SPECS = factor_specs()
NUMBER = FactorSpec("age", "age")
COLOUR = FactorSpec("colour", "colour", FactorKind.CATEGORICAL)


def _table(frame: pl.DataFrame, specs: tuple[FactorSpec, ...] = SPECS) -> pl.DataFrame:
    return reversals(frame, *levels_of(frame, specs), specs)


def _row(table: pl.DataFrame, factor: str, stratifier: str) -> dict[str, object]:
    return table.row(by_predicate=(pl.col("factor") == factor) & (pl.col("stratifier") == stratifier), named=True)


def _simpson(seed: int, within: float, between: float, n: int = 6_000) -> pl.DataFrame:
    """Tone helps the buyer by ``within`` in each category, and categories with good tone are lost by ``between``."""
    rng = np.random.default_rng(seed)
    frame = ruled(n, n_sellers=400, seed=seed)
    category, seller = rng.integers(0, 4, n), rng.normal(size=400)
    tone = category + rng.normal(size=n)
    number = frame["seller_id"].str.slice(1).cast(pl.Int64).to_numpy()
    chance = 1 / (1 + np.exp(-(within * (tone - category) + between * (category - 1.5) + 0.5 * seller[number])))
    return frame.with_columns(
        category=pl.Series(np.array(["a", "b", "c", "d"])[category]),
        tone_advantage=pl.Series((tone / 10).round(4)),
        outcome=pl.Series(np.where(rng.random(n) < chance, "buyer_wins", "seller_wins")),
    )


def test_a_planted_reversal_is_found() -> None:
    table = _table(_simpson(1, within=0.5, between=-1.0))
    found = table.filter("is_reversed").select("factor", "stratifier").rows()
    assert found == [("tone", "category")]
    row = _row(table, "tone", "category")
    assert isinstance(row["crude_rd_ci_high"], float)
    assert isinstance(row["adjusted_rd_ci_low"], float)
    assert row["crude_rd_ci_high"] < 0 < row["adjusted_rd_ci_low"]
    assert isinstance(row["q_value"], float)
    assert row["q_value"] < 0.001
    # Every category goes the other way than the whole.
    assert (row["n_strata"], row["n_strata_opposite"]) == (4, 4)
    assert row["strata_opposite"] == "a; b; c; d"
    assert row["status"] == "ok"


def test_a_reversal_by_the_level_of_another_factor_is_found() -> None:
    frame = _simpson(2, within=0.5, between=-1.0)
    rank = frame["category"].cast(pl.Enum(["a", "b", "c", "d"])).to_physical().cast(pl.Float64)
    frame = frame.with_columns(rules_advantage=rank / 10, category=pl.lit("same"))
    table = _table(frame)
    assert ("tone", "rules") in table.filter("is_reversed").select("factor", "stratifier").rows()
    assert _row(table, "tone", "category")["is_reversed"] is False


def test_a_confounded_effect_that_is_nothing_within_categories_is_no_reversal() -> None:
    false_alarms, uncertain = 0, 0
    for seed in range(60):
        table = _table(_simpson(seed, within=0.0, between=-0.6, n=1_500))
        false_alarms += bool(table["is_reversed"].any())
        uncertain += bool((table["status"] == UNCERTAIN).any())
    # Of 60 at 5 %, 8 or more in one of 100 simulations; signs that differ by chance are another matter.
    assert false_alarms <= 7
    assert uncertain > 20


def test_nothing_is_reversed_where_nothing_was_planted() -> None:
    tables = [_table(ruled(1_000, n_sellers=150, seed=seed)) for seed in range(40)]
    assert sum(bool(table["is_reversed"].any()) for table in tables) <= 1


def test_an_effect_reversed_in_one_category_is_named() -> None:
    rng = np.random.default_rng(3)
    frame = ruled(8_000, n_sellers=500)
    sign = pl.when(pl.col("category") == "luxury").then(-1.0).otherwise(1.0)
    chance = 1 / (1 + (-4 * sign * pl.col("evidence_advantage")).exp())
    wins = chance > pl.Series(rng.random(8_000))
    frame = frame.with_columns(outcome=pl.when(wins).then(pl.lit("buyer_wins")).otherwise(pl.lit("seller_wins")))
    row = _row(_table(frame), "evidence", "category")
    assert (row["is_reversed"], row["strata_opposite"]) == (False, "luxury")
    assert row["strata_surely_opposite"] == "luxury"


def test_nothing_is_surely_the_opposite_of_a_crude_effect_whose_sign_is_open() -> None:
    rng = np.random.default_rng(3)
    frame = ruled(8_000, n_sellers=500)
    slope = np.where(np.arange(8_000) % 2 == 0, 2.0, -2.0)
    frame = frame.with_columns(category=pl.Series(np.where(slope > 0, "a", "b")))
    chance = 1 / (1 + np.exp(-slope * frame["evidence_advantage"].to_numpy()))
    won = pl.Series(np.where(chance > rng.random(8_000), "buyer_wins", "seller_wins"))
    row = _row(_table(frame.with_columns(outcome=won)), "evidence", "category")
    low, high = (float(str(row[f"crude_rd_ci_{end}"])) for end in ("low", "high"))
    assert low < 0 < high
    assert (row["n_strata_opposite"], row["strata_surely_opposite"]) == (1, "")


def test_effects_of_a_small_table_by_hand() -> None:
    # Two categories; the high group has 30 of 40 and 10 of 40 wins, the low group 20 of 20 and 10 of 100 wins.
    cells = [("a", 1, 30, 10), ("a", 0, 20, 0), ("b", 1, 10, 30), ("b", 0, 10, 90)]
    rows = [
        (category, float(high), outcome)
        for category, high, won, lost in cells
        for outcome, n in (("buyer_wins", won), ("seller_wins", lost))
        for _ in range(n)
    ]
    n = len(rows)
    frame = ruled(n).with_columns(
        pl.Series("category", [row[0] for row in rows]),
        pl.Series("tone_advantage", [row[1] for row in rows]),
        pl.Series("outcome", [row[2] for row in rows]),
        seller_id=pl.lit(None, pl.String),
    )
    row = _row(_table(frame), "tone", "category")
    assert (row["low_group"], row["high_group"], row["n_low"], row["n_high"]) == ("0", "1", 120, 80)
    # 40 of 80 against 30 of 120
    assert row["crude_rd_pp"] == pytest.approx(25.0)
    # Weights 40 · 20 / 60 and 40 · 100 / 140; differences −25 and 15 points.
    weights = (40 * 20 / 60, 40 * 100 / 140)
    assert row["adjusted_rd_pp"] == pytest.approx((-25 * weights[0] + 15 * weights[1]) / sum(weights))
    # 30 · 0 / 60 + 10 · 90 / 140 over 10 · 20 / 60 + 30 · 10 / 140
    expected = np.log((900 / 140) / (200 / 60 + 300 / 140))
    assert row["adjusted_log_or"] == pytest.approx(expected)
    assert (row["strata_opposite"], row["status"]) == ("a", "not_clustered")
    assert row["p_value"] == 1.0


def test_thirds_keep_equals_together() -> None:
    values = pl.Series([0.0] * 60 + [0.5] * 25 + [1.0] * 15)
    (found,) = contrasts(values, NUMBER)
    # The middle of the zeros is at 0.3, in the lowest third; that of the halves at 0.725, in the highest.
    assert (found.low, found.high) == ("0", "0.5 to 1")
    assert found.is_high.sum() == 40
    (found,) = contrasts(pl.Series([None, -1.0, float("nan"), 2.0, 2.0, 3.0, float("inf")]), NUMBER)
    assert (found.low, found.high, found.rows.tolist()) == ("-1", "3", [1, 5])


def test_values_of_a_category_are_compared_with_the_most_frequent() -> None:
    values = pl.Series(["red"] * 3 + ["blue"] * 5 + ["green"] * 2 + [None])
    found = contrasts(values, COLOUR)
    assert [(each.low, each.high, each.rows.size, int(each.is_high.sum())) for each in found] == [
        ("blue", "green", 7, 2),
        ("blue", "red", 8, 3),
    ]


def test_extra_factors_may_be_called_like_columns() -> None:
    frame = ruled(1_000).with_columns(
        colour=pl.when(pl.int_range(1_000) % 3 == 0).then(pl.lit("red")).otherwise(pl.lit("blue"))
    )
    specs = factor_specs(
        [FactorSpec("decided_by", "colour", FactorKind.CATEGORICAL), FactorSpec("colour", "item_price_cny")]
    )
    table = _table(frame, specs)
    assert set(table["factor"]) == {"evidence", "rules", "tone", "reputation", "decided_by", "colour"}
    assert_honest(table)


def test_the_order_of_rows_does_not_matter() -> None:
    frame = ruled(1_000)
    assert_same_for_any_order(_table(frame), _table(frame.sample(fraction=1, shuffle=True, seed=1)))


def test_every_factor_has_a_row_for_every_stratifier() -> None:
    table = _table(ruled())
    assert table.select("factor", "stratifier").unique().height == table.height == 4 * (5 + 3)
    stratifiers = table.filter(pl.col("factor") == "tone")["stratifier"].to_list()
    assert stratifiers == [
        "category", "claim", "month", "decided_by", "price_band", "evidence", "rules", "reputation",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ODD_CASES)
def test_odd_cases(name: str) -> None:
    table = _table(ODD_CASES[name])
    assert_honest(table)
    assert not table["is_reversed"].any()
    expected = {
        "nothing ruled": "nothing_ruled",
        "one dispute": "constant",
        "two disputes": "too_few_disputes",
        "one outcome": "one_outcome",
        "all null": "not_recorded",
        "no sellers": "not_clustered",
        "one seller": "one_cluster",
    }
    if name in expected:
        assert set(table["status"]) == {expected[name]}
    if name == "constant factor":
        assert set(table.filter(pl.col("factor") == "tone")["status"]) == {"constant"}
    if name == "perfect separation":
        assert set(table.filter(pl.col("factor") == "evidence")["status"]) == {"unbounded_odds_ratio"}


def test_few_disputes_in_a_group_cannot_be_compared() -> None:
    frame = ruled(300).with_row_index("place")
    few = pl.col("place") < FEWEST_PER_SIDE - 1
    frame = frame.with_columns(colour=pl.when(few).then(pl.lit("red")).otherwise(pl.lit("blue")))
    table = _table(frame, factor_specs([COLOUR])).filter(pl.col("factor") == "colour")
    assert set(table["status"]) == {"too_few_disputes"}
