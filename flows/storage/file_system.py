"""Buckets for libraries that read by fsspec, such as DuckDB."""

from typing import Any

from obstore.fsspec import FsspecStore

from flows.storage.bucket import S3Path


class BucketFiles(FsspecStore):
    """Objects as files; the library's own search for a pattern finds nothing below a prefix that is no object."""

    def glob(self, path: str, **_: Any) -> list[str]:  # noqa: ANN401 - options of other file systems
        """Return the objects that match a pattern, in order."""
        pattern = S3Path.parse(path)
        return [str(found) for found in sorted(S3Path(pattern.bucket, "").glob(pattern.key))]
