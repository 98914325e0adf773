"""A lock in a bucket: an object that names its holder and a moment until which it counts, renewed while the run works.

Each change is a conditional put, so of two who try one succeeds. Clocks of machines may differ by less than the time
between two renewals; should a lease be lost all the same, publishing notices (`flows/bucket_releases.py`).
"""

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.errors import RunError
from flows.storage import S3Path, StorageError

#: How long a lease counts after it was last renewed, and how often it is renewed.
SECONDS, RENEWED_EVERY = 60.0, 15.0


@dataclass(frozen=True)
class Lease:
    """Who holds a data directory.

    Attributes:
        machine: Name of the machine and its space of process numbers.
        process: Number of the process.
        until: Until when, in seconds since 1970.
        nonce: Tells this lease from all others.
    """

    machine: str
    process: int
    until: float
    nonce: str

    @property
    def counts(self) -> bool:
        """Whether the holder is still at work, as far as can be known from here."""
        if self.until <= time.time():
            return False
        return self.machine != this_machine() or Path("/proc", str(self.process)).exists()


def this_machine() -> str:
    """Name this machine, so that a process number means something."""
    return f"{socket.gethostname()}/{Path('/proc/self/ns/pid').readlink()}"


@contextmanager
def hold_lease(path: S3Path, directory: str, seconds: float = SECONDS, every: float = RENEWED_EVERY) -> Iterator[None]:
    """Hold a lease, and renew it until the block ends.

    Args:
        path: The object.
        directory: The data directory, for the sentence.
        seconds: How long it counts after it was last renewed.
        every: Seconds between renewals.

    Raises:
        RunError: Another run holds it.
    """
    version = _take(path, directory, seconds)
    done = threading.Event()
    keeper = _Keeper(path, version, seconds)
    thread = threading.Thread(target=keeper.renew_until, args=(done, every), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        keeper.give_back()


def _take(path: S3Path, directory: str, seconds: float) -> str:
    found = path.read_with_version()
    holder = Lease(**json.loads(found[0])) if found else None
    if holder is not None and holder.counts:
        raise RunError(_held(holder, directory))
    version = path.swap(_lease(seconds), found[1] if found else None)
    if version is None:
        raise RunError(f"another run has just begun to work in {directory}; wait until it has ended")
    return version


def is_held(path: S3Path) -> bool:
    """Tell whether a run holds the data directory."""
    found = path.read_with_version()
    return found is not None and Lease(**json.loads(found[0])).counts


def holds(path: S3Path) -> bool:
    """Tell whether this process still holds the data directory: its lease has neither run out nor been taken over."""
    found = path.read_with_version()
    return found is not None and _is_ours(found[0]) and Lease(**json.loads(found[0])).counts


def drop_own(path: S3Path) -> None:
    """Give up what this process held before it became another program (`flows/termination.py`)."""
    found = path.read_with_version()
    if found and _is_ours(found[0]):
        path.unlink(missing_ok=True)


def _is_ours(content: bytes) -> bool:
    holder = Lease(**json.loads(content))
    return (holder.machine, holder.process) == (this_machine(), os.getpid())


def _lease(seconds: float) -> bytes:
    lease = Lease(this_machine(), os.getpid(), time.time() + seconds, secrets.token_hex(8))
    return json.dumps(asdict(lease)).encode()


def _held(holder: Lease, directory: str) -> str:
    until = datetime.fromtimestamp(holder.until, UTC).strftime("%H:%M:%S UTC")
    return (
        f"another run (process {holder.process} on {holder.machine.partition('/')[0]}) is working in {directory}; wait "
        f"until it has ended. If it was killed, its hold runs out at {until}"
    )


@dataclass
class _Keeper:
    """Renews a lease; a change that somebody else has made ends that."""

    path: S3Path
    version: str | None
    seconds: float

    def renew_until(self, done: threading.Event, every: float) -> None:
        while not done.wait(every) and self.version is not None:
            try:
                self.version = self.path.swap(_lease(self.seconds), self.version) or self._version_if_ours()
            except StorageError:
                # The store may answer again before the lease has run out; if not, another run may take it.
                continue

    def _version_if_ours(self) -> str | None:
        """An answer that was lost on its way looks as if somebody else had written."""
        found = self.path.read_with_version()
        return found[1] if found and _is_ours(found[0]) else None

    def give_back(self) -> None:
        if self.version is not None and self.path.version() == self.version:
            self.path.unlink(missing_ok=True)
