"""Reputation: worked examples of each rule, and what holds for any snapshot."""

import copy
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.factors.records import (
    MAPPING,
    OPENED,
    WEIGHTS,
    Row,
    day,
    disputes,
    parts_of,
    reputation,
    scores_of,
)
from transforms.factors.history import reputation_history, reputation_sides
from transforms.factors.reputation import PARTS, pivot_sides, score_reputation
from transforms.factors.weights import ReputationWeights, Weights
from transforms.registry.enumerations import PARTY

# Two years before the opening, on the day.
_TWO_YEARS = OPENED.date() - timedelta(days=730)
_YEAR_DAYS = 365.25


def wide(
    rows: Sequence[Row], snapshots: Sequence[Row], weights: ReputationWeights = WEIGHTS.reputation
) -> pl.LazyFrame:
    table = disputes(*rows)
    scored = score_reputation(reputation_sides(table), reputation(*snapshots), reputation_history(table), weights)
    return pivot_sides(scored, table)


def parts(party: str, **figures: object) -> dict[str, int]:
    """Parts of a side of whose user one snapshot is known, from the day before the opening."""
    snapshot = {"user_id": "u", "as_of": day(-1), **figures}
    return parts_of(wide([{f"{party}_id": "u"}], [snapshot]), party)


# --- the buyer ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("credit_score", "points"),
    # neutral 620, full at 180: (710 - 620) / 180 = half of 1600
    [(620, 0), (710, 800), (800, 1600), (950, 1600), (530, -800), (350, -1600)],
)
def test_credit(credit_score: int, points: int) -> None:
    assert parts("buyer", credit_score=credit_score) == {"base": 5000, "credit": points}


def test_standing_by_hand() -> None:
    # years 730 / 365.25 = 1.99863: 500 * 1.99863 / 3.99863 = 249.9; trades 20 of half 20: 450; together 699 (cut)
    assert parts("buyer", member_since=_TWO_YEARS, completed_trades=20)["standing"] == 699
    assert parts("seller", completed_trades=20)["standing"] == 450


def test_claim_frequency_by_hand() -> None:
    # 80 trades in two years, so 80 * 90 / 730 = 9.863 in 90 days; 3 claims: (3 + 10 * 0.05) / 19.863 = 0.17621
    # (0.05 - 0.17621) / (0.05 + 0.17621) = -0.55793 of 1600
    found = parts("buyer", member_since=_TWO_YEARS, completed_trades=80, claims_90d=3)
    assert found["claim_frequency"] == -893


def test_frequent_claimants_are_marked_down_by_volume() -> None:
    known = {"member_since": _TWO_YEARS, "claims_90d": 2}
    few, many = (parts("buyer", completed_trades=trades, **known)["claim_frequency"] for trades in (10, 2000))
    assert few < 0 < many


def test_no_claims_say_more_with_more_trades() -> None:
    known = {"member_since": _TWO_YEARS, "claims_90d": 0, "unjustified_claims_365d": 0}
    none, some, many = (parts("buyer", completed_trades=trades, **known) for trades in (0, 50, 5000))
    for name in ("claim_frequency", "unjustified_claims"):
        assert 0 == none[name] < some[name] < many[name]


def test_unjustified_claims_cost() -> None:
    known = {"member_since": _TWO_YEARS, "completed_trades": 40}
    points = [parts("buyer", unjustified_claims_365d=n, **known)["unjustified_claims"] for n in (0, 1, 5)]
    assert points[0] > 0 > points[1] > points[2]


# --- the seller -----------------------------------------------------------------------------------------------------


def test_positive_rate_by_hand() -> None:
    # 80 trades of which 8 not positive: (8 + 20 * 0.05) / 100 = 0.09; (0.05 - 0.09) / 0.14 = -0.28571 of 1600
    assert parts("seller", positive_rate=0.9, completed_trades=80)["positive_rate"] == -457


def test_positive_rate_is_shrunk_when_trades_are_few() -> None:
    bad = [parts("seller", positive_rate=0.5, completed_trades=trades)["positive_rate"] for trades in (0, 2, 200)]
    assert 0 == bad[0] > bad[1] > bad[2]


def test_complaints_cost_by_volume() -> None:
    known = {"member_since": _TWO_YEARS, "complaints_365d": 3}
    few, many = (parts("seller", completed_trades=trades, **known)["complaints"] for trades in (10, 5000))
    assert few < 0 < many


def test_penalties_by_hand() -> None:
    # first penalty half of 1200, the second half of the rest; for counterfeits 70 % of 1000
    assert parts("seller", penalties_365d=0)["penalties"] == 0
    assert parts("seller", penalties_365d=1)["penalties"] == -600
    assert parts("seller", penalties_365d=2)["penalties"] == -900
    assert parts("seller", counterfeit_penalties_365d=1)["counterfeit_penalties"] == -700


def test_figures_of_the_other_role_do_not_count() -> None:
    as_seller = {"positive_rate": 0.1, "complaints_365d": 9, "penalties_365d": 9, "counterfeit_penalties_365d": 9}
    as_buyer = {"credit_score": 400, "claims_90d": 9, "unjustified_claims_365d": 9}
    assert set(parts("buyer", completed_trades=50, **as_seller)) == {"base", "standing"}
    assert set(parts("seller", completed_trades=50, **as_buyer)) == {"base", "standing"}


# --- not known, new, not recorded -----------------------------------------------------------------------------------


def test_unknown_user_is_neutral_and_marked() -> None:
    found = wide([{"buyer_id": "b", "seller_id": "s"}], [])
    for party in PARTY.values:
        assert parts_of(found, party) == {"base": 5000, "unknown": 0}


def test_new_user_is_neutral_and_marked() -> None:
    found = parts("seller", completed_trades=0, positive_rate=0.0, complaints_365d=0, penalties_365d=0)
    assert found.pop("new_user") == 0
    assert sum(found.values()) == 5000


def test_no_user_and_no_table_are_null() -> None:
    found = wide([{"buyer_id": "b", "reputation_recorded": False}], [])
    assert parts_of(found, "buyer") == {}
    assert parts_of(found, "seller") == {}


def test_a_snapshot_of_another_batch_counts_without_a_table() -> None:
    snapshot = {"user_id": "b", "as_of": day(-1), "credit_score": 800}
    found = wide([{"buyer_id": "b", "reputation_recorded": False}], [snapshot])
    assert parts_of(found, "buyer") == {"base": 5000, "credit": 1600}


# --- from earlier disputes ------------------------------------------------------------------------------------------


def past(dispute_id: str, outcome: str, ruled: float, **users: str) -> dict[str, Any]:
    return {"dispute_id": dispute_id, "opened_at": day(ruled - 3), "ruled_at": day(ruled), "outcome": outcome, **users}


def test_buyers_past_by_hand() -> None:
    # two claims turned down and one granted, 200 days ago: (2 + 4 * 0.40) / (3 + 4) = 0.514286
    # (0.40 - 0.514286) / 0.914286 = -0.125 of 1800
    # no claim in 90 days: (0 + 1 * 0.25) / (1 + 1) = 0.125; (0.25 - 0.125) / 0.375 = a third of 600
    outcomes = ("seller_wins", "seller_wins", "buyer_wins")
    rows = [past(f"P{n}", outcome, -200, buyer_id="b") for n, outcome in enumerate(outcomes)]
    found = parts_of(wide([*rows, {"buyer_id": "b"}], []), "buyer")
    assert found == {"base": 5000, "claim_frequency": 200, "unjustified_claims": -225, "from_history": 0}


def test_sellers_past_by_hand() -> None:
    # lost, lost in part, won: (1 + 0.5 + 4 * 0.50) / (3 + 4) = 0.5, the mean
    outcomes = ("buyer_wins", "partial", "seller_wins")
    rows = [past(f"P{n}", outcome, -200, seller_id="s") for n, outcome in enumerate(outcomes)]
    assert parts_of(wide([*rows, {"seller_id": "s"}], []), "seller") == {
        "base": 5000,
        "complaints": 0,
        "from_history": 0,
    }
    lost = [past(f"P{n}", "buyer_wins", -200, seller_id="s") for n in range(3)]
    # (3 + 2) / 7 = 0.714286: (0.5 - 0.714286) / 1.214286 = -0.176471 of 1200
    assert parts_of(wide([*lost, {"seller_id": "s"}], []), "seller")["complaints"] == -212


def test_a_snapshot_goes_before_the_past() -> None:
    rows = [past("P", "seller_wins", -200, buyer_id="b"), {"buyer_id": "b"}]
    snapshot = {"user_id": "b", "as_of": day(-300), "credit_score": 620}
    assert parts_of(wide(rows, [snapshot]), "buyer") == {"base": 5000, "credit": 0}
    # One that says nothing about the role is as good as none.
    silent = {"user_id": "b", "as_of": day(-300), "penalties_365d": 3}
    assert "from_history" in parts_of(wide(rows, [silent]), "buyer")


def test_the_past_in_the_other_role_does_not_count() -> None:
    rows = [past("P", "seller_wins", -200, seller_id="b"), {"buyer_id": "b"}]
    assert parts_of(wide(rows, []), "buyer") == {"base": 5000, "unknown": 0}


@pytest.mark.parametrize(
    "other",
    [
        {"ruled_at": OPENED, "outcome": "seller_wins", "opened_at": day(-9)},  # known at the very moment of the opening
        {"ruled_at": None, "outcome": None, "opened_at": day(-9)},  # open
        {"ruled_at": None, "outcome": "seller_wins", "opened_at": day(-9)},  # decided, but nobody knows when
        {"ruled_at": day(1), "outcome": "seller_wins", "opened_at": day(-9)},  # opened before, ruled after
    ],
)
def test_rulings_not_known_by_then_do_not_count(other: Row) -> None:
    rows = [{"dispute_id": "P", "buyer_id": "b", **other}, {"buyer_id": "b"}]
    assert parts_of(wide(rows, []), "buyer") == {"base": 5000, "unknown": 0}


def test_without_a_table_the_past_counts_unless_the_weights_say_no() -> None:
    rows: list[Row] = [
        past("P", "seller_wins", -200, buyer_id="b"),
        {"buyer_id": "b", "seller_id": "s", "reputation_recorded": False},
    ]
    assert "from_history" in parts_of(wide(rows, []), "buyer")
    mapping = copy.deepcopy(MAPPING)
    mapping["reputation"]["derive_without_table"] = False
    strict = wide(rows, [], Weights.from_mapping(mapping).reputation)
    assert parts_of(strict, "buyer") == parts_of(strict, "seller") == {}


# --- any snapshot ---------------------------------------------------------------------------------------------------

_COUNT = st.none() | st.integers(0, 10**6)
_FIGURES = st.fixed_dictionaries(
    {
        "credit_score": st.none() | st.integers(350, 950),
        "member_since": st.none() | st.dates(date(1999, 1, 1), date(2030, 1, 1)),
        "completed_trades": st.none() | st.integers(0, 10**9),
        "positive_rate": st.none() | st.floats(0, 1),
        **dict.fromkeys(
            (
                "claims_90d",
                "unjustified_claims_365d",
                "complaints_365d",
                "penalties_365d",
                "counterfeit_penalties_365d",
            ),
            _COUNT,
        ),
    }
)
_BAD = {
    "buyer": ("claims_90d", "unjustified_claims_365d"),
    "seller": ("complaints_365d", "penalties_365d", "counterfeit_penalties_365d"),
}
_GOOD = {"buyer": ("credit_score",), "seller": ("positive_rate",)}


@settings(max_examples=60)
@given(figures=_FIGURES, more=st.integers(1, 1000))
def test_scores_stay_within_bounds_and_go_the_right_way(figures: dict[str, Any], more: int) -> None:
    """Each figure by itself made worse, or better, in a dispute of its own; one call scores them all."""
    users = {"as it is": figures}
    for party in PARTY.values:
        users |= {name: {**figures, name: figures[name] + more} for name in _BAD[party] if figures[name] is not None}
        best = {"credit_score": 950, "positive_rate": 1.0}
        users |= {name: {**figures, name: best[name]} for name in _GOOD[party] if figures[name] is not None}
    rows = [{"dispute_id": user, "buyer_id": user, "seller_id": user} for user in users]
    found = wide(rows, [{"user_id": user, "as_of": day(-1), **known} for user, known in users.items()])
    for party in PARTY.values:
        scores = scores_of(found, party)
        assert all(score is not None and 0 <= score <= 10_000 for score in scores.values())
        start = scores["as it is"]
        assert all(scores[name] <= start for name in _BAD[party] if name in scores)  # type: ignore[operator]
        assert all(scores[name] >= start for name in _GOOD[party] if name in scores)  # type: ignore[operator]


@settings(max_examples=30)
@given(figures=_FIGURES)
def test_the_parts_follow_the_formula(figures: dict[str, Any]) -> None:
    """Complaints and the rate of positive ratings against the formula in plain floats."""
    found = parts("seller", **figures)
    weights = WEIGHTS.reputation
    trades = figures["completed_trades"]
    if figures["complaints_365d"] is None:
        assert "complaints" not in found
    else:
        member = figures["member_since"]
        years = weights.assumed_years if member is None else max((OPENED.date() - member).days, 0) / _YEAR_DAYS
        window = 365 / _YEAR_DAYS
        volume = 0.0 if trades is None else trades * window / max(years, window)
        count, prior = figures["complaints_365d"], weights.complaints.prior
        rate = (count + prior.prior_volume * prior.mean) / (max(volume, count) + prior.prior_volume)
        effect = (prior.mean - rate) / (prior.mean + rate)
        worth = weights.complaints.gain if effect > 0 else weights.complaints.loss
        assert found["complaints"] == pytest.approx(effect * worth * 10, abs=0.51)


def test_every_part_can_occur() -> None:
    full = {
        "credit_score": 700, "member_since": _TWO_YEARS, "completed_trades": 0, "positive_rate": 0.9, "claims_90d": 1,
        "unjustified_claims_365d": 1, "complaints_365d": 1, "penalties_365d": 1, "counterfeit_penalties_365d": 1,
    }  # fmt: skip
    rows: list[Row] = [
        {"dispute_id": "seen", "buyer_id": "u", "seller_id": "u"},
        past("past", "partial", -9, buyer_id="v", seller_id="v"),
        {"dispute_id": "derived", "buyer_id": "v", "seller_id": "v"},
    ]
    found = wide(rows, [{"user_id": "u", "as_of": day(-1), **full}]).collect()
    assert [name for name in found.columns if found[name].is_null().all()] == []
    assert set(found.columns) == {"dispute_id", *(column for part in PARTS for column in part.columns)}
