"""The registry against the contract: a frozen copy of what it promises, and its text where it is at hand."""

import re
from pathlib import Path

import pytest

from transforms.registry import INPUT_TABLES, OUTPUT_TABLES, Column, Kind, Table

CONTRACT = Path(__file__).parents[4] / "shared" / "contract.md"

#: Columns that a batch may have; * must be present and not null.
INPUTS = {
    "disputes": "dispute_id* exported_at order_id opened_at ruled_at category claim item_price_cny claimed_cny "
    "refunded_cny buyer_id seller_id outcome decided_by decider_id votes_buyer votes_seller paid_on_platform "
    "applied_in_window negotiated_first shipped_on_time",
    "evidence": "evidence_id* dispute_id* party* kind* submitted_at clear multi_angle close_up full_process accredited "
    "admitted",
    "violations": "violation_id* dispute_id* party* rule* severity substantiated recorded_at",
    "messages": "message_id* dispute_id* sender* audience sent_at text*",
    "reputation": "user_id* as_of* credit_score member_since completed_trades positive_rate claims_90d "
    "unjustified_claims_365d complaints_365d penalties_365d counterfeit_penalties_365d",
}
KEYS = {
    "disputes": ("dispute_id",),
    "evidence": ("evidence_id",),
    "violations": ("violation_id",),
    "messages": ("message_id",),
    "reputation": ("user_id", "as_of"),
}
_SIDES = " ".join(
    f"buyer_{factor} seller_{factor} {factor}_advantage" for factor in ("evidence", "rules", "tone", "reputation")
)


def _of_input(table: str) -> str:
    return INPUTS[table].replace("*", "")


#: Columns that SQL users rely on.
OUTPUTS = {
    "core.disputes": f"{_of_input('disputes')} run_id is_ruled refund_ratio",
    "core.evidence": f"{_of_input('evidence')} counted",
    "core.violations": f"{_of_input('violations')} counted",
    "core.reputation": f"{_of_input('reputation')} counted",
    "core.messages": "message_id dispute_id sender audience sent_at counted text hostility civility insult threat "
    "demand refusal stalling courtesy apology offer cooperation",
    "core.factor_scores": f"dispute_id {_SIDES} overall_advantage",
    "core.score_parts": "dispute_id party factor part points",
    "marts.outcome_rates": "slice value outcome n share ci_low ci_high",
    "marts.factor_outcomes": "factor level level_low level_high outcome n share ci_low ci_high",
    "marts.factor_association": "factor measure n estimate ci_low ci_high p_value q_value",
    "marts.factor_effects": "model term n coefficient std_error odds_ratio ci_low ci_high p_value ame_pp ame_ci_low "
    "ame_ci_high",
    "marts.evidence_kinds": "kind party n share_with effect_pp ci_low ci_high",
    "marts.violation_rules": "rule party n share_with effect_pp ci_low ci_high",
    "marts.factor_importance": "factor share ci_low ci_high",
    "marts.claim_findings": "claim_id factor statement_en statement_zh estimand n estimate_pp ci_low ci_high p_value "
    "q_value verdict",
    "marts.trend": "n shift",
    "marts.model_validation": "auc brier log_loss calibration_slope base_auc base_brier base_log_loss "
    "base_calibration_slope",
    "marts.consistency": "",
    "marts.surprising_rulings": "",
    "marts.reversals": "",
    "meta.runs": "run_id",
    "meta.files": "rows_in loaded quarantined duplicates superseded",
    "meta.quarantine": "rule",
    "meta.expectations": "",
    "meta.columns": "",
}
#: Promised by the contract and not built yet; a table leaves this list when it is declared.
LATER: set[str] = set()
KINDS = {
    "text": Kind.TEXT,
    "timestamp": Kind.TIMESTAMP,
    "date": Kind.DATE,
    "enum": Kind.ENUM,
    "decimal": Kind.DECIMAL,
    "int": Kind.INTEGER,
    "float": Kind.FLOAT,
    "bool": Kind.BOOLEAN,
}


@pytest.mark.parametrize("table", INPUTS)
def test_every_promised_input_column_is_declared(table: str) -> None:
    declared = [column.name + "*" * column.required for column in INPUT_TABLES[table].columns]
    assert declared == INPUTS[table].split()


def test_there_are_no_other_input_tables() -> None:
    assert set(INPUT_TABLES) == set(INPUTS)


@pytest.mark.parametrize("table", KEYS)
def test_input_keys(table: str) -> None:
    assert INPUT_TABLES[table].key == KEYS[table]


@pytest.mark.parametrize("table", OUTPUTS)
def test_every_promised_output_column_is_declared(table: str) -> None:
    assert set(OUTPUTS[table].split()) <= set(OUTPUT_TABLES[table].column_names)


def test_tables_of_later_work_are_listed_until_they_are_declared() -> None:
    assert not LATER & set(OUTPUT_TABLES)


def test_ranges_are_those_of_the_contract() -> None:
    money = [INPUT_TABLES["disputes"].column(name) for name in ("item_price_cny", "claimed_cny", "refunded_cny")]
    assert [column.minimum for column in money] == [0, 0, 0]
    credit, rate = (INPUT_TABLES["reputation"].column(name) for name in ("credit_score", "positive_rate"))
    assert (credit.minimum, credit.maximum) == (350, 950)
    assert (rate.minimum, rate.maximum) == (0, 1)


def test_persons_are_pseudonymised_and_their_words_masked() -> None:
    personal = {
        column.name
        for table in INPUT_TABLES.values()
        for column in table.columns
        if column.identifier or column.free_text
    }
    assert {"buyer_id", "seller_id", "user_id", "text"} <= personal


def test_a_user_has_one_pseudonym_in_all_tables() -> None:
    disputes, reputation = INPUT_TABLES["disputes"], INPUT_TABLES["reputation"]
    kinds = {disputes.column("buyer_id").identifier, disputes.column("seller_id").identifier}
    assert kinds == {reputation.column("user_id").identifier}


def _contract() -> str:
    if not CONTRACT.is_file():
        pytest.skip("the text of the contract lies outside the project and is not here; the frozen copy was tested")
    return CONTRACT.read_text(encoding="utf-8")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _sections(text: str) -> dict[str, tuple[str, list[list[str]]]]:
    """Return heading and rows of each input table."""
    found: dict[str, tuple[str, list[list[str]]]] = {}
    for part in re.split(r"^### ", text.split("## 2.", maxsplit=1)[0], flags=re.MULTILINE)[1:]:
        heading, *lines = part.splitlines()
        rows = [_cells(line) for line in lines if line.startswith("|")][2:]
        if ":" in heading:
            found[heading.split(":")[0]] = (heading, rows)
    return found


def _labels(meaning: str) -> dict[str, str]:
    """Read ``buyer 买家, seller 卖家; null while open``."""
    pairs = [pair.split() for pair in meaning.split(";", maxsplit=1)[0].split(",")]
    return {pair[0]: pair[1] if len(pair) > 1 else "" for pair in pairs}


@pytest.mark.parametrize("table", INPUTS)
def test_the_contract_names_the_same_input_columns(table: str) -> None:
    heading, rows = _sections(_contract())[table]
    names = [name for row in rows for name in row[0].replace(" ", "").split(",")]
    assert names == INPUTS[table].split()
    assert all(f"`{name}`" in heading for name in KEYS[table])


@pytest.mark.parametrize("table", INPUTS)
def test_the_contract_gives_the_same_types_and_values(table: str) -> None:
    for names, kinds, meaning in _sections(_contract())[table][1]:
        columns = [INPUT_TABLES[table].column(name.strip().rstrip("*")) for name in names.split(",")]
        written = [kind.strip() for kind in kinds.split(",")]
        for column, kind in zip(columns, written * len(columns) if len(written) == 1 else written, strict=True):
            assert column.kind is KINDS[kind], column.name
            if column.enumeration:
                _same_values(column, _labels(meaning))


def _same_values(column: Column, written: dict[str, str]) -> None:
    assert column.enumeration
    assert tuple(written) == column.enumeration.values, column.name
    spellings = column.enumeration.spellings
    for value, label in written.items():
        assert not label or spellings[label] == value, column.name


def _promised_outputs(text: str) -> dict[str, set[str]]:
    """Return the tables of section 3 and the single words that their row lists as columns."""
    lines = [
        line for line in text.split("## 3.")[1].split("## 4.", maxsplit=1)[0].splitlines() if line.startswith("|")
    ][2:]
    found: dict[str, set[str]] = {}
    for line in lines:
        tables, *_, columns = _cells(line)
        plain = re.sub(r"\([^)]*\)|the same for [^;]*", "", columns).replace("`", "")
        words = {part.strip() for part in re.split(r"[,;:]", plain)}
        for table in tables.split(","):
            found[table.strip()] = {word for word in words if re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", word)}
    return found


def test_the_contract_promises_the_same_output_tables() -> None:
    assert set(_promised_outputs(_contract())) == set(OUTPUTS) | LATER


@pytest.mark.parametrize("table", [name for name in OUTPUTS if not name.startswith("meta.")])
def test_the_contract_promises_no_output_column_that_is_not_frozen_here(table: str) -> None:
    words = _promised_outputs(_contract())[table]
    # Of some tables it says in words what they hold, and names no column.
    assert words or not OUTPUTS[table]
    assert words <= set(OUTPUTS[table].split())


def test_the_contract_says_that_rows_reconcile() -> None:
    assert "rows in = loaded + quarantined + duplicates + superseded" in _contract()
    files: Table = OUTPUT_TABLES["meta.files"]
    assert {"rows_in", "loaded", "quarantined", "duplicates", "superseded"} <= set(files.column_names)
