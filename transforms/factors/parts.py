"""What the parts of a score are called, and how a frame of parts is laid out.

A frame of parts is wide: ``dispute_id`` and one Int32 column for each side and part, named ``{party}__{part}``, in
ten-thousandths of a score. Null means that the part does not apply. The score of a side is the sum of its parts; it is
null where all of them are null.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from transforms.registry.enumerations import PARTY
from transforms.registry.model import Label

BUYER, SELLER = PARTY.values
BOTH: tuple[str, ...] = PARTY.values


@dataclass(frozen=True)
class Part:
    """One part of a score.

    Attributes:
        name: Stable name in ``core.score_parts``.
        parties: The sides that can have it.
        label: What it is for, in both languages.
    """

    name: str
    parties: tuple[str, ...]
    label: Label

    @property
    def columns(self) -> tuple[str, ...]:
        """Its columns in a wide frame of parts, one for each side that can have it."""
        return tuple(part_column(party, self.name) for party in self.parties)


@dataclass(frozen=True)
class Factor:
    """A factor and the parts that its scores consist of."""

    name: str
    parts: tuple[Part, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of its wide frame after ``dispute_id``, the buyer's first."""
        return tuple(column for party in BOTH for column in party_columns(self.parts, party))


def part_column(party: str, part: str) -> str:
    """Name of the column that holds a side's points for a part."""
    return f"{party}__{part}"


def party_columns(parts: Iterable[Part], party: str) -> tuple[str, ...]:
    """Columns of one side, in the order of the parts."""
    return tuple(part_column(party, part.name) for part in parts if party in part.parties)
