"""The secret key for pseudonyms."""

import os
import secrets
from pathlib import Path

from flows.errors import UsageError
from flows.settings import Layout
from transforms.privacy.pseudonym import PseudonymKey

VARIABLE = "RULINGS_KEY"


def load_key(layout: Layout) -> PseudonymKey:
    """Return the key from the environment, or from the key file, which is made on first use.

    Args:
        layout: The data directory.

    Returns:
        The key.

    Raises:
        UsageError: The key is too short.
    """
    given = os.environ.get(VARIABLE)
    try:
        return PseudonymKey(given.encode() if given else _from_file(layout.state / "pseudonym.key"))
    except ValueError as error:
        raise UsageError(f"{VARIABLE}: {error}") from error


def _from_file(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Readable by its owner alone from the first moment, and never half written.
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        partial.rename(path)
    return path.read_text(encoding="ascii").strip().encode()
