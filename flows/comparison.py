"""Comparing two kept releases: a report of the one with what changed since the other."""

import difflib
from dataclasses import dataclass
from pathlib import Path

from flows.errors import RunError, UsageError
from flows.publish import DATABASE, REPORT, current_run, database_in_force, release_folder, releases
from flows.report.compare import change_sentences
from flows.report.data import read_release
from flows.report.disclosure import disclose
from flows.report.render import render_report
from flows.report.snapshot import NAME, Snapshot, read_snapshot, take_snapshot
from flows.settings import Layout


@dataclass(frozen=True)
class Comparison:
    """What changed between two releases: the sentences in both languages, and the report that holds them."""

    english: str
    chinese: str
    report: Path


def compare_releases(layout: Layout, other: str, release: str | None = None) -> Comparison:
    """Write the report of a release with what changed since another one.

    Args:
        layout: The data directory.
        other: The release to compare with.
        release: The release that the report is about; that in force if none is named.

    Returns:
        What changed, and where the report lies: below ``reports/compare``.

    Raises:
        RunError: There is no release.
        UsageError: One of the two is not kept, or they are the same.
    """
    release = release or current_run(layout)
    if release is None:
        raise RunError(f"there is no release in {layout.root} yet; run: rulings run")
    for each in (release, other):
        _require_kept(layout, each)
    if release == other:
        raise UsageError(f"{release} is the release that it would be compared with; name another: rulings status")
    now, before = (_snapshot(layout, each) for each in (release, other))
    out = layout.report.parent.parent / "compare" / f"{release}-{other}"
    path = render_report(_database(layout, release), out, before)
    sentences = change_sentences(now, before)
    return Comparison("\n".join(each.en for each in sentences), "\n".join(each.zh for each in sentences), path)


def _require_kept(layout: Layout, release: str) -> None:
    kept = [run_id for run_id, _ in releases(layout)]
    if release not in kept:
        near = difflib.get_close_matches(release, kept, n=1) or kept
        raise UsageError(f"release {release} is not kept; kept are {', '.join(near)}. See: rulings status")


def _snapshot(layout: Layout, release: str) -> Snapshot:
    """The numbers that a release kept, or else those of its database."""
    folder = release_folder(layout, release)
    kept = read_snapshot(folder / REPORT / NAME)
    if kept is not None:
        return kept
    data = read_release(_database(layout, release))
    return take_snapshot(data, disclose(data))


def _database(layout: Layout, release: str) -> Path:
    """The database of a kept release on this machine."""
    if release == current_run(layout):
        return database_in_force(layout)
    database = release_folder(layout, release) / DATABASE
    if not isinstance(database, Path):
        raise UsageError(f"only the release in force is read from a bucket; put {release} in force: rulings rollback")
    return database
