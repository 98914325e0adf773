"""On which line of a TOML file a key stands; the parser of the standard library does not say."""

import tomllib
from collections.abc import Mapping

Path = tuple[str, ...]


def line_of(text: str, path: Path) -> int:
    """Return the line of a key.

    Args:
        text: A TOML file that can be parsed.
        path: The keys that lead to it, the outermost first.

    Returns:
        Its line from 1; that of the nearest table around it where it stands in the middle of a line, 1 if there is
        none.
    """
    lines = line_index(text)
    return next((lines[path[:length]] for length in range(len(path), 0, -1) if path[:length] in lines), 1)


def line_index(text: str) -> dict[Path, int]:
    """Return the line on which each table and each key begins.

    Args:
        text: A TOML file that can be parsed.
    """
    index: dict[Path, int] = {}
    lines = text.splitlines()
    table: Path = ()
    place = 0
    while place < len(lines):
        line = lines[place].strip()
        length = 1
        if line.startswith("["):
            table = _path_of(line)
            _note(index, table, place + 1)
        elif line and not line.startswith("#"):
            length = _lines_of_value(lines, place)
            for path in _paths(tomllib.loads("\n".join(lines[place : place + length]))):
                _note(index, (*table, *path), place + 1)
        place += length
    return index


def _note(index: dict[Path, int], path: Path, line: int) -> None:
    for length in range(1, len(path) + 1):
        index.setdefault(path[:length], line)


def _path_of(header: str) -> Path:
    """The keys of a table's header."""
    found: object = tomllib.loads(header)
    path: list[str] = []
    while found and isinstance(found, Mapping | list):
        if isinstance(found, list):
            found = found[-1]
        else:
            key, found = next(iter(found.items()))
            path.append(key)
    return tuple(path)


def _paths(values: Mapping[str, object]) -> list[Path]:
    """The keys of an entry: one, unless it is dotted or holds a table of its own."""
    paths: list[Path] = []
    for key, value in values.items():
        paths.append((key,))
        if isinstance(value, Mapping):
            paths += [(key, *path) for path in _paths(value)]
    return paths


def _lines_of_value(lines: list[str], place: int) -> int:
    """How many lines an entry takes: a list or a long text may take several."""
    for length in range(1, len(lines) - place):
        try:
            tomllib.loads("\n".join(lines[place : place + length]))
        except tomllib.TOMLDecodeError:
            continue
        return length
    return len(lines) - place
