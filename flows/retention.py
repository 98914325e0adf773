"""How long the words of messages are kept."""

import tomllib
from typing import Any

from flows.errors import UsageError
from flows.settings import Layout

SETTINGS_FILE = "settings.toml"
_SECTION, _KEY = "privacy", "keep_text_days"


def keep_text_days(layout: Layout) -> int | None:
    """Read from ``settings.toml`` in the data directory how many days texts are kept.

    Args:
        layout: The data directory.

    Returns:
        A number of days, or None where texts are kept for ever.

    Raises:
        UsageError: The file cannot be read, or the number is none.
    """
    path = layout.root / SETTINGS_FILE
    if not path.is_file():
        return None
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    section = raw.get(_SECTION, {})
    days = section.get(_KEY) if isinstance(section, dict) else None
    if days is None:
        return None
    if isinstance(days, bool) or not isinstance(days, int) or days < 0:
        raise UsageError(f"{path}: {_SECTION}.{_KEY} is {days!r}; expected a whole number of days, such as 365")
    return days
