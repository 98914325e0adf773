"""Cutting the disputes into pieces that are scored by themselves: a month, or a part of a month that is too large.

A part is made of the disputes whose identifier has a certain hash, so that a dispute and all that belongs to it stay
together. How many parts a month has follows from its staged rows alone, so every run on the same input cuts alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from flows.resolve import Resolved

#: Rows of a table that a piece has at most, about: a million chat messages take some 1.5 GiB while they are scored.
MOST_ROWS: Mapping[str, int] = MappingProxyType(
    {"disputes": 200_000, "evidence": 1_000_000, "violations": 1_000_000, "messages": 1_200_000}
)


@dataclass(frozen=True, order=True)
class Piece:
    """Disputes that are scored together, with all that belongs to them.

    Attributes:
        month: Their home month.
        number: Which part of the month it is.
        parts: How many parts the month has.
    """

    month: str
    number: int = 0
    parts: int = 1

    @property
    def name(self) -> str:
        """Name that sorts in the order of the pieces."""
        return f"{self.month}-{self.number:04}"

    def of(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Keep the rows of a month that belong to the piece, in their order.

        Args:
            rows: Rows with ``dispute_id``.

        Returns:
            Those of the piece.
        """
        return rows if self.parts == 1 else rows.filter(pl.col("dispute_id").hash() % self.parts == self.number)


def cut(resolved: Resolved, most_rows: Mapping[str, int] = MOST_ROWS) -> tuple[Piece, ...]:
    """Cut all disputes into pieces.

    Args:
        resolved: The rows in force.
        most_rows: Rows of each table that a piece has at most, about.

    Returns:
        The pieces in order of month.
    """
    return tuple(piece for month in resolved.months for piece in _parts_of(month, resolved, most_rows))


def _parts_of(month: str, resolved: Resolved, most_rows: Mapping[str, int]) -> list[Piece]:
    parts = max(-(-resolved.n_staged(table, month) // most) for table, most in most_rows.items())
    return [Piece(month, number, max(parts, 1)) for number in range(max(parts, 1))]
