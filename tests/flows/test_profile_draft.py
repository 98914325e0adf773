"""From a file that nobody has described to a profile: draft, small edits, load."""

import re
import string
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flows.errors import RunError, UsageError
from flows.ingest.profiles import load_profile
from flows.profile_draft import draft_profile, write_draft
from tests.builders import ask, csv_text, deliver, run_steps, stage
from tests.flows.court_files import ROWS, arbitration_csv, court_csv, tribunal_csv
from transforms.ingest.profile import Profile
from transforms.ingest.profile_reading import read_profile

ROOT = Path(__file__).parents[2]
IMR = ROOT.parent / "shared" / "data" / "imr" / "imr_trend.csv"
#: Edits of the draft of the IMR file, each an uncommented block, until it says what docs/profiles/imr.toml says.
EDITS_OF_IMR = 5


def _drafted(folder: Path, name: str, content: str | bytes) -> str:
    """Draft a profile for one file, delivered in an inbox."""
    deliver(folder / "inbox", {name: content})
    return draft_profile(folder / "inbox" / name).text


def _uncommented(text: str, first_line: str) -> str:
    """Take the # away from a block that begins with a line."""
    start = text.index(f"# {first_line}\n")
    block, rest = text[start:].split("\n\n", 1) if "\n\n" in text[start:] else (text[start:], "")
    return text[:start] + re.sub(r"^# ", "", block, flags=re.MULTILINE) + "\n\n" + rest


def _saved(folder: Path, text: str) -> str:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def _says(profile: Profile) -> Mapping[str, object]:
    """What a profile does to a file, whatever its factors are called and where files are found by other means."""
    disputes = profile.table("disputes")
    return {
        "columns": dict(disputes.columns), "values": {name: dict(each) for name,
        each in disputes.values.items() if each},
        "files": disputes.files, "dates": profile.date_formats, "nulls": profile.null_tokens, "zone": profile.time_zone,
        "factors": {(each.column, each.type, each.favours) for each in profile.extra_factors},
    }  # fmt: skip


@pytest.mark.skipif(not IMR.is_file(), reason="the shared file imr_trend.csv is not on this machine")
def test_the_draft_of_a_real_file_needs_few_edits() -> None:
    result = draft_profile(IMR)
    assert "imr_trend.csv: 19,228 of 19,228 rows would be loaded." in result.notes
    text, edits = result.text, 0
    for factor in ("diagnosis_category", "treatment_category", "age_range", "type", "patient_gender"):
        text, edits = _uncommented(text, f"[extra_factors.{factor}]"), edits + 1
    assert _says(read_profile(text)) == _says(load_profile(str(ROOT / "docs" / "profiles" / "imr.toml")))
    assert edits == EDITS_OF_IMR


@pytest.mark.skipif(not IMR.is_file(), reason="the shared file imr_trend.csv is not on this machine")
def test_the_draft_of_a_real_file_with_its_factors_needs_no_edit() -> None:
    drafted = _says(read_profile(draft_profile(IMR, with_factors=True).text))
    expected = _says(load_profile(str(ROOT / "docs" / "profiles" / "imr.toml")))
    factors = drafted["factors"]
    assert isinstance(factors, set)
    # Beside those of the shipped profile it takes in the two sub-categories.
    sub = {(f"{kind} Sub Category", "categorical", None) for kind in ("Diagnosis", "Treatment")}
    assert factors - sub == expected["factors"]
    assert {name: said for name, said in drafted.items() if name not in {"factors", "values"}} == {
        name: said for name, said in expected.items() if name not in {"factors", "values"}
    }


#: Outcomes coded 1 and 0, or yes and no, under a header that says who won if it is yes.
CODED = (
    ("won_by_customer", ("1", "0"), {"1": "buyer_wins", "0": "seller_wins"}),
    ("Seller Won", ("Y", "N"), {"Y": "seller_wins", "N": "buyer_wins"}),
    ("原告胜诉", ("是", "否"), {"是": "buyer_wins", "否": "seller_wins"}),
)


@pytest.mark.parametrize(("header", "values", "expected"), CODED)
def test_an_outcome_coded_as_yes_and_no(
    header: str, values: tuple[str, str], expected: dict[str, str], tmp_path: Path
) -> None:
    rows = [(number, f"2023-01-{1 + number % 28:02}", values[number % 3 == 0]) for number in range(1, 60)]
    text = _drafted(tmp_path, "export_2023.csv", csv_text(("id", "closed", header), rows))
    profile = read_profile(text)
    assert profile.table("disputes").columns[header] == "outcome"
    assert dict(profile.table("disputes").values["outcome"]) == expected
    staged = stage(tmp_path, profile=_saved(tmp_path, text))
    assert set(staged.column("disputes", "outcome")) == {"buyer_wins", "seller_wins"}


def test_a_code_that_says_nothing_is_left_to_the_person(tmp_path: Path) -> None:
    rows = [(number, f"2023-01-{1 + number % 28:02}", str(number % 2)) for number in range(1, 60)]
    text = _drafted(tmp_path, "export_2023.csv", csv_text(("id", "closed", "outcome"), rows))
    assert '# "1" = ""  # 30 rows' in text
    assert "0 of 59 rows would be loaded; set aside: 59 by enumeration of outcome" in text


def test_rows_that_cannot_be_taken_apart_are_counted(tmp_path: Path) -> None:
    rows = [(f"D{number}", "2023-01-05", "For Plaintiff") for number in range(1, 31)]
    text = _drafted(
        tmp_path, "cases.csv", csv_text(("CASE_NO", "DATE_FILED", "JUDGMENT"), rows) + "D31,2023-01-05,1,2\n"
    )
    assert "(31 rows looked at)" in text
    assert "30 of 31 rows would be loaded; set aside: 1 by field_count" in text


def test_an_american_arbitration_file(tmp_path: Path) -> None:
    text = _drafted(tmp_path, "consumer_cases_2014.csv", arbitration_csv())
    assert 'currency_marks = ["$"]  # ?' in text
    assert '# type = "numeric"  # numbers from 0 to 1; ? it seems to follow from the ruling' in text
    text = _uncommented(text, "[extra_factors.count_cases]").replace(
        'column = "NO_OF_CASES"', 'column = "NO_OF_CASES"\nfavours = "seller"'
    )
    text = _uncommented(text, "[extra_factors.consumerselfrepresented]")
    release = run_steps(tmp_path, profile=_saved(tmp_path, text))
    assert ask(release.database, "select rows_in, loaded from meta.files") == [(ROWS, ROWS)]
    outcomes = dict(ask(release.database, "select outcome, count(*) from core.disputes group by all order by all"))
    assert set(outcomes) == {"buyer_wins", "seller_wins", "settled", "withdrawn"}
    sql = "select min(claimed_cny), max(claimed_cny), count(claimed_cny) < 400 from core.disputes"
    ((least, most, some_absent),) = ask(release.database, sql)
    assert (least, most > 80_000, some_absent) == (0, True, True)
    levels = ask(release.database, "select distinct count_cases from core.factor_scores order by all")
    assert levels == [(1.0,), (3.0,), (40.0,), (1204.0,)]
    represented = ask(release.database, "select distinct consumerselfrepresented from core.factor_scores order by all")
    assert represented == [("N",), ("Y",), (None,)]
    where = "factor = 'count_cases' and measure = 'kendall_tau_b'"
    ((tau, high),) = ask(release.database, f"select estimate, ci_high from marts.factor_association where {where}")
    # Businesses that come often win more, as was planted.
    assert tau < 0
    assert high < 0


def test_an_english_tribunal_file(tmp_path: Path) -> None:
    text = _drafted(tmp_path, "decisions.csv", tribunal_csv())
    # Upheld may be the complaint or the decision complained of; beside "Not upheld" it is likelier the complaint.
    assert '"Upheld" = "buyer_wins"  # ?' in text
    assert 'date_formats = ["%d/%m/%Y"]' in text
    assert "the day comes first" in text
    text = _uncommented(text, "[extra_factors.represented]").replace("Asia/Shanghai", "Europe/London")
    text = text.replace("# time_zone", "time_zone")
    staged = stage(tmp_path / "second", {"decisions.csv": tribunal_csv()}, _saved(tmp_path, text))
    assert staged.rules() == []
    rows = staged.rows("disputes")
    assert rows.height == ROWS
    assert set(rows["outcome"]) == {"buyer_wins", "seller_wins", "partial", "withdrawn"}
    assert (rows["opened_at"] < rows["ruled_at"]).all()
    # Midnight in London, in summer as well.
    assert set(rows["opened_at"].dt.convert_time_zone("Europe/London").dt.hour()) == {0}
    assert set(rows["Represented"]) == {"Yes", "No"}
    assert rows["claimed_cny"].null_count() == 0


def test_a_chinese_court_file(tmp_path: Path) -> None:
    text = _drafted(tmp_path, "裁判文书.csv", court_csv())
    assert '# encoding = "gb18030"' in text
    assert "[tables.disputes.patterns.outcome]" in text
    for factor in ("lawyer_plaintiff", "count_defendant_past_cases", "procedure"):
        text = _uncommented(text, f"[extra_factors.{factor}]")
    text = text.replace(
        "[extra_factors.procedure]", '[tables.disputes.constants]\nclaim = "描述不符"\n\n[extra_factors.procedure]'
    )
    release = run_steps(tmp_path, profile=_saved(tmp_path, text))
    assert ask(release.database, "select rows_in, loaded from meta.files") == [(ROWS, ROWS)]
    outcomes = dict(ask(release.database, "select outcome, count(*) from core.disputes group by all order by all"))
    assert set(outcomes) == {"buyer_wins", "partial", "seller_wins", "withdrawn"}
    assert ask(release.database, "select distinct claim from core.disputes") == [("not_as_described",)]
    assert ask(release.database, "select count(*) from core.disputes where claimed_cny % 10000 = 5000") != [(0,)]
    where = "factor = 'lawyer_plaintiff' and measure = 'cramers_v'"
    ((p_value,),) = ask(release.database, f"select p_value from marts.factor_association where {where}")
    assert p_value < 0.01


def test_a_batch_of_all_tables_with_headers_of_its_own(tmp_path: Path) -> None:
    numbers = range(1, 60)
    headers = (
        "维权单号", "订单号", "申请时间", "完结时间", "商品类目", "维权原因", "订单金额", "申请退款金额", "实退金额",
        "买家旺旺",
        "卖家旺旺", "处理结果",
    )  # fmt: skip
    results = ("支持买家", "支持卖家", "双方协商一致", "部分退款")
    cases = [
        (f"W{n}", f"O{n}", f"2024/5/{n % 28 + 1} 下午2:03", f"2024/6/{n % 28 + 1}", "手机数码", "质量问题",
         f"￥{n * 7 + 10:,}.50", f"{n}元", "---", f"b{n}", f"s{n % 5}", results[n % 4]) for n in numbers
    ]  # fmt: skip
    kinds = ("实拍图片", "开箱视频", "聊天截图")
    items = [
        (f"E{n}", f"W{n}", ("买家", "卖家")[n % 2], kinds[n % 3], "20240502", "是否"[n % 2]) for n in numbers
    ]  # fmt: skip
    words = [(f"M{n}", f"W{n}", ("买家", "卖家", "平台客服")[n % 3], "1714550400", f"您好 {n}") for n in numbers]
    batch = {
        "b/维权单_202405.csv": csv_text(headers, cases),
        "b/举证材料.csv": csv_text(("材料编号", "维权单号", "举证方", "材料类型", "上传时间", "是否采信"), items),
        "b/聊天记录1.csv": csv_text(("消息ID", "维权单号", "发言角色", "发送时间", "消息内容"), words),
    }
    deliver(tmp_path / "inbox", batch)
    result = draft_profile(tmp_path / "inbox" / "b")
    assert all("59 of 59 rows would be loaded" in note for note in result.notes if "rows" in note)
    staged = stage(tmp_path, profile=_saved(tmp_path, result.text))
    assert staged.rules() == []
    assert {table: staged.rows(table).height for table in ("disputes", "evidence", "messages")} == {
        "disputes": 59, "evidence": 59, "messages": 59,
    }  # fmt: skip
    row = staged.rows("disputes").filter(pl.col("dispute_id") == "W2").row(0, named=True)
    assert (row["category"], row["claim"], row["outcome"]) == ("digital_3c", "functional_fault", "settled")
    assert (str(row["item_price_cny"]), str(row["claimed_cny"]), row["refunded_cny"]) == ("24.50", "2.00", None)
    assert row["opened_at"].hour == 6
    assert set(staged.column("messages", "sender")) == {"buyer", "seller", "agent"}
    assert set(staged.column("evidence", "kind")) == {"photo", "video", "chat_record"}


def test_a_shipped_profile_that_does_as_well_is_named(tmp_path: Path) -> None:
    content = "纠纷编号,申请时间,判定结果\nd1,2026-01-05,支持买家\nd2,2026-01-06,支持卖家\n".encode("gb18030")
    deliver(tmp_path, {"纠纷.csv": content})
    assert any("shipped profile xianyu_zh names as many" in note for note in draft_profile(tmp_path / "纠纷.csv").notes)


def test_what_is_required_and_not_found_is_to_be_filled_in(tmp_path: Path) -> None:
    text = _drafted(tmp_path, "cases.csv", "who,what,when\na,Consumer,2024-03-05\na,Business,2024-03-06\n")
    assert '# "?" = "dispute_id"  # ? required: write its header' in text
    assert "Before disputes can be loaded, name the headers of dispute_id" in text
    assert read_profile(text).table("disputes").columns == {"what": "outcome", "when": "ruled_at"}


def test_without_dates_the_draft_says_what_to_do(tmp_path: Path) -> None:
    text = _drafted(tmp_path, "cases.csv", "case id,outcome\n1,Consumer\n2,Business\n")
    assert "No dates were found: every dispute needs opened_at or ruled_at." in text
    filled_in = text.replace("# [tables.disputes.constants]", "[tables.disputes.constants]").replace(
        "# ruled_at", "ruled_at"
    )
    staged = stage(tmp_path, profile=_saved(tmp_path, filled_in))
    assert staged.column("disputes", "outcome") == ["buyer_wins", "seller_wins"]


def test_an_open_order_of_day_and_month_is_left_to_the_person(tmp_path: Path) -> None:
    text = _drafted(
        tmp_path, "cases.csv", "case id,filing date,outcome\n1,03/05/2024,Consumer\n2,04/06/2024,Business\n"
    )
    assert "filing date: no value tells the day from the month" in " ".join(text.replace("\n#", "").split())
    assert '# date_formats = ["%d/%m/%Y"]\n# date_formats = ["%m/%d/%Y"]' in text
    american = text.replace('# date_formats = ["%m', 'date_formats = ["%m')
    staged = stage(tmp_path, profile=_saved(tmp_path, american))
    assert [moment.month for moment in staged.column("disputes", "opened_at")] == [3, 4]


def test_another_column_may_decide_the_order(tmp_path: Path) -> None:
    rows = "".join(f"{n},0{n}/05/2024,{n + 20}/05/2024,Consumer\n" for n in range(1, 5))
    text = _drafted(tmp_path, "cases.csv", "case id,filing date,close date,outcome\n" + rows)
    assert 'date_formats = ["%d/%m/%Y"]' in text
    assert "# filing date: as in close date" in text


def test_fractions_behind_a_comma_and_other_words_for_nothing(tmp_path: Path) -> None:
    rows = "".join(f'{n};2024-03-05;Consumer;"{n}.234,50 €";{("unknown", f"b{n}")[n % 2]}\n' for n in range(1, 9))
    text = _drafted(tmp_path, "cases.csv", "case id;filed;outcome;amount claimed;claimant\n" + rows)
    assert 'decimal_mark = ","' in text
    staged = stage(tmp_path, profile=_saved(tmp_path, text))
    assert staged.rules() == []
    assert str(staged.column("disputes", "claimed_cny")[0]) == "1234.50"
    assert staged.rows("disputes")["buyer_id"].null_count() == 4


def test_fractions_of_further_columns_stand_behind_a_comma_too(tmp_path: Path) -> None:
    # three digits behind a comma may be thousands; the other column says that they are not
    rows = "".join(f"{n};2024-03-05;Consumer;{n % 7},5;{n % 5},{n % 9}25\n" for n in range(1, 60))
    text = _drafted(tmp_path, "cases.csv", "case id;filed;outcome;months;score\n" + rows)
    assert 'decimal_mark = ","' in text
    assert "numbers from 0.5 to 6.5" in text
    assert "numbers from 0.025 to 4.825" in text


def test_a_draft_quotes_what_would_be_toml(tmp_path: Path) -> None:
    header = 'Case "No"\\1,Out[come],filed\n'
    text = _drafted(
        tmp_path, "a=b [x].csv", header.replace('Case "No"\\1', '"Case ""No""\\1"') + "1,Consumer,2024-03-05\n"
    )
    assert read_profile(text).table("disputes").columns['Case "No"\\1'] == "dispute_id"


def test_names_of_persons_stay_out_of_the_comments(tmp_path: Path) -> None:
    text = _drafted(
        tmp_path, "cases.csv", "case id,filed,outcome\n1,2024-03-05,call 13812345678 now\n2,2024-03-06,Consumer\n"
    )
    assert "13812345678" not in text


def test_what_cannot_be_read_is_said_and_passed_over(tmp_path: Path) -> None:
    deliver(
        tmp_path,
        {
            "b/cases.csv": "case id,filed,outcome\n1,2024-03-05,Consumer\n",
            "b/notes.docx": "PK",
            "b/bad.csv": b"\x89PNG\r\n\x1a\n\0\0",
        },
    )
    result = draft_profile(tmp_path / "b")
    assert any("notes.docx" in note for note in result.notes)
    assert any("bad.csv" in note for note in result.notes)
    assert "cases.csv: 1 of 1 rows would be loaded." in result.notes


def test_where_nothing_can_be_read_the_command_says_so(tmp_path: Path) -> None:
    deliver(tmp_path, {"b/notes.docx": "PK"})
    with pytest.raises(RunError, match=r"nothing in b can be read as a table: .*notes\.docx"):
        draft_profile(tmp_path / "b")
    with pytest.raises(UsageError, match="there is no"):
        draft_profile(tmp_path / "nowhere")


def test_a_draft_never_replaces_a_file(tmp_path: Path) -> None:
    deliver(tmp_path, {"cases.csv": "case id,filed,outcome\n1,2024-03-05,Consumer\n"})
    result = draft_profile(tmp_path / "cases.csv")
    write_draft(result, tmp_path / "own.toml")
    assert load_profile(str(tmp_path / "own.toml")).name == "cases"
    with pytest.raises(UsageError, match="is there already"):
        write_draft(result, tmp_path / "own.toml")
    with pytest.raises(UsageError, match="there is no folder"):
        write_draft(result, tmp_path / "nowhere" / "own.toml")


WORDS = [
    "case id",
    "outcome",
    "filed",
    "amount",
    "案号",
    "结果",
    "party",
    "text",
    "id",
    "buyer",
    'a"b',
    "x\\y",
    "[t]",
    "",
    "日期",
]
CELLS = [
    "", "---", "1", "2024-03-05", "03/05/2024", "Consumer", "Upheld", "$1,234.50", "1.2万", "是", "N", '"', "\\",
    "unknown",
    "支持买家", "驳回", "1.234,5", "45356", "\u202e", "💩", "=cmd()", "<b>", "13812345678",
]  # fmt: skip
HEADERS = st.lists(st.sampled_from(WORDS) | st.text(string.printable, max_size=8), min_size=1, max_size=6, unique=True)
CELL = st.sampled_from(CELLS) | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
TABLE = HEADERS.flatmap(
    lambda headers: st.tuples(
        st.just(headers), st.lists(st.lists(CELL, min_size=len(headers), max_size=len(headers)), max_size=8)
    )
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TABLE)
@example((["case id", "*"], [["", ""]]))
def test_any_table_gives_a_draft_that_can_be_read(tmp_path: Path, table: tuple[list[str], list[list[str]]]) -> None:
    headers, rows = table
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in (headers, *rows)]
    path = tmp_path / "any.csv"
    path.write_bytes("\n".join(lines).encode())
    try:
        text = draft_profile(path).text
    except RunError:
        # A table without a usable header is refused in words.
        return
    assert read_profile(text).name == "any"
