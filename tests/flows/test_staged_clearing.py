"""Staged folders that no release counts are removed, and no other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.ingest.ledger import DELIVERIES, RECORD
from flows.publish import put_in_force
from flows.settings import Layout
from flows.staged_clearing import clear_staged
from tests.builders import Staged, deliver, disputes_csv, remember, stage

NOW = datetime.now(UTC) + timedelta(seconds=1)
FIRST = disputes_csv(("d1", "2026-01-05", "partial"))
SECOND = disputes_csv(("d2", "2026-02-05", "partial"))


def _staged(layout: Layout) -> set[str]:
    return {path.name for path in layout.local.glob("staged/*/*")}


def _counted(staged: Staged) -> set[str]:
    return set(staged.ledger.staged)


def test_what_a_failed_run_staged_goes_once_another_has_published(tmp_path: Path) -> None:
    failed = stage(tmp_path, {"a/disputes.csv": SECOND})
    (tmp_path / "inbox" / "a" / "disputes.csv").unlink()
    published = stage(tmp_path, {"b/disputes.csv": FIRST})
    layout = published.settings.layout
    assert clear_staged(layout, NOW) == []
    assert _staged(layout) == _counted(failed) | _counted(published)
    remember(published, "r1")
    assert {folder.name for folder in clear_staged(layout, NOW)} == _counted(failed)
    assert _staged(layout) == _counted(published)


def test_the_same_records_in_another_form_are_kept_once(tmp_path: Path) -> None:
    remember(stage(tmp_path, {"a/disputes.csv": FIRST}), "r1")
    again = stage(tmp_path, {"b/disputes.csv": FIRST.replace("\n", "\r\n")})
    remember(again, "r2")
    assert len(_staged(again.settings.layout)) == 2
    clear_staged(again.settings.layout, NOW)
    assert _staged(again.settings.layout) == _counted(again)


def test_what_an_earlier_release_counts_stays_so_that_one_can_go_back(tmp_path: Path) -> None:
    remember(stage(tmp_path, {"a/disputes.csv": disputes_csv(("d1", "2026-01-05", "won"))}), "r1")
    (tmp_path / "own.toml").write_text('name = "own"\n[tables.disputes.values.outcome]\nwon = "buyer_wins"\n')
    mended = stage(tmp_path, profile=str(tmp_path / "own.toml"), replay=True)
    remember(mended, "r2")
    layout = mended.settings.layout
    assert clear_staged(layout, NOW) == []
    put_in_force(layout, "r1")
    assert stage(tmp_path).rules() != []


def test_a_folder_whose_removal_was_cut_short_does_not_count_as_staged(tmp_path: Path) -> None:
    left = stage(tmp_path, {"a/disputes.csv": SECOND})
    (folder,) = left.settings.layout.local.glob("staged/disputes/*")
    (folder / RECORD).unlink()
    next(folder.glob("month=*/*.parquet")).unlink()
    assert stage(tmp_path).column("disputes", "dispute_id") == ["d2"]


def test_a_stray_file_is_left_alone(tmp_path: Path) -> None:
    staged = stage(tmp_path, {"a/disputes.csv": FIRST})
    remember(staged, "r1")
    layout = staged.settings.layout
    for stray in (layout.local / "staged" / "disputes" / ".DS_Store", layout.local / "staged" / ".DS_Store"):
        stray.write_bytes(b"stray")
    assert clear_staged(layout, NOW) == []
    assert (layout.local / "staged" / "disputes" / ".DS_Store").is_file()


def test_nothing_goes_while_it_is_not_known_what_a_release_counts(tmp_path: Path) -> None:
    stage(tmp_path, {"a/disputes.csv": SECOND})
    deliver(tmp_path / "inbox", {"a/disputes.csv": FIRST})
    published = stage(tmp_path)
    remember(published, "r1")
    layout = published.settings.layout
    (layout.local / "releases" / "r1" / DELIVERIES).unlink()
    assert clear_staged(layout, NOW) == []
