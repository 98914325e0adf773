"""Finding and reading profiles."""

from difflib import get_close_matches
from pathlib import Path

from flows.errors import UsageError
from transforms.ingest.profile import Profile, ProfileError
from transforms.ingest.profile_reading import read_profile

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
        close = get_close_matches(name, [*SHIPPED, *(str(each) for each in path.parent.glob("*.toml"))], n=1)
        hint = f"did you mean {close[0]}? Pass" if close else "pass"
        raise UsageError(f"there is no profile {name}; {hint} one of {', '.join(SHIPPED)}, or the path of a TOML file")
    try:
        return read_profile(path.read_text(encoding="utf-8"))
    except (ProfileError, UnicodeDecodeError) as error:
        raise UsageError(f"the profile {path} cannot be read: {error}") from error


def candidate_profiles(name: str | None) -> tuple[Profile, ...]:
    """Return the named profile, or the shipped ones in the order in which they are tried."""
    return tuple(load_profile(each) for each in ((name,) if name else SHIPPED))
