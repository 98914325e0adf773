"""Profiles at work: a Chinese export in GB18030, and what a profile may say of other files."""

from pathlib import Path

import polars as pl
import pytest

from flows.errors import RunError, UsageError
from flows.ingest.profiles import SHIPPED, load_profile
from tests.builders import Staged, csv_text, deliver, stage

DISPUTES = (
    "纠纷编号", "导出时间", "订单编号", "申请时间", "判定时间", "类目", "纠纷原因", "商品价格", "申请金额",
    "退款金额", "买家ID",
    "卖家ID", "判定结果", "判定方", "判定人ID", "支持买家票数", "支持卖家票数", "平台内付款", "时限内申请",
    "先行协商", "按时发货",
)  # fmt: skip
EXPORT: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]] = {
    "纠纷_2026年6月.csv": (DISPUTES, [
        ("D1", "2026年6月30日", "'0012345678901234", "2026年6月1日 14:03:00", "2026年6月8日 下午2:03", "3C数码",
        "功能故障",
         "￥1,234.50", "1.2万", "---", "甲", "乙", "支持买家", "小法庭", "J1", "9", "８", "是", "否", "Y", "N"),
        ("D2", "2026/6/30", "O2", "2026-06-02", "46183.5", "奢侈品", "假货",
         "8000元", "8000", "无", "丙", "乙", "部分支持", "客服", "C7", "", "", "有", "无", "1", "0"),
        ("D3", "2026年6月30日", "O3", "03/06/2026", "", "其他", "少件",
         "12.345", "1", "", "丁", "乙", "", "", "", "", "", "", "", "", ""),
        ("D4", "1782792000", "O4", "1780372800000", "", "天文", "少件",
         "1", "1", "", "丁", "乙", "", "", "", "", "", "", "", "", ""),
    ]),
    "证据明细.csv": (("证据编号", "纠纷编号", "提交方", "证据类型", "提交时间", "清晰", "多角度", "特写", "完整过程",
    "机构有资质",
                  "是否采纳"), [("E1", "D1", "买家", "视频", "2026年6月2日 9:30", "是", "否", "", "是", "无", "是")]),
    "违规记录.csv": (("违规编号", "纠纷编号", "违规方", "违规类型", "严重程度", "是否属实", "记录时间"),
                 [("V1", "D1", "卖家", "虚假宣传", "严重", "是", "2026年6月3日")]),
    "聊天记录.csv": (("消息编号", "纠纷编号", "发送方", "接收方", "发送时间", "内容"),
                 [("M1", "D1", "买家", "对方", "2026年6月1日 15:00:00", "你好，开不了机"),
                  ("M2", "D1", "客服", "对方", "2026年6月1日 15:01", "无")]),
    "信誉.csv": (("用户ID", "截至时间", "芝麻信用分", "注册日期", "完成交易数", "好评率", "近90天维权次数",
    "近365天无理维权次数",
               "近365天被投诉次数", "近365天处罚次数", "近365天售假处罚次数"),
              [("乙", "2026年5月1日", "712", "2015年3月5日", "1.2万", "98.5%", "0", "0", "１", "---", "0")]),
}  # fmt: skip


@pytest.fixture(scope="module", params=[None, "xianyu_zh"], ids=["matched", "named"])
def chinese(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Staged:
    files = {f"b/{name}": csv_text(header, rows).encode("gb18030") for name, (header, rows) in EXPORT.items()}
    return stage(tmp_path_factory.mktemp("chinese"), files, request.param)


def test_a_chinese_export_is_matched_and_decoded(chinese: Staged) -> None:
    files = chinese.books.files
    assert files["status"].to_list() == ["loaded"] * 5
    assert files["profile"].to_list() == ["xianyu_zh"] * 5
    assert all("gb18030" in words for words in files["format"])
    assert set(files["table_name"]) == {"disputes", "evidence", "violations", "messages", "reputation"}
    assert files["not_recorded"].to_list() == [""] * 5
    assert files["extra_columns"].to_list() == [""] * 5


def test_labels_amounts_dates_and_flags_of_a_chinese_export(chinese: Staged) -> None:
    first, second = chinese.rows("disputes").sort("dispute_id").rows(named=True)
    assert (first["category"], first["claim"], first["outcome"], first["decided_by"]) == (
        "digital_3c", "functional_fault", "buyer_wins", "jury",
    )  # fmt: skip
    assert (second["category"], second["claim"], second["outcome"], second["decided_by"]) == (
        "luxury", "counterfeit", "partial", "agent",
    )  # fmt: skip
    amounts = ("item_price_cny", "claimed_cny", "refunded_cny")
    assert [str(first[name]) for name in amounts] == ["1234.50", "12000.00", "None"]
    assert [str(second[name]) for name in amounts] == ["8000.00", "8000.00", "None"]
    times = [row[name].strftime("%m-%d %H:%M") for row in (first, second) for name in ("opened_at", "ruled_at")]
    assert times == ["06-01 06:03", "06-08 06:03", "06-01 16:00", "06-10 04:00"]
    flags = ("paid_on_platform", "applied_in_window", "negotiated_first", "shipped_on_time")
    assert [first[name] for name in flags] == [second[name] for name in flags] == [True, False, True, False]
    assert (first["votes_buyer"], first["votes_seller"]) == (9, 8)


def test_what_may_mean_two_things_is_set_aside(chinese: Staged) -> None:
    assert chinese.rules() == [
        ("b/纠纷_2026年6月.csv", 3, "type", "opened_at"),
        ("b/纠纷_2026年6月.csv", 4, "enumeration", "category"),
    ]
    assert chinese.quarantine()["n_broken"].to_list() == [3, 1]


def test_the_other_tables_of_a_chinese_export(chinese: Staged) -> None:
    (evidence,) = chinese.rows("evidence").rows(named=True)
    assert (evidence["party"], evidence["kind"], evidence["clear"], evidence["accredited"]) == (
        "buyer",
        "video",
        True,
        False,
    )
    (violation,) = chinese.rows("violations").rows(named=True)
    assert (violation["rule"], violation["severity"], violation["substantiated"]) == (
        "false_description",
        "severe",
        True,
    )
    # In free text 无 is a word.
    assert chinese.column("messages", "text") == ["你好，开不了机", "无"]
    (reputation,) = chinese.rows("reputation").rows(named=True)
    assert (reputation["completed_trades"], reputation["positive_rate"]) == (12_000, 0.985)
    assert (reputation["complaints_365d"], reputation["penalties_365d"]) == (1, None)
    assert reputation["member_since"].isoformat() == "2015-03-05"


def test_an_export_in_traditional_characters_and_big5_is_read(tmp_path: Path) -> None:
    text = "糾紛編號,申請時間,判定結果,類目,平臺內付款\n" + "".join(
        f"D{n},2026年6月{n}日,{('支持買家', '支持賣家', '部分支持')[n % 3]},奢侈品,是\n" for n in range(1, 29)
    )
    staged = stage(tmp_path, {"b/disputes.csv": text.encode("big5")})
    assert staged.rules() == []
    assert set(staged.column("disputes", "outcome")) == {"buyer_wins", "seller_wins", "partial"}
    assert "big5" in staged.books.files["format"][0]


def test_headers_that_no_profile_knows_are_refused_with_the_closest(tmp_path: Path) -> None:
    text = "纠纷编码,申请时间,判定结果\nD1,2026年6月1日,支持买家\n"
    with pytest.raises(
        RunError, match=r"b/disputes.csv: .*dispute_id.*纠纷编码 \(like 纠纷编号\).*rulings profile PATH"
    ):
        stage(tmp_path, {"b/disputes.csv": text.encode("gb18030")})


def test_a_numeric_factor_without_a_number_is_refused(tmp_path: Path) -> None:
    profile = tmp_path / "own.toml"
    profile.write_text('name = "own"\n[extra_factors.state]\ncolumn = "State"\ntype = "numeric"\n', encoding="utf-8")
    rows = [(f"d{n}", "2026-01-05", "CA" if n else "---") for n in range(30)]
    files = {"b/disputes.csv": csv_text(("dispute_id", "opened_at", "State"), rows)}
    with pytest.raises(
        RunError, match="calls State a numeric factor, but none of its 29 values is a number, such as CA"
    ):
        stage(tmp_path / "a", files, str(profile))
    rows[0] = ("d0", "2026-01-05", "1,204")
    staged = stage(
        tmp_path / "b", {"b/disputes.csv": csv_text(("dispute_id", "opened_at", "State"), rows)}, str(profile)
    )
    assert staged.rows("disputes").sort("dispute_id")["State"].to_list() == ["1204", *[None] * 29]


def test_fractions_of_a_numeric_factor_are_not_taken_for_telephones_and_cards(tmp_path: Path) -> None:
    profile = tmp_path / "own.toml"
    profile.write_text('name = "own"\n[extra_factors.share]\ncolumn = "Share"\ntype = "numeric"\n', encoding="utf-8")
    # The digits of the first two are a mobile number and a bank card; the last two are one, also with a point behind.
    values = ["0.13812345678", "-1.6222021234567894", "12.5", "13812345678", "13812345678.0"]
    rows = [(f"d{n}", "2026-01-05", value) for n, value in enumerate(values)]
    staged = stage(tmp_path, {"b/disputes.csv": csv_text(("dispute_id", "opened_at", "Share"), rows)}, str(profile))
    kept = staged.rows("disputes").sort("dispute_id")["Share"].to_list()
    assert kept == [*values[:3], "[手机号]", "[手机号].0"]


def test_what_was_set_aside_says_nothing_about_a_numeric_factor(tmp_path: Path) -> None:
    profile = tmp_path / "own.toml"
    profile.write_text('name = "own"\n[extra_factors.share]\ncolumn = "Share"\ntype = "numeric"\n', encoding="utf-8")
    rows = [(f"d{n}", "2026-01-05", "no category", 0.5) for n in range(30)]
    files = {"b/disputes.csv": csv_text(("dispute_id", "opened_at", "category", "Share"), rows)}
    staged = stage(tmp_path, files, str(profile))
    assert [rule[-2:] for rule in staged.rules()] == [("enumeration", "category")] * 30


def test_a_factor_of_many_levels_and_of_none_is_kept(tmp_path: Path) -> None:
    profile = tmp_path / "own.toml"
    profile.write_text(
        'name = "own"\n[extra_factors.topic]\ncolumn = "Topic"\ntype = "categorical"\n', encoding="utf-8"
    )
    rows = [(f"d{n}", "2026-01-05", f"t{n}" if n % 2 else " N/A ") for n in range(300)]
    staged = stage(tmp_path, {"b/disputes.csv": csv_text(("dispute_id", "opened_at", "Topic"), rows)}, str(profile))
    assert staged.rows("disputes").select(pl.col("Topic").n_unique()).item() == 151


def test_a_profile_with_a_mistake_names_file_line_and_key(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('name = "own"\n\n[tables.disputes]\nfile = ["x*"]\n', encoding="utf-8")
    with pytest.raises(
        UsageError, match=r"own.toml cannot be read: line 4: \[tables.disputes\]: file .* did you mean files\?"
    ):
        load_profile(str(path))
    with pytest.raises(UsageError, match=r"did you mean .*own\.toml\?"):
        load_profile(str(tmp_path / "owm.toml"))
    with pytest.raises(UsageError, match="did you mean xianyu_zh"):
        load_profile("xianyu")
    path.write_bytes('name = "样例"\n'.encode("gb18030"))
    with pytest.raises(UsageError, match="cannot be read"):
        load_profile(str(path))


def test_shipped_profiles_leave_the_encoding_to_the_content() -> None:
    assert {name: load_profile(name).encoding for name in SHIPPED} == {"canonical": None, "xianyu_zh": None}


def test_a_sheet_is_told_by_the_patterns_of_files() -> None:
    profile = load_profile("xianyu_zh")
    found = {
        name: table.name
        for name in ("纠纷", "证据清单", "聊天2", "信用", "违规")
        if (table := profile.table_of_file(name))
    }
    assert found == {
        "纠纷": "disputes",
        "证据清单": "evidence",
        "聊天2": "messages",
        "信用": "reputation",
        "违规": "violations",
    }


def test_both_shipped_profiles_read_one_batch(tmp_path: Path) -> None:
    deliver(
        tmp_path / "inbox", {"b/证据.csv": "证据编号,纠纷编号,提交方,证据类型\nE1,d1,买家,照片\n".encode("gb18030")}
    )
    staged = stage(tmp_path, {"b/disputes.csv": "dispute_id,opened_at\nd1,2026-01-05\n"})
    assert sorted(staged.books.files["profile"]) == ["canonical", "xianyu_zh"]
    assert staged.column("evidence", "party") == ["buyer"]
