"""Where data lies: in a folder of this machine, or below a prefix of a bucket."""

from pathlib import Path

from flows.errors import UsageError
from flows.storage.bucket import SCHEME, S3Path

Place = Path | S3Path


def reachable(place: Place) -> Place:
    """Return a place once it is known that it can be one for data.

    A bucket is there and may be listed, for some stores make one on a write; a path of this machine is no file.

    Raises:
        StorageError: There is no such bucket, or its store cannot be used.
        UsageError: The path is that of a file.
    """
    is_there = place.is_dir()
    if isinstance(place, Path) and place.exists() and not is_there:
        raise UsageError(f"{place} is a file; the data directory must be a folder")
    return place


def open_place(address: str | Path) -> Place:
    """Read an address: ``s3://bucket/prefix``, or a path of this machine.

    Raises:
        UsageError: It names no bucket.
    """
    text = str(address)
    return S3Path.parse(text) if text.startswith(SCHEME) else Path(address).resolve()
