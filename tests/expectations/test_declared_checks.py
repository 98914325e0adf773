"""What follows from the registry alone: a value that breaks a column's declaration breaks the check made from it.

The spoilt rows of a table are validated together, each a copy of a sound row with one value changed and a key of its
own, so the number of unexpected rows shows that every value breaks its own check and no other.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from expectations import ExpectationResult, Severity, gate
from tests.expectations.data import SOUND, SUITES, Case, Row, run
from transforms.registry import INPUT_TABLES, Column, Kind, Table

TABLES: dict[str, Table] = {**INPUT_TABLES, "factor_scores": SUITES["factor_scores"].table}
SUFFIXES = ("_present", "_in_enumeration", "_in_range", "_plausible")
WRITTEN_BY_HAND = {"opened_or_ruled_at_present"}
TOO_EARLY = {Kind.TIMESTAMP: "1999-12-31 23:59:59+00", Kind.DATE: "1999-12-31"}
TOO_LATE = {Kind.TIMESTAMP: "2026-11-02 00:00:01+00", Kind.DATE: "2026-11-03"}


def _spoilt_values(column: Column) -> Iterator[tuple[str, object]]:
    """Checks that the declaration of a column calls for, each with a value that must break it."""
    if column.required:
        yield "present", None
    if column.enumeration is not None:
        yield "in_enumeration", "unheard_of"
    if column.minimum is not None:
        yield "in_range", column.minimum - 1
    # The largest sum of money is the largest that the type can hold.
    if column.maximum is not None and column.kind is not Kind.DECIMAL:
        yield "in_range", column.maximum + 1
    if column.kind is Kind.FLOAT:
        yield "in_range", "nan"
    if column.kind in TOO_EARLY:
        yield "plausible", TOO_EARLY[column.kind]
        yield "plausible", TOO_LATE[column.kind]


CASES = [
    Case(table.name, f"{column.name}_{suffix}", {column.name: value})
    for table in TABLES.values()
    for column in table.columns
    for suffix, value in _spoilt_values(column)
]
COUNTS = Counter((case.table, case.check) for case in CASES)


def _spoilt_row(case: Case, number: int) -> Row:
    sound = SOUND[case.table][0]
    key = TABLES[case.table].key[0]
    return {**sound, key: f"{sound[key]} {number}", **case.change}


@pytest.fixture(scope="module")
def results() -> dict[str, dict[str, ExpectationResult]]:
    found = {}
    for table in TABLES:
        spoilt = [_spoilt_row(case, number) for number, case in enumerate(CASES) if case.table == table]
        found[table] = run(table, {**SOUND, table: (*SOUND[table], *spoilt)})
    return found


@pytest.mark.parametrize("table", TABLES)
def test_the_cases_are_those_that_the_suite_derives(table: str) -> None:
    derived = {check.name for check in SUITES[table].checks if check.name.endswith(SUFFIXES)}
    assert {check for name, check in COUNTS if name == table} == derived - WRITTEN_BY_HAND


@pytest.mark.parametrize(("table", "check"), COUNTS)
def test_spoilt_values_break_their_check_and_no_other(
    results: dict[str, dict[str, ExpectationResult]], table: str, check: str
) -> None:
    result = results[table][check]
    assert (result.success, result.n_unexpected) == (False, COUNTS[table, check])
    assert result.severity == (Severity.WARN if check.endswith("_plausible") else Severity.STOP)


@pytest.mark.parametrize(("table", "check"), COUNTS)
def test_gate_names_what_stops(results: dict[str, dict[str, ExpectationResult]], table: str, check: str) -> None:
    result = results[table][check]
    assert len(gate([result])) == (result.severity == Severity.STOP)


def test_the_offending_row_is_shown(results: dict[str, dict[str, ExpectationResult]]) -> None:
    result = results["disputes"]["category_in_enumeration"]
    number = next(n for n, case in enumerate(CASES) if case.check == "category_in_enumeration")
    n_checked = len(SOUND["disputes"]) + sum(case.table == "disputes" for case in CASES)
    assert result.observed == f"1 of {n_checked} rows, for example dispute_id=d1 {number}, category=unheard_of"
