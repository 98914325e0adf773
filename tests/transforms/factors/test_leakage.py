"""Nothing that became known after the ruling moves a score or a fact: the leaks are planted here."""

import random
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.factors.records import OPENED, WEIGHTS, disputes, reputation, table
from transforms.factors.evidence import score_evidence
from transforms.factors.history import reputation_history, reputation_sides
from transforms.factors.reputation import pivot_sides, score_reputation
from transforms.factors.rules import score_rules
from transforms.factors.scores import factor_scores
from transforms.factors.time_rules import mark_counted
from transforms.factors.tone import score_tone_parts
from transforms.facts import (
    dispute_facts,
    duration_facts,
    evidence_facts,
    reputation_facts,
    rule_facts,
    tone_facts,
)
from transforms.outcomes import with_outcome_columns
from transforms.registry.enumerations import (
    AUDIENCE,
    CATEGORY,
    CLAIM,
    EVIDENCE_KIND,
    OUTCOME,
    PARTY,
    RULE,
    SENDER,
    SEVERITY,
)
from transforms.registry.facts import FACTS, Theme, facts_of
from transforms.registry.outputs import ACTS
from transforms.tone.weights import ToneWeights

_Rows = list[dict[str, Any]]
_World = dict[str, _Rows]
_DAYS = 200
_FLAG = (None, False, True)
_TIMES = {"evidence": "submitted_at", "violations": "recorded_at", "messages": "sent_at"}
_N_FACTS = len(FACTS) - len(facts_of(Theme.DURATIONS))
_SPOKEN = {"hostility": pl.Float64(), **dict.fromkeys(ACTS, pl.Boolean())}


def moment(draw: random.Random) -> datetime:
    """A day of the period at noon, so that ties are common."""
    return OPENED + timedelta(days=draw.randrange(_DAYS))


def world(draw: random.Random, n: int = 30) -> _World:
    """A small export of few users, so that most of them have a past."""
    rows: _World = {"disputes": [], **{name: [] for name in _TIMES}, "reputation": []}
    for number in range(n):
        opened, is_open = moment(draw), draw.random() < 0.15
        dispute = {
            "dispute_id": f"D{number}",
            "opened_at": opened,
            "ruled_at": None if is_open else opened + timedelta(days=draw.randrange(1, 20)),
            "outcome": None if is_open else draw.choice(OUTCOME.values),
            "claim": draw.choice(CLAIM.values),
            "category": draw.choice(CATEGORY.values),
            "buyer_id": f"u{draw.randrange(6)}",
            "seller_id": f"u{draw.randrange(6)}",
            "shipped_on_time": draw.choice(_FLAG),
        }
        rows["disputes"].append(dispute)
        for item in range(4):
            rows["evidence"].append(item_of(draw, dispute, f"E{number}-{item}", moment(draw)))
            rows["violations"].append(breach_of(draw, dispute, f"V{number}-{item}", moment(draw)))
            rows["messages"].append(message_of(draw, dispute, f"M{number}-{item}", moment(draw)))
    moments = {(f"u{draw.randrange(6)}", moment(draw)) for _ in range(20)}
    rows["reputation"] = [snapshot_of(draw, user, as_of) for user, as_of in sorted(moments)]
    return rows


def item_of(draw: random.Random, dispute: dict[str, Any], name: str, time: datetime) -> dict[str, Any]:
    flags = {flag: draw.choice(_FLAG) for flag in ("clear", "full_process", "accredited", "admitted")}
    keys = {"evidence_id": name, "dispute_id": dispute["dispute_id"], "submitted_at": time}
    return keys | flags | {"party": draw.choice(PARTY.values), "kind": draw.choice(EVIDENCE_KIND.values)}


def breach_of(draw: random.Random, dispute: dict[str, Any], name: str, time: datetime) -> dict[str, Any]:
    keys = {"violation_id": name, "dispute_id": dispute["dispute_id"], "recorded_at": time}
    return keys | {
        "party": draw.choice(PARTY.values),
        "rule": draw.choice(RULE.values),
        "severity": draw.choice(SEVERITY.values),
        "substantiated": draw.choice(_FLAG),
    }


def message_of(draw: random.Random, dispute: dict[str, Any], name: str, time: datetime) -> dict[str, Any]:
    """A message with the acts that were found in it."""
    keys = {"message_id": name, "dispute_id": dispute["dispute_id"], "sent_at": time, "hostility": draw.random()}
    acts = {act: draw.random() < 0.2 for act in ACTS}
    return keys | acts | {"sender": draw.choice(SENDER.values), "audience": draw.choice(AUDIENCE.values)}


def snapshot_of(draw: random.Random, user: str, as_of: datetime) -> dict[str, Any]:
    return {
        "user_id": user,
        "as_of": as_of,
        "credit_score": draw.randrange(350, 951),
        "completed_trades": draw.randrange(200),
        "positive_rate": draw.random(),
        "claims_90d": draw.randrange(5),
        "complaints_365d": draw.randrange(5),
        "penalties_365d": draw.randrange(3),
    }


def scores(rows: _World) -> dict[str, tuple[object, ...]]:
    """All scores and facts of every dispute, but for how long it took: that is the ruling's own."""
    cases = with_outcome_columns(disputes(*rows["disputes"]))
    items, breaches, messages = (
        mark_counted(table(name, rows.get(name, []), _SPOKEN if name == "messages" else None), cases, time)
        for name, time in _TIMES.items()
    )
    sides, history = reputation_sides(cases), reputation_history(cases)
    users = score_reputation(sides, reputation(*rows["reputation"]), history, WEIGHTS.reputation)
    tone = score_tone_parts(messages, cases, ToneWeights())
    parts = {
        "evidence": score_evidence(items, cases, WEIGHTS.evidence),
        "rules": score_rules(breaches, cases, WEIGHTS.rules),
        "tone": tone,
        "reputation": pivot_sides(users, cases),
    }
    facts = dispute_facts(
        cases, evidence_facts(items, cases), rule_facts(breaches, cases), tone_facts(tone),
        reputation_facts(users, WEIGHTS.facts), duration_facts(cases),
    ).drop(facts_of(Theme.DURATIONS))  # fmt: skip
    found = factor_scores(cases, parts, WEIGHTS, {}).join(facts, on="dispute_id").collect(engine="streaming")
    return {row[0]: row[1:] for row in found.iter_rows()}


def after_rulings(draw: random.Random, rows: _World) -> _World:
    """What happens after each ruling, or at its very moment: the sides upload, write and are accused."""
    late: _World = {name: [] for name in _TIMES}
    for dispute in rows["disputes"]:
        if dispute["ruled_at"] is not None:
            for number, delay in enumerate((0, 0, 1, 1, 400)):
                time, name = dispute["ruled_at"] + timedelta(days=delay), f"late-{dispute['dispute_id']}-{number}"
                late["evidence"].append(item_of(draw, dispute, name, time))
                late["violations"].append(breach_of(draw, dispute, name, time))
                late["messages"].append(message_of(draw, dispute, name, time))
    return rows | {name: rows[name] + late[name] for name in late}


@settings(max_examples=8)
@given(seed=st.integers(0, 2**32))
def test_what_is_uploaded_or_recorded_after_a_ruling_changes_nothing(seed: int) -> None:
    draw = random.Random(seed)
    rows = world(draw)
    before = scores(rows)
    assert scores(after_rulings(draw, rows)) == before


@settings(max_examples=8)
@given(seed=st.integers(0, 2**32))
def test_permuting_what_came_after_a_ruling_changes_nothing(seed: int) -> None:
    """The late facts of a dispute exchange their contents and their sides."""
    draw = random.Random(seed)
    rows = after_rulings(draw, world(draw))
    before = scores(rows)
    ruled = {row["dispute_id"]: row["ruled_at"] for row in rows["disputes"]}
    for name, time in _TIMES.items():
        late = [r for r in rows[name] if ruled[r["dispute_id"]] is not None and r[time] >= ruled[r["dispute_id"]]]
        keys = [(row["dispute_id"], row[time]) for row in late]
        draw.shuffle(late)
        kept = [row for row in rows[name] if all(row is not other for other in late)]
        moved = [{**row, "dispute_id": key, time: at} for row, (key, at) in zip(late, keys, strict=True)]
        rows[name] = kept + moved
    assert scores(rows) == before


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32), cut=st.integers(0, _DAYS))
def test_later_rulings_and_snapshots_change_no_earlier_score(seed: int, cut: int) -> None:
    """From the cut on every ruling is another, every snapshot is another, and users get new disputes and snapshots."""
    draw = random.Random(seed)
    rows, now = world(draw), OPENED + timedelta(days=cut)
    before = scores(rows)
    changed = [
        {**row, "outcome": draw.choice(OUTCOME.values)}
        if row["ruled_at"] is not None and row["ruled_at"] >= now
        else row
        for row in rows["disputes"]
    ]
    new = world(draw, 10)["disputes"]
    added = [
        {**row, "dispute_id": f"new-{row['dispute_id']}", "opened_at": now, "ruled_at": now, "outcome": "seller_wins"}
        for row in new
    ]
    snapshots = [row for row in rows["reputation"] if row["as_of"] < now]
    snapshots += [snapshot_of(draw, f"u{user}", now + timedelta(days=days)) for user in range(6) for days in (0, 7, 30)]
    after = scores(rows | {"disputes": changed + added, "reputation": snapshots})
    earlier = [row["dispute_id"] for row in rows["disputes"] if row["opened_at"] <= now]
    assert {name: after[name] for name in earlier} == {name: before[name] for name in earlier}


@settings(max_examples=3)
@given(seed=st.integers(0, 2**32))
def test_its_own_ruling_changes_no_score_of_a_dispute(seed: int) -> None:
    draw = random.Random(seed)
    rows = world(draw, 12)
    before = scores(rows)
    for number, row in enumerate(rows["disputes"]):
        other = {**row, "outcome": draw.choice(OUTCOME.values)} if row["outcome"] is not None else row
        changed = [*rows["disputes"][:number], other, *rows["disputes"][number + 1 :]]
        assert scores(rows | {"disputes": changed})[row["dispute_id"]] == before[row["dispute_id"]]


@settings(max_examples=8)
@given(seed=st.integers(0, 2**32))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    draw = random.Random(seed)
    rows = world(draw)
    assert scores({name: draw.sample(table_rows, len(table_rows)) for name, table_rows in rows.items()}) == scores(rows)


def test_the_loser_uploads_is_penalised_and_loses_credit() -> None:
    ruled = OPENED + timedelta(days=5)
    dispute = {
        "dispute_id": "D", "opened_at": OPENED, "ruled_at": ruled, "outcome": "buyer_wins", "claim": "counterfeit",
        "buyer_id": "b", "seller_id": "s",
    }  # fmt: skip
    known = {"user_id": "s", "as_of": OPENED - timedelta(days=1), "positive_rate": 0.99, "completed_trades": 100}
    rows: _World = {"disputes": [dispute], "evidence": [], "violations": [], "reputation": [known]}
    later = {"user_id": "s", "positive_rate": 0.1, "completed_trades": 100, "counterfeit_penalties_365d": 3}
    leaked: _World = {
        "disputes": [dispute],
        "evidence": [{"evidence_id": "E", "dispute_id": "D", "party": "seller", "kind": "purchase_proof",
                      "submitted_at": ruled}],
        "violations": [{"violation_id": "V", "dispute_id": "D", "party": "seller", "rule": "counterfeit_sale",
                        "severity": "severe", "substantiated": True, "recorded_at": ruled}],
        "reputation": [known, {**later, "as_of": OPENED}, {**later, "as_of": ruled}],
    }  # fmt: skip
    assert scores(leaked) == scores(rows)


@pytest.mark.parametrize("seed", range(3))
def test_the_planted_leaks_would_be_seen(seed: int) -> None:
    """The same late facts, dated before the rulings, do change scores: the tests above can fail."""
    draw = random.Random(seed)
    rows = world(draw)
    leaked = after_rulings(draw, rows)
    early = {name: [{**row, time: OPENED - timedelta(days=1)} for row in leaked[name]] for name, time in _TIMES.items()}
    before, after = scores(rows), scores(rows | early)
    assert any(after[name][:-_N_FACTS] != before[name][:-_N_FACTS] for name in before)
    assert any(after[name][-_N_FACTS:] != before[name][-_N_FACTS:] for name in before)
    snapshots = [
        {**row, "as_of": row["as_of"] - timedelta(days=2 * _DAYS), "credit_score": 350} for row in rows["reputation"]
    ]
    assert scores(rows | {"reputation": snapshots}) != scores(rows)
