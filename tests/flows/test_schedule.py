"""A scheduled run, with a real server and a real clock; and who is told when one fails."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flows.errors import UsageError
from flows.notify import BLOCK_VARIABLE, notify_failure
from flows.schedule import whole_number
from tests.builders import deliver, disputes_csv

#: A minute to the next run, and what a run takes on a busy machine.
PATIENCE_SECONDS = 180.0


def _rulings(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "flows.cli", *words], stderr=subprocess.PIPE, text=True)


def test_a_schedule_starts_a_run_that_publishes_and_sigterm_ends_the_serving(tmp_path: Path) -> None:
    deliver(tmp_path / "inbox", {"disputes.csv": disputes_csv(("d1", "2026-01-01", "partial"))})
    data = tmp_path / "data"
    server = _rulings("serve", "--cron", "* * * * *", "--inbox", str(tmp_path / "inbox"), "--data", str(data))
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (data / "current").exists() and server.poll() is None and time.monotonic() < deadline:
            time.sleep(0.5)
        assert (data / "warehouse" / "rulings.duckdb").is_file()
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)
        assert server.returncode == 0
    finally:
        server.kill()


def test_what_is_no_schedule_is_wrong_usage(tmp_path: Path) -> None:
    server = _rulings("serve", "--cron", "every night", "--data", str(tmp_path))
    _, said = server.communicate(timeout=120)
    assert server.returncode == 2
    assert "'every night' is no schedule" in said
    assert "Traceback" not in said


def _notify() -> None:
    run: Any = SimpleNamespace(name="brisk-otter")
    state: Any = SimpleNamespace(message="there are no disputes to load", name="Failed")
    flow: Any = SimpleNamespace(name="rulings-scheduled")
    asyncio.run(notify_failure(flow, run, state))


def test_nothing_is_sent_where_no_block_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BLOCK_VARIABLE, raising=False)
    monkeypatch.setattr("prefect.blocks.core.Block.aload", None)
    _notify()


@pytest.mark.parametrize(("text", "number"), [("", 2), (" 5 ", 5), ("0", 0)])
def test_a_setting_of_the_environment(monkeypatch: pytest.MonkeyPatch, text: str, number: int) -> None:
    monkeypatch.setenv("RULINGS_RETRIES", text)
    assert whole_number("RULINGS_RETRIES", 2) == number


@pytest.mark.parametrize("text", ["two", "-1", "1.5"])
def test_a_setting_that_is_no_whole_number_is_wrong_usage(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("RULINGS_RETRIES", text)
    with pytest.raises(UsageError, match=f"RULINGS_RETRIES is '{text}' in the environment; give a whole number"):
        whole_number("RULINGS_RETRIES", 2)
