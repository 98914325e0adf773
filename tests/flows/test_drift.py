"""Drift in a run: what moved is said, and a release that lost disputes is not published."""

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest

from flows.drift import Before, refuse_loss
from flows.errors import RunError
from flows.pipeline import RunResult, Steps
from flows.publish import HISTORY, current_run
from flows.settings import Layout
from flows.stages import Stopwatch
from tests.builders import ask, deliver, disputes_csv, settings_for
from tests.conftest import Built


def _batch(first: int, outcome: str, count: int = 80) -> str:
    return disputes_csv(*((f"d{first + n}", "2026-01-05", outcome) for n in range(count)))


def test_a_first_release_has_nothing_to_compare(release: Built) -> None:
    assert ask(release.result.database, "select count(*) from meta.drift") == [(0,)]


@dataclass(frozen=True)
class Moved:
    """Two deliveries, of which the second is unlike the first, and what was said of it."""

    root: Path
    result: RunResult
    said: list[str]


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    root, said = tmp_path_factory.mktemp("moved"), list[str]()
    deliver(root / "inbox", {"a/disputes.csv": _batch(0, "buyer_wins")})
    Steps(settings_for(root), Stopwatch(on_note=said.append)).run()
    assert said == []
    second = _batch(1000, "buyer_wins", 60) + _batch(2000, "seller_wins").split("\n", 1)[1]
    deliver(root / "inbox", {"b/disputes.csv": second})
    return Moved(root, Steps(settings_for(root), Stopwatch(on_note=said.append)).run(), said)


def test_what_moved_is_said_at_the_end_of_the_run_and_in_the_report(moved: Moved) -> None:
    rows = ask(
        moved.result.database,
        "select n_before, n_now, share_before, is_moved from meta.drift where value = 'buyer_wins'",
    )
    assert rows == [(80, 140, 1.0, True)]
    assert any(note.startswith("moved: outcome buyer_wins: 100.0% before, 42.9% now") for note in moved.said)
    report = Layout(moved.root / "data").report.read_text(encoding="utf-8")
    assert "differs from what was there before by more than chance explains" in report
    assert "本次数据与此前数据的差异超出偶然" in report


def test_a_run_that_would_lose_disputes_stops_before_it_publishes(moved: Moved) -> None:
    layout = Layout(moved.root / "data")
    # The release in force says that it holds more than are found now.
    history = layout.current / HISTORY
    pl.read_parquet(history).with_columns(n_disputes=pl.col("n_disputes") + 180).write_parquet(history)
    deliver(moved.root / "inbox", {"c/disputes.csv": _batch(3000, "partial", 1)})
    with pytest.raises(RunError, match="this run would leave 221 of 400 disputes"):
        Steps(settings_for(moved.root), Stopwatch()).run()
    assert current_run(layout) == moved.result.run_id
    allowed = replace(settings_for(moved.root), max_lost=0.5)
    assert Steps(allowed, Stopwatch()).run().is_new


def test_a_release_that_lost_disputes_is_refused() -> None:
    refuse_loss(Before(frozenset(), ()), 0, 0.02)
    refuse_loss(Before(frozenset("f"), (100,)), 98, 0.02)
    with pytest.raises(RunError, match="97 of 100 disputes"):
        refuse_loss(Before(frozenset("f"), (100,)), 97, 0.02)
