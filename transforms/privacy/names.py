"""Names of files and columns that hold personal data: a file called after a customer, a first row for a header."""

import hashlib
import hmac
from collections.abc import Sequence

import polars as pl

from transforms.privacy.mask import mask_text
from transforms.privacy.pseudonym import PseudonymKey

_DIGITS = 4


def safe_headers(headers: tuple[str, ...]) -> tuple[str, ...]:
    """Return headers without personal data, each of them once.

    Args:
        headers: Headers as they stand in a file; where it has no line of headers, they are the values of its first row.

    Returns:
        The headers in their order, what the patterns find in them masked.
    """
    masked = mask_text(pl.Series(headers, dtype=pl.String)).to_list()
    if tuple(masked) == headers:
        return headers
    safe: list[str] = []
    for header, written in zip(headers, masked, strict=True):
        name, place = written, 2
        while name in safe or (name != header and name in headers):
            name, place = f"{written} {place}", place + 1
        safe.append(name)
    return tuple(safe)


def safe_names(names: Sequence[str], key: PseudonymKey) -> list[str]:
    """Return names of files without personal data.

    Args:
        names: Names of files.
        key: Key for pseudonyms.

    Returns:
        The names. One in which something is masked bears the start of its HMAC as well, so that it stays another name
        than those that differ from it in the masked part alone.
    """
    # A name that is not text in the system's encoding can be written nowhere as it is.
    names = [name.encode("utf-8", "backslashreplace").decode() for name in names]
    masked = mask_text(pl.Series(names, dtype=pl.String)).to_list()
    return [
        name if name == written else f"{written} {_mark(name, key)}"
        for name, written in zip(names, masked, strict=True)
    ]


def _mark(name: str, key: PseudonymKey) -> str:
    own = hmac.digest(key.secret, b"ruling-analytics/file", hashlib.sha256)
    return hmac.new(own, name.encode(), hashlib.sha256).hexdigest()[:_DIGITS]
