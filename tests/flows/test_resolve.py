"""Which rows are in force: versions, references, and what was recorded for whom."""

from pathlib import Path

import pytest

from flows.resolve import with_recorded_tables
from tests.builders import Staged, csv_text, disputes_csv, evidence_csv, messages_csv, remember, stage

JANUARY, MARCH = ("d1", "2026-01-05", "partial"), ("d9", "2026-03-05", "partial")


def _recorded(staged: Staged) -> dict[str, set[str]]:
    """Return for each dispute the tables that were recorded for it."""
    found: dict[str, set[str]] = {}
    for month in staged.resolved.months:
        disputes = staged.resolved.rows("disputes", month).select("dispute_id")
        for row in with_recorded_tables(disputes, staged.resolved, month).collect().iter_rows(named=True):
            dispute = row.pop("dispute_id")
            found[dispute] = {name.removesuffix("_recorded") for name, there in row.items() if there}
    return found


# --------------------------------------------------------------------------------------------------------- references


def test_facts_without_dispute_are_set_aside_and_adopted_when_it_arrives(tmp_path: Path) -> None:
    facts = {
        "a/disputes.csv": disputes_csv(JANUARY),
        "a/evidence.csv": evidence_csv(("e1", "d1", "buyer", "photo"), ("e9", "d9", "buyer", "photo")),
        "a/violations.csv": csv_text(
            ("violation_id", "dispute_id", "party", "rule"), [("v9", "d9", "seller", "item_swap")]
        ),
        "a/messages.csv": messages_csv(("m9", "d9", "buyer", "你好"), ("m8", "d8", "buyer", "你好")),
    }
    first = stage(tmp_path, facts)
    assert first.column("evidence", "evidence_id") == ["e1"]
    assert first.rules() == [
        ("a/evidence.csv", 2, "reference", "dispute_id"),
        ("a/messages.csv", 1, "reference", "dispute_id"),
        ("a/messages.csv", 2, "reference", "dispute_id"),
        ("a/violations.csv", 1, "reference", "dispute_id"),
    ]
    remember(first, "r1")
    second = stage(tmp_path, {"b/disputes.csv": disputes_csv(MARCH)})
    assert second.column("evidence", "evidence_id") == ["e1", "e9"]
    assert second.resolved.rows("evidence", "2026-03").collect()["evidence_id"].to_list() == ["e9"]
    assert second.resolved.rows("evidence", "2026-01").collect()["evidence_id"].to_list() == ["e1"]
    assert second.column("violations", "violation_id") == ["v9"]
    assert second.column("messages", "message_id") == ["m9"]
    assert second.rules() == [("a/messages.csv", 2, "reference", "dispute_id")]
    assert second.account("a/messages.csv") == {
        "rows_in": 2,
        "quarantined": 1,
        "duplicates": 0,
        "superseded": 0,
        "loaded": 1,
    }


def test_an_adopted_row_may_have_a_newer_version(tmp_path: Path) -> None:
    remember(
        stage(
            tmp_path,
            {"a/disputes.csv": disputes_csv(JANUARY), "a/evidence.csv": evidence_csv(("e9", "d9", "buyer", "photo"))},
        ),
        "r1",
    )
    batch = {"b/disputes.csv": disputes_csv(MARCH), "b/evidence.csv": evidence_csv(("e9", "d9", "buyer", "video"))}
    second = stage(tmp_path, batch)
    assert second.column("evidence", "kind") == ["video"]
    assert second.account("a/evidence.csv")["superseded"] == 1


def test_facts_of_a_dispute_that_was_set_aside_wait_for_it(tmp_path: Path) -> None:
    batch = {
        "a/disputes.csv": disputes_csv(JANUARY, ("d9", "soon", "partial")),
        "a/messages.csv": messages_csv(("m9", "d9", "buyer", "好")),
    }
    remember(stage(tmp_path, batch), "r1")
    second = stage(tmp_path, {"b/disputes.csv": disputes_csv(MARCH)})
    assert second.column("messages", "message_id") == ["m9"]


def test_facts_find_their_dispute_in_another_month_and_file(tmp_path: Path) -> None:
    files = {
        "a/disputes-1.csv": disputes_csv(JANUARY),
        "a/disputes-2.csv": disputes_csv(MARCH, ("d1", "2026-05-05", "partial")),
        "b/evidence.csv": evidence_csv(("e1", "d1", "buyer", "photo"), ("e9", "d9", "buyer", "photo")),
    }
    staged = stage(tmp_path, files)
    # The dispute stays where it was first filed, and what belongs to it lies there too.
    january = staged.resolved.rows("disputes", "2026-01").collect()
    assert january["dispute_id"].to_list() == ["d1"]
    assert staged.resolved.rows("evidence", "2026-01").collect()["evidence_id"].to_list() == ["e1"]
    assert staged.rows("disputes").height == 2


def test_reputation_needs_no_dispute(tmp_path: Path) -> None:
    files = {
        "a/disputes.csv": disputes_csv(JANUARY),
        "a/reputation.csv": csv_text(("user_id", "as_of"), [("u", "2020-01-01")]),
    }
    assert stage(tmp_path, files).rows("reputation").height == 1


# ----------------------------------------------------------------------------------------------------------- versions


def _exported(*rows: tuple[str, str, str]) -> str:
    return csv_text(
        ("dispute_id", "opened_at", "outcome", "exported_at"),
        [(key, "2026-01-05", outcome, when) for key, outcome, when in rows],
    )


def test_the_newest_export_wins_whichever_way_the_files_come(tmp_path: Path) -> None:
    old, new = _exported(("d1", "settled", "2026-02-01")), _exported(("d1", "buyer_wins", "2026-03-01"))
    for place, (first, second) in enumerate(((old, new), (new, old))):
        root = tmp_path / str(place)
        remember(stage(root, {"a/disputes.csv": first}), "r1")
        staged = stage(root, {"b/disputes.csv": second})
        assert staged.column("disputes", "outcome") == ["buyer_wins"]
        older = "a" if first == old else "b"
        assert staged.account(f"{older}/disputes.csv")["superseded"] == 1


def test_without_time_of_export_the_later_delivery_wins(tmp_path: Path) -> None:
    remember(stage(tmp_path, {"a/disputes.csv": disputes_csv(("d1", "2026-01-05", None))}), "r1")
    assert stage(tmp_path, {"b/disputes.csv": disputes_csv(JANUARY)}).column("disputes", "outcome") == ["partial"]


def test_a_broken_newer_version_does_not_displace_a_good_one(tmp_path: Path) -> None:
    text = _exported(("d1", "buyer_wins", "2026-02-01"), ("d1", "a draw", "2026-03-01"))
    staged = stage(tmp_path, {"a/disputes.csv": text})
    assert staged.column("disputes", "outcome") == ["buyer_wins"]
    assert staged.account("a/disputes.csv") == {
        "rows_in": 2,
        "quarantined": 1,
        "duplicates": 0,
        "superseded": 0,
        "loaded": 1,
    }


def test_the_same_row_in_another_file_is_a_duplicate(tmp_path: Path) -> None:
    files = {"a/disputes.csv": disputes_csv(JANUARY), "b/disputes.csv": disputes_csv(JANUARY, MARCH)}
    staged = stage(tmp_path, files)
    assert staged.account("a/disputes.csv")["loaded"] == 1
    assert staged.account("b/disputes.csv") == {
        "rows_in": 2,
        "quarantined": 0,
        "duplicates": 1,
        "superseded": 0,
        "loaded": 1,
    }


# -------------------------------------------------------------------------------------------------- what was recorded


def test_a_table_is_recorded_for_the_disputes_of_the_batches_that_have_it(tmp_path: Path) -> None:
    files = {
        "a/disputes.csv": disputes_csv(JANUARY),
        "a/messages.csv": messages_csv(("m1", "d1", "buyer", "好")),
        "b/disputes.csv": disputes_csv(("d2", "2026-01-06", "partial")),
        "b/evidence.csv": evidence_csv(("e1", "d2", "buyer", "photo")),
    }
    assert _recorded(stage(tmp_path, files)) == {"d1": {"messages"}, "d2": {"evidence"}}


def test_a_table_without_rows_is_recorded(tmp_path: Path) -> None:
    files = {"a/disputes.csv": disputes_csv(JANUARY), "a/messages.csv": messages_csv()}
    assert _recorded(stage(tmp_path, files)) == {"d1": {"messages"}}


def test_disputes_alone_have_nothing_recorded(tmp_path: Path) -> None:
    assert _recorded(stage(tmp_path, {"disputes.csv": disputes_csv(JANUARY, MARCH)})) == {"d1": set(), "d9": set()}


def test_what_any_batch_of_a_dispute_recorded_stays_recorded(tmp_path: Path) -> None:
    files = {"a/disputes.csv": disputes_csv(JANUARY), "a/messages.csv": messages_csv(("m1", "d1", "buyer", "好"))}
    remember(stage(tmp_path, files), "r1")
    second = stage(tmp_path, {"b/disputes.csv": disputes_csv(("d1", "2026-01-05", "buyer_wins"), MARCH)})
    assert _recorded(second) == {"d1": {"messages"}, "d9": set()}


def test_tables_that_come_later_are_recorded_for_the_disputes_they_speak_of(tmp_path: Path) -> None:
    remember(stage(tmp_path, {"a/disputes.csv": disputes_csv(JANUARY, MARCH)}), "r1")
    second = stage(tmp_path, {"b/messages.csv": messages_csv(("m1", "d1", "buyer", "好"))})
    found = _recorded(second)
    assert found["d1"] == {"messages"}
    assert found["d9"] == set()


def test_a_file_delivered_before_counts_for_the_batch_that_brings_it_again(tmp_path: Path) -> None:
    messages = messages_csv(("m1", "d1", "buyer", "好"))
    files = {
        "a/disputes.csv": disputes_csv(JANUARY), "a/messages.csv": messages,
        "b/disputes.csv": disputes_csv(MARCH), "b/messages.csv": messages,
    }  # fmt: skip
    assert _recorded(stage(tmp_path, files)) == {"d1": {"messages"}, "d9": {"messages"}}


@pytest.mark.parametrize("stray", ["d8", "d9"])
def test_a_stray_fact_does_not_record_its_table_for_other_disputes(tmp_path: Path, stray: str) -> None:
    # The dispute of the only message has not arrived (d8), or lies in March (d9): nothing is known of January's chats.
    files = {
        "a/disputes.csv": disputes_csv(JANUARY, MARCH),
        "b/messages.csv": messages_csv(("m1", stray, "buyer", "好")),
    }
    assert _recorded(stage(tmp_path, files))["d1"] == set()
