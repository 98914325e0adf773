"""What must hold of any file whatsoever."""

import hashlib
from pathlib import Path

import polars as pl

from flows.errors import RunError
from tests.builders import Staged, stage
from tests.fuzz.files import LIMITS, Malformed
from transforms.ingest.versions import FILE
from transforms.registry import INPUT_TABLES

_LONGEST_SENTENCE = 1_200


def check(file: Malformed, root: Path) -> str:
    """Deliver a file: it is refused with a sentence or loaded, its rows add up, and nothing is written elsewhere.

    Args:
        file: The file.
        root: An empty folder.

    Returns:
        The sentence by which it was refused; empty if it was loaded.
    """
    (root / "inbox").mkdir()
    (root / "inbox" / file.name).write_bytes(file.content)
    before = _outside(root)
    try:
        staged = stage(root, limits=LIMITS)
    except RunError as error:
        sentence = str(error)
        assert sentence, "a refusal says why"
        assert len(sentence) < _LONGEST_SENTENCE, sentence
        assert not [sign for sign in ("\n", "\x1b", "Traceback") if sign in sentence], sentence
    else:
        sentence = ""
        _check_sums(staged)
        assert staged.quarantine().height == staged.books.files["quarantined"].sum()
    assert _outside(root) == before, "written outside the data directory"
    assert not [path for path in (root / "data").rglob("*") if path.is_symlink()]
    assert not list((root / "data" / "work").glob("unpacked")), "what was unpacked is removed"
    return sentence


def _check_sums(staged: Staged) -> None:
    """Check that the rows of each file add up, and that those said to be loaded are there."""
    in_force = [staged.rows(table).group_by(FILE).len() for table in INPUT_TABLES]
    loaded = dict(pl.concat(in_force).iter_rows())
    for row in staged.books.files.iter_rows(named=True):
        fates = [row[fate] for fate in ("quarantined", "duplicates", "superseded")]
        fates.append(loaded.get(row["file_id"], 0) if row["status"] == "loaded" else 0)
        assert row["rows_in"] == sum(fates), row
        assert min(fates) >= 0, row


def _outside(root: Path) -> dict[str, str]:
    """Return all that lies beside the data directory."""
    places = root.parent.rglob("*")
    found = sorted(path for path in places if root / "data" not in {path, *path.parents})
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder" for path in found}
