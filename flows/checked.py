"""What earlier runs have checked: counts of parts of the staged tables, kept beside the database of a release.

A part is a group of months. Its counts hold as long as the same rows are in force there, and the same disputes; any
change of what decides that gives a month another key, and its group is checked again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from types import MappingProxyType

import polars as pl

from expectations.engine import text_slices
from expectations.model import Counts, Parameters
from flows.files import write_json_atomically
from flows.resolve import CHILDREN, Resolved
from flows.scored_cache import content_hash, staged_files
from flows.storage import Place
from flows.versions import code_version

CHECKED = "checked.json"
#: Rows of a part, about: fewer parts cost less to check at once, smaller ones less to check again.
MOST_CHECKED: Mapping[str, int] = MappingProxyType(
    {
        "disputes": 400_000,
        "evidence": 2_000_000,
        "violations": 2_000_000,
        "messages": 3_000_000,
        "reputation": 1_500_000,
    }
)
_KEY_BYTES = 16


@dataclass(frozen=True)
class CheckedPart:
    """Months of a table that are checked together.

    Attributes:
        table: Name of the table.
        months: Key of each month, see ``month_keys``.
        counts: What was counted, by what was counted; None: nothing yet.
    """

    table: str
    months: dict[str, str]
    counts: dict[str, Counts] | None = None

    @property
    def key(self) -> str:
        """Name of its rows and all that decides what is found in them."""
        return _hash((self.table, sorted(self.months.items())))


def month_keys(resolved: Resolved, parameters: Parameters) -> dict[str, dict[str, str]]:
    """Name the rows of each table and month after everything that decides what the checks find in them.

    Args:
        resolved: The rows in force.
        parameters: Of which messages the texts are searched.

    Returns:
        By table and month hexadecimal digits; those of rows that belong to disputes change with the disputes.
    """
    tables = ("disputes", *CHILDREN, "reputation")
    keys: dict[str, dict[str, str]] = {table: {} for table in tables}
    months = {table: resolved.months_of(table) for table in tables}
    texts = text_slices(resolved.n_in_force("messages"), parameters)
    for month in sorted({month for listed in months.values() for month in listed}):
        here = resolved.of_month(month)
        own = {table: _state(here, table, month) for table in tables}
        for table in (table for table in tables if month in months[table]):
            parents = own["disputes"] if table in CHILDREN else ""
            keys[table][month] = _hash((own[table], parents, texts if table == "messages" else 1))
    return keys


def cut_for_checks(
    resolved: Resolved,
    parameters: Parameters,
    before: Iterable[CheckedPart] = (),
    most_rows: Mapping[str, int] = MOST_CHECKED,
) -> tuple[CheckedPart, ...]:
    """Cut the staged tables into parts, so that those that were checked before stay as they are.

    Args:
        resolved: The rows in force.
        parameters: Of which messages the texts are searched.
        before: The parts that were checked before.
        most_rows: Rows that a part has at most, about.

    Returns:
        The parts, each month of a table in one of them.
    """
    parts: list[CheckedPart] = []
    for table, keys in month_keys(resolved, parameters).items():
        kept = [part for part in before if part.table == table and part.months.items() <= keys.items()]
        done = {month for part in kept for month in part.months}
        sizes = {month: resolved.n_staged(table, month) for month in sorted(keys.keys() - done)}
        new = [
            CheckedPart(table, {month: keys[month] for month in group}) for group in grouped(sizes, most_rows[table])
        ]
        parts += [*kept, *new]
    return tuple(parts)


def grouped(sizes: Mapping[str, int], most: int) -> list[list[str]]:
    """Put neighbours together until they have so many rows.

    Args:
        sizes: Rows of each month, in order.
        most: Rows that a group has at most, unless a month has more.

    Returns:
        The months of each group.
    """
    groups: list[list[str]] = []
    rows = 0
    for month, size in sizes.items():
        if not groups or rows + size > most:
            groups.append([])
            rows = 0
        groups[-1].append(month)
        rows += size
    return groups


def read_checked(release: Place, as_of: datetime) -> tuple[CheckedPart, ...]:
    """Read what was checked for a release; nothing where another program did it, or a clock that was ahead.

    Args:
        release: Folder of the release.
        as_of: The moment of this run.
    """
    path = release / CHECKED
    if not path.is_file():
        return ()
    said = json.loads(path.read_text(encoding="utf-8"))
    if said["made_by"] != _made_by() or datetime.fromisoformat(said["as_of"]) > as_of:
        return ()
    return tuple(
        CheckedPart(part["table"], part["months"], {name: (n, broken) for name, (n, broken) in part["counts"].items()})
        for part in said["parts"]
    )


def write_checked(release: Place, parts: Sequence[CheckedPart], as_of: datetime) -> None:
    """Write what was checked beside the database of a release; it holds counts and no row."""
    listed = [asdict(part) for part in parts if part.counts is not None]
    write_json_atomically(release / CHECKED, {"made_by": _made_by(), "as_of": as_of.isoformat(), "parts": listed})


def _made_by() -> str:
    return f"{code_version()} duckdb {version('duckdb')} great_expectations {version('great_expectations')}"


def _state(here: Resolved, table: str, month: str) -> str:
    """Hash what decides which rows of a month are in force."""
    moved = (frames.get(table, pl.DataFrame()) for frames in (here.excluded, here.adopted))
    return _hash((staged_files(here, table, month), [content_hash(rows) if rows.height else "" for rows in moved]))


def _hash(value: object) -> str:
    return hashlib.blake2b(repr(value).encode(), digest_size=_KEY_BYTES).hexdigest()
