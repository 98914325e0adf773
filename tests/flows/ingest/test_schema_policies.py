"""Every way in which the columns of a table change, under every policy."""

import json
from pathlib import Path

import pytest

from flows.check import check_path
from flows.cli import EXIT_DATA, EXIT_USAGE, call
from flows.errors import RunError, UsageError
from flows.pipeline import Steps
from flows.settings import make_settings
from flows.stages import Stopwatch
from tests.builders import Staged, ask, csv_text, deliver, remember, stage
from transforms.ingest.schema_contract import Policy

HEADERS = ("dispute_id", "opened_at", "outcome", "claimed_cny", "region", "score")
BEFORE = csv_text(HEADERS, [("d1", "2026-01-01", "partial", "10.00", "north", "1.5"),
                            ("d2", "2026-01-02", "partial", "11.00", "south", "2")])  # fmt: skip


def _with(column: str, values: tuple[str, str], headers: tuple[str, ...] = HEADERS) -> str:
    rows = [
        ["d3", "2026-01-03", "partial", "12.00", "east", "3"],
        ["d4", "2026-01-04", "partial", "13.00", "west", "4"],
    ]
    for row, value in zip(rows, values, strict=True):
        row[headers.index(column)] = value
    return csv_text(headers, rows)


def _more(header: str, values: tuple[str, str]) -> str:
    rows = [
        ["d3", "2026-01-03", "partial", "12.00", "east", "3"],
        ["d4", "2026-01-04", "partial", "13.00", "west", "4"],
    ]
    return csv_text((*HEADERS, header), [[*row, value] for row, value in zip(rows, values, strict=True)])


def _without(header: str, name: str | None = None) -> str:
    place = HEADERS.index(header)
    rows = [
        ["d3", "2026-01-03", "partial", "12.00", "east", "3"],
        ["d4", "2026-01-04", "partial", "13.00", "west", "4"],
    ]
    if name is not None:
        return csv_text((*HEADERS[:place], name, *HEADERS[place + 1 :]), rows)
    return csv_text((*HEADERS[:place], *HEADERS[place + 1 :]), [row[:place] + row[place + 1 :] for row in rows])


# What changes: the file, words of the refusal, rows set aside under quarantine, words of the note under evolve.
CASES: dict[str, tuple[str, str, list[tuple[int, str]], str]] = {
    "new": (_more("regions", ("x", "")), "regions is new (closest: region)", [(1, "regions")], "regions is new"),
    "new, of the contract": (
        _more("order_id", ("o1", "")), "order_id is new", [(1, "order_id")], "order_id is new"),
    "missing": (_without("region"), "region is missing", [(1, "region"), (2, "region")], "region is missing"),
    "missing, of the contract": (
        _without("claimed_cny"), "claimed_cny is missing", [(1, "claimed_cny"), (2, "claimed_cny")],
        "claimed_cny is missing"),
    "renamed": (
        _without("region", "regions"), "region is missing and regions is new, so it seems renamed",
        [(1, "region"), (2, "region")], "seems renamed"),
    "renamed, of the contract": (
        _without("claimed_cny", "claim_cny"), "claimed_cny is missing and claim_cny is new", [(1, "claimed_cny"),
        (2, "claimed_cny")], "seems renamed"),
    "retyped": (_with("score", ("high", "7")), "score is retyped: 1 values are no number", [(1, "score")], ""),
    "retyped, of the contract": (
        _with("claimed_cny", ("much", "little")), "claimed_cny is retyped: 2 of 2 values are no decimal",
        [(1, "claimed_cny"), (2, "claimed_cny")], ""),
}  # fmt: skip


def _second(root: Path, text: str, policy: Policy) -> Staged:
    policies = {"disputes": policy}
    remember(stage(root, {"a/disputes.csv": BEFORE}, policies=policies), "r1")
    return stage(root, {"b/disputes.csv": text}, policies=policies)


@pytest.mark.parametrize("case", CASES)
def test_a_frozen_table_refuses(case: str, tmp_path: Path) -> None:
    text, words, _, _ = CASES[case]
    with pytest.raises(RunError) as refusal:
        _second(tmp_path, text, Policy.FREEZE)
    assert words in str(refusal.value)
    assert "b/disputes.csv" in str(refusal.value)
    assert "frozen" in str(refusal.value)


@pytest.mark.parametrize("case", CASES)
def test_under_quarantine_rows_are_set_aside(case: str, tmp_path: Path) -> None:
    text, _, expected, _ = CASES[case]
    staged = _second(tmp_path, text, Policy.QUARANTINE)
    assert [(row, column) for _, row, _, column in staged.rules()] == expected
    rule = "type" if case == "retyped, of the contract" else "schema"
    assert {name for *_, name, _ in staged.rules()} == {rule}
    assert staged.account("b/disputes.csv") == {
        "rows_in": 2, "loaded": 2 - len(expected), "quarantined": len(expected), "duplicates": 0, "superseded": 0,
    }  # fmt: skip
    raw = json.loads(staged.quarantine()["raw"][0])
    assert raw["dispute_id"] == "d3"


@pytest.mark.parametrize("case", CASES)
def test_a_table_that_may_evolve_loads_and_says_so(case: str, tmp_path: Path) -> None:
    text, _, expected, note = CASES[case]
    staged = _second(tmp_path, text, Policy.EVOLVE)
    # A value of the contract has the contract's type, whatever the policy.
    aside = expected if case == "retyped, of the contract" else []
    assert [(row, column) for _, row, _, column in staged.rules()] == aside
    assert note in staged.books.files["note"][1]
    assert bool(note) == bool(staged.books.files["note"][1])


@pytest.mark.parametrize("case", [case for case in CASES if case != "retyped, of the contract"])
def test_what_was_set_aside_is_loaded_by_a_replay_once_it_may_evolve(case: str, tmp_path: Path) -> None:
    remember(_second(tmp_path, CASES[case][0], Policy.QUARANTINE), "r2")
    staged = stage(tmp_path, replay=True)
    assert staged.rules() == []
    assert staged.rows("disputes").height == 4


@pytest.mark.parametrize("case", [case for case in CASES if case != "retyped, of the contract"])
def test_what_was_set_aside_is_not_known_afterwards(case: str, tmp_path: Path) -> None:
    text, _, expected, _ = CASES[case]
    remember(_second(tmp_path, text, Policy.QUARANTINE), "r2")
    later = text.replace("d3", "d5").replace("d4", "d6")
    third = stage(tmp_path, {"c/disputes.csv": later}, policies={"disputes": Policy.QUARANTINE})
    assert third.account("c/disputes.csv")["quarantined"] == len(expected)


def test_a_required_column_that_is_missing_sets_the_file_aside(tmp_path: Path) -> None:
    staged = _second(tmp_path, _without("dispute_id", "dispute_no"), Policy.QUARANTINE)
    assert staged.rules() == [("b/disputes.csv", row, "schema", "dispute_id") for row in (1, 2)]
    for policy in (Policy.EVOLVE, Policy.FREEZE):
        with pytest.raises(RunError, match="dispute_id of disputes is not in the header"):
            _second(tmp_path / policy, _without("dispute_id", "dispute_no"), policy)


def test_the_columns_in_another_order_are_no_change(tmp_path: Path) -> None:
    text = csv_text(HEADERS[::-1], [("3", "east", "12.00", "partial", "2026-01-03", "d3")])
    assert _second(tmp_path, text, Policy.FREEZE).rules() == []


def test_a_column_that_some_files_lack_may_be_absent_again(tmp_path: Path) -> None:
    remember(stage(tmp_path, {"a/disputes.csv": BEFORE, "b/disputes.csv": _without("region")}), "r1")
    later = _without("region").replace("d3", "d5")
    assert stage(tmp_path, {"c/disputes.csv": later}, policies={"disputes": Policy.FREEZE}).rules() == []


def test_other_tables_keep_their_own_policy(tmp_path: Path) -> None:
    remember(stage(tmp_path, {"a/disputes.csv": BEFORE}), "r1")
    staged = stage(tmp_path, {"b/disputes.csv": _without("region")}, policies={"messages": Policy.FREEZE})
    assert staged.rules() == []


def test_a_key_that_comes_late_in_a_json_file_is_new(tmp_path: Path) -> None:
    lines = '{"dispute_id":"d3","opened_at":"2026-01-03","outcome":"partial","claimed_cny":1,"region":"x","score":1}\n'
    text = lines + lines.replace("d3", "d4").replace("}", ',"weather":"rain"}')
    remember(stage(tmp_path, {"a/disputes.csv": BEFORE}), "r1")
    staged = stage(tmp_path, {"b/disputes.ndjson": text}, policies={"disputes": Policy.QUARANTINE})
    assert staged.rules() == [("b/disputes.ndjson", 2, "schema", "weather")]


# ------------------------------------------------------------------------------------------------------------- settings


def test_a_violated_freeze_publishes_nothing_and_ends_with_status_1(tmp_path: Path) -> None:
    data, inbox = tmp_path / "data", tmp_path / "inbox"
    deliver(inbox, {"a/disputes.csv": BEFORE})
    data.mkdir()
    (data / "settings.toml").write_text('[schema]\ndisputes = "freeze"\n', encoding="utf-8")
    before = Steps(make_settings(data, inbox, None), Stopwatch()).run()
    deliver(inbox, {"b/disputes.csv": _without("region", "regions")})
    assert call(lambda: Steps(make_settings(data, inbox, None), Stopwatch()).run()) == EXIT_DATA
    assert ask(before.database, "select count(*) from core.disputes") == [(2,)]
    assert (data / "current").resolve().name == before.run_id


@pytest.mark.parametrize("policy", Policy)
def test_a_check_says_what_a_run_would(policy: Policy, tmp_path: Path) -> None:
    remember(stage(tmp_path, {"a/disputes.csv": BEFORE}), "r1")
    data = tmp_path / "data"
    (data / "settings.toml").write_text(f'[schema]\ndisputes = "{policy}"\n', encoding="utf-8")
    arrived = deliver(tmp_path / "b", {"disputes.csv": _more("regions", ("x", ""))}) / "disputes.csv"
    if policy is Policy.FREEZE:
        with pytest.raises(RunError, match=r"regions is new \(closest: region\).*frozen"):
            check_path(arrived, None, data)
        return
    text = check_path(arrived, None, data)
    assert ("1 schema regions" in text) is (policy is Policy.QUARANTINE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('disputes = "frozen"', "schema.disputes is 'frozen'; did you mean freeze?"),
        ('dispute = "freeze"', "schema.dispute is no table; did you mean disputes?"),
        ("disputes = 1", "schema.disputes is 1; known are evolve, freeze, quarantine"),
    ],
)
def test_settings_that_cannot_be_meant(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(f"[schema]\n{text}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=words[:30].replace("'", ".")) as error:
        make_settings(tmp_path, None, None)
    assert words in str(error.value)
    assert call(lambda: make_settings(tmp_path, None, None)) == EXIT_USAGE
