"""Processes that a run starts: they do its work, and do not outlive it."""

import os
import signal
import subprocess
import sys
import time
import traceback

import pytest

from flows.errors import RunError
from flows.executor import Processes
from tests.flows.processes import is_alive

_PATIENCE_SECONDS = 30
#: A run that starts a worker, says which process it is, and is killed while the worker waits.
_KILLED = """
from flows.executor import Processes
from tests.flows.test_children import tell_and_wait

if __name__ == "__main__":
    Processes(1).start("wait", tell_and_wait, [0])()
"""


def square(number: int) -> int:
    return number * number


def end_self(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def tell_and_wait(_: int) -> None:
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    time.sleep(10 * _PATIENCE_SECONDS)


def test_results_are_in_the_order_of_the_parts() -> None:
    assert Processes(2).start("square", square, [3, 1, 2])() == [9, 1, 4]


def test_a_worker_that_is_killed_is_told_in_a_sentence() -> None:
    with pytest.raises(RunError, match="want of memory"):
        Processes(1).start("end", end_self, [0])()


def fail_of_a_person(_: int) -> None:
    # put together here, since a traceback quotes the line
    raise ValueError("could not read " + "".join(["138", "1234", "5678"]))


def test_what_fails_in_a_worker_quotes_nobody() -> None:
    with pytest.raises(ValueError, match="could not read") as failed:
        Processes(1).start("fail", fail_of_a_person, [0])()
    assert "13812345678" not in "".join(traceback.format_exception(failed.value))


def test_a_worker_ends_with_the_run_that_started_it() -> None:
    run = subprocess.Popen([sys.executable, "-c", _KILLED], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    worker = int(run.stdout.readline())
    run.kill()
    run.wait()
    run.stdout.close()
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while is_alive(worker):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_worker_whose_run_is_gone_already_does_not_begin() -> None:
    command = "import os; from flows.children import end_with_parent; end_with_parent(os.getpid()); print('begun')"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
