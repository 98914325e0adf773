"""Releases: built aside, put in force in one step, the newest five kept."""

import json
import os
import shutil
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flows.bucket_releases import BucketShelf
from flows.errors import RunError
from flows.files import replace_link, write_json_atomically
from flows.releases import CURRENT, DATABASE, HISTORY, RECORD, REPORT, InForce, Shelf
from flows.settings import RELEASES_KEPT, Layout
from flows.storage import Place, S3Path, StorageError

__all__ = [
    "DATABASE", "HISTORY", "RECORD", "REPORT", "InForce", "clear_old", "current_run", "database_in_force",
    "folder_in_force", "in_force", "mend", "publish", "put_in_force", "release_folder", "releases", "report_in_force",
]  # fmt: skip

#: A reader that was just given a release may still be opening it: it is cleared only so long after it was replaced.
GRACE = timedelta(minutes=10)
# Nobody writes to a published database: who opens it for writing would lock out all others.
_READ_ONLY = 0o444
#: Held while a release is put in its place, so that a run that is told to stop ends before or after, not within.
PUBLISHING = threading.Lock()


def release_folder(layout: Layout, run_id: str) -> Place:
    """Return the folder of a release."""
    return layout.releases / run_id


def in_force(layout: Layout) -> InForce:
    """Return which release is in force at this moment."""
    return _shelf(layout).in_force()


def current_run(layout: Layout) -> str | None:
    """Return the run whose release is in force, or None before the first."""
    return in_force(layout).run_id


def folder_in_force(layout: Layout) -> Place:
    """Return the folder of the release in force; before the first, one that is not there."""
    return release_folder(layout, current_run(layout) or "none")


def mend(layout: Layout) -> None:
    """Finish what a run that was killed has begun when it put a release in force."""
    _shelf(layout).mend()


def database_in_force(layout: Layout) -> Path:
    """Return the database of the release in force as a file of this machine.

    Raises:
        RunError: Nothing was published yet.
    """
    database = _shelf(layout).database()
    if database is None:
        raise RunError(f"there is no release in {layout.root} yet; run: rulings run")
    return database


def report_in_force(layout: Layout) -> Place:
    """Return where the report of the release in force lies.

    Raises:
        RunError: Nothing was published yet.
    """
    shelf = _shelf(layout)
    if shelf.in_force().run_id is None:
        raise RunError(f"there is no release in {layout.root} yet; run: rulings run")
    return shelf.report


def publish(layout: Layout, built: Path, run_id: str, record: dict[str, Any], seen: InForce | None = None) -> None:
    """Put a finished release in force.

    What says which release is in force is replaced last and in one step; the database, the report and the list of
    deliveries are all reached through it, so a reader sees the old release or the new one, never a mixture.

    Args:
        layout: The data directory.
        built: Folder with everything that belongs to the release.
        run_id: The run that made it.
        record: What ``release.json`` says.
        seen: The release that was in force when the run began, for the new one holds what that held; None where it
            does not matter.

    Raises:
        RunError: Another release was put in force meanwhile.
    """
    write_json_atomically(built / RECORD, record)
    if (built / DATABASE).is_file():
        (built / DATABASE).chmod(_READ_ONLY)
    shelf = _shelf(layout)
    with PUBLISHING:
        shelf.add(built, run_id)
        put_in_force(layout, run_id, seen)


def put_in_force(layout: Layout, run_id: str, seen: InForce | None = None) -> None:
    """Let everything that readers open come from one release, and note when the one before was replaced.

    Args:
        layout: The data directory.
        run_id: The release.
        seen: The release that it may take the place of; None for whichever is in force now.

    Raises:
        RunError: Another release was put in force meanwhile.
    """
    shelf = _shelf(layout)
    seen = seen or shelf.in_force()
    try:
        is_done = shelf.put_in_force(run_id, seen)
    except (OSError, StorageError) as error:
        if run_id != seen.run_id and run_id == shelf.in_force().run_id:
            why = error.strerror if isinstance(error, OSError) else error
            raise RunError(
                f"release {run_id} is in force, but not all that leads to it could be brought up to date ({why}); the "
                "next run does"
            ) from error
        raise
    if not is_done:
        now = shelf.in_force().run_id
        if run_id not in {now, seen.run_id}:
            shelf.remove(run_id)
        raise RunError(
            f"another run has put release {now} in force meanwhile, so {run_id} is not published; run again, and what "
            "was delivered is added to that release"
        )


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
    shelf = _shelf(layout)
    for run_id, _ in releases(layout)[:-RELEASES_KEPT]:
        if run_id != current_run(layout) and shelf.replaced_at(run_id) < oldest:
            shelf.remove(run_id)


def _shelf(layout: Layout) -> Shelf:
    if isinstance(layout.root, S3Path):
        return BucketShelf(layout.root, layout.local / "releases")
    return FolderShelf(layout)


class FolderShelf:
    """Releases in a folder of this machine: a link says which is in force."""

    def __init__(self, layout: Layout) -> None:
        """Keep releases below a data directory."""
        self._layout = layout
        self._current = layout.local / CURRENT
        self.report: Place = layout.report

    def in_force(self) -> InForce:
        """Return which release the link points to."""
        if not (self._current / RECORD).is_file():
            return InForce()
        return InForce(self._current.resolve().name, str(self._current.lstat().st_mtime_ns))

    def add(self, built: Path, run_id: str) -> None:
        """Sync a finished release to the disk, and move it to its place."""
        for path in sorted(built.rglob("*")):
            if path.is_file():
                _sync(path)
        final = self._folder(run_id)
        if final.exists():
            # Left by a run that was killed before the link was replaced, or rolled back to and made again.
            shutil.rmtree(final)
        final.parent.mkdir(parents=True, exist_ok=True)
        built.rename(final)
        _sync(final.parent)

    def put_in_force(self, run_id: str, seen: InForce) -> bool:
        """Replace the link; the run lock is held, so nobody does the same at the same time."""
        if self.in_force() != seen:
            return False
        if self._current.exists():
            self._current.resolve().touch()
        replace_link(self._current, Path(self._layout.releases.name) / run_id)
        self.mend()
        _sync(self._layout.local)
        return True

    def _link_reports(self) -> None:
        """Give each kept release's report a place of its own beside the latest, and take links of removed ones away."""
        folder = self._layout.report.parent.parent
        for path in folder.iterdir():
            if path.is_symlink() and not path.exists():
                path.unlink()
        for run_id, _ in releases(self._layout):
            if not (folder / run_id).is_symlink():
                replace_link(folder / run_id, Path("..") / self._layout.releases.name / run_id / REPORT)

    def mend(self) -> None:
        """Let the fixed names lead through the link that says which release is in force."""
        for name, target in ((self._layout.database, DATABASE), (self._layout.report.parent, REPORT)):
            wanted = Path("..") / CURRENT / target
            if not name.is_symlink() or name.readlink() != wanted:
                replace_link(name, wanted)
        self._link_reports()

    def database(self) -> Path | None:
        """Return the file that the links lead to."""
        return self._layout.database.resolve() if self._layout.database.exists() else None

    def replaced_at(self, run_id: str) -> float:
        """Return when the folder was last touched."""
        return self._folder(run_id).stat().st_mtime

    def remove(self, run_id: str) -> None:
        """Remove a release."""
        shutil.rmtree(self._folder(run_id))
        self._link_reports()

    def _folder(self, run_id: str) -> Path:
        return self._layout.local / self._layout.releases.name / run_id


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
