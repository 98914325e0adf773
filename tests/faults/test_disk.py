"""A disk that is full or refuses to write: a sentence, the last release intact, and the next run as if nothing was."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.publish import current_run
from flows.settings import Layout
from tests.builders import ask, deliver, read_all
from tests.conftest import LATER, Built, copied
from tests.faults import IS_THOROUGH, TRIES
from tests.faults.workshop import Order, workshop

PROJECT = Path(__file__).parents[2]
SEED = 20260701
#: A file may not grow beyond so many bytes: from none to more than the largest that a run writes.
SMALLEST, LARGEST = 1, 8_000_000
#: Room on the full disk beyond what the release in force takes.
LEAST_ROOM, MOST_ROOM = 4_096, 12_000_000
#: Calls with which a run changes what is on disk, and how many of them a thread makes at most. Not `write`: threads
#: wake each other with it, and no disk is in that.
CALLS = "pwrite64,pwritev,fsync,fdatasync,ftruncate,rename,mkdir,symlink"
MOST_CALLS = 600


def _sizes(smallest: int, largest: int, count: int) -> list[int]:
    """Sizes spread over all orders of magnitude."""
    chance = random.Random(SEED)
    return [round(smallest * (largest / smallest) ** chance.random()) for _ in range(count)]


def _assert_a_sentence(status: int, said: str) -> None:
    assert status == 1, said
    assert said.splitlines()[-1].startswith("rulings: "), said
    assert "Traceback" not in said
    assert "fault in the program" not in said


def test_a_disk_that_fails_at_any_write(release: Built, later: Built, tmp_path: Path) -> None:
    root = copied(release, tmp_path / "failing")
    deliver(root / "inbox", LATER)
    layout = Layout(root / "data")
    failed = 0
    with workshop() as shop:
        for size in sorted(_sizes(SMALLEST, LARGEST, TRIES)):
            ended = shop.run(Order(str(root), largest_file=size))
            if ended.status == 0:
                # Every file fitted, and so they will in larger ones.
                break
            failed += 1
            _assert_a_sentence(ended.status, ended.said)
            assert current_run(layout) == release.result.run_id
            assert ask(layout.database, "select distinct run_id from core.disputes") == [(release.result.run_id,)]
        assert failed
        assert shop.run(Order(str(root))).status == 0
    assert read_all(layout.database) == read_all(later.result.database)


def test_a_disk_that_is_full(release: Built, later: Built, tmp_path: Path) -> None:
    assert shutil.which("unshare"), "util-linux is needed: unshare"
    root = copied(release, tmp_path / "root")
    deliver(root / "inbox", LATER)
    result = tmp_path / "rulings.duckdb"
    command = ["unshare", "-Urm", sys.executable, "-m", "tests.faults.small_disk", str(root), str(tmp_path / "disk")]
    rooms = map(str, sorted(_sizes(LEAST_ROOM, MOST_ROOM, TRIES)))
    done = subprocess.run(
        [*command, str(result), *rooms], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=7200
    )
    assert done.returncode == 0, done.stderr
    *tries, last = [json.loads(line) for line in done.stdout.splitlines()]
    refused = [each for each in tries if each["status"] != 0]
    assert refused
    for each in refused:
        _assert_a_sentence(each["status"], each["said"])
        assert each["in_force"] == release.result.run_id
    assert (last["status"], last["in_force"]) == (0, later.result.run_id)
    assert read_all(result) == read_all(later.result.database)


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"] if IS_THOROUGH else [])
def test_a_disk_that_refuses_a_call(release: Built, later: Built, tmp_path: Path, error: str) -> None:
    # strace lets the n-th such call of each thread fail, which a limit on sizes cannot.
    assert shutil.which("strace"), "strace is needed: apt-get install strace"
    root = copied(release, tmp_path / "failing")
    deliver(root / "inbox", LATER)
    layout = Layout(root / "data")
    for number in sorted(_sizes(1, MOST_CALLS, max(TRIES // 10, 2))):
        inject = [f"-einject={CALLS}:error={error}:when={number}", f"-etrace={CALLS}"]
        command = [
            "strace",
            "-f",
            "--seccomp-bpf",
            "-qq",
            "-o",
            os.devnull,
            *inject,
            sys.executable,
            "-m",
            "tests.faults.steps_run",
        ]
        done = subprocess.run(
            [*command, str(root)], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=1800
        )
        if done.returncode != 0:
            _assert_a_sentence(done.returncode, done.stderr)
        in_force = current_run(layout)
        assert in_force in {release.result.run_id, later.result.run_id}
        assert ask(layout.database, "select distinct run_id from core.disputes") == [(in_force,)]
    with workshop() as shop:
        assert shop.run(Order(str(root))).status == 0
    assert read_all(layout.database) == read_all(later.result.database)
