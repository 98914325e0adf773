"""Runs on data in a bucket; as a program, one that is killed at a given moment."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from flows.lock import run_lock
from flows.pipeline import RunResult, Steps
from flows.settings import Layout, Settings
from flows.stages import Stopwatch
from flows.storage import Place, open_place
from tests.builders import STARTED


def run_in(data: Place, inbox: Place, on_stage: Callable[[str], None] = lambda _: None) -> RunResult:
    """Run the whole pipeline without Prefect on a data directory wherever it is."""
    layout = Layout(data)
    with run_lock(layout):
        return Steps(Settings(layout, inbox, STARTED), Stopwatch(on_stage)).run()


def main(data: str, inbox: str, stage: str, seconds: str) -> None:
    """Run, and send SIGKILL to this process so many seconds after the stage has begun."""

    def on_stage(name: str) -> None:
        if name == stage:
            threading.Timer(float(seconds), os.kill, (os.getpid(), signal.SIGKILL)).start()

    run_in(open_place(data), Path(inbox), on_stage)


if __name__ == "__main__":
    main(*sys.argv[1:])
