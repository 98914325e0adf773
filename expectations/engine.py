"""Runs the suites over the staged tables, in one DuckDB database in memory."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from types import ModuleType
from typing import TYPE_CHECKING, Any

from expectations.model import (
    Check,
    Counts,
    ExpectationError,
    ExpectationResult,
    Parameters,
    Part,
    Relation,
    Severity,
    Suite,
)
from expectations.rules import row_label
from expectations.suites import ALL_SUITES

if TYPE_CHECKING:
    import duckdb

    from expectations.adapter import Source, Verdict

COLUMN_TYPES = "column_types"
EXAMPLES = 3
#: Disputes that rows are looked up in: all that are staged, or those of a part.
PARENTS = "staged_parents"
_ALL = "select * from staged_disputes"
_NONE = "select * from staged_disputes where false"
# No run comes after it; what is implausible even then is so in every run.
_FAR = datetime(9000, 1, 1, tzinfo=UTC)
# What the checks of other tables need to know of the disputes; one row per dispute or user, whatever the staged
# table holds, so that a join never multiplies rows.
HELPERS: dict[str, str] = {
    "dispute_keys": """
        select
            dispute_id as parent_id,
            min(epoch_us(opened_at)) as parent_opened_us,
            min(epoch_us(ruled_at)) as parent_ruled_us
        from staged_parents
        where dispute_id is not null
        group by dispute_id
    """,
    "parties": """
        select distinct user_id as party_id
        from (select unnest([buyer_id, seller_id]) as user_id from staged_disputes)
        where user_id is not null
    """,
}


@dataclass(frozen=True)
class Resources:
    """What DuckDB may use.

    Attributes:
        memory_limit: As DuckDB reads it ("2GB").
        threads: Number of threads.
        spill: Folder for what does not fit in memory; None: nothing is written, and too large a table is an error.
        prepare: Called with the connection before it reads anything, where files do not lie on this machine.
    """

    memory_limit: str = "2GB"
    threads: int = 2
    spill: Path | None = None
    prepare: "Callable[[duckdb.DuckDBPyConnection], None]" = lambda _: None


@dataclass(frozen=True)
class Outcome:
    """What a validation found.

    Attributes:
        results: One result for every check of every suite, sorted by table and check.
        counted: By key of a part what a later run need not count again.
    """

    results: list[ExpectationResult]
    counted: Mapping[str, Mapping[str, Counts]] = field(default_factory=dict)


def preload() -> None:
    """Load Great Expectations, which takes seconds; meant for a thread beside work that waits."""
    _adapter()


def validate(
    views: Mapping[str, str],
    suites: Sequence[Suite],
    parameters: Parameters,
    resources: Resources | None = None,
) -> list[ExpectationResult]:
    """Check the staged tables.

    Args:
        views: For each table name an SQL select of its staged rows, such as ``select * from read_parquet([...])``.
            A table that is not there counts as one without rows. Suites other than that of the disputes look up the
            disputes, so their view belongs here whenever there is one.
        suites: What to check; see ``expectations.suites``.
        parameters: The moment of the run and the thresholds.
        resources: What DuckDB may use.

    Returns:
        One result for every check of every suite, sorted by table and check. Where there was nothing to check
        ``success`` is None. If a table's columns are not as declared nothing else is checked.

    Raises:
        ExpectationError: A view cannot be read, or a check cannot be evaluated.
    """
    return validate_parts(views, suites, parameters, resources, {}).results


def validate_parts(
    views: Mapping[str, str],
    suites: Sequence[Suite],
    parameters: Parameters,
    resources: Resources | None,
    parts: Mapping[str, Sequence[Part]],
) -> Outcome:
    """Check the staged tables, and of tables in parts no row twice: what is known of a part is added up.

    Checks that need all rows at once (keys, users, whether there are rows at all) are made over the whole in any case.

    Args:
        views: As in ``validate``.
        suites: As in ``validate``.
        parameters: As in ``validate``.
        resources: As in ``validate``.
        parts: Parts of a table by its name; a table without any is checked as a whole.

    Returns:
        The same results as ``validate``, whatever is known, and what is known now.

    Raises:
        ExpectationError: A view cannot be read, or a check cannot be evaluated.
    """
    import duckdb  # noqa: PLC0415 - the command line loads this module without DuckDB

    try:
        with _database(resources or Resources()) as connection, _adapter().open_source(connection) as source:
            _stage(connection, views, suites)
            outcome = _run(_Judge(connection, source, parameters), suites, parts)
    except duckdb.Error as error:
        raise ExpectationError(f"the staged tables could not be checked, which is a fault of ours: {error}") from error
    results = sorted(outcome.results, key=lambda result: (result.table_name, result.expectation))
    return replace(outcome, results=results)


def gate(results: Iterable[ExpectationResult], suites: Sequence[Suite] = ALL_SUITES) -> list[str]:
    """Say why a run must not go on.

    Args:
        results: From ``validate``.
        suites: The suites that were run; they describe the checks.

    Returns:
        A sentence or two for each stopping check that failed: what, where, and what to do. Empty: the run may go on.
    """
    checks = {(suite.table.name, check.name): check for suite in suites for check in suite.checks}
    failed = (result for result in results if result.severity == Severity.STOP and result.success is False)
    return [_reason(result, checks[result.table_name, result.expectation]) for result in failed]


def _adapter() -> ModuleType:
    """Great Expectations, loaded when first needed; on Python 3.11 some of its imports are deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from expectations import adapter  # noqa: PLC0415 - takes seconds to load
    return adapter


def _reason(result: ExpectationResult, check: Check) -> str:
    found = f"which fails for {result.observed}" if result.n_unexpected else f"but found {result.observed}"
    return f"{result.table_name}: expected that {check.description}, {found}. {check.remedy}"


@contextmanager
def _database(resources: Resources) -> "Iterator[duckdb.DuckDBPyConnection]":
    import duckdb  # noqa: PLC0415 - see validate

    config: dict[str, Any] = {
        "memory_limit": resources.memory_limit,
        "threads": resources.threads,
        "temp_directory": str(resources.spill) if resources.spill else "",
        "autoinstall_known_extensions": False,
    }
    connection = duckdb.connect(":memory:", config=config)
    try:
        # How a moment is shown in an example must not depend on the machine.
        connection.execute("set timezone = 'UTC'")
        resources.prepare(connection)
        yield connection
    finally:
        connection.close()


def _stage(connection: "duckdb.DuckDBPyConnection", views: Mapping[str, str], suites: Sequence[Suite]) -> None:
    """Create ``staged_<table>`` for every table that the suites read, and the list of all columns' types."""
    import duckdb  # noqa: PLC0415 - see validate

    tables = {suite.table.name: suite.table for suite in (*suites, *_parents(suites))}
    columns = ("table_name", "column_name", "declared", "staged")
    connection.execute(f"create table {COLUMN_TYPES} ({', '.join(f'{column} varchar' for column in columns)})")
    for name, table in tables.items():
        declared = {column.name: column.kind.duckdb for column in table.columns}
        nothing = ", ".join(f"null::{kind} as {column}" for column, kind in declared.items())
        try:
            connection.execute(f"create view staged_{name} as {views.get(name, f'select {nothing} where false')}")
            staged = {row[0]: row[1] for row in connection.execute(f"describe staged_{name}").fetchall()}
        except duckdb.Error as error:
            raise ExpectationError(f"the staged table {name} cannot be read: {error}") from error
        rows = [(name, column, kind, staged.get(column)) for column, kind in declared.items()]
        connection.executemany(f"insert into {COLUMN_TYPES} values (?, ?, ?, ?)", rows)


def _parents(suites: Sequence[Suite]) -> list[Suite]:
    """The suite of the disputes, if one of the suites looks them up."""
    needed = any(suite.needs for suite in suites)
    return [suite for suite in ALL_SUITES if needed and suite.table.name == "disputes"]


@dataclass(frozen=True)
class _Judge:
    """Where suites are run.

    Attributes:
        connection: The database in memory, with a view of each table.
        source: The same for Great Expectations.
        parameters: The moment of the run and the thresholds.
        made: What each helper table was made of last.
    """

    connection: "duckdb.DuckDBPyConnection"
    source: "Source"
    parameters: Parameters
    made: dict[str, str] = field(default_factory=dict)

    def look_up_in(self, suite: Suite, disputes: str = _ALL) -> None:
        """Make the helper tables of a suite from some disputes, unless they are there."""
        for helper in suite.needs:
            source = disputes if PARENTS in HELPERS[helper] else _ALL
            if self.made.get(helper) != source:
                self.connection.execute(f"create or replace view {PARENTS} as {source}")
                self.connection.execute(f"create or replace table {helper} as {HELPERS[helper]}")
                self.made[helper] = source

    def of(self, relation: str, checks: Sequence[Check]) -> "dict[str, Verdict]":
        """Run checks on a view, and return what was found by name; no checks, no scan."""
        verdicts: list[Verdict] = _adapter().judge(self.source, relation, checks) if checks else []
        return {check.name: verdict for check, verdict in zip(checks, verdicts, strict=True)}

    def with_examples(
        self, relation: str, checks: Sequence[Check], found: "Mapping[str, Verdict]", key: tuple[str, ...]
    ) -> "dict[str, Verdict]":
        """Look in a view for examples of what failed."""
        failed = [check for check in checks if not found[check.name].success]
        examples = _examples(self.connection, relation, failed, key)
        return {
            name: replace(verdict, examples=verdict.examples or examples.get(name, ()))
            for name, verdict in found.items()
        }


def _run(judge: _Judge, suites: Sequence[Suite], parts: Mapping[str, Sequence[Part]]) -> Outcome:
    results = _judge_columns(judge, suites)
    if not all(result.success for result in results):
        return Outcome(
            results + [_not_judged(suite, check) for suite in suites for check in _checks(suite, Relation.ROWS)]
        )
    of_tables = [_judge_rows(judge, suite, parts.get(suite.table.name, ())) for suite in suites]
    results += [result for outcome in of_tables for result in outcome.results]
    return Outcome(results, {key: counts for outcome in of_tables for key, counts in outcome.counted.items()})


def _judge_columns(judge: _Judge, suites: Sequence[Suite]) -> list[ExpectationResult]:
    """Run the checks on columns of all tables together; the table's name tells equal names apart meanwhile."""
    pairs = [(suite, check) for suite in suites for check in _checks(suite, Relation.COLUMNS)]
    if not pairs:
        return []
    named = [replace(check, name=f"{suite.table.name}_{check.name}") for suite, check in pairs]
    derived = ", ".join(f"{check.derived} as {check.name}" for check in named)
    relation = f"checked_{COLUMN_TYPES}"
    judge.connection.execute(f"create view {relation} as select *, {derived} from {COLUMN_TYPES}")
    verdicts = judge.with_examples(relation, named, judge.of(relation, named), ())
    return [_result(suite, check, verdicts[own.name], 0) for (suite, check), own in zip(pairs, named, strict=True)]


def _judge_rows(judge: _Judge, suite: Suite, parts: Sequence[Part]) -> Outcome:
    """Run the checks on the rows of one table."""
    table = suite.table
    (n_rows,) = judge.connection.execute(f"select count(*) from staged_{table.name}").fetchall()[0]
    checks = [_filled_in(check, n_rows, judge.parameters) for check in _checks(suite, Relation.ROWS)]
    new = [part for part in parts if part.known is None]
    counts: Mapping[str, Mapping[str, Counts]]
    # A table without parts, or all new in one, is checked in one query; of others only what needs all rows.
    if len(new) == len(parts) <= 1:
        judge.look_up_in(suite)
        whole = _checked(judge, suite, checks, f"checked_{table.name}", f"staged_{table.name}")
        found = judge.of(whole, checks)
        counts = {part.key: _counts(checks, found) for part in new}
    else:
        judge.look_up_in(suite, _NONE)
        counts = {
            part.key: _of_part(judge, suite, part, checks) if part.known is None else part.known for part in parts
        }
        whole = _checked(judge, suite, checks, f"checked_{table.name}", f"staged_{table.name}")
        found = judge.of(whole, [check for check in checks if not check.adds_up])
        found |= {check.name: _added_up(check, counts.values()) for check in checks if check.adds_up}
        if not all(verdict.success for verdict in found.values()):
            # Examples may be anywhere.
            judge.look_up_in(suite)
    verdicts = judge.with_examples(whole, checks, found, table.key)
    results = [_result(suite, check, verdicts[check.name], n_rows) for check in checks]
    unsettled = {part.key for part in new if not _is_settled(judge, suite, part, counts[part.key])}
    return Outcome(results, {key: known for key, known in counts.items() if key not in unsettled})


def _of_part(judge: _Judge, suite: Suite, part: Part, checks: Sequence[Check]) -> dict[str, Counts]:
    """Run the checks that add up on the rows of one part, looked up in the disputes of the part alone."""
    judge.look_up_in(suite, part.parents or _ALL)
    added = [check for check in checks if check.adds_up]
    relation = _checked(judge, suite, added, f"checked_{suite.table.name}_{part.key}", f"({part.view})")
    return _counts(checks, judge.of(relation, added))


def _checked(judge: _Judge, suite: Suite, checks: Sequence[Check], name: str, rows: str) -> str:
    """Make a view that adds a column for each rule to the declared ones, and return its name."""
    declared = ", ".join(suite.table.column_names)
    derived = "".join(f", {check.derived} as {check.name}" for check in checks if check.derived)
    judge.connection.execute(
        f"create view {name} as select {declared}{derived} from (select {declared} from {rows}) {suite.lookup}"
    )
    return name


def _counts(checks: Sequence[Check], found: "Mapping[str, Verdict]") -> dict[str, Counts]:
    added = [check.name for check in checks if check.adds_up]
    return {name: (found[name].n_checked or 0, found[name].n_unexpected) for name in added}


def _added_up(check: Check, parts: Iterable[Mapping[str, Counts]]) -> "Verdict":
    """Judge the sum of the parts as Great Expectations judges a table: by the share of rows that hold."""
    counts = [part[check.name] for part in parts]
    n_checked, n_unexpected = sum(n for n, _ in counts), sum(n for _, n in counts)
    success = n_checked == 0 or (float(n_checked) - float(n_unexpected)) / float(n_checked) >= check.mostly
    verdict: Verdict = _adapter().Verdict(success, n_checked, n_unexpected)
    return verdict


def _is_settled(judge: _Judge, suite: Suite, part: Part, counts: Mapping[str, Counts]) -> bool:
    """Tell whether a later run would count the same: whether no row is only implausible because it is of the future."""
    doubtful = [
        check for check in suite.checks if check.adds_up and "$as_of_us" in check.derived and counts[check.name][1]
    ]
    if not doubtful:
        return True
    later = [_filled_in(check, 0, replace(judge.parameters, as_of=_FAR)) for check in doubtful]
    broken = ", ".join(f"count(*) filter (where not {check.derived})" for check in later)
    found = judge.connection.execute(f"select {broken} from ({part.view}) {suite.lookup}").fetchone()
    return found == tuple(counts[check.name][1] for check in doubtful)


def _examples(
    connection: "duckdb.DuckDBPyConnection", relation: str, failed: Sequence[Check], key: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """The first rows in order that break each check, all found in one scan, and the answers of their own queries."""
    found: dict[str, tuple[str, ...]] = {}
    by_row = [check for check in failed if check.breaks]
    if by_row:
        labels = [row_label(tuple(dict.fromkeys((*key, *check.shows)))) for check in by_row]
        # A case, not a filter: the text is only made of rows that break the check.
        columns = (
            f"min(case when {check.breaks} then {label} end, {EXAMPLES})"
            for check, label in zip(by_row, labels, strict=True)
        )
        row = connection.execute(f"select {', '.join(columns)} from {relation}").fetchone() or ()
        found |= {check.name: tuple(values or ()) for check, values in zip(by_row, row, strict=True)}
    for check in failed:
        if check.example_query:
            found[check.name] = tuple(row[0] for row in connection.execute(check.example_query).fetchall())
    return found


def _checks(suite: Suite, relation: Relation) -> list[Check]:
    return [check for check in suite.checks if check.relation is relation]


def _filled_in(check: Check, n_rows: int, parameters: Parameters) -> Check:
    """The check with values in place of the placeholders in its SQL."""
    values = {
        "as_of_us": int(parameters.as_of.timestamp()) * 1_000_000,
        "quarantine_stop": parameters.quarantine_stop,
        "quarantine_warn": parameters.quarantine_warn,
        "key_slices": _slices(n_rows, parameters.keys_checked),
        "text_slices": text_slices(n_rows, parameters),
    }
    return replace(
        check,
        derived=Template(check.derived).substitute(values),
        example_query=Template(check.example_query).substitute(values),
    )


def text_slices(n_rows: int, parameters: Parameters) -> int:
    """Return how many slices the texts of a table are cut into, of which one is searched for broken characters.

    Args:
        n_rows: Rows of the table.
        parameters: How many texts are searched, about.
    """
    return _slices(n_rows, parameters.texts_checked)


def _slices(n_rows: int, n_wanted: int) -> int:
    """The smallest power of two that divides the rows into slices of about the wanted size or less."""
    return 1 << ((max(n_rows, 1) - 1) // n_wanted).bit_length()


def _result(suite: Suite, check: Check, verdict: "Verdict", n_rows: int) -> ExpectationResult:
    n_checked = n_rows if verdict.n_checked is None else verdict.n_checked
    # A check of a column holds of nothing at all; that is no success.
    is_vacuous = n_checked == 0 and bool(check.column)
    observed = "nothing to check" if is_vacuous else _observed(check, verdict, n_checked)
    return ExpectationResult(
        table_name=suite.table.name,
        expectation=check.name,
        column_name=check.column,
        severity=check.severity.value,
        success=None if is_vacuous else verdict.success,
        n_checked=n_checked,
        n_unexpected=verdict.n_unexpected,
        observed=observed,
    )


def _observed(check: Check, verdict: "Verdict", n_checked: int) -> str:
    if isinstance(verdict.value, int) and not verdict.n_unexpected:
        return f"{verdict.value} {check.measure}"
    counted = f"{verdict.n_unexpected} of {n_checked} {check.measure}"
    if verdict.n_unexpected == n_checked == 1 and verdict.examples:
        return verdict.examples[0]
    return f"{counted}, for example {'; '.join(verdict.examples)}" if verdict.examples else counted


def _not_judged(suite: Suite, check: Check) -> ExpectationResult:
    return ExpectationResult(
        table_name=suite.table.name,
        expectation=check.name,
        column_name=check.column,
        severity=check.severity.value,
        success=None,
        n_checked=0,
        n_unexpected=0,
        observed="not checked, because the columns of a table are not as declared",
    )
