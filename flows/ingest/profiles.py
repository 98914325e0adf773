"""Finding and reading profiles."""

import tomllib
from pathlib import Path

from flows.errors import UsageError
from transforms.ingest.profile import HeaderMatch, Profile, ProfileError, match_headers, profile_from_mapping
from transforms.registry import Table

_FOLDER = Path(__file__).parents[1] / "profiles"
# The order in which they are tried on a file when no profile is named.
SHIPPED = ("canonical", "xianyu_zh")


def load_profile(name: str) -> Profile:
    """Read a profile by the name of a shipped one or by path.

    Args:
        name: Name or path.

    Returns:
        The profile.

    Raises:
        UsageError: There is no such profile, or it says something that cannot be meant.
    """
    path = _FOLDER / f"{name}.toml" if name in SHIPPED else Path(name)
    if not path.is_file():
        raise UsageError(f"there is no profile {name}; pass one of {', '.join(SHIPPED)}, or the path of a TOML file")
    try:
        return profile_from_mapping(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ProfileError, UnicodeDecodeError) as error:
        raise UsageError(f"the profile {path} cannot be read: {error}") from error


def candidate_profiles(name: str | None) -> tuple[Profile, ...]:
    """Return the named profile, or the shipped ones in the order in which they are tried."""
    return tuple(load_profile(each) for each in ((name,) if name else SHIPPED))


def best_match(headers: tuple[str, ...], table: Table, profiles: tuple[Profile, ...]) -> tuple[Profile, HeaderMatch]:
    """Choose the profile that explains most headers of a file.

    Args:
        headers: The headers of the file.
        table: The table that it belongs to.
        profiles: The candidates, in order of preference.

    Returns:
        The profile and the match.

    Raises:
        ProfileError: None of them gives the required columns; the message is that of the first.
    """
    found: list[tuple[Profile, HeaderMatch]] = []
    refusals: list[ProfileError] = []
    for profile in profiles:
        try:
            found.append((profile, match_headers(headers, table, profile)))
        except ProfileError as error:
            refusals.append(error)
    if not found:
        raise refusals[0]
    return max(found, key=lambda pair: len(pair[1].columns))
