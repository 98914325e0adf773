"""Processes that a run starts, and that must not outlive it."""

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask Linux to end this process if the one that started it is killed, so that nothing is left behind.

    The run blocks SIGTERM for itself (flows/termination.py); its children must hear it.
    """
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def end_with_parent(parent: int) -> None:
    """The same for a worker; Ctrl-C, which the terminal sends to all, ends it without a word.

    Args:
        parent: The process that started it. It may be gone by the time that this is asked for.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    die_with_parent()
    if os.getppid() != parent:
        os._exit(1)
