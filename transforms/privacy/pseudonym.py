"""Pseudonyms: equal identifiers stay joinable, and nobody without the key can tell whose they are."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from transforms.registry import Identifier

if TYPE_CHECKING:
    import duckdb

# 64 bits: among ten million users the chance that any two share a pseudonym is about 3 in a million.
_HEX_DIGITS = 16
_PREFIX = {Identifier.USER: "u", Identifier.ORDER: "o", Identifier.DECIDER: "d"}
_BLOCK = 64
_SHORTEST_SECRET = 16


@dataclass(frozen=True)
class PseudonymKey:
    """The secret key, and one derived from it for each kind of identifier.

    Attributes:
        secret: At least 16 bytes; never part of what is published.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < _SHORTEST_SECRET:
            raise ValueError(f"the key for pseudonyms must have at least {_SHORTEST_SECRET} bytes; set a longer one")

    def derived(self, kind: Identifier) -> bytes:
        """Return the key for one kind of identifier, so that pseudonyms of different kinds never match."""
        return hmac.digest(self.secret, f"ruling-analytics/{kind}".encode(), hashlib.sha256)

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits by which the key is told from others; the key cannot be had from them."""
        return hmac.digest(self.secret, b"ruling-analytics/fingerprint", hashlib.sha256).hex()[:_HEX_DIGITS]


def is_pseudonym(text: str, kind: Identifier) -> bool:
    """Tell whether a text has the form of a pseudonym."""
    return re.fullmatch(rf"{_PREFIX[kind]}_[0-9a-f]{{{_HEX_DIGITS}}}", text) is not None


@cache
def _engine() -> "duckdb.DuckDBPyConnection":
    """Return a database that holds nothing; to begin one takes as long as to hash ten thousand identifiers."""
    import duckdb  # noqa: PLC0415 - takes time to load

    return duckdb.connect()


def pseudonymise(values: pl.Series, kind: Identifier, key: PseudonymKey) -> pl.Series:
    """Replace identifiers by pseudonyms (HMAC-SHA256, RFC 2104, cut to 64 bits).

    DuckDB computes the hashes, because it does so for whole columns on all cores; a Python loop is five times slower.

    Args:
        values: Identifiers, null where not recorded.
        kind: What they identify.
        key: The secret key.

    Returns:
        ``<kind letter>_<16 hexadecimal digits>``, null where the identifier is null.
    """
    unique = pl.DataFrame({"value": values.drop_nulls().unique()})
    if unique.is_empty():
        return values
    block = key.derived(kind).ljust(_BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in block) for pad in (0x36, 0x5C))
    with _engine().cursor() as connection:
        connection.register("identifiers", unique)
        named = connection.sql(
            """
            select
                value,
                $prefix || '_' || left(sha256($outer || unhex(sha256($inner || encode(value)))), $digits) as name
            from identifiers
            """,
            params={"prefix": _PREFIX[kind], "inner": inner, "outer": outer, "digits": _HEX_DIGITS},
        ).pl()
    frame = pl.DataFrame({"value": values}).join(named, on="value", how="left", maintain_order="left")
    return frame["name"].alias(values.name)
