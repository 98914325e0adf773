"""Measuring what each stage of a run costs."""

import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from flows.files import write_json_atomically
from flows.progress import listening
from flows.storage import Place

_EVERY_SECONDS = 0.1
_PAGE = resource.getpagesize()


@dataclass(frozen=True)
class StageCost:
    """What one stage cost.

    Attributes:
        stage: Name of the stage.
        seconds: Wall time.
        peak_rss_bytes: Largest resident memory of this process while it ran.
        cpu_seconds: Processor time of this process and of those that it started and that have ended.
    """

    stage: str
    seconds: float
    peak_rss_bytes: int
    cpu_seconds: float = 0.0


@dataclass
class Stopwatch:
    """Collects the costs of a run's stages, and tells who listens how far the run is.

    Attributes:
        on_stage: Called with the name of each stage as it begins.
        on_end: Called with the cost of each stage as it ends.
        on_share: Called with the share of the stage under way that is done, where a stage says so.
        on_note: Called with a sentence that a person should read.
        on_line: Called with a line that says how far a long file is.
        costs: The stages so far, in order.
    """

    on_stage: Callable[[str], None] = lambda _: None
    on_end: Callable[[StageCost], None] = lambda _: None
    on_share: Callable[[float], None] = lambda _: None
    on_note: Callable[[str], None] = lambda _: None
    on_line: Callable[[str], None] = lambda _: None
    costs: list[StageCost] = field(default_factory=list)

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Measure a block as one stage."""
        self.on_stage(stage)
        peak = [_resident()]
        done = threading.Event()

        def watch() -> None:
            while not done.wait(_EVERY_SECONDS):
                peak[0] = max(peak[0], _resident())

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        start, worked = time.perf_counter(), _processor_seconds()
        try:
            with listening(self.on_share):
                yield
        finally:
            seconds = time.perf_counter() - start
            done.set()
            watcher.join()
            worked = _processor_seconds() - worked
            self.costs.append(StageCost(stage, round(seconds, 3), max(peak[0], _resident()), round(worked, 3)))
            self.on_end(self.costs[-1])

    def write(self, path: Place) -> None:
        """Write the costs as JSON."""
        write_json_atomically(path, [asdict(cost) for cost in self.costs])


def _processor_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE
