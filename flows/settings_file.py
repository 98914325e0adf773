"""The settings file of a data directory: ``settings.toml``, which may be absent."""

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from flows.errors import UsageError
from flows.storage import Place

SETTINGS_FILE = "settings.toml"


def read_section(root: Place, name: str) -> Mapping[str, Any]:
    """Read a section of the settings file.

    Args:
        root: The data directory.
        name: The section.

    Returns:
        What it says; nothing where there is no file or no such section.

    Raises:
        UsageError: The file cannot be read.
    """
    path = root / SETTINGS_FILE
    if not path.is_file():
        return {}
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    section = raw.get(name, {})
    if not isinstance(section, dict):
        raise UsageError(f"{path}: {name} is {section!r}; expected a section, [{name}]")
    return section


def whole_numbers(root: Place, name: str, defaults: Mapping[str, int]) -> dict[str, int]:
    """Read a section that has whole numbers above zero.

    Args:
        root: The data directory.
        name: The section.
        defaults: Its keys, and the numbers where it does not name them.

    Returns:
        A number for each key.

    Raises:
        UsageError: The file cannot be read, a key is not known, or a value is no such number.
    """
    said = read_section(root, name)
    for key, value in said.items():
        where = f"{root / SETTINGS_FILE}: {name}.{key}"
        if key not in defaults:
            raise UsageError(f"{where} is not known{hint(key, defaults)}")
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise UsageError(f"{where} is {value!r}; expected a whole number above 0, such as {defaults[key]}")
    return {**defaults, **said}


def hint(name: str, known: Iterable[str]) -> str:
    """Name the closest of the known names, or all of them, to end a sentence."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(names)}"
