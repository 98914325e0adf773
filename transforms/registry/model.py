"""What a declaration consists of."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Label:
    """A text in both languages of the project."""

    en: str
    zh: str


class Kind(StrEnum):
    """The type of a column, independent of the engine that stores it."""

    TEXT = "text"
    ENUM = "enum"
    TIMESTAMP = "timestamp"
    DATE = "date"
    DECIMAL = "decimal"
    TOTAL = "total"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"

    @property
    def polars(self) -> "pl.DataType":
        """The Polars type; timestamps are UTC, money is decimal(12,2), and a sum of it decimal(18,2)."""
        import polars as pl  # noqa: PLC0415 - the command line reads the registry without loading Polars

        types: dict[str, pl.DataType] = {
            Kind.TEXT: pl.String(),
            Kind.ENUM: pl.String(),
            Kind.TIMESTAMP: pl.Datetime("us", "UTC"),
            Kind.DATE: pl.Date(),
            Kind.DECIMAL: pl.Decimal(12, 2),
            Kind.TOTAL: pl.Decimal(18, 2),
            Kind.INTEGER: pl.Int64(),
            Kind.FLOAT: pl.Float64(),
            Kind.BOOLEAN: pl.Boolean(),
        }
        return types[self]

    @property
    def duckdb(self) -> str:
        """The DuckDB type."""
        return {
            Kind.TEXT: "VARCHAR",
            Kind.ENUM: "VARCHAR",
            Kind.TIMESTAMP: "TIMESTAMP WITH TIME ZONE",
            Kind.DATE: "DATE",
            Kind.DECIMAL: "DECIMAL(12,2)",
            Kind.TOTAL: "DECIMAL(18,2)",
            Kind.INTEGER: "BIGINT",
            Kind.FLOAT: "DOUBLE",
            Kind.BOOLEAN: "BOOLEAN",
        }[self]


class Identifier(StrEnum):
    """Kinds of personal identifier; each is pseudonymised under a key of its own."""

    USER = "user"
    ORDER = "order"
    DECIDER = "decider"


@dataclass(frozen=True)
class Enumeration:
    """A closed set of values with a label in both languages for each."""

    name: str
    labels: dict[str, Label]

    @property
    def values(self) -> tuple[str, ...]:
        """The values in their declared order."""
        return tuple(self.labels)

    @property
    def spellings(self) -> dict[str, str]:
        """Every accepted spelling (value or Chinese label) and the value it stands for."""
        return {value: value for value in self.labels} | {label.zh: value for value, label in self.labels.items()}


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: Name in every table where the quantity occurs.
        kind: Type.
        label: What it means, in both languages.
        required: Must be present and not null in an export.
        minimum: Smallest value allowed, inclusive.
        maximum: Largest value allowed, inclusive.
        enumeration: The closed set of values, for ``Kind.ENUM``.
        identifier: Which kind of person's identifier it is; such values are pseudonymised on the way in.
        free_text: Written by a person; masked on the way in, never trimmed, only an empty value is null.
        unit: Unit in words where the name does not say it.
    """

    name: str
    kind: Kind
    label: Label
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    enumeration: Enumeration | None = None
    identifier: Identifier | None = None
    free_text: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """One table of the export or of the warehouse.

    Attributes:
        schema: ``export``, ``core``, ``marts`` or ``meta``.
        name: Name within the schema.
        label: What a row is, in both languages.
        key: Columns that identify a row.
        columns: The promised columns in order.
        event_time: The column that says when the fact became known, if the table has one.
        is_open: True where further columns may follow those declared (extra factors, extra columns of an export).
    """

    schema: str
    name: str
    label: Label
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    event_time: str | None = None
    is_open: bool = False
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {column.name: column for column in self.columns})

    @property
    def full_name(self) -> str:
        """Schema and name as SQL writes them."""
        return f"{self.schema}.{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the declared columns in order."""
        return tuple(self._by_name)

    def column(self, name: str) -> Column:
        """Return the column of that name.

        Raises:
            KeyError: The table declares no such column.
        """
        return self._by_name[name]

    @property
    def polars_schema(self) -> dict[str, "pl.DataType"]:
        """Column names and Polars types in order."""
        return {column.name: column.kind.polars for column in self.columns}
