"""Which header of a file is which column of the contract, and which profile explains a file best."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from transforms.ingest.folding import folded
from transforms.ingest.profile import Profile, ProfileError
from transforms.registry import Table

_CLOSE = 0.6
_MOST_HEADERS = 8
# A number, a date, a time, or personal data that was masked: no header is written so.
_VALUE = re.compile(r"\s*(?:[-+]?[0-9][0-9.,:/\-TZ +年月日]*|.*\[[^\]]+\].*)\s*")


@dataclass(frozen=True)
class HeaderMatch:
    """Which header is which column.

    Attributes:
        columns: Header to column of the contract.
        extra: Headers that the contract does not name.
        missing: Columns of the contract that no header or constant gives.
        fallbacks: Column to further headers, among the extra ones, that count where its own has no value.
    """

    columns: Mapping[str, str]
    extra: tuple[str, ...]
    missing: tuple[str, ...]
    fallbacks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class MissingColumnsError(ProfileError):
    """No header gives a required column.

    Attributes:
        needed: The columns.
    """

    def __init__(self, sentence: str, needed: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.needed = needed


def match_headers(headers: tuple[str, ...], table: Table, profile: Profile, *, is_whole: bool = True) -> HeaderMatch:
    """Match the headers of a file to the columns of a table.

    Case, width, blanks and the like do not matter. What the profile names goes before what is like a column's own name;
    beside that name itself it is a contradiction.

    Args:
        headers: Headers as they stand in the file.
        table: The table that the file belongs to.
        profile: The profile that names the headers.
        is_whole: Whether the required columns must be there.

    Returns:
        The match; each column has at most one header.

    Raises:
        ProfileError: Two headers mean the same column.
        MissingColumnsError: A required column has no header.
    """
    said = profile.table(table.name)
    fallbacks = _fallbacks(headers, said.first_of)
    first = {found[0]: column for column, found in fallbacks.items()}
    named = _by_header(headers, said.columns) | first
    taken = set(named.values())
    own = _by_header(headers, {name: name for name in table.column_names if name not in taken})
    own |= {header: header.strip("\ufeff ") for header in headers if header.strip("\ufeff ") in table.column_names}
    columns = {header: found for header in headers if (found := named.get(header) or own.get(header))}
    _refuse_doubled(columns, table)
    given = set(columns.values()) | set(said.constants)
    missing = tuple(name for name in table.column_names if name not in given)
    needed = tuple(name for name in missing if table.column(name).required)
    if needed and is_whole:
        raise MissingColumnsError(missing_words(needed, headers, table, (profile,)), needed)
    extra = tuple(header for header in headers if header not in columns)
    return HeaderMatch(columns, extra, missing, {column: found[1:] for column, found in fallbacks.items() if found[1:]})


def _by_header(headers: Sequence[str], spellings: Mapping[str, str]) -> dict[str, str]:
    """Find the column of each header: by its exact spelling, or by what is left when it is folded."""
    exact = {spelling.strip().casefold(): column for spelling, column in spellings.items()}
    loose = {folded(spelling): column for spelling, column in spellings.items() if folded(spelling)}
    found = {header: exact.get(header.strip().strip("\ufeff").casefold()) or loose.get(folded(header))
             for header in headers}  # fmt: skip
    return {header: column for header, column in found.items() if column}


def _fallbacks(headers: Sequence[str], first_of: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    by_fold = {folded(header): header for header in reversed(headers)}
    found = {
        column: tuple(by_fold[folded(name)] for name in names if folded(name) in by_fold)
        for column, names in first_of.items()
    }
    return {column: present for column, present in found.items() if present}


def _refuse_doubled(columns: Mapping[str, str], table: Table) -> None:
    seen: dict[str, str] = {}
    for header, column in columns.items():
        if column in seen:
            raise ProfileError(
                f"two headers mean the column {column} of {table.name}: {seen[column]} and {header}; keep one of them, "
                f"or say in a profile which goes first: [tables.{table.name}.first_of]"
            )
        seen[column] = header


def missing_words(needed: Sequence[str], headers: Sequence[str], table: Table, profiles: Sequence[Profile]) -> str:
    """Say which required columns no header gives, and which headers come near.

    Args:
        needed: The columns.
        headers: The headers of the file.
        table: The table.
        profiles: The profiles that were tried.
    """
    near = [text for name in needed if (text := _nearest(name, headers, table, profiles))]
    hint = f"the closest are {', '.join(near)}" if near else _listed(headers)
    tried = ", ".join(profile.name for profile in profiles)
    return (
        f"the required column {', '.join(needed)} of {table.name} is not in the header (read with profile {tried}); "
        f"{hint}. Name the header in a profile and pass --profile; rulings profile PATH drafts one"
    )


def _nearest(column: str, headers: Sequence[str], table: Table, profiles: Sequence[Profile]) -> str:
    """Return the header nearest to any spelling of a column, with that spelling."""
    spellings = dict.fromkeys(
        [column, *(name for profile in profiles for name, to in profile.table(table.name).columns.items()
                   if to == column)]
    )  # fmt: skip
    pairs = [
        (SequenceMatcher(None, folded(header), folded(spelling)).ratio(), header, spelling)
        for header in headers for spelling in spellings
    ]  # fmt: skip
    likeness, header, spelling = max(pairs, key=lambda pair: pair[0], default=(0.0, "", ""))
    return f"{header} (like {spelling})" if likeness >= _CLOSE else ""


def _listed(headers: Sequence[str]) -> str:
    if any(_VALUE.fullmatch(header) for header in headers):
        # Values may name persons, and what is said here is written down.
        return "its first line looks like values, so the line of headers may be missing"
    more = len(headers) - _MOST_HEADERS
    return f"its headers are {', '.join(headers[:_MOST_HEADERS])}" + (f" and {more} more" if more > 0 else "")


def best_match(
    headers: tuple[str, ...], table: Table, profiles: tuple[Profile, ...], *, is_whole: bool = True
) -> tuple[Profile, HeaderMatch]:
    """Choose the profile that explains most headers of a file.

    Args:
        headers: The headers of the file.
        table: The table that it belongs to.
        profiles: The candidates, in order of preference.
        is_whole: Whether the required columns must be there.

    Returns:
        The profile and the match.

    Raises:
        ProfileError: None of them gives the required columns.
    """
    found: list[tuple[Profile, HeaderMatch]] = []
    refusals: list[ProfileError] = []
    for profile in profiles:
        try:
            found.append((profile, match_headers(headers, table, profile, is_whole=is_whole)))
        except ProfileError as error:
            refusals.append(error)
    if found:
        return max(found, key=lambda pair: len(pair[1].columns))
    # What lacks the fewest columns is what was most likely meant.
    missing = [error.needed for error in refusals if isinstance(error, MissingColumnsError)]
    if len(missing) < len(refusals):
        raise next(error for error in refusals if not isinstance(error, MissingColumnsError))
    raise MissingColumnsError(missing_words(min(missing, key=len), headers, table, profiles), min(missing, key=len))
