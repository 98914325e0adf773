"""What lies in the inbox: batches, their files, and which table each belongs to."""

import json
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.errors import RunError
from transforms.ingest.profile import Profile
from transforms.registry import INPUT_TABLES

ARCHIVES = (".zip", ".tar.gz", ".tgz")
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".json": "json",
    ".parquet": "parquet",
}
MANIFEST = "manifest.json"
# An archive that unpacks to more than this is refused; the settings of later versions may widen it.
MAX_UNPACKED_BYTES = 200 * 2**30
MAX_MEMBERS = 100_000


@dataclass(frozen=True)
class InboxFile:
    """One file of a batch.

    Attributes:
        batch: Name of the batch: the folder, archive or single file in the inbox.
        name: Path within the inbox (within the archive, for a member of one).
        path: Where its bytes are now.
        delivered_at: When it was delivered: the time of last change of the file, or of its archive.
        table: Name of the table that it belongs to, or None.
        format: ``csv``, ``ndjson``, ``json``, ``parquet``, or None where the ending is not known.
        compression: ``gzip``, ``zstd`` or None.
        expected_rows: Rows of the whole table in this batch, as the manifest says, or None.
        expected_sha256: Hash of the file as the manifest says, or None.
        has_open_quote: Whether its quotes do not come in pairs; None where nobody has counted yet.
    """

    batch: str
    name: str
    path: Path
    delivered_at: datetime
    table: str | None
    format: str | None
    compression: str | None
    expected_rows: int | None = None
    expected_sha256: str | None = None
    has_open_quote: bool | None = None


def list_files(inbox: Path, unpack_to: Path, profiles: tuple[Profile, ...]) -> list[InboxFile]:
    """List all files of all batches, in the order in which they are loaded.

    Args:
        inbox: The inbox.
        unpack_to: An empty folder for the members of archives.
        profiles: Profiles whose file names are tried, in order.

    Returns:
        Files by batch name, then path.

    Raises:
        RunError: An archive or a manifest cannot be read.
    """
    if not inbox.is_dir():
        return []
    found: list[InboxFile] = []
    for entry in sorted(inbox.iterdir()):
        if entry.name.startswith(".") or entry.name.endswith((".part", ".tmp", ".partial")):
            continue
        files = [_described(entry.name, name, path, when, profiles) for name, path, when in _members(entry, unpack_to)]
        found += _with_manifest(files)
    return found


def _members(entry: Path, unpack_to: Path) -> Iterator[tuple[str, Path, datetime]]:
    if entry.is_dir():
        for path in sorted(entry.rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                yield path.relative_to(entry.parent).as_posix(), path, _modified(path)
    elif entry.name.casefold().endswith(ARCHIVES):
        folder = unpack_to / entry.name
        _unpack(entry, folder)
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield f"{entry.name}/{path.relative_to(folder).as_posix()}", path, _modified(entry)
    else:
        yield entry.name, entry, _modified(entry)


def _modified(path: Path) -> datetime:
    # Whole seconds: archives and copies keep no more, and the time must be the same on every machine.
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC)


def _unpack(archive: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    try:
        if archive.name.casefold().endswith(".zip"):
            _unzip(archive, folder)
        else:
            with tarfile.open(archive) as tar:
                _refuse_large(archive, [member.size for member in tar.getmembers()])
                tar.extractall(folder, filter="data")
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, RuntimeError, zlib.error) as error:
        # A RuntimeError is what zipfile raises for a password or a method that it does not know.
        raise RunError(f"the archive {archive.name} cannot be unpacked ({error}); deliver it again") from error


def _unzip(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        _refuse_large(archive, [member.file_size for member in packed.infolist()])
        for member in packed.infolist():
            target = (folder / member.filename).resolve()
            if not target.is_relative_to(folder.resolve()):
                raise RunError(f"the archive {archive.name} names a path outside itself: {member.filename}; refused")
            packed.extract(member, folder)


def _refuse_large(archive: Path, sizes: list[int]) -> None:
    if len(sizes) > MAX_MEMBERS or sum(sizes) > MAX_UNPACKED_BYTES:
        raise RunError(
            f"the archive {archive.name} unpacks to {len(sizes)} files and {sum(sizes) / 2**30:.1f} GiB; "
            f"at most {MAX_MEMBERS} files and {MAX_UNPACKED_BYTES / 2**30:.0f} GiB are unpacked"
        )


def _described(batch: str, name: str, path: Path, when: datetime, profiles: tuple[Profile, ...]) -> InboxFile:
    suffixes = [suffix.casefold() for suffix in path.suffixes]
    compression = COMPRESSIONS.get(suffixes[-1]) if suffixes else None
    ending = suffixes[-2:-1] if compression else suffixes[-1:]
    table = next((found.name for profile in profiles if (found := profile.table_of_file(path.name))), None)
    return InboxFile(
        batch=batch,
        name=name,
        path=path,
        delivered_at=when,
        table=table,
        format=FORMATS.get(ending[0]) if ending else None,
        compression=compression,
    )


def _with_manifest(files: list[InboxFile]) -> list[InboxFile]:
    manifest = next((file for file in files if file.path.name == MANIFEST), None)
    if manifest is None:
        return files
    tables = _read_manifest(manifest)
    data = [file for file in files if file is not manifest]
    _refuse_absent(tables, data, manifest)
    return [_expected(file, tables.get(file.table or "", {})) for file in data]


def _read_manifest(manifest: InboxFile) -> dict[str, dict[str, Any]]:
    form = '{"tables": {"disputes": {"rows": 120, "sha256": {"disputes.csv": "…"}}}}'
    try:
        tables = json.loads(manifest.path.read_text(encoding="utf-8-sig"))["tables"]
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"the manifest {manifest.name} cannot be read ({error!r}); expected {form}") from error
    if not isinstance(tables, dict) or not all(map(_is_table_entry, tables.items())):
        raise RunError(f"the manifest {manifest.name} has another form than expected: {form}")
    return tables


def _is_table_entry(item: tuple[str, object]) -> bool:
    table, said = item
    return (
        table in INPUT_TABLES
        and isinstance(said, dict)
        and isinstance(said.get("rows", 0), int)
        and isinstance(said.get("sha256", {}), dict)
    )


def _refuse_absent(tables: dict[str, dict[str, Any]], data: list[InboxFile], manifest: InboxFile) -> None:
    there = {file.path.name for file in data}
    absent = sorted(name for table in tables.values() for name in table.get("sha256", {}) if name not in there)
    tables_there = {file.table for file in data}
    absent += sorted(
        f"the table {table}" for table, said in tables.items() if said.get("rows") and table not in tables_there
    )
    if absent:
        raise RunError(f"{manifest.name} lists {', '.join(absent)}, which did not arrive; deliver the whole batch")


def _expected(file: InboxFile, said: dict[str, Any]) -> InboxFile:
    return replace(file, expected_rows=said.get("rows"), expected_sha256=said.get("sha256", {}).get(file.path.name))
