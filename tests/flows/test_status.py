"""How things stand: what is in force and how fresh it is, what waits, what the last runs did; and going back."""

import json
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.errors import RunError, UsageError
from flows.lock import run_lock
from flows.publish import current_run, publish
from flows.run_log import FAILED, KEPT, NOTHING_NEW, PUBLISHED, RunLog, RunRecord, read_runs, recorded
from flows.settings import Layout, Settings
from flows.settings_file import SETTINGS_FILE
from flows.status import read_status, roll_back, status_facts, status_text
from tests.builders import deliver

NOW = datetime(2026, 1, 4, 12, tzinfo=UTC)
LAST_RUN = datetime(2026, 1, 3, 23, tzinfo=UTC)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "data")
    (tmp_path / "data" / "inbox").mkdir(parents=True)
    for day, run_id in enumerate(("ra", "rb", "rc"), 1):
        built = layout.work / "release"
        built.mkdir(parents=True)
        publish(layout, built, run_id, {"run_id": run_id, "published_at": f"2026-01-0{day}T00:00:00+00:00"})
    return layout


def _ran(layout: Layout, when: datetime, status: str, sentence: str = "") -> None:
    log = RunLog(layout, RunRecord(when, str(layout.inbox)))
    log.end(status, run_id="rc", sentence=sentence)


def _arrived(layout: Layout, name: str, size: int) -> None:
    """A file whose arrival is now, whatever the time says that it was changed at."""
    deliver(layout.local / "inbox", {name: "x" * size}, datetime(2020, 1, 1, tzinfo=UTC))


def _text(layout: Layout, now: datetime = NOW) -> str:
    return status_text(read_status(layout, now))


def test_all_is_well_after_a_run_that_went_well(layout: Layout) -> None:
    _ran(layout, LAST_RUN, PUBLISHED)
    lines = _text(layout).splitlines()
    assert lines[:4] == [
        "Releases (* in force):",
        "  ra  published 2026-01-01 00:00 UTC",
        "  rb  published 2026-01-02 00:00 UTC",
        "* rc  published 2026-01-03 00:00 UTC",
    ]
    assert "Up to date as of 2026-01-03 23:00 UTC, 13.0 hours ago; the limit is 36" in lines
    assert "Inbox: nothing new" in lines
    assert "  2026-01-03 23:00 UTC  published rc" in lines
    assert lines[-1] == "All is well."


def test_nothing_published(tmp_path: Path) -> None:
    status = read_status(Layout(tmp_path), NOW)
    assert "nothing was published yet" in status.problems[0]
    assert status_facts(status)["release_age_hours"] is None


def test_a_run_that_found_nothing_new_makes_the_release_fresh(layout: Layout) -> None:
    _ran(layout, LAST_RUN - timedelta(days=9), PUBLISHED)
    assert read_status(layout, NOW).problems
    _ran(layout, LAST_RUN, NOTHING_NEW)
    assert read_status(layout, NOW).problems == ()


@pytest.mark.parametrize(("hours", "is_well"), [(12.9, True), (13.1, False)])
def test_the_limit_of_age(layout: Layout, hours: float, is_well: bool) -> None:
    _ran(layout, LAST_RUN, PUBLISHED)
    now = LAST_RUN + timedelta(hours=hours)
    assert (read_status(layout, now, max_age_hours=13).problems == ()) is is_well
    (layout.local / SETTINGS_FILE).write_text("[freshness]\nmax_age_hours = 13\n", encoding="utf-8")
    problems = read_status(layout, now).problems
    assert (problems == ()) is is_well
    assert is_well or "13.1 hours ago, and 13 are allowed" in problems[0]


def test_a_failed_run_is_told_until_one_goes_well(layout: Layout) -> None:
    _ran(layout, LAST_RUN - timedelta(hours=2), PUBLISHED)
    _ran(layout, LAST_RUN, FAILED, "there are no disputes to load")
    assert read_status(layout, NOW).problems == ("the last run failed: there are no disputes to load",)
    _ran(layout, LAST_RUN + timedelta(hours=1), PUBLISHED)
    assert read_status(layout, NOW).problems == ()
    assert "failed: there are no disputes to load" in _text(layout)


def test_what_waits_in_the_inbox_came_after_the_last_good_run(layout: Layout) -> None:
    _arrived(layout, "old/disputes.csv", 10)
    time.sleep(0.05)
    start = datetime.now(UTC)
    _ran(layout, start, PUBLISHED)
    assert read_status(layout, start).waiting.files == 0
    _ran(layout, start + timedelta(seconds=1), FAILED, "no")
    time.sleep(0.05)
    _arrived(layout, "new/disputes.csv", 1000)
    _arrived(layout, "new/.hidden", 1000)
    waiting = read_status(layout, start).waiting
    assert (waiting.files, waiting.bytes) == (1, 1000)
    assert waiting.since is not None
    assert waiting.since > start


def test_before_the_first_run_all_waits(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    _arrived(layout, "a/disputes.csv", 10)
    _arrived(layout, "b.csv", 5)
    assert read_status(layout, NOW).waiting.files == 2
    assert read_status(layout, NOW, inbox=layout.inbox / "a").waiting.files == 1


def _settings(layout: Layout) -> Settings:
    return Settings(layout, layout.inbox, LAST_RUN)


def test_a_run_under_way_is_told_from_one_that_was_cut_off(layout: Layout) -> None:
    with run_lock(layout), recorded(_settings(layout)) as log:
        status = read_status(layout, NOW)
        assert [run.status for run in status.runs] == ["running"]
        assert status.problems == ()
        log.end(PUBLISHED, run_id="rc")
    RunLog(layout, RunRecord(LAST_RUN + timedelta(hours=1), str(layout.inbox))).write()
    status = read_status(layout, NOW)
    assert [run.status for run in status.runs] == ["cut_off", "published"]
    assert "cut off" in status.problems[0]
    # Asking does not turn a run away.
    with run_lock(layout):
        read_status(layout, NOW)
        with pytest.raises(RunError), run_lock(layout):
            pass


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (RunError("there are no disputes; call 13812345678"), "there are no disputes; call [手机号]"),
        (UsageError("no such profile"), "no such profile"),
        (
            OSError(28, "No space left on device", "/inbox/13812345678"),
            "the operating system refused: No space left on device: /inbox/[手机号]",
        ),
        (ValueError("13812345678"), "it ended with ValueError"),
        (KeyboardInterrupt(), "it ended with KeyboardInterrupt"),
    ],
)
def test_why_a_run_failed_is_kept_without_persons(layout: Layout, error: BaseException, sentence: str) -> None:
    with suppress(type(error)), recorded(_settings(layout)):
        raise error
    (record,) = read_runs(layout)
    assert record.status == FAILED
    assert record.sentence.startswith(sentence)
    assert "13812345678" not in "".join(path.read_text() for path in (layout.runs / "log").iterdir())


def test_records_of_a_hundred_runs_are_kept(layout: Layout) -> None:
    for number in range(KEPT + 3):
        started = LAST_RUN + timedelta(hours=number)
        with recorded(replace(_settings(layout), started_at=started)) as log:
            log.end(NOTHING_NEW, run_id="rc")
    runs = read_runs(layout)
    assert len(runs) == KEPT
    assert runs[0].started_at == LAST_RUN + timedelta(hours=KEPT + 2)


def _status(layout: Layout, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "flows.cli", "status", "--data", str(layout.root), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_exit_status_and_json_say_whether_all_is_well(layout: Layout) -> None:
    _ran(layout, datetime.now(UTC) - timedelta(hours=1), PUBLISHED)
    code, said = _status(layout, "--json")
    facts = json.loads(said)
    assert (code, facts["is_well"], facts["problems"]) == (0, True, [])
    assert 0.99 < facts["fresh_age_hours"] < 1.1
    assert facts["waiting"] == {"files": 0, "bytes": 0, "since": None}
    assert [run["status"] for run in facts["runs"]] == ["published"]
    code, said = _status(layout, "--max-age", "0.5")
    assert code == 1
    assert "Look after: the last run that went well began 1.0 hours ago, and 0.5 are allowed" in said


def test_back_to_the_release_before(layout: Layout) -> None:
    assert roll_back(layout, None) == "rb"
    assert current_run(layout) == "rb"
    assert roll_back(layout, None) == "ra"
    with pytest.raises(RunError, match="there is no release before the one in force"):
        roll_back(layout, None)
    assert current_run(layout) == "ra"


def test_to_a_release_by_name_and_forward_again(layout: Layout) -> None:
    assert roll_back(layout, "ra") == "ra"
    assert roll_back(layout, "rc") == "rc"
    assert current_run(layout) == "rc"


def test_going_back_takes_less_than_a_second(layout: Layout) -> None:
    start = time.perf_counter()
    roll_back(layout, "ra")
    assert time.perf_counter() - start < 1


def test_a_release_that_is_not_kept(layout: Layout) -> None:
    with pytest.raises(UsageError, match="release rx is not kept; kept are ra, rb, rc"):
        roll_back(layout, "rx")


def test_nothing_to_go_back_to(tmp_path: Path) -> None:
    with pytest.raises(RunError):
        roll_back(Layout(tmp_path), None)
    with pytest.raises(UsageError):
        roll_back(Layout(tmp_path), "ra")
