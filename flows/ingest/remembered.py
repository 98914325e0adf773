"""What files of the inbox were found to be, remembered as long as nobody has touched them.

An inbox is often kept: a night run would read all that was ever delivered only to learn that it knows it. The kernel
says whether a file was written to: its time of change cannot be set by whoever copies or touches it.
"""

import hmac
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flows.files import write_json_atomically
from flows.ingest.delivered import InboxFile
from flows.settings import Layout
from transforms.privacy.pseudonym import PseudonymKey

#: A file that was written to so shortly before it was read may have been written to again within one tick of the clock.
YOUNG_NANOSECONDS = 2 * 10**9
_KEY_BYTES = 16


@dataclass(frozen=True)
class Seen:
    """A file as it was when it was read.

    Attributes:
        identity: Device, inode, size, and the times when content and anything about it last changed.
        digest: SHA-256 of its unpacked content.
        size: Size of that.
    """

    identity: tuple[int, ...]
    digest: str
    size: int


class Remembered:
    """Files that were read before, and those that are read now."""

    def __init__(self, layout: Layout, key: PseudonymKey) -> None:
        """Read what is remembered of an inbox; a file that cannot be understood is as good as none.

        Args:
            layout: The data directory.
            key: Key for pseudonyms: names of files may name persons, and a hash without one would tell who guesses.
        """
        self._secret = key.secret
        self._place = layout.local / "state" / "seen.json"
        self._work = layout.work
        self._before = _read(self._place)
        self._now: dict[str, Seen] = {}

    def find(self, file: InboxFile) -> Seen | None:
        """Return what a file was found to be, unless it may have been changed since, or was unpacked for this run."""
        if not self._is_kept(file):
            return None
        key = self._key(file.path)
        seen = self._before.get(key)
        if seen is None or seen.identity != _identity(file.path):
            return None
        self._now[key] = seen
        return seen

    def note(self, file: InboxFile, digest: str, size: int, identity: tuple[int, ...]) -> None:
        """Remember what a file was found to be.

        Args:
            file: The file.
            digest: SHA-256 of its unpacked content.
            size: Size of that.
            identity: What ``identity_of`` said before it was read.
        """
        if (
            self._is_kept(file)
            and identity == _identity(file.path)
            and time.time_ns() - identity[-1] > YOUNG_NANOSECONDS
        ):
            self._now[self._key(file.path)] = Seen(identity, digest, size)

    def _key(self, path: Path) -> str:
        text = b"ruling-analytics/path/" + os.fsencode(path.absolute())
        return hmac.digest(self._secret, text, "sha256")[:_KEY_BYTES].hex()

    def _is_kept(self, file: InboxFile) -> bool:
        """Whether the file lies in the inbox as it is read: no member of an archive, no sheet, nothing unpacked.

        The hash that a manifest gives of a packed file is of the packed bytes, which are to be read then.
        """
        is_here = not file.path.is_relative_to(self._work)
        return (
            is_here and file.unpacked is None and file.sheet is None and not (file.compression and file.expected_sha256)
        )

    def save(self) -> None:
        """Write down the files that are in the inbox now."""
        self._place.parent.mkdir(parents=True, exist_ok=True)
        write_json_atomically(self._place, {key: asdict(seen) for key, seen in sorted(self._now.items())})


def identity_of(file: InboxFile) -> tuple[int, ...]:
    """What changes when a file is written to or replaced."""
    return _identity(file.path)


def _identity(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _read(place: Path) -> dict[str, Seen]:
    try:
        raw: Mapping[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        return {key: Seen(tuple(map(int, each["identity"])), each["digest"], each["size"]) for key, each in raw.items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return {}
