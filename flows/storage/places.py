"""Where data lies: in a folder of this machine, or below a prefix of a bucket."""

from pathlib import Path

from flows.storage.bucket import SCHEME, S3Path

Place = Path | S3Path


def reachable(place: Place) -> Place:
    """Return a place once it is known that its bucket is there and may be listed; some stores make one on a write.

    Raises:
        StorageError: There is no such bucket, or its store cannot be used.
    """
    if isinstance(place, S3Path):
        place.is_dir()
    return place


def open_place(address: str | Path) -> Place:
    """Read an address: ``s3://bucket/prefix``, or a path of this machine.

    Raises:
        UsageError: It names no bucket.
    """
    text = str(address)
    return S3Path.parse(text) if text.startswith(SCHEME) else Path(address).resolve()
