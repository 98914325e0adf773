"""Staging one file: read, type, check, protect, file by month; what breaks a rule goes to quarantine."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeVar

import polars as pl

from flows.errors import RunError
from flows.files import empty_folder, replace_folder
from flows.ingest.chunks import Chunk
from flows.ingest.delivered import InboxFile
from flows.ingest.factor_check import FactorCheck
from flows.ingest.ledger import RECORD, ExtraColumn, StagedFile, iso, staged_folder, write_record
from flows.ingest.quarantine import (
    QUARANTINE_SCHEMA,
    Origin,
    broken_as_quarantine,
    malformed_as_quarantine,
    nothing_set_aside,
)
from flows.ingest.readers import describe_format, read_chunks, read_headers
from flows.ingest.schema_watch import SchemaWatch
from flows.ingest.writer import PartitionWriter, RowsWriter
from flows.settings import Layout, Limits
from flows.storage import Place
from transforms.ingest.content import ContentHash, row_hashes
from transforms.ingest.matching import HeaderMatch, MissingColumnsError, best_match, match_headers
from transforms.ingest.parse import DOUBTFUL, ROW, broken_rows, kept_name, parse_rows
from transforms.ingest.partition import HOME, file_under_home, new_homes
from transforms.ingest.profile import Profile, ProfileError
from transforms.ingest.schema_contract import KnownColumns, Policy
from transforms.ingest.versions import FILE
from transforms.privacy.names import safe_headers
from transforms.privacy.protect import Protection
from transforms.privacy.pseudonym import PseudonymKey
from transforms.registry import INPUT_TABLES, Table

_FILED_AT_ONCE = 1_000_000
# What is told of a row set aside, and not where it stood.
_TOLD = ("rule", "column_name", "got", "raw")
HOMES_SCHEMA: dict[str, pl.DataType] = {"dispute_id": pl.String(), HOME: pl.String()}


@dataclass(frozen=True)
class StagingTask:
    """One file that is to be staged.

    Attributes:
        file: The file.
        file_id: Hash of its content.
        bytes: Size of its content, unpacked.
        profiles: Profiles that may explain its headers.
        reading: Hash of all that decides how its rows are read and filed.
        limits: What the file may be like.
        origin: Where a worker of another machine finds its bytes, or None.
        policy: What is done when the columns of its table change.
        known: The columns that its table had in the releases before.
    """

    file: InboxFile
    file_id: str
    bytes: int
    profiles: tuple[Profile, ...]
    reading: str
    limits: Limits = field(default_factory=Limits)
    origin: Place | None = None
    policy: Policy = Policy.EVOLVE
    known: KnownColumns = field(default_factory=KnownColumns)

    @property
    def table(self) -> Table:
        """The table that the file belongs to."""
        return INPUT_TABLES[self.file.table or ""]

    @property
    def source(self) -> Origin:
        """Where its rows come from."""
        return Origin(self.file_id, self.file.name, self.table)


def stage_file(task: StagingTask, layout: Layout, key: PseudonymKey, homes: pl.DataFrame) -> pl.DataFrame:
    """Stage one file; its folder appears whole or not at all.

    Args:
        task: The file.
        layout: The data directory.
        key: Key for pseudonyms.
        homes: Home month by dispute.

    Returns:
        The homes, with those of the disputes in this file.

    Raises:
        RunError: The file cannot be read, or its headers match no profile.
    """
    profile, match = _match(task)
    partial = empty_folder(layout.work / f"staging-{task.file_id}")
    filing = _Filing(task.table, PartitionWriter(partial, HOME), homes)
    quarantine = RowsWriter(partial / "quarantine.parquet", QUARANTINE_SCHEMA)
    numbers = FactorCheck(profile, task.table)
    watch = SchemaWatch(task.file.name, task.table, task.policy, task.known)
    watch.see_headers(match)
    content = ContentHash()
    rows_in = 0
    for chunk in map(_safely_named, prefetched(read_chunks(task.file, profile, task.limits))):
        rows_in += chunk.frame.height + len(chunk.malformed)
        match = _match_of_chunk(chunk, task.table, profile, match, watch)
        good, bad = _typed(chunk.frame, task, profile, match, key, watch)
        broken = malformed_as_quarantine(chunk.malformed, task.source, _protection(task, profile, match, key))
        # Every row of a chunk comes after those of the chunk before it.
        set_aside = pl.concat([broken, bad]).sort("row_number")
        quarantine.add(set_aside)
        content.add(row_hashes(good, _said(good.columns)), row_hashes(set_aside, _TOLD))
        numbers.see(chunk.frame, good)
        filing.add(good)
    numbers.refuse_texts(task.file.name)
    watch.finish()
    filing.file_waiting()
    filing.writer.close()
    quarantine.close()
    counts = _Counts(rows_in, quarantine.rows, content.hexdigest(), filing.writer.partitions, watch.accepted())
    write_record(partial, _record(task, profile, match, counts))
    replace_folder(partial, staged_folder(layout, task.table.name, task.file_id), RECORD)
    return filing.homes


@dataclass
class _Filing:
    """Files rows by month, many at a time: each time costs a join with the homes of all disputes.

    Attributes:
        table: The table.
        writer: Writes the rows.
        homes: Home month by dispute; grows with the disputes of the file.
        waiting: Rows that are not filed yet.
    """

    table: Table
    writer: PartitionWriter
    homes: pl.DataFrame
    waiting: list[pl.DataFrame] = field(default_factory=list)

    def add(self, rows: pl.DataFrame) -> None:
        self.waiting.append(rows)
        if sum(frame.height for frame in self.waiting) >= _FILED_AT_ONCE:
            self.file_waiting()

    def file_waiting(self) -> None:
        if not self.waiting:
            return
        rows = pl.concat(self.waiting, how="diagonal")
        self.waiting = []
        if self.table.name == "disputes":
            self.homes = pl.concat([self.homes, new_homes(rows.lazy(), self.homes.lazy()).collect()])
        self.writer.add(file_under_home(rows, self.table, self.homes))


def _match(task: StagingTask) -> tuple[Profile, HeaderMatch]:
    profiles = task.profiles
    headers = safe_headers(read_headers(task.file, profiles[0], task.limits))
    if not headers:
        # A JSON file without a row names no column.
        return profiles[0], HeaderMatch({}, (), task.table.column_names)
    try:
        return best_match(headers, task.table, profiles)
    except MissingColumnsError as error:
        if task.policy is Policy.QUARANTINE and task.known.kinds:
            return best_match(headers, task.table, profiles, is_whole=False)
        raise RunError(f"{task.file.name}: {error}") from error
    except ProfileError as error:
        raise RunError(f"{task.file.name}: {error}") from error


def _safely_named(chunk: Chunk) -> Chunk:
    headers = tuple(name for name in chunk.frame.columns if name != ROW)
    safe = safe_headers(headers)
    return chunk if safe == headers else replace(chunk, frame=chunk.frame.rename(dict(zip(headers, safe, strict=True))))


def _match_of_chunk(
    chunk: Chunk, table: Table, profile: Profile, match: HeaderMatch, watch: SchemaWatch
) -> HeaderMatch:
    """Match again where a later chunk of JSON brings keys that the first did not have."""
    headers = tuple(name for name in chunk.frame.columns if name != ROW)
    known = {*match.columns, *match.extra}
    if set(headers) <= known:
        return match
    found = match_headers(headers, table, profile)
    watch.see_headers(found)
    return found


def _typed(
    raw: pl.DataFrame, task: StagingTask, profile: Profile, match: HeaderMatch, key: PseudonymKey, watch: SchemaWatch
) -> tuple[pl.DataFrame, pl.DataFrame]:
    if raw.is_empty():
        return _no_rows(task.table, match), nothing_set_aside()
    parsed = parse_rows(raw.lazy(), task.table, match, profile).collect()
    unlike = watch.set_aside(parsed, match)
    parsed = _without(parsed, unlike)
    doubtful = parsed.filter(DOUBTFUL)
    broken = broken_rows(doubtful.lazy(), task.table, profile).collect() if doubtful.height else doubtful
    watch.count(parsed, broken)
    good = _without(parsed, broken).select(*task.table.column_names, *map(kept_name, match.extra), ROW)
    protection = _protection(task, profile, match, key)
    loaded = protection.loaded(good).with_columns(pl.lit(task.file_id).alias(FILE))
    aside = [broken_as_quarantine(rows, task.source, match, protection) for rows in (unlike, broken)]
    return loaded, pl.concat(aside)


def _without(rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    return rows.join(others, on=ROW, how="anti", maintain_order="left") if others.height else rows


def _protection(task: StagingTask, profile: Profile, match: HeaderMatch, key: PseudonymKey) -> Protection:
    extra = {kept_name(header): header for header in match.extra}
    factors = frozenset(factor.column for factor in profile.extra_factors if task.table.name == "disputes")
    return Protection(task.table, key, extra, factors, profile.numeric_factors(task.table.name))


def _no_rows(table: Table, match: HeaderMatch) -> pl.DataFrame:
    extra = dict.fromkeys(map(kept_name, match.extra), pl.String())
    return pl.DataFrame(schema={**table.polars_schema, **extra, ROW: pl.Int64(), FILE: pl.String()})


@dataclass(frozen=True)
class _Counts:
    """What was counted while a file was staged."""

    rows_in: int
    quarantined: int
    content: str
    months: tuple[str, ...]
    kinds: Mapping[str, str]


def _said(columns: Iterable[str]) -> list[str]:
    """Return the columns that belong to what a file says, and not to where it says it."""
    return [name for name in columns if name not in {ROW, FILE}]


def _record(task: StagingTask, profile: Profile, match: HeaderMatch, counts: _Counts) -> StagedFile:
    file = task.file
    factors = profile.extra_factors if task.table.name == "disputes" else ()
    absent = sorted(factor.column for factor in factors if factor.column not in match.extra)
    if absent:
        raise RunError(
            f"{file.name} has no column {', '.join(absent)}, which profile {profile.name} names as an extra factor; "
            f"the other columns are {', '.join(match.extra) or 'none'}"
        )
    return StagedFile(
        file_id=task.file_id,
        table=task.table.name,
        batch=file.batch,
        name=file.name,
        profile=profile.name,
        format=describe_format(file, profile, task.limits),
        bytes=task.bytes,
        delivered_at=iso(file.delivered_at),
        rows_in=counts.rows_in,
        quarantined=counts.quarantined,
        reading=task.reading,
        content=counts.content,
        months=counts.months,
        kinds=dict(counts.kinds),
        columns=tuple(name for name in task.table.column_names if name not in match.missing),
        not_recorded=match.missing,
        extra_columns=match.extra,
        extra_factors=tuple(ExtraColumn(each.name, each.column, each.type, each.favours) for each in factors),
    )


_T = TypeVar("_T")


def prefetched(items: Iterator[_T]) -> Iterator[_T]:
    """Fetch the next item on another thread while the current one is worked on."""
    done = object()
    with ThreadPoolExecutor(max_workers=1) as pool:
        pending: Future[_T | object] = pool.submit(next, items, done)
        while (item := pending.result()) is not done:
            pending = pool.submit(next, items, done)
            yield item  # type: ignore[misc] # the sentinel is excluded by the loop
