"""A run on a Dask cluster, a worker killed in the middle, gives the same tables."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from distributed import LocalCluster

from flows import gathering
from flows.publish import database_in_force
from flows.settings import Layout
from flows.statistics import estimate
from flows.storage import S3Path
from tests.builders import read_all
from tests.cluster.s3_server import SECRET_KEY, S3Server
from tests.conftest import Built
from tests.scored import with_times, write_scored
from tests.transforms.claims.samples import World, draw

RULINGS = Path(sys.executable).parent / "rulings"
WORKERS = 2


@pytest.fixture(scope="module")
def cluster(server: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:  # noqa: ARG001
    """Start a scheduler and two worker processes."""
    folder = str(tmp_path_factory.mktemp("dask"))
    with LocalCluster(  # type: ignore[no-untyped-call] # of the library
        n_workers=WORKERS, threads_per_worker=1, dashboard_address=None, local_directory=folder, silence_logs="CRITICAL"
    ) as running:
        yield running


class _Killer(threading.Thread):
    """Kills the worker that is seen to work on something once so many things were worked on before."""

    def __init__(self, cluster: LocalCluster, after: int = 0) -> None:
        super().__init__(daemon=True)
        self._cluster = cluster
        self._after = after
        self._seen: set[str] = set()
        self.done = threading.Event()
        self.killed: list[str] = []

    def run(self) -> None:
        while not self.done.wait(0.01) and not self.killed:
            scheduler = self._cluster.scheduler
            for name, worker in list(scheduler.workers.items()) if scheduler else []:
                self._seen |= {str(each.key) for each in list(worker.processing)}
                if worker.processing and len(self._seen) > self._after and not self.killed:
                    os.kill(self._process_of(name), signal.SIGKILL)
                    self.killed.append(name)

    def _process_of(self, name: str) -> int:
        nannies = self._cluster.workers.values()
        return next(int(nanny.pid) for nanny in nannies if nanny.worker_address == name)


def _run(data: S3Path, inbox: Path, executor: str) -> "subprocess.CompletedProcess[str]":
    command = [str(RULINGS), "run", "--data", str(data), "--inbox", str(inbox), "--executor", executor]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=400)


def test_tables_are_the_same_with_a_worker_killed_in_the_middle(
    release: Built, cluster: LocalCluster, prefix: S3Path
) -> None:
    killer = _Killer(cluster)
    killer.start()
    done = _run(prefix, release.inbox, f"dask={cluster.scheduler_address}")
    killer.done.set()
    killer.join()
    assert done.returncode == 0, done.stderr
    assert killer.killed
    layout = Layout(prefix)
    assert read_all(database_in_force(layout)) == read_all(release.result.database)
    assert SECRET_KEY not in done.stdout + done.stderr
    for path in layout.prefect.rglob("*"):
        assert not path.is_file() or SECRET_KEY.encode() not in path.read_bytes()


def test_passes_of_models_are_the_same_with_a_worker_killed_in_the_middle(
    cluster: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "MOST_SORTED", 150)
    scored = write_scored(with_times(draw(World(600, 60))), tmp_path / "scored")
    here = estimate(scored, (), tmp_path / "here")
    killer = _Killer(cluster, after=40)
    killer.start()
    command = [sys.executable, "-m", "tests.cluster.divided", str(cluster.scheduler_address)]
    there = tmp_path / "there"
    there.mkdir()
    done = subprocess.run(
        [*command, str(tmp_path / "scored"), "150", str(there)],
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    killer.done.set()
    killer.join()
    assert done.returncode == 0, done.stderr
    assert killer.killed
    for name, frame in here.items():
        assert frame.equals(pl.read_parquet(there / f"{name}.parquet")), name


def test_a_scheduler_that_does_not_answer_is_said(release: Built, prefix: S3Path) -> None:
    done = _run(prefix, release.inbox, "dask=tcp://127.0.0.1:9")
    assert done.returncode == 1
    assert done.stderr == (
        "rulings: no Dask scheduler answers at tcp://127.0.0.1:9 (Connection refused); start it, or correct it\n"
    )


@pytest.mark.parametrize("executor", ["ray", "threads=4", "dask=", "dask=nowhere", "dask=tcp://host:port"])
def test_an_executor_that_is_none_is_wrong_usage(release: Built, prefix: S3Path, executor: str) -> None:
    done = _run(prefix, release.inbox, executor)
    assert done.returncode == 2
    assert "expected one such as tcp://host:8786" in done.stderr or "give threads, dask, or dask=ADDRESS" in done.stderr
