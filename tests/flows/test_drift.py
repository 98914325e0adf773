"""Drift in a run: what moved is said, and a release that lost disputes is not published."""

from pathlib import Path

import pytest

from flows.drift import Before, refuse_loss
from flows.errors import RunError
from flows.pipeline import Steps
from flows.stages import Stopwatch
from tests.builders import ask, deliver, disputes_csv, settings_for
from tests.conftest import Built


def _batch(first: int, outcome: str, count: int = 80) -> str:
    return disputes_csv(*((f"d{first + n}", "2026-01-05", outcome) for n in range(count)))


def test_a_first_release_has_nothing_to_compare(release: Built) -> None:
    assert ask(release.result.database, "select count(*) from meta.drift") == [(0,)]


def test_what_moved_is_said_at_the_end_of_the_run(tmp_path: Path) -> None:
    said: list[str] = []
    settings = settings_for(tmp_path)
    deliver(tmp_path / "inbox", {"a/disputes.csv": _batch(0, "buyer_wins")})
    Steps(settings, Stopwatch(said.append)).run()
    deliver(
        tmp_path / "inbox",
        {"b/disputes.csv": _batch(1000, "buyer_wins", 60) + _batch(2000, "seller_wins").split("\n", 1)[1]},
    )
    result = Steps(settings, Stopwatch(said.append)).run()
    rows = ask(
        result.database, "select n_before, n_now, share_before, is_moved from meta.drift where value = 'buyer_wins'"
    )
    assert rows == [(80, 140, 1.0, True)]
    assert any(stage.startswith("moved: outcome buyer_wins: 100.0% before, 42.9% now") for stage in said)


def test_a_release_that_lost_disputes_is_refused() -> None:
    refuse_loss(Before(frozenset(), ()), 0, 0.02)
    refuse_loss(Before(frozenset("f"), (100,)), 98, 0.02)
    with pytest.raises(RunError, match="97 of 100 disputes"):
        refuse_loss(Before(frozenset("f"), (100,)), 97, 0.02)
