"""How far the stage under way is. Who does the work tells it here, and whoever measures the stage listens.

A variable of the context carries the listener: it follows the work into a task of Prefect, and spares every function
on the way an argument that it does not use.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

_T = TypeVar("_T")


def _nobody(_: float) -> None:
    """Listen to nothing."""


_LISTENER: ContextVar[Callable[[float], None]] = ContextVar("listener", default=_nobody)


@contextmanager
def listening(listener: Callable[[float], None]) -> Iterator[None]:
    """Listen while a block runs.

    Args:
        listener: Called with the share that is done, from 0 to 1.
    """
    before = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(before)


def told(done: Iterable[_T], total: int) -> Iterator[_T]:
    """Pass on what is done piece by piece, and tell how many of all pieces that is."""
    for number, piece in enumerate(done, 1):
        _LISTENER.get()(number / total)
        yield piece
