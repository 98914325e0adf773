"""What the kernel says of other processes."""

from pathlib import Path


def is_alive(process: int) -> bool:
    """Tell whether a process runs; one that has ended and is still to be waited for (a zombie) does not."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False
