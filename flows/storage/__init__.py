"""Storage: the data directory on this machine or in an S3 bucket."""

from flows.storage.bucket import S3Path, StorageError, refusal, why
from flows.storage.places import Place, open_place, reachable

__all__ = ["Place", "S3Path", "StorageError", "open_place", "reachable", "refusal", "why"]
