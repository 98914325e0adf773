"""Drafting a profile from a file or a batch that nobody has described."""

import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from flows.check import settings_of
from flows.errors import RunError, UsageError
from flows.files import empty_folder
from flows.ingest.delivered import TEXT_FORMATS, InboxFile
from flows.ingest.dialects import dialect_of
from flows.ingest.inbox import list_files
from flows.ingest.profiles import SHIPPED, candidate_profiles
from flows.ingest.readers import describe_format, read_chunks
from flows.settings import Limits
from transforms.ingest.matching import match_headers
from transforms.ingest.parse import ROW, broken_rows, parse_rows
from transforms.ingest.profile import Profile, ProfileError, TableProfile
from transforms.ingest.profile_reading import read_profile
from transforms.privacy.names import safe_headers
from transforms.profile_draft.draft import Draft, FileDraft, Sample, make_draft
from transforms.profile_draft.header_words import HEADER_WORDS
from transforms.profile_draft.text import draft_text
from transforms.registry import INPUT_TABLES

#: More rows tell nothing new.
MOST_ROWS = 100_000
#: Further columns are passed over: no table has so many.
MOST_COLUMNS = 300
_MOST_NAMED = 3


@dataclass(frozen=True)
class DraftResult:
    """A draft and what is to be said about it.

    Attributes:
        text: The TOML.
        notes: Sentences for the person who asked for it.
    """

    text: str
    notes: tuple[str, ...]


def draft_profile(path: Path, *, with_factors: bool = False) -> DraftResult:
    """Draft a profile.

    Args:
        path: A file, a batch (folder or archive) or an inbox.
        with_factors: Whether further columns are analysed beside the four factors, but for those in doubt.

    Returns:
        The draft; it can be read as a profile as it stands.

    Raises:
        UsageError: There is nothing at the path.
        RunError: Nothing there can be read as a table.
    """
    if not path.exists():
        raise UsageError(f"there is no {path}")
    with tempfile.TemporaryDirectory(prefix="rulings-profile-") as scratch:
        settings = settings_of(path.resolve(), Path(scratch) / "data", None)
        unpacked = empty_folder(settings.layout.work / "unpacked")
        samples, refused = _samples(list_files(settings, unpacked, candidate_profiles(None)), settings.limits)
    if not samples:
        raise RunError(f"nothing in {path.name} can be read as a table: {'; '.join(refused) or 'it is empty'}")
    draft = make_draft(_name(path), samples)
    findings = (*_findings(draft), *_shipped(draft), *_trials(draft, with_factors=with_factors))
    return DraftResult(draft_text(draft, findings, with_factors=with_factors), (*findings, *refused))


def write_draft(result: DraftResult, out: Path) -> None:
    """Write a draft to a new file.

    Raises:
        UsageError: There is a file already.
    """
    if out.exists():
        raise UsageError(f"{out} is there already; name another file, or remove it")
    if not out.parent.is_dir():
        raise UsageError(f"there is no folder {out.parent}")
    out.write_text(result.text, encoding="utf-8")


def _name(path: Path) -> str:
    stem = path.resolve().name.split(".")[0]
    name = re.sub(r"\W+", "_", stem).strip("_") or "own"
    return f"{name}_own" if name in SHIPPED else name


def _samples(files: Sequence[InboxFile], limits: Limits) -> tuple[list[Sample], list[str]]:
    """Read the beginning of each file; what cannot be read is said and passed over."""
    samples: list[Sample] = []
    refused: list[str] = []
    for file in files:
        if file.ignored or file.format is None:
            refused.append(f"{file.name} is not read ({file.ignored or 'its ending is not known'})")
            continue
        try:
            sample = _sample(file, limits)
        except RunError as error:
            refused.append(str(error))
            continue
        if sample.frame.width:
            samples.append(sample)
    return samples, refused


def _sample(file: InboxFile, limits: Limits) -> Sample:
    known = replace(file, table=file.table or "disputes")
    profile = _all_headers(known.table or "")
    frames: list[pl.DataFrame] = []
    chunks = read_chunks(known, profile, limits)
    rows = 0
    malformed = Counter[str]()
    is_whole = True
    for chunk in chunks:
        frames.append(chunk.frame.drop(ROW))
        malformed.update(each.rule for each in chunk.malformed)
        rows += chunk.rows
        if rows >= MOST_ROWS:
            is_whole = next(chunks, None) is None
            break
    frame = pl.concat(frames, how="diagonal") if frames else pl.DataFrame()
    frame = frame.rename(dict(zip(frame.columns, safe_headers(tuple(frame.columns)), strict=True)))
    dialect = dialect_of(known, profile, limits) if known.format in TEXT_FORMATS else None
    return Sample(
        name=file.sheet or Path(file.path).name,
        frame=frame.head(MOST_ROWS).select(frame.columns[:MOST_COLUMNS]),
        is_whole=is_whole,
        table=file.table,
        dialect=describe_format(known, profile, limits),
        encoding=dialect.encoding if dialect else "",
        delimiter=dialect.delimiter if dialect else "",
        malformed=dict(malformed),
    )


def _all_headers(table: str) -> Profile:
    """A profile that knows all spellings of headers, by which a header is told from titles above it."""
    spellings = {
        text: column for columns in HEADER_WORDS.values() for column, texts in columns.items() for text in texts
    }
    return Profile("draft", tables={table: TableProfile(columns=spellings)})


def _findings(draft: Draft) -> Iterator[str]:
    """Say what each file is taken for, and what has to be filled in before anything can be loaded."""
    for name in INPUT_TABLES:
        if files := draft.of_table(name):
            listed = ", ".join(file.sample.name for file in files[:_MOST_NAMED])
            more = f" and {len(files) - _MOST_NAMED} more" if len(files) > _MOST_NAMED else ""
            yield f"{name}: {listed}{more}."
    if not draft.of_table("disputes"):
        yield "No file of disputes was found, and nothing can be loaded without one."
    for table, columns in draft.lacking.items():
        yield (
            f"Before {table} can be loaded, name the headers of {', '.join(columns)}: "
            f"fill in the lines with ? below [tables.{table}.columns]."
        )
    if draft.of_table("disputes") and not draft.has_times:
        yield "No dates were found: every dispute needs opened_at or ruled_at."


def _shipped(draft: Draft) -> Iterator[str]:
    """Say so where a shipped profile reads the files as well as the draft does."""
    for profile in candidate_profiles(None):
        if all(_reads_as_much(profile, file) for file in draft.files):
            yield f"The shipped profile {profile.name} names as many of the headers: you may need none of your own."
            return


def _reads_as_much(profile: Profile, file: FileDraft) -> bool:
    found = profile.table_of_file(file.sample.name)
    if found is None or found.name != file.guess.table.name:
        return False
    try:
        match = match_headers(tuple(file.sample.frame.columns), found, profile)
    except ProfileError:
        return False
    return all(match.columns.get(header) == guess.column.name for header, guess in file.guess.guesses.items())


def _trials(draft: Draft, *, with_factors: bool) -> Iterator[str]:
    """Load what was looked at with the draft as it stands, and say what would be set aside."""
    profile = read_profile(draft_text(draft, with_factors=with_factors))
    for file in draft.files:
        if not file.guess.lacking:
            yield _trial(file, profile)


def _trial(file: FileDraft, profile: Profile) -> str:
    table, frame = file.guess.table, file.sample.frame
    try:
        match = match_headers(tuple(frame.columns), table, profile)
    except ProfileError as error:
        return f"{file.sample.name} cannot be loaded as it stands: {error}."
    parsed = parse_rows(
        frame.with_row_index(ROW, 1).with_columns(pl.col(ROW).cast(pl.Int64)).lazy(), table, match, profile
    )
    broken = broken_rows(parsed, table, profile).collect()
    loaded = frame.height - broken.height
    rows = file.sample.rows
    looked_at = f"{rows:,} rows" if file.sample.is_whole else f"the first {rows:,} rows"
    sentence = f"{file.sample.name}: {loaded:,} of {looked_at} would be loaded"
    if broken.is_empty() and not file.sample.malformed:
        return f"{sentence}."
    apart = [f"{n:,} by {rule}" for rule, n in sorted(file.sample.malformed.items())]
    by_rule = (
        broken.group_by("rule", "column_name").len().sort("len", "rule", "column_name", descending=[True, False, False])
    )
    typed = [f"{n:,} by {rule} of {column}" for rule, column, n in by_rule.head(_MOST_NAMED).iter_rows()]
    listed = "; ".join([*apart, *typed])
    return f"{sentence}; set aside: {listed}."
