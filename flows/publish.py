"""Releases: built aside, put in force in one step, the newest five kept."""

import json
import os
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flows.files import replace_link, write_json_atomically
from flows.settings import RELEASES_KEPT, Layout

RECORD = "release.json"
DATABASE = "rulings.duckdb"
HISTORY = "runs.parquet"
REPORT = "report"
#: A reader that was just given a release may still be opening it: it is cleared only so long after it was replaced.
GRACE = timedelta(minutes=10)
# Nobody writes to a published database: who opens it for writing would lock out all others.
_READ_ONLY = 0o444
#: Held while a release is put in its place, so that a run that is told to stop ends before or after, not within.
PUBLISHING = threading.Lock()


def release_folder(layout: Layout, run_id: str) -> Path:
    """Return the folder of a release."""
    return layout.releases / run_id


def current_run(layout: Layout) -> str | None:
    """Return the run whose release is in force, or None before the first."""
    if not (layout.current / RECORD).is_file():
        return None
    return layout.current.resolve().name


def publish(layout: Layout, built: Path, run_id: str, record: dict[str, Any]) -> None:
    """Put a finished release in force.

    The link ``current`` is replaced last and in one step; the database, the report and the list of deliveries are all
    reached through it, so a reader sees the old release or the new one, never a mixture.

    Args:
        layout: The data directory.
        built: Folder with everything that belongs to the release.
        run_id: The run that made it.
        record: What ``release.json`` says.
    """
    final = release_folder(layout, run_id)
    write_json_atomically(built / RECORD, record)
    if (built / DATABASE).is_file():
        (built / DATABASE).chmod(_READ_ONLY)
    for path in sorted(built.rglob("*")):
        if path.is_file():
            _sync(path)
    with PUBLISHING:
        if final.exists():
            # Left by a run that was killed before the link was replaced, or rolled back to and made again.
            shutil.rmtree(final)
        final.parent.mkdir(parents=True, exist_ok=True)
        built.rename(final)
        _sync(final.parent)
        put_in_force(layout, run_id)
    clear_old(layout, datetime.now(UTC))


def put_in_force(layout: Layout, run_id: str) -> None:
    """Point everything that readers open at one release, and note when the one before was replaced."""
    if layout.current.exists():
        layout.current.resolve().touch()
    replace_link(layout.current, Path("releases") / run_id)
    for name, target in ((layout.database, DATABASE), (layout.report.parent, REPORT)):
        wanted = Path("..") / "current" / target
        if not name.is_symlink() or name.readlink() != wanted:
            replace_link(name, wanted)
    _sync(layout.root)


def releases(layout: Layout) -> list[tuple[str, dict[str, Any]]]:
    """Return the kept releases and their records, the oldest first."""
    found = [
        (path.parent.name, json.loads(path.read_text(encoding="utf-8"))) for path in layout.releases.glob(f"*/{RECORD}")
    ]
    return sorted(found, key=lambda pair: (pair[1]["published_at"], pair[0]))


def clear_old(layout: Layout, now: datetime) -> None:
    """Remove releases beyond the newest five, but none in force or replaced within the grace period.

    Args:
        layout: The data directory.
        now: The time.
    """
    oldest = (now - GRACE).timestamp()
    for run_id, _ in releases(layout)[:-RELEASES_KEPT]:
        folder = release_folder(layout, run_id)
        if run_id != current_run(layout) and folder.stat().st_mtime < oldest:
            shutil.rmtree(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
