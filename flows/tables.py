"""Tables for a terminal."""

import io
import shutil

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

#: The narrowest terminal that tables are made for, and the widest that they fill.
_NARROW, _WIDE = 80, 140
_REASONS_SHOWN = 3


def files_table(files: pl.DataFrame, reasons: pl.DataFrame) -> str:
    """Lay out what became of each file's rows.

    Args:
        files: One row per delivered file, as in ``meta.files``.
        reasons: ``file_id``, ``rule``, ``column_name`` and ``rows`` of what is set aside, the commonest first.

    Returns:
        The table as text, as wide as the terminal, and no wider than 80 columns where there is none.
    """
    table = Table(title="Files", title_justify="left")
    table.add_column("file", overflow="fold", ratio=3)
    for name in ("rows in", "loaded", "set aside"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("why", overflow="fold", ratio=3)
    by_file = reasons.partition_by("file_id", as_dict=True, include_key=False)
    for row in files.iter_rows(named=True):
        loaded = row["rows_in"] - row["quarantined"] - row["duplicates"] - row["superseded"]
        counts = (f"{count:,}" for count in (row["rows_in"], loaded, row["quarantined"]))
        own = by_file.get((row["file_id"],)) if row["status"] == "loaded" else None
        # Plain text: a file may be called like markup.
        table.add_row(Text(row["file"]), *counts, Text("\n".join(_why(row, own))))
    return rendered(table)


def _why(row: dict[str, object], reasons: pl.DataFrame | None) -> list[str]:
    """Say what became of the rows that were not loaded, and what else there is to say of a file."""
    if row["status"] != "loaded":
        return [str(row["note"]) or str(row["status"]).replace("_", " ")]
    said: list[str] = []
    if reasons is not None:
        counted = reasons.select("rule", "column_name", "rows").rows()
        said = [f"{rows:,} {rule} {column}".rstrip() for rule, column, rows in counted]
    lines = said[:_REASONS_SHOWN] + (
        [f"{len(said) - _REASONS_SHOWN} more reasons"] if len(said) > _REASONS_SHOWN else []
    )
    lines += [f"{row[fate]:,} {fate}" for fate in ("duplicates", "superseded") if row[fate]]
    return [*lines, str(row["note"])] if row["note"] else lines


def rendered(table: Table) -> str:
    """Return a table as text without colours, trimmed."""
    width = min(max(shutil.get_terminal_size((_NARROW, 24)).columns, _NARROW), _WIDE)
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(table)
    text = console.file.getvalue() if isinstance(console.file, io.StringIO) else ""
    return "\n".join(line.rstrip() for line in text.splitlines())
