"""What a kept piece is named after, and which pieces stay in a database."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from flows.configuration import Scorer, load_scorer
from flows.ingest.ledger import Delivery, ExtraColumn, Ledger, StagedFile
from flows.loading import Contents
from flows.pieces import Piece
from flows.pipeline import is_same_run, made_again
from flows.resolve import Resolved
from flows.scored_cache import clear, content_hash, is_kept, keep, kept_folder, piece_key
from flows.settings import Layout
from transforms.ingest.partition import HOME
from transforms.ingest.versions import FATE, FILE

PIECE = Piece("2026-01")
SIDES = pl.DataFrame({"dispute_id": ["d1", "d1", "d2"], "party": ["buyer", "seller", "buyer"], "base": [1, 2, 3]})


def _file(table: str, file_id: str, months: tuple[str, ...], reading: str = "r") -> StagedFile:
    return StagedFile(
        file_id=file_id,
        table=table,
        batch="a",
        name=file_id,
        profile="canonical",
        format="CSV",
        bytes=1,
        delivered_at="2026-07-01T00:00:00+00:00",
        rows_in=1,
        quarantined=0,
        reading=reading,
        months=months,
    )


def _resolved(tmp_path: Path, *files: StagedFile) -> Resolved:
    deliveries = tuple(Delivery(file.batch, file.name, file.file_id, "loaded", file.table, 1) for file in files)
    return Resolved(Ledger(deliveries, {file.file_id: file for file in files}), Layout(tmp_path))


DISPUTES = _file("disputes", "f1", ("2026-01", "2026-02"))
EVIDENCE = _file("evidence", "f2", ("2026-01", "orphans"))
MOVED = pl.DataFrame({FILE: ["f1"], "__row": [3], FATE: ["superseded"], HOME: ["2026-01"]})
ADOPTED = pl.DataFrame({FILE: ["f2"], "__row": [4], HOME: ["2026-01"]})


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


CHANGES: dict[str, Callable[[Path], Resolved]] = {
    "a file more": lambda path: _resolved(path, DISPUTES, EVIDENCE, _file("messages", "f3", ("2026-01",))),
    "a file read otherwise": lambda path: _resolved(path, DISPUTES, replace(EVIDENCE, reading="other")),
    "another order of delivery": lambda path: _resolved(path, DISPUTES, replace(DISPUTES, file_id="f0"), EVIDENCE),
    "a row that left force": lambda path: replace(_resolved(path, DISPUTES, EVIDENCE), excluded={"disputes": MOVED}),
    "a row that was adopted": lambda path: replace(_resolved(path, DISPUTES, EVIDENCE), adopted={"evidence": ADOPTED}),
    "a table that was recorded": lambda path: _resolved(
        path, DISPUTES, EVIDENCE, _file("reputation", "f4", ("2020-01",))
    ),
    "an extra factor": lambda path: _resolved(
        path, replace(DISPUTES, extra_factors=(ExtraColumn("rank", "RANK", "numeric"),)), EVIDENCE
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_decides_the_scores_changes_the_key(change: str, scorer: Scorer, tmp_path: Path) -> None:
    before = piece_key(PIECE, _resolved(tmp_path, DISPUTES, EVIDENCE), scorer, SIDES)
    assert piece_key(PIECE, CHANGES[change](tmp_path), scorer, SIDES) != before


def test_weights_sides_and_the_cut_change_the_key(scorer: Scorer, tmp_path: Path) -> None:
    resolved = _resolved(tmp_path, DISPUTES, EVIDENCE)
    keys = [
        piece_key(PIECE, resolved, scorer, SIDES),
        piece_key(PIECE, resolved, replace(scorer, version="other weights"), SIDES),
        piece_key(PIECE, resolved, scorer, SIDES.with_columns(pl.Series("base", [1, 2, 4]))),
        piece_key(replace(PIECE, parts=2), resolved, scorer, SIDES),
        piece_key(replace(PIECE, parts=2, number=1), resolved, scorer, SIDES),
    ]
    assert len(set(keys)) == len(keys)


def test_other_months_and_the_order_of_sides_do_not_change_the_key(scorer: Scorer, tmp_path: Path) -> None:
    before = piece_key(PIECE, _resolved(tmp_path, DISPUTES, EVIDENCE), scorer, SIDES)
    more = _resolved(tmp_path, DISPUTES, EVIDENCE, replace(EVIDENCE, file_id="f9", months=("2026-02",)))
    assert piece_key(PIECE, more, scorer, SIDES.reverse()) == before


def test_the_same_rows_in_another_order_have_one_hash() -> None:
    assert content_hash(SIDES) == content_hash(SIDES.sample(fraction=1, shuffle=True, seed=3))
    assert content_hash(SIDES) != content_hash(SIDES.head(2))
    assert content_hash(pl.concat([SIDES, SIDES])) != content_hash(SIDES)
    assert content_hash(pl.DataFrame()) != content_hash(SIDES.clear())


def test_a_piece_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    for key in ("a", "b"):
        partial = tmp_path / "partial"
        partial.mkdir()
        SIDES.write_parquet(partial / "messages.parquet")
        keep(partial, kept_folder(layout, key))
        assert not partial.exists()
    assert is_kept(kept_folder(layout, "a"))
    (tmp_path / "scored" / "a" / "messages.parquet").write_bytes(b"PAR1")
    assert not is_kept(kept_folder(layout, "a"))
    assert not is_kept(kept_folder(layout, "never"))
    clear(layout, ["b"])
    assert [path.name for path in (tmp_path / "scored").iterdir()] == ["b"]
    clear(layout)
    assert list((tmp_path / "scored").iterdir()) == []


CONTENTS = Contents("program", {"f1": "r", "f2": "r"}, [], ["a", "b", "c"], [])


@pytest.mark.parametrize(
    ("now", "shared"),
    [
        (CONTENTS, 3),
        (replace(CONTENTS, pieces=["a", "b", "c", "d"], readings={**CONTENTS.readings, "f3": "r"}), 3),
        (replace(CONTENTS, pieces=["a", "x", "c"]), 1),
        (replace(CONTENTS, pieces=["0", "a", "b", "c"]), 0),
        (replace(CONTENTS, pieces=["a"]), 1),
        (replace(CONTENTS, made_by="another program"), 0),
        (replace(CONTENTS, factors=["rank"]), 0),
        # Read again, for a person was taken out of it, or gone: what was taken out must not stay in a copy.
        (replace(CONTENTS, readings={"f1": "r", "f2": "without a person"}), 0),
        (replace(CONTENTS, readings={"f1": "r"}), 0),
    ],
)
def test_the_pieces_that_both_databases_begin_with_stay(now: Contents, shared: int) -> None:
    assert now.shared(CONTENTS) == shared
    assert now.shared(None) == 0


def test_a_run_that_is_made_again_is_counted() -> None:
    assert made_again("r0123456789ab", "r0123456789ab") == "r0123456789ab-2"
    assert made_again("r0123456789ab", "r0123456789ab-2") == "r0123456789ab-3"
    assert is_same_run("r0123456789ab", "r0123456789ab-2")
    assert not is_same_run("r0123456789ab", "r0123456789ac")
    assert not is_same_run("r0123456789ab", None)
