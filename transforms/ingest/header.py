"""Which row of a table has the headers, and whether they can be used."""

import re
from collections import Counter
from collections.abc import Sequence

from transforms.ingest.folding import folded
from transforms.ingest.parse import ROW
from transforms.registry import Table

#: A longer header is a text that came into the wrong place.
LONGEST_NAME = 255
_LEAST_KNOWN = 2
_NUMBER_OR_DATE = re.compile(r"[-+]?[\d.,:/年月日T\s-]+|")


def known_headers(table: Table, spellings: Sequence[str]) -> frozenset[str]:
    """Return the headers by which a header row is known: names and Chinese labels of columns, and others.

    Args:
        table: The table.
        spellings: Further headers, as a profile names them.
    """
    own = [name for column in table.columns for name in (column.name, column.label.zh)]
    return frozenset(map(folded, (*own, *spellings)))


def header_place(rows: Sequence[Sequence[str]], known: frozenset[str]) -> int:
    """Find the header of a text file: its first row, unless that knows no header and a later one knows several.

    Args:
        rows: The first rows.
        known: Headers, folded.

    Returns:
        The place of the header.
    """
    counts = [len({folded(cell) for cell in row} & known) for row in rows]
    if not counts or counts[0]:
        return 0
    return next((place for place, count in enumerate(counts) if count >= _LEAST_KNOWN), 0)


def sheet_header_place(rows: Sequence[Sequence[str]], known: frozenset[str]) -> int | None:
    """Find the header of a sheet, which titles and blank rows may stand above.

    Args:
        rows: The first rows, an empty text for an empty cell.
        known: Headers, folded.

    Returns:
        The place of the row with most known headers; where no row knows any, that of the first with nothing but texts
        in at least half as many cells as the fullest row has; None if there is no row with anything in it.
    """
    filled = [[cell for cell in row if cell.strip()] for row in rows]
    most = max(map(len, filled), default=0)
    if not most:
        return None
    counts = [len({folded(cell) for cell in row} & known) for row in rows]
    if max(counts) >= min(_LEAST_KNOWN, most):
        return counts.index(max(counts))
    likely = (place for place, row in enumerate(filled) if 2 * len(row) >= most and _are_names(row))
    return next(likely, next(place for place, row in enumerate(filled) if row))


def _are_names(cells: Sequence[str]) -> bool:
    return len(set(cells)) == len(cells) and not any(_NUMBER_OR_DATE.fullmatch(cell.strip()) for cell in cells)


def usable_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Make names of header cells: one without a name, or with that of our row numbers, is named after its place."""
    return tuple(
        f"column_{place}" if name in {"", ROW} else literal_name(name) for place, name in enumerate(cells, start=1)
    )


def literal_name(name: str) -> str:
    """Change a name that Polars would take for a pattern, ``*`` or ``^a.*$``."""
    return f"column {name}" if name == "*" or (name.startswith("^") and name.endswith("$")) else name


def header_fault(names: Sequence[str], most: int) -> str | None:
    """Say what makes headers unusable.

    Args:
        names: The headers.
        most: How many there may be.

    Returns:
        The rest of a sentence that begins with the file; None if they can be used.
    """
    if not names:
        return "has no columns; deliver the table with its headers"
    if len(names) > most:
        return f"has {len(names):,} columns; at most {most:,} are read (columns in the settings)"
    if any(len(name) > LONGEST_NAME for name in names):
        return f"has a header of more than {LONGEST_NAME} characters; give its columns names"
    repeated = sorted(name for name, count in Counter(names).items() if count > 1)
    if repeated:
        return f"names the column {', '.join(repeated[:3])} twice; keep one of them"
    return None
