"""Handing files to whoever stages them: a thread of this process, or a worker that may be another machine."""

from dataclasses import replace
from pathlib import Path

from flows.executor import DASK, Handed
from flows.files import at_hand
from flows.ingest.staging import StagingTask, stage_file
from flows.keys import load_key
from flows.settings import Layout, Settings
from flows.storage import Place, S3Path

#: Folder of this machine for an inbox that lies in a bucket.
INBOX = "inbox"


def hand_over(task: StagingTask, settings: Settings) -> StagingTask:
    """Put the bytes of a file where workers find them, if the data directory is in a bucket and they are needed there.

    Args:
        task: The file.
        settings: The run's settings.

    Returns:
        The task, which says where its bytes are.
    """
    shared = settings.layout.shared
    if isinstance(shared, Path) or not settings.executor.startswith(DASK):
        return task
    content = task.file.content
    fetched = settings.layout.work / INBOX
    if isinstance(settings.inbox, S3Path) and content.is_relative_to(fetched):
        return replace(task, origin=settings.inbox / content.relative_to(fetched).as_posix())
    origin = shared / "handed" / f"{task.file_id}-{content.name}"
    origin.upload(content)
    return replace(task, origin=origin)


def stage_handed_over(task: StagingTask, layout: Layout, homes: Handed) -> None:
    """Stage a file, wherever its bytes are.

    Args:
        task: The file.
        layout: The data directory.
        homes: Home month by dispute.

    Raises:
        RunError: The file cannot be read, or its headers match no profile.
    """
    here = _taken_over(task, layout, task.origin) if task.origin else task
    # The key does not travel: a worker reads it where a run reads it.
    stage_file(here, layout, load_key(layout), homes.get())
    if task.origin and here.file.content != task.file.content:
        here.file.content.unlink(missing_ok=True)


def _taken_over(task: StagingTask, layout: Layout, origin: Place) -> StagingTask:
    if task.file.content.is_file():
        return task
    local = at_hand(origin, layout.work / "handed")
    file = task.file
    return replace(task, file=replace(file, unpacked=local) if file.unpacked else replace(file, path=local))
