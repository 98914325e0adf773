"""A disk that is full or refuses to write: a sentence, the last release intact, and the next run as if nothing was."""

import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.publish import current_run
from flows.settings import Layout
from tests.builders import ask, deliver, read_all
from tests.conftest import LATER, Built, copied
from tests.faults import TRIES

PROJECT = Path(__file__).parents[2]
SEED = 20260701
#: A file may not grow beyond so many bytes: from none to more than the largest that a run writes.
SMALLEST, LARGEST = 1, 8_000_000
#: Room on the full disk beyond what the release in force takes.
LEAST_ROOM, MOST_ROOM = 4_096, 12_000_000


def _run(root: Path, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.faults.steps_run", str(root)]
    return subprocess.run(
        command,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
        preexec_fn=before,
    )


def _sizes(smallest: int, largest: int, count: int) -> list[int]:
    """Sizes spread over all orders of magnitude."""
    chance = random.Random(SEED)
    return [round(smallest * (largest / smallest) ** chance.random()) for _ in range(count)]


def _assert_said_and_intact(ended: subprocess.CompletedProcess[str], layout: Layout, run_id: str) -> None:
    assert ended.returncode == 1, ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("rulings: "), ended.stderr
    assert "Traceback" not in ended.stderr
    assert "fault in the program" not in ended.stderr
    assert current_run(layout) == run_id
    assert ask(layout.database, "select distinct run_id from core.disputes") == [(run_id,)]


def test_a_disk_that_fails_at_any_write(release: Built, later: Built, tmp_path: Path) -> None:
    root = copied(release, tmp_path / "failing")
    deliver(root / "inbox", LATER)
    layout = Layout(root / "data")
    failed = 0
    for size in _sizes(SMALLEST, LARGEST, TRIES):
        ended = _run(root, lambda size=size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))  # type: ignore[misc]
        if ended.returncode == 0:
            # Every file fitted.
            break
        failed += 1
        _assert_said_and_intact(ended, layout, release.result.run_id)
    assert failed
    assert _run(root).returncode == 0
    assert read_all(layout.database) == read_all(later.result.database)


@pytest.fixture
def own_disk(tmp_path: Path) -> Path:
    """A small disk of its own, in memory, seen by processes that enter its namespace alone."""
    assert shutil.which("unshare"), "util-linux is needed: unshare"
    return tmp_path / "disk"


_ON_A_SMALL_DISK = """
set -e
mkdir -p "$DISK"
mount -t tmpfs -o size=200m tmpfs "$DISK"
cp -a "$ROOT/." "$DISK/"
for room in $ROOMS; do
  # What a run that failed has staged stays for the next.
  used=$(df -B1 --output=used "$DISK" | tail -n 1)
  mount -o remount,size=$((used + room)) "$DISK"
  status=0
  "$PYTHON" -m tests.faults.steps_run "$DISK" 2> "$SAID" || status=$?
  mount -o remount,size=200m "$DISK"
  echo "$status $(readlink "$DISK/data/current") $(tail -n 1 "$SAID")"
done
"$PYTHON" -m tests.faults.steps_run "$DISK"
cp -aL "$DISK/data/current" "$RESULT"
"""


def test_a_disk_that_is_full(release: Built, later: Built, tmp_path: Path, own_disk: Path) -> None:
    root = copied(release, tmp_path / "root")
    deliver(root / "inbox", LATER)
    rooms = " ".join(map(str, _sizes(LEAST_ROOM, MOST_ROOM, TRIES)))
    names = {"DISK": own_disk, "ROOT": root, "ROOMS": rooms, "PYTHON": sys.executable}
    names |= {"SAID": tmp_path / "said", "RESULT": tmp_path / "result"}
    script = "".join(f"{name}='{value}'\n" for name, value in names.items()) + _ON_A_SMALL_DISK
    ended = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=3600
    )
    assert ended.returncode == 0, ended.stderr
    lines = [line.split(" ", 2) for line in ended.stdout.splitlines()]
    refused = [(current, said) for status, current, said in lines if status != "0"]
    assert refused
    for current, said in refused:
        assert current == f"releases/{release.result.run_id}"
        assert said.startswith("rulings: ")
        assert "fault in the program" not in said
    assert read_all(tmp_path / "result" / "rulings.duckdb") == read_all(later.result.database)
