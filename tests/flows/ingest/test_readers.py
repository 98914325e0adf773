"""Reading files of every format; values as they were written, row numbers of the file."""

import io
import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.errors import RunError
from flows.ingest import readers
from flows.ingest.inbox import COMPRESSIONS, InboxFile
from flows.ingest.readers import Malformed, read_chunks, read_headers, sniff_encoding
from tests.builders import DELIVERED, csv_text, packed
from transforms.ingest.parse import ROW
from transforms.ingest.profile import Profile

UTF8, GB18030 = Profile("utf8"), Profile("gb", encoding="gb18030")
Rows = dict[int, tuple[str | None, ...]]


def _file(folder: Path, content: str | bytes, ending: str = ".csv", compression: str | None = None) -> InboxFile:
    raw = content.encode() if isinstance(content, str) else content
    packing = next((end for end, name in COMPRESSIONS.items() if name == compression), "")
    path = folder / f"disputes{ending}{packing}"
    path.write_bytes(packed(raw, compression) if compression else raw)
    formats = {".csv": "csv", ".ndjson": "ndjson", ".json": "json", ".parquet": "parquet"}
    return InboxFile("b", path.name, path, DELIVERED, "disputes", formats[ending], compression)


def _read(file: InboxFile, profile: Profile = UTF8) -> tuple[list[str], Rows, list[Malformed]]:
    """Return the headers, the rows by number, and the malformed rows in order."""
    rows: Rows = {}
    malformed: list[Malformed] = []
    names: list[str] = []
    for chunk in read_chunks(file, profile):
        names = [name for name in chunk.frame.columns if name != ROW] or names
        for row in chunk.frame.iter_rows(named=True):
            assert row[ROW] not in rows
            rows[row[ROW]] = tuple(row[name] for name in names)
        malformed += chunk.malformed
    return names, rows, sorted(malformed, key=lambda each: each.row)


def _csv(tmp_path: Path, content: str | bytes, profile: Profile = UTF8) -> tuple[list[str], Rows, list[Malformed]]:
    return _read(_file(tmp_path, content), profile)


PLAIN = "a,b\n1,x\n2,y\n"
EXPECTED: tuple[list[str], Rows, list[Malformed]] = (["a", "b"], {1: ("1", "x"), 2: ("2", "y")}, [])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("compression", [None, "gzip", "zstd"])
def test_csv_in_every_dress(tmp_path: Path, delimiter: str, line_end: str, bom: str, compression: str | None) -> None:
    text = bom + csv_text(("a", "b"), [("1", "x"), ("2", "y")], delimiter, line_end)
    assert _read(_file(tmp_path, text, compression=compression)) == EXPECTED


def test_a_file_without_last_line_end(tmp_path: Path) -> None:
    assert _csv(tmp_path, PLAIN.rstrip()) == EXPECTED


def test_quotes_and_line_ends_within_values(tmp_path: Path) -> None:
    values = [
        ("1", 'he said "no"'),
        ("2", "two\nlines"),
        ("3", "two\r\nlines"),
        ("4", "a,b"),
        ("5", " blank "),
        ("6", "'"),
    ]
    assert _csv(tmp_path, csv_text(("a", "b"), values))[1] == dict(enumerate(values, 1))


def test_quoted_headers_with_delimiters(tmp_path: Path) -> None:
    assert _csv(tmp_path, '"a, or A";"b"\n1;2\n')[0] == ["a, or A", "b"]


def test_values_are_not_interpreted(tmp_path: Path) -> None:
    values = ("007", "1e5", "NULL", "2026-01-01", "true", "-0.0", "")
    assert _csv(tmp_path, csv_text("abcdefg", [values]))[1] == {1: values}


def test_only_headers(tmp_path: Path) -> None:
    file = _file(tmp_path, "a,b\n")
    assert read_headers(file, UTF8) == ("a", "b")
    assert _read(file)[1:] == ({}, [])


@pytest.mark.parametrize("content", ["", "\n", "\ufeff"])
def test_an_empty_csv_file_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(RunError, match="is empty; a CSV file begins with a line of headers"):
        read_headers(_file(tmp_path, content), UTF8)


def test_a_column_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="names the column a twice"):
        read_headers(_file(tmp_path, "a,b,a\n"), UTF8)


def test_a_delimiter_of_the_profile(tmp_path: Path) -> None:
    assert _csv(tmp_path, "a|b,c\n1|2\n", Profile("own", delimiter="|"))[:2] == (["a", "b,c"], {1: ("1", "2")})


def test_rows_with_another_number_of_fields_are_malformed(tmp_path: Path) -> None:
    _, rows, malformed = _csv(tmp_path, "a,b\n1,x\n2\n3,y,z\n4,w\n")
    assert rows == {1: ("1", "x"), 4: ("4", "w")}
    assert [(each.row, each.rule, each.got, each.expected) for each in malformed] == [
        (2, "field_count", "1 fields", "2 fields"),
        (3, "field_count", "3 fields", "2 fields"),
    ]
    assert malformed[1].text == "3,y,z"


def test_only_malformed_rows(tmp_path: Path) -> None:
    _, rows, malformed = _csv(tmp_path, "a,b\n1\n2\n")
    assert (rows, [each.row for each in malformed]) == ({}, [1, 2])


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest(tmp_path: Path) -> None:
    # Three lines follow the header; whatever becomes of them, they must not pass as one good row.
    _, rows, malformed = _csv(tmp_path, 'a,b\n1,"x\n2,y\n3,z\n')
    assert 1 not in rows
    assert malformed


def test_rows_that_are_not_utf8_are_malformed(tmp_path: Path) -> None:
    _, rows, malformed = _csv(tmp_path, "a,b\n1,好\n2,".encode() + b"\xff\xfe" + "\n3,坏\n".encode())
    assert rows == {1: ("1", "好"), 3: ("3", "坏")}
    assert [(each.row, each.rule) for each in malformed] == [(2, "encoding")]
    assert "b" in malformed[0].got


def test_a_broken_byte_before_any_chinese_does_not_make_it_gb18030(tmp_path: Path) -> None:
    file = _file(tmp_path, b"a,b\n1,\xff\n2," + "好\n".encode())
    _, rows, malformed = _read(file, Profile("own", encoding=sniff_encoding(file)))
    assert rows == {2: ("2", "好")}
    assert [each.row for each in malformed] == [1]


def test_gb18030(tmp_path: Path) -> None:
    text = csv_text(("编号", "内容"), [("1", "摩托车"), ("2", "没有收到货😀㐀")], line_end="\r\n")
    _, rows, malformed = _csv(tmp_path, text.encode("gb18030"), GB18030)
    assert (rows, malformed) == ({1: ("1", "摩托车"), 2: ("2", "没有收到货😀㐀")}, [])


def test_rows_that_are_not_gb18030_are_malformed(tmp_path: Path) -> None:
    content = "a,b\n1,好\n2,".encode("gb18030") + b"\xff\xff" + "\n3,坏\n".encode("gb18030")
    _, rows, malformed = _csv(tmp_path, content, GB18030)
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
    found = sniff_encoding(_file(tmp_path, text.encode(encoding)))
    assert text.encode(encoding).decode(found) == text


def test_a_header_in_another_encoding_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r'the header of disputes\.csv is not utf-8.*encoding = "gb18030"'):
        read_headers(_file(tmp_path, "纠纷编号\n".encode("gb18030")), UTF8)


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
@settings(max_examples=20, deadline=None)
@given(kinds=st.lists(st.sampled_from(list(_KINDS)), min_size=1, max_size=60))
def test_row_numbers_hold_across_chunks(
    tmp_path_factory: pytest.TempPathFactory, line_end: bytes, chunk_bytes: int, kinds: list[str]
) -> None:
    lines = [_KINDS[kind][0] % row for row, kind in enumerate(kinds, 1)]
    file = _file(tmp_path_factory.mktemp("csv"), b"n,t" + line_end + line_end.join(lines) + line_end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(readers, "CHUNK_BYTES", chunk_bytes)
        _, rows, malformed = _read(file)
    expected = {row: _KINDS[kind][1] for row, kind in enumerate(kinds, 1)}
    assert dict.fromkeys(rows) | {each.row: each.rule for each in malformed} == expected
    assert len(rows) + len(malformed) == len(kinds)
    assert all(values[0] == str(row) for row, values in rows.items())


def test_a_compressed_file_that_breaks_off_is_refused(tmp_path: Path) -> None:
    file = _file(tmp_path, PLAIN * 5000, compression="gzip")
    file.path.write_bytes(file.path.read_bytes()[:-12])
    with pytest.raises(RunError, match=r"disputes.csv.gz cannot be read"):
        _read(file)


# ---------------------------------------------------------------------------------------------------------------- JSON


def test_ndjson_keeps_values_as_they_were_written(tmp_path: Path) -> None:
    text = '{"a": 1.50, "b": "x"}\n{"b": true, "c": null}\n{"a": [1, "二"], "b": {"k": 1e3}}\n'
    names, rows, malformed = _read(_file(tmp_path, text, ".ndjson"))
    assert (names, malformed) == (["a", "b", "c"], [])
    assert rows[1] == ("1.50", "x", None)
    assert rows[2] == (None, "true", None)
    assert rows[3][0] is not None
    assert json.loads(rows[3][0]) in (["1", "二"], [1, "二"])


def test_ndjson_lines_that_are_no_objects_are_malformed(tmp_path: Path) -> None:
    lines = ['{"a": 1}', "{bad", "[1]", "7", "null", '"text"', '{"a": 2}']
    _, rows, malformed = _read(_file(tmp_path, "\n".join(lines), ".ndjson"))
    assert (set(rows), [each.row for each in malformed]) == ({1, 7}, [2, 3, 4, 5, 6])
    assert {each.rule for each in malformed} == {"json"}


def test_what_is_said_of_a_number_in_place_of_an_object(tmp_path: Path) -> None:
    _, _, malformed = _read(_file(tmp_path, '{"a": 1}\n7\n', ".ndjson"))
    assert "str" not in malformed[0].got
    assert malformed[0].text.strip('"') == "7"


def test_ndjson_in_other_dress(tmp_path: Path) -> None:
    text = '\ufeff{"a": "退"}\r\n\r\n{"a": "款"}'
    for compression in (None, "gzip", "zstd"):
        assert _read(_file(tmp_path, text, ".ndjson", compression))[1] == {1: ("退",), 2: ("款",)}
    assert _read(_file(tmp_path, text[1:].encode("gb18030"), ".ndjson"), GB18030)[1] == {1: ("退",), 2: ("款",)}


def test_ndjson_lines_that_are_not_utf8_are_malformed(tmp_path: Path) -> None:
    _, rows, malformed = _read(_file(tmp_path, b'{"a": 1}\n{"a": "\xff"}\n{"a": 3}\n', ".ndjson"))
    assert (set(rows), [each.row for each in malformed]) == ({1, 3}, [2])


def test_ndjson_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "CHUNK_BYTES", 64)
    lines = [
        "{" if row % 7 == 0 else json.dumps({"n": row, **({"late": row} if row > 50 else {})}) for row in range(1, 101)
    ]
    names, rows, malformed = _read(_file(tmp_path, "\n".join(lines) + "\n", ".ndjson"))
    assert names == ["n", "late"]
    assert [each.row for each in malformed] == list(range(7, 101, 7))
    assert {row: values[0] for row, values in rows.items()} == {row: str(row) for row in range(1, 101) if row % 7}


def test_json_array(tmp_path: Path) -> None:
    _, rows, malformed = _read(_file(tmp_path, '[{"a": 1.50}, 3, {"a": "x"}]', ".json"))
    assert rows == {1: ("1.50",), 3: ("x",)}
    assert [(each.row, each.rule) for each in malformed] == [(2, "json")]


def test_json_array_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "CHUNK_ROWS", 10)
    values: list[Any] = [row if row % 9 == 0 else {"n": row} for row in range(1, 51)]
    _, rows, malformed = _read(_file(tmp_path, json.dumps(values), ".json"))
    assert [each.row for each in malformed] == [9, 18, 27, 36, 45]
    assert rows == {row: (str(row),) for row in range(1, 51) if row % 9}


@pytest.mark.parametrize("text", ["", "{", '{"a": 1}', "7", "[1"])
def test_json_that_is_no_array_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(RunError, match=r"disputes.json .*array of objects"):
        _read(_file(tmp_path, text, ".json"))


# ------------------------------------------------------------------------------------------------------------- Parquet


def _parquet(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue()


def test_typed_parquet_is_read_as_it_would_be_written(tmp_path: Path) -> None:
    moment = datetime(2026, 3, 5, 6, 3, tzinfo=UTC)
    frame = pl.DataFrame({
        "text": ["退款", None],
        "whole": [7, None],
        "number": [0.25, None],
        "amount": pl.Series([Decimal("12.50"), None], dtype=pl.Decimal(12, 2)),
        "flag": [True, None],
        "day": [date(2026, 3, 5), None],
        "moment": [moment, None],
        "enum": pl.Series(["photo", None], dtype=pl.Categorical),
        "nothing": [None, None],
        "clock": [time(14, 3), None],
        "list": [["a"], None],
    })  # fmt: skip
    names, rows, _ = _read(_file(tmp_path, _parquet(frame), ".parquet"))
    found = dict(zip(names, rows[1], strict=True))
    assert found["moment"] is not None
    assert datetime.fromisoformat(found["moment"]) == moment
    assert found["list"] is not None
    assert "a" in found["list"]
    del found["moment"], found["list"], found["clock"]
    assert found == {
        "text": "退款",
        "whole": "7",
        "number": "0.25",
        "amount": "12.50",
        "flag": "true",
        "day": "2026-03-05",
        "enum": "photo",
        "nothing": None,
    }
    assert all(value is None for name, value in zip(names, rows[2], strict=True) if name != "list")


def test_parquet_times_without_zone_stay_without(tmp_path: Path) -> None:
    frame = pl.DataFrame({"t": [datetime(2026, 3, 5, 14, 3)]})  # noqa: DTZ001 - that it has none is the point
    _, rows, _ = _read(_file(tmp_path, _parquet(frame), ".parquet"))
    assert rows[1][0] is not None
    assert datetime.fromisoformat(rows[1][0]) == datetime(2026, 3, 5, 14, 3)  # noqa: DTZ001 - as above


def test_parquet_across_chunks_and_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "CHUNK_ROWS", 7)
    content = _parquet(pl.DataFrame({"n": range(1, 31)}))
    for compression in (None, "gzip", "zstd"):
        _, rows, _ = _read(_file(tmp_path, content, ".parquet", compression))
        assert rows == {row: (str(row),) for row in range(1, 31)}


def test_what_is_not_parquet_is_refused(tmp_path: Path) -> None:
    file = _file(tmp_path, "PAR1 not really", ".parquet")
    with pytest.raises(RunError, match=r"disputes\.parquet is not a Parquet file"):
        read_headers(file, UTF8)
    with pytest.raises(RunError, match=r"disputes\.parquet cannot be read"):
        _read(file)
