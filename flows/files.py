"""Writing files so that nobody ever sees half of one."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_text_atomically(path: Path, text: str) -> None:
    """Write a text file beside its place and rename it there once it is on disk.

    Args:
        path: Where the file shall be.
        text: Its content.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def write_json_atomically(path: Path, value: Mapping[str, Any] | list[Any]) -> None:
    """Write a JSON file with sorted keys, in one step."""
    write_text_atomically(path, json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def replace_folder(partial: Path, final: Path) -> None:
    """Put a finished folder in its place; one that is there already holds the same and stays.

    Args:
        partial: The finished folder.
        final: Where it shall be.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    if final.exists():
        shutil.rmtree(partial)
    else:
        partial.rename(final)


def replace_link(link: Path, target: Path) -> None:
    """Point a symbolic link to another target in one step.

    Args:
        link: The link.
        target: What it shall point to, relative to the link's folder.
    """
    link.parent.mkdir(parents=True, exist_ok=True)
    partial = link.with_name(f".{link.name}.partial")
    partial.unlink(missing_ok=True)
    partial.symlink_to(target)
    partial.replace(link)


def empty_folder(path: Path) -> Path:
    """Return the folder, emptied and there."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path
