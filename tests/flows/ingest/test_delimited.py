"""Reading CSV: every dress, and damage that stays in its row."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.errors import RunError
from flows.ingest import chunks
from flows.ingest.readers import read_headers
from tests.builders import csv_text
from tests.flows.ingest.reading import GB18030, UTF8, Read, file_of, read, read_text
from transforms.ingest.profile import Profile

PLAIN = "a,b\n1,x\n2,y\n"
EXPECTED: Read = (["a", "b"], {1: ("1", "x"), 2: ("2", "y")}, [])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("compression", [None, "gzip", "zstd"])
def test_csv_in_every_dress(tmp_path: Path, delimiter: str, line_end: str, bom: str, compression: str | None) -> None:
    text = bom + csv_text(("a", "b"), [("1", "x"), ("2", "y")], delimiter, line_end)
    assert read(file_of(tmp_path, text, compression=compression)) == EXPECTED


def test_a_file_without_last_line_end(tmp_path: Path) -> None:
    assert read_text(tmp_path, PLAIN.rstrip()) == EXPECTED


def test_quotes_and_line_ends_within_values(tmp_path: Path) -> None:
    values = [
        ("1", 'he said "no"'),
        ("2", "two\nlines"),
        ("3", "two\r\nlines"),
        ("4", "a,b"),
        ("5", " blank "),
        ("6", "'"),
    ]
    assert read_text(tmp_path, csv_text(("a", "b"), values))[1] == dict(enumerate(values, 1))


def test_quoted_headers_with_delimiters(tmp_path: Path) -> None:
    assert read_text(tmp_path, '"a, or A";"b"\n1;2\n')[0] == ["a, or A", "b"]


def test_values_are_not_interpreted(tmp_path: Path) -> None:
    values = ("007", "1e5", "NULL", "2026-01-01", "true", "-0.0", "")
    assert read_text(tmp_path, csv_text("abcdefg", [values]))[1] == {1: values}


def test_only_headers(tmp_path: Path) -> None:
    file = file_of(tmp_path, "a,b\n")
    assert read_headers(file, UTF8) == ("a", "b")
    assert read(file)[1:] == ({}, [])


@pytest.mark.parametrize("content", ["", "\n", "\ufeff"])
def test_an_empty_csv_file_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(RunError, match="is empty; a CSV file begins with a line of headers"):
        read_headers(file_of(tmp_path, content), UTF8)


def test_a_column_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="names the column a twice"):
        read_headers(file_of(tmp_path, "a,b,a\n"), UTF8)


def test_a_delimiter_of_the_profile(tmp_path: Path) -> None:
    assert read_text(tmp_path, "a|b,c\n1|2\n", Profile("own", delimiter="|"))[:2] == (["a", "b,c"], {1: ("1", "2")})


def test_rows_with_another_number_of_fields_are_malformed(tmp_path: Path) -> None:
    _, rows, malformed = read_text(tmp_path, "a,b\n1,x\n2\n3,y,z\n4,w\n")
    assert rows == {1: ("1", "x"), 4: ("4", "w")}
    assert [(each.row, each.rule, each.got, each.expected) for each in malformed] == [
        (2, "field_count", "1 fields", "2 fields"),
        (3, "field_count", "3 fields", "2 fields"),
    ]
    assert malformed[1].text == "3,y,z"


def test_only_malformed_rows(tmp_path: Path) -> None:
    _, rows, malformed = read_text(tmp_path, "a,b\n1\n2\n")
    assert (rows, [each.row for each in malformed]) == ({}, [1, 2])


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest(tmp_path: Path) -> None:
    # Three lines follow the header; whatever becomes of them, they must not pass as one good row.
    _, rows, malformed = read_text(tmp_path, 'a,b\n1,"x\n2,y\n3,z\n')
    assert 1 not in rows
    assert malformed


def test_rows_that_are_not_utf8_are_malformed(tmp_path: Path) -> None:
    _, rows, malformed = read_text(tmp_path, "a,b\n1,好\n2,".encode() + b"\xff\xfe" + "\n3,坏\n".encode())
    assert rows == {1: ("1", "好"), 3: ("3", "坏")}
    assert [(each.row, each.rule) for each in malformed] == [(2, "encoding")]
    assert "b" in malformed[0].got


def test_a_broken_byte_before_any_chinese_does_not_make_it_gb18030(tmp_path: Path) -> None:
    file = file_of(tmp_path, b"a,b\n1,\xff\n2," + "好\n".encode())
    _, rows, malformed = read(file)
    assert rows == {2: ("2", "好")}
    assert [each.row for each in malformed] == [1]


def test_gb18030(tmp_path: Path) -> None:
    text = csv_text(("编号", "内容"), [("1", "摩托车"), ("2", "没有收到货😀㐀")], line_end="\r\n")
    _, rows, malformed = read_text(tmp_path, text.encode("gb18030"), GB18030)
    assert (rows, malformed) == ({1: ("1", "摩托车"), 2: ("2", "没有收到货😀㐀")}, [])


def test_rows_that_are_not_gb18030_are_malformed(tmp_path: Path) -> None:
    content = "a,b\n1,好\n2,".encode("gb18030") + b"\xff\xff" + "\n3,坏\n".encode("gb18030")
    _, rows, malformed = read_text(tmp_path, content, GB18030)
    assert rows == {1: ("1", "好"), 3: ("3", "坏")}
    assert [(each.row, each.rule) for each in malformed] == [(2, "encoding")]


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,纠纷\n",
        "证据编号,纠纷编号\n1,2\n",
        "违规编号,规则\n1,2\n",
        "a,b\n1,没有收到货\n",
        "a,b\n1,模型\n2,摩托车\n",
        "a,b\n1,女\n2,客服\n",
        "a,b\n1,x\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_encoding_is_told_from_the_text(tmp_path: Path, text: str, encoding: str) -> None:
    names, rows, malformed = read_text(tmp_path, text.encode(encoding))
    assert not malformed
    assert csv_text(names, rows.values()) == text


def test_a_header_in_another_encoding_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r'the header of disputes\.csv is not utf-8.*encoding = "gb18030"'):
        read_headers(file_of(tmp_path, "纠纷编号\n".encode("gb18030")), UTF8)


# Rows of a long file: what stands in the file, and what must become of it.
_KINDS: dict[str, tuple[bytes, str | None]] = {
    "plain": (b"%d,x", None),
    "chinese": ("%d,退款".encode(), None),
    "quoted": (b'%d,"a ""b"", c"', None),
    "line ends": (b'%d,"a\nb\r\nc\n"', None),
    "long": (b"%d," + b"y" * 90, None),
    "short": (b"%d", "field_count"),
    "wide": (b"%d,x,y", "field_count"),
    "bytes": (b"%d,\xe9\x80x\xff", "encoding"),
}


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("chunk_bytes", [128, 257, 1024, 1 << 20])
@settings(max_examples=20)
@given(kinds=st.lists(st.sampled_from(list(_KINDS)), min_size=1, max_size=60))
def test_row_numbers_hold_across_chunks(
    tmp_path_factory: pytest.TempPathFactory, line_end: bytes, chunk_bytes: int, kinds: list[str]
) -> None:
    lines = [_KINDS[kind][0] % row for row, kind in enumerate(kinds, 1)]
    file = file_of(tmp_path_factory.mktemp("csv"), b"n,t" + line_end + line_end.join(lines) + line_end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "CHUNK_BYTES", chunk_bytes)
        _, rows, malformed = read(file)
    expected = {row: _KINDS[kind][1] for row, kind in enumerate(kinds, 1)}
    assert dict.fromkeys(rows) | {each.row: each.rule for each in malformed} == expected
    assert len(rows) + len(malformed) == len(kinds)
    assert all(values[0] == str(row) for row, values in rows.items())


def test_a_compressed_file_that_breaks_off_is_refused(tmp_path: Path) -> None:
    file = file_of(tmp_path, PLAIN * 5000, compression="gzip")
    file.path.write_bytes(file.path.read_bytes()[:-12])
    with pytest.raises(RunError, match=r"disputes.csv.gz cannot be unpacked .*; deliver it again"):
        read(file)
