"""A run as a Prefect flow, and its start: what a run needs is loaded while Prefect's server boots.

The server takes as long as all that is loaded here. So it is started before anything heavy is; the stages and Prefect's
client follow in this thread, and Great Expectations, of which the first stages need nothing, in one beside it.
"""

import gc
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.engine import preload
from flows.executor import THREADS, check_executor, task_runner
from flows.files import remove_tree
from flows.lock import run_lock
from flows.prefect_server import prefect_server
from flows.run_log import NOTHING_NEW, PUBLISHED, RunLog, recorded, tell_afterwards
from flows.settings import Settings
from flows.stages import Stopwatch

if TYPE_CHECKING:
    from flows.pipeline import RunResult


def run(settings: Settings, stopwatch: Stopwatch | None = None) -> "RunResult":
    """Carry out one run as a Prefect flow, and leave on Prefect's page what it found.

    Args:
        settings: The run's settings.
        stopwatch: Tells who listens how far the run is.

    Returns:
        How it ended.

    Raises:
        RunError: The data cannot be read or failed a gate; the release in force is untouched.
        UsageError: A setting cannot be carried out.
    """
    # Libraries that want a temporary file get it below the data directory too.
    tempfile.tempdir = str(settings.layout.scratch)
    check_executor(settings.executor)
    with (
        run_lock(settings.layout),
        recorded(settings) as record,
        prefect_server(settings.layout, for_one_run=True) as wait_for_server,
        _loading() as load_beside,
    ):
        stopwatch = stopwatch or Stopwatch()
        flow = _flow(settings, record, stopwatch)
        load_beside(preload if settings.executor == THREADS else lambda: None)
        wait_for_server()
        with _cleared(settings.layout.dask):
            result = flow()
        status = PUBLISHED if result.is_new else NOTHING_NEW
        tell_afterwards("its record", lambda: record.end(status, run_id=result.run_id), stopwatch.on_note)
        return result


def _flow(settings: Settings, record: RunLog, stopwatch: Stopwatch) -> "Callable[[], RunResult]":
    """Load Prefect's client and the stages, which read the environment that the server's start has set."""
    from prefect import flow, task  # noqa: PLC0415 - takes time to load

    from flows.artifacts import Page, address_of  # noqa: PLC0415 - the same
    from flows.pipeline import Steps  # noqa: PLC0415 - the same

    def as_task(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        return task(name=name, persist_result=False)(work)

    def in_flow() -> "RunResult":
        page = Page()
        result = Steps(settings, page.followed(record.followed(stopwatch)), as_task).run()
        page.show(result.database, address_of(result.report), record.record.notes)
        return result

    runner: Any = task_runner(settings.executor, settings.layout.dask)
    made: Any = flow(name="rulings", validate_parameters=False, persist_result=False, task_runner=runner)(in_flow)
    return made  # type: ignore[no-any-return]


@contextmanager
def _cleared(folder: Path) -> Iterator[None]:
    """Remove what is in a folder: what a run that was killed has left there, and what this one leaves."""
    remove_tree(folder)
    try:
        yield
    finally:
        remove_tree(folder)


@contextmanager
def _loading() -> Iterator[Callable[[Callable[[], None]], None]]:
    """Keep the collector of garbage away from thousands of modules as they are loaded, a seventh of that time.

    Yields:
        A function that carries out the last of it in a thread, after which the collector works again. It comes after
        Prefect's client, so that two do not load the same modules; who needs what it loads waits by importing it.
    """
    gc.disable()
    threads: list[threading.Thread] = []

    def load(work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            gc.freeze()
            gc.enable()

    def load_beside(work: Callable[[], None]) -> None:
        threads.append(threading.Thread(target=load, args=(work,), name="loading"))
        threads[0].start()

    try:
        yield load_beside
    finally:
        for thread in threads:
            thread.join()
        gc.enable()
