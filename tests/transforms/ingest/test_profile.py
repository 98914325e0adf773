"""Profiles: what they say, what they refuse and in which words, and how headers are matched."""

from typing import Any

import pytest

from flows.errors import UsageError
from flows.ingest.profiles import SHIPPED, load_profile
from transforms.ingest.matching import best_match, match_headers
from transforms.ingest.profile import NULL_TOKENS, Profile, ProfileError
from transforms.ingest.profile_reading import profile_from_mapping, read_profile
from transforms.ingest.toml_lines import line_index, line_of
from transforms.registry import INPUT_TABLES

DISPUTES, EVIDENCE = INPUT_TABLES["disputes"], INPUT_TABLES["evidence"]


def _profile(text: str) -> Profile:
    return read_profile('name = "own"\n' + text)


FULL = """
encoding = "gb18030"
delimiter = ";"
time_zone = "UTC"
date_formats = ["%d/%m/%Y"]
null_tokens = ["", "-"]
decimal_mark = ","
thousands_mark = "."
currency_marks = ["€"]
[tables.disputes]
files = ["cases*"]
[tables.disputes.columns]
"Case No" = "dispute_id"
"Paid" = "paid_on_platform"
[tables.disputes.first_of]
outcome = ["Verdict", "Disposition"]
[tables.disputes.values.outcome]
"buyer" = "buyer_wins"
"seller" = "支持卖家"
"none" = ""
[tables.disputes.values.Paid]
"cash" = false
[tables.disputes.constants]
decided_by = "小法庭"
votes_buyer = 9
[tables.disputes.date_formats]
ruled_at = ["%d.%m.%Y %H:%M:%S.%f", "excel_1904"]
[tables.disputes.scale]
claimed_cny = 0.01
[extra_factors.repeat_player]
column = "NO_OF_CASES"
type = "numeric"
favours = "seller"
"""


def test_everything_that_a_profile_can_say() -> None:
    profile = _profile(FULL)
    assert (profile.encoding, profile.delimiter, profile.time_zone) == ("gb18030", ";", "UTC")
    assert (profile.date_formats, profile.null_tokens) == (("%d/%m/%Y",), ("", "-"))
    table = profile.table("disputes")
    assert table.columns == {"Case No": "dispute_id", "Paid": "paid_on_platform"}
    assert table.first_of == {"outcome": ("Verdict", "Disposition")}
    # Values are written as the contract writes them, and stand under the column that a header is read as.
    assert table.constants == {"decided_by": "jury", "votes_buyer": "9"}
    assert table.values == {
        "outcome": {"buyer": "buyer_wins", "seller": "seller_wins", "none": ""},
        "paid_on_platform": {"cash": "false"},
    }
    assert table.date_formats == {"ruled_at": ("%d.%m.%Y %H:%M:%S%.f", "excel_1904")}
    assert table.scale == {"claimed_cny": 0.01}
    assert (profile.decimal_mark, profile.thousands_mark, profile.currency_marks) == (",", ".", ("€",))
    (factor,) = profile.extra_factors
    assert (factor.name, factor.column, factor.type, factor.favours) == (
        "repeat_player",
        "NO_OF_CASES",
        "numeric",
        "seller",
    )


def test_what_a_profile_does_not_say() -> None:
    profile = _profile("")
    assert (profile.encoding, profile.delimiter, profile.time_zone) == (None, None, "Asia/Shanghai")
    assert (profile.null_tokens, profile.extra_factors) == (NULL_TOKENS, ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('encodng = "utf-8"', "line 2: the profile: encodng is not known; did you mean encoding?"),
        ("encoding = 8", "line 2: the profile: encoding is 8; expected a text"),
        ('# x\n\nencoding = "gb18031"', "line 4: the profile: encoding is gb18031, which is not known"),
        ('delimiter = ",,"', "line 2: the profile: delimiter is ',,'; expected one character"),
        ("delimiter = '\"'", "line 2: the profile: delimiter is '\"'; expected one character"),
        ('time_zone = "Asia/Beijing"', "line 2: the profile: time_zone is Asia/Beijing, which is not known"),
        ('time_zone = "../etc"', "line 2: the profile: time_zone is ../etc"),
        ("date_formats = '%Y'", "line 2: the profile: date_formats is '%Y'; expected a list"),
        ("date_formats = [1]", "line 2: the profile: date_formats holds 1; expected texts"),
        ('date_formats = ["dd/mm/yyyy"]', "holds 'dd/mm/yyyy', no strftime notation such as %d/%m/%Y"),
        ('date_formats = ["excel1904"]', "no strftime notation such as %d/%m/%Y; did you mean excel_1904?"),
        ('date_formats = ["%d/%m/%J"]', "holds '%d/%m/%J'; %J is not known"),
        ('date_formats = ["%d/%m"]', "holds '%d/%m', which has no year"),
        ('date_formats = ["%d/%m/%Y", "%H:%M %Y", "%m/%d/%Y"]',
         "holds '%d/%m/%Y' and '%m/%d/%Y', which read the same text as different days"),
        ('decimal_mark = "·"', "line 2: the profile: decimal_mark is '·'; expected one of"),
        ('thousands_mark = "_"', "line 2: the profile: thousands_mark is '_'; expected one of"),
        ('decimal_mark = ","\nthousands_mark = ","',
         "line 3: the profile: thousands_mark and decimal_mark are both ','"),
        ('thousands_mark = "."', "thousands_mark and decimal_mark are both '.'"),
        ("[tables.dispute]", "line 2: [tables]: dispute is not known; did you mean disputes?"),
        ('[tables.disputes]\nfile = ["x"]', "line 3: [tables.disputes]: file is not known; did you mean files?"),
        ('[tables.disputes.columns]\n"B" = "order_id"\n"No" = "disputeid"',
         "line 4: [tables.disputes.columns]: disputeid is no column of disputes; did you mean dispute_id?"),
        ('[tables.disputes]\ncolumns = { No = "disputeid" }',
         "line 3: [tables.disputes.columns]: disputeid is no column"),
        ('[tables.disputes.constants]\nverdict = "x"', "line 3: [tables.disputes.constants]: verdict is no column"),
        ('[tables.disputes.constants]\nclaim = "假"',
         "line 3: [tables.disputes.constants]: claim is '假', no value of claim"),
        ('[tables.disputes.constants]\nclaimed_cny = "dear"', "no value of claimed_cny; expected decimal"),
        ('[tables.disputes.columns]\n"No" = "order_id"\n[tables.disputes.constants]\norder_id = "x"',
         "line 5: [tables.disputes]: order_id has a header and is a constant as well"),
        ('[tables.disputes.first_of]\nverdict = ["A", "B"]',
         "line 3: [tables.disputes.first_of]: verdict is no column"),
        ('[tables.disputes.columns]\n"A" = "outcome"\n[tables.disputes.first_of]\noutcome = ["A", "B"]',
         "line 5: [tables.disputes]: outcome has a header in columns and some in first_of"),
        ('[tables.disputes.values.outcome]\n"won" = "buyer_win"',
         "won is 'buyer_win', no value of outcome; did you mean buyer_wins?"),
        ('[tables.disputes.values.paid_on_platform]\n"x y" = "perhaps"',
         "\"x y\" is 'perhaps', no value of paid_on_platform"),
        ('[tables.disputes.values.outcome]\n"won" = ["buyer_wins"]', "won is ['buyer_wins']; expected a text"),
        ('[tables.disputes.date_formats]\nruled = ["%Y"]',
         "line 3: [tables.disputes.date_formats]: ruled is no column"),
        ('[tables.disputes.date_formats]\nruled_at = ["%d"]',
         "line 3: [tables.disputes.date_formats]: ruled_at holds '%d'"),
        ("[tables.disputes.scale]\nclaimed_cny = 0",
         "line 3: [tables.disputes.scale]: claimed_cny is 0; expected a number"),
        ("[tables.disputes.scale]\nclaimed_cny = true", "claimed_cny is True; expected a number"),
        ('[extra_factors.f]\ntype = "numeric"', "line 2: [extra_factors.f]: column is missing"),
        ('[extra_factors.f]\ncolumn = "A"', 'type is None; expected "numeric" or "categorical"'),
        ('[extra_factors.f]\ncolumn = "A"\ntype = "number"', "line 4: [extra_factors.f]: type is 'number'"),
        ('[extra_factors.f]\ncolumn = "A"\ntype = "numeric"\nfavours = "jury"',
         "line 5: [extra_factors.f]: favours is 'jury'; expected \"buyer\" or \"seller\""),
        ('[extra_factors.f]\ncolumn = "A"\nkind = "numeric"', "line 4: [extra_factors.f]: kind is not known"),
        ('[extra_factors.outcome]\ncolumn = "A"\ntype = "numeric"',
         "line 2: [extra_factors.outcome]: outcome cannot be"),
        ('[extra_factors."Fee paid"]\ncolumn = "A"', 'line 2: [extra_factors."Fee paid"]: Fee paid cannot be the name'),
        ('[tables.disputes.columns]\n"A" = "claim"\n[extra_factors.f]\ncolumn = "A"\ntype = "numeric"',
         "line 5: [extra_factors.f]: A is read as the column claim"),
        ('[extra_factors.f]\ncolumn = "A"\ntype = "numeric"\n[extra_factors.g]\ntype = "categorical"\ncolumn = "A"',
         "line 7: [extra_factors.g]: A is both a numeric and a categorical factor"),
        ('[tables.disputes\nfiles = []', "not TOML: "),
        ('name = "twice"', "not TOML: "),
    ],
)  # fmt: skip
def test_messages_name_the_place_what_was_got_and_what_is_near(text: str, message: str) -> None:
    with pytest.raises(ProfileError) as refusal:
        _profile(text)
    assert message in str(refusal.value)


def test_the_line_of_a_key_in_all_forms_of_toml() -> None:
    text = """# a comment with [tables] in it
name = "own"
null_tokens = [
  "",
  "[tables]",  # no table
]

[tables.disputes]
files = ["a*"]
columns."Case No" = "dispute_id"
values = { outcome = { "x" = "partial" }, claim = { y = "假货" } }
[ tables . "evidence" ]
columns = { "K" = "kind" }
[extra_factors]
f = { column = "F", type = "numeric" }
"""
    index = line_index(text)
    expected = {
        ("name",): 2, ("null_tokens",): 3, ("tables",): 8, ("tables", "disputes"): 8, ("tables", "disputes",
        "files"): 9,
        ("tables", "disputes", "columns", "Case No"): 10, ("tables", "disputes", "values", "claim", "y"): 11,
        ("tables", "evidence"): 12, ("tables", "evidence", "columns", "K"): 13, ("extra_factors",): 14,
        ("extra_factors", "f", "type"): 15,
    }  # fmt: skip
    assert {path: index[path] for path in expected} == expected
    # What is not there is missing from the table around it.
    assert line_of(text, ("extra_factors", "f", "favours")) == 15
    assert line_of(text, ("nowhere",)) == 1


def test_a_profile_without_name_is_refused() -> None:
    with pytest.raises(ProfileError, match="name is missing"):
        profile_from_mapping({})


@pytest.mark.parametrize(
    "raw",
    [
        {"name": "own", "tables": {"disputes": "cases.csv"}},
        {"name": "own", "tables": []},
        {"name": "own", "extra_factors": {"f": "NO_OF_CASES"}},
        {"name": "own", "extra_factors": ["f"]},
        {"name": "own", "tables": {"disputes": {"columns": {"No": 1}}}},
        {"name": "own", "tables": {"disputes": {"values": {"outcome": "buyer"}}}},
        {"name": "own", "date_formats": [1]},
    ],
)
def test_a_value_of_another_form_is_refused_in_words(raw: dict[str, Any]) -> None:
    with pytest.raises(ProfileError):
        profile_from_mapping(raw)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_profiles_can_be_read(name: str) -> None:
    assert load_profile(name).name == name


def test_the_chinese_profile_names_every_column() -> None:
    profile = load_profile("xianyu_zh")
    for table in INPUT_TABLES.values():
        assert set(profile.table(table.name).columns.values()) == set(table.column_names), table.name


def test_an_unknown_profile_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="there is no profile nowhere; pass one of canonical, xianyu_zh"):
        load_profile("nowhere")


def test_headers_are_matched_without_regard_to_case_blanks_and_bom() -> None:
    match = match_headers(("\ufeffDispute_ID", " OPENED_AT ", "Remark"), DISPUTES, Profile("own"))
    assert match.columns == {"\ufeffDispute_ID": "dispute_id", " OPENED_AT ": "opened_at"}
    assert match.extra == ("Remark",)
    assert set(match.missing) == set(DISPUTES.column_names) - {"dispute_id", "opened_at"}


def test_constants_are_not_missing() -> None:
    match = match_headers(("Case No",), DISPUTES, _profile(FULL))
    assert "decided_by" not in match.missing
    assert match.columns == {"Case No": "dispute_id"}


def test_two_headers_for_one_column_are_refused() -> None:
    with pytest.raises(
        ProfileError, match="two headers mean the column dispute_id of disputes: dispute_id and Case No"
    ):
        match_headers(("dispute_id", "Case No"), DISPUTES, _profile(FULL))
    with pytest.raises(ProfileError, match="two headers mean the column order_id of disputes: Order ID and order-id"):
        match_headers(("dispute_id", "Order ID", "order-id"), DISPUTES, Profile("own"))


def test_the_word_of_a_profile_goes_before_a_header_that_is_like_a_column() -> None:
    match = match_headers(("Case No", "Dispute ID", "Outcome", "Disposition"), DISPUTES, _profile(FULL))
    assert match.columns == {"Case No": "dispute_id", "Disposition": "outcome"}
    assert match.extra == ("Dispute ID", "Outcome")


@pytest.mark.parametrize(
    "header",
    ["Dispute ID", "dispute-id", "DisputeId", "DISPUTE_ID", "ｄｉｓｐｕｔｅ＿ｉｄ", "Dispute.ID", "dispute id "],
)
def test_headers_are_matched_without_regard_to_what_does_not_matter(header: str) -> None:
    assert match_headers((header,), DISPUTES, Profile("own")).columns == {header: "dispute_id"}


@pytest.mark.parametrize("header", ["糾紛編號", "纠纷 编号", "【纠纷编号】", "纠纷编号："])
def test_chinese_headers_are_matched_in_both_scripts(header: str) -> None:
    assert match_headers((header,), DISPUTES, load_profile("xianyu_zh")).columns == {header: "dispute_id"}


def test_the_first_of_several_headers_that_is_there_is_the_column() -> None:
    profile = _profile(FULL)
    both = match_headers(("Case No", "Disposition", "Verdict"), DISPUTES, profile)
    assert (both.columns["Verdict"], both.fallbacks) == ("outcome", {"outcome": ("Disposition",)})
    assert both.extra == ("Disposition",)
    one = match_headers(("Case No", "Disposition"), DISPUTES, profile)
    assert (one.columns["Disposition"], one.fallbacks, one.extra) == ("outcome", {}, ())
    none = match_headers(("Case No",), DISPUTES, profile)
    assert "outcome" in none.missing


def test_a_required_column_without_header_is_refused_with_the_closest_names() -> None:
    with pytest.raises(
        ProfileError, match=r"required column dispute_id of disputes.*closest are dispute_no \(like dispute_id\)"
    ):
        match_headers(("dispute_no", "opened_at"), DISPUTES, Profile("own"))


def test_headers_that_match_no_profile_are_refused_with_the_closest_name_of_all() -> None:
    profiles = tuple(load_profile(name) for name in SHIPPED)
    with pytest.raises(
        ProfileError, match=r"profile canonical, xianyu_zh\); the closest are 纠纷编码 \(like 纠纷编号\)"
    ):
        best_match(("纠纷编码", "申请时间", "判定结果"), DISPUTES, profiles)
    with pytest.raises(
        ProfileError, match=r"its headers are foo, bar\. Name the header .* rulings profile PATH drafts one"
    ):
        best_match(("foo", "bar"), DISPUTES, profiles)


def test_the_profile_that_explains_most_headers_is_chosen() -> None:
    profiles = tuple(load_profile(name) for name in SHIPPED)
    chinese = ("证据编号", "纠纷编号", "提交方", "证据类型", "提交时间")
    canonical = ("evidence_id", "dispute_id", "party", "kind")
    assert best_match(chinese, EVIDENCE, profiles)[0].name == "xianyu_zh"
    assert best_match(canonical, EVIDENCE, profiles)[0].name == "canonical"


def test_headers_that_match_no_profile_are_refused() -> None:
    with pytest.raises(ProfileError, match="required column"):
        best_match(("a", "b"), EVIDENCE, tuple(load_profile(name) for name in SHIPPED))


@pytest.mark.parametrize(
    ("file", "table"),
    [
        ("disputes.csv", "disputes"),
        ("Disputes-2026-06.CSV.gz", "disputes"),
        ("messages-0001.csv.gz", "messages"),
        ("evidence.parquet", "evidence"),
        ("violations_2.ndjson", "violations"),
        ("reputation.json", "reputation"),
        ("old-disputes.csv", None),
        ("readme.txt", None),
    ],
)
def test_a_table_is_recognised_by_the_start_of_the_file_name(file: str, table: str | None) -> None:
    found = load_profile("canonical").table_of_file(file)
    assert (found.name if found else None) == table


def test_file_patterns_of_a_profile_replace_the_name() -> None:
    profile = _profile(FULL)
    assert profile.table_of_file("Cases-1.csv") is DISPUTES
    assert profile.table_of_file("evidence.csv") is EVIDENCE
