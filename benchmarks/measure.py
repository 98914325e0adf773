"""Runs a command and measures wall time and the peak memory of its whole process tree (Linux)."""

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_POLL_SECONDS = 0.05
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_KEPT_CHARACTERS = 2_000
# Positions in /proc/<pid>/stat after the command name: parent, session and resident pages.
_PARENT, _SESSION, _RESIDENT = 1, 3, 21


@dataclass(frozen=True)
class Measured:
    """What a command cost.

    Attributes:
        seconds: Wall time.
        peak_bytes: Largest sum of resident memory over the process tree that was seen; pages that processes share
            count once per process.
        exit_status: Exit status of the command.
        output: The end of what it wrote.
        cpu_seconds: Processor time of it and of all processes below it that were waited for.
    """

    seconds: float
    peak_bytes: int
    exit_status: int
    output: str
    cpu_seconds: float = 0.0


def measure(command: Sequence[str], environment: dict[str, str] | None = None) -> Measured:
    """Runs a command to its end.

    Args:
        command: Program and arguments.
        environment: Variables on top of those of this process.

    Returns:
        What it cost; a failing command is measured like any other.
    """
    with tempfile.TemporaryFile() as output:
        started, worked = time.perf_counter(), _processor_seconds()
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | (environment or {}),
            start_new_session=True,
        )
        peak = 0
        while process.poll() is None:
            peak = max(peak, tree_bytes(process.pid))
            time.sleep(_POLL_SECONDS)
        seconds, worked = time.perf_counter() - started, _processor_seconds() - worked
        output.seek(0)
        text = output.read().decode(errors="replace")
    return Measured(seconds, peak, process.returncode, text[-_KEPT_CHARACTERS:], worked)


def _processor_seconds() -> float:
    """Processor time of all children that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def tree_bytes(root: int) -> int:
    """Returns the resident memory of a process, its descendants and its session, in bytes."""
    table = {process: fields for process, fields in _processes() if fields}
    members = {process for process, fields in table.items() if process == root or int(fields[_SESSION]) == root}
    grown = True
    while grown:
        children = {process for process, fields in table.items() if int(fields[_PARENT]) in members}
        grown = not children <= members
        members |= children
    return sum(int(table[process][_RESIDENT]) * _PAGE_BYTES for process in members)


def _processes() -> list[tuple[int, list[str]]]:
    return [(int(entry.name), _stat(entry)) for entry in _PROC.iterdir() if entry.name.isdigit()]


def _stat(entry: Path) -> list[str]:
    """Fields after the command name, which may hold spaces; none for a process that has just ended."""
    try:
        return (entry / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []
