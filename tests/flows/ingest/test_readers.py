"""Any format in any encoding, and what is said of how a file is written."""

import json
from pathlib import Path

import pytest

from flows.errors import RunError
from flows.ingest.readers import describe_format, read_headers
from flows.settings import Limits
from tests.flows.ingest.reading import ANY, file_of, read
from transforms.ingest.profile import Profile

ROWS = [{"编号": "1", "内容": "没有收到货，卖家已经发货"}, {"编号": "2", "内容": "螢幕 façade"}]
CHINESE = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")
TEXTS = {
    ".csv": "编号,内容\n1,没有收到货，卖家已经发货\n2,屏幕\n",
    ".ndjson": '{"编号": 1, "内容": "没有收到货，卖家已经发货"}\n{"编号": 2, "内容": "屏幕"}\n',
    ".json": '[{"编号": 1, "内容": "没有收到货，卖家已经发货"},\n {"编号": 2, "内容": "屏幕"}]',
}


@pytest.mark.parametrize("compression", [None, "gzip", "zstd"])
@pytest.mark.parametrize("encoding", CHINESE)
@pytest.mark.parametrize("ending", [".csv", ".ndjson", ".json"])
def test_every_text_format_in_every_encoding(
    tmp_path: Path, ending: str, encoding: str, compression: str | None
) -> None:
    file = file_of(tmp_path, TEXTS[ending].encode(encoding), ending, compression)
    assert read(file) == (["编号", "内容"], {1: ("1", "没有收到货，卖家已经发货"), 2: ("2", "屏幕")}, [])
    assert read_headers(file, ANY) == ("编号", "内容")


@pytest.mark.parametrize(("encoding", "text"), [("big5", "賣家拒絕退款，態度惡劣"), ("cp1252", "façade, déjà reçu")])
@pytest.mark.parametrize("ending", [".csv", ".ndjson", ".json"])
def test_encodings_that_have_not_all_characters(tmp_path: Path, ending: str, encoding: str, text: str) -> None:
    record = json.dumps({"a": text}, ensure_ascii=False)
    content = {".csv": f'a,b\n"{text}",x\n', ".ndjson": record + "\n", ".json": f"[{record}]"}[ending]
    file = file_of(tmp_path, content.encode(encoding), ending)
    assert read(file)[1][1][0] == text
    assert encoding in describe_format(file, ANY)


@pytest.mark.parametrize(
    ("content", "ending", "words"),
    [
        ("a,b\n1,2\n", ".csv", "csv utf-8 comma LF"), ("a;b\r\n1;2\r\n", ".csv", "csv utf-8 semicolon CRLF"),
        ("a\tb\r1\t2\r", ".csv", "csv utf-8 tab CR"), ("a|b\n1|2\n", ".csv", "csv utf-8 bar LF"),
        ("a,b\n1,\"x \\\"y\\\"\"\n", ".csv", "csv utf-8 comma LF backslash escapes"),
        ("编号,b\n1,没有\n".encode("gb18030"), ".csv", "csv gb18030 comma LF"),
        ("\ufeffa,b\n1,2\n".encode("utf-16-be"), ".csv", "csv utf-16-be comma LF"),
        ('{"a": 1}\n', ".ndjson", "ndjson utf-8"), ('[{"a": 1}]', ".json", "json utf-8"),
        ('{"a": 1}\n{"a": 2}\n', ".json", "ndjson utf-8"),
    ],
)  # fmt: skip
def test_how_a_file_is_written_is_stated(tmp_path: Path, content: str | bytes, ending: str, words: str) -> None:
    assert describe_format(file_of(tmp_path, content, ending), ANY) == words
    assert describe_format(file_of(tmp_path, content, ending, "gzip"), ANY) == f"{words} gzip"


def test_a_profile_overrides_what_the_content_says(tmp_path: Path) -> None:
    file = file_of(tmp_path, "a,b;c\n1,没有;x\n".encode("gb18030"))
    assert read(file, Profile("own", encoding="gb18030", delimiter=";"))[:2] == (["a,b", "c"], {1: ("1,没有", "x")})
    assert describe_format(file, Profile("own", delimiter=";")) == "csv gb18030 semicolon LF"
    # One letter by itself could be anything.
    western = file_of(tmp_path, "a,b\n1,é\n".encode("cp1252"))
    assert read(western, Profile("own", encoding="cp1252"))[1] == {1: ("1", "é")}
    for encoding in ("utf-16", "utf_16_le"):
        wide = file_of(tmp_path, "a,b\n1,x\n".encode("utf-16-le"))
        assert read(wide, Profile("own", encoding=encoding))[1] == {1: ("1", "x")}


def test_json_with_one_object_a_line(tmp_path: Path) -> None:
    assert read(file_of(tmp_path, '{"a": 1}\n\n{"a": 2}\n{"a": \n', ".json"))[1] == {1: ("1",), 2: ("2",)}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "disputes.csv is a PNG picture, whatever its name says"),
        (b"PK\x03\x04" + b"\0" * 99, "is a ZIP archive or an office document"),
        (b"%PDF-1.7\n1 0 obj", "is a PDF document"),
        (b"<!DOCTYPE html><html><body><table>", "is a web page"), (bytes(range(256)) * 99, "is not text"),
        (b"\0" * 5000, "is not text"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_refused_in_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    for ending in (".csv", ".ndjson", ".json"):
        file = file_of(tmp_path, content, ending)
        with pytest.raises(RunError) as refusal:
            read(file)
        assert words.replace(".csv", ending) in str(refusal.value)
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("ending", [".csv", ".ndjson", ".json"])
def test_a_row_that_is_too_long_is_set_aside(tmp_path: Path, ending: str) -> None:
    long = "x" * 60_000
    content = {
        ".csv": f"a,b\n1,x\n2,{long}\n3,y\n",
        ".ndjson": f'{{"a": 1, "b": "x"}}\n{{"a": 2, "b": "{long}"}}\n{{"a": 3, "b": "y"}}\n',
        ".json": f'[{{"a": 1, "b": "x"}}, {{"a": 2, "b": "{long}"}}, {{"a": 3, "b": "y"}}]',
    }[ending]
    _, rows, malformed = read(file_of(tmp_path, content, ending), ANY, Limits(row_bytes=10_000))
    assert rows == {1: ("1", "x"), 3: ("3", "y")}
    assert [(each.row, each.rule) for each in malformed] == [(2, "row_length")]
    assert len(malformed[0].text) <= 4000


@pytest.mark.parametrize("ending", [".csv", ".ndjson", ".json"])
def test_a_nul_sets_its_row_aside(tmp_path: Path, ending: str) -> None:
    padding = "没有收到货" * 40
    content = {
        ".csv": f"a,b\n1,{padding}\n2,x\0y\n3,y\n",
        ".ndjson": f'{{"a": 1, "b": "{padding}"}}\n{{"a": 2, "b": "x\\u0000y"}}\n{{"a": 3, "b": "y"}}\n',
        ".json": f'[{{"a": 1, "b": "{padding}"}}, {{"a": 2, "b": "x\\u0000y"}}, {{"a": 3, "b": "y"}}]',
    }[ending]
    _, rows, malformed = read(file_of(tmp_path, content, ending))
    assert (sorted(rows), [(each.row, each.rule) for each in malformed]) == ([1, 3], [(2, "nul")])
    assert "\0" not in malformed[0].text
