"""Loading what was set aside, once it was mended: what `rulings replay` says of it."""

import polars as pl

from flows.publish import current_run, database_in_force
from flows.settings import Layout
from flows.storage import Place


def n_set_aside(layout: Layout) -> int:
    """Count the rows that are set aside in the release in force; none before the first.

    Args:
        layout: The data directory.
    """
    if current_run(layout) is None:
        return 0
    import duckdb  # noqa: PLC0415 - takes time to load

    with duckdb.connect(str(database_in_force(layout)), read_only=True) as connection:
        (count,) = connection.execute("select coalesce(sum(quarantined), 0) from meta.files").fetchall()[0]
    return int(count)


def replay_text(before: int, files: pl.DataFrame, inbox: Place) -> str:
    """Say what became of the rows that were set aside.

    Args:
        before: How many there were.
        files: One row per delivered file, as in ``meta.files``.
        inbox: Where files are delivered.

    Returns:
        Lines of text.
    """
    waiting = files.filter(pl.col("quarantined") > 0)
    lines = [f"Set aside before: {before:,} rows; now: {waiting['quarantined'].sum():,}."]
    gone = [name for name, batch in waiting.select("file", "batch").rows() if not _is_here(inbox, name, batch)]
    if gone:
        lines.append(
            f"Not read again, because no longer in {inbox}: {', '.join(gone)}. "
            "Put the file back, as it was or corrected, and run rulings replay again."
        )
    return "\n".join(lines)


def _is_here(inbox: Place, name: str, batch: str) -> bool:
    """Tell whether a file is still there; what was in an archive, or is a sheet, lies below what was delivered."""
    places = (inbox / name, (inbox / name).parent, inbox / batch)
    return any(place.is_file() for place in places)
