"""A run that is told to stop ends soon, says so, and leaves nothing behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.run_log import STOPPED, read_runs
from flows.sample import write_sample
from flows.settings import Layout
from tests.flows.processes import assert_ends_when_told, is_alive

LONGEST_SECONDS = 10.0
STARTS_WITHIN_SECONDS = 180.0


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def _has_begun(run: subprocess.Popen[str], stage: str) -> bool:
    assert run.stderr is not None
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline and (line := run.stderr.readline()):
        if line.strip() == f"· {stage}":
            return True
    return False


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export that takes each stage long enough to be met in it."""
    inbox = tmp_path_factory.mktemp("export")
    write_sample(inbox / "a", 10_000, 3)
    return inbox


@pytest.mark.parametrize("stage", ["ingest", "score", "load"])
def test_sigterm_ends_a_run_within_ten_seconds(tmp_path: Path, inbox: Path, stage: str) -> None:
    layout = Layout(tmp_path / "data")
    command = [sys.executable, "-m", "flows.cli", "run", "--inbox", str(inbox), "--data", str(layout.root)]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert _has_begun(run, stage)
    children = _children(run.pid)
    assert children
    assert_ends_when_told(run, children, LONGEST_SECONDS)
    assert not layout.work.exists()
    assert not layout.current.exists()
    assert [record.status for record in read_runs(layout)] == [STOPPED]


#: What a run does when it has processes at work.
_WITH_PROCESSES = """
import sys

from flows.cli import _hold_sigterm

if __name__ == "__main__":
    _hold_sigterm()

    from flows.executor import Processes
    from flows.settings import layout_of
    from flows.termination import ends_on_sigterm
    from tests.flows.test_children import tell_and_wait

    with ends_on_sigterm(layout_of(sys.argv[1])):
        Processes(1).start("wait", tell_and_wait, [0])()
"""


def test_sigterm_is_heard_while_processes_are_at_work(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WITH_PROCESSES, str(tmp_path / "data")]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stdout is not None
    worker = int(run.stdout.readline())
    run.send_signal(signal.SIGTERM)
    _, said = run.communicate(timeout=60)
    assert (run.returncode, said.splitlines()[-1].startswith("rulings: told to stop")) == (1, True)
    deadline = time.monotonic() + LONGEST_SECONDS
    while is_alive(worker) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_alive(worker)
