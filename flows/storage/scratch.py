"""The folder of this machine for what a run needs at hand, where the data directory is in a store."""

import atexit
import hashlib
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

#: Names a folder for scratch space and for databases that were downloaded; without it they go with the process.
VARIABLE = "RULINGS_SCRATCH"
_PREFIX = "rulings-scratch-"
_DIGITS = 12


def scratch_folder(address: str) -> Path:
    """Return this machine's folder for a data directory in a store.

    Args:
        address: The data directory.

    Returns:
        A folder below the one that ``RULINGS_SCRATCH`` names, or one that is removed when this process ends.
    """
    digest = hashlib.sha256(address.encode()).hexdigest()[:_DIGITS]
    named = os.environ.get(VARIABLE)
    folder = (Path(named) if named else own_folder(os.getpid())) / digest
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@cache
def own_folder(process: int) -> Path:
    """Make a folder that goes with this process; what processes that were killed have left goes first.

    Args:
        process: This process; one that it forks gets a folder of its own.
    """
    above = Path(os.environ.get("TMPDIR") or tempfile.gettempdir())
    for left in above.glob(f"{_PREFIX}*"):
        if left.stat().st_uid == os.getuid() and not _is_alive(left.name.removeprefix(_PREFIX)):
            shutil.rmtree(left, ignore_errors=True)
    folder = above / f"{_PREFIX}{process}"
    folder.mkdir(mode=0o700, exist_ok=True)
    atexit.register(_remove, folder, process)
    return folder


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process: str) -> bool:
    return not process.isdigit() or Path("/proc", process).exists()
