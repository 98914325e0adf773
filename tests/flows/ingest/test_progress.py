"""Long files say how far they are; short ones say nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.ingest import progress
from flows.ingest.progress import Meter, progress_line
from flows.ingest.run import ingest
from tests.builders import KEY, deliver, disputes_csv, packed, settings_for


def _clock(seconds: list[float]) -> Callable[[], float]:
    times: Iterator[float] = iter(seconds)
    return lambda: next(times)


def test_a_long_file_says_how_far_it_is_from_time_to_time() -> None:
    said: list[str] = []
    meter = Meter("messages.csv", said.append, 400 << 20, _clock([0, 2, 6, 7, 12]))
    for seen in (0, 100, 200, 250, 400):
        meter(seen << 20)
    # At 6 s: 200 of 400 MiB, 33.3 a second; at 7 s too early; at 12 s all, 33.3 a second.
    assert said == [
        "messages.csv: 200.0 MiB of 400.0 MiB, 33.3 MiB/s, 6 s left",
        "messages.csv: 400.0 MiB of 400.0 MiB, 33.3 MiB/s",
    ]


def test_a_second_pass_begins_anew() -> None:
    said: list[str] = []
    meter = Meter("a.csv", said.append, 0, _clock([0, 6, 100, 101, 106]))
    for seen in (0, 60 << 20, 1 << 20, 2 << 20, 12 << 20):
        meter(seen)
    # The first pass 60 MiB in 6 s; the second begins at 100 s.
    assert said == ["a.csv: 60.0 MiB, 10.0 MiB/s", "a.csv: 12.0 MiB, 2.0 MiB/s"]


@pytest.mark.parametrize(
    ("seen", "total", "seconds", "line"),
    [
        (0, 0, 0, "x: 0 bytes, 0 bytes/s"),
        (512, 1024, 1, "x: 512 bytes of 1.0 KiB, 512 bytes/s, 1 s left"),
        (3 << 29, 2 << 30, 10, "x: 1.5 GiB of 2.0 GiB, 153.6 MiB/s, 3 s left"),
        (20, 10, 1, "x: 20 bytes, 20 bytes/s"),
    ],
)
def test_lines(seen: int, total: int, seconds: float, line: str) -> None:
    assert progress_line("x", seen, total, seconds) == line


def test_both_passes_over_a_delivered_file_are_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0.0)
    text = disputes_csv(("d1", "2026-01-05", "partial"))
    deliver(tmp_path / "inbox", {"a/disputes.csv.gz": packed(text, "gzip")})
    said: list[str] = []
    ingest(settings_for(tmp_path), KEY, said.append)
    size = len(text)
    # Packed, its size is not known in the first pass.
    assert said[0].startswith(f"a/disputes.csv.gz: {size} bytes, ")
    assert any(line.startswith(f"a/disputes.csv.gz: {size} bytes of {size} bytes, ") for line in said)
