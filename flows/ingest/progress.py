"""How far the reading of a long file is: bytes done, and how fast."""

import time
from collections.abc import Callable
from dataclasses import dataclass

#: A file that is read within so many seconds tells nothing.
EVERY_SECONDS = 5.0
_UNITS = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


@dataclass
class Meter:
    """Follows the reading of one file; a new pass over it begins anew.

    Attributes:
        name: The file.
        say: Where a line goes.
        total: Bytes of its content; 0 where that is not known yet.
        clock: Seconds that never go back.
    """

    name: str
    say: Callable[[str], None]
    total: int = 0
    clock: Callable[[], float] = time.monotonic
    _seen: int = 0
    _began: float | None = None
    _told: float = 0.0

    def __call__(self, seen: int) -> None:
        """Note that so many bytes were read, and say so from time to time."""
        now = self.clock()
        if self._began is None or seen < self._seen:
            self._began = self._told = now
        self._seen = seen
        if now - self._told >= EVERY_SECONDS:
            self._told = now
            self.say(progress_line(self.name, seen, self.total, now - self._began))


def progress_line(name: str, seen: int, total: int, seconds: float) -> str:
    """Say how far the reading of a file is.

    Args:
        name: The file.
        seen: Bytes read.
        total: Bytes of its content, or 0.
        seconds: Since the first.

    Returns:
        Such as ``messages.csv: 1.2 of 2.0 GiB, 85.0 MiB/s, 10 s left``.
    """
    rate = seen / seconds if seconds > 0 else 0.0
    done = f"{_size(seen)} of {_size(total)}" if total >= max(seen, 1) else _size(seen)
    left = f", {(total - seen) / rate:.0f} s left" if total > seen and rate > 0 else ""
    return f"{name}: {done}, {_size(rate)}/s{left}"


def _size(count: float) -> str:
    factor, unit = next(((factor, unit) for factor, unit in _UNITS if count >= factor), (1, "bytes"))
    return f"{count / factor:.{0 if unit == 'bytes' else 1}f} {unit}"
