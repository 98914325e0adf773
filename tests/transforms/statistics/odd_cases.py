"""Odd sets of rulings that every table must have an answer to, and what no answer may hold."""

import numpy as np
import polars as pl
from polars.testing import assert_frame_equal

from tests.transforms.statistics.samples import disputes
from transforms.statistics.levels import assign_levels, level_bounds
from transforms.statistics.specs import CORE_FACTORS, FactorSpec

_ADVANTAGES = [*(spec.column for spec in CORE_FACTORS), "overall_advantage"]


def ruled(n: int = 600, n_deciders: int = 6, **more: float) -> pl.DataFrame:
    """Simulated rulings with deciders who make no difference."""
    frame = disputes(n, **more)  # type: ignore[arg-type]
    decider = np.random.default_rng(99).integers(0, n_deciders, n)
    return frame.with_columns(
        decided_by=pl.Series(np.where(decider % 2 == 0, "agent", "jury")),
        decider_id=pl.Series([f"d{number:03d}" for number in decider]),
    )


def _with(**columns: pl.Expr) -> pl.DataFrame:
    return ruled().with_columns(**columns)


def _nothing(*names: str) -> pl.DataFrame:
    frame = ruled()
    return frame.with_columns(pl.lit(None, frame.schema[name]).alias(name) for name in names)


#: Each by its name.
ODD_CASES = {
    "nothing ruled": ruled().clear(),
    "one dispute": ruled().head(1),
    "two disputes": ruled().head(2),
    "one outcome": _with(outcome=pl.lit("buyer_wins")),
    "two outcomes": ruled().filter(pl.col("outcome") != "partial"),
    "outcomes that are not rulings": _with(outcome=pl.lit("settled")),
    "constant factor": _with(tone_advantage=pl.lit(0.25)),
    "all null": _nothing(*_ADVANTAGES, "category", "claim", "month", "item_price_cny", "decided_by", "decider_id"),
    "no sellers": _nothing("seller_id"),
    "one seller": _with(seller_id=pl.lit("S")),
    "two sellers": _with(seller_id=pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.lit("S")).otherwise(pl.lit("T"))),
    "a category with one row": _with(
        category=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("virtual")).otherwise("category")
    ),
    "perfect separation": _with(
        outcome=pl.when(pl.col("evidence_advantage") > 0).then(pl.lit("buyer_wins")).otherwise(pl.lit("seller_wins"))
    ),
    "a category that decides": _with(
        outcome=pl.when(pl.col("category") == "luxury").then(pl.lit("buyer_wins")).otherwise("outcome")
    ),
    "one decider": _with(decider_id=pl.lit("d"), decided_by=pl.lit("agent")),
    "a decider for each dispute": _with(decider_id="dispute_id"),  # type: ignore[arg-type]
    "deciders by category": _with(decider_id=pl.col("category")),
    "infinite values": _with(tone_advantage=pl.lit(float("nan")), item_price_cny=pl.lit(float("inf"))),
}


def levels_of(frame: pl.DataFrame, specs: tuple[FactorSpec, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Levels of each dispute, and their bounds."""
    kept = frame.filter(pl.col("outcome").is_in(["seller_wins", "partial", "buyer_wins"]))
    bounds = level_bounds(kept.lazy(), specs)
    return assign_levels(kept.lazy(), bounds, specs).collect(), bounds


def assert_honest(table: pl.DataFrame) -> None:
    """Every row has a status in words, and no number that is none."""
    assert table.height > 0
    assert table["status"].str.contains(r"^[a-z_]+$").all()
    for name, kind in table.schema.items():
        if kind.is_float():
            assert table[name].drop_nulls().is_finite().all(), name


def assert_same_for_any_order(first: pl.DataFrame, second: pl.DataFrame) -> None:
    """Two tables are equal to the last bit."""
    assert_frame_equal(first, second, check_exact=True)
