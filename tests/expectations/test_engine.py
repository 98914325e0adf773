"""Empty tables, wrong columns, faults of a suite, what is reported, and what is left behind."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

import pytest

from expectations import (
    ALL_SUITES,
    EXPORT_SUITES,
    SCORE_SUITES,
    Check,
    ExpectationError,
    ExpectationResult,
    Parameters,
    Resources,
    Severity,
    Suite,
    gate,
    validate,
)
from expectations.ingest_counts import counts_view
from expectations.rules import row_rule
from tests.expectations.data import AS_OF, PARAMETERS, SOUND, SUITES, Row, run, views
from transforms.registry import output_table


def _suite(*checks: Check) -> Suite:
    sound = SUITES["disputes"]
    return replace(sound, checks=(sound.checks[0], *checks))


def _rule(holds: str) -> Check:
    return row_rule("the_rule", Severity.STOP, "the rule holds", column="claim", holds=holds)


# --- nothing to check -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "stops"),
    [
        ("disputes", True),
        ("evidence", False),
        ("violations", False),
        ("messages", False),
        ("reputation", False),
        ("ingest_counts", True),
        ("factor_scores", True),
    ],
)
def test_no_check_passes_on_an_empty_table(table: str, stops: bool) -> None:
    results = run(table, {**SOUND, table: ()})
    passed = {name for name, result in results.items() if result.success}
    failed = {name for name, result in results.items() if result.success is False}
    # That every dispute has scores is a question to the disputes, of which there are two.
    unscored = {"every_dispute_is_scored"} & set(results)
    assert (passed, failed) == ({"columns_as_declared"}, {"has_rows"} | unscored)
    assert results["has_rows"].observed == "0 rows"
    assert bool(gate(results.values())) is stops


def test_a_table_that_is_not_there_counts_as_empty() -> None:
    absent = {name: rows for name, rows in SOUND.items() if name != "messages"}
    assert run("messages", absent) == run("messages", {**SOUND, "messages": ()})


def test_a_column_that_was_not_recorded_is_not_a_success() -> None:
    rows = tuple({**row, "votes_buyer": None} for row in SOUND["disputes"])
    result = run("disputes", {**SOUND, "disputes": rows})["votes_buyer_in_range"]
    assert (result.success, result.n_checked, result.observed) == (None, 0, "nothing to check")


# --- whole tables -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", SUITES)
def test_a_missing_column_stops_and_nothing_else_is_checked(table: str) -> None:
    column = SUITES[table].table.column_names[-1]
    lacking = {**views(SOUND), table: f"select * exclude ({column}) from ({views(SOUND)[table]})"}
    results = validate(lacking, [SUITES[table]], PARAMETERS)
    (failed,) = [result for result in results if result.success is not None]
    declared = SUITES[table].table.column(column).kind.duckdb
    n_columns = len(SUITES[table].table.columns)
    assert failed.observed == (
        f"1 of {n_columns} columns, for example column_name={column}, declared={declared}, staged=null"
    )
    assert len(gate(results)) == 1


def test_a_column_of_another_type_stops() -> None:
    retyped = {**views(SOUND)}
    retyped["disputes"] = f"select * replace (claimed_cny::double as claimed_cny) from ({retyped['disputes']})"
    (failed,) = [result for result in validate(retyped, EXPORT_SUITES, PARAMETERS) if result.success is False]
    assert (failed.table_name, failed.expectation) == ("disputes", "columns_as_declared")
    assert "column_name=claimed_cny, declared=DECIMAL(12,2), staged=DOUBLE" in failed.observed


def test_extra_columns_are_no_matter() -> None:
    wider = {**views(SOUND)}
    wider["evidence"] = f"select *, 1 as parent_id, 'x' as refers_to_a_dispute from ({wider['evidence']})"
    assert gate(validate(wider, EXPORT_SUITES, PARAMETERS)) == []


def test_a_dispute_without_scores_stops() -> None:
    result = run("factor_scores", {**SOUND, "factor_scores": SOUND["factor_scores"][:1]})["every_dispute_is_scored"]
    assert (result.success, result.n_unexpected, result.observed) == (False, 1, "1 of 2 disputes, for example d2")


def test_duplicate_disputes_do_not_multiply_the_rows_of_others() -> None:
    doubled = {**SOUND, "disputes": SOUND["disputes"] * 2}
    assert run("evidence", doubled)["refers_to_a_dispute"].n_checked == len(SOUND["evidence"])


# --- keys and texts of large tables are compared in one hash slice ----------------------------------------------------


def _many_messages(n: int) -> tuple[Row, ...]:
    return tuple({**SOUND["messages"][0], "message_id": f"m{number}"} for number in range(n))


def test_a_file_that_came_twice_is_found_in_one_slice() -> None:
    messages = _many_messages(100)
    small = replace(PARAMETERS, keys_checked=10, texts_checked=10)
    whole = validate(views({**SOUND, "messages": messages * 2}), [SUITES["messages"]], small)
    results = {result.expectation: result for result in whole}
    keys = results["key_is_unique_in_hash_slice"]
    assert keys.success is False
    # 200 rows in 32 slices: some are compared, and of those half repeat another.
    assert 0 < keys.n_checked < 50
    assert keys.n_unexpected == keys.n_checked // 2
    assert 0 < results["text_readable_in_hash_slice"].n_checked < 50


def test_a_small_table_is_compared_whole() -> None:
    messages = _many_messages(100)
    assert run("messages", {**SOUND, "messages": messages})["key_is_unique_in_hash_slice"].n_checked == len(messages)


# --- faults of ours are not faults of the data ------------------------------------------------------------------------


def test_a_check_that_raises_is_an_error_and_no_result() -> None:
    suite = _suite(_rule("error('out of order') is null"))
    with pytest.raises(ExpectationError, match=r"the_rule of checked_disputes could not be evaluated.*out of order"):
        validate(views(SOUND), [suite], PARAMETERS)


def test_a_rule_about_an_unknown_column_is_an_error() -> None:
    with pytest.raises(ExpectationError, match="no_such_column"):
        validate(views(SOUND), [_suite(_rule("no_such_column > 0"))], PARAMETERS)


def test_an_unknown_expectation_is_an_error() -> None:
    suite = _suite(replace(_rule("true"), expectation="ExpectMiracles"))
    with pytest.raises(ExpectationError, match="ExpectMiracles"):
        validate(views(SOUND), [suite], PARAMETERS)


def test_a_view_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    lost = f"select * from read_parquet('{tmp_path}/lost.parquet')"
    with pytest.raises(ExpectationError, match="staged table disputes cannot be read"):
        validate({**views(SOUND), "disputes": lost}, EXPORT_SUITES, PARAMETERS)


def test_a_rule_that_is_null_for_a_row_does_not_hold() -> None:
    (result,) = (r for r in validate(views(SOUND), [_suite(_rule("null"))], PARAMETERS) if r.expectation == "the_rule")
    assert (result.success, result.n_unexpected) == (False, len(SOUND["disputes"]))


def test_no_suites_no_results() -> None:
    assert validate(views(SOUND), [], PARAMETERS) == []


def test_check_names_are_unique_and_no_columns() -> None:
    with pytest.raises(ValueError, match="the_rule"):
        _suite(_rule("true"), _rule("false"))
    with pytest.raises(ValueError, match="outcome"):
        _suite(replace(_rule("true"), name="outcome"))


# --- what is reported -------------------------------------------------------------------------------------------------


def test_results_are_the_declared_columns() -> None:
    result = next(iter(validate(views(SOUND), SCORE_SUITES, PARAMETERS)))
    assert tuple(asdict(result)) == output_table("meta.expectations").column_names


def test_gate_says_what_where_and_what_to_do() -> None:
    spoilt = tuple({**row, "refunded_cny": "200.00"} for row in SOUND["disputes"])
    results = run("disputes", {**SOUND, "disputes": spoilt})
    assert gate(results.values()) == [
        "disputes: expected that the refund is at most the amount claimed, which fails for 2 of 2 rows, for example "
        "dispute_id=d1, claimed_cny=100.00, refunded_cny=200.00; dispute_id=d2, claimed_cny=100.00, "
        "refunded_cny=200.00. Correct these rows at their source and deliver the batch again."
    ]


def test_gate_says_the_counts_of_a_table_without_counting_tables() -> None:
    (counts,) = (row for row in SOUND["ingest_counts"] if row["table_name"] == "disputes")
    spoilt = ({**counts, "rows_in": 5, "loaded": 1, "quarantined": 4, "duplicates": 0, "superseded": 0},)
    (sentence,) = gate(run("ingest_counts", {**SOUND, "ingest_counts": spoilt}).values())
    assert sentence.startswith(
        "ingest_counts: expected that only a small part of the delivered disputes was set aside, which fails for "
        "table_name=disputes, rows_in=5, quarantined=4. "
    )


def test_at_most_three_examples_the_first_in_order() -> None:
    rows = tuple({**SOUND["evidence"][0], "evidence_id": f"e{n}", "kind": "rumour"} for n in reversed(range(9)))
    observed = run("evidence", {**SOUND, "evidence": rows})["kind_in_enumeration"].observed
    shown = "; ".join(f"evidence_id=e{n}, kind=rumour" for n in range(3))
    assert observed == f"9 of 9 rows, for example {shown}"


def test_duplicate_keys_are_shown() -> None:
    rows = (SOUND["reputation"][0], SOUND["reputation"][0], SOUND["reputation"][1])
    observed = run("reputation", {**SOUND, "reputation": rows})["key_is_unique_in_hash_slice"].observed
    assert observed == "1 of 3 keys, for example user_id=u1, as_of=2026-02-01 00:00:00+00"


def test_no_words_of_a_message_are_shown() -> None:
    rows = tuple({**row, "text": "锟斤拷 secret"} for row in SOUND["messages"])
    assert "secret" not in str(run("messages", {**SOUND, "messages": rows}))


def test_counts_become_a_view() -> None:
    counts = {
        "disputes": {"rows_in": 10, "loaded": 7, "quarantined": 1, "duplicates": 1, "superseded": 1},
        "messages": {"rows_in": 0, "loaded": 0, "quarantined": 0, "duplicates": 0, "superseded": 0},
    }
    results = validate({"ingest_counts": counts_view(counts)}, [SUITES["ingest_counts"]], PARAMETERS)
    assert [result.expectation for result in results if result.success is False] == ["few_rows_quarantined"]
    empty = validate({"ingest_counts": counts_view({})}, [SUITES["ingest_counts"]], PARAMETERS)
    assert len(gate(empty)) == 1


def test_thresholds_are_parameters() -> None:
    strict = Parameters(as_of=AS_OF, quarantine_stop=0.005, quarantine_warn=0.001)
    results = validate(views(SOUND), [SUITES["ingest_counts"]], strict)
    assert _failed(results) == ["disputes_mostly_loaded", "few_rows_quarantined"]


def _failed(results: Sequence[ExpectationResult]) -> list[str]:
    return [result.expectation for result in results if result.success is False]


def test_parameters_are_checked() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Parameters(as_of=datetime(2026, 11, 1))  # noqa: DTZ001 - a naive time is the fault under test
    with pytest.raises(ValueError, match="quarantine_warn"):
        Parameters(as_of=AS_OF, quarantine_stop=0.1, quarantine_warn=0.2)


# --- what is left behind ----------------------------------------------------------------------------------------------

QUIET_RUN = """
import warnings
warnings.simplefilter("error")
from expectations import ALL_SUITES, validate
from tests.expectations.data import PARAMETERS, SOUND, views
assert validate(views(SOUND), ALL_SUITES, PARAMETERS)
"""


def test_a_run_writes_no_file_and_says_nothing(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    folder = str(tmp_path)
    environment = {"HOME": folder, "TMPDIR": folder, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    run_quietly = [sys.executable, "-c", QUIET_RUN]
    done = subprocess.run(run_quietly, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.rglob("*")) == []


def test_the_package_loads_without_great_expectations() -> None:
    script = (
        "import expectations, sys; print([m for m in ('great_expectations', 'duckdb', 'polars') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_does_not_fit_is_spilled_only_where_told(tmp_path: Path) -> None:
    spill = tmp_path / "spill"
    narrow = Resources(memory_limit="200MB", threads=1, spill=spill)
    assert validate(views(SOUND), ALL_SUITES, PARAMETERS, narrow) == validate(views(SOUND), ALL_SUITES, PARAMETERS)
