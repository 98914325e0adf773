"""Versions of the code and of what it stands on."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

_SOURCES = ("flows", "transforms", "sql", "expectations")
_ENDINGS = {".py", ".sql", ".toml", ".tsv", ".txt", ".json", ".j2", ".css"}


@cache
def code_version() -> str:
    """Return the version of this program and a hash of its sources, so that any change of either is seen."""
    root = Path(__file__).parents[1]
    digest = hashlib.blake2b(digest_size=4)
    for name in _SOURCES:
        for path in sorted((root / name).rglob("*")):
            if path.suffix in _ENDINGS:
                digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return f"{version('ruling-analytics')}+{digest.hexdigest()}"
