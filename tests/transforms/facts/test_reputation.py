"""What was known of both users at the opening: from a snapshot, else from their earlier disputes."""

from typing import Any

import pytest

from tests.transforms.factors.records import WEIGHTS, Row, day, disputes, reputation
from transforms.factors.history import reputation_history, reputation_sides
from transforms.factors.reputation import score_reputation
from transforms.factors.weights import FactWeights
from transforms.facts import reputation_facts
from transforms.registry.facts import Theme, facts_of

_CASE = {"dispute_id": "D", "buyer_id": "b", "seller_id": "s"}


def facts(*snapshots: Row, past: tuple[Row, ...] = (), threshold: float = 3, **dispute: object) -> dict[str, Any]:
    cases = disputes({**_CASE, **dispute}, *past)
    sides = score_reputation(
        reputation_sides(cases), reputation(*snapshots), reputation_history(cases), WEIGHTS.reputation
    )
    found = reputation_facts(sides, FactWeights(threshold)).collect()
    (row,) = [row for row in found.iter_rows(named=True) if row["dispute_id"] == "D"]
    return {name: row[name] for name in facts_of(Theme.REPUTATION)}


def claims(number: int | None, **snapshot: object) -> Row:
    return {"user_id": "b", "as_of": day(-1), "credit_score": 700, "claims_90d": number, **snapshot}


def penalties(all_kinds: int | None, counterfeit: int | None = None) -> Row:
    return {
        "user_id": "s", "as_of": day(-1), "positive_rate": 0.9, "penalties_365d": all_kinds,
        "counterfeit_penalties_365d": counterfeit,
    }  # fmt: skip


@pytest.mark.parametrize(("number", "often"), [(0, False), (2, False), (3, True), (9, True), (None, None)])
def test_from_three_claims_on_a_buyer_claims_often(number: int | None, often: bool | None) -> None:
    found = facts(claims(number))
    assert (found["buyer_claims_90d"], found["buyer_is_frequent_claimant"]) == (number, often)
    assert (found["seller_penalties_365d"], found["seller_is_penalised"]) == (None, None)


def test_the_threshold_is_a_weight() -> None:
    assert WEIGHTS.facts.frequent_claims_90d == 3
    assert facts(claims(3), threshold=4)["buyer_is_frequent_claimant"] is False


# By hand: penalties include those for counterfeits, whichever way they were counted.
@pytest.mark.parametrize(
    ("all_kinds", "counterfeit", "number", "penalised"),
    [
        (0, 0, 0, False),
        (2, 1, 2, True),
        (0, 1, 1, True),
        (1, None, 1, True),
        (0, None, 0, False),
        (None, 2, 2, True),
        (None, 0, None, None),
        (None, None, None, None),
    ],
)
def test_penalties(all_kinds: int | None, counterfeit: int | None, number: int | None, penalised: bool | None) -> None:
    found = facts(penalties(all_kinds, counterfeit))
    assert (found["seller_penalties_365d"], found["seller_is_penalised"]) == (number, penalised)


def test_each_count_is_that_of_the_side() -> None:
    # The buyer's own penalties as a seller, and the seller's claims as a buyer, are nobody's here.
    found = facts(claims(1, penalties_365d=5), {**penalties(0), "claims_90d": 7})
    assert found == {
        "buyer_claims_90d": 1, "buyer_is_frequent_claimant": False,
        "seller_penalties_365d": 0, "seller_is_penalised": False,
    }  # fmt: skip


def test_only_the_latest_snapshot_before_the_opening_counts() -> None:
    found = facts(claims(1, as_of=day(-30)), claims(4), claims(0, as_of=day(0)), claims(0, as_of=day(2)))
    assert found["buyer_claims_90d"] == 4


def test_without_a_snapshot_closed_claims_of_the_last_90_days_count() -> None:
    # Closed 200, 80, 10 and 1 days before the opening: three within 90 days. The one still open is not known.
    past = tuple(
        {"dispute_id": f"P{age}", "buyer_id": "b", "opened_at": day(-age - 1), "ruled_at": day(-age),
         "outcome": "settled"}
        for age in (200, 80, 10, 1)
    )  # fmt: skip
    still_open = {"dispute_id": "O", "buyer_id": "b", "opened_at": day(-2), "ruled_at": None, "outcome": None}
    found = facts(past=(*past, still_open))
    assert found == {
        "buyer_claims_90d": 3, "buyer_is_frequent_claimant": True,
        "seller_penalties_365d": None, "seller_is_penalised": None,
    }  # fmt: skip


def test_of_a_new_user_nothing_is_known() -> None:
    assert set(facts().values()) == {None}
