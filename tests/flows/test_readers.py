"""Readers are never blocked and never see a mixture, however often a release is put in force."""

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from flows.publish import DATABASE, GRACE, REPORT, clear_old, current_run, publish, releases
from flows.settings import RELEASES_KEPT, Layout
from flows.status import roll_back
from tests.faults import IS_THOROUGH

READERS, PUBLISHES = (8, 50) if IS_THOROUGH else (8, 20)
#: Enough rows that a table is more than one block of the file.
ROWS = 20_000
#: Between two releases, so that readers come in between.
PAUSE_SECONDS = 0.05


def _publish(layout: Layout, number: int) -> None:
    run_id = f"r{number:02}"
    built = layout.work / "release"
    (built / REPORT).mkdir(parents=True)
    with duckdb.connect(str(built / DATABASE)) as connection:
        for table in ("a", "b"):
            connection.execute(f"create table {table} as select '{run_id}' from range({ROWS})")
    (built / REPORT / "index.html").write_text(run_id, encoding="utf-8")
    publish(layout, built, run_id, {"run_id": run_id, "published_at": datetime.now(UTC).isoformat()})


def test_eight_readers_polling_through_publishes(tmp_path: Path) -> None:
    layout, stop = Layout(tmp_path / "data"), tmp_path / "stop"
    _publish(layout, 0)
    command = [sys.executable, "-m", "tests.flows.polling_reader", str(layout.root), str(stop)]
    with ExitStack() as stack:
        readers = [
            stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
            for _ in range(READERS)
        ]
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "reading\n"
        for number in range(1, PUBLISHES + 1):
            _publish(layout, number)
            if number % 7 == 0:
                roll_back(layout, None)
            time.sleep(PAUSE_SECONDS)
        stop.touch()
        ended = [reader.communicate(timeout=120) for reader in readers]
    assert [said for _, said in ended] == [""] * READERS
    assert [reader.returncode for reader in readers] == [0] * READERS
    reads, seen = zip(*(json.loads(counted) for counted, _ in ended), strict=True)
    assert min(reads) > 1
    assert max(seen) > 2
    # None was cleared under a reader's hands; once nobody can still be opening them, the newest five stay.
    assert len(releases(layout)) == PUBLISHES + 1
    clear_old(layout, datetime.now(UTC) + GRACE + timedelta(minutes=1))
    assert [name for name, _ in releases(layout)][-1] == current_run(layout)
    assert len(releases(layout)) == RELEASES_KEPT
