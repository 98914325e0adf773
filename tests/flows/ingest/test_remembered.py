"""Files that nobody has touched are not read again; one that may have changed is."""

import json
import os
import time
from pathlib import Path

import pytest

from flows.ingest import remembered, run
from flows.ingest.delivered import InboxFile
from flows.ingest.dialects import survey_file
from flows.ingest.survey import Survey
from flows.settings import Layout, Limits
from tests.builders import deliver, disputes_csv, stage

FIRST = disputes_csv(("d1", "2026-01-01", "buyer_wins"))
#: As long as the first.
SECOND = disputes_csv(("d2", "2026-01-01", "buyer_wins"))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which files are read, and let none be too young to be remembered."""
    names: list[str] = []

    def noted(file: InboxFile, limits: Limits) -> Survey:
        names.append(file.name)
        return survey_file(file, limits)

    monkeypatch.setattr(run, "survey_file", noted)
    monkeypatch.setattr(remembered, "YOUNG_NANOSECONDS", 0)
    return names


def _wait_for_the_clock() -> None:
    # times of files are as fine as the kernel's ticks
    time.sleep(0.05)


def test_a_file_that_nobody_touched_is_read_once(tmp_path: Path, read: list[str]) -> None:
    deliver(tmp_path / "inbox", {"b/disputes.csv": FIRST})
    _wait_for_the_clock()
    first = stage(tmp_path)
    again = stage(tmp_path)
    assert read == ["b/disputes.csv"]
    assert first.ledger == again.ledger


def test_a_file_that_was_written_to_is_read_although_it_looks_the_same(tmp_path: Path, read: list[str]) -> None:
    path = deliver(tmp_path / "inbox", {"b/disputes.csv": FIRST}) / "b" / "disputes.csv"
    _wait_for_the_clock()
    first = stage(tmp_path).rows("disputes")["dispute_id"].to_list()
    before = path.stat()
    assert len(SECOND) == len(FIRST)
    path.write_text(SECOND, encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert stage(tmp_path).rows("disputes")["dispute_id"].to_list() != first
    assert read == ["b/disputes.csv"] * 2


def test_a_file_that_was_just_written_is_not_remembered(
    tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "YOUNG_NANOSECONDS", 10**18)
    deliver(tmp_path / "inbox", {"b/disputes.csv": FIRST})
    stage(tmp_path)
    stage(tmp_path)
    assert read == ["b/disputes.csv"] * 2


@pytest.mark.parametrize("content", ["", "no JSON", "[]", '{"a": {"identity": ["x"]}}', '{"a": 1}'])
def test_what_cannot_be_understood_is_forgotten(tmp_path: Path, read: list[str], content: str) -> None:
    deliver(tmp_path / "inbox", {"b/disputes.csv": FIRST})
    _wait_for_the_clock()
    stage(tmp_path)
    place = Layout(tmp_path / "data").local / "state" / "seen.json"
    assert json.loads(place.read_text(encoding="utf-8"))
    place.write_text(content, encoding="utf-8")
    stage(tmp_path)
    assert read == ["b/disputes.csv"] * 2
