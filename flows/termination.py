"""Ending a run that is told to stop, within seconds, whatever it is doing."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from flows.errors import RunError
from flows.files import remove_tree
from flows.lock import drop_own_lock, run_lock
from flows.publish import PUBLISHING
from flows.run_log import mark_stopped
from flows.settings import Layout, layout_of

#: How long a release that is being put in its place is waited for.
PATIENCE_SECONDS = 5.0
STATUS = 1
SENTENCE = "rulings: told to stop; the last release is as it was, and the next run begins anew\n"


@contextmanager
def ends_on_sigterm(layout: Layout) -> Iterator[None]:
    """End this process when it gets SIGTERM: scratch space removed, one sentence, exit status 1.

    A handler in Python would wait until the library call under way has ended, which may take minutes; so a thread of
    its own waits for the signal, which is blocked in all others.

    Args:
        layout: The data directory.
    """
    blocked = {signal.SIGTERM}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, blocked)
    done = threading.Event()

    def watch() -> None:
        while signal.sigtimedwait(blocked, 0.5) is None:
            if done.is_set():
                return
        if not done.is_set():
            end(layout)

    watcher = threading.Thread(target=watch, name="sigterm", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end(layout: Layout) -> None:
    """Become a small process that clears up: that ends all threads of this one at once, whatever they are doing.

    Args:
        layout: The data directory.
    """
    PUBLISHING.acquire(timeout=PATIENCE_SECONDS)
    os.execv(sys.executable, [sys.executable, "-m", "flows.termination", str(layout.root)])


def clear_up(layout: Layout) -> None:
    """Remove what the run has made so far, unless another run has taken the data directory over."""
    with suppress(RunError):
        drop_own_lock(layout)
        with run_lock(layout):
            remove_tree(layout.shared)
            remove_tree(layout.work)
            remove_tree(layout.dask)
            # The run had this process before it became the one that clears up.
            mark_stopped(layout)


if __name__ == "__main__":
    clear_up(layout_of(sys.argv[1]))
    sys.stderr.write(SENTENCE)
    sys.exit(STATUS)
