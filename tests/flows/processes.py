"""What the kernel says of other processes."""

from pathlib import Path


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
