"""What a suite consists of, and what a validation returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from transforms.registry import Table

CORRECT_ROWS = "Correct these rows at their source and deliver the batch again."
#: Expectations that look at one row at a time, so that counts of parts of a table add up to those of the whole.
_BY_ROW = frozenset(
    {"ExpectCountedValuesToBeInSet", "ExpectCountedValuesToBeBetween", "ExpectCountedValuesToNotBeNull"}
)


class ExpectationError(RuntimeError):
    """A check could not be evaluated: the fault is in a suite or a staged file, and says nothing about the data."""


class Severity(StrEnum):
    """What the failure of a check leads to."""

    STOP = "stop"
    WARN = "warn"


class Relation(StrEnum):
    """What the rows are that a check counts."""

    ROWS = "rows"
    COLUMNS = "columns"


@dataclass(frozen=True)
class Parameters:
    """What the suites need to know and cannot read from the data.

    Attributes:
        as_of: The moment of the run, with a time zone; dates after it are implausible. Never read from a clock here.
        quarantine_stop: Share of the delivered disputes in quarantine above which the run stops.
        quarantine_warn: The same share, of any table, above which it is only reported.
        keys_checked: About how many keys of a large table are compared, where a check compares one hash slice.
        texts_checked: About how many texts of a large table are searched for broken characters.
    """

    as_of: datetime
    quarantine_stop: float = 0.2
    quarantine_warn: float = 0.02
    keys_checked: int = 1_000_000
    texts_checked: int = 250_000

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            raise ValueError(f"as_of needs a time zone, got {self.as_of.isoformat()}; use datetime(..., tzinfo=UTC)")
        if not 0 <= self.quarantine_warn <= self.quarantine_stop <= 1:
            raise ValueError(
                "shares in quarantine must satisfy 0 <= quarantine_warn <= quarantine_stop <= 1, "
                f"got {self.quarantine_warn} and {self.quarantine_stop}"
            )


@dataclass(frozen=True)
class Check:
    """One thing that must hold of a table.

    SQL in a check is a DuckDB expression over the columns of its suite's source. ``$as_of_us``, ``$quarantine_stop``,
    ``$quarantine_warn``, ``$key_slices`` and ``$text_slices`` stand for values that the engine fills in.

    Attributes:
        name: Name in ``meta.expectations``, unique within the suite.
        severity: Whether a failure stops the run.
        description: What must hold, as the predicate of a sentence ("the refund is at most the amount claimed").
        expectation: Class name of the expectation that judges it, in ``expectations.adapter``.
        column: Column that it is about; empty if it is about the whole table.
        arguments: Further arguments of the expectation (bounds, value set, ``mostly``, query).
        derived: SQL of a column, named like the check, that the expectation looks at; empty: it looks at ``column``.
        breaks: SQL that is true for a row that breaks the check; empty if rows cannot be singled out.
        shows: Columns to show of such a row, besides the key.
        example_query: SQL select of up to three examples, where ``breaks`` cannot say it.
        measure: What is counted.
        remedy: What to do about a failure.
        relation: Whether it counts rows of the table, or the table's columns.
        is_of_whole: Whether what it finds of a row hangs on rows that may come later, anywhere in the export.
    """

    name: str
    severity: Severity
    description: str
    expectation: str
    column: str = ""
    arguments: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    derived: str = ""
    breaks: str = ""
    shows: tuple[str, ...] = ()
    example_query: str = ""
    measure: str = "rows"
    remedy: str = CORRECT_ROWS
    relation: Relation = Relation.ROWS
    is_of_whole: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether the counts of parts of the table add up to those of the whole."""
        return self.expectation in _BY_ROW and self.relation is Relation.ROWS and not self.is_of_whole

    @property
    def mostly(self) -> float:
        """Smallest share of rows that must not break it, for a check that adds up."""
        return float(str(self.arguments.get("mostly", 1.0)))

    @property
    def judged_column(self) -> str:
        """The column that the expectation looks at."""
        return self.name if self.derived else self.column


@dataclass(frozen=True)
class Suite:
    """All checks of one table.

    Attributes:
        table: Declaration of the table.
        checks: What must hold.
        lookup: SQL of a join that gives a row what is known of its dispute or user; empty for none.
        needs: Names of the helper tables (``expectations.engine``) that the join or a query uses.
    """

    table: Table
    checks: tuple[Check, ...]
    lookup: str = ""
    needs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [check.name for check in self.checks]
        taken = sorted({name for name in names if names.count(name) > 1 or name in self.table.column_names})
        if taken:
            raise ValueError(f"checks of {self.table.name} need names of their own, got twice: {', '.join(taken)}")


#: Rows to which a check applies, and how many of them break it.
Counts: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Part:
    """Rows of a table that are counted together; all parts make up the table.

    Attributes:
        key: Hash of everything that decides what the rows say, and what is known of their disputes.
        view: SQL select of the rows.
        known: For each check that adds up what was counted when the same rows were checked before; None: they are new.
        parents: SQL select of the disputes that its rows belong to; empty: they may be any.
    """

    key: str
    view: str
    known: Mapping[str, Counts] | None = None
    parents: str = ""


@dataclass(frozen=True)
class ExpectationResult:
    """One row of ``meta.expectations``.

    Attributes:
        table_name: Table that was checked.
        expectation: Name of the check.
        column_name: Column that it is about; empty if it is about the whole table.
        severity: ``stop`` or ``warn``.
        success: Whether it holds; None if there was nothing to check (no rows, or nothing recorded).
        n_checked: Rows (or columns) to which it applies.
        n_unexpected: How many of them break it.
        observed: What was observed, with up to three examples; never free text.
    """

    table_name: str
    expectation: str
    column_name: str
    severity: str
    success: bool | None
    n_checked: int
    n_unexpected: int
    observed: str
