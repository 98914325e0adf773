"""Errors that a person reads: one sentence that says what was got, where, and what to do."""

import errno
import os
import re
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")
_OS_ERROR = re.compile(r"\(os error (\d+)\)")
#: What Polars says where a write was cut short, without the number of the refusal.
_CUT_SHORT = "transport error"


class RunError(Exception):
    """The data could not be read or failed a gate; nothing is published (exit status 1).

    The sentence ends up in logs, so personal data in it (a file that is called after a customer) is masked.
    """

    def __init__(self, sentence: str) -> None:
        from transforms.privacy.mask import mask_sentence  # noqa: PLC0415 - takes time to load

        super().__init__(mask_sentence(sentence))


def without_persons(work: Callable[[], _T]) -> Callable[[], _T]:
    """Let failures of some work quote no personal data, because whoever catches them writes them down.

    Args:
        work: A function, whose libraries quote the value that they could not read.

    Returns:
        The same function; an exception that leaves it, and those that caused it, have what the patterns find masked.
    """

    def masked() -> _T:
        try:
            return work()
        except Exception as error:
            _mask(error)
            raise

    return masked


def with_os_errors(work: Callable[[], _T]) -> Callable[[], _T]:
    """Let a refusal of the operating system be an OSError, also where Polars met it and says so in its own words.

    Args:
        work: A function that reads and writes frames.

    Returns:
        The same function.
    """

    def told() -> _T:
        from polars.exceptions import ComputeError  # noqa: PLC0415 - takes time to load

        try:
            return work()
        except ComputeError as error:
            found = _OS_ERROR.search(str(error))
            if found is None and _CUT_SHORT not in str(error):
                raise
            number = int(found[1]) if found else errno.EIO
            raise OSError(number, os.strerror(number)) from error

    return told


def _mask(error: BaseException | None) -> None:
    from transforms.privacy.mask import mask_sentence  # noqa: PLC0415 - takes time to load

    while error is not None:
        error.args = tuple(mask_sentence(each) if isinstance(each, str) else each for each in error.args)
        if isinstance(error, OSError):
            # It shows these in place of its arguments.
            error.strerror, error.filename = (
                mask_sentence(each) if isinstance(each, str) else each for each in (error.strerror, error.filename)
            )
        error = error.__cause__ or error.__context__


class UsageError(Exception):
    """The command was called in a way that cannot be carried out (exit status 2)."""
