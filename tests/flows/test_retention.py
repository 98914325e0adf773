"""Words are kept as long as the settings say, scores for ever."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from flows.errors import UsageError
from flows.publish import releases
from flows.retention import SETTINGS_FILE, keep_text_days
from flows.settings import Layout
from tests.builders import STARTED, ask, csv_text, deliver, read_all, run_steps
from transforms.privacy.removal import REMOVED

OLD, NEW = "你就是骗子，马上退钱", "抱歉，今天就给您退款"
NOTE = "老主顾"
COLUMNS = ("message_id", "dispute_id", "sender", "sent_at", "text", "remark")
DISPUTES = csv_text(
    ("dispute_id", "opened_at", "ruled_at", "outcome", "buyer_id", "seller_id", "remark"),
    [
        (
            f"D{n}",
            "2025-12-20",
            "2026-06-25",
            ("buyer_wins", "seller_wins", "partial")[n % 3],
            f"b{n}",
            f"s{n % 4}",
            NOTE,
        )
        for n in range(20)
    ],
)
MESSAGES = csv_text(
    COLUMNS,
    [
        ("M1", "D1", "buyer", "2026-01-06", OLD, NOTE),
        ("M2", "D1", "seller", "2026-06-20", NEW, NOTE),
        ("M3", "D2", "buyer", None, OLD, NOTE),
        ("M4", "D2", "nobody", "2026-01-06", OLD, NOTE),
        ("M5", "D99", "buyer", "2026-01-06", OLD, NOTE),
    ],
)
LONG_AGO = datetime(2026, 1, 8, 4, tzinfo=UTC)
EVERYTHING_KEPT = (STARTED - datetime(2026, 1, 1, tzinfo=UTC)).days


def _keep(root: Path, days: object) -> None:
    (root / "data").mkdir(exist_ok=True)
    (root / "data" / SETTINGS_FILE).write_text(f"[privacy]\nkeep_text_days = {days}\n", encoding="utf-8")


def _texts(database: Path) -> dict[str, str]:
    return dict(ask(database, "select message_id, text from core.messages"))


def _staged(root: Path, table: str) -> pl.DataFrame:
    parts = sorted((root / "data" / "staged" / table).glob("*/month=*/*.parquet"))
    return pl.concat([pl.read_parquet(part, hive_partitioning=False) for part in parts], how="diagonal")


def _published(root: Path, when: datetime | None = None) -> Path:
    files = {"a/disputes.csv": DISPUTES, "a/messages.csv": MESSAGES}
    deliver(root / "inbox", files, *([when] if when else []))
    return run_steps(root).database


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish a release with all words in it."""
    root = tmp_path_factory.mktemp("published")
    _published(root)
    return root


@pytest.fixture(scope="module")
def shortened(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep words for thirty days only, and run again."""
    root = tmp_path_factory.mktemp("shortened") / "root"
    shutil.copytree(published, root, symlinks=True)
    _keep(root, 30)
    assert run_steps(root).is_new
    return root


def _databases(root: Path) -> list[Path]:
    layout = Layout(root / "data")
    return [layout.local / "releases" / run / "rulings.duckdb" for run, _ in releases(layout)]


def test_old_words_go_and_the_scores_stay(published: Path, shortened: Path) -> None:
    (first,), (_, last) = _databases(published), _databases(shortened)
    assert _texts(last) == {"M1": REMOVED, "M2": NEW, "M3": OLD}
    before, after = read_all(first), read_all(last)
    for table in ("core.factor_scores", "core.score_parts", "meta.files"):
        assert before[table] == after[table]
    acts = "select * exclude (text) from core.messages order by all"
    assert ask(first, acts) == ask(last, acts)


def test_earlier_releases_lose_the_old_words_too(shortened: Path) -> None:
    assert [_texts(database)["M1"] for database in _databases(shortened)] == [REMOVED, REMOVED]


def test_a_message_that_waits_for_its_dispute_loses_its_words_as_well(shortened: Path) -> None:
    staged = _staged(shortened, "messages").sort("message_id")
    assert staged.select("message_id", "text", "remark").rows() == [
        ("M1", REMOVED, None),
        ("M2", NEW, NOTE),
        ("M3", OLD, NOTE),
        ("M5", REMOVED, None),
    ]


def test_of_a_file_delivered_long_ago_nothing_written_is_left(tmp_path: Path) -> None:
    """A message without a time is as old as its file, and so are rows set aside and remarks."""
    database = _published(tmp_path, LONG_AGO)
    raw = "select count(raw), count(got) from meta.quarantine_rows where rule = 'enumeration'"
    assert ask(database, raw) == [(1, 1)]
    _keep(tmp_path, 30)
    result = run_steps(tmp_path)
    assert _texts(result.database) == {"M1": REMOVED, "M2": NEW, "M3": REMOVED}
    assert ask(result.database, raw) == [(0, 0)]
    assert _staged(tmp_path, "disputes")["remark"].null_count() == 20
    assert ask(result.database, "select sum(quarantined) from meta.files") == [(2,)]


def test_time_goes_by(shortened: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "root"
    shutil.copytree(shortened, root, symlinks=True)
    assert not run_steps(root).is_new
    monkeypatch.setattr("tests.builders.STARTED", STARTED + timedelta(days=25))
    later = run_steps(root)
    assert later.is_new
    assert _texts(later.database) == {"M1": REMOVED, "M2": REMOVED, "M3": OLD}


def test_words_that_are_not_old_stay(published: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(published, root, symlinks=True)
    _keep(root, EVERYTHING_KEPT)
    assert not run_steps(root).is_new


def test_the_same_message_delivered_again_keeps_its_score(shortened: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(shortened, root, symlinks=True)
    again = csv_text(
        COLUMNS, [("M1", "D1", "buyer", "2026-01-06", OLD, NOTE), ("M6", "D3", "buyer", "2026-06-20", NEW, "")]
    )
    deliver(root / "inbox", {"b/messages.csv": again})
    result = run_steps(root)
    assert _texts(result.database)["M1"] == REMOVED
    assert ask(result.database, "select insult from core.messages where message_id = 'M1'") == [(True,)]
    duplicates = ask(result.database, "select duplicates, superseded from meta.files where file = 'b/messages.csv'")
    assert duplicates == [(1, 0)]


@pytest.mark.parametrize("days", ["-1", '"a year"', "1.5", "true"])
def test_a_period_that_is_none_is_wrong_usage(tmp_path: Path, days: str) -> None:
    _keep(tmp_path, days)
    with pytest.raises(UsageError, match=r"keep_text_days is .*expected a whole number of days"):
        keep_text_days(Layout(tmp_path / "data"))


def test_settings_that_are_no_toml_are_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text("keep_text_days: 3", encoding="utf-8")
    with pytest.raises(UsageError, match=f"{SETTINGS_FILE} cannot be read"):
        keep_text_days(Layout(tmp_path))


@pytest.mark.parametrize("text", ["", "[privacy]\n", "[other]\nkey = 1\n"])
def test_without_a_period_words_are_kept(tmp_path: Path, text: str) -> None:
    assert keep_text_days(Layout(tmp_path / "nowhere")) is None
    (tmp_path / SETTINGS_FILE).write_text(text, encoding="utf-8")
    assert keep_text_days(Layout(tmp_path)) is None
