"""A run on data in a bucket that is told to stop, also one with a cluster, ends soon and leaves nothing behind."""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.executor import WORKERS
from flows.lease import SECONDS, Lease, _lease
from flows.lock import LOCK
from flows.run_log import RUNNING, STOPPED, RunLog, RunRecord, read_runs
from flows.sample import write_sample
from flows.settings import Layout
from flows.storage import S3Path
from flows.termination import clear_up
from tests.faults import IS_THOROUGH
from tests.flows.processes import assert_ends_when_told, processes_below
from tests.flows.test_termination import LONGEST_SECONDS, _has_begun


def _fill(layout: Layout) -> None:
    for place in (layout.shared / "r1" / "sides.parquet", layout.staged / "disputes" / "f1" / "file.json"):
        assert isinstance(place, S3Path)
        place.write_bytes(b"{}")
    for path in (layout.work / "tmp" / "x", layout.dask / "worker" / "x"):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")


def _assert_nothing_is_left(layout: Layout) -> None:
    assert isinstance(layout.root, S3Path)
    assert {each.path.key.split("/")[1] for each in layout.root.objects()} <= {"staged", "scored", "runs", "state"}
    assert not (layout.state / LOCK).is_file()
    assert not layout.work.exists()
    assert not layout.dask.exists()
    assert [record.status for record in read_runs(layout)] == [STOPPED]


def test_what_a_run_in_a_bucket_was_making_is_cleared_up(prefix: S3Path) -> None:
    layout = Layout(prefix)
    _fill(layout)
    (prefix / "state" / LOCK).write_bytes(_lease(SECONDS))
    RunLog(layout, RunRecord(datetime.now(UTC), "inbox", RUNNING, os.getpid())).write()
    clear_up(layout)
    _assert_nothing_is_left(layout)
    assert (prefix / "staged" / "disputes" / "f1" / "file.json").is_file()


def test_what_another_run_is_making_stays(prefix: S3Path) -> None:
    layout = Layout(prefix)
    _fill(layout)
    own = Lease(**json.loads(_lease(SECONDS)))
    other = replace(own, process=os.getppid())
    (prefix / "state" / LOCK).write_bytes(json.dumps(asdict(other)).encode())
    clear_up(layout)
    assert (prefix / "state" / LOCK).is_file()
    assert (layout.shared / "r1" / "sides.parquet").is_file()


@pytest.mark.parametrize("stage", ["ingest", "score", "estimate"] if IS_THOROUGH else [])
def test_sigterm_ends_a_run_with_a_cluster(prefix: S3Path, tmp_path: Path, stage: str) -> None:
    write_sample(tmp_path / "inbox" / "a", 3_000, 3)
    options = ["--data", str(prefix), "--inbox", str(tmp_path / "inbox"), "--executor", "dask"]
    command = [sys.executable, "-m", "flows.cli", "run", *options]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert _has_begun(run, stage)
    time.sleep(1)
    below = processes_below(run.pid)
    assert len(below) > WORKERS
    assert_ends_when_told(run, below, LONGEST_SECONDS)
    _assert_nothing_is_left(Layout(prefix))
