"""Workbooks for tests: written by a library, or part by part."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def workbook(
    sheets: Mapping[str, Sequence[Sequence[object]]],
    change: Callable[[Worksheet], None] = lambda _: None,
    *,
    is_1904: bool = False,
) -> bytes:
    """Write a workbook; `change` is applied to its first sheet."""
    book = Workbook()
    if is_1904:
        book.epoch = CALENDAR_MAC_1904
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([*row])
    change(book.worksheets[0])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def by_parts(sheet: str, *, strings: str = "", styles: str = "", name: str = "disputes", more: str = "") -> bytes:
    """Write a workbook of one sheet whose XML is given; `more` are further references of the workbook."""
    target = f"<?xml version='1.0'?><Relationships xmlns='{_PACKAGE}'>"
    parts = {
        "_rels/.rels": f"{target}<Relationship Id='r1' Type='{_DOCUMENT}/officeDocument' Target='xl/workbook.xml'/>"
        "</Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{_MAIN}' xmlns:r='{_DOCUMENT}'><sheets>"
        f"<sheet name='{name}' sheetId='1' r:id='s1'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"{target}<Relationship Id='s1' Type='{_DOCUMENT}/worksheet'"
        f" Target='worksheets/sheet1.xml'/>"
        f"<Relationship Id='s2' Type='{_DOCUMENT}/sharedStrings' Target='/xl/sharedStrings.xml'/>"
        f"<Relationship Id='s3' Type='{_DOCUMENT}/styles' Target='styles.xml'/>{more}</Relationships>",
        "xl/worksheets/sheet1.xml": sheet,
        **({"xl/sharedStrings.xml": strings} if strings else {}),
        **({"xl/styles.xml": styles} if styles else {}),
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, text in parts.items():
            packed.writestr(path, text)
    return content.getvalue()


def sheet_xml(cells: str, after: str = "") -> str:
    """Wrap rows of cells as a sheet."""
    return f"<worksheet xmlns='{_MAIN}'><sheetData>{cells}</sheetData>{after}</worksheet>"


def text_row(number: int, *texts: str) -> str:
    """Write a row of texts."""
    cells = "".join(f"<c t='inlineStr'><is><t>{text}</t></is></c>" for text in texts)
    return f"<row r='{number}'>{cells}</row>"
