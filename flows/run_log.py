"""What each run did, one small file per run below ``runs/log``, for ``rulings status``."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flows.errors import RunError, UsageError
from flows.files import listed, write_json_atomically
from flows.settings import Layout, Settings
from flows.stages import Stopwatch
from flows.storage import StorageError, refusal, why
from transforms.privacy.mask import mask_sentence

RUNNING, PUBLISHED, NOTHING_NEW, FAILED, STOPPED = "running", "published", "nothing_new", "failed", "stopped"
#: Endings after which the release in force holds all that lay in the inbox.
SUCCESSES = frozenset({PUBLISHED, NOTHING_NEW})
KEPT = 100


@dataclass(frozen=True)
class RunRecord:
    """One run.

    Attributes:
        started_at: When it began.
        inbox: The folder that it read.
        status: How it ended; ``running`` until then, and for ever if it was killed.
        process: Its process.
        ended_at: When it ended.
        run_id: The release in force afterwards.
        sentence: Why it failed, without personal data.
        notes: What a person should know: what moved against the releases before, what could not be tidied up.
    """

    started_at: datetime
    inbox: str
    status: str = RUNNING
    process: int = 0
    ended_at: datetime | None = None
    run_id: str | None = None
    sentence: str = ""
    notes: tuple[str, ...] = ()


@dataclass
class RunLog:
    """Keeps the record of one run up to date.

    Attributes:
        layout: The data directory.
        record: The run so far.
    """

    layout: Layout
    record: RunRecord

    def followed(self, stopwatch: Stopwatch) -> Stopwatch:
        """Return a stopwatch whose notes are kept in the record too."""

        def on_note(sentence: str) -> None:
            stopwatch.on_note(sentence)
            self.record = replace(self.record, notes=(*self.record.notes, sentence))

        return replace(stopwatch, on_note=on_note)

    def end(self, status: str, *, run_id: str | None = None, sentence: str = "") -> None:
        """Write down how the run ended."""
        self.record = replace(self.record, status=status, ended_at=datetime.now(UTC), run_id=run_id, sentence=sentence)
        self.write()

    def write(self) -> None:
        """Write the record in place of what was there."""
        name = self.record.started_at.strftime("%Y%m%dT%H%M%S%fZ")
        write_json_atomically(self.layout.runs / "log" / f"{name}.json", asdict(self.record) | _times(self.record))


def _times(record: RunRecord) -> dict[str, str | None]:
    ended = record.ended_at.isoformat() if record.ended_at else None
    return {"started_at": record.started_at.isoformat(), "ended_at": ended}


@contextmanager
def recorded(settings: Settings) -> Iterator[RunLog]:
    """Record a run from its beginning; if it fails, why.

    Args:
        settings: The run's settings.

    Yields:
        The record, whose end whoever carries out the run writes down if it went well.
    """
    log = RunLog(settings.layout, RunRecord(settings.started_at, str(settings.inbox), process=os.getpid()))
    log.write()
    _clear(settings.layout)
    with _failing(lambda sentence: log.end(FAILED, sentence=sentence)):
        yield log


@contextmanager
def _failing(tell: Callable[[str], None]) -> Iterator[None]:
    """Tell why a block failed; libraries may quote persons, so only sentences of our own are told in full."""
    try:
        yield
    except (RunError, UsageError) as error:
        tell(str(error))
        raise
    except OSError as error:
        tell(mask_sentence(refusal(error)))
        raise
    except BaseException as error:
        tell(f"it ended with {type(error).__name__}")
        raise


def tell_afterwards(what: str, write: Callable[[], object], on_note: Callable[[str], None]) -> None:
    """Write something about a run that has ended well; that it cannot be written does not undo the run.

    Args:
        what: What is written, for the note.
        write: Writes it.
        on_note: Called with a sentence if it is refused.
    """
    try:
        write()
    except (OSError, StorageError) as error:
        on_note(f"the run ended well, but {what} could not be written ({why(error)})")


def read_runs(layout: Layout) -> list[RunRecord]:
    """Return the runs of which records are kept, the newest first."""
    paths = reversed(listed(layout.runs / "log", "*.json"))
    return [_record(json.loads(path.read_text(encoding="utf-8"))) for path in paths]


def _record(raw: dict[str, Any]) -> RunRecord:
    ended = raw["ended_at"]
    return RunRecord(
        started_at=datetime.fromisoformat(raw["started_at"]),
        inbox=raw["inbox"],
        status=raw["status"],
        process=raw["process"],
        ended_at=datetime.fromisoformat(ended) if ended else None,
        run_id=raw["run_id"],
        sentence=raw["sentence"],
        notes=tuple(raw["notes"]),
    )


def mark_stopped(layout: Layout) -> None:
    """Write down that the run of this process was told to stop."""
    for record in read_runs(layout)[:1]:
        if record.status == RUNNING and record.process == os.getpid():
            RunLog(layout, record).end(STOPPED, sentence="told to stop")


def _clear(layout: Layout) -> None:
    for path in listed(layout.runs / "log", "*.json")[:-KEPT]:
        path.unlink()
