"""Reading a parsed settings file: every value is checked; an error says where, what was got and what is expected."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from transforms.factors.points import MILLE

_TOLERANCE = 1e-9


class WeightsError(ValueError):
    """Weights that cannot be used; the message names the key, what was got and what is expected."""


@dataclass(frozen=True)
class Section:
    """A table of the settings file and where it stands.

    Attributes:
        path: Dotted name of the table, empty for the whole file.
        values: What was parsed.
    """

    path: str
    values: Mapping[str, Any]

    def key(self, name: str) -> str:
        """Dotted name of a key of this table."""
        return f"{self.path}.{name}" if self.path else name

    def fail(self, name: str, expected: str) -> WeightsError:
        """The error for a key with a wrong value, or without one."""
        got = repr(self.values[name]) if name in self.values else "nothing"
        return WeightsError(f"weights: {self.key(name)}: expected {expected}, got {got}")

    def only(self, allowed: Collection[str]) -> None:
        """Refuse keys that are not known.

        Raises:
            WeightsError: With the closest known name.
        """
        for name in self.values:
            if name not in allowed:
                close = get_close_matches(name, allowed, 1)
                hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(sorted(allowed))}"
                raise WeightsError(f"weights: {self.key(name)} is not known; {hint}")

    def table(self, name: str) -> "Section":
        """Return the table of that name."""
        value = self.values.get(name)
        if not isinstance(value, Mapping):
            raise self.fail(name, "a table")
        return Section(self.key(name), value)

    def text(self, name: str) -> str:
        """Return a text that is not empty."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(name, "a text")
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean."""
        value = self.values.get(name)
        if not isinstance(value, bool):
            raise self.fail(name, "true or false")
        return value

    def choices(self, name: str, allowed: Collection[str]) -> tuple[str, ...]:
        """Return a list of different names from a closed set."""
        value = self.values.get(name)
        is_list = isinstance(value, list) and all(isinstance(item, str) and item in allowed for item in value)
        if not is_list or not value or len(set(value)) != len(value):
            raise self.fail(name, f"a list of different names out of {', '.join(allowed)}")
        return tuple(value)

    def number(self, name: str, low: float, high: float) -> float:
        """Return a number within bounds, both included."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.fail(name, f"a number from {low:g} to {high:g}")
        return float(value)

    def thousandths(self, name: str, low: float = 0.0, high: float = 1.0) -> int:
        """Return a share with at most three decimals, as whole thousandths."""
        value = self.number(name, low, high) * MILLE
        if abs(value - round(value)) > _TOLERANCE * MILLE:
            raise self.fail(name, "at most three decimals")
        return round(value)

    def shares(self, names: Collection[str], low: float = 0.0, high: float = 1.0) -> dict[str, int]:
        """Return shares of exactly these names, as whole thousandths."""
        self.only(names)
        return {name: self.thousandths(name, low, high) for name in names}

    def whole(self, names: Collection[str]) -> dict[str, int]:
        """Return shares of exactly these names that add up to 1, as whole thousandths."""
        shares = self.shares(names)
        if sum(shares.values()) != MILLE:
            total = sum(shares.values()) / MILLE
            raise WeightsError(f"weights: {self.path}: expected values that add up to 1, got {total:g}")
        return shares


def within(path: str, shares: Collection[int], room: int, what: str) -> None:
    """Refuse shares (in thousandths) that add up to more than there is room for.

    Raises:
        WeightsError: With the sum and the room.
    """
    if sum(shares) > room:
        got, expected = sum(shares) / MILLE, room / MILLE
        raise WeightsError(f"weights: {path}: expected {what} that add up to {expected:g} at most, got {got:g}")
