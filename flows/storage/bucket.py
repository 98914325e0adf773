"""A path in an S3 bucket, with as much of ``pathlib.Path`` as this project uses; credentials come from the environment.

An object appears whole or not at all, and there are no folders: a prefix is there as long as an object lies below it.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, cast

from flows.errors import RunError, UsageError

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Store

SCHEME = "s3://"
ENDPOINT = "AWS_ENDPOINT_URL"
# An endpoint that does not answer is given up soon; a person waits for the sentence.
_CONNECT = timedelta(seconds=3)
_ANSWER = timedelta(seconds=60)
RETRY: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=10)}
_LISTED_AT_ONCE = 1_000
_PIECE = 16 * 2**20
_CODE = re.compile(r"<Code>(\w+)</Code>")
# How Polars begins what it says of a store.
_OF_A_STORE = "object-store error"
_WILD = re.compile(r"[*?\[]")


class StorageError(RunError):
    """The store cannot be reached, or refuses; the sentence quotes neither credentials nor what the server sent."""


@dataclass(frozen=True, order=True)
class S3Path:
    """An object or a prefix of a bucket.

    Attributes:
        bucket: The bucket.
        key: The key, without a slash at either end; empty for the bucket itself.
    """

    bucket: str
    key: str

    @classmethod
    def parse(cls, address: str) -> "S3Path":
        """Read an address such as ``s3://bucket/prefix``.

        Raises:
            UsageError: It names no bucket.
        """
        bucket, _, key = address.removeprefix(SCHEME).partition("/")
        if not bucket:
            raise UsageError(f"{address} names no bucket; expected an address such as s3://bucket/prefix")
        _prepare_environment()
        return cls(bucket, "/".join(part for part in key.split("/") if part))

    def __reduce__(self) -> tuple[Any, ...]:
        # Whoever gets it, on whichever machine, reads the environment there.
        return (S3Path.parse, (str(self),))

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}" if self.key else f"{SCHEME}{self.bucket}"

    def __truediv__(self, other: str | PurePosixPath) -> "S3Path":
        return S3Path(self.bucket, f"{self.key}/{other}" if self.key else str(other))

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rpartition("/")[2]

    @property
    def parent(self) -> "S3Path":
        """The prefix that the key lies in."""
        return S3Path(self.bucket, self.key.rpartition("/")[0])

    def with_name(self, name: str) -> "S3Path":
        """Return the key beside this one."""
        return self.parent / name

    def is_file(self) -> bool:
        """Whether there is an object with this key."""
        return self.version() is not None

    def is_dir(self) -> bool:
        """Whether an object lies below this prefix."""
        return next(self.objects(), None) is not None

    def exists(self) -> bool:
        """Whether there is an object with this key or below it."""
        return self.is_file() or self.is_dir()

    def version(self) -> str | None:
        """Return what tells this version of the object from all others, or None if there is none."""
        with _explained(self):
            try:
                return self._store.head(self.key)["e_tag"]
            except FileNotFoundError:
                return None

    def read_bytes(self) -> bytes:
        """Return the object's content.

        Raises:
            FileNotFoundError: There is no such object.
        """
        with _explained(self):
            return bytes(self._store.get(self.key).bytes())

    def read_text(self, encoding: str = "utf-8") -> str:
        """Return the object's content as text."""
        return self.read_bytes().decode(encoding)

    def read_with_version(self) -> tuple[bytes, str | None] | None:
        """Return the content and its version, of one moment, or None if there is no such object."""
        with _explained(self):
            try:
                got = self._store.get(self.key)
                return bytes(got.bytes()), got.meta["e_tag"]
            except FileNotFoundError:
                return None

    def write_bytes(self, content: bytes) -> None:
        """Write the object in one step, whether it is there or not."""
        with _explained(self):
            self._store.put(self.key, content)

    def create(self, content: bytes) -> bool:
        """Write the object unless there is one; whether it was written. Of several who try, one succeeds."""
        from obstore.exceptions import AlreadyExistsError  # noqa: PLC0415 - only for addresses in a store

        with _explained(self):
            try:
                self._store.put(self.key, content, mode="create")
            except AlreadyExistsError:
                return False
        return True

    def swap(self, content: bytes, version: str | None) -> str | None:
        """Write the object if it is still of the version given (None: not there).

        Returns:
            The new version, or None if somebody else has written meanwhile.
        """
        from obstore.exceptions import AlreadyExistsError, PreconditionError  # noqa: PLC0415 - see above

        with _explained(self):
            try:
                put = self._store.put(self.key, content, mode="create" if version is None else {"e_tag": version})
            except (AlreadyExistsError, PreconditionError, FileNotFoundError):
                return None
        return put["e_tag"]

    def upload(self, file: Path) -> None:
        """Write a local file to this key; large ones in parts, seen only when all have arrived."""
        with _explained(self):
            self._store.put(self.key, file)

    def download(self, file: Path) -> None:
        """Write the object to a local file, piece by piece, each a request of its own."""
        import obstore  # noqa: PLC0415 - see above

        with _explained(self), file.open("wb") as target:
            reader = obstore.open_reader(self._store, self.key, buffer_size=_PIECE)
            while piece := reader.read(_PIECE):
                target.write(piece)

    def copy_to(self, target: "S3Path") -> None:
        """Copy the object within its bucket, without it passing through this machine."""
        with _explained(self):
            self._store.copy(self.key, target.key)

    def open(self, mode: str = "rb") -> IO[bytes]:
        """Open the object for reading from any place.

        Raises:
            FileNotFoundError: There is no such object.
        """
        import obstore  # noqa: PLC0415 - see above

        if mode != "rb":
            raise ValueError(f"objects are opened for reading only, not with {mode!r}")
        with _explained(self):
            return cast("IO[bytes]", obstore.open_reader(self._store, self.key))

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove the object.

        Raises:
            FileNotFoundError: There is none, and that is not all right.
        """
        if not missing_ok and not self.is_file():
            raise FileNotFoundError(str(self))
        with _explained(self):
            self._store.delete(self.key)

    def objects(self) -> "Iterator[S3Object]":
        """Yield everything below this prefix, in order of the keys."""
        with _explained(self):
            for some in self._store.list(self.key or None, chunk_size=_LISTED_AT_ONCE):
                for meta in some:
                    yield S3Object(S3Path(self.bucket, meta["path"]), meta["size"], meta["last_modified"].timestamp())

    def remove_below(self) -> None:
        """Remove everything below this prefix."""
        keys = [each.path.key for each in self.objects()]
        with _explained(self):
            if keys:
                self._store.delete(keys)

    def iterdir(self) -> "Iterator[S3Path]":
        """Yield the objects and prefixes directly below this prefix."""
        with _explained(self):
            found = self._store.list_with_delimiter(self.key or None)
        keys = [*found["common_prefixes"], *(meta["path"] for meta in found["objects"])]
        return iter(sorted(S3Path(self.bucket, key.rstrip("/")) for key in keys))

    def glob(self, pattern: str) -> "Iterator[S3Path]":
        """Yield what lies below this prefix and matches, a pattern for each part of the key."""
        first, _, rest = pattern.partition("/")
        if not _WILD.search(first):
            found = [self / first] if rest or (self / first).exists() else []
        else:
            found = [path for path in self.iterdir() if fnmatchcase(path.name, first)]
        return iter([each for path in found for each in path.glob(rest)] if rest else found)

    @property
    def _store(self) -> "S3Store":
        settings = tuple(sorted((name, value) for name, value in os.environ.items() if name.startswith("AWS_")))
        return _open_store(self.bucket, settings)


@dataclass(frozen=True)
class S3Object:
    """An object as a listing shows it.

    Attributes:
        path: Where it lies.
        size: Its size in bytes.
        modified: When it was written, in seconds since 1970.
    """

    path: S3Path
    size: int
    modified: float


def _prepare_environment() -> None:
    """Say once, for obstore and Polars alike, what follows from the endpoint."""
    if os.environ.get(ENDPOINT, "").startswith("http://"):
        os.environ.setdefault("AWS_ALLOW_HTTP", "true")
    if os.environ.get(ENDPOINT):
        os.environ.setdefault("AWS_REGION", os.environ.get("AWS_DEFAULT_REGION", "us-east-1"))


@cache
def _open_store(bucket: str, settings: tuple[tuple[str, str], ...]) -> "S3Store":
    """Open a bucket; it reads the environment, whose settings are named so that another environment opens another."""
    from obstore.store import S3Store  # noqa: PLC0415 - only for addresses in a store

    return S3Store(bucket, client_options=client_options(dict(settings)), retry_config=RETRY)


def client_options(environment: Mapping[str, str]) -> "ClientConfig":
    """Return how a client goes about its requests."""
    return {
        "allow_http": environment.get("AWS_ALLOW_HTTP") == "true",
        "connect_timeout": _CONNECT,
        "timeout": _ANSWER,
    }


@contextmanager
def _explained(path: S3Path) -> Iterator[None]:
    """Turn what the store answers into a sentence; an object that is not there stays a FileNotFoundError."""
    from obstore.exceptions import BaseError  # noqa: PLC0415 - see above

    try:
        yield
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise StorageError(_no_bucket(path)) from None
        raise FileNotFoundError(str(path)) from None
    except BaseError as error:
        raise StorageError(_sentence(path, str(error))) from None


def why(error: OSError | StorageError) -> str:
    """Say in a few words why a read or a write did not succeed."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def refusal(error: OSError) -> str:
    """Say what a read or a write was refused for; of what a store answers, its code alone.

    Args:
        error: Of the operating system, or of Polars for a file in a bucket.
    """
    text = str(error)
    if _OF_A_STORE not in text:
        return f"the operating system refused: {': '.join(str(each) for each in (why(error), error.filename) if each)}"
    code = next(iter(_CODE.findall(text)), type(error).__name__)
    return f"{_endpoint()} did not give or take a file ({code}); check that it can be reached, and run again"


def _no_bucket(path: S3Path) -> str:
    return f"there is no bucket {path.bucket} at {_endpoint()}; make it, or correct the address {path}"


def _sentence(path: S3Path, error: str) -> str:
    code = next(iter(_CODE.findall(error)), "")
    if code == "NoSuchBucket":
        return _no_bucket(path)
    if code or "status code: 4" in error:
        return (
            f"{_endpoint()} refused access to {path} ({code or 'a client error'}); check AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, and what they may do in this bucket"
        )
    return (
        f"{_endpoint()} cannot be reached for {path}; check {ENDPOINT}, the network and the credentials, and run again"
    )


def _endpoint() -> str:
    # Without what a careless address may hold before the host.
    return re.sub(r"//[^/@]*@", "//", os.environ.get(ENDPOINT) or "the S3 service")
