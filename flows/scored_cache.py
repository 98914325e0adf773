"""Scored pieces that are kept from run to run, each under a hash of everything that its scores depend on.

A piece whose key is there is taken over; any change of what it depends on gives it another key. A folder appears whole,
by a rename, and says how large its files are, so that one that was cut short is seen.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from flows.configuration import Scorer
from flows.files import listed, remove_tree, replace_folder, write_json_atomically
from flows.pieces import Piece
from flows.resolve import Resolved, recorded_files
from flows.settings import Layout
from flows.storage import Place, S3Path
from flows.versions import code_version
from transforms.ingest.partition import ORPHANS
from transforms.registry import INPUT_TABLES

_SIZES = "sizes.json"
_KEY_BYTES = 16


def piece_key(piece: Piece, resolved: Resolved, scorer: Scorer, sides: pl.DataFrame) -> str:
    """Name a piece after everything that its scores depend on.

    Args:
        piece: Which disputes.
        resolved: The rows in force of its month, see ``Resolved.of_month``.
        scorer: Weights and word lists.
        sides: The scored reputation of its disputes' sides, in any order.

    Returns:
        Hexadecimal digits.
    """
    recorded = recorded_files(resolved, piece.month)
    parts = (
        (code_version(), pl.__version__, scorer.version, piece),
        [staged_files(resolved, table, piece.month) for table in INPUT_TABLES if table != "reputation"],
        [(table, content_hash(frame)) for table, frame in resolved.excluded.items() if table != "reputation"],
        [(table, content_hash(frame)) for table, frame in resolved.adopted.items()],
        [(table, sorted(files)) for table, files in recorded.items()],
        resolved.ledger.extra_factors,
        content_hash(sides),
    )
    return hashlib.blake2b(repr(parts).encode(), digest_size=_KEY_BYTES).hexdigest()


def staged_files(resolved: Resolved, table: str, month: str) -> list[tuple[str, str, str]]:
    """List the files with rows of a month, or with rows that it adopted, in order of delivery.

    Args:
        resolved: The rows in force of the month, see ``Resolved.of_month``.
        table: Name of the table.
        month: The month.

    Returns:
        Of each file its hash, how it was read, and when it was delivered.
    """
    adopted = resolved.adopted.get(table)
    has_adopted = adopted is not None and adopted.height > 0
    return [
        (file.file_id, file.reading, file.delivered_at)
        for file in resolved.ledger.of_table(table)
        if month in file.months or (has_adopted and ORPHANS in file.months)
    ]


def content_hash(frame: pl.DataFrame) -> str:
    """Hash the rows of a frame, in whatever order they are."""
    rows = frame.hash_rows().sort().to_numpy() if frame.width else pl.Series([], dtype=pl.UInt64).to_numpy()
    return hashlib.blake2b(repr(frame.columns).encode() + rows.tobytes(), digest_size=_KEY_BYTES).hexdigest()


def kept_folder(layout: Layout, key: str) -> Place:
    """Return the folder of a kept piece."""
    return layout.scored / key


def is_kept(folder: Place) -> bool:
    """Tell whether a piece is there and whole; in a bucket the file that says so is written last."""
    path = folder / _SIZES
    if not path.is_file():
        return False
    if isinstance(folder, S3Path):
        return True
    files = {folder / name: size for name, size in json.loads(path.read_text(encoding="utf-8"))["bytes"].items()}
    return all(file.is_file() and file.stat().st_size == size for file, size in files.items())


def rows_of(folder: Place) -> dict[str, int]:
    """Return how many rows a kept piece has in each table."""
    rows: dict[str, int] = json.loads((folder / _SIZES).read_text(encoding="utf-8"))["rows"]
    return rows


def keep(partial: Path, folder: Place) -> None:
    """Put a piece that was just scored among those that are kept, in place of one that is not whole.

    Args:
        partial: The folder that it was written to on this machine; gone afterwards.
        folder: Its place, see ``kept_folder``.
    """
    files = sorted(partial.glob("*.parquet"))
    rows = {path.stem: int(pl.scan_parquet(path).select(pl.len()).collect().item()) for path in files}
    write_json_atomically(partial / _SIZES, {"bytes": {path.name: path.stat().st_size for path in files}, "rows": rows})
    remove_tree(folder)
    replace_folder(partial, folder, _SIZES)


def clear(layout: Layout, used: Iterable[str] = ()) -> None:
    """Remove the kept pieces that are not used any more, or all of them.

    Args:
        layout: The data directory.
        used: Keys of pieces that stay.
    """
    keys = set(used)
    for name in {path.parent.name for path in listed(layout.scored, "*/*")} - keys:
        remove_tree(layout.scored / name)
