"""One run at a time in a data directory."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from flows.errors import RunError
from flows.settings import Layout


@contextmanager
def run_lock(layout: Layout) -> Iterator[None]:
    """Hold the data directory for this run; the lock goes with the process, so a killed run leaves none.

    Raises:
        RunError: Another run holds it.
    """
    path = layout.state / "run.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise RunError(
                f"another run (process {holder}) is working in {layout.root}; wait until it has ended"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
