"""What the kernel says of other processes."""

import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path


def assert_ends_when_told(run: "subprocess.Popen[str]", below: Sequence[int], seconds: float) -> None:
    """Send SIGTERM to a run: it says so and ends in time, and the processes that it started end with it."""
    run.send_signal(signal.SIGTERM)
    told_at = time.monotonic()
    _, said = run.communicate(timeout=60)
    assert time.monotonic() - told_at < seconds
    assert run.returncode == 1
    assert said.splitlines()[-1].startswith("rulings: told to stop")
    deadline = time.monotonic() + seconds
    while any(is_alive(each) for each in below) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(is_alive(each) for each in below)


def is_alive(process: int) -> bool:
    """Tell whether a process runs; one that has ended and is still to be waited for (a zombie) does not."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False


def processes_below(pid: int) -> list[int]:
    """Return the children of a process and theirs."""
    # any of its threads may have started one
    listed = [path.read_text(encoding="ascii") for path in Path(f"/proc/{pid}/task").glob("*/children")]
    children = [int(each) for each in " ".join(listed).split()]
    return children + [each for child in children for each in processes_below(child)]
