"""Where records begin and end, whatever quotes do."""

import csv
import io
from typing import Literal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.ingest.dialect import Grammar
from transforms.ingest.records import Flaw, Records, Shape, moved, split_records

LIMIT = 200
BAD = Flaw("encoding", "bytes", "text")


def _split(
    text: bytes, width: int = 3, *, backslash: bool = False, is_last: bool = True, flaws: dict[int, Flaw] | None = None
) -> Records:
    return split_records(text, flaws or {}, Shape(Grammar(",", backslash), width, LIMIT), is_last=is_last)


def _texts(text: bytes, found: Records) -> list[bytes]:
    return [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "records"),
    [
        (b"", []), (b"\n\n", []), (b"1,a,b", [b"1,a,b"]), (b"1,a,b\n2,c,d\n", [b"1,a,b\n", b"2,c,d\n"]),
        (b"1,a,b\r\n\r\n  \r\n2,c,d\r\n", [b"1,a,b\r\n", b"2,c,d\r\n"]),
        (b"1,a,b\r2,c,d\r", [b"1,a,b\r", b"2,c,d\r"]), (b"1,a,b\r2,c,d\n", [b"1,a,b\r", b"2,c,d\n"]),
        (b'1,"a\nb",c\n2,"x",d\n', [b'1,"a\nb",c\n', b'2,"x",d\n']),
        (b'1,"one\ntwo, x\n\nthree",c\n2,a,b\n', [b'1,"one\ntwo, x\n\nthree",c\n', b"2,a,b\n"]),
        (b'1,"a""\nb",c\n', [b'1,"a""\nb",c\n']), (b"1,a,b\n\x1a", [b"1,a,b\n"]),
    ],
)  # fmt: skip
def test_sound_text(text: bytes, records: list[bytes]) -> None:
    found = _split(text)
    assert _texts(text, found) == records
    assert not len(found.special)
    assert not found.flaws
    assert found.regular_text(text) == b"".join(records)
    assert found.rest_at == len(text)


@pytest.mark.parametrize(
    ("text", "open_at"),
    [
        # The next quotes do not close it.
        (b'1,"a,b\n2,c,d\n3,"x",y\n', [0]),
        (b'1,"x,foo\n6,y,foo\n7,"z,foo\n8,a,b\n', [0, 2]),
        (b'1,"x,foo\n2,"","y"\n', [0]),
        # One does, but what it would swallow are rows.
        (b'1,"x,foo\n2,y,foo\n3,screen 6.1",foo\n', [0]),
        # Nothing follows.
        (b'1,a,b\n2,"c,d\n3,e,f\n', [1]),
    ],
)
def test_an_open_quote_costs_its_own_line(text: bytes, open_at: list[int]) -> None:
    found = _split(text)
    assert _texts(text, found) == text.splitlines(keepends=True)
    assert {place: flaw.rule for place, flaw in found.flaws.items()} == dict.fromkeys(open_at, "open_quote")


def test_stray_quotes_are_read_one_by_one() -> None:
    text = b'1,tv 6.1" x,b\n2,"say "no"",c\n3,"a",b\n'
    found = _split(text)
    assert (found.special.tolist(), found.flaws, found.count) == ([0, 1], {}, 3)
    assert found.regular_text(text) == b'3,"a",b\n'
    assert found.regular.tolist() == [2]


def test_a_record_of_several_lines_with_a_field_too_many_is_one_row() -> None:
    text = b'1,"a\nb",c,d\n2,e,f\n'
    found = _split(text)
    assert (found.count, found.special.tolist()) == (2, [0])


def test_backslashes() -> None:
    text = b'1,"he \\"said\\" no",b\n2,"x\\\\",c\n3,"a\\"\nb",d\n4,e,f\n'
    found = _split(text, backslash=True)
    assert (found.count, found.flaws) == (4, {})
    assert [record[:1] for record in _texts(text, found)] == [b"1", b"2", b"3", b"4"]


def test_what_is_not_finished_is_left() -> None:
    text = b'1,a,b\n2,"c\nd'
    found = _split(text, is_last=False)
    assert (_texts(text, found), text[found.rest_at :]) == ([b"1,a,b\n"], b'2,"c\nd')
    # A quote that stays open for longer than a row may be is not waited for.
    long = b'1,"a\n' + b"2,c,d\n" * LIMIT
    assert _split(long, is_last=False).rest_at == len(long)


def test_flaws_of_lines_and_of_records() -> None:
    text = b'1,a\0,b\n2,c,d\n3,"e\nf",g\n' + b"4," + b"x" * (LIMIT + 9) + b",y\n5,h,i\n"
    found = _split(text, flaws={7: BAD, 18: BAD})
    assert {place: flaw.rule for place, flaw in found.flaws.items()} == {
        0: "nul", 1: "encoding", 2: "encoding", 3: "row_length",
    }  # fmt: skip
    assert found.regular_text(text) == b"5,h,i\n"


def test_flaws_move_with_the_text() -> None:
    assert moved({3: BAD, 9: BAD}, -5) == {4: BAD}
    assert moved({3: BAD}, 5) == {8: BAD}


_VALUES = st.lists(st.text('ab",\n\r;', max_size=5), min_size=3, max_size=3)


@given(rows=st.lists(_VALUES, max_size=8), line_end=st.sampled_from(["\n", "\r\n"]), quoting=st.sampled_from([0, 1]))
@example(rows=[["", "\n,", ""]], line_end="\n", quoting=0)
def test_what_a_program_writes_is_all_regular(rows: list[list[str]], line_end: str, quoting: Literal[0, 1]) -> None:
    lines = []
    for row in rows:
        line = io.StringIO(newline="")
        csv.writer(line, lineterminator=line_end, quoting=quoting).writerow(row)
        lines.append(line.getvalue().encode())
    # A row that is three empty fields is no blank line.
    text = b"".join(lines)
    # The program quotes a value for the line end that it writes, not for a lone carriage return.
    if not any("\r" in value.replace("\r\n", "") for row in rows for value in row) or quoting:
        found = _split(text)
        assert _texts(text, found) == lines
        assert found.regular_text(text) == text


@given(st.binary(max_size=60).map(lambda raw: bytes(b'1,"\n\r\\x'[byte % 7] for byte in raw)), st.booleans())
def test_no_byte_is_lost_or_used_twice(text: bytes, backslash: bool) -> None:
    found = _split(text, backslash=backslash)
    records = b"".join(_texts(text, found))
    # What is between records is blank.
    assert records.replace(b"\n", b"").replace(b"\r", b"") == text.replace(b"\n", b"").replace(b"\r", b"")
    assert (found.starts[1:] >= found.ends[:-1]).all()
    assert sorted([*found.special.tolist(), *found.regular.tolist()]) == np.arange(found.count).tolist()
