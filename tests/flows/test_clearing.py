"""What a run cannot clear up once its release is out is said, fails nothing, and goes with the next run."""

import errno
import os
from pathlib import Path

import pytest

from flows import clearing, publish
from flows.errors import RunError
from flows.files import replace_link
from flows.ingest.ledger import RECORD
from flows.pipeline import Steps
from flows.publish import current_run, in_force, mend, put_in_force
from flows.stages import Stopwatch
from flows.storage import StorageError
from tests.builders import Staged, disputes_csv, remember, stage

FIRST = disputes_csv(("d1", "2026-01-05", "partial"))
SECOND = disputes_csv(("d2", "2026-02-05", "partial"))
STEPS = ("clear_old", "clear", "clear_staged", "empty_folder")


def _published_beside_leftovers(root: Path) -> tuple[Staged, Path]:
    """Return a release, and a staged folder of a run before it that never published."""
    failed = stage(root, {"a/disputes.csv": SECOND})
    (root / "inbox" / "a" / "disputes.csv").unlink()
    published = stage(root, {"b/disputes.csv": FIRST})
    remember(published, "r1")
    (left,) = set(failed.ledger.staged) - set(published.ledger.staged)
    return published, published.settings.layout.local / "staged" / "disputes" / left


@pytest.mark.parametrize("error", [OSError(errno.EIO, os.strerror(errno.EIO)), StorageError("Input/output error")])
@pytest.mark.parametrize("step", STEPS)
def test_each_refusal_is_noted_and_the_other_steps_are_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: Exception
) -> None:
    published, left = _published_beside_leftovers(tmp_path)
    layout = published.settings.layout
    said: list[str] = []
    piece, scratch = layout.local / "scored" / "unused" / "x.parquet", layout.work / "left"
    for path in (piece, scratch):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"left")

    def refuse(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(clearing, step, refuse)
        clearing.clear_up(published.settings, said.append)
    (note,) = said
    assert note.startswith("left over: ")
    assert note.endswith(" could not be removed (Input/output error); the next run tries again")
    gone = {"clear": piece, "clear_staged": left, "empty_folder": scratch}
    assert [path.exists() for name, path in gone.items() if name != step] == [False] * len(set(gone) - {step})
    clearing.clear_up(published.settings, said.append)
    assert said == [note]
    assert not any(path.exists() for path in gone.values())


def test_a_folder_that_cannot_be_removed_is_noted(tmp_path: Path) -> None:
    published, left = _published_beside_leftovers(tmp_path)
    (left / RECORD).unlink()
    (left / RECORD).mkdir()
    said: list[str] = []
    clearing.clear_up(published.settings, said.append)
    (note,) = said
    assert note.startswith("left over: staged folders that no release counts could not be removed (")


def test_a_run_whose_clearing_is_refused_has_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    staged = stage(tmp_path, {"a/disputes.csv": FIRST})
    layout = staged.settings.layout
    built = layout.work / "release"
    built.mkdir(parents=True)
    said: list[str] = []
    for step in STEPS:
        monkeypatch.setattr(clearing, step, refuse)
    Steps(staged.settings, Stopwatch(on_note=said.append))._publish(built, "r1", staged.ledger, in_force(layout))
    assert current_run(layout) == "r1"
    assert [note.startswith("left over: ") for note in said] == [True] * len(STEPS)


def test_links_that_could_not_be_made_are_said_and_made_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published, _ = _published_beside_leftovers(tmp_path)
    remember(stage(tmp_path), "r2")
    layout = published.settings.layout
    link = layout.report.parent.parent / "r2"
    link.unlink()
    put_in_force(layout, "r1")

    def refuse(link: Path, target: Path) -> None:
        if link.name != "current":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace_link(link, target)

    link.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(publish, "replace_link", refuse)
        with pytest.raises(RunError, match=r"release r2 is in force, but not all that leads to it .*No space left"):
            put_in_force(layout, "r2")
    assert current_run(layout) == "r2"
    mend(layout)
    assert link.is_symlink()


def test_texts_that_could_not_be_taken_out_are_told_with_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published, _ = _published_beside_leftovers(tmp_path)

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(clearing, "take_old_texts_out", refuse)
    with pytest.raises(RunError, match=r"^release r1 is in force, but texts .* \(Input/output error\); the next run"):
        clearing.take_texts_out(published.settings)
