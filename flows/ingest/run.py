"""The ingest stage: everything in the inbox that is new is staged."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from difflib import get_close_matches
from functools import partial

import polars as pl

from flows.errors import RunError
from flows.executor import THREADS, executor_of
from flows.files import empty_folder, remove_tree
from flows.ingest.again import Fingerprint, settled, tasks_again, with_corrections
from flows.ingest.delivered import FORMATS, InboxFile
from flows.ingest.dialects import survey_file
from flows.ingest.handing import hand_over, stage_handed_over
from flows.ingest.inbox import list_files
from flows.ingest.ledger import (
    Delivery,
    Ledger,
    make_ledger,
    read_deliveries,
    read_record,
    staged_folder,
)
from flows.ingest.profiles import candidate_profiles
from flows.ingest.progress import Meter
from flows.ingest.remembered import Remembered, identity_of
from flows.ingest.staging import HOMES_SCHEMA, StagingTask
from flows.publish import folder_in_force
from flows.settings import Layout, Limits, Settings
from flows.versions import code_version
from transforms.ingest.partition import HOME
from transforms.ingest.profile import Profile
from transforms.ingest.schema_contract import Policy, known_columns
from transforms.privacy.names import safe_names
from transforms.privacy.pseudonym import PseudonymKey
from transforms.registry import INPUT_TABLES

_HASH_BYTES = 8
_ID_DIGITS = 16


def ingest(
    settings: Settings,
    key: PseudonymKey,
    on_progress: Callable[[str], None] = lambda _: None,
    columns_of: Ledger | None = None,
) -> Ledger:
    """Stage all that is new in the inbox.

    Args:
        settings: The run's settings.
        key: Key for pseudonyms.
        on_progress: Called with a line from time to time while a long file is read.
        columns_of: What the columns of files are held against; what was delivered before where nothing else is named.

    Returns:
        The ledger of everything delivered so far, this run included.

    Raises:
        RunError: A file cannot be read, or does not agree with its manifest.
    """
    layout = settings.layout
    profiles = candidate_profiles(settings.profile)
    before = make_ledger(layout, read_deliveries(folder_in_force(layout)))
    unpacked = empty_folder(layout.work / "unpacked")
    try:
        files = _without_persons(list_files(settings, unpacked, profiles), key)
        if settings.executor == THREADS:
            files = [replace(file, meter=Meter(file.name, on_progress, _known_size(file))) for file in files]
        prints = _fingerprints(files, settings, key)
        deliveries, new = _what_is_new(files, prints, before)
        readings = {"code": code_version(), "profiles": repr(profiles), "limits": repr(settings.limits)}
        readings["policies"] = repr(sorted(settings.policies.items()))
        again = tasks_again(files, prints, before, readings) if settings.replay else {}
        told = partial(_told, settings=settings, profiles=profiles, before=columns_of or before)
        tasks = [told(task) for task in (*again.values(), *new)]
        _stage(tasks, settings, before, readings)
    finally:
        # What was unpacked names persons in the clear.
        empty_folder(unpacked).rmdir()
    ledger = make_ledger(layout, settled(layout, before, deliveries, again))
    if settings.replay:
        ledger = Ledger(with_corrections(ledger.deliveries, files, prints, ledger), ledger.staged)
    _check_manifest_rows(files, prints, ledger)
    return ledger


def _known_size(file: InboxFile) -> int:
    return 0 if file.ignored or file.compression else file.content.stat().st_size


def _told(task: StagingTask, settings: Settings, profiles: tuple[Profile, ...], before: Ledger) -> StagingTask:
    """Tell a task all that its file is read with."""
    table = task.table.name
    known = known_columns(file.kinds for file in before.of_table(table))
    policy = settings.policies.get(table, Policy.EVOLVE)
    if task.file.meter is not None:
        task.file.meter.total = task.bytes
    return replace(task, profiles=profiles, limits=settings.limits, policy=policy, known=known)


def _without_persons(files: list[InboxFile], key: PseudonymKey) -> list[InboxFile]:
    """Name files and batches so that nobody is named."""
    names = safe_names([file.name for file in files], key)
    batches = safe_names([file.batch for file in files], key)
    return [replace(file, name=name, batch=batch) for file, name, batch in zip(files, names, batches, strict=True)]


def known_homes(ledger: Ledger, layout: Layout) -> pl.LazyFrame:
    """Return the home month of every staged dispute.

    Args:
        ledger: The files that count.
        layout: The data directory.

    Returns:
        ``dispute_id`` and ``__home``, unique.
    """
    found = [_homes_of(layout, file.file_id, file.months) for file in ledger.of_table("disputes")]
    if not found:
        return pl.LazyFrame(schema=HOMES_SCHEMA)
    return pl.concat(found).unique("dispute_id", keep="any")


def _homes_of(layout: Layout, file_id: str, months: Iterable[str]) -> pl.LazyFrame:
    folder = staged_folder(layout, "disputes", file_id)
    parts = [
        pl.scan_parquet(str(folder / f"month={month}" / "*.parquet")).select("dispute_id", pl.lit(month).alias(HOME))
        for month in months
    ]
    return pl.concat(parts) if parts else pl.LazyFrame(schema=HOMES_SCHEMA)


def _fingerprints(files: Sequence[InboxFile], settings: Settings, key: PseudonymKey) -> list[Fingerprint]:
    remembered = Remembered(settings.layout, key)
    with ThreadPoolExecutor(settings.threads) as pool:
        found = list(pool.map(partial(_fingerprint, limits=settings.limits, remembered=remembered), files))
    remembered.save()
    return found


def _fingerprint(file: InboxFile, limits: Limits, remembered: Remembered) -> Fingerprint:
    if file.ignored:
        return Fingerprint("", 0)
    seen = remembered.find(file)
    if seen is not None:
        if file.expected_sha256:
            _check_sha256(file, seen.digest)
        return Fingerprint(seen.digest[:_ID_DIGITS], seen.size)
    identity = identity_of(file)
    try:
        found = survey_file(file, limits)
    except OSError as error:
        raise RunError(f"{file.name} cannot be unpacked ({error}); deliver it again") from error
    if file.expected_sha256:
        _check_sha256(file, found.digest)
    remembered.note(file, found.digest, found.size, identity)
    # Of a workbook every sheet is a content of its own.
    digest = found.digest if file.sheet is None else hashlib.sha256(f"{found.digest}/{file.sheet}".encode()).hexdigest()
    return Fingerprint(digest[:_ID_DIGITS], found.size, found)


def _check_sha256(file: InboxFile, of_content: str) -> None:
    """Compare with the manifest, which speaks of the file as delivered, packed or not."""
    if file.compression:
        with file.path.open("rb") as packed:
            found = hashlib.file_digest(packed, "sha256").hexdigest()
    else:
        found = of_content
    if found != str(file.expected_sha256).lower():
        raise RunError(
            f"{file.name} has SHA-256 {found[:12]}…, its manifest says {str(file.expected_sha256)[:12]}…; "
            "deliver it again"
        )


def _what_is_new(
    files: list[InboxFile], prints: list[Fingerprint], before: Ledger
) -> tuple[list[Delivery], list[StagingTask]]:
    seen = {(each.batch, each.name, each.file_id) for each in before.deliveries}
    known = {each.file_id: each.counts_as for each in before.deliveries if each.counts_as in before.staged}
    deliveries: list[Delivery] = []
    tasks: list[StagingTask] = []
    for file, found in zip(files, prints, strict=True):
        if (file.batch, file.name, found.file_id) in seen:
            continue
        status, note = _status(file, found.file_id in known)
        place = known.get(found.file_id, "") if status == "delivered_before" else ""
        deliveries.append(
            Delivery(file.batch, file.name, found.file_id, status, file.table or "", found.bytes, note, place)
        )
        if status == "loaded":
            known[found.file_id] = found.file_id
            surveyed = replace(file, survey=found.survey)
            tasks.append(StagingTask(surveyed, found.file_id, found.bytes, (), ""))
    return deliveries, tasks


def _status(file: InboxFile, known: bool) -> tuple[str, str]:
    if file.ignored:
        return "ignored", file.ignored
    if file.table is None:
        stem = file.name.rsplit("/", 1)[-1].split(".")[0]
        close = get_close_matches(stem.casefold(), INPUT_TABLES, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        return "ignored", f"no table begins with {stem}{hint}"
    if file.format is None:
        raise RunError(
            f"{file.name} has an ending that is not read; read are {', '.join(FORMATS)}, each also as .gz or .zst"
        )
    if known:
        return "delivered_before", "the same content was loaded before"
    return "loaded", ""


def _dispute_ids(before: Ledger, tasks: list[StagingTask]) -> list[str]:
    return [file.file_id for file in before.of_table("disputes")] + [
        task.file_id for task in tasks if task.table.name == "disputes"
    ]


def _reading(readings: dict[str, str], dispute_files: Iterable[str]) -> str:
    text = repr((sorted(readings.items()), list(dispute_files)))
    return hashlib.blake2b(text.encode(), digest_size=_HASH_BYTES).hexdigest()


def _stage(tasks: list[StagingTask], settings: Settings, before: Ledger, readings: dict[str, str]) -> None:
    """Stage disputes one after another, for each may hold homes for the next, and all else side by side.

    Tables without disputes need no homes, so they are staged beside the disputes; the others wait for them.
    """
    of_disputes = [task for task in tasks if task.table.name == "disputes"]
    alone = [task for task in tasks if "dispute_id" not in task.table.column_names]
    children = [task for task in tasks if task not in of_disputes and task not in alone]
    nobody = pl.DataFrame(schema=HOMES_SCHEMA)
    without_homes = _begin(alone, _reading(readings, ()), settings, nobody)
    try:
        homes = _stage_disputes(of_disputes, settings, before, readings)
    finally:
        without_homes()
    _begin(children, _reading(readings, _dispute_ids(before, tasks)), settings, homes)()


def _begin(tasks: list[StagingTask], reading: str, settings: Settings, homes: pl.DataFrame) -> Callable[[], list[None]]:
    """Begin to stage files side by side, but for those that are staged already; the result waits for them."""
    layout = settings.layout
    ready = [replace(task, reading=reading) for task in tasks]
    wanted = [hand_over(task, settings) for task in ready if not _is_staged(task, layout)]
    if not wanted:
        return list
    executor = executor_of(settings.executor, settings.threads)
    handed = executor.hand(homes, layout.shared / f"homes-{reading}.parquet")
    return executor.start("stage", partial(stage_handed_over, layout=layout, homes=handed), wanted)


def _stage_disputes(
    tasks: list[StagingTask], settings: Settings, before: Ledger, readings: dict[str, str]
) -> pl.DataFrame:
    layout = settings.layout
    homes = known_homes(before, layout).collect()
    earlier = [file.file_id for file in before.of_table("disputes")]
    for task in tasks:
        _begin([task], _reading(readings, earlier), settings, homes)()
        record = read_record(staged_folder(layout, "disputes", task.file_id))
        found = _homes_of(layout, task.file_id, record.months if record else ())
        new = found.join(homes.lazy(), on="dispute_id", how="anti").unique("dispute_id").collect()
        homes = pl.concat([homes, new])
        earlier.append(task.file_id)
    return homes


def _is_staged(task: StagingTask, layout: Layout) -> bool:
    """Tell whether a run that did not finish has staged the file in the same way; what it did otherwise is removed."""
    folder = staged_folder(layout, task.table.name, task.file_id)
    record = read_record(folder)
    if record is not None and record.reading == task.reading:
        return True
    remove_tree(folder)
    return False


def _check_manifest_rows(files: list[InboxFile], prints: list[Fingerprint], ledger: Ledger) -> None:
    staged_as = {each.file_id: each.counts_as for each in ledger.deliveries}
    expected: dict[tuple[str, str], int] = {}
    got: dict[tuple[str, str], int] = {}
    for file, found in zip(files, prints, strict=True):
        record = ledger.staged.get(staged_as.get(found.file_id, ""))
        if file.expected_rows is not None and file.table and record:
            place = (file.batch, file.table)
            expected[place] = file.expected_rows
            got[place] = got.get(place, 0) + record.rows_in
    for (batch, table), rows in expected.items():
        if got[batch, table] != rows:
            raise RunError(
                f"the manifest of {batch} promises {rows} rows of {table}, {got[batch, table]} arrived; "
                "deliver it again"
            )
