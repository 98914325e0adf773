"""Reading the release in force by rows: times in China, text that a terminal can show."""

import math
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from transforms.china import TIME_ZONE
from transforms.registry import Kind, Table

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]
CHINA: Final = timezone(timedelta(hours=8))
# Controls, direction and other format characters, lone surrogates: nothing that a reader sees, much that a terminal
# obeys.
_UNSEEN: Final = {"Cc", "Cf", "Cs"}


def rows(connection: "duckdb.DuckDBPyConnection", query: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
    """Run a query and return its rows by column name, with clean values."""
    found = connection.execute(query, dict(parameters or {}))
    names = [column[0] for column in found.description or []]
    return [{name: _value(value) for name, value in zip(names, row, strict=True)} for row in found.fetchall()]


def columns_of(table: Table, *left_out: str) -> str:
    """List the declared columns of a table for a select, times as they are in China."""
    listed = [
        f"timezone('{TIME_ZONE}', {column.name}) as {column.name}" if column.kind is Kind.TIMESTAMP else column.name
        for column in table.columns
        if column.name not in left_out
    ]
    return ", ".join(listed)


def clean(text: str) -> str:
    """Make text from the data safe for one line of a terminal.

    White space of any kind becomes one space; control, direction and format characters are left out.
    """
    return " ".join("".join(" " if each.isspace() else each for each in text if _is_seen(each)).split())


def _is_seen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in _UNSEEN


def _value(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=CHINA)
    if isinstance(value, Decimal):
        return float(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
