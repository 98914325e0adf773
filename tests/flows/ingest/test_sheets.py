"""Reading workbooks: the cells as a person sees them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from flows.errors import RunError
from flows.ingest import chunks
from flows.ingest.readers import read_headers
from flows.settings import Limits
from tests.builders import packed, stage
from tests.flows.ingest.reading import ANY, Read, file_of, read
from tests.flows.ingest.workbooks import by_parts, sheet_xml, text_row, workbook

HEADERS = ("dispute_id", "opened_at", "outcome")
ROWS = (("d1", "2026-01-05", "partial"), ("d2", "2026-01-06", "buyer_wins"))


def _sheet(tmp_path: Path, content: bytes, sheet: str = "disputes", limits: Limits | None = None) -> Read:
    return read(replace(file_of(tmp_path, content, ".xlsx"), sheet=sheet), ANY, limits)


def test_a_plain_sheet(tmp_path: Path) -> None:
    names, rows, malformed = _sheet(tmp_path, workbook({"disputes": [HEADERS, *ROWS]}))
    assert (tuple(names), rows, malformed) == (HEADERS, {1: ROWS[0], 2: ROWS[1]}, [])


@pytest.mark.parametrize("is_1904", [False, True])
def test_values_of_every_kind(tmp_path: Path, is_1904: bool) -> None:
    when = datetime(2026, 1, 5, 14, 3)  # noqa: DTZ001 - a cell has no zone
    values = ("007", 7, 1.5, 12345678901234, 0.1 + 0.2, True, date(2026, 1, 5), when, time(14, 3), None, "=1+1", " x ")
    headers = [f"c{place}" for place in range(len(values))]

    def not_a_formula(sheet: Worksheet) -> None:
        sheet.cell(2, 11).data_type = "s"

    _, rows, _ = _sheet(tmp_path, workbook({"disputes": [headers, values]}, not_a_formula, is_1904=is_1904))
    assert rows[1] == (
        "007", "7", "1.5", "12345678901234", "0.3", "true", "2026-01-05", "2026-01-05T14:03:00", "14:03:00", None,
        "=1+1", " x ",
    )  # fmt: skip


def test_numbers_without_a_date_format_in_a_column_of_times(tmp_path: Path) -> None:
    headers = ("dispute_id", "opened_at", "votes_buyer")
    _, rows, _ = _sheet(tmp_path, workbook({"disputes": [headers, ("d1", 44565.5, 9)]}, is_1904=True))
    # Days from 1904 are told here; those from 1900 are left to the reading of values.
    assert rows == {1: ("d1", "2026-01-05T12:00:00", "9")}
    _, rows, _ = _sheet(tmp_path, workbook({"disputes": [headers, ("d1", 46027.5, 9)]}))
    assert rows == {1: ("d1", "46027.5", "9")}


def test_titles_blank_rows_and_merged_headers(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        ("六月纠纷导出", None, None), (), ("导出人", "张三"), HEADERS, (None, None, None), ROWS[0], (), ROWS[1],
    ]  # fmt: skip

    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("A4:A5")

    names, found, malformed = _sheet(tmp_path, workbook({"disputes": rows}, merge))
    # The header ends with row 5 of the sheet; a person finds the rows by their numbers from there.
    assert (tuple(names), found, malformed) == (HEADERS, {1: ROWS[0], 3: ROWS[1]}, [])


def test_merged_cells_count_in_every_row(tmp_path: Path) -> None:
    headers = ("evidence_id", "dispute_id", "kind")
    rows = [("e1", "d1", "photo"), ("e2", None, "video"), ("e3", None, "photo"), ("e4", "d2", "photo")]
    _, found, _ = _sheet(
        tmp_path, workbook({"disputes": [headers, *rows]}, lambda sheet: sheet.merge_cells("B2:B4"))
    )  # fmt: skip
    assert [row[1] for row in found.values()] == ["d1", "d1", "d1", "d2"]


def test_cells_beside_the_table(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [(*HEADERS, None), (*ROWS[0], "see below"), (*ROWS[1], None)]
    names, found, _ = _sheet(tmp_path, workbook({"disputes": rows}))
    assert (names[3], found[1][3], found[2][3]) == ("column_4", "see below", None)
    # Where nothing stood beside the first rows it is no column.
    rows = [HEADERS, *[(f"d{n}", "2026-01-05", "partial") for n in range(60)], (*ROWS[0], "note")]
    _, found, malformed = _sheet(tmp_path, workbook({"disputes": rows}))
    assert len(found) == 60
    assert [(each.row, each.rule, each.got) for each in malformed] == [(61, "field_count", "a cell in column 4")]


def test_formulas_errors_and_rich_text_count_by_what_is_shown(tmp_path: Path) -> None:
    strings = (
        "<sst><si><t>dispute_id</t></si><si><t>outcome</t></si>"
        "<si><r><t>支持</t></r><r><t>买家</t></r><rPh sb='0' eb='1'><t>zhi</t></rPh></si>"
        "<si><t>a_x000A_b_x0041_</t></si></sst>"
    )
    cells = (
        "<row r='1'><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row>"
        "<row r='2'><c r='A2' t='str'><f>HYPERLINK(\"http://x\")</f><v>d1</v></c><c r='B2' t='s'><v>2</v></c></row>"
        "<row r='3'><c r='A3'><f>cmd|' /C calc'!A0</f></c><c r='B3' t='e'><v>#REF!</v></c></row>"
        "<row r='4'><c r='A4' t='s'><v>3</v></c><c r='B4' t='s'><v>99</v></c></row>"
    )
    _, rows, malformed = _sheet(tmp_path, by_parts(sheet_xml(cells), strings=strings))
    assert (rows, malformed) == ({1: ("d1", "支持买家"), 3: ("a\nbA", None)}, [])


def test_rows_and_cells_without_references(tmp_path: Path) -> None:
    cells = text_row(1, *HEADERS).replace(" r='1'", "") + text_row(2, *ROWS[0]).replace(" r='2'", "")
    assert _sheet(tmp_path, by_parts(sheet_xml(cells)))[1] == {1: ROWS[0]}


def test_row_numbers_that_repeat_or_leap_do_not_make_two_rows_one(tmp_path: Path) -> None:
    cells = text_row(1, *HEADERS) + text_row(7, *ROWS[0]) + text_row(7, *ROWS[1]) + text_row(9 * 10**8, *ROWS[0])
    assert sorted(_sheet(tmp_path, by_parts(sheet_xml(cells)))[1]) == [6, 7, 8]


def test_sheets_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 7)
    rows = [(f"d{n}", "2026-01-05", "partial") for n in range(1, 101)]
    found = _sheet(tmp_path, workbook({"disputes": [HEADERS, *rows]}))[1]
    assert found == dict(enumerate(rows, 1))


def test_a_packed_workbook(tmp_path: Path) -> None:
    content = workbook({"disputes": [HEADERS, *ROWS], "messages": [("message_id", "dispute_id", "sender", "text")]})
    for compression, ending in (("gzip", "gz"), ("zstd", "zst")):
        staged = stage(tmp_path / ending, {f"b/june.xlsx.{ending}": packed(content, compression)})
        assert staged.column("disputes", "dispute_id") == ["d1", "d2"]
        assert staged.books.files["format"].to_list()[0] == f"xlsx {compression}"


def test_which_sheet_is_which_table(tmp_path: Path) -> None:
    book: dict[str, Sequence[Sequence[object]]] = {
        "说明": [("how to read this",)], "纠纷-6月": [HEADERS, ROWS[0]], "disputes-july": [HEADERS, ROWS[1]],
        "messages": [("message_id", "dispute_id", "sender", "text"), ("m1", "d1", "buyer", "好")], "Sheet9": [],
    }  # fmt: skip
    staged = stage(tmp_path, {"b/june.xlsx": workbook(book)})
    files = {row["file"]: (row["table_name"], row["status"]) for row in staged.books.files.iter_rows(named=True)}
    assert files == {
        "b/june.xlsx/说明": ("", "ignored"), "b/june.xlsx/纠纷-6月": ("disputes", "loaded"),
        "b/june.xlsx/disputes-july": ("disputes", "loaded"), "b/june.xlsx/messages": ("messages", "loaded"),
        "b/june.xlsx/Sheet9": ("", "ignored"),
    }  # fmt: skip
    assert staged.column("disputes", "dispute_id") == ["d1", "d2"]
    assert staged.column("disputes", "opened_at")[0] == datetime(2026, 1, 4, 16, tzinfo=UTC)


def test_a_workbook_that_is_called_like_a_table(tmp_path: Path) -> None:
    book: dict[str, Sequence[Sequence[object]]] = {"Sheet0": [], "Sheet1": [HEADERS, *ROWS], "Sheet2": [("x",)]}
    staged = stage(tmp_path, {"disputes-june.xlsx": workbook(book)})
    assert staged.books.files["status"].to_list() == ["ignored", "loaded", "ignored"]
    assert staged.column("disputes", "dispute_id") == ["d1", "d2"]


def test_a_cover_sheet_before_the_table(tmp_path: Path) -> None:
    book: dict[str, Sequence[Sequence[object]]] = {"说明": [("导出说明",), ("x",)], "数据": [("6月",), HEADERS, *ROWS]}
    staged = stage(tmp_path, {"disputes-june.xlsx": workbook(book)})
    assert staged.books.files["status"].to_list() == ["ignored", "loaded"]
    assert staged.column("disputes", "dispute_id") == ["d1", "d2"]


def test_a_workbook_of_something_else_is_ignored(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "b/plan.xlsx": b"no workbook",
        "b/~$disputes.xlsx": b"locked",
        "b/disputes.csv": "dispute_id,opened_at\nd1,2026-01-05\n",
    }
    staged = stage(tmp_path, files)
    assert dict(staged.books.files.select("file", "status").iter_rows()) == {
        "b/plan.xlsx": "ignored", "b/disputes.csv": "loaded",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no workbook"), (b"dispute_id,outcome\n", "is no workbook but something else"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old or locked office document"),
        (b"PK\x03\x04" + b"\0" * 99, "cannot be unpacked"), (by_parts(sheet_xml("")), "is empty"),
        (by_parts("<worksheet><sheetData><row>"), "cannot be read as a workbook"),
        (by_parts(sheet_xml(text_row(1, "a", "a") + text_row(2, "1", "2"))), "names the column a twice"),
        (by_parts(sheet_xml(text_row(1, "a") + "<row r='2'><c r='XFD2'><v>1</v></c></row>")), "beyond column 2,000"),
        (by_parts(sheet_xml("<x>" * 200)), "deep within one another"),
        (by_parts("<!DOCTYPE x [<!ENTITY a 'b'>]>" + sheet_xml(text_row(1, "&a;"))), "declares a document type"),
    ],
)  # fmt: skip
def test_workbooks_that_cannot_be_read_are_refused(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(RunError, match=r"disputes\.xlsx") as refusal:
        _sheet(tmp_path, content)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is no sheet with cells"):
        _sheet(tmp_path, workbook({"disputes": [HEADERS]}), sheet="evidence")


def test_a_cell_longer_than_a_row_may_be(tmp_path: Path) -> None:
    cells = text_row(1, *HEADERS) + text_row(2, "d1", "x" * 5000, "partial") + text_row(3, *ROWS[1])
    _, rows, malformed = _sheet(tmp_path, by_parts(sheet_xml(cells)), limits=Limits(row_bytes=1000))
    assert (rows, [(each.row, each.rule) for each in malformed]) == ({2: ROWS[1]}, [(1, "row_length")])


def test_two_cells_far_apart_take_no_room(tmp_path: Path) -> None:
    cells = text_row(1, *HEADERS) + text_row(1_048_576, *ROWS[0])
    assert _sheet(tmp_path, by_parts(sheet_xml(cells, "<dimension ref='A1:XFD1048576'/>")))[1] == {1_048_575: ROWS[0]}


def test_links_to_other_files_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text(sheet_xml(text_row(1, "secret")), encoding="utf-8")
    link = f"<Relationship Id='s1' Type='http://x/worksheet' Target='file://{secret}' TargetMode='External'/>"
    outside = f"<Relationship Id='s1' Type='http://x/worksheet' Target='../../../..{secret}'/>"
    for more in (link, outside):
        content = by_parts(sheet_xml(text_row(1, *HEADERS) + text_row(2, *ROWS[0])), more=more)
        assert _sheet(tmp_path, content)[1] == {1: ROWS[0]}


def test_headers_alone(tmp_path: Path) -> None:
    file = replace(file_of(tmp_path, workbook({"disputes": [HEADERS]}), ".xlsx"), sheet="disputes")
    assert read_headers(file, ANY) == HEADERS
    assert read(file)[1:] == ({}, [])
