"""What is in force, what is kept, and going back."""

import json

from flows.errors import RunError, UsageError
from flows.files import listed
from flows.publish import current_run, put_in_force, releases
from flows.settings import Layout

_FAILURES_SHOWN = 3


def status_text(layout: Layout) -> str:
    """Describe the releases and the last failures.

    Args:
        layout: The data directory.

    Returns:
        Lines of text.
    """
    kept = releases(layout)
    if not kept:
        return f"Nothing was published in {layout.root} yet." + _failures(layout)
    in_force = current_run(layout)
    lines = [
        f"{'*' if run_id == in_force else ' '} {run_id}  published {record['published_at']}" for run_id, record in kept
    ]
    return "Releases (* in force):\n" + "\n".join(lines) + _failures(layout)


def _failures(layout: Layout) -> str:
    records = [json.loads(path.read_text(encoding="utf-8")) for path in listed(layout.runs, "failed-*/run.json")]
    lines = [f"  {record['started_at']}: {record['reason']}" for record in records[-_FAILURES_SHOWN:]]
    return "\nLast failed runs:\n" + "\n".join(lines) if lines else ""


def roll_back(layout: Layout, release: str | None) -> str:
    """Put an earlier release in force.

    Args:
        layout: The data directory.
        release: Name of a kept release, or None for the one before that in force.

    Returns:
        The release that is in force now.

    Raises:
        RunError: There is no earlier release.
        UsageError: No such release is kept.
    """
    kept = [run_id for run_id, _ in releases(layout)]
    in_force = current_run(layout)
    if release is None:
        place = kept.index(in_force) if in_force in kept else 0
        if place == 0:
            raise RunError("there is no release before the one in force")
        release = kept[place - 1]
    if release not in kept:
        raise UsageError(f"release {release} is not kept; kept are {', '.join(kept) or 'none'}")
    put_in_force(layout, release)
    return release
