"""Profiles: how to read an export whose headers and labels are its own."""

import codecs
import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from transforms.registry import INPUT_TABLES, Table, output_table
from transforms.registry.enumerations import FACTOR

NULL_TOKENS = ("", "NULL", "null", "None", "NaN", "nan", "N/A", "NA", "---", "\\N")


class ProfileError(ValueError):
    """A profile says something that cannot be meant; the message names the key."""


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
        files: File name patterns; none means the table's name begins the file name.
        columns: Header to column of the contract; headers that are the column's own name need no entry.
        values: Column (or extra header) to spelling to value, beside the registry's spellings.
        constants: Column to the value that every row has.
    """

    files: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Profile:
    """How an export is read.

    Attributes:
        name: Name of the profile.
        encoding: Encoding of text files, as Python names it.
        delimiter: Field delimiter, or None to take it from the header line.
        time_zone: Zone of times that name none.
        date_formats: Formats tried before the ISO forms, in strftime notation.
        null_tokens: Values that mean "not recorded", except in free text.
        tables: How each table is read.
        extra_factors: Further columns of disputes to analyse.
    """

    name: str
    encoding: str = "utf-8"
    delimiter: str | None = None
    time_zone: str = "Asia/Shanghai"
    date_formats: tuple[str, ...] = ()
    null_tokens: tuple[str, ...] = NULL_TOKENS
    tables: Mapping[str, TableProfile] = field(default_factory=dict)
    extra_factors: tuple[ExtraFactor, ...] = ()

    def table(self, name: str) -> TableProfile:
        """Return how the table is read; an empty entry where the profile says nothing."""
        return self.tables.get(name, TableProfile())

    def table_of_file(self, file_name: str) -> Table | None:
        """Return the table that a file belongs to by its name, or None."""
        lowered = file_name.casefold()
        for name, table in INPUT_TABLES.items():
            patterns = self.table(name).files or (f"{name}*",)
            if any(fnmatch.fnmatchcase(lowered, pattern.casefold()) for pattern in patterns):
                return table
        return None


@dataclass(frozen=True)
class HeaderMatch:
    """Which header is which column.

    Attributes:
        columns: Header to column of the contract.
        extra: Headers that the contract does not name.
        missing: Columns of the contract that no header or constant gives.
    """

    columns: Mapping[str, str]
    extra: tuple[str, ...]
    missing: tuple[str, ...]


def match_headers(headers: tuple[str, ...], table: Table, profile: Profile) -> HeaderMatch:
    """Match the headers of a file to the columns of a table.

    Args:
        headers: Headers as they stand in the file.
        table: The table that the file belongs to.
        profile: The profile that names the headers.

    Raises:
        ProfileError: Two headers mean the same column, or a required column has none.
    """
    named = {key.casefold(): column for key, column in profile.table(table.name).columns.items()}
    own = {column.casefold(): column for column in table.column_names}
    columns: dict[str, str] = {}
    extra: list[str] = []
    for header in headers:
        folded = header.strip().strip("\ufeff").casefold()
        column = named.get(folded) or own.get(folded)
        if column is None:
            extra.append(header)
        elif column in columns.values():
            raise ProfileError(f"two headers mean the column {column} of {table.name}; keep one of them")
        else:
            columns[header] = column
    given = set(columns.values()) | set(profile.table(table.name).constants)
    missing = tuple(name for name in table.column_names if name not in given)
    _refuse_missing(missing, tuple(extra), table, profile)
    return HeaderMatch(columns, tuple(extra), missing)


def _refuse_missing(missing: tuple[str, ...], extra: tuple[str, ...], table: Table, profile: Profile) -> None:
    needed = [name for name in missing if table.column(name).required]
    if not needed:
        return
    close = [match for name in needed for match in get_close_matches(name, extra, n=2, cutoff=0.4)]
    hint = f"; the closest headers are {', '.join(close)}" if close else ""
    raise ProfileError(
        f"the required column {', '.join(needed)} of {table.name} is not in the header "
        f"(read with profile {profile.name}){hint}. Name the header in a profile, or pass --profile"
    )


_FACTOR_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
# Names that mean something else in the tables of scores and effects.
_TAKEN_NAMES = {
    "all", "overall", "outcome", "seller_id", "category", "claim", "month", "log_price", "intercept",
    *FACTOR.values, *output_table("core.factor_scores").column_names,
}  # fmt: skip
_TOP_KEYS = {
    "name", "encoding", "delimiter", "time_zone", "date_formats", "null_tokens", "tables", "extra_factors",
}  # fmt: skip
_TABLE_KEYS = {"files", "columns", "values", "constants"}
_FACTOR_KEYS = {"column", "type", "favours"}


def profile_from_mapping(raw: Mapping[str, Any]) -> Profile:
    """Read a profile from its parsed TOML.

    Args:
        raw: The parsed file.

    Returns:
        The profile.

    Raises:
        ProfileError: A key is unknown, or a value is of another type than it should be.
    """
    _known(raw, _TOP_KEYS, "the profile")
    tables = _optional(raw, "tables", dict, "the profile") or {}
    factors = _optional(raw, "extra_factors", dict, "the profile") or {}
    _known(tables, set(INPUT_TABLES), "[tables]")
    return Profile(
        name=_required(raw, "name", str, "the profile"),
        encoding=_encoding(_optional(raw, "encoding", str, "the profile") or "utf-8"),
        delimiter=_delimiter(_optional(raw, "delimiter", str, "the profile")),
        time_zone=_time_zone(_optional(raw, "time_zone", str, "the profile") or "Asia/Shanghai"),
        date_formats=_texts(raw, "date_formats", "the profile"),
        null_tokens=_texts(raw, "null_tokens", "the profile") or NULL_TOKENS,
        tables={name: _table_profile(name, _required(tables, name, dict, "[tables]")) for name in tables},
        extra_factors=tuple(_extra_factor(name, _required(factors, name, dict, "[extra_factors]")) for name in factors),
    )


def _table_profile(name: str, raw: Mapping[str, Any]) -> TableProfile:
    where = f"[tables.{name}]"
    _known(raw, _TABLE_KEYS, where)
    columns = _mapping_of_texts(raw, "columns", where)
    constants = _optional(raw, "constants", dict, where) or {}
    values = _optional(raw, "values", dict, where) or {}
    for column in (*columns.values(), *constants):
        _known({column: 0}, set(INPUT_TABLES[name].column_names), f"{where}, columns of {name}")
    return TableProfile(
        files=_texts(raw, "files", where),
        columns=columns,
        values={name: _mapping_of_texts(values, name, f"{where}, values") for name in values},
        constants={column: str(value) for column, value in constants.items()},
    )


def _extra_factor(name: str, raw: Mapping[str, Any]) -> ExtraFactor:
    where = f"[extra_factors.{name}]"
    _known(raw, _FACTOR_KEYS, where)
    kind = raw.get("type")
    favours = raw.get("favours")
    if not _FACTOR_NAME.fullmatch(name) or name in _TAKEN_NAMES:
        raise ProfileError(
            f"{where}: {name} cannot be the name of a factor; take lower-case letters, digits and _, and a name that "
            "no factor, term or column of core.factor_scores has"
        )
    if kind not in {"numeric", "categorical"}:
        raise ProfileError(f'{where}: type is {kind!r}; expected "numeric" or "categorical"')
    if favours not in {None, "buyer", "seller"}:
        raise ProfileError(f'{where}: favours is {favours!r}; expected "buyer" or "seller"')
    return ExtraFactor(name, _required(raw, "column", str, where), kind, favours)


def _known(raw: Mapping[str, Any], allowed: set[str], where: str) -> None:
    for key in raw:
        if key not in allowed:
            close = get_close_matches(key, sorted(allowed), n=1)
            hint = f"; did you mean {close[0]}?" if close else f"; known are {', '.join(sorted(allowed))}"
            raise ProfileError(f"{where}: {key} is not known{hint}")


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise ProfileError(f"the profile: encoding is {name}, which is not known; such as utf-8 or gb18030") from error


def _delimiter(text: str | None) -> str | None:
    if text is not None and len(text) != 1:
        raise ProfileError(f"the profile: delimiter is {text}; expected one character")
    return text


def _time_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ProfileError(f"the profile: time_zone is {name}, which is not known; such as Asia/Shanghai") from error


def _texts(raw: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    values = _optional(raw, key, list, where) or []
    for value in values:
        if not isinstance(value, str):
            raise ProfileError(f"{where}: {key} holds {value!r}; expected texts")
    return tuple(values)


def _mapping_of_texts(raw: Mapping[str, Any], key: str, where: str) -> dict[str, str]:
    values = _optional(raw, key, dict, where) or {}
    for name, value in values.items():
        if not isinstance(value, str):
            raise ProfileError(f"{where}: {key}.{name} is {value!r}; expected a text")
    return values


_T = TypeVar("_T")


def _required(raw: Mapping[str, Any], key: str, expected: type[_T], where: str) -> _T:
    value = _optional(raw, key, expected, where)
    if value is None:
        raise ProfileError(f"{where}: {key} is missing")
    return value


def _optional(raw: Mapping[str, Any], key: str, expected: type[_T], where: str) -> _T | None:
    value = raw.get(key)
    if value is not None and not isinstance(value, expected):
        raise ProfileError(f"{where}: {key} is {value!r}; expected {expected.__name__}")
    return value
