"""Which columns a table had so far, and what a file does otherwise: new, missing, renamed and retyped columns."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum

import polars as pl

from transforms.ingest.folding import folded
from transforms.ingest.values import Spelling, typed_values
from transforms.registry import Column, Kind, Label, Table

#: Of a column of the contract the contract says the type.
BY_CONTRACT = "contract"
NUMBER, TIME, TEXT, EMPTY = "number", "time", "text", ""
_ALIKE = 0.6
_FIRST_LOOK = 100
_READ_AS = {
    kind: Column(kind, read_as, Label("", "")) for kind, read_as in ((NUMBER, Kind.FLOAT), (TIME, Kind.TIMESTAMP))
}
_PLAIN = Spelling(())


class Policy(StrEnum):
    """What is done when the columns of a table change."""

    EVOLVE = "evolve"
    FREEZE = "freeze"
    QUARANTINE = "quarantine"


class What(StrEnum):
    """How a column changed."""

    NEW = "new"
    MISSING = "missing"
    RENAMED = "renamed"
    RETYPED = "retyped"


@dataclass(frozen=True)
class Change:
    """A column that is otherwise than before.

    Attributes:
        what: How it changed.
        column: The column; of one that was renamed, the name that it had.
        other: The name that a renamed one seems to have now; of a new one the closest column that there was, or empty.
    """

    what: What
    column: str
    other: str = ""

    def words(self) -> str:
        """Return the change in words."""
        if self.what is What.RENAMED:
            return f"{self.column} is missing and {self.other} is new, so it seems renamed"
        if self.what is What.NEW:
            return f"{self.column} is new" + (f" (closest: {self.other})" if self.other else "")
        return f"{self.column} is {self.what}"


@dataclass(frozen=True)
class KnownColumns:
    """The columns that a table had so far.

    Attributes:
        kinds: Every column that some file had, and its kind.
        always: Those that every file had.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    always: frozenset[str] = frozenset()

    def after(self, columns: Mapping[str, str]) -> "KnownColumns":
        """Return what is known after one more file, by its columns with their kinds; none if they were not accepted."""
        if not columns:
            return self
        kinds = {**self.kinds, **{name: joined(self.kinds.get(name, EMPTY), kind) for name, kind in columns.items()}}
        return KnownColumns(kinds, self.always & frozenset(columns) if self.kinds else frozenset(columns))


def known_columns(files: Iterable[Mapping[str, str]]) -> KnownColumns:
    """Sum up the columns of files; each is given by its columns with their kinds."""
    known = KnownColumns()
    for columns in files:
        known = known.after(columns)
    return known


def changes_of_headers(columns: Collection[str], known: KnownColumns, table: Table) -> tuple[Change, ...]:
    """Find columns that are new, missing or renamed.

    Args:
        columns: Columns of a file: those of the contract by their own name, others by their header.
        known: What there was before; where nothing was, nothing changed.
        table: The table.

    Returns:
        The changes, in the order of the columns.
    """
    if not known.kinds:
        return ()
    new = [name for name in columns if name not in known.kinds]
    missing = sorted(known.always - set(columns))
    renamed: dict[str, str] = {}
    for name in missing:
        close = _closest(name, [each for each in new if each not in renamed.values()], table)
        if close:
            renamed[name] = close
    return (
        *(Change(What.RENAMED, old, now) for old, now in renamed.items()),
        *(Change(What.MISSING, name) for name in missing if name not in renamed),
        *(
            Change(What.NEW, name, _closest(name, sorted(known.kinds), table))
            for name in new
            if name not in renamed.values()
        ),
    )


def _closest(name: str, others: Iterable[str], table: Table) -> str:
    """Return the name most like another, or like what the contract calls it in Chinese; empty where none is."""
    wanted = _spellings(name, table)
    pairs = [
        (max(SequenceMatcher(None, one, two).ratio() for one in wanted for two in _spellings(other, table)), other)
        for other in others
    ]
    likeness, other = max(pairs, default=(0.0, ""))
    return other if likeness >= _ALIKE else ""


def _spellings(name: str, table: Table) -> tuple[str, ...]:
    known = (table.column(name).label.zh,) if name in table.column_names else ()
    return tuple(folded(each) for each in (name, *known))


def joined(one: str, other: str) -> str:
    """Return the kind of a column that has values of two kinds."""
    if one in {other, EMPTY}:
        return other
    return one if other == EMPTY else TEXT


def fits(values: pl.Series, kind: str) -> pl.Series:
    """Tell which values are of a kind; where there is no value, it fits.

    Args:
        values: Texts.
        kind: A kind; any text is a text.
    """
    if kind not in _READ_AS:
        return pl.Series([True], dtype=pl.Boolean).new_from_index(0, values.len())
    return typed_values(values, _READ_AS[kind], _PLAIN).is_not_null() | values.is_null()


def kind_of(values: pl.Series) -> str:
    """Tell the kind of a column by its values; many columns are known to be texts after a first look."""
    given = values.drop_nulls()
    if given.is_empty():
        return EMPTY
    for kind in _READ_AS:
        if fits(given.head(_FIRST_LOOK), kind).all() and fits(given, kind).all():
            return kind
    return TEXT
