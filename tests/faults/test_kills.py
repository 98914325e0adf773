"""A run that is killed at any moment, and then run again, gives what an undisturbed run gives."""

import json
import random
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.publish import current_run
from flows.settings import Layout
from tests.builders import ask, deliver, read_all
from tests.conftest import LATER, Built, copied
from tests.faults import TRIES
from tests.faults.workshop import Order, Workshop, workshop

SEED = 20260701
#: Kills before the run is let through; what they leave behind adds up.
KILLS = 5
BATCHES = -(-TRIES // KILLS)
#: Later than a stage took in an undisturbed run: the kill may come in the stage after it, or at the very end.
LATEST = 1.2


@pytest.fixture(scope="module")
def shop() -> Iterator[Workshop]:
    with workshop() as opened:
        yield opened


def _stages(built: Built) -> list[tuple[str, float]]:
    """Return the stages of an undisturbed run and the seconds that each took."""
    costs = json.loads((built.data / "runs" / built.result.run_id / "stages.json").read_text(encoding="utf-8"))
    return [(cost["stage"], cost["seconds"]) for cost in costs]


def _root(release: Built, path: Path) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    root = copied(release, path)
    deliver(root / "inbox", LATER)
    return root


@pytest.mark.parametrize("batch", range(BATCHES))
def test_killed_runs_change_nothing(release: Built, later: Built, shop: Workshop, tmp_path: Path, batch: int) -> None:
    chance, stages = random.Random(SEED + batch), _stages(later)
    root = _root(release, tmp_path / "killed")
    layout, allowed = Layout(root / "data"), {release.result.run_id, later.result.run_id}
    kills = 0
    while kills < min(KILLS, TRIES - batch * KILLS):
        stage, seconds = chance.choice(stages)
        ended = shop.run(Order(str(root), stage, chance.uniform(0, LATEST * seconds)))
        assert ended.status in {0, -signal.SIGKILL}, ended.said
        kills += ended.status != 0
        # Whoever reads meanwhile finds one whole release: the old one, or the new one if it was just published.
        in_force = current_run(layout)
        assert in_force in allowed
        assert ask(layout.database, "select distinct run_id from core.disputes") == [(in_force,)]
        if in_force == later.result.run_id and kills < min(KILLS, TRIES - batch * KILLS):
            assert read_all(layout.database) == read_all(later.result.database)
            root = _root(release, tmp_path / "killed")
    ended = shop.run(Order(str(root)))
    assert ended.status == 0, ended.said
    assert current_run(layout) == later.result.run_id
    assert read_all(layout.database) == read_all(later.result.database)
