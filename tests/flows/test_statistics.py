"""The stage of estimates: in one process or in several, the tables are the same."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from flows import gathering, statistics
from flows.executor import Executor, Processes, Threads
from flows.scoring import Scored
from flows.statistics import FEWEST_FOR_PROCESSES, estimate, executor_for
from tests.flows.elsewhere import Elsewhere
from tests.scored import with_times, write_scored
from tests.transforms.claims.samples import World, draw


@pytest.fixture(scope="module", name="scored")
def _scored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scored]:
    """Scored disputes of which the statistics make several parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "MOST_SORTED", 150)
        yield write_scored(with_times(draw(World(600, 60))), tmp_path_factory.mktemp("scored"))


@pytest.fixture(scope="module", name="here")
def _here(scored: Scored, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    return estimate(scored, (), tmp_path_factory.mktemp("here"))


@pytest.mark.parametrize("executor", [Processes(2), Elsewhere()], ids=["processes", "divided among others"])
def test_tables_are_the_same_elsewhere(
    scored: Scored, here: dict[str, pl.DataFrame], tmp_path: Path, executor: Executor
) -> None:
    there = estimate(scored, (), tmp_path / "there", executor)
    assert list(here) == list(there)
    for name, frame in here.items():
        assert frame.equals(there[name]), name


def test_few_disputes_are_not_worth_a_process(tmp_path: Path) -> None:
    scored = write_scored(with_times(draw(World(100, 20))), tmp_path / "few")
    assert executor_for(scored, "threads", 2) == Threads(1)
    many = write_scored(with_times(draw(World(FEWEST_FOR_PROCESSES, 500))), tmp_path / "many")
    assert executor_for(many, "threads", 2) == Processes(2)
    assert executor_for(many, "threads", 1) == Threads(1)


def test_there_are_no_more_processes_than_memory_allows_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scored = write_scored(with_times(draw(World(FEWEST_FOR_PROCESSES, 500))), tmp_path)
    monkeypatch.setattr(statistics, "GIB_PER_MILLION", 30.0)
    assert executor_for(scored, "threads", 8) == Processes(2)
    monkeypatch.setattr(statistics, "GIB_PER_MILLION", 300.0)
    assert executor_for(scored, "threads", 8) == Processes(1)
