"""The rules written by hand: the smallest change that breaks each of them breaks it alone."""

from dataclasses import replace

import pytest

from expectations import Severity, Suite, gate, validate
from tests.expectations.data import PARAMETERS, SOUND, SUITES, Case, Row, run, views
from tests.expectations.test_declared_checks import CASES as DECLARED_CASES

LONG_BEFORE = "2025-08-01 00:00:00+00"
AFTER_RULING = "2026-03-08 00:00:00+00"

DISPUTES = [
    Case("disputes", "refunded_within_claimed", {"refunded_cny": "100.01"}, rows=(0,)),
    Case("disputes", "claimed_near_item_price", {"claimed_cny": "1000.01"}, rows=(0,)),
    Case("disputes", "buyer_victory_has_refund", {"refunded_cny": "0.00"}, rows=(0,)),
    Case("disputes", "seller_victory_has_no_refund", {"refunded_cny": "1.00"}, rows=(1,)),
    Case(
        "disputes",
        "opened_or_ruled_at_present",
        {"opened_at": None, "ruled_at": None},
        rows=(0,),
        also=("ruling_has_time",),
    ),
    Case("disputes", "opened_before_ruled", {"ruled_at": "2026-02-28 23:59:59+00"}, rows=(0,)),
    Case("disputes", "ruling_has_time", {"ruled_at": None}, rows=(0,)),
    Case("disputes", "ruling_time_has_outcome", {"outcome": None}, rows=(0,), also=("rulings_differ",)),
    Case("disputes", "votes_within_jury", {"votes_buyer": 9, "votes_seller": 9, "outcome": "partial"}, rows=(0,)),
    Case("disputes", "votes_agree_with_outcome", {"votes_buyer": 3, "votes_seller": 9}, rows=(0,)),
    Case("disputes", "votes_agree_with_outcome", {"votes_buyer": 5, "votes_seller": 5}, rows=(0,)),
    Case("disputes", "votes_only_from_jury", {"decided_by": "agent"}, rows=(0,)),
    Case("disputes", "votes_only_from_jury", {"decided_by": None}, rows=(0,)),
    Case("disputes", "buyer_is_not_seller", {"buyer_id": "u2"}, rows=(0,)),
    Case("disputes", "seller_id_mostly_recorded", {"seller_id": None}, rows=(0,)),
    Case("disputes", "order_disputed_once_in_hash_slice", {"order_id": "o1"}),
    Case("disputes", "order_disputed_once_in_hash_slice", {"order_id": None, "buyer_id": "u1", "seller_id": "u2"}),
    Case("disputes", "some_disputes_are_ruled", {"outcome": "settled"}, also=("rulings_differ",)),
    Case("disputes", "rulings_differ", {"outcome": "partial"}),
    Case("disputes", "key_is_unique", {"dispute_id": "d1"}),
]
DATED = [
    case
    for table, key, time in (
        ("evidence", "evidence_id", "submitted_at"),
        ("violations", "violation_id", "recorded_at"),
        ("messages", "message_id", "sent_at"),
    )
    for case in (
        Case(table, "key_is_unique_in_hash_slice", {key: "the same"}),
        Case(table, "refers_to_a_dispute", {"dispute_id": "d3"}, rows=(0,)),
        Case(table, f"{time}_mostly_recorded", {time: None}, rows=(0,)),
        Case(table, f"{time}_not_long_before_dispute", {time: LONG_BEFORE}, rows=(0,)),
        Case(table, f"{time}_mostly_before_ruling", {time: AFTER_RULING}),
    )
]
MESSAGES = [
    *(
        Case("messages", "text_readable_in_hash_slice", {"text": text}, rows=(0,))
        for text in ("浣犲ソ锛屽睆骞�", "锟斤拷", "ä½ å¥½ï¼Œå±å¹•", "ÄãºÃ£¬ÆÁÄ»")
    ),
    Case("messages", "text_not_blank_in_hash_slice", {"text": " \t　"}, rows=(0,)),
]
REPUTATION = [
    Case("reputation", "key_is_unique_in_hash_slice", {"user_id": "u1"}),
    Case("reputation", "user_mostly_party_of_a_dispute", {"user_id": "u3"}, also=("key_is_unique_in_hash_slice",)),
    Case("reputation", "member_since_before_as_of", {"member_since": "2026-03-01"}, rows=(0,)),
    Case("reputation", "counterfeit_penalties_within_penalties", {"counterfeit_penalties_365d": 2}, rows=(0,)),
]
INGEST_COUNTS = [
    Case(
        "ingest_counts", "disputes_mostly_loaded", {"loaded": 799, "quarantined": 201}, (0,), ("few_rows_quarantined",)
    ),
    Case("ingest_counts", "few_rows_quarantined", {"loaded": 979, "quarantined": 21}, rows=(1,)),
    Case("ingest_counts", "few_rows_quarantined", {"loaded": 100, "quarantined": 900}, rows=(1,)),
    Case("ingest_counts", "rows_reconcile", {"superseded": 1}, rows=(1,)),
    Case("ingest_counts", "key_is_unique", {"table_name": "disputes"}),
    Case("ingest_counts", "table_name_present", {"table_name": None}, rows=(1,)),
    *(
        Case("ingest_counts", f"{name}_in_range", {name: -1}, rows=(1,), also=("rows_reconcile",))
        for name in ("loaded", "quarantined", "duplicates", "superseded")
    ),
    Case(
        "ingest_counts", "rows_in_in_range", {"rows_in": -1}, (1,), ("rows_reconcile", "few_rows_quarantined"),
    ),
    *(
        Case("ingest_counts", f"{name}_recorded", {name: None}, rows=(1,), also=("rows_reconcile",))
        for name in ("loaded", "duplicates", "superseded")
    ),
    *(
        Case("ingest_counts", f"{name}_recorded", {name: None}, (1,), ("rows_reconcile", "few_rows_quarantined"))
        for name in ("rows_in", "quarantined")
    ),
]  # fmt: skip
FACTOR_SCORES = [
    Case("factor_scores", "key_is_unique", {"dispute_id": "d1"}, also=("every_dispute_is_scored",)),
    Case("factor_scores", "refers_to_a_dispute", {"dispute_id": "d3"}, (0,), ("every_dispute_is_scored",)),
    *(
        Case("factor_scores", f"{factor}_advantage_is_buyer_minus_seller", {f"{factor}_advantage": 0.2502}, rows=(0,))
        for factor in ("evidence", "rules", "tone", "reputation")
    ),
    *(
        Case("factor_scores", "tone_advantage_is_buyer_minus_seller", change, rows=(0,))
        for change in ({"tone_advantage": None}, {"buyer_tone": None}, {"buyer_tone": None, "seller_tone": None})
    ),
]
CASES = [*DISPUTES, *DATED, *MESSAGES, *REPUTATION, *INGEST_COUNTS, *FACTOR_SCORES]
# Shown to fail in test_engine.py: they are about a whole table.
WHOLE_TABLE = {"columns_as_declared", "has_rows", "every_dispute_is_scored"}


def _written_by_hand(case: Case) -> Suite:
    """The suite without what test_declared_checks.py shows, which saves most of the time, but for the case itself."""
    suite = SUITES[case.table]
    derived = {declared.check for declared in DECLARED_CASES} - {case.check}
    return replace(suite, checks=tuple(check for check in suite.checks if check.name not in derived))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.table}-{case.check}")
def test_the_check_fails_alone(case: Case) -> None:
    found = validate(views(case.delivery), [_written_by_hand(case)], PARAMETERS)
    results = {result.expectation: result for result in found}
    assert {name for name, result in results.items() if result.success is False} == {case.check, *case.also}

    result = results[case.check]
    declared = next(check for check in SUITES[case.table].checks if check.name == case.check)
    assert (result.severity, result.column_name) == (declared.severity, declared.column)
    stopping = [name for name in (case.check, *case.also) if results[name].severity == Severity.STOP]
    assert len(gate(results.values())) == len(stopping)


@pytest.mark.parametrize("table", SUITES)
def test_every_check_is_shown_to_fail(table: str) -> None:
    shown = {case.check for case in (*CASES, *DECLARED_CASES) if case.table == table}
    assert {check.name for check in SUITES[table].checks} - WHOLE_TABLE == shown


@pytest.mark.parametrize(
    ("table", "check", "change"),
    [
        ("disputes", "refunded_within_claimed", {"refunded_cny": None}),
        ("disputes", "opened_before_ruled", {"ruled_at": "2026-03-01 00:00:00+00"}),
        ("disputes", "votes_within_jury", {"votes_buyer": 9, "votes_seller": 8}),
        ("messages", "text_readable_in_hash_slice", {"text": "Café, déjà vu ￥100 （全角）🙂"}),
        ("messages", "sent_at_not_long_before_dispute", {"sent_at": "2025-09-02 00:00:00+00"}),
        ("ingest_counts", "disputes_mostly_loaded", {"loaded": 800, "quarantined": 200}),
        ("factor_scores", "tone_advantage_is_buyer_minus_seller", {"tone_advantage": 0.2501}),
    ],
)
def test_the_limit_itself_is_allowed(table: str, check: str, change: Row) -> None:
    assert run(table, Case(table, check, change, rows=(0,)).delivery)[check].success is True


def test_what_does_not_apply_is_not_counted() -> None:
    change = {"refunded_cny": None}
    results = run("disputes", Case("disputes", "", change, rows=(0,)).delivery)
    assert results["refunded_within_claimed"].n_checked == len(SOUND["disputes"]) - 1
