"""What was loaded once is not loaded again, whatever it is called, packed or written in."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.builders import Staged, csv_text, deliver, disputes_csv, messages_csv, packed, remember, stage

COLUMNS = ("dispute_id", "opened_at", "outcome", "claimed_cny", "paid_on_platform", "note")
ROWS = [
    ("d1", "2026-01-05 10:00:00", "buyer_wins", "12.50", "true", "没有收到货"),
    ("d2", "2026-02-05 10:00:00", "partial", None, "false", "屏幕有划痕，卖家已经发货"),
    ("d3", "soon", "partial", "3.00", "true", "请客服介入处理"),
]
PLAIN = csv_text(COLUMNS, ROWS)
CHINESE = csv_text(
    ("纠纷编号", "申请时间", "判定结果", "申请金额", "平台内付款", "note"),
    [
        ("d1", "2026年1月5日 10:00", "支持买家", "￥12.50", "是", "没有收到货"),
        ("d2", "2026/2/5 10:00", "部分支持", None, "否", "屏幕有划痕，卖家已经发货"),
        ("d3", "soon", "partial", "3.00", "true", "请客服介入处理"),
    ],
    delimiter=";",
)


def _frame() -> pl.DataFrame:
    return pl.DataFrame(ROWS, schema=COLUMNS, orient="row")


def _parquet() -> bytes:
    file = io.BytesIO()
    _frame().write_parquet(file)
    return file.getvalue()


DRESSES: dict[str, Callable[[], tuple[str, str | bytes]]] = {
    "renamed": lambda: ("disputes_copy.csv", PLAIN),
    "packed": lambda: ("disputes.csv.gz", packed(PLAIN, "gzip")),
    "GB18030": lambda: ("disputes.csv", PLAIN.encode("gb18030")),
    "UTF-16": lambda: ("disputes.csv", PLAIN.encode("utf-16")),
    "other delimiter": lambda: ("disputes.tsv", csv_text(COLUMNS, ROWS, "\t", "\r\n")),
    "columns in another order": lambda: (
        "disputes.csv",
        csv_text(COLUMNS[::-1], [row[::-1] for row in ROWS]),
    ),
    "NDJSON": lambda: ("disputes.ndjson.zst", packed(_frame().write_ndjson(), "zstd")),
    "JSON": lambda: ("disputes.json", _frame().write_json()),
    "Parquet": lambda: ("disputes.parquet", _parquet()),
}


def _fates(staged: Staged) -> list[tuple[object, ...]]:
    return staged.books.files.select("file", "status", "rows_in", "quarantined", "duplicates", "superseded").rows()


@pytest.mark.parametrize("dress", DRESSES)
def test_one_export_in_two_dresses_is_loaded_once(dress: str, tmp_path: Path) -> None:
    name, content = DRESSES[dress]()
    staged = stage(tmp_path, {"a/disputes.csv": PLAIN, f"b/{name}": content})
    assert _fates(staged) == [("a/disputes.csv", "loaded", 3, 1, 0, 0), (f"b/{name}", "delivered_before", 3, 0, 3, 0)]
    assert staged.column("disputes", "dispute_id") == ["d1", "d2"]
    assert staged.rules() == [("a/disputes.csv", 3, "type", "opened_at")]


@pytest.mark.parametrize("dress", DRESSES)
def test_and_so_it_is_when_the_second_comes_a_month_later(dress: str, tmp_path: Path) -> None:
    remember(stage(tmp_path, {"a/disputes.csv": PLAIN}), "r1")
    name, content = DRESSES[dress]()
    staged = stage(tmp_path, {f"b/{name}": content})
    assert _fates(staged)[1] == (f"b/{name}", "delivered_before", 3, 0, 3, 0)
    assert staged.column("disputes", "dispute_id") == ["d1", "d2"]


def test_chinese_headers_labels_and_dates_say_the_same(tmp_path: Path) -> None:
    sound = csv_text(COLUMNS, ROWS[:2])
    chinese = CHINESE.rsplit("\n", 2)[0] + "\n"
    staged = stage(tmp_path, {"a/disputes.csv": sound, "b/disputes.csv": chinese.encode("gb18030")})
    assert [fate[1] for fate in _fates(staged)] == ["loaded", "delivered_before"]


def test_ten_times_over_is_once(tmp_path: Path) -> None:
    for number in range(10):
        dress = list(DRESSES.values())[number % len(DRESSES)]
        name, content = dress()
        staged = stage(tmp_path, {f"{number}/{name}": content})
        remember(staged, f"r{number}")
        assert staged.column("disputes", "dispute_id") == ["d1", "d2"]
        assert len(staged.ledger.staged) == 1
    assert [row[1] for row in _fates(staged)] == ["loaded"] + ["delivered_before"] * 9


def test_a_third_copy_of_a_second_dress_counts_as_the_first(tmp_path: Path) -> None:
    other = PLAIN.encode("gb18030")
    staged = stage(tmp_path, {"a/disputes.csv": PLAIN, "b/disputes.csv": other, "c/disputes.csv": other})
    assert [row[1:] for row in _fates(staged)[1:]] == [("delivered_before", 3, 0, 3, 0)] * 2
    remember(staged, "r1")
    again = stage(tmp_path, {"d/disputes.csv": other})
    assert _fates(again)[3][1:] == ("delivered_before", 3, 0, 3, 0)


@pytest.mark.parametrize(
    "other",
    [
        csv_text(COLUMNS, [*ROWS[:2], ("d3", "later", *ROWS[2][2:])]),
        csv_text(COLUMNS, [ROWS[0], ("d2", *ROWS[1][1:5], "屏幕有划痕"), ROWS[2]]),
        csv_text((*COLUMNS[:5], "remark"), ROWS),
        csv_text(COLUMNS, ROWS[:2]),
    ],
    ids=["a broken value", "an extra column", "the name of an extra column", "a row less"],
)
def test_what_says_something_else_is_loaded(other: str, tmp_path: Path) -> None:
    staged = stage(tmp_path, {"a/disputes.csv": PLAIN, "b/disputes.csv": other})
    assert [row[1] for row in _fates(staged)] == ["loaded", "loaded"]


def test_values_that_changed_places_are_something_else(tmp_path: Path) -> None:
    one = csv_text(("dispute_id", "opened_at", "order_id", "note"), [("d1", "2026-01-05", "x", "y")])
    two = csv_text(("dispute_id", "opened_at", "order_id", "note"), [("d1", "2026-01-05", "y", "x")])
    staged = stage(tmp_path, {"a/disputes.csv": one, "b/disputes.csv": two})
    assert [row[1] for row in _fates(staged)] == ["loaded", "loaded"]


def test_files_without_a_row_tell_what_was_recorded(tmp_path: Path) -> None:
    dispute = disputes_csv(("d1", "2026-01-05", "partial"))
    files = {
        "a/disputes.csv": dispute,
        "a/messages.csv": messages_csv(),
        "b/messages.tsv": "message_id\tdispute_id\tsender\ttext\n",
    }
    staged = stage(tmp_path, files)
    assert [row[1] for row in _fates(staged)] == ["loaded"] * 3


def test_children_are_compared_as_well(tmp_path: Path) -> None:
    text = messages_csv(("m1", "d1", "buyer", "我的手机号是13800138000"), ("m2", "d9", "seller", "好"))
    files: dict[str, str | bytes] = {
        "a/disputes.csv": disputes_csv(("d1", "2026-01-05", "partial")),
        "a/messages.csv": text,
        "b/messages.csv": text.encode("gb18030"),
    }
    staged = stage(tmp_path, files)
    assert _fates(staged)[2] == ("b/messages.csv", "delivered_before", 2, 0, 2, 0)
    assert staged.rules() == [("a/messages.csv", 2, "reference", "dispute_id")]


def test_an_interrupted_run_comes_to_the_same(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a/disputes.csv": PLAIN, "b/disputes.csv": PLAIN.encode("gb18030")}
    deliver(tmp_path / "inbox", files)
    first = stage(tmp_path)
    # Nothing was published; what was staged of the second dress is gone.
    (left,) = {path.name for path in (tmp_path / "data" / "staged" / "disputes").iterdir()} - set(first.ledger.staged)
    shutil.rmtree(tmp_path / "data" / "staged" / "disputes" / left)
    second = stage(tmp_path)
    assert _fates(second) == _fates(first)
