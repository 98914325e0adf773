"""What was known of a user at a moment, against a plain loop over all facts."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.factors.records import OPENED, day, disputes, reputation
from transforms.factors.history import (
    LATELY,
    YEAR,
    earlier_disputes,
    latest_places,
    latest_snapshots,
    mark_snapshots,
    reputation_history,
    reputation_sides,
)
from transforms.registry.enumerations import OUTCOME, PARTY

_USERS = ("u1", "u2", "u3")
# Few moments, so that ties are common; spread so that windows of 90 and 365 days begin and end at them.
_MOMENTS = [OPENED + timedelta(days=days) for days in (-400, -365, -100, -90, -1, 0, 1, 90, 91, 365)]
_MOMENT = st.sampled_from(_MOMENTS)
_DISPUTE = st.fixed_dictionaries(
    {
        "buyer_id": st.sampled_from([None, *_USERS]),
        "seller_id": st.sampled_from([None, *_USERS]),
        "opened_at": st.none() | _MOMENT,
        "ruled_at": st.none() | _MOMENT,
        "outcome": st.sampled_from([None, *OUTCOME.values]),
    }
)
_SNAPSHOT = st.tuples(st.sampled_from(_USERS), _MOMENT)
_AGAINST = {"buyer": {"seller_wins": 2}, "seller": {"buyer_wins": 2, "partial": 1}}
_RULED = ("buyer_wins", "partial", "seller_wins")


def numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "dispute_id": f"D{number}"} for number, row in enumerate(rows)]


def moment_of(row: dict[str, Any]) -> datetime | None:
    times = [row[name] for name in ("opened_at", "ruled_at") if row[name] is not None]
    return min(times) if times else None


def facts_before(rows: list[dict[str, Any]], row: dict[str, Any], party: str) -> list[dict[str, Any]]:
    """Closed disputes of the user in the same role whose ruling was known strictly before the moment of the row."""
    moment = moment_of(row)
    assert moment is not None
    return [
        {**other, "known_at": max(other["ruled_at"], other["opened_at"] or other["ruled_at"])}
        for other in rows
        if other["outcome"] is not None
        and other["ruled_at"] is not None
        and other[f"{party}_id"] == row[f"{party}_id"]
        and max(other["ruled_at"], other["opened_at"] or other["ruled_at"]) < moment
    ]


@settings(max_examples=60)
@given(rows=st.lists(_DISPUTE, max_size=12).map(numbered))
def test_earlier_disputes_are_those_a_loop_finds(rows: list[dict[str, Any]]) -> None:
    table = disputes(*rows)
    found = earlier_disputes(reputation_sides(table), reputation_history(table)).collect()
    by_id = {row["dispute_id"]: row for row in rows}
    sides = [
        (row["dispute_id"], party) for row in rows for party in PARTY.values if row[f"{party}_id"] and moment_of(row)
    ]
    assert sorted(zip(found["dispute_id"], found["party"], strict=True)) == sorted(sides)
    for side in found.iter_rows(named=True):
        row, party = by_id[side["dispute_id"]], side["party"]
        facts = facts_before(rows, row, party)
        assert all(fact["dispute_id"] != side["dispute_id"] for fact in facts)
        year = [f for f in facts if f["known_at"] >= side["known_before"] - YEAR and f["outcome"] in _RULED]
        assert side["closed"] == len(facts)
        assert side["closed_90d"] == sum(fact["known_at"] >= side["known_before"] - LATELY for fact in facts)
        assert side["ruled_365d"] == len(year)
        assert side["against_365d"] == sum(_AGAINST[party].get(fact["outcome"], 0) for fact in year)


@settings(max_examples=60)
@given(rows=st.lists(_DISPUTE, max_size=8).map(numbered), snapshots=st.lists(_SNAPSHOT, max_size=12, unique=True))
def test_the_latest_snapshot_is_the_one_a_loop_finds(
    rows: list[dict[str, Any]], snapshots: list[tuple[str, datetime]]
) -> None:
    table = reputation(*({"user_id": user, "as_of": as_of} for user, as_of in snapshots))
    sides = reputation_sides(disputes(*rows))
    found = latest_snapshots(sides, table).collect()
    used = set()
    for side in found.iter_rows(named=True):
        earlier = [at for user, at in snapshots if user == side["user_id"] and at < side["known_before"]]
        assert side["as_of"] == max(earlier, default=None)
        used |= {(side["user_id"], at) for at in earlier if at == max(earlier)}
    places = latest_places(sides, table).collect().to_series()
    marked = mark_snapshots(table, places).collect()
    assert {(row["user_id"], row["as_of"]) for row in marked.filter("counted").iter_rows(named=True)} == used
    assert marked.drop("counted").equals(table.collect())


def test_the_window_of_90_days_includes_its_first_moment() -> None:
    table = disputes(
        {"dispute_id": "in", "buyer_id": "u", "opened_at": day(-99), "ruled_at": day(-90), "outcome": "partial"},
        {"dispute_id": "out", "buyer_id": "u", "opened_at": day(-99), "ruled_at": day(-90.5), "outcome": "partial"},
        {"dispute_id": "now", "buyer_id": "u", "ruled_at": None},
    )
    found = earlier_disputes(reputation_sides(table), reputation_history(table)).collect()
    now = found.row(by_predicate=pl.col("dispute_id") == "now", named=True)
    assert (now["closed"], now["closed_90d"], now["ruled_365d"]) == (2, 1, 2)


def test_a_ruling_dated_before_its_own_opening_is_not_part_of_its_own_past() -> None:
    table = disputes(
        {"dispute_id": "D", "buyer_id": "u", "opened_at": day(10), "ruled_at": day(1), "outcome": "seller_wins"}
    )
    sides = reputation_sides(table)
    assert sides.collect()["known_before"].to_list() == [day(1)]
    assert earlier_disputes(sides, reputation_history(table)).collect()["closed"].to_list() == [0]


def test_sides_keep_what_is_carried() -> None:
    table = disputes({"buyer_id": "b", "seller_id": "s"}).with_columns(pl.lit("2025-06").alias("month"))
    sides = reputation_sides(table, ("month",)).collect()
    assert sides.columns == ["dispute_id", "party", "user_id", "known_before", "reputation_recorded", "month"]
    assert sides["user_id"].to_list() == ["b", "s"]
