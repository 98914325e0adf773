"""Where the work on single files and pieces is done: in threads of this process, or in the workers of a Dask cluster.

Either way the same functions work on the same parts, and what they return is taken in the order of the parts; so the
result is the same to the last byte.
"""

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import urlsplit

import polars as pl

from flows.children import end_with_parent
from flows.errors import RunError, UsageError, without_persons
from flows.files import version_of, write_parquet_atomically
from flows.progress import told
from flows.storage import Place

if TYPE_CHECKING:
    from prefect_dask.task_runners import DaskTaskRunner

_T = TypeVar("_T")
_R = TypeVar("_R")

THREADS, DASK = "threads", "dask"
#: Processes of a cluster that is started where no address is given.
WORKERS = 2
_PROBE_SECONDS = 5.0


@dataclass(frozen=True)
class Handed:
    """A frame that all parts of some work need.

    Attributes:
        frame: The frame itself, where all work is done in one process.
        place: Where it was written for others, as Parquet.
        version: Which version of that file.
    """

    frame: pl.DataFrame | None = None
    place: Place | None = None
    version: str = ""

    def get(self) -> pl.DataFrame:
        """Return the frame; a worker reads it once for all its parts."""
        return self.frame if self.frame is not None else _read(str(self.place), self.version)


@lru_cache(maxsize=2)
def _read(place: str, _version: str) -> pl.DataFrame:
    return pl.read_parquet(place)


def _written(frame: pl.DataFrame, place: Place) -> Handed:
    write_parquet_atomically(frame, place)
    return Handed(place=place, version=version_of(place))


@contextmanager
def _told_if_broken() -> Iterator[None]:
    """Say in a sentence that a process is gone."""
    try:
        yield
    except BrokenProcessPool as error:
        raise RunError(
            "a process of the run was ended from outside, most likely for want of memory; free some, or give the run "
            "one processor (taskset -c 0), so that it starts no others"
        ) from error


class Executor(Protocol):
    """Does some work on each of several parts."""

    @property
    def n_elsewhere(self) -> int:
        """On how many parts the workers of a cluster can work at once; 0 if all is done on this machine."""

    def start(self, name: str, work: Callable[[_T], _R], parts: Iterable[_T]) -> Callable[[], list[_R]]:
        """Begin to work on all parts.

        Args:
            name: What the work is called where it is shown.
            work: A function that other processes can load by its name, or a `functools.partial` of one.
            parts: What it is called with; small.

        Returns:
            A function that waits for what `work` returns for each part, in the order of the parts.
        """

    def hand(self, frame: pl.DataFrame, place: Place) -> Handed:
        """Make a frame known to whoever does the work, by way of a file if they are other processes."""

    def everywhere(self, work: Callable[[], None]) -> None:
        """Do something once in every process that lives longer than the work."""


@dataclass(frozen=True)
class Threads:
    """Threads of this process.

    Attributes:
        threads: How many parts are worked on at once.
    """

    threads: int

    @property
    def n_elsewhere(self) -> int:
        """None."""
        return 0

    def start(
        self,
        name: str,  # noqa: ARG002 - threads are not shown
        work: Callable[[_T], _R],
        parts: Iterable[_T],
    ) -> Callable[[], list[_R]]:
        """Begin to work on all parts, so many at once."""
        pool = ThreadPoolExecutor(self.threads)
        begun = [pool.submit(work, part) for part in parts]
        pool.shutdown(wait=False)

        def results() -> list[_R]:
            try:
                return list(told((future.result() for future in begun), len(begun)))
            finally:
                # After a failure what has not begun is left, and what has is waited for.
                pool.shutdown(cancel_futures=True)

        return results

    def hand(self, frame: pl.DataFrame, place: Place) -> Handed:  # noqa: ARG002 - for others
        """Hand over the frame itself."""
        return Handed(frame)

    def everywhere(self, work: Callable[[], None]) -> None:
        """Do it here."""
        work()


@dataclass(frozen=True)
class Processes:
    """Processes of this machine, for work that is mostly Python, of which a process does one thing at a time.

    Attributes:
        processes: How many parts are worked on at once.
    """

    processes: int

    @property
    def n_elsewhere(self) -> int:
        """None."""
        return 0

    def start(
        self,
        name: str,  # noqa: ARG002 - processes are not shown
        work: Callable[[_T], _R],
        parts: Iterable[_T],
    ) -> Callable[[], list[_R]]:
        """Begin to work on all parts, so many at once."""
        # a fork would take over locks of libraries that other threads hold
        pool = ProcessPoolExecutor(self.processes, get_context("spawn"), end_with_parent, (os.getpid(),))
        with _told_if_broken():
            begun = [pool.submit(_one, work, part) for part in parts]

        def results() -> list[_R]:
            try:
                with _told_if_broken():
                    return list(told((future.result() for future in begun), len(begun)))
            finally:
                pool.shutdown(cancel_futures=True)

        return results

    def hand(self, frame: pl.DataFrame, place: Place) -> Handed:
        """Write the frame where the processes read it."""
        return _written(frame, place)

    def everywhere(self, work: Callable[[], None]) -> None:
        """Do it here; the processes are gone."""
        work()


@dataclass(frozen=True)
class DaskTasks:
    """Tasks of the Prefect flow that is under way, which its Dask task runner hands to workers."""

    @property
    def n_elsewhere(self) -> int:
        """As many as the workers have threads."""
        return sum(_dask_client().nthreads().values())

    def start(self, name: str, work: Callable[[_T], _R], parts: Iterable[_T]) -> Callable[[], list[_R]]:
        """Begin to work on all parts; one whose worker dies is worked on by another."""
        from prefect import task, unmapped  # noqa: PLC0415 - reads the environment when it is loaded

        listed = list(parts)
        begun: Any = task(name=name, persist_result=False)(_one).map(unmapped(work), listed) if listed else []
        return lambda: list(told((future.result() for future in begun), len(begun)))

    def hand(self, frame: pl.DataFrame, place: Place) -> Handed:
        """Write the frame where the workers read it."""
        return _written(frame, place)

    def everywhere(self, work: Callable[[], None]) -> None:
        """Let every worker do it."""
        _dask_client().run(work)


def _dask_client() -> Any:  # noqa: ANN401 - of a library that is loaded late
    """The client of the Dask task runner of the flow that is under way."""
    from prefect.context import FlowRunContext  # noqa: PLC0415 - reads the environment when it is loaded

    context = FlowRunContext.get()
    runner: Any = context.task_runner if context else None
    return runner.client


def _one(work: Callable[[_T], _R], part: _T) -> _R:
    """Work on one part; what fails quotes no personal data, for Prefect keeps the sentence."""
    return without_persons(lambda: work(part))()


def executor_of(text: str, threads: int) -> Executor:
    """Return the executor that a setting names.

    Args:
        text: ``threads``, ``dask`` or ``dask=ADDRESS``.
        threads: How many threads.
    """
    return DaskTasks() if text.startswith(DASK) else Threads(threads)


def check_executor(text: str) -> None:
    """Refuse an executor that cannot be used, before anything is done.

    Args:
        text: ``threads``, ``dask`` or ``dask=ADDRESS``.

    Raises:
        UsageError: It is none of these.
        RunError: No scheduler answers at the address.
    """
    kind, _, address = text.partition("=")
    if kind not in {THREADS, DASK} or ("=" in text and (kind == THREADS or not address)):
        raise UsageError(
            f"--executor {text} is not known; give threads, dask, or dask=ADDRESS such as dask=tcp://host:8786"
        )
    if not address:
        return
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port:
        raise UsageError(f"{address} is no address of a scheduler; expected one such as tcp://host:8786")
    try:
        socket.create_connection((host, port), timeout=_PROBE_SECONDS).close()
    except OSError as error:
        raise RunError(
            f"no Dask scheduler answers at {address} ({error.strerror or error}); start it, or correct it"
        ) from error


def task_runner(text: str, folder: Path) -> "DaskTaskRunner | None":
    """Return Prefect's Dask task runner for a setting, or None for threads.

    Args:
        text: ``threads``, ``dask`` or ``dask=ADDRESS``.
        folder: Scratch folder for a cluster of our own.
    """
    kind, _, address = text.partition("=")
    if kind != DASK:
        return None
    # Failures reach the person as one sentence.
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")
    from prefect_dask.task_runners import DaskTaskRunner  # noqa: PLC0415 - loads Prefect, which reads the environment

    if address:
        return DaskTaskRunner(address=address)
    own: dict[str, Any] = {
        "n_workers": WORKERS,
        "threads_per_worker": 1,
        "processes": True,
        "dashboard_address": None,
        "local_directory": str(folder),
        "silence_logs": "CRITICAL",
    }
    return DaskTaskRunner(cluster_kwargs=own)
