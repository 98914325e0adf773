"""What lies in the inbox: batches, their files, and which table each belongs to."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from flows.errors import RunError
from flows.files import bring_here
from flows.ingest.archives import is_archive, shown, unpack_archive
from flows.ingest.delivered import COMPRESSIONS, FORMATS, InboxFile
from flows.ingest.manifest import with_manifest
from flows.ingest.readers import read_headers
from flows.ingest.sheets import has_cells
from flows.ingest.streams import unpack
from flows.ingest.workbook import Workbook, open_workbook
from flows.settings import Limits, Settings
from transforms.ingest.matching import best_match
from transforms.ingest.profile import Profile, ProfileError
from transforms.registry import INPUT_TABLES

_UNFINISHED = (".part", ".tmp", ".partial")
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
#: Formats that are not read from the beginning on.
_UNPACKED_FORMATS = ("parquet", "xlsx")
_LINK = "a link is not followed; deliver the file itself"
_NO_FILE = "it is no file; deliver a file or a folder"
_NESTED = "an archive within a batch is not unpacked; put it into the inbox by itself"


@dataclass(frozen=True)
class _Place:
    """Where things are while the inbox is listed.

    Attributes:
        unpack_to: A folder for what is unpacked.
        profiles: Profiles whose file names are tried, in order.
        limits: What a file may be like.
    """

    unpack_to: Path
    profiles: tuple[Profile, ...]
    limits: Limits


@dataclass(frozen=True)
class _Found:
    """A file that was come upon, and why it is not read, or empty."""

    name: str
    path: Path
    delivered_at: datetime
    ignored: str = ""


def list_files(settings: Settings, unpack_to: Path, profiles: tuple[Profile, ...]) -> list[InboxFile]:
    """List all files of all batches, in the order in which they are loaded.

    Args:
        settings: The inbox, the one batch that is wanted if it is not all, and the limits.
        unpack_to: An empty folder for what is unpacked.
        profiles: Profiles whose file names are tried, in order.

    Returns:
        Files by batch name, then path; each sheet of a workbook is one.

    Raises:
        RunError: An archive, a workbook or a manifest cannot be read, or is beyond the limits.
    """
    if not settings.inbox.is_dir():
        return []
    place = _Place(unpack_to, profiles, settings.limits)
    files: list[InboxFile] = []
    inbox = bring_here(settings.inbox, settings.layout.work / "inbox")
    for entry in sorted(inbox.iterdir()):
        if _is_unfinished(entry.name) or settings.batch not in {None, entry.name}:
            continue
        batch = [file for found in _found(entry, place) for file in _described(shown(entry.name), found, place)]
        files += with_manifest(batch)
    return files


def _is_unfinished(name: str) -> bool:
    # Office leaves a file beside one that it has open.
    return name.startswith((".", "~$")) or name.endswith(_UNFINISHED)


def _found(entry: Path, place: _Place) -> list[_Found]:
    """Return the files of a batch."""
    if entry.is_dir() and not entry.is_symlink():
        return _of_folder(entry, place.limits)
    if entry.is_file() and not entry.is_symlink() and is_archive(entry.name):
        folder = place.unpack_to / f"archive-{len([*place.unpack_to.iterdir()]):05}"
        folder.mkdir()
        members = unpack_archive(entry, folder, place.limits)
        return [
            _Found(
                f"{shown(entry.name)}/{member.name}", member.path, _modified(entry),
                _NESTED if is_archive(member.name) else "",
            )
            for member in members if not _is_unfinished(member.path.name)
        ]  # fmt: skip
    return [_Found(shown(entry.name), entry, _modified(entry), _why_ignored(entry, is_top=True))]


def _of_folder(folder: Path, limits: Limits) -> list[_Found]:
    found: list[_Found] = []
    for path in _paths_below(folder):
        if _is_unfinished(path.name):
            continue
        if len(found) == limits.files:
            raise RunError(
                f"the folder {shown(folder.name)} holds more than {limits.files:,} files; refused. "
                "Deliver it in parts, or raise files in the settings"
            )
        name = PurePosixPath(path.relative_to(folder.parent)).as_posix()
        found.append(_Found(shown(name), path, _modified(path), _why_ignored(path, is_top=False)))
    return found


def _paths_below(folder: Path) -> Iterator[Path]:
    """Yield all that is no folder below a folder, in order of the names; links are not followed."""
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        if entry.is_dir(follow_symlinks=False):
            yield from _paths_below(Path(entry.path))
        else:
            yield Path(entry.path)


def _why_ignored(path: Path, *, is_top: bool) -> str:
    if path.is_symlink():
        return _LINK
    if not path.is_file():
        return _NO_FILE
    return _NESTED if is_archive(path.name) and not is_top else ""


def _modified(path: Path) -> datetime:
    # Whole seconds: archives and copies keep no more, and the time must be the same on every machine.
    return datetime.fromtimestamp(int(path.lstat().st_mtime), UTC)


def _described(batch: str, found: _Found, place: _Place) -> list[InboxFile]:
    suffixes = [suffix.casefold() for suffix in found.path.suffixes]
    ending = suffixes[-2:-1] if suffixes and suffixes[-1] in COMPRESSIONS else suffixes[-1:]
    file = InboxFile(
        batch=batch,
        name=found.name,
        path=found.path,
        delivered_at=found.delivered_at,
        table=None if found.ignored else _table(shown(found.path.name), place.profiles),
        format=FORMATS.get(ending[0]) if ending else None,
        compression=None if found.ignored else _compression(found.path),
        ignored=found.ignored,
    )
    if file.ignored or file.format not in _UNPACKED_FORMATS or (file.format == "parquet" and file.table is None):
        return [file]
    if file.compression:
        target = place.unpack_to / f"file-{len([*place.unpack_to.iterdir()]):05}"
        unpack(file, target, place.limits)
        file = replace(file, unpacked=target)
    if file.format != "xlsx":
        return [file]
    try:
        return _sheets(file, place)
    except RunError as error:
        if file.table:
            raise
        # Whatever it is, it is not called like a table.
        return [replace(file, ignored=str(error))]


def _table(name: str, profiles: Iterable[Profile]) -> str | None:
    return next((found.name for profile in profiles if (found := profile.table_of_file(name))), None)


def _compression(path: Path) -> str | None:
    """Tell by its first bytes how a file is packed: a browser may have unpacked it and kept its name."""
    with path.open("rb") as file:
        start = file.read(4)
    return next((name for magic, name in _MAGIC.items() if start.startswith(magic)), None)


def _sheets(file: InboxFile, place: _Place) -> list[InboxFile]:
    """Make a file of each sheet.

    Where no sheet is called like a table, one is the table that the file is called like: the first whose header fits,
    or else the first with anything in it. A cover sheet may come before it.
    """
    with open_workbook(file, place.limits) as book:
        tables = {sheet.name: _table(sheet.name, place.profiles) for sheet in book.sheets if sheet.part}
        if file.table and not any(tables.values()):
            tables[_sheet_of_table(book, file, place)] = file.table
        return [
            replace(
                file, name=f"{file.name}/{shown(sheet.name)}", sheet=sheet.name, table=tables.get(sheet.name),
                ignored="" if sheet.part else "the sheet has no cells",
            )
            for sheet in book.sheets
        ]  # fmt: skip


def _sheet_of_table(book: Workbook, file: InboxFile, place: _Place) -> str:
    filled = [sheet.name for sheet in book.sheets if sheet.part and has_cells(book, sheet.part)]
    fitting = (name for name in filled if _fits(replace(file, sheet=name), place))
    first = next(iter(filled), "")
    return next(fitting, first) if len(filled) > 1 else first


def _fits(sheet: InboxFile, place: _Place) -> bool:
    """Tell whether the header of a sheet is one of the table that its file is called like."""
    try:
        headers = read_headers(sheet, place.profiles[0], place.limits)
        return bool(best_match(headers, INPUT_TABLES[sheet.table or ""], place.profiles))
    except (ProfileError, RunError):
        return False
