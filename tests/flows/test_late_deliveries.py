"""What arrives late, in any order of runs, gives what a run over all of it at once gives."""

from pathlib import Path

from flows.history import dispute_versions
from tests.builders import ask, csv_text, deliver, evidence_csv, messages_csv, read_all, run_steps, stage

DISPUTE = ("dispute_id", "opened_at", "ruled_at", "exported_at", "outcome", "buyer_id", "seller_id", "refunded_cny")
#: A month comes late, an outcome changes twice (once by an older export), and facts come before their dispute.
BATCHES: tuple[dict[str, str | bytes], ...] = (
    {
        "1-march/disputes.csv": csv_text(DISPUTE, [
            ("d1", "2026-03-01", "2026-03-08", "2026-04-01", "partial", "u1", "u2", "5"),
            ("d2", "2026-03-02", "2026-03-09", "2026-04-01", "buyer_wins", "u3", "u2", "7"),
        ]),
        "1-march/messages.csv": messages_csv(("m1", "d1", "buyer", "请尽快处理"), ("m2", "d3", "seller", "不可能")),
        "1-march/evidence.csv": evidence_csv(("e1", "d1", "buyer", "photo"), ("e3", "d3", "seller", "video")),
    },
    {
        "2-appeals/disputes.csv": csv_text(DISPUTE, [
            ("d1", "2026-03-01", "2026-03-20", "2026-06-01", "seller_wins", "u1", "u2", "0"),
        ]),
    },
    {
        # January comes after March; with it the dispute that others wait for, and an export older than the appeal.
        "3-january/disputes.csv": csv_text(DISPUTE, [
            ("d3", "2026-01-05", "2026-01-09", "2026-02-01", "seller_wins", "u1", "u4", "0"),
            ("d1", "2026-03-01", "2026-03-09", "2026-05-01", "buyer_wins", "u1", "u2", "9"),
        ]),
        "3-january/messages.csv": messages_csv(("m3", "d2", "buyer", "谢谢")),
        "3-january/evidence.csv": evidence_csv(),
    },
)  # fmt: skip
#: The run and its history tell of the runs, and the drift compares with the release before.
OF_RUNS = {"meta.runs", "meta.drift"}


def _without_run(tables: dict[str, list[tuple[object, ...]]], run_id: str) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: [tuple("run" if value == repr(run_id) else value for value in row) for row in rows]
        for name, rows in tables.items()
        if name not in OF_RUNS
    }


def test_batches_one_by_one_give_what_all_at_once_give(tmp_path: Path) -> None:
    for batch in BATCHES:
        deliver(tmp_path / "late" / "inbox", batch)
        late = run_steps(tmp_path / "late")
    for batch in BATCHES:
        deliver(tmp_path / "full" / "inbox", batch)
    full = run_steps(tmp_path / "full")
    one = _without_run(read_all(late.database), late.run_id)
    other = _without_run(read_all(full.database), full.run_id)
    assert [name for name in other if one[name] != other[name]] == []
    versions = "select version, outcome, month(exported_at), is_in_force from core.dispute_versions"
    assert ask(late.database, f"{versions} where dispute_id = 'd1' order by version") == [
        (1, "partial", 3, False),
        (2, "buyer_wins", 4, False),
        (3, "seller_wins", 5, True),
    ]
    assert ask(late.database, "select outcome from core.disputes where dispute_id = 'd1'") == [("seller_wins",)]
    facts = "select (select count(*) from core.messages), (select count(*) from core.evidence)"
    assert ask(late.database, facts) == [(3, 2)]


def test_only_disputes_that_changed_have_a_history(tmp_path: Path) -> None:
    again = ("d1", "2026-03-01", "2026-03-08", "2026-04-01", "partial", "u1", "u2", "5")
    first = stage(tmp_path, {**BATCHES[0], "1-march/disputes-again.csv": csv_text(DISPUTE, [again])})
    assert dispute_versions(first.resolved).is_empty()
    second = stage(tmp_path, BATCHES[1])
    found = dispute_versions(second.resolved).select("dispute_id", "version", "outcome", "is_in_force").rows()
    assert found == [("d1", 1, "partial", False), ("d1", 2, "seller_wins", True)]
