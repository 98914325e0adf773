"""Rows that break a rule: which rule, which column, in which order; and that none slips through."""

from collections.abc import Mapping, Sequence

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.ingest.matching import match_headers
from transforms.ingest.parse import DOUBTFUL, ROW, broken_rows, parse_rows, row_rules
from transforms.ingest.profile import NULL_TOKENS, ExtraFactor, Profile, TableProfile
from transforms.ingest.values import NEVER_A_VALUE
from transforms.registry import INPUT_TABLES, Kind

CANONICAL = Profile("canonical")
GOOD: dict[str, dict[str, str]] = {
    "disputes": {"dispute_id": "d", "opened_at": "2026-01-01", "ruled_at": "2026-01-09", "outcome": "partial",
                 "claimed_cny": "10", "refunded_cny": "5", "votes_buyer": "9", "votes_seller": "8", "category": "其他"},
    "evidence": {"evidence_id": "e", "dispute_id": "d", "party": "买家", "kind": "photo", "clear": "true"},
    "violations": {"violation_id": "v", "dispute_id": "d", "party": "seller", "rule": "售假", "recorded_at": ""},
    "messages": {"message_id": "m", "dispute_id": "d", "sender": "agent", "text": " 好 "},
    "reputation": {"user_id": "u", "as_of": "2026-01-01", "credit_score": "700", "positive_rate": "0.9",
                   "member_since": "2020-01-01"},
}  # fmt: skip


def _parsed(table: str, rows: Sequence[Mapping[str, str | None]], profile: Profile = CANONICAL) -> pl.DataFrame:
    headers = tuple(dict.fromkeys(name for row in rows for name in row))
    raw = pl.DataFrame(
        {**{name: [row.get(name) for row in rows] for name in headers}, ROW: range(1, len(rows) + 1)},
        schema={**dict.fromkeys(headers, pl.String()), ROW: pl.Int64()},
    )
    match = match_headers(headers, INPUT_TABLES[table], profile)
    return parse_rows(raw.lazy(), INPUT_TABLES[table], match, profile).collect()


def _broken(table: str, rows: Sequence[Mapping[str, str | None]], profile: Profile = CANONICAL) -> pl.DataFrame:
    parsed = _parsed(table, rows, profile)
    return broken_rows(parsed.filter(DOUBTFUL).lazy(), INPUT_TABLES[table], profile).collect()


def _verdict(table: str, row: Mapping[str, str | None], profile: Profile = CANONICAL) -> tuple[str, str] | None:
    found = _broken(table, [row], profile)
    return (found["rule"].item(), found["column_name"].item()) if found.height else None


@pytest.mark.parametrize("table", GOOD)
def test_good_rows_break_nothing(table: str) -> None:
    assert _verdict(table, GOOD[table]) is None


@pytest.mark.parametrize("table", GOOD)
def test_the_smallest_rows_break_nothing(table: str) -> None:
    needed = {column.name for column in INPUT_TABLES[table].columns if column.required} | {"opened_at"}
    assert _verdict(table, {name: text for name, text in GOOD[table].items() if name in needed}) is None


@pytest.mark.parametrize("token", ["", " ", "NULL", "N/A", None])
@pytest.mark.parametrize(
    ("table", "column"),
    [(table.name, column.name) for table in INPUT_TABLES.values() for column in table.columns
     if column.required and not column.free_text],
)  # fmt: skip
def test_required_columns(table: str, column: str, token: str | None) -> None:
    assert _verdict(table, {**GOOD[table], column: token}) == ("required", column)


def test_text_of_a_message_is_required_but_has_no_null_tokens() -> None:
    assert _verdict("messages", {**GOOD["messages"], "text": "  "}) == ("required", "text")
    assert _verdict("messages", {**GOOD["messages"], "text": "N/A"}) is None


@pytest.mark.parametrize(
    ("table", "column"),
    [(table.name, column.name) for table in INPUT_TABLES.values() for column in table.columns
     if column.kind is not Kind.TEXT],
)  # fmt: skip
def test_what_cannot_be_read_breaks_type_or_enumeration(table: str, column: str) -> None:
    kind = INPUT_TABLES[table].column(column).kind
    rule = "enumeration" if kind is Kind.ENUM else "type"
    assert _verdict(table, {**GOOD[table], column: "?!"}) == (rule, column)


@pytest.mark.parametrize(
    ("table", "column", "outside", "inside"),
    [
        ("disputes", "item_price_cny", ["-0.01", "-5"], ["0", "0.01", "9999999999.99"]),
        ("disputes", "claimed_cny", ["-0.01"], ["5"]),
        ("disputes", "refunded_cny", ["-0.01"], ["0", "10"]),
        ("disputes", "votes_buyer", ["-1", "18"], ["0", "9"]),
        ("disputes", "votes_seller", ["-1", "18"], ["0", "8"]),
        ("reputation", "credit_score", ["349", "951", "0"], ["350", "950"]),
        ("reputation", "positive_rate", ["-0.01", "1.01", "98"], ["0", "1"]),
        ("reputation", "completed_trades", ["-1"], ["0"]),
        ("reputation", "claims_90d", ["-1"], ["0"]),
        ("reputation", "counterfeit_penalties_365d", ["-1"], ["0"]),
    ],
)
def test_ranges(table: str, column: str, outside: list[str], inside: list[str]) -> None:
    for text in outside:
        assert _verdict(table, {**GOOD[table], column: text}) == ("range", column), text
    for text in inside:
        assert _verdict(table, {**GOOD[table], column: text}) is None, text


def test_an_amount_below_nothing_is_not_rounded_to_nothing() -> None:
    assert _verdict("disputes", {**GOOD["disputes"], "item_price_cny": "-0.004"}) is not None


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"opened_at": "", "ruled_at": "NULL"}, "no_time"),
        ({"opened_at": ""}, None),
        ({"ruled_at": ""}, None),
        ({"refunded_cny": "10.01"}, "refund_above_claim"),
        ({"refunded_cny": "10.00"}, None),
        ({"claimed_cny": ""}, None),
        ({"votes_buyer": "9", "votes_seller": "9"}, "votes"),
        ({"votes_buyer": "17", "votes_seller": "0"}, None),
        ({"votes_buyer": "17", "votes_seller": ""}, None),
    ],
)
def test_rules_between_columns(changes: dict[str, str], rule: str | None) -> None:
    found = _verdict("disputes", {**GOOD["disputes"], **changes})
    assert (found[0] if found else None) == rule


def test_a_row_counts_under_the_first_rule_and_says_how_many_it_breaks() -> None:
    row = {**GOOD["disputes"], "dispute_id": "", "outcome": "?", "claimed_cny": "-1", "refunded_cny": "0"}
    found = _broken("disputes", [row])
    assert found.select("rule", "column_name", "n_broken").rows() == [("required", "dispute_id", 4)]


def test_rules_come_in_the_order_of_the_columns() -> None:
    row = {**GOOD["disputes"], "votes_seller": "many", "category": "?", "opened_at": "?"}
    assert _verdict("disputes", row) == ("type", "opened_at")


def test_what_was_got_and_what_was_expected() -> None:
    (row,) = _broken("evidence", [{**GOOD["evidence"], "kind": " drawing "}]).rows(named=True)
    assert row["raw:kind"] == "drawing"
    assert row["expected"].startswith("one of photo, video, chat_record")


def test_broken_rows_keep_their_numbers() -> None:
    rows: Sequence[Mapping[str, str | None]] = [GOOD["evidence"], {**GOOD["evidence"], "party": "?"}] * 3
    assert _broken("evidence", rows)[ROW].to_list() == [2, 4, 6]


def test_every_rule_says_what_was_expected() -> None:
    for table in INPUT_TABLES.values():
        rules = row_rules(table)
        assert all(rule.expected and rule.column in table.column_names for rule in rules)
        assert len({(rule.name, rule.column) for rule in rules}) == len(rules)


def test_absent_columns_are_null_and_constants_are_filled_in() -> None:
    profile = Profile("own", tables={"disputes": TableProfile(constants={"decided_by": "小法庭", "claimed_cny": "7"})})
    (row,) = _parsed("disputes", [{"dispute_id": "d", "opened_at": "2026-01-01"}], profile).rows(named=True)
    assert (row["decided_by"], str(row["claimed_cny"]), row["outcome"]) == ("jury", "7.00", None)


def test_a_constant_that_breaks_a_rule_is_found() -> None:
    profile = Profile("own", tables={"disputes": TableProfile(constants={"decided_by": "judge"})})
    row = {"dispute_id": "d", "opened_at": "2026-01-01"}
    assert _verdict("disputes", row, profile) == ("enumeration", "decided_by")


def test_extra_columns_are_kept_as_text_and_their_spellings_mapped() -> None:
    profile = Profile("own", tables={"disputes": TableProfile(values={"Age": {"5": "65+"}})})
    rows: Sequence[Mapping[str, str | None]] = [
        {**GOOD["disputes"], "Age": " 5 ", "Note": "NULL"}, {**GOOD["disputes"], "Age": "4", "Note": "x"},
    ]  # fmt: skip
    parsed = _parsed("disputes", rows, profile)
    assert parsed.select("Age", "Note").rows() == [("65+", None), ("4", "x")]


def test_a_numeric_extra_factor_is_kept_as_programs_write_numbers() -> None:
    profile = Profile(
        "own",
        extra_factors=(ExtraFactor("fee", "Fee", "numeric"), ExtraFactor("kind", "Kind", "categorical")),
        tables={"disputes": TableProfile(scale={"Fee": 0.5})},
    )
    rows: Sequence[Mapping[str, str | None]] = [
        {**GOOD["disputes"], "Fee": fee, "Kind": "$3"} for fee in (" $1,234.50", "98%", "1.2万", "---", "many", "8")
    ]
    parsed = _parsed("disputes", rows, profile)
    assert parsed["Fee"].cast(pl.Float64).to_list() == [617.25, 0.98, 12000.0, None, None, 4.0]
    assert parsed["Kind"].to_list() == ["$3"] * 6


def test_the_first_of_several_headers_that_has_a_value_counts() -> None:
    said = TableProfile(
        first_of={"outcome": ("Prevailing", "Disposition")},
        values={"outcome": {"Consumer": "buyer_wins", "Settled": "settled", "Awarded": ""}},
    )
    profile = Profile("own", tables={"disputes": said})
    cases = [("Consumer", "Awarded"), ("---", "Settled"), ("", "Awarded"), ("Nobody", "Settled")]
    row = {"dispute_id": "d", "opened_at": "2026-01-01"}
    rows: Sequence[Mapping[str, str | None]] = [{**row, "Prevailing": a, "Disposition": b} for a, b in cases]
    parsed = _parsed("disputes", rows, profile)
    assert parsed["outcome"].to_list() == ["buyer_wins", "settled", None, None]
    # The further header stays a column of its own; the header that is used does not.
    assert "Disposition" in parsed.columns
    assert "Prevailing" not in parsed.columns
    broken = _broken("disputes", rows, profile)
    assert broken.select(ROW, "rule", "raw:outcome").rows() == [(4, "enumeration", "Nobody")]


@pytest.mark.parametrize("text", ["1.23457E+15", "4E+11"])
def test_an_identifier_that_a_spreadsheet_has_rounded_is_set_aside(text: str) -> None:
    assert _verdict("disputes", {**GOOD["disputes"], "dispute_id": text}) == ("rounded", "dispute_id")
    assert _verdict("disputes", {**GOOD["disputes"], "order_id": text}) == ("rounded", "order_id")
    assert _verdict("evidence", {**GOOD["evidence"], "dispute_id": text}) == ("rounded", "dispute_id")


@pytest.mark.parametrize("text", ["12E+4", "E+11", "1.2e15", "A1E+10", "1.5E+100", "BME+22"])
def test_an_identifier_that_only_looks_rounded_is_one(text: str) -> None:
    assert _verdict("disputes", {**GOOD["disputes"], "order_id": text}) is None


def test_formats_of_one_column_do_not_hold_for_the_others() -> None:
    said = TableProfile(date_formats={"opened_at": ("%d/%m/%Y",)})
    profile = Profile("own", date_formats=("%m/%d/%Y",), tables={"disputes": said})
    (row,) = _parsed(
        "disputes", [{"dispute_id": "d", "opened_at": "03/05/2024", "ruled_at": "05/06/2024"}], profile
    ).rows(named=True)
    assert (row["opened_at"].month, row["ruled_at"].month) == (5, 5)
    assert (row["opened_at"].day, row["ruled_at"].day) == (2, 5)


ODD = ["", " ", "NULL", "?", "-1", "0", "1", "9", "17", "18", "700", "0.5", "1e999", "2026-01-01", "2026-02-30", "true",
       "buyer", "卖家", "photo", "partial", "其他", "99999999999", " 7 ", "\u3000", "nan", "10.015", "无", "'7",
       "1.2万", "45356", "98%", "2024年3月5日", "9E+15", "(5)"]  # fmt: skip
ROWS = {
    table.name: st.lists(
        st.fixed_dictionaries({name: st.sampled_from([*ODD, None]) for name in table.column_names}),
        min_size=1,
        max_size=12,
    )
    for table in INPUT_TABLES.values()
}


@pytest.mark.parametrize("table", GOOD)
@settings(max_examples=25)
@given(st.data())
def test_doubtful_rows_hold_all_broken_rows(table: str, data: st.DataObject) -> None:
    rows = data.draw(ROWS[table])
    parsed = _parsed(table, rows)
    all_broken = broken_rows(parsed.lazy(), INPUT_TABLES[table], CANONICAL).collect()
    of_doubtful = broken_rows(parsed.filter(DOUBTFUL).lazy(), INPUT_TABLES[table], CANONICAL).collect()
    assert all_broken[ROW].to_list() == of_doubtful[ROW].to_list()
    assert all_broken["rule"].to_list() == of_doubtful["rule"].to_list()


@pytest.mark.parametrize("table", GOOD)
@settings(max_examples=25)
@given(st.data())
def test_a_row_that_is_not_broken_keeps_every_promise(table: str, data: st.DataObject) -> None:
    declared = INPUT_TABLES[table]
    parsed = _parsed(table, data.draw(ROWS[table]))
    broken = broken_rows(parsed.lazy(), declared, CANONICAL).collect()
    whole = parsed.join(broken, on=ROW, how="anti")
    for column in declared.columns:
        values, raw = whole[column.name], whole[f"raw:{column.name}"]
        if column.required:
            assert not values.null_count()
        if column.kind is not Kind.TEXT:
            lost = [text for text, value in zip(raw, values, strict=True)
                    if value is None and text is not None
                    and text.strip() not in (*NULL_TOKENS, *NEVER_A_VALUE[column.kind])]  # fmt: skip
            assert not lost, column.name
        if column.minimum is not None and column.maximum is not None:
            assert all(column.minimum <= value <= column.maximum for value in values.drop_nulls())
