"""One run at a time in a data directory, also between processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from flows.errors import RunError
from flows.lock import run_lock
from flows.settings import Layout

HOLD = """
import sys
from pathlib import Path
from flows.lock import run_lock
from flows.settings import Layout
with run_lock(Layout(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def _take(layout: Layout) -> None:
    with run_lock(layout):
        pass


def test_a_second_run_is_refused_and_told_who_works(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    with pytest.raises(RunError, match=rf"another run \(process {holder.pid}\) is working"):
        _take(Layout(tmp_path))
    holder.communicate()
    _take(Layout(tmp_path))


def test_a_killed_run_leaves_no_lock(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    holder.kill()
    holder.communicate()
    _take(Layout(tmp_path))


def test_data_directories_do_not_disturb_each_other(tmp_path: Path) -> None:
    with run_lock(Layout(tmp_path / "a")), run_lock(Layout(tmp_path / "b")):
        pass


def test_the_lock_is_free_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a fault"), run_lock(Layout(tmp_path)):
        raise ValueError("a fault")
    _take(Layout(tmp_path))
