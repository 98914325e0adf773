"""Tables for a terminal."""

import io

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH = 110


def files_table(files: pl.DataFrame) -> str:
    """Lay out what became of each file's rows.

    Args:
        files: One row per delivered file with ``file``, ``status``, ``rows_in`` and the fates of its rows.

    Returns:
        The table as text.
    """
    table = Table(title="Files", title_justify="left")
    table.add_column("file", overflow="fold")
    table.add_column("status")
    for name in ("rows in", "loaded", "set aside", "duplicates", "superseded"):
        table.add_column(name, justify="right")
    for row in files.iter_rows(named=True):
        fates = [row["quarantined"], row["duplicates"], row["superseded"]]
        loaded = row["rows_in"] - sum(fates)
        # Plain text: a file may be called like markup.
        table.add_row(Text(row["file"]), row["status"], *(f"{count:,}" for count in (row["rows_in"], loaded, *fates)))
    return rendered(table)


def rendered(table: Table) -> str:
    """Return a table as text without colours, trimmed."""
    console = Console(file=io.StringIO(), width=_WIDTH, color_system=None)
    console.print(table)
    text = console.file.getvalue() if isinstance(console.file, io.StringIO) else ""
    return "\n".join(line.rstrip() for line in text.splitlines())
