"""Releases: put in force in one step, five kept, whole whatever happens in between."""

import os
import shutil
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows import publish as module
from flows.files import replace_link
from flows.publish import (
    DATABASE,
    GRACE,
    REPORT,
    clear_old,
    current_run,
    publish,
    put_in_force,
    releases,
)
from flows.settings import Layout

#: When all that was replaced in these tests may be cleared.
LATER = datetime.now(UTC) + GRACE + timedelta(hours=1)


def _built(layout: Layout, text: str) -> Path:
    built = layout.work / "release"
    (built / REPORT).mkdir(parents=True)
    (built / DATABASE).write_text(text, encoding="utf-8")
    (built / REPORT / "index.html").write_text(text, encoding="utf-8")
    return built


def _publish(layout: Layout, run_id: str) -> None:
    publish(
        layout,
        _built(layout, run_id),
        run_id,
        {"run_id": run_id, "published_at": f"2026-01-{run_id[1:]:0>2}T00:00:00+00:00"},
    )
    module.clear_old(layout, datetime.now(UTC))


def _in_force(layout: Layout) -> tuple[str | None, str, str]:
    return current_run(layout), layout.database.read_text(encoding="utf-8"), layout.report.read_text(encoding="utf-8")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "data")


def test_before_the_first_release(layout: Layout) -> None:
    assert current_run(layout) is None
    assert releases(layout) == []


def test_database_and_report_are_where_the_contract_says(layout: Layout) -> None:
    _publish(layout, "r1")
    assert (layout.root / "warehouse" / "rulings.duckdb").read_text(encoding="utf-8") == "r1"
    assert (layout.root / "reports" / "latest" / "index.html").read_text(encoding="utf-8") == "r1"
    assert current_run(layout) == "r1"


def test_the_newest_release_is_in_force(layout: Layout) -> None:
    for run_id in ("r1", "r2"):
        _publish(layout, run_id)
    assert _in_force(layout) == ("r2", "r2", "r2")
    assert [name for name, _ in releases(layout)] == ["r1", "r2"]


def test_five_are_kept(layout: Layout) -> None:
    for number in range(1, 9):
        _publish(layout, f"r{number}")
    clear_old(layout, LATER)
    assert [name for name, _ in releases(layout)] == ["r4", "r5", "r6", "r7", "r8"]
    assert sorted(path.name for path in layout.releases.iterdir()) == ["r4", "r5", "r6", "r7", "r8"]
    assert _in_force(layout) == ("r8", "r8", "r8")


def test_links_are_relative_so_the_data_directory_can_be_moved(layout: Layout, tmp_path: Path) -> None:
    _publish(layout, "r1")
    layout.local.rename(tmp_path / "moved")
    assert _in_force(Layout(tmp_path / "moved")) == ("r1", "r1", "r1")


def test_a_reader_keeps_what_it_has_opened(layout: Layout) -> None:
    _publish(layout, "r1")
    with layout.database.open(encoding="utf-8") as reader:
        for number in range(2, 9):
            _publish(layout, f"r{number}")
        assert reader.read() == "r1"


def test_a_release_that_was_left_over_is_replaced(layout: Layout) -> None:
    _publish(layout, "r1")
    left_over = layout.local / "releases" / "r2"
    left_over.mkdir()
    (left_over / "half").write_text("x", encoding="utf-8")
    _publish(layout, "r2")
    assert _in_force(layout) == ("r2", "r2", "r2")
    assert not (left_over / "half").exists()


def test_a_release_that_a_reader_was_just_given_is_not_cleared(layout: Layout) -> None:
    for number in range(1, 9):
        _publish(layout, f"r{number}")
    put_in_force(layout, "r2")
    put_in_force(layout, "r8")
    for name in ("r1", "r3", "r4"):
        os.utime(layout.local / "releases" / name, (0, 0))
    clear_old(layout, datetime.now(UTC))
    assert [name for name, _ in releases(layout)] == ["r2", "r4", "r5", "r6", "r7", "r8"]


#: What publishing does, step by step, and which call of it a process does not live to see.
_STEPS = (
    ("write_json_atomically", 1), ("_sync", 1), ("_sync", 2), ("_sync", 3), ("_sync", 4), ("Path.rename", 1),
    ("put_in_force", 1), ("replace_link", 1), ("_sync", 5), ("clear_old", 1), ("shutil.rmtree", 1),
)  # fmt: skip


def _owner(step: str) -> tuple[Any, str]:
    owner: Any = module
    *path, name = step.split(".")
    for part in path:
        owner = getattr(owner, part)
    return owner, name


def _publish_killed(layout: Layout, run_id: str, step: str, call: int) -> None:
    """Publish in a process of its own that gets SIGKILL just before the n-th call of a step."""
    child = os.fork()
    if child == 0:
        owner, name = _owner(step)
        original = getattr(owner, name)
        calls = iter(range(1, 1000))

        def counted(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - stands in for any of the steps
            if next(calls) == call:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*args, **named)

        setattr(owner, name, counted)
        _publish(layout, run_id)
        os._exit(0)
    _, ended = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(ended) == -signal.SIGKILL


@pytest.mark.parametrize(("step", "call"), _STEPS)
def test_killed_between_steps_there_is_one_whole_release(layout: Layout, step: str, call: int) -> None:
    for number in range(1, 7):
        _publish(layout, f"r{number}")
    # The oldest were replaced so long ago that they are cleared.
    for number in range(1, 6):
        os.utime(layout.local / "releases" / f"r{number}", (0, 0))
    _publish_killed(layout, "r7", step, call)
    run_id, database, report = _in_force(layout)
    assert run_id in {"r6", "r7"}
    assert (database, report) == (run_id, run_id)
    # The next run clears up and publishes as if nothing had happened.
    shutil.rmtree(layout.work)
    _publish(layout, "r7")
    assert _in_force(layout) == ("r7", "r7", "r7")
    clear_old(layout, LATER)
    assert [name for name, _ in releases(layout)] == ["r3", "r4", "r5", "r6", "r7"]


@pytest.mark.parametrize("call", [1, 2, 3])
def test_killed_during_the_first_publication(layout: Layout, call: int) -> None:
    _publish_killed(layout, "r1", "replace_link", call)
    # A reader finds nothing, or the database and the report of the release.
    if layout.database.exists():
        assert layout.database.read_text(encoding="utf-8") == "r1"
    shutil.rmtree(layout.work)
    _publish(layout, "r1")
    assert _in_force(layout) == ("r1", "r1", "r1")


def test_the_link_is_never_absent_while_it_is_replaced(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    _publish(layout, "r1")
    _publish(layout, "r2")
    seen: list[str | None] = []
    replace = Path.replace

    def watched(self: Path, target: str | os.PathLike[str]) -> Path:
        seen.append(current_run(layout))
        done = replace(self, target)
        seen.append(current_run(layout))
        return done

    monkeypatch.setattr(Path, "replace", watched)
    put_in_force(layout, "r1")
    assert seen == ["r2", "r1"]


def test_everything_is_on_disk_before_the_link_is_replaced(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    sync = module._sync

    def noted_sync(path: Path) -> None:
        order.append(path.name)
        sync(path)

    def noted_link(link: Path, target: Path) -> None:
        order.append(f"link {link.name}")
        replace_link(link, target)

    monkeypatch.setattr(module, "_sync", noted_sync)
    monkeypatch.setattr(module, "replace_link", noted_link)
    _publish(layout, "r1")
    assert {DATABASE, "index.html", "release.json"} <= set(order[: order.index("link current")])
