"""One run at a time in a data directory."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from flows.errors import RunError
from flows.lease import drop_own, hold_lease, holds
from flows.settings import Layout
from flows.storage import S3Path

LOCK = "run.lock"


def run_lock(layout: Layout) -> AbstractContextManager[None]:
    """Hold the data directory for this run.

    On this machine the lock goes with the process, so a killed run leaves none; in a bucket it is a lease, which a
    killed run leaves to run out.

    Args:
        layout: The data directory.

    Returns:
        A context within which it is held.

    Raises:
        RunError: Another run holds it.
    """
    path = layout.state / LOCK
    return hold_lease(path, str(layout.root)) if isinstance(path, S3Path) else _file_lock(path, str(layout.root))


def still_held(layout: Layout) -> bool:
    """Tell a run that held the data directory whether it still does; a lock here goes only with the process."""
    path = layout.state / LOCK
    return not isinstance(path, S3Path) or holds(path)


def drop_own_lock(layout: Layout) -> None:
    """Give up what this process held in a bucket before it became another program; a lock here is gone by itself."""
    path = layout.state / LOCK
    if isinstance(path, S3Path):
        drop_own(path)


@contextmanager
def _file_lock(path: Path, directory: str) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise RunError(
                f"another run (process {holder}) is working in {directory}; wait until it has ended"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
