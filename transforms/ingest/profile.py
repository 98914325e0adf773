"""Profiles: how to read an export whose headers and labels are its own."""

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from transforms.china import TIME_ZONE
from transforms.registry import INPUT_TABLES, Table

NULL_TOKENS = (
    "", "NULL", "Null", "null", "(null)", "<null>", "#NULL!", "None", "NONE", "none", "NaN", "NAN", "nan", "<NA>",
    "NaT", "N/A", "n/a", "#N/A", "NA", "---", "——", "\\N", "undefined", "未填写",
)  # fmt: skip


class ProfileError(ValueError):
    """A profile says something that cannot be meant, or cannot be meant of a file.

    Attributes:
        path: Keys that lead to the place in the TOML, the outermost first; empty where it is no matter of one place.
    """

    def __init__(self, sentence: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.path = path


@dataclass(frozen=True)
class ExtraFactor:
    """A further column of disputes to analyse beside the four factors.

    Attributes:
        name: Name of the factor, and of its column in ``core.factor_scores``.
        column: Header of the column in the disputes table.
        type: Whether its values are numbers or classes.
        favours: The side that a higher value is said to favour, or None.
    """

    name: str
    column: str
    type: Literal["numeric", "categorical"]
    favours: Literal["buyer", "seller"] | None = None


@dataclass(frozen=True)
class TableProfile:
    """How one table of the export is read.

    Attributes:
        files: Patterns of names of files or sheets; none means that they begin with the table's name.
        columns: Header to column of the contract; headers that are the column's own name need no entry.
        first_of: Column to headers, of which the first that a row has a value in counts.
        values: Column (or extra header) to spelling to value, beside the registry's spellings; what stands for an
            empty text is not recorded.
        patterns: Column to patterns of spellings, ``*`` for any text, and their values; the first that fits decides
            where no spelling does.
        constants: Column to the value that every row has.
        date_formats: Column to the formats of its times, where they are not those of the profile.
        scale: Column (or extra header) to what its numbers are multiplied by.
    """

    files: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    first_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    patterns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    date_formats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scale: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Profile:
    """How an export is read.

    Attributes:
        name: Name of the profile.
        encoding: Encoding of text files, as Python names it, or None to take it from their content.
        delimiter: Field delimiter, or None to take it from the content.
        time_zone: Zone of times that name none.
        date_formats: Formats tried before the built-in forms: strftime notation, or a name of ``times.NAMED_FORMATS``.
        null_tokens: Values that mean "not recorded", except in free text.
        decimal_mark: Character before a fraction, or None where nobody said so.
        thousands_mark: Character between groups of three digits, or None for the usual one.
        currency_marks: What may stand beside an amount, apart from the marks of CNY; nothing is converted.
        tables: How each table is read.
        extra_factors: Further columns of disputes to analyse.
    """

    name: str
    encoding: str | None = None
    delimiter: str | None = None
    time_zone: str = TIME_ZONE
    date_formats: tuple[str, ...] = ()
    null_tokens: tuple[str, ...] = NULL_TOKENS
    decimal_mark: str | None = None
    thousands_mark: str | None = None
    currency_marks: tuple[str, ...] = ()
    tables: Mapping[str, TableProfile] = field(default_factory=dict)
    extra_factors: tuple[ExtraFactor, ...] = ()

    def table(self, name: str) -> TableProfile:
        """Return how the table is read; an empty entry where the profile says nothing."""
        return self.tables.get(name, TableProfile())

    def numeric_factors(self, table: str) -> frozenset[str]:
        """Return the headers of extra factors that are numbers."""
        return frozenset(each.column for each in self.extra_factors if table == "disputes" and each.type == "numeric")

    def table_of_file(self, file_name: str) -> Table | None:
        """Return the table that a file belongs to by its name, or None."""
        lowered = file_name.casefold()
        for name, table in INPUT_TABLES.items():
            patterns = self.table(name).files or (f"{name}*",)
            if any(fnmatch.fnmatchcase(lowered, pattern.casefold()) for pattern in patterns):
                return table
        return None
