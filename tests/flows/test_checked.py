"""What is kept of checks from run to run, and when it does not hold any more."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from expectations import Parameters
from flows import checked
from flows.checked import CHECKED, CheckedPart, cut_for_checks, grouped, month_keys, read_checked, write_checked
from flows.ingest.ledger import Delivery, Ledger, StagedFile
from flows.resolve import Resolved
from flows.settings import Layout
from transforms.ingest.partition import HOME
from transforms.ingest.versions import FATE, FILE

AS_OF = datetime(2026, 8, 1, tzinfo=UTC)
PARAMETERS = Parameters(AS_OF)


def _file(table: str, file_id: str, months: tuple[str, ...], reading: str = "r") -> StagedFile:
    return StagedFile(
        file_id, table, "a", file_id, "canonical", "CSV", 1, "2026-07-01T00:00:00+00:00", 1, 0, reading, months=months
    )


DISPUTES = _file("disputes", "f1", ("2026-01", "2026-02"))
MESSAGES = _file("messages", "f2", ("2026-01", "2026-02", "orphans"))
GONE = pl.DataFrame({FILE: ["f2"], "__row": [3], FATE: ["superseded"], HOME: ["2026-01"]})
ADOPTED = pl.DataFrame({FILE: ["f2"], "__row": [4], HOME: ["2026-01"]})


@pytest.fixture(autouse=True)
def sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No files are staged here, so rows are not counted."""
    monkeypatch.setattr(Resolved, "n_staged", lambda *_: 2)


def _resolved(tmp_path: Path, *files: StagedFile) -> Resolved:
    deliveries = tuple(Delivery(file.batch, file.name, file.file_id, "loaded", file.table, 1) for file in files)
    return Resolved(Ledger(deliveries, {file.file_id: file for file in files}), Layout(tmp_path))


CHANGES: dict[str, Callable[[Path], Resolved]] = {
    "a file more": lambda path: _resolved(path, DISPUTES, MESSAGES, _file("messages", "f3", ("2026-01",))),
    "a row less": lambda path: replace(_resolved(path, DISPUTES, MESSAGES), excluded={"messages": GONE}),
    "a row that waited": lambda path: replace(_resolved(path, DISPUTES, MESSAGES), adopted={"messages": ADOPTED}),
    "its disputes": lambda path: _resolved(path, DISPUTES, MESSAGES, _file("disputes", "f3", ("2026-01",))),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_decides_on_rows_changes_the_key_of_their_month_alone(tmp_path: Path, change: str) -> None:
    before = month_keys(_resolved(tmp_path, DISPUTES, MESSAGES), PARAMETERS)["messages"]
    after = month_keys(CHANGES[change](tmp_path), PARAMETERS)["messages"]
    assert {month for month in before if before[month] != after[month]} == {"2026-01"}


def test_a_file_read_in_another_way_changes_all_its_months(tmp_path: Path) -> None:
    before = month_keys(_resolved(tmp_path, DISPUTES, MESSAGES), PARAMETERS)
    after = month_keys(_resolved(tmp_path, DISPUTES, replace(MESSAGES, reading="s")), PARAMETERS)
    assert before["disputes"] == after["disputes"]
    assert not set(before["messages"].values()) & set(after["messages"].values())


def test_more_slices_of_texts_change_the_keys_of_messages_alone(tmp_path: Path) -> None:
    resolved = _resolved(tmp_path, DISPUTES, MESSAGES)
    before, after = (month_keys(resolved, replace(PARAMETERS, texts_checked=n)) for n in (250_000, 1))
    assert before["disputes"] == after["disputes"]
    assert not set(before["messages"].values()) & set(after["messages"].values())


def test_parts_that_were_checked_stay_and_new_months_are_put_together(tmp_path: Path) -> None:
    first = cut_for_checks(_resolved(tmp_path, DISPUTES, MESSAGES), PARAMETERS)
    assert [(part.table, list(part.months)) for part in first] == [
        ("disputes", ["2026-01", "2026-02"]),
        ("messages", ["2026-01", "2026-02"]),
    ]
    done = [replace(part, counts={}) for part in first]
    grown = _resolved(tmp_path, DISPUTES, MESSAGES, _file("messages", "f3", ("2026-03",)))
    assert cut_for_checks(grown, PARAMETERS, done)[:-1] == tuple(done)
    touched = _resolved(tmp_path, DISPUTES, MESSAGES, _file("messages", "f3", ("2026-02", "2026-03")))
    _, messages = cut_for_checks(touched, PARAMETERS, done)
    assert (list(messages.months), messages.counts) == (["2026-01", "2026-02", "2026-03"], None)


def test_neighbours_are_put_together_up_to_a_size() -> None:
    sizes = {"a": 3, "b": 4, "c": 4, "d": 9, "e": 1}
    assert grouped(sizes, 8) == [["a", "b"], ["c"], ["d"], ["e"]]
    assert grouped({}, 8) == []


def test_what_was_kept_is_read_again_unless_program_or_clock_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = CheckedPart("messages", {"2026-01": "k"}, {"sent_at_plausible": (10, 1)})
    write_checked(tmp_path, [part, CheckedPart("messages", {"2026-02": "l"})], AS_OF)
    # A part whose counts may change with time is not kept.
    assert read_checked(tmp_path, AS_OF) == (part,)
    assert read_checked(tmp_path, AS_OF - timedelta(days=1)) == ()
    assert read_checked(tmp_path / "elsewhere", AS_OF) == ()
    assert json.loads((tmp_path / CHECKED).read_text())["parts"][0]["counts"] == {"sent_at_plausible": [10, 1]}
    monkeypatch.setattr(checked, "code_version", lambda: "another")
    assert read_checked(tmp_path, AS_OF) == ()
