"""Runs the pipeline as a process of its own, without Prefect, and says how it ended as the command line does."""

import sys
from pathlib import Path

from flows.cli import call
from flows.pipeline import Steps
from flows.stages import Stopwatch
from tests.builders import settings_for


def main(root: str) -> int:
    """Run below `root` and return the exit status."""
    return call(lambda: Steps(settings_for(Path(root)), Stopwatch()).run())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
