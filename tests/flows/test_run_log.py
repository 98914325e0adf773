"""The record of a run."""

import errno
import os

import pytest

from flows.run_log import tell_afterwards
from flows.storage import StorageError


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), StorageError("Out of space")])
def test_what_cannot_be_written_after_a_run_is_a_note(error: Exception) -> None:
    def refuse() -> None:
        raise error

    said: list[str] = []
    tell_afterwards("its record", refuse, said.append)
    assert said == [f"the run ended well, but its record could not be written ({error.args[-1]})"]
