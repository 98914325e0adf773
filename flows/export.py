"""Hand-outs: marts as workbook, CSV or Parquet, charts as SVG or PNG; small cells left out, formulas made harmless."""

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from flows.errors import UsageError
from flows.files import empty_folder
from flows.publish import current_run, database_in_force
from flows.report.chart_files import chart_files
from flows.report.data import read_release
from flows.report.disclosure import disclose
from flows.report.suppression import K
from flows.settings import Layout
from flows.small_cells import suppressed
from transforms.china import TIME_ZONE
from transforms.registry import OUTPUT_TABLES, Table

if TYPE_CHECKING:
    import xlsxwriter

#: Forms in which the charts of the report are written, not the marts.
CHARTS = ("svg", "png")
WORKBOOK = "rulings.xlsx"
#: What a spreadsheet may take for the start of a formula.
FORMULA_STARTS = tuple("=+-@\t\r\n\x00＝＋－＠")
_WIDEST, _NARROWEST = 60, 8
_ABOUT = "about"
_DEFINITIONS = "columns"


def export(layout: Layout, names: Sequence[str], form: str, out: Path, *, unsafe: bool = False) -> list[Path]:
    """Write marts of the release in force.

    Args:
        layout: The data directory.
        names: Marts by name, with or without ``marts.``, or keys of charts; empty for all.
        form: ``xlsx``, ``csv``, ``parquet``, or of charts one of `CHARTS`.
        out: A folder; files of the same name in it are replaced.
        unsafe: Also write cells of fewer than ten disputes.

    Returns:
        The files that were written.

    Raises:
        RunError: There is no release.
        UsageError: There is no such mart or chart, or the folder is a file.
    """
    database = database_in_force(layout)
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; name a folder for what is written")
    if form in CHARTS:
        return chart_files(read_release(database), names, form, out)
    tables = [_table(name) for name in names] or [table for table in OUTPUT_TABLES.values() if table.schema == "marts"]
    frames = list(_frames(database, tables, unsafe=unsafe))
    out.mkdir(parents=True, exist_ok=True)
    if form == "xlsx":
        return [_write_workbook(out / WORKBOOK, frames, layout, unsafe=unsafe)]
    return [_write_file(out, table, frame, form) for table, frame in frames]


def _table(name: str) -> Table:
    marts = {table.name: table for table in OUTPUT_TABLES.values() if table.schema == "marts"}
    found = marts.get(name.removeprefix("marts."))
    if found is None:
        near = difflib.get_close_matches(name, marts, n=3, cutoff=0.3) or sorted(marts)
        raise UsageError(f"there is no mart {name}; the closest are {', '.join(near)}")
    return found


def _frames(database: Path, tables: Sequence[Table], *, unsafe: bool) -> Iterator[tuple[Table, pl.DataFrame]]:
    import duckdb  # noqa: PLC0415 - takes time to load

    data = read_release(database)
    disclosure = disclose(data)
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        for table in tables:
            frame = connection.sql(f"select * from {table.full_name}").pl()
            yield table, frame if unsafe else suppressed(frame, table, data, disclosure)


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before text that a spreadsheet could take for a formula."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    return frame.with_columns(
        pl.when(pl.any_horizontal(pl.col(name).str.starts_with(start) for start in FORMULA_STARTS))
        .then("'" + pl.col(name))
        .otherwise(name)
        .alias(name)
        for name in texts
    )


def _write_file(out: Path, table: Table, frame: pl.DataFrame, form: str) -> Path:
    path = out / f"{table.name}.{form}"
    if form == "parquet":
        frame.write_parquet(path)
    else:
        # With a byte order mark, without which Excel takes Chinese for something else.
        path.write_bytes(b"\xef\xbb\xbf" + harmless(frame).write_csv().encode())
    return path


def _write_workbook(path: Path, frames: Sequence[tuple[Table, pl.DataFrame]], layout: Layout, *, unsafe: bool) -> Path:
    with _workbook(path) as book:
        _sheet(book, _ABOUT, _about(layout, unsafe=unsafe))
        for table, frame in frames:
            _sheet(book, table.name[:31], harmless(frame))
        _sheet(book, _DEFINITIONS, _definitions([table for table, _ in frames]))
    return path


@contextmanager
def _workbook(path: Path) -> "Iterator[xlsxwriter.Workbook]":
    import xlsxwriter  # noqa: PLC0415 - only here

    scratch = empty_folder(path.with_name(f".{path.name}.scratch"))
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": str(scratch)}
    book = xlsxwriter.Workbook(path, options)
    # A fixed date, so that the same release gives the same bytes.
    book.set_properties({"title": "Ruling analytics", "created": datetime(2026, 1, 1)})  # noqa: DTZ001 - Excel's own
    try:
        yield book
    finally:
        book.close()
        scratch.rmdir()


def _sheet(book: "xlsxwriter.Workbook", name: str, frame: pl.DataFrame) -> None:
    bold = book.add_format({"bold": True, "bottom": 1})
    formats = {column: book.add_format({"num_format": form}) for column, form in _formats(frame).items()}
    sheet = book.add_worksheet(name)
    for place, column in enumerate(frame.columns):
        sheet.set_column(place, place, _width(frame[column]), formats.get(column))
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, frame.columns, bold)
    for line, row in enumerate(_cells(frame), start=1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(line, place, value)
            elif value is not None:
                sheet.write(line, place, value)
    if frame.height:
        sheet.autofilter(0, 0, frame.height, frame.width - 1)


def _formats(frame: pl.DataFrame) -> dict[str, str]:
    forms: dict[Any, str] = {pl.Float64: "0.0000", pl.Date: "yyyy-mm-dd"}
    found = {name: forms[type(dtype)] for name, dtype in frame.schema.items() if type(dtype) in forms}
    times = {name: "yyyy-mm-dd hh:mm" for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime)}
    shares = {name: "0.0%" for name in frame.columns if name == "share" or name.startswith("share_")}
    return {**found, **times, **shares}


def _cells(frame: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Rows with what Excel has: no time zones, decimals as numbers, no numbers that are none."""
    fitted = frame.with_columns(
        pl.selectors.datetime(time_zone="*").dt.convert_time_zone(TIME_ZONE).dt.replace_time_zone(None),
        pl.selectors.decimal().cast(pl.Float64),
    )
    return fitted.with_columns(pl.selectors.float().fill_nan(None)).iter_rows()


def _width(values: pl.Series) -> int:
    longest = values.cast(pl.String, strict=False).str.len_chars().max() if values.len() else 0
    return max(_NARROWEST, len(values.name) + 2, min(int(longest or 0) + 2, _WIDEST))  # type: ignore[arg-type] # a length


def _about(layout: Layout, *, unsafe: bool) -> pl.DataFrame:
    small = "shown 已显示" if unsafe else f"groups of fewer than {K} disputes are left out 少于 {K} 起的分组不显示"
    rows = {
        "release 版本": current_run(layout) or "",
        "small cells 小样本": small,
        "what the numbers say 说明": "association after adjustment, not cause 调整后的相关，不是因果",
        "columns 列含义": f"sheet {_DEFINITIONS} 见 {_DEFINITIONS} 工作表",
    }
    return pl.DataFrame({"about 说明": list(rows), "value 内容": list(rows.values())})


def _definitions(tables: Sequence[Table]) -> pl.DataFrame:
    rows = [
        (table.name, column.name, column.kind.duckdb, column.unit, column.label.en, column.label.zh)
        for table in tables
        for column in table.columns
    ]
    names = ("table", "column", "type", "unit", "meaning", "含义")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String()), orient="row")
