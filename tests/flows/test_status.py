"""What is in force, what is kept, what failed, and going back."""

from datetime import timedelta
from pathlib import Path

import pytest

from flows.errors import RunError, UsageError
from flows.pipeline import record_failure
from flows.publish import current_run, publish
from flows.settings import Layout, Settings
from flows.status import roll_back, status_text
from tests.builders import STARTED


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "data")
    for day, run_id in enumerate(("ra", "rb", "rc"), 1):
        built = layout.work / "release"
        built.mkdir(parents=True)
        publish(layout, built, run_id, {"run_id": run_id, "published_at": f"2026-01-0{day}T00:00:00+00:00"})
    return layout


def test_the_release_in_force_is_marked(layout: Layout) -> None:
    lines = status_text(layout).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["ra", "rb", "*"]
    assert "rc" in lines[3]
    assert "2026-01-03" in lines[3]


def test_nothing_published(tmp_path: Path) -> None:
    assert "Nothing was published" in status_text(Layout(tmp_path))


def test_the_last_failures_are_shown(layout: Layout) -> None:
    for hour in range(5):
        settings = Settings(layout, layout.inbox, STARTED + timedelta(hours=hour))
        record_failure(settings, f"reason {hour}.")
    text = status_text(layout)
    assert [hour for hour in range(5) if f"reason {hour}." in text] == [2, 3, 4]


def test_back_to_the_release_before(layout: Layout) -> None:
    assert roll_back(layout, None) == "rb"
    assert current_run(layout) == "rb"
    assert roll_back(layout, None) == "ra"
    with pytest.raises(RunError, match="there is no release before the one in force"):
        roll_back(layout, None)
    assert current_run(layout) == "ra"


def test_to_a_release_by_name_and_forward_again(layout: Layout) -> None:
    assert roll_back(layout, "ra") == "ra"
    assert roll_back(layout, "rc") == "rc"
    assert current_run(layout) == "rc"


def test_a_release_that_is_not_kept(layout: Layout) -> None:
    with pytest.raises(UsageError, match="release rx is not kept; kept are ra, rb, rc"):
        roll_back(layout, "rx")


def test_nothing_to_go_back_to(tmp_path: Path) -> None:
    with pytest.raises(RunError):
        roll_back(Layout(tmp_path), None)
    with pytest.raises(UsageError):
        roll_back(Layout(tmp_path), "ra")
