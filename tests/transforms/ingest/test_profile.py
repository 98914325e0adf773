"""Profiles: what they say, what they refuse and in which words, and how headers are matched."""

import tomllib
from typing import Any

import pytest

from flows.errors import UsageError
from flows.ingest.profiles import SHIPPED, best_match, load_profile
from transforms.ingest.profile import NULL_TOKENS, Profile, ProfileError, match_headers, profile_from_mapping
from transforms.registry import INPUT_TABLES

DISPUTES, EVIDENCE = INPUT_TABLES["disputes"], INPUT_TABLES["evidence"]


def _profile(text: str) -> Profile:
    return profile_from_mapping(tomllib.loads('name = "own"\n' + text))


FULL = """
encoding = "gb18030"
delimiter = ";"
time_zone = "UTC"
date_formats = ["%d/%m/%Y"]
null_tokens = ["", "-"]
[tables.disputes]
files = ["cases*"]
[tables.disputes.columns]
"Case No" = "dispute_id"
[tables.disputes.values.outcome]
"buyer" = "buyer_wins"
[tables.disputes.constants]
decided_by = "jury"
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
    assert (table.columns, table.constants) == ({"Case No": "dispute_id"}, {"decided_by": "jury"})
    assert table.values == {"outcome": {"buyer": "buyer_wins"}}
    (factor,) = profile.extra_factors
    assert (factor.name, factor.column, factor.type, factor.favours) == (
        "repeat_player",
        "NO_OF_CASES",
        "numeric",
        "seller",
    )


def test_what_a_profile_does_not_say() -> None:
    profile = _profile("")
    assert (profile.encoding, profile.delimiter, profile.time_zone) == ("utf-8", None, "Asia/Shanghai")
    assert (profile.null_tokens, profile.extra_factors) == (NULL_TOKENS, ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('encodng = "utf-8"', "the profile: encodng is not known; did you mean encoding?"),
        ("encoding = 8", "the profile: encoding is 8; expected str"),
        ("date_formats = '%Y'", "date_formats is '%Y'; expected list"),
        ("[tables.dispute]", r"\[tables\]: dispute is not known; did you mean disputes?"),
        ('[tables.disputes]\nfile = ["x"]', r"\[tables.disputes\]: file is not known; did you mean files?"),
        ('[tables.disputes.columns]\n"No" = "disputeid"',
         "columns of disputes: disputeid is not known; did you mean dispute_id?"),
        ('[tables.disputes.constants]\nverdict = "x"', "verdict is not known"),
        ('[extra_factors.f]\ntype = "numeric"', r"\[extra_factors.f\]: column is missing"),
        ('[extra_factors.f]\ncolumn = "A"', 'type is None; expected "numeric" or "categorical"'),
        ('[extra_factors.f]\ncolumn = "A"\ntype = "number"', "type is 'number'"),
        ('[extra_factors.f]\ncolumn = "A"\ntype = "numeric"\nfavours = "jury"',
         "favours is 'jury'; expected \"buyer\" or \"seller\""),
        ('[extra_factors.f]\ncolumn = "A"\nkind = "numeric"', r"\[extra_factors.f\]: kind is not known"),
    ],
)  # fmt: skip
def test_messages_name_the_place_what_was_got_and_what_is_near(text: str, message: str) -> None:
    with pytest.raises(ProfileError, match=message):
        _profile(text)


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


@pytest.mark.parametrize(
    ("text", "wrong"),
    [('time_zone = "Asia/Beijing"', "Asia/Beijing"), ('encoding = "gb18031"', "gb18031"), ('delimiter = ",,"', ",,")],
)
def test_a_setting_that_cannot_be_meant_is_refused_when_it_is_read(text: str, wrong: str) -> None:
    with pytest.raises(ProfileError, match=wrong):
        _profile(text)


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
    with pytest.raises(ProfileError, match="two headers mean the column dispute_id of disputes"):
        match_headers(("dispute_id", "Case No"), DISPUTES, _profile(FULL))


def test_a_required_column_without_header_is_refused_with_the_closest_names() -> None:
    with pytest.raises(ProfileError, match=r"required column dispute_id of disputes.*closest headers are disputeid"):
        match_headers(("disputeid", "opened_at"), DISPUTES, Profile("own"))


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
