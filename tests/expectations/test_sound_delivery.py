"""Every suite passes on the sound delivery, without passing on nothing."""

import pytest

from expectations import ALL_SUITES, ExpectationResult, gate, validate
from tests.expectations.data import PARAMETERS, SOUND, SUITES, views


@pytest.fixture(scope="module")
def results() -> list[ExpectationResult]:
    return validate(views(SOUND), ALL_SUITES, PARAMETERS)


@pytest.mark.parametrize("table", SUITES)
def test_every_check_of_a_suite_holds(results: list[ExpectationResult], table: str) -> None:
    found = {result.expectation: result.success for result in results if result.table_name == table}
    assert found == {check.name: True for check in SUITES[table].checks}


def test_nothing_is_unexpected_and_every_check_had_rows(results: list[ExpectationResult]) -> None:
    assert [result for result in results if result.n_unexpected or not result.n_checked] == []


def test_gate_lets_it_through(results: list[ExpectationResult]) -> None:
    assert gate(results) == []


def test_results_are_sorted_and_the_same_each_time(results: list[ExpectationResult]) -> None:
    assert results == sorted(results, key=lambda result: (result.table_name, result.expectation))
    assert results == validate(views(SOUND), tuple(reversed(ALL_SUITES)), PARAMETERS)
