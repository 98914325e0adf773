"""Effects that depend on what counts as winning."""

from functools import cache

import polars as pl
import pytest

from tests.transforms.claims.samples import World, draw, draw_disputes
from transforms.claims.answers import Data
from transforms.claims.catalogue import ExtraFactor
from transforms.claims.definitions import ALTERNATIVES, Definition
from transforms.claims.findings import ClaimTables, claim_tables
from transforms.statistics.specs import FactorKind, FactorSpec

EXTRA = (
    ExtraFactor(FactorSpec("repeat_player", "repeat_player"), "seller"),
    ExtraFactor(FactorSpec("age", "age")),
    ExtraFactor(FactorSpec("region", "region", FactorKind.CATEGORICAL)),
    ExtraFactor(FactorSpec("court", "court", FactorKind.CATEGORICAL), "buyer"),
)


@cache
def _tables() -> ClaimTables:
    """Evidence helps the buyer in all respects; repeat players win as often, but pay less; regions differ."""
    frame = draw(World(n=6_000, n_sellers=500, seed=3, planted={"evidence_advantage": 0.8}))
    place = pl.int_range(pl.len())
    repeats = (place * 7_919 % 101).cast(pl.Float64)
    half = pl.when(pl.col("outcome") == "buyer_wins").then(1 - repeats / 250).otherwise("refund_ratio")
    frame = frame.with_columns(
        repeat_player=repeats,
        refund_ratio=half,
        age=(place * 104_729 % 89).cast(pl.Float64),
        region=(place % 10 < pl.when(pl.col("outcome") == "buyer_wins").then(6).otherwise(4)).cast(pl.String),
        court=(place % 5).cast(pl.String),
    )
    return claim_tables(Data(frame.lazy(), draw_disputes(frame).lazy(), EXTRA))


def _definition(claim_id: str, definition: Definition) -> dict[str, object]:
    chosen = (pl.col("claim_id") == claim_id) & (pl.col("definition") == definition.value)
    return _tables().definitions.row(by_predicate=chosen, named=True)


def _finding(claim_id: str) -> dict[str, object]:
    return _tables().findings.row(by_predicate=pl.col("claim_id") == claim_id, named=True)


def test_first_parts_and_extra_factors_are_seen_under_three_definitions() -> None:
    counts = _tables().definitions.group_by("claim_id", maintain_order=True).agg("definition")
    assert all(found == [each.value for each in ALTERNATIVES] for found in counts["definition"].to_list())
    seen = counts["claim_id"].to_list()
    assert {"E1", "E5a", "R4", "T4a", "P1a", "X_repeat_player", "X_age", "X_region"} <= set(seen)
    assert not {"E5b", "T2", "P2b", "P5", "G1"} & set(seen)


def test_an_effect_that_differs_by_definition_is_said_to() -> None:
    # repeat players are claimed to be favoured: by the refunded share they are, by who wins they are not
    assert _definition("X_repeat_player", Definition.REFUND)["verdict"] == "supported"
    assert _definition("X_repeat_player", Definition.REFUND)["sign"] == 1
    assert _definition("X_repeat_player", Definition.BUYER_WINS)["verdict"] in {"negligible", "inconclusive"}
    row = _finding("X_repeat_player")
    assert row["is_definition_sensitive"]
    assert "depends on what counts as winning" in str(row["definition_note_en"])
    assert "the refunded share of the claim" in str(row["definition_note_en"])
    assert "取决于何为胜诉" in str(row["definition_note_zh"])


def test_an_effect_that_does_not_differ_is_not_said_to() -> None:
    row = _finding("E1")
    assert row["verdict"] == "supported"
    assert row["is_definition_sensitive"] is False
    assert row["definition_note_en"] == ""
    assert {_definition("E1", each)["verdict"] for each in ALTERNATIVES} == {"supported"}


def test_other_parts_are_not_compared() -> None:
    assert _finding("E5b")["is_definition_sensitive"] is None
    assert _finding("G2b")["is_definition_sensitive"] is None  # E1 asks the same
    assert _finding("G2d")["is_definition_sensitive"] is not None


def test_the_same_definition_has_the_same_verdict() -> None:
    own = _tables().findings.filter(pl.col("definition") != Definition.ORDERED.value, pl.col("is_first_part"))
    joined = own.join(_tables().definitions, on=["claim_id", "definition"], suffix="_again")
    assert joined.height > 10
    for name in ("estimate", "p_value", "q_value", "verdict"):
        assert joined[name].to_list() == joined[f"{name}_again"].to_list()


@pytest.mark.parametrize("definition", ALTERNATIVES)
def test_names_without_an_order_are_tested_together(definition: Definition) -> None:
    row = _definition("X_region", definition)
    assert row["estimate"] is None
    assert row["verdict"] == "supported"
    assert _definition("X_court", definition)["verdict"] == "not_testable"


def test_extra_factors_that_favour_nobody_are_no_claims() -> None:
    ids = _tables().findings["claim_id"].to_list()
    assert [claim_id for claim_id in ids if claim_id.startswith("X_")] == ["X_repeat_player", "X_court"]
    row = _finding("X_court")
    assert (row["verdict"], row["status"]) == ("not_testable", "no_order")
    assert "without an order" in str(row["reason_en"])
