"""The secret key for pseudonyms: where it comes from, and that a data directory keeps to one."""

import os
import secrets

from flows.errors import UsageError
from flows.files import keep_private, write_once
from flows.settings import Layout
from flows.storage import Place
from transforms.privacy.pseudonym import PseudonymKey

VARIABLE = "RULINGS_KEY"
KEY_FILE = "pseudonym.key"
#: Holds the fingerprint of the key that a data directory was made with, which tells nothing of the key.
CHECK_FILE = "pseudonym.check"


def load_key(layout: Layout) -> PseudonymKey:
    """Return the key from the environment, or from the key file, which is made on first use.

    Args:
        layout: The data directory.

    Returns:
        The key.

    Raises:
        UsageError: The key is too short, is gone, or is not the one that the data directory was made with.
    """
    given = os.environ.get(VARIABLE)
    path = layout.state / KEY_FILE
    source = VARIABLE if given else str(path)
    try:
        key = PseudonymKey(given.encode() if given else _from_file(path, layout))
    except ValueError as error:
        raise UsageError(f"{source}: {error}") from error
    _keep_to(key, source, layout)
    return key


def _keep_to(key: PseudonymKey, source: str, layout: Layout) -> None:
    """Refuse another key than before: one person would have two pseudonyms, and count as two persons."""
    path = layout.state / CHECK_FILE
    if not path.exists():
        write_once(path, key.fingerprint)
    if path.read_text(encoding="ascii").strip() != key.fingerprint:
        raise UsageError(
            f"{layout.root} was made with another key than that of {source}, so the same person would get another "
            f"pseudonym; give the key of before in {VARIABLE}, or begin a new data directory with --data"
        )


def _from_file(path: Place, layout: Layout) -> bytes:
    if not path.exists():
        _refuse_to_replace(path, layout)
        write_once(path, secrets.token_hex(32))
    keep_private(path)
    return path.read_text(encoding="utf-8").strip().encode()


def _refuse_to_replace(path: Place, layout: Layout) -> None:
    if (layout.state / CHECK_FILE).exists() or any(layout.staged.glob("*/*")):
        raise UsageError(
            f"the key that {layout.root} was made with is not there: put it back as {path}, or give it in {VARIABLE}; "
            "without it begin a new data directory with --data"
        )
