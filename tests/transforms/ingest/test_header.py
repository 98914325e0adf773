"""Finding the row of headers, and what headers must be like."""

import pytest

from transforms.ingest.header import (
    LONGEST_NAME,
    header_fault,
    header_place,
    known_headers,
    sheet_header_place,
    usable_names,
)
from transforms.registry import INPUT_TABLES

KNOWN = known_headers(INPUT_TABLES["disputes"], ("Fall-Nr",))
HEADER, ROW = ("Dispute ID", "opened_at", "结果"), ("d1", "2026-01-05", "partial")


def test_headers_are_known_by_name_label_and_profile() -> None:
    assert {"disputeid", "纠纷编号", "fallnr"} <= KNOWN


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([], 0), ([HEADER, ROW], 0), ([("Export of June",), HEADER, ROW], 1), ([("a", "b"), ROW], 0),
        # One known word in a later row may be a value.
        ([("a", "b"), ("dispute_id", "x")], 0), ([("dispute_id",), HEADER], 0),
    ],
)  # fmt: skip
def test_the_header_of_a_text_file(rows: list[tuple[str, ...]], place: int) -> None:
    assert header_place(rows, KNOWN) == place


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([], None), ([("", " ")], None), ([HEADER, ROW], 0), ([("六月导出", "", ""), ("", "", ""), HEADER, ROW], 2),
        # Headers that nobody knows: the first row of names as wide as the table, not a title, not values.
        ([("Export", "", ""), ("x", "y", "z"), ("1", "2", "3")], 1), ([("by", "me", "", "", ""), ("1",) * 5], 0),
        ([("7", "8"), ("a", "b")], 1),
    ],
)  # fmt: skip
def test_the_header_of_a_sheet(rows: list[tuple[str, ...]], place: int | None) -> None:
    assert sheet_header_place(rows, KNOWN) == place


def test_columns_without_a_usable_name_are_named_after_their_place() -> None:
    assert usable_names(["a", "", "__row"]) == ("a", "column_2", "column_3")
    # Polars would take these for patterns of several columns.
    assert usable_names(["*", "^a.*$", "^a", "a$"]) == ("column *", "column ^a.*$", "^a", "a$")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "no columns"), (("a",) * 2, "names the column a twice"), (("x" * (LONGEST_NAME + 1),), "more than 255"),
        (tuple(f"c{n}" for n in range(11)), "has 11 columns; at most 10 are read"),
    ],
)  # fmt: skip
def test_what_makes_headers_unusable(names: tuple[str, ...], words: str) -> None:
    assert words in (header_fault(names, 10) or "")


def test_headers_that_are_sql_or_markup_are_names_like_any_other() -> None:
    assert header_fault(('"; drop table core.disputes; --', "<script>alert(1)</script>", "=1+1"), 10) is None
