"""Three hundred and twenty malformed files from fixed seeds: no traceback, nothing lost, nothing written elsewhere."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from tests.fuzz.files import malformed
from tests.fuzz.holds import check

FILES, AT_ONCE = 320, 20


@pytest.mark.parametrize("first", range(0, FILES, AT_ONCE))
def test_malformed_files(first: int) -> None:
    refused = 0
    for seed in range(first, first + AT_ONCE):
        with TemporaryDirectory() as folder:
            (root := Path(folder) / "below" / "root").mkdir(parents=True)
            try:
                refused += bool(check(malformed(Random(seed)), root))
            except Exception as error:
                error.add_note(f"seed {seed}")
                raise
    # Some of each: files that are all refused would prove little, and so would files that are all loaded.
    assert 0 < refused < AT_ONCE
