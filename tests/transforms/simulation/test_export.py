"""The export keeps the contract, depends on its seed alone, and betrays no ruling but by its traps."""

from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.transforms.simulation.tables import is_trap, tables_of
from transforms.registry import INPUT_TABLES, Kind
from transforms.simulation.plan import LateShares, NullShares, SimulationPlan

CHILDREN = {"evidence": "submitted_at", "violations": "recorded_at", "messages": "sent_at"}
KEYS = {"evidence": "evidence_id", "violations": "violation_id", "messages": "message_id"}
NO_TRAPS = LateShares(messages=0.0, evidence=0.0, violations=0.0, reputation=0.0)
PLAN = SimulationPlan(disputes=4_000, seed=11, has_flaws=False)
MANY_BLOCKS = SimulationPlan(disputes=22_000, seed=12, messages=3.0, evidence_items=1.0)


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return tables_of(PLAN)


def test_same_plan_same_rows(tables: dict[str, pl.DataFrame]) -> None:
    again = tables_of(PLAN)
    assert again.keys() == tables.keys()
    for table, frame in tables.items():
        assert_frame_equal(again[table], frame)


def test_another_seed_gives_other_rows(tables: dict[str, pl.DataFrame]) -> None:
    other = tables_of(replace(PLAN, seed=PLAN.seed + 1))
    for table, frame in tables.items():
        assert not other[table].equals(frame)


def test_rows_do_not_depend_on_the_size_of_chunks() -> None:
    small, large = tables_of(MANY_BLOCKS, chunk_blocks=1), tables_of(MANY_BLOCKS, chunk_blocks=3)
    for table, frame in small.items():
        assert_frame_equal(large[table], frame)


@pytest.mark.parametrize("name", sorted(INPUT_TABLES))
def test_columns_and_types_of_the_contract(tables: dict[str, pl.DataFrame], name: str) -> None:
    frame = tables[name]
    assert frame.columns == [column.name for column in INPUT_TABLES[name].columns]
    for column in INPUT_TABLES[name].columns:
        expected = column.kind.polars
        if column.kind is Kind.TIMESTAMP:
            expected = pl.Datetime("us", "Asia/Shanghai")
        assert frame.schema[column.name] == expected, column.name


@pytest.mark.parametrize("name", sorted(INPUT_TABLES))
def test_values_of_the_contract(tables: dict[str, pl.DataFrame], name: str) -> None:
    frame, table = tables[name], INPUT_TABLES[name]
    assert frame.select(table.key).is_duplicated().sum() == 0
    for column in table.columns:
        values = frame[column.name].drop_nulls()
        assert not (column.required and frame[column.name].has_nulls()), column.name
        if column.enumeration is not None:
            assert set(values.unique()) <= set(column.enumeration.values), column.name
        if column.minimum is not None and column.maximum is not None:
            assert values.cast(pl.Float64).is_between(column.minimum, column.maximum).all(), column.name


def test_every_value_of_every_enumeration_occurs(tables: dict[str, pl.DataFrame]) -> None:
    for name, table in INPUT_TABLES.items():
        for column in table.columns:
            if column.enumeration is not None:
                assert set(tables[name][column.name].drop_nulls()) == set(column.enumeration.values), column.name


def test_children_have_a_dispute(tables: dict[str, pl.DataFrame]) -> None:
    for name in CHILDREN:
        assert tables[name].join(tables["disputes"], on="dispute_id", how="anti").is_empty()


def test_money_follows_the_outcome(tables: dict[str, pl.DataFrame]) -> None:
    disputes = tables["disputes"].filter(pl.col("claimed_cny").is_not_null())
    ratio = pl.col("refunded_cny").cast(pl.Float64) / pl.col("claimed_cny").cast(pl.Float64)
    by_outcome = {
        outcome: disputes.filter(pl.col("outcome") == outcome).select(ratio)
        for outcome in ("buyer_wins", "partial", "seller_wins", "withdrawn", "expired")
    }
    assert disputes.select((pl.col("refunded_cny") <= pl.col("claimed_cny")).all()).item()
    assert by_outcome["buyer_wins"].to_series().median() == 1.0
    assert by_outcome["partial"].to_series().is_between(0.0, 0.81).all()
    for outcome in ("seller_wins", "withdrawn", "expired"):
        assert by_outcome[outcome].to_series().max() == 0.0


def test_open_disputes_have_neither_end_nor_refund(tables: dict[str, pl.DataFrame]) -> None:
    is_open = tables["disputes"].filter(pl.col("outcome").is_null())
    assert 0 < is_open.height < 0.05 * PLAN.disputes
    for column in ("ruled_at", "refunded_cny", "decided_by", "decider_id", "votes_buyer", "votes_seller"):
        assert is_open[column].null_count() == is_open.height
    assert tables["disputes"].filter(pl.col("outcome").is_not_null())["ruled_at"].null_count() == 0


def test_votes_of_a_jury_go_to_nine(tables: dict[str, pl.DataFrame]) -> None:
    disputes = tables["disputes"]
    jury = disputes.filter(pl.col("decided_by") == "jury")
    assert jury.height > 500
    assert jury.select((pl.max_horizontal("votes_buyer", "votes_seller") == 9).all()).item()
    assert jury.select((pl.min_horizontal("votes_buyer", "votes_seller") <= 8).all()).item()
    for outcome, ahead in (("buyer_wins", "votes_buyer"), ("seller_wins", "votes_seller")):
        assert (jury.filter(pl.col("outcome") == outcome)[ahead] == 9).all()
    assert disputes.filter(pl.col("decided_by") != "jury")["votes_buyer"].null_count() > 0


def test_order_of_times(tables: dict[str, pl.DataFrame]) -> None:
    disputes = tables["disputes"]
    assert disputes.select((pl.col("ruled_at") > pl.col("opened_at")).all()).item()
    assert disputes.select((pl.col("exported_at") > pl.coalesce("ruled_at", "opened_at")).all()).item()
    for name, time in CHILDREN.items():
        known = tables[name].join(disputes.select("dispute_id", "exported_at"), on="dispute_id")
        assert known.select((pl.col(time) < pl.col("exported_at")).all()).item(), name
    sent = tables["messages"].filter(~is_trap("message_id"), pl.col("sent_at").is_not_null())
    steps = sent.select(pl.col("sent_at").diff().over("dispute_id").drop_nulls().dt.total_seconds())
    assert steps.to_series().min() == 0 or steps.to_series().gt(0).all()


@pytest.mark.parametrize("name", sorted(CHILDREN))
def test_after_the_ruling_there_are_traps_and_nothing_else(tables: dict[str, pl.DataFrame], name: str) -> None:
    ruled = tables["disputes"].select("dispute_id", "ruled_at")
    timed = tables[name].join(ruled, on="dispute_id").filter(pl.col(CHILDREN[name]).is_not_null())
    is_late = (timed[CHILDREN[name]] >= timed["ruled_at"]).fill_null(value=False)
    assert is_late.to_list() == timed.select(is_trap(KEYS[name])).to_series().to_list()
    assert is_late.sum() > 50


def test_traps_change_no_other_row(tables: dict[str, pl.DataFrame]) -> None:
    clean = tables_of(replace(PLAN, late=NO_TRAPS))
    assert_frame_equal(clean["disputes"], tables["disputes"])
    for name, key in KEYS.items():
        assert_frame_equal(clean[name], tables[name].filter(~is_trap(key)))
    assert clean["reputation"].join(tables["reputation"], on=["user_id", "as_of"], how="anti").is_empty()


def test_facts_before_the_ruling_do_not_depend_on_outcomes(tables: dict[str, pl.DataFrame]) -> None:
    """Other cut points give other outcomes, and the same facts."""
    other = tables_of(replace(PLAN, cut_points=(-3.0, -2.0), late=NO_TRAPS))
    assert not other["disputes"]["outcome"].equals(tables["disputes"]["outcome"])
    for name, key in KEYS.items():
        assert_frame_equal(other[name], tables[name].filter(~is_trap(key)))
    known_before = ["opened_at", "category", "claim", "item_price_cny", "claimed_cny", "buyer_id", "seller_id"]
    kept = ["paid_on_platform", "applied_in_window", "negotiated_first", "shipped_on_time"]
    columns = [*known_before, *kept]
    assert_frame_equal(other["disputes"].select(columns), tables["disputes"].select(columns))


def test_reputation_traps_come_after_the_last_dispute_of_their_user(tables: dict[str, pl.DataFrame]) -> None:
    regular = tables_of(replace(PLAN, late=NO_TRAPS))["reputation"]
    late = tables["reputation"].join(regular, on=["user_id", "as_of"], how="anti")
    opened = pl.concat([
        tables["disputes"].select(pl.col(user).alias("user_id"), "opened_at") for user in ("buyer_id", "seller_id")
    ])  # fmt: skip
    later = late.join(opened, on="user_id").filter(pl.col("opened_at") >= pl.col("as_of"))
    assert late.height > 20
    assert later.is_empty()


def test_several_snapshots_per_user_and_most_before_the_dispute(tables: dict[str, pl.DataFrame]) -> None:
    shots = tables["reputation"]
    assert shots.group_by("user_id").len().select(pl.col("len").median()).item() >= 3
    first = shots.group_by("user_id").agg(pl.col("as_of").min())
    known = tables["disputes"].join(first, left_on="buyer_id", right_on="user_id", how="left")
    assert known.select((pl.col("as_of") < pl.col("opened_at")).mean()).item() > 0.85


def test_shares_of_nulls_are_those_of_the_plan(tables: dict[str, pl.DataFrame]) -> None:
    full = tables_of(replace(PLAN, nulls=NullShares(quality=0.0, time=0.0, field=0.0, no_snapshot=0.0)))
    assert full["evidence"].select("submitted_at", "clear", "admitted").null_count().row(0) == (0, 0, 0)
    assert full["disputes"].select("category", "claim", "item_price_cny").null_count().row(0) == (0, 0, 0)
    assert full["violations"]["severity"].null_count() == 0
    gaps = tables["evidence"].filter(~is_trap("evidence_id")).select(pl.col("clear").is_null().mean()).item()
    assert gaps == pytest.approx(PLAN.nulls.quality, abs=0.01)


def test_means_are_those_of_the_plan(tables: dict[str, pl.DataFrame]) -> None:
    assert tables["messages"].height / PLAN.disputes == pytest.approx(PLAN.messages, rel=0.03)
    assert tables["evidence"].height / PLAN.disputes == pytest.approx(PLAN.evidence_items, rel=0.05)
    shares = tables["disputes"]["outcome"].value_counts(normalize=True)
    settled = shares.filter(pl.col("outcome") == "settled")["proportion"].item()
    assert settled == pytest.approx(PLAN.closed.settled, abs=0.012)


def test_one_dispute_can_be_simulated() -> None:
    assert tables_of(SimulationPlan(disputes=1, seed=1))["disputes"].height == 1
