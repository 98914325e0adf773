"""Taking persons and old words out of staged files.

Staged files never change but for this (decision 093). Each part is replaced in one step, and a mark in the folder says
what was taken out, so that a run that was killed is simply taken up again, and a folder is not looked through twice.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from flows.files import listed, write_json_atomically, write_parquet_atomically
from flows.forgotten import Forgotten
from flows.ingest.ledger import StagedFile, read_record, write_record
from flows.ingest.quarantine import QUARANTINE_SCHEMA
from flows.ingest.writer import ZSTD_LEVEL
from flows.settings import Layout
from flows.storage import Place
from transforms.ingest.parse import ROW, kept_name
from transforms.ingest.reasons import FORGOTTEN_RULE, with_reasons
from transforms.privacy.removal import IS_REMOVED, remove_texts, without_text_of
from transforms.tone.lexicon import Lexicon

MARK = "removed.json"
QUARANTINE = "quarantine.parquet"
_IDENTIFIERS = {"disputes": ("buyer_id", "seller_id"), "reputation": ("user_id",)}
_DIGEST_BYTES = 8


@dataclass(frozen=True)
class Due:
    """What is to be taken out.

    Attributes:
        forgotten: Who was forgotten.
        texts_before: Texts from before this moment are to go, or None.
        lexicon: The word lists, with which a text is read for the last time.
    """

    forgotten: Forgotten
    texts_before: datetime | None
    lexicon: Lexicon

    @property
    def of_whom(self) -> str:
        """Digest of the forgotten users and their sides."""
        return _digest(self.forgotten)


@dataclass(frozen=True)
class Taken:
    """How many rows were taken out or changed."""

    disputes: int = 0
    messages: int = 0
    reputation: int = 0

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(self.disputes + other.disputes, self.messages + other.messages, self.reputation + other.reputation)


def _digest(forgotten: Forgotten) -> str:
    text = repr((forgotten.users, forgotten.sides.select("dispute_id", "party").rows()))
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def staged_folders(layout: Layout, table: str | None = None) -> list[tuple[Place, StagedFile]]:
    """Return the folders of staged files, of one table or all, with their records."""
    found = [(path, read_record(path)) for path in listed(layout.staged, f"{table or '*'}/*")]
    return [(path, record) for path, record in found if record is not None]


def sides_in_staged(layout: Layout, forgotten: Forgotten) -> pl.DataFrame:
    """Find the sides of disputes that belong to some users in any version that was delivered.

    Args:
        layout: The data directory.
        forgotten: The users; files that were looked through for them are left out.

    Returns:
        ``dispute_id`` and ``party``, unique and sorted.
    """
    found = [pl.DataFrame(schema={"dispute_id": pl.String(), "party": pl.String()})]
    seen = _digest(forgotten)
    for folder, _ in staged_folders(layout, "disputes"):
        mark = _read_mark(folder)
        for part in () if mark.done and mark.of_whom == seen else _parts(folder):
            ids = pl.scan_parquet(str(part), hive_partitioning=False)
            found += [
                ids.filter(pl.col(f"{party}_id").is_in(forgotten.users))
                .select("dispute_id", pl.lit(party).alias("party"))
                .collect()
                for party in ("buyer", "seller")
            ]
    return pl.concat(found).unique().sort("dispute_id", "party")


def take_out(layout: Layout, due: Due) -> Taken:
    """Take out of all staged files what is due.

    Args:
        layout: The data directory.
        due: What is to be taken out.

    Returns:
        How much it was.
    """
    return sum((_take_out_of(folder, record, due) for folder, record in staged_folders(layout)), Taken())


def _take_out_of(folder: Place, record: StagedFile, due: Due) -> Taken:
    mark = _read_mark(folder)
    delivered = datetime.fromisoformat(record.delivered_at)
    if mark.is_up_to(due, delivered):
        return Taken()
    # Taken up again if the run is killed before the end.
    _write_mark(folder, replace(mark, done=False))
    changed = _clean_quarantine(folder, record, due, delivered) or not mark.done
    taken = [_take_out_of_part(part, folder, record, due) for part in _parts(folder)]
    total = sum((each for each, _ in taken), Taken())
    oldest = min((moment for _, moment in taken if moment is not None), default=None)
    height = _quarantined(folder)
    if changed or total != Taken() or height != record.quarantined:
        reading = hashlib.blake2b(f"{record.reading} {due.of_whom} {total}".encode(), digest_size=_DIGEST_BYTES)
        write_record(folder, replace(record, quarantined=height, reading=reading.hexdigest()))
    before = due.texts_before.isoformat() if due.texts_before else mark.texts_before
    _write_mark(folder, _Mark(due.of_whom, before, oldest.isoformat() if oldest else None, done=True))
    return total


@dataclass(frozen=True)
class _Mark:
    """What was taken out of a folder.

    Attributes:
        of_whom: Digest of the users and sides that were taken out.
        texts_before: Texts from before this moment were taken out.
        oldest_text: Time of the oldest text that is left.
        done: Whether the work was finished.
    """

    of_whom: str = ""
    texts_before: str | None = None
    oldest_text: str | None = None
    done: bool = True

    def is_up_to(self, due: Due, delivered: datetime) -> bool:
        if not self.done or (self.of_whom != due.of_whom and (due.forgotten.users or self.of_whom)):
            return False
        if due.texts_before is None:
            return True
        if self.texts_before is None:
            return False
        before = datetime.fromisoformat(self.texts_before)
        oldest = datetime.fromisoformat(self.oldest_text) if self.oldest_text else None
        no_text_due = oldest is None or oldest >= due.texts_before
        return no_text_due and (delivered >= due.texts_before or delivered < before)


def _read_mark(folder: Place) -> _Mark:
    path = folder / MARK
    return _Mark(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else _Mark()


def _write_mark(folder: Place, mark: _Mark) -> None:
    write_json_atomically(folder / MARK, {name: getattr(mark, name) for name in _Mark.__dataclass_fields__})


def _parts(folder: Place) -> list[Place]:
    return listed(folder, "month=*/*.parquet")


def _take_out_of_part(part: Place, folder: Place, record: StagedFile, due: Due) -> tuple[Taken, datetime | None]:
    if record.table == "messages":
        return _of_messages(part, record, due)
    if record.table == "disputes":
        return _of_disputes(part, record, due), None
    if record.table == "reputation":
        return _of_reputation(part, folder, record, due), None
    _of_others(part, record, due)
    return Taken(), None


def _extra(record: StagedFile) -> tuple[str, ...]:
    """Columns that the contract does not name and no factor reads."""
    factors = {factor.column for factor in record.extra_factors}
    return tuple(kept_name(header) for header in record.extra_columns if header not in factors)


def _is_old(record: StagedFile, due: Due) -> bool:
    return due.texts_before is not None and datetime.fromisoformat(record.delivered_at) < due.texts_before


def _of_disputes(part: Place, record: StagedFile, due: Due) -> Taken:
    frame = pl.read_parquet(str(part), hive_partitioning=False)
    gone = {name: frame[name].is_in(due.forgotten.users).fill_null(value=False) for name in _IDENTIFIERS["disputes"]}
    either = gone["buyer_id"] | gone["seller_id"]
    due_extra = pl.Series([_is_old(record, due)]).new_from_index(0, frame.height) | either
    cleared = frame.with_columns(
        *(frame[name].set(mask, None) for name, mask in gone.items()),
        *(frame[name].set(due_extra, None) for name in _extra(record)),
    )
    _replace(part, frame, cleared)
    return Taken(disputes=int(either.sum()))


def _of_reputation(part: Place, folder: Place, record: StagedFile, due: Due) -> Taken:
    frame = pl.read_parquet(str(part), hive_partitioning=False)
    gone = frame["user_id"].is_in(due.forgotten.users).fill_null(value=False)
    if gone.any():
        # First the account of a row, then the row: killed in between, it is found again.
        _set_aside(folder, record, frame.filter(gone)[ROW])
    kept = frame.filter(~gone)
    old = _is_old(record, due)
    _replace(part, frame, kept.with_columns(pl.lit(None, pl.String).alias(name) for name in _extra(record) if old))
    return Taken(reputation=int(gone.sum()))


def _of_others(part: Place, record: StagedFile, due: Due) -> None:
    if _is_old(record, due) and _extra(record):
        frame = pl.read_parquet(str(part), hive_partitioning=False)
        _replace(part, frame, frame.with_columns(pl.lit(None, pl.String).alias(name) for name in _extra(record)))


def _of_messages(part: Place, record: StagedFile, due: Due) -> tuple[Taken, datetime | None]:
    frame = pl.read_parquet(str(part), hive_partitioning=False)
    delivered = datetime.fromisoformat(record.delivered_at)
    sent = frame["sent_at"].fill_null(delivered)
    gone = without_text_of(due.forgotten.sides, frame)
    if due.texts_before is not None:
        gone |= sent < due.texts_before
    there = (
        ~frame[IS_REMOVED].fill_null(value=False)
        if IS_REMOVED in frame.columns
        else pl.Series([True]).new_from_index(0, frame.height)
    )
    if (gone & there).any():
        _write(part, remove_texts(frame, gone, due.lexicon, _extra(record)))
    left: datetime | None = sent.filter(there & ~gone).min()  # type: ignore[assignment] # of a column of times
    return Taken(messages=int((gone & there).sum())), left


def _replace(part: Place, before: pl.DataFrame, after: pl.DataFrame) -> None:
    if not after.equals(before):
        _write(part, after)


def _write(part: Place, frame: pl.DataFrame) -> None:
    write_parquet_atomically(frame, part, compression="zstd", compression_level=ZSTD_LEVEL)


def _quarantined(folder: Place) -> int:
    return int(pl.scan_parquet(str(folder / QUARANTINE)).select(pl.len()).collect().item())


def _set_aside(folder: Place, record: StagedFile, rows: pl.Series) -> None:
    """Account for rows of forgotten users without saying what was in them."""
    before = pl.read_parquet(str(folder / QUARANTINE))
    new = pl.DataFrame(
        {
            "file_id": record.file_id,
            "file": record.name,
            "table_name": record.table,
            "row_number": rows,
            "rule": FORGOTTEN_RULE,
            "column_name": "user_id",
            "got": None,
            "expected": "",
            "n_broken": 1,
            "raw": None,
            "row_key": None,
        }
    )
    new = with_reasons(new).select(pl.col(name).cast(dtype) for name, dtype in QUARANTINE_SCHEMA.items())
    new = new.join(before.filter(pl.col("rule") == FORGOTTEN_RULE), on="row_number", how="anti")
    _write(folder / QUARANTINE, pl.concat([before, new]).sort("row_number"))


def _clean_quarantine(folder: Place, record: StagedFile, due: Due, delivered: datetime) -> bool:
    """Take what was got and the raw row out of rows of forgotten users, and of all rows that are old."""
    frame = pl.read_parquet(str(folder / QUARANTINE))
    shown = pl.col("raw").is_not_null() | pl.col("got").is_not_null()
    if due.texts_before is not None and delivered < due.texts_before:
        gone = shown
    else:
        gone = shown & _speaks_of(record.table, due.forgotten)
    cleaned = frame.with_columns(pl.when(~gone).then(name).alias(name) for name in ("got", "raw", "row_key"))
    if cleaned.equals(frame):
        return False
    _write(folder / QUARANTINE, cleaned)
    return True


def _speaks_of(table: str, forgotten: Forgotten) -> pl.Expr:
    """Tell whether a row of quarantine speaks of a forgotten user: by the pseudonym, or by the dispute of a message."""
    users = list(forgotten.users)
    found = pl.any_horizontal(pl.col(name).str.contains_any(users).fill_null(value=False) for name in ("got", "raw"))
    if table != "messages" or forgotten.sides.is_empty():
        return found if users else pl.lit(value=False)
    disputes = forgotten.sides["dispute_id"].unique().to_list()
    is_json = pl.col("raw").str.starts_with("{") & pl.col("rule").is_in(["json", "field_count", "open_quote"]).not_()
    named = pl.when(is_json).then("raw").str.json_path_match("$.dispute_id").is_in(disputes)
    quoted = ~is_json & pl.col("raw").str.contains_any(disputes)
    return found | named.fill_null(value=False) | quoted.fill_null(value=False)
