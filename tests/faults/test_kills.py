"""A run that is killed at any moment, and then run again, gives what an undisturbed run gives."""

import random
import signal
import subprocess
import sys
from pathlib import Path

from flows.publish import current_run
from flows.settings import Layout
from tests.builders import ask, deliver, read_all, run_steps
from tests.conftest import LATER, Built, copied
from tests.faults import TRIES

PROJECT = Path(__file__).parents[2]
SEED = 20260701
#: Stages that a run is killed in, with the longest time into the stage, in seconds.
MOMENTS = (
    ("ingest", 0.3), ("resolve", 0.1), ("validate", 1.0), ("score", 0.6), ("estimate", 1.5), ("load", 0.8),
    ("report", 0.5), ("publish", 0.05),
)  # fmt: skip


def _killed_run(root: Path, stage: str, seconds: float) -> int:
    command = [sys.executable, "-m", "tests.faults.killed_run", str(root), stage, f"{seconds:.3f}"]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, check=False, timeout=180).returncode


def test_killed_runs_change_nothing(release: Built, later: Built, tmp_path: Path) -> None:
    undisturbed = later.result
    root = copied(release, tmp_path / "killed")
    deliver(root / "inbox", LATER)
    layout, chance = Layout(root / "data"), random.Random(SEED)
    for number in range(TRIES):
        stage, longest = MOMENTS[number % len(MOMENTS)] if len(MOMENTS) <= TRIES else chance.choice(MOMENTS)
        ended = _killed_run(root, stage, chance.uniform(0, longest))
        # Whoever reads meanwhile finds one whole release: the old one, or the new one if it was just published.
        in_force = current_run(layout)
        assert ended == -signal.SIGKILL or in_force == undisturbed.run_id
        assert in_force in {release.result.run_id, undisturbed.run_id}
        assert ask(layout.database, "select distinct run_id from core.disputes") == [(in_force,)]
    again = run_steps(root)
    assert again.run_id == undisturbed.run_id
    assert read_all(again.database) == read_all(undisturbed.database)
