"""The pipeline as a whole: the same input gives the same tables, and what a second delivery does to a release."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.errors import RunError
from flows.publish import current_run, releases
from flows.settings import Layout
from tests.builders import CLOCK, ask, deliver, disputes_csv, evidence_csv, messages_csv, read_all, run_steps
from tests.conftest import Built, copied


def test_a_second_run_with_nothing_new_says_so(release: Built, tmp_path: Path) -> None:
    root = copied(release, tmp_path / "root")
    before = (root / "data" / "current").resolve()
    result = run_steps(root)
    assert not result.is_new
    assert result.run_id == release.result.run_id
    assert (root / "data" / "current").resolve() == before
    assert result.files.equals(release.result.files)


def test_two_runs_on_the_same_input_give_identical_tables(release: Built, tmp_path: Path) -> None:
    # Another data directory, and one thread in place of two.
    again = run_steps(tmp_path, inbox=release.inbox)
    assert again.run_id == release.result.run_id
    first, second = read_all(release.result.database), read_all(again.database)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_only_the_history_of_runs_reads_the_clock(release: Built) -> None:
    assert set(CLOCK) == {"meta.runs"}
    assert len(ask(release.result.database, "from meta.runs")) == 1


def test_the_gates_of_a_published_release_held(release: Built) -> None:
    assert ask(release.result.database, "select count(*) > 50 from meta.expectations where n_checked > 0") == [(True,)]
    assert ask(release.result.database, "from meta.expectations where severity = 'stop' and not success") == []


def test_scores_and_advantages_are_in_range_with_four_decimals(release: Built) -> None:
    scores = [name for name, *_ in ask(release.result.database, "describe core.factor_scores") if name != "dispute_id"]
    assert len(scores) == 13
    for name in scores:
        low = -1 if name.endswith("_advantage") else 0
        wrong = f"{name} < {low} or {name} > 1 or round({name}, 4) <> {name} or isnan({name})"
        assert ask(
            release.result.database, f"select count({name}) > 0, count(*) filter ({wrong}) from core.factor_scores"
        ) == [(True, 0)]


def test_an_advantage_is_buyer_minus_seller(release: Built) -> None:
    for factor in ("evidence", "rules", "tone", "reputation"):
        difference = f"round(buyer_{factor} - seller_{factor}, 4)"
        wrong = f"select count(*) from core.factor_scores where {factor}_advantage is distinct from {difference}"
        assert ask(release.result.database, wrong) == [(0,)]


def test_the_parts_of_a_score_add_up_to_it(release: Built) -> None:
    for factor in ("evidence", "rules", "tone", "reputation"):
        for party in ("buyer", "seller"):
            wrong = ask(
                release.result.database,
                f"""
                with sums as (
                    select dispute_id, sum(round(points * 10000)::int) as points
                    from core.score_parts where factor = '{factor}' and party = '{party}' group by dispute_id
                )
                select count(*) from core.factor_scores full join sums using (dispute_id)
                where round({party}_{factor} * 10000)::int is distinct from points
                """,
            )
            assert wrong == [(0,)], (factor, party)


def test_nothing_that_comes_after_the_ruling_counts(release: Built) -> None:
    for table, time in (("evidence", "submitted_at"), ("violations", "recorded_at"), ("messages", "sent_at")):
        wrong = f"""
            select count(*) from core.{table} as f join core.disputes as d using (dispute_id)
            where counted is distinct from (coalesce({time} < ruled_at, true))
        """
        assert ask(release.result.database, wrong) == [(0,)], table


def test_a_factor_without_records_is_null_and_never_zero(release: Built) -> None:
    # The batch written by hand has no violations and no reputation.
    found = ask(release.result.database, "select rules_advantage from core.factor_scores where dispute_id = 'h1'")
    assert found == [(None,)]


def test_a_later_version_replaces_and_the_books_say_so(later: Built) -> None:
    assert ask(later.result.database, "select outcome from core.disputes where dispute_id = 'h1'") == [("partial",)]
    assert ask(later.result.database, "select text from core.messages where message_id = 'hm1'") == [("已收到，谢谢",)]
    fates = ask(
        later.result.database,
        "select file, loaded, superseded from meta.files where file like 'b-by-hand/%' order by file",
    )
    assert fates == [
        ("b-by-hand/disputes.csv", 2, 2),
        ("b-by-hand/evidence.csv", 1, 0),
        ("b-by-hand/messages.csv", 1, 1),
    ]


def test_facts_that_waited_are_in_force_once_their_dispute_has_come(later: Built) -> None:
    assert ask(later.result.database, "select dispute_id from core.messages where message_id = 'hm2'") == [("h9",)]
    assert ask(later.result.database, "select file from meta.quarantine where example = 'h9'") == []


def test_content_that_was_loaded_before_is_not_loaded_again(later: Built) -> None:
    said = ask(
        later.result.database,
        "select status, rows_in, loaded, duplicates from meta.files where file = 'c-later/evidence-again.csv'",
    )
    assert said == [("delivered_before", 2, 0, 2)]
    assert ask(later.result.database, "select count(*) from core.evidence where evidence_id = 'he1'") == [(1,)]


def test_the_history_of_runs_is_carried_over(release: Built, later: Built) -> None:
    runs = [run_id for (run_id,) in ask(later.result.database, "select run_id from meta.runs order by run_id")]
    assert runs == sorted([release.result.run_id, later.result.run_id])
    assert [run_id for run_id, _ in releases(Layout(later.data))] == [release.result.run_id, later.result.run_id]


@pytest.mark.parametrize(
    ("disputes", "message"),
    [
        (
            disputes_csv(*((f"x{n}", "soon", "partial") for n in range(400))),
            "the data failed validation, nothing is published",
        ),
        ("", "is empty"),
        ("a,b\n1,2\n", "required column dispute_id"),
    ],
)
def test_a_failing_gate_publishes_nothing_and_leaves_the_old_release(
    release: Built, tmp_path: Path, disputes: str, message: str
) -> None:
    root = copied(release, tmp_path / "root")
    deliver(
        root / "inbox",
        {"z-broken/disputes.csv": disputes, "z-broken/messages.csv": messages_csv(("zm", "h1", "buyer", "好"))},
    )
    with pytest.raises(RunError, match=message):
        run_steps(root)
    layout = Layout(root / "data")
    assert current_run(layout) == release.result.run_id
    assert layout.database.read_bytes() == release.result.database.read_bytes()
    # Once the broken batch is withdrawn, the next run finds nothing new.
    shutil.rmtree(root / "inbox" / "z-broken")
    assert not run_steps(root).is_new


def test_no_disputes_is_a_sentence(tmp_path: Path) -> None:
    deliver(tmp_path / "inbox", {"a/evidence.csv": evidence_csv(("e1", "d1", "buyer", "photo"))})
    with pytest.raises(RunError, match="there are no disputes to load"):
        run_steps(tmp_path)


def test_a_person_is_nowhere_in_what_is_published(release: Built) -> None:
    data = release.result.database.resolve().read_bytes()
    assert b"13800138000" not in data
    assert ask(release.result.database, "select text from core.messages where message_id = 'hm1'") == [
        ("我的手机号是[手机号]，请尽快处理",)
    ]


_HOLD = """
import sys, duckdb
held = duckdb.connect(sys.argv[1])
held.execute("select count(*) from core.disputes")
print("held", flush=True)
sys.stdin.read()
"""


def test_who_has_the_database_open_for_writing_does_not_lock_the_run_out(tmp_path: Path) -> None:
    deliver(tmp_path / "inbox", {"a/disputes.csv": disputes_csv(("d1", "2026-01-01", "partial"))})
    first = run_steps(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(first.database.resolve())], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdin
        assert holder.stdout
        # Anyone but root is refused already, because a published database cannot be written.
        assert holder.stdout.readline() in {b"held\n", b""}
        deliver(tmp_path / "inbox", {"b/disputes.csv": disputes_csv(("d2", "2026-01-02", "partial"))})
        second = run_steps(tmp_path)
        holder.stdin.close()
    assert ask(second.database, "select dispute_id from core.disputes order by all") == [("d1",), ("d2",)]
    assert ask(second.database, "select count(*) from meta.runs") == [(2,)]


def test_a_published_database_is_read_only(tmp_path: Path) -> None:
    deliver(tmp_path / "inbox", {"a/disputes.csv": disputes_csv(("d1", "2026-01-01", "partial"))})
    assert run_steps(tmp_path).database.resolve().stat().st_mode & 0o222 == 0
