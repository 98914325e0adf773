"""Writing files so that nobody ever sees half of one: what differs between this machine and a bucket is here.

In a bucket an object appears whole, and nothing can be renamed; a folder counts once the file written last is there.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from flows.storage import Place, S3Path, StorageError
from flows.storage.bucket import RETRY, client_options

if TYPE_CHECKING:
    import duckdb
    import polars as pl

_OWNER_ONLY = 0o600
_OTHERS = 0o077
_DIGITS = 16
_Place = TypeVar("_Place", bound=Place)


def write_text_atomically(place: Place, text: str) -> None:
    """Write a text file in one step; nobody sees half of it.

    Args:
        place: Where the file shall be.
        text: Its content.
    """
    if isinstance(place, S3Path):
        place.write_bytes(text.encode())
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(f".{place.name}.partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(place)


def write_json_atomically(place: Place, value: Mapping[str, Any] | list[Any]) -> None:
    """Write a JSON file with sorted keys, in one step."""
    write_text_atomically(place, json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def write_parquet_atomically(frame: "pl.DataFrame", place: Place, **options: Any) -> None:  # noqa: ANN401 - of Polars
    """Write a frame as Parquet in one step.

    Args:
        frame: The frame.
        place: Where the file shall be.
        options: Of ``polars.DataFrame.write_parquet``.
    """
    if isinstance(place, S3Path):
        frame.write_parquet(str(place), **options)
        return
    partial = place.with_name(f".{place.name}.partial")
    frame.write_parquet(partial, mkdir=True, **options)
    partial.replace(place)


def write_once(place: Place, text: str) -> None:
    """Write a file that only its owner can read, from the first moment and whole; if two try, the first stays."""
    if isinstance(place, S3Path):
        place.create(text.encode())
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        place.hardlink_to(partial)
    except FileExistsError:
        pass
    except OSError:
        # A file system without links: whoever comes last has written it.
        partial.replace(place)
    partial.unlink(missing_ok=True)


def keep_private(place: Place) -> None:
    """Close a file to others, for copying a folder may have opened it; in a bucket its policy says who may read."""
    if isinstance(place, Path) and place.stat().st_mode & _OTHERS:
        place.chmod(_OWNER_ONLY)


def replace_folder(folder: Path, place: Place, last: str) -> None:
    """Put a finished folder of this machine in its place; one that is there already holds the same and stays.

    Args:
        folder: The finished folder, gone afterwards.
        place: Where it shall be.
        last: The file that says that the folder is whole; in a bucket it is written last.
    """
    if isinstance(place, S3Path):
        if not (place / last).is_file():
            upload_folder(folder, place, last)
        shutil.rmtree(folder)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        shutil.rmtree(folder)
    else:
        folder.rename(place)


def upload_folder(folder: Path, place: S3Path, last: str) -> None:
    """Upload the files of a folder, one of them after all others."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in sorted(files, key=lambda path: path == folder / last):
        (place / path.relative_to(folder).as_posix()).upload(path)


def remove_tree(place: Place) -> None:
    """Remove a folder with all that is in it, if it is there."""
    if isinstance(place, S3Path):
        place.remove_below()
    else:
        shutil.rmtree(place, ignore_errors=True)


def version_of(place: Place) -> str:
    """Return what tells a file from other versions of it.

    Raises:
        FileNotFoundError: It is not there.
    """
    if isinstance(place, Path):
        return str(place.stat().st_mtime_ns)
    version = place.version()
    if version is None:
        raise FileNotFoundError(str(place))
    return version


def listed(place: Place, pattern: str) -> list[Place]:
    """Return what lies below a folder and matches a pattern, in order."""
    if isinstance(place, S3Path):
        return [*sorted(place.glob(pattern))]
    return [*sorted(place.glob(pattern))]


def at_hand(place: Place, folder: Path) -> Path:
    """Return a local file with the content of a place; from a bucket it is downloaded, unless it was before.

    Args:
        place: A file.
        folder: Where downloads are kept.

    Raises:
        FileNotFoundError: It is not there.
    """
    if isinstance(place, Path):
        return place
    digest = hashlib.sha256(f"{place} {version_of(place)}".encode()).hexdigest()[:_DIGITS]
    local = folder / f"{digest}-{place.name}"
    if not local.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        partial = local.with_name(f".{local.name}.{secrets.token_hex(4)}")
        try:
            place.download(partial)
            partial.replace(local)
        finally:
            partial.unlink(missing_ok=True)
    return local


def bring_here(place: Place, folder: Path) -> Path:
    """Return a folder of this machine with what lies in a place; from a bucket all is downloaded, times included.

    Args:
        place: A folder.
        folder: Where downloads are put.

    Raises:
        StorageError: The store cannot be reached, or a key leads out of the folder.
    """
    if isinstance(place, Path):
        return place
    folder.mkdir(parents=True, exist_ok=True)
    for each in place.objects():
        name = PurePosixPath(each.path.key.removeprefix(f"{place.key}/"))
        if ".." in name.parts:
            raise StorageError(f"{each.path} has a key that leads out of {place}; give it another")
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        each.path.download(file)
        os.utime(file, (each.modified, each.modified))
    return folder


@contextmanager
def checked_out(place: Place, work: Path) -> Iterator[Path]:
    """Let a folder be changed by what needs files of this machine; each file is replaced in one step.

    Args:
        place: The folder.
        work: Where it is put meanwhile if it lies in a bucket; what it holds is removed.

    Yields:
        The folder on this machine.
    """
    if isinstance(place, Path):
        yield place
        return
    folder = bring_here(place, empty_folder(work))
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}
    yield folder
    for file, modified in before.items():
        if file.stat().st_mtime_ns != modified:
            (place / file.relative_to(folder).as_posix()).upload(file)
    shutil.rmtree(folder)


def replace_link(link: Path, target: Path) -> None:
    """Point a symbolic link to another target in one step.

    Args:
        link: The link.
        target: What it shall point to, relative to the link's folder.
    """
    link.parent.mkdir(parents=True, exist_ok=True)
    partial = link.with_name(f".{link.name}.partial")
    partial.unlink(missing_ok=True)
    partial.symlink_to(target)
    partial.replace(link)


def empty_folder(place: _Place) -> _Place:
    """Return the folder, emptied and there."""
    remove_tree(place)
    if isinstance(place, Path):
        place.mkdir(parents=True)
    return place


def let_duckdb_read(connection: "duckdb.DuckDBPyConnection", root: Place) -> None:
    """Let a connection read the files below a data directory, wherever that is."""
    if isinstance(root, S3Path):
        from flows.storage.file_system import BucketFiles  # noqa: PLC0415 - only for data in a bucket

        connection.register_filesystem(BucketFiles("s3", client_options=client_options(os.environ), retry_config=RETRY))
