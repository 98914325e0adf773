"""An executor that hands work over as a cluster does: what cannot travel to another process fails here."""

import pickle
from collections.abc import Callable, Iterable
from itertools import cycle
from pathlib import Path
from typing import TypeVar

import polars as pl

from flows.executor import Handed
from flows.files import version_of, write_parquet_atomically
from flows.storage import Place

_T = TypeVar("_T")
_R = TypeVar("_R")


class Elsewhere:
    """Works on the last part first, with copies of all that it was given."""

    def __init__(self) -> None:
        self._workers = cycle((3, 0, 2, 9))

    @property
    def n_elsewhere(self) -> int:
        """It is taken for a cluster whose workers come and go."""
        return next(self._workers)

    def start(self, name: str, work: Callable[[_T], _R], parts: Iterable[_T]) -> Callable[[], list[_R]]:
        """Work on all parts."""
        copies = [pickle.loads(pickle.dumps((work, part))) for part in parts]
        done = [copy(part) for copy, part in reversed(copies)]
        assert name
        return lambda: done[::-1]

    def everywhere(self, work: Callable[[], None]) -> None:
        """Do it on the only worker."""
        pickle.loads(pickle.dumps(work))()

    def hand(self, frame: pl.DataFrame, place: Place) -> Handed:
        """Write the frame."""
        assert isinstance(place, Path)
        write_parquet_atomically(frame, place)
        return Handed(place=place, version=version_of(place))
