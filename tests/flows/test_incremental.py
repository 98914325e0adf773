"""A run on top of a release does only what is new, and publishes what a run from nothing publishes."""

import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from flows.forget import forget
from flows.loading import read_contents
from flows.pipeline import RunResult, Steps
from flows.publish import folder_in_force
from flows.settings import Layout
from flows.stages import Stopwatch
from tests.builders import CLOCK, csv_text, deliver, settings_for

DISPUTES = ("dispute_id", "exported_at", "opened_at", "ruled_at", "buyer_id", "seller_id", "outcome")
EVIDENCE = ("evidence_id", "dispute_id", "party", "kind")
MESSAGES = ("message_id", "dispute_id", "sender", "sent_at", "text")
REPUTATION = ("user_id", "as_of", "penalties_365d")
TEXTS = ("请尽快退款，谢谢", "骗子！", "抱歉，可以退货", "不同意退款", "已联系客服处理")

Batch = dict[str, str]


def _run(root: Path, *, full: bool = False, days: int = 0) -> RunResult:
    settings = settings_for(root)
    started = settings.started_at + timedelta(days=days)
    return Steps(replace(settings, full=full, max_lost=1.0, started_at=started), Stopwatch()).run()


def _tables(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table with its rows in the order in which they lie, but for the names of runs and readings of the clock."""
    with duckdb.connect(str(database.resolve()), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        names = [
            name
            for (name,) in connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables() order by all"
            ).fetchall()
            if name not in {*CLOCK, "meta.drift"}
        ]
        return {name: list(map(_comparable, connection.execute(f"from {name}").fetchall())) for name in names}


def _comparable(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple("run" if str(value).startswith("r") and len(str(value)) >= 13 else repr(value) for value in row)


def _pieces(root: Path) -> dict[str, str]:
    """Key of the piece of each month, in a data directory whose months are all in one piece."""
    contents = read_contents(folder_in_force(Layout(root / "data")))
    assert contents is not None
    with duckdb.connect(str(Layout(root / "data").database.resolve()), read_only=True) as connection:
        months = connection.execute(
            "select distinct strftime(opened_at at time zone 'Asia/Shanghai', '%Y-%m') from core.disputes order by all"
        ).fetchall()
    return dict(zip([month for (month,) in months], contents.pieces, strict=True))


def _assert_like_from_nothing(root: Path, batches: Sequence[Batch]) -> None:
    """Compare the release in force with one that is built from the same deliveries in an empty data directory.

    Rows that waited for their dispute lie at the end of their month, so there the order is another.
    """
    fresh = root / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    _deliver(fresh, batches)
    state = root / "data" / "state"
    if state.is_dir():
        shutil.copytree(state, fresh / "data" / "state", ignore=shutil.ignore_patterns("*.lock"))
    settings = root / "data" / "settings.toml"
    if settings.is_file():
        shutil.copy(settings, fresh / "data")
    expected = _tables(_run(fresh).database)
    found = _tables(root / "data" / "warehouse" / "rulings.duckdb")
    assert found.keys() == expected.keys()
    assert [name for name in found if sorted(found[name]) != sorted(expected[name])] == []


def _assert_like_a_full_run(root: Path, days: int = 0) -> None:
    """Compare the release in force with what a full run makes of the same data directory, order of rows included."""
    found = _tables(root / "data" / "warehouse" / "rulings.duckdb")
    expected = _tables(_run(root, full=True, days=days).database)
    assert [name for name in found if found[name] != expected[name]] == []


def _deliver(root: Path, batches: Sequence[Batch], first: int = 0) -> None:
    for number, batch in enumerate(batches, start=first):
        deliver(root / "inbox", {f"{number:02}-batch/{name}": text for name, text in batch.items()})


class Market:
    """Draws batches of a small market: users come back, months arrive late, outcomes change."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.disputes = 0
        self.facts = 0

    def batch(self, months: Sequence[int], again: int = 0) -> Batch:
        """New disputes of some months of 2026, and later versions of some that were delivered before."""
        new = [f"d{self.disputes + place:04}" for place in range(6 * len(months))]
        old = [f"d{self.random.randrange(self.disputes):04}" for _ in range(again)] if self.disputes else []
        self.disputes += len(new)
        rows = [self._dispute(name, months[place % len(months)]) for place, name in enumerate(new)]
        rows += [self._dispute(name, self.random.choice(months)) for name in sorted(set(old))]
        about = [*new, *old, f"d{self.disputes + 3:04}"]
        return {
            "disputes.csv": csv_text(DISPUTES, rows),
            "evidence.csv": csv_text(EVIDENCE, [self._item(about) for _ in range(12)]),
            "messages.csv": csv_text(MESSAGES, [self._message(about) for _ in range(20)]),
        }

    def _dispute(self, name: str, month: int) -> tuple[str, ...]:
        day, length = self.random.randrange(1, 28), self.random.randrange(1, 40)
        ruled = f"2026-{month + length // 28:02}-{1 + (day + length) % 27:02}" if length < 35 else ""
        outcome = self.random.choice(("buyer_wins", "partial", "seller_wins", "settled")) if ruled else ""
        users = (f"b{self.random.randrange(9)}", f"s{self.random.randrange(5)}")
        return (name, f"2026-06-{1 + self.facts % 28:02}", f"2026-{month:02}-{day:02}", ruled, *users, outcome)

    def _item(self, about: Sequence[str]) -> tuple[str, ...]:
        self.facts += 1
        kind = self.random.choice(("photo", "video", "chat_record"))
        return (f"e{self.facts}", self.random.choice(about), self.random.choice(("buyer", "seller")), kind)

    def _message(self, about: Sequence[str]) -> tuple[str, ...]:
        self.facts += 1
        sender = self.random.choice(("buyer", "seller", "agent"))
        text = self.random.choice(TEXTS)
        return (f"m{self.facts}", self.random.choice(about), sender, f"2026-03-{1 + self.facts % 28:02}", text)


def test_batch_after_batch_gives_what_a_run_from_nothing_gives(tmp_path: Path) -> None:
    market = Market(1)
    # A first delivery, one that goes on, a month that comes late with outcomes that change, and one more version.
    batches = [market.batch([1, 2, 3]), market.batch([4]), market.batch([2], again=5), market.batch([4, 5], again=3)]
    for number, batch in enumerate(batches):
        _deliver(tmp_path, [batch], number)
        last = _run(tmp_path)
    with duckdb.connect(str(last.database.resolve()), read_only=True) as connection:
        # Rows that were there before are published by this run too.
        assert connection.execute("select distinct run_id from core.disputes").fetchall() == [(last.run_id,)]
    _assert_like_from_nothing(tmp_path, batches)
    _assert_like_a_full_run(tmp_path)


def test_only_the_months_of_a_delivery_are_scored_again(tmp_path: Path) -> None:
    market = Market(7)
    _deliver(tmp_path, [market.batch([1, 2, 3])])
    _run(tmp_path)
    before = _pieces(tmp_path)
    # Nobody of the new disputes was there before, so only their month is concerned.
    rows = [("x1", "", "2026-02-03", "", "somebody", "new", ""), ("x2", "", "2026-04-03", "", "nobody", "other", "")]
    _deliver(tmp_path, [{"disputes.csv": csv_text(DISPUTES, rows)}], 1)
    _run(tmp_path)
    after = _pieces(tmp_path)
    assert {month for month, key in after.items() if before.get(month) != key} == {"2026-02", "2026-04"}
    # What was replaced is not kept for ever.
    assert {folder.name for folder in (tmp_path / "data" / "scored").iterdir()} == set(after.values())


def test_a_ruling_reaches_later_months_through_reputation(tmp_path: Path) -> None:
    rows = [
        ("d1", "", "2026-01-03", "2026-01-10", "b1", "s1", "buyer_wins"),
        ("d2", "", "2026-02-03", "2026-02-10", "b2", "s2", "buyer_wins"),
        ("d3", "", "2026-03-03", "2026-03-10", "b3", "s1", "seller_wins"),
    ]
    batches = [{"disputes.csv": csv_text(DISPUTES, rows)}]
    _deliver(tmp_path, batches)
    _run(tmp_path)
    before = _pieces(tmp_path)
    # A late dispute of January: seller s1 lost it, which was known before the one of March was opened.
    batches.append(
        {"disputes.csv": csv_text(DISPUTES, [("d0", "", "2026-01-01", "2026-01-02", "b9", "s1", "partial")])}
    )
    _deliver(tmp_path, batches[1:], 1)
    _run(tmp_path)
    changed = {month for month, key in _pieces(tmp_path).items() if before.get(month) != key}
    assert changed == {"2026-01", "2026-03"}


def test_who_was_forgotten_is_gone_from_scores_and_copies(tmp_path: Path) -> None:
    market = Market(11)
    batches = [market.batch([1, 2, 3]), market.batch([4])]
    batches[0]["reputation.csv"] = csv_text(REPUTATION, [("s1", "2025-12-01", 2), ("s2", "2025-12-01", 0)])
    _deliver(tmp_path, batches[:1])
    _run(tmp_path)
    forget(Layout(tmp_path / "data"), "s1")
    assert list((tmp_path / "data" / "scored").iterdir()) == []
    _deliver(tmp_path, batches[1:], 1)
    _run(tmp_path)
    # Another delivery on top, which takes over what was scored without the person.
    batches.append(market.batch([5], again=2))
    _deliver(tmp_path, batches[2:], 2)
    _run(tmp_path)
    _assert_like_a_full_run(tmp_path)


def test_old_texts_go_and_what_was_found_in_them_stays(tmp_path: Path) -> None:
    market = Market(13)
    batches = [market.batch([1, 2, 3]), market.batch([4])]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "settings.toml").write_text("[privacy]\nkeep_text_days = 100\n", encoding="utf-8")
    _deliver(tmp_path, batches[:1])
    _run(tmp_path)
    _deliver(tmp_path, batches[1:], 1)
    _run(tmp_path, days=20)
    _assert_like_a_full_run(tmp_path, days=20)


def test_a_full_run_makes_the_same_again_under_a_name_of_its_own(tmp_path: Path) -> None:
    _deliver(tmp_path, [Market(17).batch([1, 2])])
    first = _run(tmp_path)
    tables = _tables(first.database)
    second = _run(tmp_path, full=True)
    assert (second.run_id, second.is_new) == (f"{first.run_id}-2", True)
    assert _tables(second.database) == tables
    # Nothing is new after it either.
    third = _run(tmp_path)
    assert (third.run_id, third.is_new) == (second.run_id, False)


def test_what_was_cut_short_or_written_to_is_made_again(tmp_path: Path) -> None:
    market = Market(19)
    batches = [market.batch([1, 2]), market.batch([3])]
    _deliver(tmp_path, batches[:1])
    _run(tmp_path)
    for path in (tmp_path / "data" / "scored").rglob("messages.parquet"):
        path.write_bytes(path.read_bytes()[:100])
    database = (tmp_path / "data" / "warehouse" / "rulings.duckdb").resolve()
    database.chmod(0o644)
    with duckdb.connect(str(database)) as connection:
        connection.execute("update core.messages set text = 'by hand'")
    _deliver(tmp_path, batches[1:], 1)
    _run(tmp_path)
    _assert_like_from_nothing(tmp_path, batches)
