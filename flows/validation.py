"""The validation stage: the suites over the staged rows in force, and over the scores."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from expectations.engine import Resources, gate, validate, validate_parts
from expectations.ingest_counts import counts_view
from expectations.model import ExpectationResult, Parameters, Part, Suite
from expectations.suites import ALL_SUITES, EXPORT_SUITES, SCORE_SUITES
from flows.accounts import Books, counts_by_table
from flows.checked import CheckedPart, cut_for_checks, read_checked, write_checked
from flows.errors import RunError
from flows.executor import THREADS, executor_of
from flows.files import let_duckdb_read, write_parquet_atomically
from flows.publish import folder_in_force
from flows.resolve import CHILDREN, Resolved
from flows.scoring import Scored
from flows.settings import Settings
from flows.storage import Place
from transforms.ingest.parse import ROW
from transforms.ingest.partition import HOME, ORPHANS
from transforms.ingest.versions import FILE
from transforms.registry import INPUT_TABLES, Table

_NAMES_SHOWN = 5


def validate_staged(
    resolved: Resolved, books: Books, settings: Settings, work: Path, kept_in: Place | None = None
) -> list[ExpectationResult]:
    """Check the rows in force before they are scored.

    Args:
        resolved: The rows in force.
        books: The accounts of the run.
        settings: The run's settings.
        work: Scratch folder of the run.
        kept_in: Where it is noted what was counted, so that the next run need not count it again.

    Returns:
        The results of all checks.

    Raises:
        RunError: A stopping check fails.
    """
    folder = work if settings.executor == THREADS else settings.layout.shared / "validate"
    _write_moved(resolved, folder)
    views = {name: _view(resolved, table, folder) for name, table in INPUT_TABLES.items() if _has_rows(resolved, name)}
    views["ingest_counts"] = counts_view(counts_by_table(books, resolved))
    if settings.executor == THREADS:
        results = _new_results(views, resolved, settings, work, kept_in)
    else:
        results = _results(views, EXPORT_SUITES, settings, work)
    _stop(results)
    return results


def _new_results(
    views: Mapping[str, str], resolved: Resolved, settings: Settings, work: Path, kept_in: Place | None
) -> list[ExpectationResult]:
    """Check the rows that are new, and add what was counted of the others."""
    parts = _parts(resolved, settings)
    by_table, parameters = _by_table(parts, resolved, work), _parameters(settings.started_at)
    outcome = validate_parts(views, EXPORT_SUITES, parameters, _resources(settings, work), by_table)
    if kept_in is not None:
        counted = {key: dict(counts) for key, counts in outcome.counted.items()}
        write_checked(kept_in, [replace(part, counts=counted.get(part.key)) for part in parts], settings.started_at)
    return outcome.results


def _parts(resolved: Resolved, settings: Settings) -> tuple[CheckedPart, ...]:
    """Cut the staged tables into parts, with what is known of them from the release in force."""
    before = () if settings.full else read_checked(folder_in_force(settings.layout), settings.started_at)
    return cut_for_checks(resolved, _parameters(settings.started_at), before)


def _by_table(parts: Sequence[CheckedPart], resolved: Resolved, folder: Place) -> dict[str, list[Part]]:
    """Write the parts as SQL; their rows are looked up in the disputes of their months."""
    by_table: dict[str, list[Part]] = {}
    for part in parts:
        months = tuple(part.months)
        view = _view(resolved, INPUT_TABLES[part.table], folder, months)
        parents = _view(resolved, INPUT_TABLES["disputes"], folder, months) if part.table in CHILDREN else ""
        by_table.setdefault(part.table, []).append(Part(part.key, view, part.counts, parents))
    return by_table


def validate_scores(scored: Scored, settings: Settings, work: Path) -> list[ExpectationResult]:
    """Check the scores before they are published.

    Raises:
        RunError: A stopping check fails.
    """
    views = {
        name: f"select * from read_parquet({_listed(scored.paths(name))})"
        for name in ("disputes", "factor_scores")
        if scored.paths(name)
    }
    results = _results(views, SCORE_SUITES, settings, work)
    _stop(results)
    return results


def results_frame(results: list[ExpectationResult]) -> pl.DataFrame:
    """Return the results as a frame, for ``meta.expectations``."""
    schema = {
        "table_name": pl.String(),
        "expectation": pl.String(),
        "column_name": pl.String(),
        "severity": pl.String(),
        "success": pl.Boolean(),
        "n_checked": pl.Int64(),
        "n_unexpected": pl.Int64(),
        "observed": pl.String(),
    }
    return pl.DataFrame([{name: getattr(result, name) for name in schema} for result in results], schema=schema)


def _stop(results: list[ExpectationResult]) -> None:
    sentences = gate(results)
    if sentences:
        more = f" (and {len(sentences) - _NAMES_SHOWN} more)" if len(sentences) > _NAMES_SHOWN else ""
        raise RunError("the data failed validation, nothing is published. " + " ".join(sentences[:_NAMES_SHOWN]) + more)


def _results(
    views: Mapping[str, str], suites: Sequence[Suite], settings: Settings, work: Path
) -> list[ExpectationResult]:
    """Check all tables in one database, or each by a worker of a cluster."""
    if settings.executor == THREADS:
        return validate(views, suites, _parameters(settings.started_at), _resources(settings, work))
    executor = executor_of(settings.executor, settings.threads)
    names = [suite.table.name for suite in suites]
    done = executor.start("validate", partial(_results_of_one, views=views, settings=settings), names)()
    return sorted((one for each in done for one in each), key=lambda one: (one.table_name, one.expectation))


def _results_of_one(name: str, views: Mapping[str, str], settings: Settings) -> list[ExpectationResult]:
    suites = [suite for suite in ALL_SUITES if suite.table.name == name]
    work = settings.layout.work
    work.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="validate-", dir=work) as spill:
        return validate(views, suites, _parameters(settings.started_at), _resources(settings, Path(spill)))


def _parameters(as_of: datetime) -> Parameters:
    return Parameters(as_of=as_of)


def _resources(settings: Settings, work: Path) -> Resources:
    return Resources(
        f"{settings.memory_gib}GiB",
        settings.threads,
        work / "spill",
        partial(let_duckdb_read, root=settings.layout.root),
    )


def _has_rows(resolved: Resolved, table: str) -> bool:
    adopted = resolved.adopted.get(table)
    return bool(resolved.paths(table)) or (adopted is not None and adopted.height > 0)


def _write_moved(resolved: Resolved, folder: Place) -> None:
    """Write which rows left force or were adopted, for the views."""
    for kind, frames in (("adopted", resolved.adopted), ("excluded", resolved.excluded)):
        for table, frame in frames.items():
            if frame.height:
                write_parquet_atomically(frame, _moved(folder, kind, table))


def _moved(folder: Place, kind: str, table: str) -> Place:
    return folder / f"{kind}-{table}.parquet"


def _view(resolved: Resolved, table: Table, folder: Place, months: tuple[str, ...] | None = None) -> str:
    """Write the rows in force of some months, or of all, as SQL over the staged Parquet."""
    columns = ", ".join(table.column_names)
    selected = f"select {columns}, {ROW}, {FILE}"
    files = [path for month in ((None,) if months is None else months) for path in resolved.paths(table.name, month)]
    parts = [f"{selected} from read_parquet({_listed(files)}, union_by_name=true)"] if files else []
    adopted = resolved.adopted.get(table.name)
    if adopted is not None and adopted.height:
        waiting, moved = resolved.paths(table.name, ORPHANS), str(_moved(folder, "adopted", table.name))
        homes = "" if months is None else f" where list_contains({_listed(list(months))}::varchar[], {HOME})"
        parts.append(
            f"{selected} from read_parquet({_listed(waiting)}, union_by_name=true) as waiting"
            f" semi join (from read_parquet({_listed([moved])}){homes}) using ({FILE}, {ROW})"
        )
    rows = " union all ".join(parts) or _nothing(table)
    excluded = resolved.excluded.get(table.name)
    if excluded is not None and excluded.height:
        moved = str(_moved(folder, "excluded", table.name))
        return f"select {columns} from ({rows}) anti join read_parquet({_listed([moved])}) using ({FILE}, {ROW})"
    return f"select {columns} from ({rows})"


def _nothing(table: Table) -> str:
    columns = ", ".join(f"null::{column.kind.duckdb} as {column.name}" for column in table.columns)
    return f"select {columns}, null::bigint as {ROW}, null::varchar as {FILE} where false"


def _listed(paths: list[str]) -> str:
    quoted = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return f"[{quoted}]"
