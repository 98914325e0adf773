"""Pseudonyms: equal identifiers stay joinable, and nobody without the key can tell whose they are."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from transforms.registry import Identifier

# 64 bits: among ten million users the chance that any two share a pseudonym is about 3 in a million.
_HEX_DIGITS = 16
_PREFIX = {Identifier.USER: "u", Identifier.ORDER: "o", Identifier.DECIDER: "d"}


@dataclass(frozen=True)
class PseudonymKey:
    """The secret key, and one derived from it for each kind of identifier.

    Attributes:
        secret: At least 16 bytes; never written below the data directory's published part.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < 16:  # noqa: PLR2004 - 128 bits
            raise ValueError("the key for pseudonyms must have at least 16 bytes; set a longer RULINGS_KEY")

    def derived(self, kind: Identifier) -> bytes:
        """Return the key for one kind of identifier, so that pseudonyms of different kinds never match."""
        return hmac.digest(self.secret, f"ruling-analytics/{kind}".encode(), hashlib.sha256)


def pseudonymise(values: pl.Series, kind: Identifier, key: PseudonymKey) -> pl.Series:
    """Replace identifiers by pseudonyms (HMAC-SHA256, RFC 2104, cut to 64 bits).

    Args:
        values: Identifiers, null where not recorded.
        kind: What they identify.
        key: The secret key.

    Returns:
        ``<kind letter>_<16 hexadecimal digits>``, null where the identifier is null.
    """
    derived, prefix = key.derived(kind), _PREFIX[kind]
    unique = values.drop_nulls().unique()
    names = [
        f"{prefix}_{hmac.digest(derived, value.encode(), 'sha256').hex()[:_HEX_DIGITS]}" for value in unique.to_list()
    ]
    table: Mapping[str, pl.Series] = {"value": unique, "name": pl.Series(names, dtype=pl.String)}
    named = pl.DataFrame(table)
    frame = pl.DataFrame({"value": values}).join(named, on="value", how="left", maintain_order="left")
    return frame["name"].alias(values.name)
