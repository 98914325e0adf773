"""How things stand: the release in force, how fresh it is, what waits, what the last runs did; and going back."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.errors import RunError, UsageError
from flows.lease import is_held
from flows.lock import LOCK
from flows.publish import current_run, put_in_force, releases
from flows.run_log import SUCCESSES, RunRecord, read_runs
from flows.settings import Layout
from flows.settings_file import whole_numbers
from flows.storage import Place, S3Path, open_place

#: A nightly run, and half a day for a night that went wrong.
DEFAULT_MAX_AGE_HOURS = 36
RUNS_SHOWN = 5
_MEGABYTE = 1e6
_SECONDS_PER_HOUR = 3600
_ENDINGS = {
    "running": "under way",
    "published": "published {run_id}",
    "nothing_new": "nothing new",
    "failed": "failed: {sentence}",
    "stopped": "stopped",
    "cut_off": "cut off: the process was killed or the machine went down; the next run begins anew",
}


@dataclass(frozen=True)
class Release:
    """A release that is kept."""

    run_id: str
    published_at: datetime
    is_in_force: bool


@dataclass(frozen=True)
class Waiting:
    """Files in the inbox that no run has read yet; ``since`` is when the first of them came."""

    files: int
    bytes: int
    since: datetime | None


@dataclass(frozen=True)
class Run:
    """A run as status tells it; beside the endings of the record there is ``cut_off``."""

    started_at: datetime
    ended_at: datetime | None
    status: str
    run_id: str | None
    sentence: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Status:
    """How things stand in a data directory.

    Attributes:
        now: The time that ages are counted to.
        releases: Those kept, the oldest first.
        fresh_at: When the last run that went well began; what the inbox held then is in the release.
        max_age_hours: How long ago that may be.
        waiting: What the inbox holds since.
        runs: The last runs, the newest first.
        problems: What somebody has to look after, in sentences; empty if all is well.
    """

    now: datetime
    releases: tuple[Release, ...]
    fresh_at: datetime | None
    max_age_hours: float
    waiting: Waiting
    runs: tuple[Run, ...]
    problems: tuple[str, ...]


def read_status(
    layout: Layout, now: datetime, inbox: Place | None = None, max_age_hours: float | None = None
) -> Status:
    """Read how things stand.

    Args:
        layout: The data directory.
        now: The time.
        inbox: The inbox; by default that of the last run.
        max_age_hours: How old the last good run may be; by default what ``[freshness]`` in ``settings.toml`` says.

    Returns:
        The status.

    Raises:
        UsageError: The settings file says something that cannot be meant.
    """
    default = whole_numbers(layout.root, "freshness", {"max_age_hours": DEFAULT_MAX_AGE_HOURS})["max_age_hours"]
    limit = default if max_age_hours is None else max_age_hours
    records = read_runs(layout)
    in_force = current_run(layout)
    kept = tuple(
        Release(run_id, datetime.fromisoformat(record["published_at"]), run_id == in_force)
        for run_id, record in releases(layout)
    )
    good = next((record.started_at for record in records if record.status in SUCCESSES), None)
    fresh_at = good or max((each.published_at for each in kept), default=None)
    folder = inbox or (open_place(records[0].inbox) if records else layout.inbox)
    runs = _runs(records[:RUNS_SHOWN], is_locked=_is_locked(layout))
    return Status(
        now, kept, fresh_at, limit, _waiting(folder, fresh_at), runs, _problems(kept, fresh_at, runs, now, limit)
    )


def _runs(records: list[RunRecord], *, is_locked: bool) -> tuple[Run, ...]:
    """Tell runs under way from those whose process is gone: only the newest can be the one that holds the lock."""
    return tuple(
        Run(
            each.started_at,
            each.ended_at,
            "cut_off" if each.status == "running" and not (place == 0 and is_locked) else each.status,
            each.run_id,
            each.sentence,
            each.notes,
        )
        for place, each in enumerate(records)
    )


def _is_locked(layout: Layout) -> bool:
    """Tell whether a run holds the data directory, without taking hold of it, which would turn a run away."""
    path = layout.state / LOCK
    if isinstance(path, S3Path):
        return is_held(path)
    if not path.is_file():
        return False
    inode = path.stat().st_ino
    held = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    return any(" FLOCK " in line and f":{inode} " in line for line in held)


def _waiting(inbox: Place, since: datetime | None) -> Waiting:
    """Count files that came after a moment."""
    after = since.timestamp() if since else 0.0
    new = [(arrived, size) for arrived, size in _arrivals(inbox) if arrived > after]
    first = min((arrived for arrived, _ in new), default=None)
    return Waiting(len(new), sum(size for _, size in new), datetime.fromtimestamp(first, UTC) if first else None)


def _arrivals(inbox: Place) -> list[tuple[float, int]]:
    """When each file came, and its size; a copy that keeps the old time of change has a new one of arrival."""
    if isinstance(inbox, S3Path):
        return [(each.modified, each.size) for each in inbox.objects()]
    found = [
        path.stat()
        for path in (inbox.rglob("*") if inbox.is_dir() else ())
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(inbox).parts)
    ]
    return [(max(each.st_mtime, each.st_ctime), each.st_size) for each in found]


def _problems(
    kept: tuple[Release, ...], fresh_at: datetime | None, runs: tuple[Run, ...], now: datetime, limit: float
) -> tuple[str, ...]:
    found = []
    if not any(each.is_in_force for each in kept):
        found.append("nothing was published yet; put a batch into the inbox and run: rulings run")
    elif fresh_at and _hours(fresh_at, now) > limit:
        found.append(
            f"the last run that went well began {_hours(fresh_at, now):.1f} hours ago, and {limit:g} are allowed; "
            "see whether the schedule still works"
        )
    ended = next((run for run in runs if run.status != "running"), None)
    if ended and ended.status not in SUCCESSES:
        found.append(f"the last run {_ENDINGS[ended.status].format(run_id=ended.run_id, sentence=ended.sentence)}")
    return tuple(found)


def _hours(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / _SECONDS_PER_HOUR


def status_text(status: Status) -> str:
    """Say how things stand, for a person."""
    notes = [f"  {note}" for run in status.runs[:1] for note in run.notes]
    lines = [
        "Releases (* in force):",
        *([_release_line(each) for each in status.releases] or ["  none"]),
        _freshness(status),
        _inbox(status.waiting),
        "Last runs:",
        *([f"  {_time(run.started_at)}  {_ending(run)}" for run in status.runs] or ["  none recorded"]),
        *(["Notes of the last one:", *notes] if notes else []),
        *([f"Look after: {problem}" for problem in status.problems] or ["All is well."]),
    ]
    return "\n".join(lines)


def _freshness(status: Status) -> str:
    if status.fresh_at is None:
        return "No run has gone well so far."
    age = _hours(status.fresh_at, status.now)
    return f"Up to date as of {_time(status.fresh_at)}, {age:.1f} hours ago; the limit is {status.max_age_hours:g}"


def _inbox(waiting: Waiting) -> str:
    if waiting.since is None:
        return "Inbox: nothing new"
    size = waiting.bytes / _MEGABYTE
    return f"Inbox: {waiting.files:,} new files, {size:.1f} MB, the first since {_time(waiting.since)}"


def _release_line(release: Release) -> str:
    return f"{'*' if release.is_in_force else ' '} {release.run_id}  published {_time(release.published_at)}"


def _ending(run: Run) -> str:
    return _ENDINGS[run.status].format(run_id=run.run_id, sentence=run.sentence)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def status_facts(status: Status) -> dict[str, object]:
    """Say how things stand, for a machine: the fields of `Status` with times in ISO 8601 and ages in hours."""
    release = next((each for each in status.releases if each.is_in_force), None)
    return {
        **{name: _plain(each) for name, each in asdict(status).items()},
        "is_well": not status.problems,
        "release_age_hours": round(_hours(release.published_at, status.now), 3) if release else None,
        "fresh_age_hours": round(_hours(status.fresh_at, status.now), 3) if status.fresh_at else None,
    }


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else value


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
