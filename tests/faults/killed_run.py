"""Runs the pipeline as a process of its own, and ends it hard at a given moment; for ``test_kills``."""

import os
import signal
import sys
import threading
from pathlib import Path

from flows.pipeline import Steps
from flows.stages import Stopwatch
from tests.builders import settings_for


def main(root: str, stage: str, seconds: str) -> None:
    """Run below `root`, and send SIGKILL to this process so many seconds after the stage has begun."""

    def on_stage(name: str) -> None:
        if name == stage:
            threading.Timer(float(seconds), os.kill, (os.getpid(), signal.SIGKILL)).start()

    Steps(settings_for(Path(root)), Stopwatch(on_stage)).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
