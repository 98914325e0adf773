"""A dry run: what would be loaded and what set aside, without keeping anything."""

import tempfile
from dataclasses import replace
from pathlib import Path

import polars as pl
from polars.exceptions import ComputeError
from rich.table import Table
from rich.text import Text

from flows.accounts import make_books, reasons_by_file, set_aside
from flows.ingest.archives import is_archive, shown
from flows.ingest.ledger import StagedGoneError, make_ledger, read_deliveries
from flows.ingest.run import ingest, known_homes
from flows.keys import load_key
from flows.publish import folder_in_force
from flows.resolve import Resolved, resolve
from flows.settings import Layout, Settings, make_settings, read_limits, read_policies
from flows.storage import Place
from flows.tables import files_table, rendered

_UNKNOWN = (
    "What {} holds cannot be read just now, perhaps because a run is at work there; rows that belong to a dispute "
    "loaded before count as set aside above. Check again once it has ended."
)


def check_path(path: Path, profile: str | None, data: Place | None = None) -> str:
    """Stage a batch or an inbox in a temporary folder and describe the result.

    Args:
        path: A batch (folder, archive or file) or an inbox.
        profile: Name or path of a profile, or None.
        data: The data directory whose settings hold, and whose release tells which columns and disputes there were;
            None for none.

    Returns:
        A table of files and a table of reasons.

    Raises:
        RunError: A file cannot be read, or the columns of its table are frozen and it has others than the release in
            force.
    """
    with tempfile.TemporaryDirectory(prefix="rulings-check-") as scratch:
        settings = settings_of(path.resolve(), Path(scratch) / "data", profile)
        published, unknown = None, ""
        if data:
            settings = replace(settings, limits=read_limits(data), policies=read_policies(data))
            try:
                published = make_ledger(Layout(data), read_deliveries(folder_in_force(Layout(data))))
            except StagedGoneError:
                unknown = _UNKNOWN.format(data)
        ledger = ingest(settings, load_key(settings.layout), columns_of=published)
        resolved = resolve(ledger, settings.layout)
        if data and published:
            try:
                resolved = _without_known(resolved, known_homes(published, Layout(data)))
            except (OSError, ComputeError):
                # So Polars says that files are gone; a check waits for no run, and a run clears folders and forgets.
                unknown = _UNKNOWN.format(data)
        books = make_books(resolved)
        tables = (
            files_table(books.files, reasons_by_file(resolved, books)),
            _reasons_table(set_aside(resolved, books)),
        )
        return "\n".join([*tables, *([unknown] if unknown else [])])


def _without_known(resolved: Resolved, homes: pl.LazyFrame) -> Resolved:
    """Let no row wait for a dispute that was loaded before."""
    known = homes.select("dispute_id")
    orphans = {
        table: waiting.lazy()
        .join(known, on="dispute_id", how="anti", maintain_order="left")
        .collect(engine="streaming")
        if waiting.height
        else waiting
        for table, waiting in resolved.orphans.items()
    }
    return replace(resolved, orphans=orphans)


def settings_of(path: Path, data: Path, profile: str | None) -> Settings:
    """A folder that holds folders or archives is an inbox; anything else is a batch among others in its folder."""
    if path.is_dir() and any(each.is_dir() or is_archive(each.name) for each in path.iterdir()):
        return make_settings(data, path, profile)
    return replace(make_settings(data, path.parent, profile), batch=path.name)


def _reasons_table(rows: pl.DataFrame) -> str:
    if rows.is_empty():
        return "No row would be set aside."
    table = Table(title="Rows that would be set aside", title_justify="left")
    for name in ("file", "rule", "column", "rows", "first row", "example"):
        table.add_column(name, overflow="fold")
    grouped = rows.group_by("file", "rule", "column_name", maintain_order=True).agg(
        pl.len(), pl.col("row_number", "got", "reason_en").first()
    )  # fmt: skip
    for file, rule, column, count, first, example in grouped.drop("reason_en").iter_rows():
        # Plain text: what stands in a file is no markup, whatever it looks like.
        cells = (file, rule, column, f"{count:,}", str(first), example or "")
        table.add_row(*(Text(shown(cell)) for cell in cells))
    reasons = grouped.select("rule", "reason_en").unique(maintain_order=True).rows()
    return "\n".join([rendered(table), "What to do:", *(f"  {rule}: {reason}" for rule, reason in reasons)])
