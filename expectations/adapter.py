"""Great Expectations on DuckDB: what it lacks for this dialect, and how suites run on it quietly.

Imported late (``expectations.engine``): the library takes seconds to load.
"""

import atexit
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias, cast

import duckdb
import duckdb_engine
import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.core import ExpectationValidationResult
from great_expectations.core.result_format import ResultFormat
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import ExecutionEngine
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.registry import get_metric_kwargs
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExecutionContext
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.engine.interfaces import DBAPICursor

from expectations.model import Check, ExpectationError

Source: TypeAlias = SQLDatasource
ROW_COUNT = "table.row_count"
NULL_COUNT = "column_values.nonnull.unexpected_count"
DISTINCT_COUNT = "column.distinct_values.count"
# The driver hooks itself into SQLAlchemy, which Great Expectations keeps alive beyond the end of the interpreter, and
# DuckDB then prints a hundred lines about leaked objects. The driver lets go of DuckDB when its names are gone; the
# classes below see to it that no object of DuckDB's stays in SQLAlchemy's caches.
atexit.register(vars(duckdb_engine).clear)
_VERDICT_ONLY: dict[str, Any] = {"result_format": {"result_format": ResultFormat.BOOLEAN_ONLY}}


@dataclass(frozen=True)
class Verdict:
    """What Great Expectations found for one check.

    Attributes:
        success: Whether it holds.
        n_checked: Rows to which it applies; None if it is about the table as a whole.
        n_unexpected: How many of them break it.
        value: What was measured, where it is not a count of rows.
        examples: What breaks it, where the check's own query says so.
    """

    success: bool
    n_checked: int | None
    n_unexpected: int
    value: object = None
    examples: tuple[str, ...] = ()


class _Cursor(duckdb_engine.CursorWrapper):  # type: ignore[misc] # untyped base
    """The driver's cursor, without DuckDB's type objects in what it says of the columns."""

    @property
    def description(self) -> list[tuple[str, None, None, None, None, None, None]] | None:
        """Names of the columns of the result; None if there is no result."""
        columns = self.__getattr__("description")
        return [(column[0], None, None, None, None, None, None) for column in columns] if columns else None


class _Connection(duckdb_engine.ConnectionWrapper):  # type: ignore[misc] # untyped base
    """The driver's connection with such cursors."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(connection)
        self._duckdb = connection

    def cursor(self) -> _Cursor:
        """A cursor of the connection."""
        return _Cursor(self._duckdb, self)


class _Counted:
    """Passes on the counts behind a verdict, without a further scan.

    The library returns counts only together with sample values, one more scan of the table for every expectation.
    For the verdict alone it asks for all counts of all expectations in one query; those are passed on here.
    """

    further_metrics: ClassVar[tuple[str, ...]] = ()

    def get_validation_dependencies(
        self, execution_engine: ExecutionEngine | None = None, *_: object, **__: object
    ) -> ValidationDependencies:
        base: Any = super()
        dependencies = base.get_validation_dependencies(execution_engine, dict(_VERDICT_ONLY))
        for name in self.further_metrics:
            kwargs = get_metric_kwargs(name, configuration=cast("Any", self).configuration)
            dependencies.set_metric_configuration(name, MetricConfiguration(metric_name=name, **_of_metric(kwargs)))
        # The library empties the result of what asked for the verdict alone.
        dependencies.result_format = {"result_format": ResultFormat.BASIC}
        return dependencies

    def _validate(
        self, metrics: dict[str, Any], *_: object, execution_engine: ExecutionEngine | None = None, **__: object
    ) -> dict[str, Any]:
        base: Any = super()
        verdict = base._validate(metrics, dict(_VERDICT_ONLY), execution_engine)
        n_checked, n_unexpected = self.counts(metrics)
        return {"success": verdict["success"], "result": {"n_checked": n_checked, "n_unexpected": n_unexpected}}

    def counts(self, metrics: Mapping[str, Any]) -> tuple[int, int]:
        """Rows to which the expectation applies, and how many of them break it; sums of no rows are None."""
        unexpected = metrics[f"{cast('Any', self).map_metric}.unexpected_count"] or 0
        return metrics[ROW_COUNT] - (metrics[NULL_COUNT] or 0), unexpected


class ExpectCountedValuesToBeInSet(_Counted, gxe.ExpectColumnValuesToBeInSet):  # type: ignore[misc] # untyped base
    """``ExpectColumnValuesToBeInSet`` with its counts; null is not looked at."""


class ExpectCountedValuesToBeBetween(_Counted, gxe.ExpectColumnValuesToBeBetween):  # type: ignore[misc] # untyped base
    """``ExpectColumnValuesToBeBetween`` with its counts; null is not looked at."""


class ExpectCountedValuesToNotBeNull(_Counted, gxe.ExpectColumnValuesToNotBeNull):  # type: ignore[misc] # untyped base
    """``ExpectColumnValuesToNotBeNull`` with its counts."""

    def counts(self, metrics: Mapping[str, Any]) -> tuple[int, int]:
        """All rows, and those that are null."""
        return metrics[ROW_COUNT], metrics[NULL_COUNT] or 0


class ExpectCountedProportionOfUniqueValuesToBeBetween(
    _Counted,
    gxe.ExpectColumnProportionOfUniqueValuesToBeBetween,  # type: ignore[misc] # untyped base
):
    """``ExpectColumnProportionOfUniqueValuesToBeBetween`` with its counts; null is not looked at."""

    further_metrics = (ROW_COUNT, NULL_COUNT, DISTINCT_COUNT)

    def counts(self, metrics: Mapping[str, Any]) -> tuple[int, int]:
        """Values, and those that repeat another one."""
        n_values = metrics[ROW_COUNT] - (metrics[NULL_COUNT] or 0)
        return n_values, n_values - (metrics[DISTINCT_COUNT] or 0)


@contextmanager
def open_source(connection: duckdb.DuckDBPyConnection) -> Iterator[Source]:
    """A data source of Great Expectations that reads through cursors of the connection.

    The context lives in memory: no files, no network, no progress bars. The library logs what it raises; we raise it.
    """
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    # The library keeps its last context until the end of the interpreter; it must not keep the connection with it.
    held = [connection]
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    source = context.data_sources.add_sql(
        name="staged",
        connection_string="duckdb:///:memory:",
        create_temp_table=False,
        kwargs={"creator": lambda: _Connection(held[0].cursor())},
    )
    # The library keeps one engine to test a data source and another to validate.
    engines: set[Engine] = {source.get_engine(), source.get_execution_engine().engine}
    for engine in engines:
        event.listen(engine, "after_cursor_execute", _buffer_rows)
    try:
        yield source
    finally:
        for engine in engines:
            engine.dispose()
        held.clear()


def judge(source: Source, relation: str, checks: Sequence[Check]) -> list[Verdict]:
    """Run checks against one table or view, all in one validation.

    Args:
        source: From ``open_source``.
        relation: Name of the table or view.
        checks: The checks; their judged columns are columns of the relation.

    Returns:
        One verdict for each check, in their order.

    Raises:
        ExpectationError: A check could not be evaluated.
    """
    batch = source.add_table_asset(relation, table_name=relation).add_batch_definition_whole_table("all").get_batch()
    suite = gx.ExpectationSuite(name=relation, expectations=[_expectation(check) for check in checks])
    outcome = batch.validate(suite, result_format=ResultFormat.COMPLETE.value)
    found = {result.expectation_config.meta["check"]: _verdict(relation, result) for result in outcome.results}
    missing = [check.name for check in checks if check.name not in found]
    if missing:
        raise ExpectationError(f"no result came back for {', '.join(missing)} of {relation}; this is a fault of ours")
    return [found[check.name] for check in checks]


def _buffer_rows(
    _connection: Connection, cursor: DBAPICursor, _sql: str, _values: object, context: ExecutionContext, _many: bool
) -> None:
    """Fetch at once, because Great Expectations closes the connection of DuckDB before it fetches.

    Without it every expectation fails with "list index out of range", which looks like bad data. No query of a suite
    returns more than a few rows.
    """
    if cursor.description:
        strategy = FullyBufferedCursorFetchStrategy(cursor, initial_buffer=cursor.fetchall())
        cast("Any", context).cursor_fetch_strategy = strategy


def _expectation(check: Check) -> Expectation:
    kind = globals().get(check.expectation) or getattr(gxe, check.expectation, None)
    if kind is None:
        raise ExpectationError(f"check {check.name} names an unknown expectation, {check.expectation}")
    column = {"column": check.judged_column} if "column" in kind.__fields__ else {}
    return kind(**column, **check.arguments, meta={"check": check.name})


def _verdict(relation: str, result: ExpectationValidationResult) -> Verdict:
    name = result.expectation_config.meta["check"]
    problem = _raised(result.exception_info)
    if problem:
        raise ExpectationError(
            f"check {name} of {relation} could not be evaluated, which says nothing about the data: {problem}"
        )
    details = result.result
    # The query of a check answers with one row of counts and examples, or with none if all is well.
    answer = details.get("details", {}).get("unexpected_rows")
    row: Mapping[str, Any] = next(iter(answer or ()), {})
    counts = {**details, **row}
    return Verdict(
        success=bool(result.success),
        n_checked=counts.get("n_checked"),
        n_unexpected=counts.get("n_unexpected", 0),
        value=details.get("observed_value") if answer is None else None,
        examples=tuple(str(example) for example in row.get("examples", ())),
    )


def _raised(info: Mapping[str, Any]) -> str:
    """The message of an exception behind a result; it is given for the expectation or for each of its metrics."""
    entries = [info, *(value for value in info.values() if isinstance(value, Mapping))]
    messages = [str(entry["exception_message"]) for entry in entries if entry.get("raised_exception")]
    return "; ".join(sorted(set(messages)))


def _of_metric(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: kwargs[name] for name in ("metric_domain_kwargs", "metric_value_kwargs")}
