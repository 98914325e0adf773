"""The validation stage: the suites over the staged rows in force, and over the scores."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from expectations.engine import Resources, gate, validate
from expectations.ingest_counts import counts_view
from expectations.model import ExpectationResult, Parameters, Suite
from expectations.suites import ALL_SUITES, EXPORT_SUITES, SCORE_SUITES
from flows.accounts import Books, counts_by_table
from flows.errors import RunError
from flows.executor import THREADS, executor_of
from flows.files import let_duckdb_read, write_parquet_atomically
from flows.resolve import Resolved
from flows.scoring import Scored
from flows.settings import Settings
from flows.storage import Place
from transforms.ingest.parse import ROW
from transforms.ingest.partition import ORPHANS
from transforms.ingest.versions import FILE
from transforms.registry import INPUT_TABLES, Table

_NAMES_SHOWN = 5


def validate_staged(resolved: Resolved, books: Books, settings: Settings, work: Path) -> list[ExpectationResult]:
    """Check the rows in force before they are scored.

    Args:
        resolved: The rows in force.
        books: The accounts of the run.
        settings: The run's settings.
        work: Scratch folder of the run.

    Returns:
        The results of all checks.

    Raises:
        RunError: A stopping check fails.
    """
    folder = work if settings.executor == THREADS else settings.layout.shared / "validate"
    views = {name: _view(resolved, table, folder) for name, table in INPUT_TABLES.items() if _has_rows(resolved, name)}
    views["ingest_counts"] = counts_view(counts_by_table(books, resolved))
    results = _results(views, EXPORT_SUITES, settings, work)
    _stop(results)
    return results


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


def _view(resolved: Resolved, table: Table, folder: Place) -> str:
    """Write the rows in force as SQL over the staged Parquet."""
    columns = ", ".join(table.column_names)
    selected, files = f"select {columns}, {ROW}, {FILE}", resolved.paths(table.name)
    parts = [f"{selected} from read_parquet({_listed(files)}, union_by_name=true)"] if files else []
    adopted = resolved.adopted.get(table.name)
    if adopted is not None and adopted.height:
        waiting = _listed(resolved.paths(table.name, ORPHANS))
        parts.append(
            f"{selected} from read_parquet({waiting}, union_by_name=true) as waiting"
            f" semi join {_as_parquet(adopted, folder, f'adopted-{table.name}')} using ({FILE}, {ROW})"
        )
    rows = " union all ".join(parts)
    excluded = resolved.excluded.get(table.name)
    if excluded is not None and excluded.height:
        path = _as_parquet(excluded, folder, f"excluded-{table.name}")
        return f"select {columns} from ({rows}) anti join {path} using ({FILE}, {ROW})"
    return f"select {columns} from ({rows})"


def _as_parquet(frame: pl.DataFrame, folder: Place, name: str) -> str:
    path = folder / f"{name}.parquet"
    write_parquet_atomically(frame, path)
    return f"read_parquet({_listed([str(path)])})"


def _listed(paths: list[str]) -> str:
    quoted = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return f"[{quoted}]"
