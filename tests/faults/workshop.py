"""Runs the pipeline again and again, each time in a process of its own.

The libraries that take seconds to load and start no pools of threads are loaded once, and every run is a fork of this
process: that makes hundreds of runs affordable. Polars and the project's own code are loaded by each run.

Reads one JSON object a line (`Order`), and answers each with one (`Ended`).
"""

import json
import os
import resource
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
_LIBRARIES = "great_expectations", "pandas", "scipy.stats", "altair", "vl_convert", "duckdb_engine", "pyarrow.parquet"
#: Seconds between looks at whether a run has ended.
_PAUSE = 0.05


@dataclass(frozen=True)
class Order:
    """A run that is wanted.

    Attributes:
        root: Folder with ``inbox`` and ``data``.
        stage: The stage within which it is killed; empty: it is not.
        seconds: How long after the stage began.
        largest_file: A file may not grow beyond so many bytes; 0: it may.
    """

    root: str
    stage: str = ""
    seconds: float = 0.0
    largest_file: int = 0


@dataclass(frozen=True)
class Ended:
    """How a run ended: exit status, or minus the signal that killed it; and what it said on standard error."""

    status: int
    said: str


class Workshop:
    """A process that carries out orders."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, order: Order) -> Ended:
        """Carry out an order and wait until the run has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        return Ended(**json.loads(self._process.stdout.readline()))


@contextmanager
def workshop() -> Iterator[Workshop]:
    """Open a workshop."""
    command = [sys.executable, "-m", "tests.faults.workshop"]
    # Neither keeps threads, which a fork would lose.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Workshop(process)
        assert process.stdin is not None
        process.stdin.close()


def _carry_out(order: Order) -> Ended:
    # A pipe: a limit on the size of files would cut short what is said in one.
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writing, 2)
        os.dup2(writing, 1)
        os._exit(_run(order))
    os.close(writing)
    try:
        status, said = _listen(reading, child)
    finally:
        os.close(reading)
    return Ended(os.waitstatus_to_exitcode(status), said.decode(errors="replace"))


def _listen(reading: int, child: int) -> tuple[int, bytes]:
    """Wait until a process has ended, and return its status and what it said; what it has started may live on."""
    said, ended, status = b"", 0, 0
    while True:
        is_ready = bool(select.select([reading], [], [], 0 if ended else _PAUSE)[0])
        chunk = os.read(reading, 65_536) if is_ready else b""
        said += chunk
        if chunk:
            continue
        if ended:
            return status, said
        # Ready without anything to read: everybody who could speak has ended.
        ended, status = os.waitpid(child, 0 if is_ready else os.WNOHANG)


def _run(order: Order) -> int:
    if order.largest_file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.largest_file, order.largest_file))
    from flows.cli import call  # noqa: PLC0415 - loaded by the run, not by what it is forked from
    from flows.pipeline import Steps  # noqa: PLC0415
    from flows.stages import Stopwatch  # noqa: PLC0415
    from tests.builders import settings_for  # noqa: PLC0415

    def on_stage(name: str) -> None:
        if name == order.stage:
            threading.Timer(order.seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()

    status = call(lambda: Steps(settings_for(Path(order.root)), Stopwatch(on_stage)).run())
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def main() -> None:
    """Carry out orders until there are no more."""
    for name in _LIBRARIES:
        __import__(name)
    assert "polars" not in sys.modules
    for line in sys.stdin:
        ended = _carry_out(Order(**json.loads(line)))
        sys.stdout.write(json.dumps(asdict(ended)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
