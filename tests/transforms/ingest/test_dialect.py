"""Fields of a record, and how the grammar of a text is told."""

import csv
import io
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.ingest.dialect import DELIMITERS, Grammar, likeliest_grammar

COMMA, ESCAPED = Grammar(","), Grammar(",", backslash=True)


@pytest.mark.parametrize(
    ("record", "values"),
    [
        ("1,2", ("1", "2")), ("", ("",)), ("a,", ("a", "")), (",", ("", "")), ('"","",', ("", "", "")),
        ('1,"a,b",c', ("1", "a,b", "c")), ('"a\nb",c', ("a\nb", "c")), ('1,"said ""no""",x', ("1", 'said "no"', "x")),
        # What people write instead.
        ('1,6.1" tv', ("1", '6.1" tv')), ('1,"he said "no, thanks" to me",x', ("1", 'he said "no, thanks" to me', "x")),
        ('1,"say "no"",x', ("1", 'say "no"', "x")), ('"abc"",x', ('abc"', "x")),
        ('1, "x"', ("1", ' "x"')), ("1,a\\", ("1", "a\\")), ('"C:\\","x"', ("C:\\", "x")),
    ],
)  # fmt: skip
def test_fields_with_doubled_quotes(record: str, values: tuple[str, ...]) -> None:
    found = COMMA.fields(record)
    assert (found.values, found.is_whole) == (values, True)


@pytest.mark.parametrize(
    ("record", "values"),
    [
        ('1,"a\\"b",c', ("1", 'a"b', "c")), ("1,a\\,b", ("1", "a,b")), ("1,\\N", ("1", "\\N")),
        ('"C:\\\\","x"', ("C:\\", "x")), ("1,a\\", ("1", "a\\")), ("\\(^o^)/,x", ("\\(^o^)/", "x")),
        ('1,"a\\\nb"', ("1", "a\nb")),
    ],
)  # fmt: skip
def test_fields_with_escaped_quotes(record: str, values: tuple[str, ...]) -> None:
    assert ESCAPED.fields(record).values == values


@pytest.mark.parametrize(("record", "place"), [('1,"x', 2), (',"', 1), ('1,2,"a,""b', 4)])
def test_a_quote_that_is_never_closed(record: str, place: int) -> None:
    assert COMMA.fields(record).open_at == place


@pytest.mark.parametrize("backslash", [False, True])
@given(values=st.lists(st.text('ab,"\\\n;', max_size=6), min_size=2, max_size=4), quoting=st.sampled_from([0, 1]))
def test_what_a_program_writes_is_read_back(values: list[str], quoting: Literal[0, 1], backslash: bool) -> None:
    text = io.StringIO(newline="")
    csv.writer(
        text, lineterminator="", quoting=quoting, doublequote=not backslash, escapechar="\\" if backslash else None
    ).writerow(values)
    assert Grammar(",", backslash).fields(text.getvalue(), is_strict=True).values == tuple(values)


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_that_explains_most(delimiter: str) -> None:
    row = delimiter.join(['"a, b; c"', "2026-01-05 10:00", '"1|2\t3"', '"two\nlines; or, three"'])
    text = delimiter.join(["dispute_id", "opened_at", "note", "text"]) + "\n" + f"{row}\n" * 5
    assert likeliest_grammar(text, [], DELIMITERS) == Grammar(delimiter)


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        # Decimal commas; a header with commas in a name; a title above the header; one column; nothing.
        ("id;amount;paid\n1;3,50;4,20\n2;1,00;2,20\n", ";"),
        ("id\tname, given\n1\ta\n2\tb\n", "\t"),
        ("Export of June, all shops\nid|opened|note\n1|x|y\n2|x|y\n", "|"),
        ("dispute_id\nd1\nd2\n", ","),
        ("", ","),
    ],
)
def test_delimiters_beside_other_signs(text: str, delimiter: str) -> None:
    assert likeliest_grammar(text, [], DELIMITERS).delimiter == delimiter


def test_the_default_where_there_is_one_column() -> None:
    assert likeliest_grammar("id\n1\n", [], DELIMITERS, default="\t").delimiter == "\t"
    assert likeliest_grammar("a,b\n1,2\n", [], (";",)).delimiter == ";"


@pytest.mark.parametrize(
    ("text", "is_escaped"),
    [
        ('a,b\n1,"he said \\"no\\""\n2,x\n', True), ("a,b\n1,x\\,y\n2,z\n", True), ('a,b\n1,6.1\\" tv\n2,x\n', True),
        ('a,b\n1,"two\nlines \\""\n', True), ('a,b\n1,"x\n\\"\n2,y\n', False), ('a,b\n1,"C:\\dir\\"\n2,x\n', False),
        ('a,b\n1,"say ""\\o/"""\n', False), ("a,b\n1,C:\\dir\n", False), ("a,b\n1,end\\\n", False),
    ],
)  # fmt: skip
def test_what_a_backslash_means(text: str, is_escaped: bool) -> None:
    assert likeliest_grammar(text, [], DELIMITERS).backslash is is_escaped


def test_lines_further_on_are_heard() -> None:
    head = "a,b\n1,x\n"
    assert likeliest_grammar(head, ['7,"a \\"b\\" c"'] * 3, DELIMITERS).backslash
    assert not likeliest_grammar(head, ['7,"a ""b"" \\c"'] * 3, DELIMITERS).backslash
