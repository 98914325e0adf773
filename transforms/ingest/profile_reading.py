"""From the TOML of a profile to a profile, and what is wrong with it: the line, the key, the closest name."""

import codecs
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations
from typing import Any, Literal, TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from transforms.china import TIME_ZONE
from transforms.ingest.folding import folded
from transforms.ingest.numbers import DECIMAL_MARKS, THOUSANDS_MARKS
from transforms.ingest.profile import NULL_TOKENS, ExtraFactor, Profile, ProfileError, TableProfile
from transforms.ingest.times import NAMED_FORMATS, contradicts
from transforms.ingest.toml_lines import Path, line_of
from transforms.ingest.values import Spelling, typed_values
from transforms.registry import INPUT_TABLES, Column, Kind, Table, output_table
from transforms.registry.enumerations import FACTOR

_FACTOR_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
#: Names that mean something else in the tables of scores and effects.
TAKEN_NAMES = {
    "all", "overall", "outcome", "seller_id", "category", "claim", "month", "log_price", "intercept",
    *FACTOR.values, *output_table("core.factor_scores").column_names,
}  # fmt: skip
_TOP_KEYS = {
    "name", "encoding", "delimiter", "time_zone", "date_formats", "null_tokens", "decimal_mark", "thousands_mark",
    "currency_marks", "tables", "extra_factors",
}  # fmt: skip
_TABLE_KEYS = {"files", "columns", "first_of", "values", "patterns", "constants", "date_formats", "scale"}
_FACTOR_KEYS = {"column", "type", "favours"}
_FORMAT_CODES = frozenset("YyCmdeBbhaAjHkIlMSfpPzZTDFRxXrcnt%s")
_CODE = re.compile(r"%(?:[-_0#]?|\.?|\.[369]|:{1,3})([A-Za-z%])")
_YEAR_CODES = ("%Y", "%y", "%F", "%D", "%x", "%c", "%s")
# Words for a person who writes TOML, not Python.
_TYPE_WORDS: dict[type, str] = {str: "a text", list: "a list", dict: "a table", float: "a number"}


def read_profile(text: str) -> Profile:
    """Read a profile.

    Args:
        text: Its TOML.

    Returns:
        The profile.

    Raises:
        ProfileError: It is no TOML, a key is unknown, or a value cannot be meant; the message begins with the line.
    """
    try:
        raw = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"not TOML: {error}") from error
    try:
        return profile_from_mapping(raw)
    except ProfileError as error:
        where = f"line {line_of(text, error.path)}: " if error.path else ""
        raise ProfileError(f"{where}{error}", error.path) from error


def profile_from_mapping(raw: Mapping[str, Any]) -> Profile:
    """Read a profile from its parsed TOML.

    Args:
        raw: The parsed file.

    Returns:
        The profile.

    Raises:
        ProfileError: A key is unknown, or a value cannot be meant.
    """
    top = _Part(raw, ())
    top.refuse_unknown(_TOP_KEYS)
    tables = top.part("tables")
    tables.refuse_unknown(set(INPUT_TABLES))
    factors = top.part("extra_factors")
    decimal, thousands = _number_marks(top)
    profile = Profile(
        name=top.required("name"),
        encoding=_encoding(top),
        delimiter=_delimiter(top),
        time_zone=_time_zone(top),
        date_formats=_date_formats(top, "date_formats"),
        null_tokens=top.texts("null_tokens") or NULL_TOKENS,
        decimal_mark=decimal,
        thousands_mark=thousands,
        currency_marks=top.texts("currency_marks"),
        tables={name: _table_profile(tables.part(name), INPUT_TABLES[name]) for name in tables.raw},
        extra_factors=tuple(_extra_factor(factors.part(name), name) for name in factors.raw),
    )
    _refuse_factors_of_contract_columns(profile)
    return profile


_T = TypeVar("_T")


@dataclass(frozen=True)
class _Part:
    """A table of the TOML, and the keys that lead to it."""

    raw: Mapping[str, Any]
    path: Path

    @property
    def where(self) -> str:
        """The part as TOML writes it."""
        return f"[{'.'.join(_key(key) for key in self.path)}]" if self.path else "the profile"

    def error(self, sentence: str, *keys: str) -> ProfileError:
        """Make an error of something below this part."""
        return ProfileError(f"{self.where}: {sentence}", (*self.path, *keys))

    def optional(self, key: str, expected: type[_T]) -> _T | None:
        """Return a value, or None where there is none."""
        value = self.raw.get(key)
        if value is not None and not isinstance(value, expected):
            raise self.error(f"{key} is {value!r}; expected {_TYPE_WORDS[expected]}", key)
        return value

    def required(self, key: str) -> str:
        """Return a text that must be there."""
        value = self.optional(key, str)
        if not value:
            raise self.error(f"{key} is missing")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; empty where there is none."""
        values = self.optional(key, list) or []
        for value in values:
            if not isinstance(value, str):
                raise self.error(f"{key} holds {value!r}; expected texts", key)
        return tuple(values)

    def part(self, key: str) -> "_Part":
        """Return a table below this one; an empty one where there is none."""
        return _Part(self.optional(key, dict) or {}, (*self.path, key))

    def mapping(self, key: str) -> dict[str, str]:
        """Return a table of texts; numbers and booleans are read as their text."""
        found: dict[str, str] = {}
        below = self.part(key)
        for name, value in below.raw.items():
            if not isinstance(value, str | bool | int | float):
                raise below.error(f"{_key(name)} is {value!r}; expected a text", name)
            found[name] = str(value).lower() if isinstance(value, bool) else str(value)
        return found

    def refuse_unknown(self, allowed: Iterable[str]) -> None:
        """Refuse keys that mean nothing."""
        for key in self.raw:
            if key not in allowed:
                raise self.error(f"{_key(key)} is not known{_hint(key, allowed)}", key)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[\w-]+", key) else f'"{key}"'


def _hint(name: str, known: Iterable[str]) -> str:
    """Name the closest of the known names, or all of them."""
    by_fold = {folded(each): each for each in known}
    close = get_close_matches(folded(name), by_fold, n=1)
    return f"; did you mean {by_fold[close[0]]}?" if close else f"; known are {', '.join(sorted(by_fold.values()))}"


def _encoding(top: _Part) -> str | None:
    name = top.optional("encoding", str)
    if name is None:
        return None
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError) as error:
        raise top.error(f"encoding is {name}, which is not known; such as utf-8 or gb18030", "encoding") from error


def _delimiter(top: _Part) -> str | None:
    text = top.optional("delimiter", str)
    if text is not None and (len(text) != 1 or not text.isascii() or text in '"\\\r\n\0'):
        raise top.error(f"delimiter is {text!r}; expected one character such as , ; | or \\t", "delimiter")
    return text


def _time_zone(top: _Part) -> str:
    name = top.optional("time_zone", str) or TIME_ZONE
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise top.error(f"time_zone is {name}, which is not known; such as {TIME_ZONE}", "time_zone") from error


def _number_marks(top: _Part) -> tuple[str | None, str | None]:
    decimal, thousands = top.optional("decimal_mark", str), top.optional("thousands_mark", str)
    if decimal not in {None, *DECIMAL_MARKS}:
        raise top.error(f"decimal_mark is {decimal!r}; expected one of {_quoted(DECIMAL_MARKS)}", "decimal_mark")
    if thousands not in {None, *THOUSANDS_MARKS}:
        raise top.error(
            f"thousands_mark is {thousands!r}; expected one of {_quoted(THOUSANDS_MARKS)}", "thousands_mark"
        )
    if thousands is not None and thousands == (decimal or "."):
        raise top.error(f"thousands_mark and decimal_mark are both {thousands!r}", "thousands_mark")
    return decimal, thousands


def _quoted(texts: Iterable[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)


def _date_formats(part: _Part, key: str) -> tuple[str, ...]:
    """Read formats of times; two of them may not read the same text as different days."""
    # Python's notation for a fraction of a second.
    formats = tuple(form.replace(".%f", "%.f") for form in part.texts(key))
    for form in formats:
        if form in NAMED_FORMATS:
            continue
        codes = _CODE.findall(form)
        if not codes:
            raise part.error(
                f"{key} holds {form!r}, no strftime notation such as %d/%m/%Y{_hint(form, NAMED_FORMATS)}", key
            )
        unknown = [code for code in codes if code not in _FORMAT_CODES]
        if unknown:
            raise part.error(f"{key} holds {form!r}; %{unknown[0]} is not known", key)
        if not any(code in form for code in _YEAR_CODES):
            raise part.error(f"{key} holds {form!r}, which has no year (%Y or %y)", key)
    for one, other in combinations([form for form in formats if form not in NAMED_FORMATS], 2):
        if contradicts(one, other) or contradicts(other, one):
            raise part.error(
                f"{key} holds {one!r} and {other!r}, which read the same text as different days; keep one of them, or "
                "give the columns formats of their own in [tables.<table>.date_formats]", key
            )  # fmt: skip
    return formats


def _table_profile(part: _Part, table: Table) -> TableProfile:
    part.refuse_unknown(_TABLE_KEYS)
    columns, constants = part.mapping("columns"), part.mapping("constants")
    first_of = {column: part.part("first_of").texts(column) for column in part.part("first_of").raw}
    for header, column in columns.items():
        _refuse_unknown_column(part.part("columns"), column, table, header)
    for key, names in (
        ("constants", constants),
        ("first_of", first_of),
        ("date_formats", part.part("date_formats").raw),
    ):
        for column in names:
            _refuse_unknown_column(part.part(key), column, table, column)
    _refuse_said_twice(part, columns, constants, first_of)
    formats = part.part("date_formats")
    return TableProfile(
        files=part.texts("files"),
        columns=columns,
        first_of=first_of,
        values=_values(part, table, columns),
        patterns=_patterns(part, table, columns),
        constants={column: _meant(part.part("constants"), table.column(column), text, column)
                   for column, text in constants.items()},
        date_formats={column: _date_formats(formats, column) for column in formats.raw},
        scale=_scale(part, columns),
    )  # fmt: skip


def _refuse_unknown_column(part: _Part, column: str, table: Table, key: str) -> None:
    if column not in table.column_names:
        raise part.error(f"{column} is no column of {table.name}{_hint(column, table.column_names)}", key)


def _refuse_said_twice(
    part: _Part, columns: Mapping[str, str], constants: Mapping[str, str], first_of: Mapping[str, tuple[str, ...]]
) -> None:
    for column in constants:
        if column in columns.values() or column in first_of:
            raise part.error(f"{column} has a header and is a constant as well; keep one of them", "constants", column)
    for column in first_of:
        if column in columns.values():
            raise part.error(f"{column} has a header in columns and some in first_of; keep one", "first_of", column)


def _values(part: _Part, table: Table, columns: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Read spellings of values by column; a header that is read as a column may stand for it."""
    below = part.part("values")
    found: dict[str, dict[str, str]] = {}
    for name in below.raw:
        column = columns.get(name, name)
        spellings = below.mapping(name)
        if column in table.column_names:
            texts = below.part(name)
            spellings = {text: _meant(texts, table.column(column), value, text) if value else ""
                         for text, value in spellings.items()}  # fmt: skip
        found.setdefault(column, {}).update(spellings)
    return found


def _patterns(part: _Part, table: Table, columns: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Read patterns of values; only enumerations have them."""
    below = part.part("patterns")
    found: dict[str, dict[str, str]] = {}
    for name in below.raw:
        column = columns.get(name, name)
        enumerations = [each.name for each in table.columns if each.enumeration]
        if column not in enumerations:
            raise below.error(f"{_key(name)} is no enumeration of {table.name}{_hint(name, enumerations)}", name)
        texts = below.part(name)
        found.setdefault(column, {}).update(
            {text: _meant(texts, table.column(column), value, text) for text, value in below.mapping(name).items()}
        )
    return found


def _meant(part: _Part, column: Column, text: str, key: str) -> str:
    """Return a value that stands in a profile, as the contract writes it if it is an enumeration's."""
    value = typed_values(pl.Series([text]), column, Spelling(NULL_TOKENS))[0]
    if value is None and column.kind is not Kind.TEXT:
        expected = _hint(text, column.enumeration.values) if column.enumeration else f"; expected {column.kind.value}"
        raise part.error(f"{_key(key)} is {text!r}, no value of {column.name}{expected}", key)
    return str(value) if column.enumeration else text


def _scale(part: _Part, columns: Mapping[str, str]) -> dict[str, float]:
    below = part.part("scale")
    found: dict[str, float] = {}
    for name, value in below.raw.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
            raise below.error(f"{_key(name)} is {value!r}; expected a number above 0 such as 0.01", name)
        found[columns.get(name, name)] = float(value)
    return found


def _extra_factor(part: _Part, name: str) -> ExtraFactor:
    part.refuse_unknown(_FACTOR_KEYS)
    kind, favours = part.raw.get("type"), part.raw.get("favours")
    if not _FACTOR_NAME.fullmatch(name) or name in TAKEN_NAMES:
        raise part.error(
            f"{name} cannot be the name of a factor; take lower-case letters, digits and _, and a name that "
            "no factor, term or column of core.factor_scores has"
        )
    if kind not in {"numeric", "categorical"}:
        raise part.error(f'type is {kind!r}; expected "numeric" or "categorical"', "type")
    if favours not in {None, "buyer", "seller"}:
        raise part.error(f'favours is {favours!r}; expected "buyer" or "seller"', "favours")
    return ExtraFactor(
        name, part.required("column"), cast(Literal["numeric", "categorical"], kind),
        cast(Literal["buyer", "seller"] | None, favours),
    )  # fmt: skip


def _refuse_factors_of_contract_columns(profile: Profile) -> None:
    """Refuse a factor whose column is read as one of the contract, or as another factor in another way."""
    disputes = profile.table("disputes")
    columns = dict(disputes.columns)
    kinds: dict[str, str] = {}
    for factor in profile.extra_factors:
        path = ("extra_factors", factor.name, "column")
        where = f"[extra_factors.{factor.name}]"
        if factor.column in columns or factor.column in INPUT_TABLES["disputes"].column_names:
            column = columns.get(factor.column, factor.column)
            raise ProfileError(
                f"{where}: {factor.column} is read as the column {column}; a factor is a column of its own", path
            )
        if kinds.setdefault(factor.column, factor.type) != factor.type:
            raise ProfileError(f"{where}: {factor.column} is both a numeric and a categorical factor", path)
