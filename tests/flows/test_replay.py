"""What was set aside is loaded once it was mended: by a profile, by a corrected file, or by the row that came again."""

from pathlib import Path

import pytest

from flows.ingest.ledger import staged_folder
from flows.pipeline import Steps
from flows.replay import n_set_aside, replay_text
from flows.settings import Settings
from flows.stages import Stopwatch
from tests.builders import (
    STARTED,
    Staged,
    ask,
    csv_text,
    deliver,
    disputes_csv,
    messages_csv,
    read_all,
    remember,
    run_steps,
    settings_for,
    stage,
)

GOOD, BAD = ("d1", "2026-01-05", "partial"), ("d2", "2026-02-05", "the buyer won")
MALFORMED = "d3,2026-03-05\n"
PROFILE = """
name = "mended"
[tables.disputes.values.outcome]
"the buyer won" = "buyer_wins"
"""


def _fates(staged: Staged) -> dict[str, tuple[int, ...]]:
    """Return for each file rows in, loaded, set aside, duplicates, superseded; and that they add up."""
    found: dict[str, tuple[int, ...]] = {}
    for file in staged.books.files["file"]:
        account = staged.account(file)
        found[file] = tuple(account[name] for name in ("rows_in", "loaded", "quarantined", "duplicates", "superseded"))
        assert found[file][0] == sum(found[file][1:]), file
    return found


def _profile(root: Path, text: str = PROFILE) -> str:
    (root / "mended.toml").write_text(text, encoding="utf-8")
    return str(root / "mended.toml")


def test_a_mended_profile_loads_what_was_set_aside(tmp_path: Path) -> None:
    remember(stage(tmp_path, {"a/disputes.csv": disputes_csv(GOOD, BAD)}), "r1")
    mended = stage(tmp_path, profile=_profile(tmp_path), replay=True)
    assert _fates(mended) == {"a/disputes.csv": (2, 2, 0, 0, 0)}
    assert sorted(mended.column("disputes", "outcome")) == ["buyer_wins", "partial"]
    assert mended.rules() == []


def test_without_replay_a_mended_profile_changes_nothing(tmp_path: Path) -> None:
    first = stage(tmp_path, {"a/disputes.csv": disputes_csv(GOOD, BAD)})
    remember(first, "r1")
    assert _fates(stage(tmp_path, profile=_profile(tmp_path))) == _fates(first)


def test_replayed_ten_times_it_is_loaded_once(tmp_path: Path) -> None:
    remember(stage(tmp_path, {"a/disputes.csv": disputes_csv(GOOD, BAD) + MALFORMED}), "r0")
    profile = _profile(tmp_path)
    first = stage(tmp_path, profile=profile, replay=True)
    for number in range(1, 10):
        remember(stage(tmp_path, profile=profile, replay=True), f"r{number}")
    last = stage(tmp_path, profile=profile, replay=True)
    assert _fates(last) == _fates(first) == {"a/disputes.csv": (3, 2, 1, 0, 0)}
    assert last.ledger == first.ledger


def test_what_was_staged_before_stays_for_the_releases_that_stand_on_it(tmp_path: Path) -> None:
    first = stage(tmp_path, {"a/disputes.csv": disputes_csv(GOOD, BAD)})
    remember(first, "r1")
    (old,) = first.ledger.staged
    mended = stage(tmp_path, profile=_profile(tmp_path), replay=True)
    (new,) = mended.ledger.staged
    assert new != old
    assert staged_folder(first.settings.layout, "disputes", old).is_dir()
    # Nothing was published, so the next run begins where the first ended.
    assert _fates(stage(tmp_path)) == {"a/disputes.csv": (2, 1, 1, 0, 0)}


def test_copies_of_a_file_move_with_it(tmp_path: Path) -> None:
    text = disputes_csv(GOOD, BAD)
    remember(stage(tmp_path, {"a/disputes.csv": text, "b/disputes.csv": text.encode("gb18030")}), "r1")
    mended = stage(tmp_path, profile=_profile(tmp_path), replay=True)
    assert _fates(mended) == {"a/disputes.csv": (2, 2, 0, 0, 0), "b/disputes.csv": (2, 0, 0, 2, 0)}


def test_facts_find_the_dispute_that_was_set_aside(tmp_path: Path) -> None:
    messages = messages_csv(("m1", "d2", "buyer", "好"))
    first = stage(tmp_path, {"a/disputes.csv": disputes_csv(GOOD, BAD), "a/messages.csv": messages})
    assert _fates(first)["a/messages.csv"] == (1, 0, 1, 0, 0)
    remember(first, "r1")
    mended = stage(tmp_path, profile=_profile(tmp_path), replay=True)
    assert _fates(mended)["a/messages.csv"] == (1, 1, 0, 0, 0)
    assert mended.resolved.rows("messages", "2026-02").collect()["message_id"].to_list() == ["m1"]


# ------------------------------------------------------------------------------------------------------ corrected files


@pytest.mark.parametrize("name", ["b/disputes.csv", "a/disputes-fixed.csv"])
def test_corrected_rows_alone_supersede_those_set_aside(name: str, tmp_path: Path) -> None:
    remember(stage(tmp_path, {"a/disputes.csv": disputes_csv(GOOD, BAD) + MALFORMED}), "r1")
    mended = stage(tmp_path, {name: disputes_csv(("d2", "2026-02-05", "buyer_wins"))})
    # The malformed row has no key, so nobody can tell whether it came again.
    assert _fates(mended) == {"a/disputes.csv": (3, 1, 1, 0, 1), name: (1, 1, 0, 0, 0)}
    assert mended.rules() == [("a/disputes.csv", 3, "field_count", "")]


def test_a_whole_file_corrected_elsewhere_repeats_the_sound_rows(tmp_path: Path) -> None:
    remember(stage(tmp_path, {"a/disputes.csv": disputes_csv(GOOD, BAD)}), "r1")
    mended = stage(tmp_path, {"b/disputes.csv": disputes_csv(GOOD, ("d2", "2026-02-05", "buyer_wins"))})
    assert _fates(mended) == {"a/disputes.csv": (2, 1, 0, 0, 1), "b/disputes.csv": (2, 1, 0, 1, 0)}


def test_a_row_that_was_sound_before_is_no_correction(tmp_path: Path) -> None:
    remember(stage(tmp_path, {"a/disputes.csv": disputes_csv(("d2", "2026-02-05", "partial"))}), "r1")
    staged = stage(tmp_path, {"b/disputes.csv": disputes_csv(BAD)})
    assert _fates(staged) == {"a/disputes.csv": (1, 1, 0, 0, 0), "b/disputes.csv": (1, 0, 1, 0, 0)}


def test_keys_of_two_columns_are_compared_as_written(tmp_path: Path) -> None:
    columns = ("user_id", "as_of", "credit_score")
    reputation = csv_text(columns, [("u1", "2026-01-01", "2"), ("u1", "2026-01-02", "2"), ("u2", "2026-01-01", "2")])
    files = {"a/disputes.csv": disputes_csv(GOOD), "a/reputation.csv": reputation}
    remember(stage(tmp_path, files), "r1")
    mended = stage(tmp_path, {"b/reputation.csv": csv_text(columns, [("u1", "2026-01-02 00:00", "700")])})
    assert _fates(mended)["a/reputation.csv"] == (3, 0, 2, 0, 1)
    assert [row for _, row, *_ in mended.rules()] == [1, 3]


def test_a_file_corrected_in_its_place_and_replayed(tmp_path: Path) -> None:
    remember(stage(tmp_path, {"a/disputes.csv": disputes_csv(GOOD, BAD) + MALFORMED}), "r1")
    corrected = disputes_csv(GOOD, ("d2", "2026-02-05", "buyer_wins"), ("d3", "2026-03-05", "seller_wins"))
    mended = stage(tmp_path, {"a/disputes.csv": corrected}, replay=True)
    fates = [
        mended.books.files.select("rows_in", "quarantined", "duplicates", "superseded").rows(),
        sorted(mended.column("disputes", "dispute_id")),
        mended.rules(),
    ]
    assert fates == [[(3, 0, 0, 2), (3, 0, 1, 0)], ["d1", "d2", "d3"], []]
    remember(mended, "r2")
    assert stage(tmp_path, replay=True).ledger.deliveries == mended.ledger.deliveries


def test_a_file_of_the_same_name_is_no_correction_unless_it_is_said(tmp_path: Path) -> None:
    remember(stage(tmp_path, {"daily/disputes.csv": disputes_csv(GOOD) + MALFORMED}), "r1")
    staged = stage(tmp_path, {"daily/disputes.csv": disputes_csv(("d7", "2026-01-07", "partial"))})
    assert staged.books.files["quarantined"].to_list() == [1, 0]


# ---------------------------------------------------------------------------------------------------------- a whole run


def test_a_replay_gives_what_a_first_run_with_the_mended_profile_gives(tmp_path: Path) -> None:
    sound = [(f"s{number}", f"2026-01-{number:02}", "partial") for number in range(1, 20)]
    files = {
        "a/disputes.csv": disputes_csv(GOOD, BAD, *sound),
        "a/messages.csv": messages_csv(("m1", "d2", "buyer", "你好")),
    }
    profile = _profile(tmp_path)
    deliver(tmp_path / "one" / "inbox", files)
    run_steps(tmp_path / "one")
    layout = settings_for(tmp_path / "one").layout
    assert n_set_aside(layout) == 2
    settings = Settings(layout, tmp_path / "one" / "inbox", STARTED, profile, replay=True)
    result = Steps(settings, Stopwatch()).run()
    said = replay_text(2, result.files, settings.inbox)
    assert said == "Set aside before: 2 rows; now: 0."
    assert ask(result.database, "select count(*) from meta.quarantine_rows") == [(0,)]
    deliver(tmp_path / "two" / "inbox", files)
    direct = run_steps(tmp_path / "two", profile=profile)
    left_out = {"meta.runs", "meta.files", "meta.drift", "core.disputes", "core.messages"}
    replayed, expected = read_all(result.database), read_all(direct.database)
    assert [name for name in expected if name not in left_out and replayed[name] != expected[name]] == []
    rows = "select dispute_id, outcome, month(opened_at) from core.disputes order by all"
    assert ask(result.database, rows) == ask(direct.database, rows)


def test_a_file_that_is_no_longer_there_is_named(tmp_path: Path) -> None:
    staged = stage(tmp_path, {"a/disputes.csv": disputes_csv(GOOD, BAD)})
    inbox = tmp_path / "inbox"
    assert replay_text(1, staged.books.files, inbox) == "Set aside before: 1 rows; now: 1."
    (inbox / "a" / "disputes.csv").rename(tmp_path / "elsewhere.csv")
    assert "no longer in" in replay_text(1, staged.books.files, inbox)
    assert "a/disputes.csv" in replay_text(1, staged.books.files, inbox)
