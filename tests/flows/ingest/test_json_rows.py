"""Reading JSON: one object a line, and arrays."""

import json
from pathlib import Path
from typing import Any

import pytest

from flows.errors import RunError
from flows.ingest import chunks
from tests.flows.ingest.reading import GB18030, file_of, read


def test_ndjson_keeps_values_as_they_were_written(tmp_path: Path) -> None:
    text = '{"a": 1.50, "b": "x"}\n{"b": true, "c": null}\n{"a": [1, "二"], "b": {"k": 1e3}}\n'
    names, rows, malformed = read(file_of(tmp_path, text, ".ndjson"))
    assert (names, malformed) == (["a", "b", "c"], [])
    assert rows[1] == ("1.50", "x", None)
    assert rows[2] == (None, "true", None)
    assert rows[3][0] is not None
    assert json.loads(rows[3][0]) in (["1", "二"], [1, "二"])


def test_ndjson_lines_that_are_no_objects_are_malformed(tmp_path: Path) -> None:
    lines = ['{"a": 1}', "{bad", "[1]", "7", "null", '"text"', '{"a": 2}']
    _, rows, malformed = read(file_of(tmp_path, "\n".join(lines), ".ndjson"))
    assert (set(rows), [each.row for each in malformed]) == ({1, 7}, [2, 3, 4, 5, 6])
    assert {each.rule for each in malformed} == {"json"}


def test_what_is_said_of_a_number_in_place_of_an_object(tmp_path: Path) -> None:
    _, _, malformed = read(file_of(tmp_path, '{"a": 1}\n7\n', ".ndjson"))
    assert "str" not in malformed[0].got
    assert malformed[0].text.strip('"') == "7"


def test_ndjson_in_other_dress(tmp_path: Path) -> None:
    text = '\ufeff{"a": "退"}\r\n\r\n{"a": "款"}'
    for compression in (None, "gzip", "zstd"):
        assert read(file_of(tmp_path, text, ".ndjson", compression))[1] == {1: ("退",), 2: ("款",)}
    assert read(file_of(tmp_path, text[1:].encode("gb18030"), ".ndjson"), GB18030)[1] == {1: ("退",), 2: ("款",)}


def test_ndjson_lines_that_are_not_utf8_are_malformed(tmp_path: Path) -> None:
    _, rows, malformed = read(file_of(tmp_path, b'{"a": 1}\n{"a": "\xff"}\n{"a": 3}\n', ".ndjson"))
    assert (set(rows), [each.row for each in malformed]) == ({1, 3}, [2])


def test_ndjson_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 64)
    lines = [
        "{" if row % 7 == 0 else json.dumps({"n": row, **({"late": row} if row > 50 else {})}) for row in range(1, 101)
    ]
    names, rows, malformed = read(file_of(tmp_path, "\n".join(lines) + "\n", ".ndjson"))
    assert names == ["n", "late"]
    assert [each.row for each in malformed] == list(range(7, 101, 7))
    assert {row: values[0] for row, values in rows.items()} == {row: str(row) for row in range(1, 101) if row % 7}


def test_json_array(tmp_path: Path) -> None:
    _, rows, malformed = read(file_of(tmp_path, '[{"a": 1.50}, 3, {"a": "x"}]', ".json"))
    assert rows == {1: ("1.50",), 3: ("x",)}
    assert [(each.row, each.rule) for each in malformed] == [(2, "json")]


def test_json_array_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 10)
    values: list[Any] = [row if row % 9 == 0 else {"n": row} for row in range(1, 51)]
    _, rows, malformed = read(file_of(tmp_path, json.dumps(values), ".json"))
    assert [each.row for each in malformed] == [9, 18, 27, 36, 45]
    assert rows == {row: (str(row),) for row in range(1, 51) if row % 9}


@pytest.mark.parametrize("text", ["", "{", '{"a": 1}', "7", '{"a": [1, 2]}'])
def test_json_that_is_no_array_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(RunError, match=r"disputes.json .*array of objects"):
        read(file_of(tmp_path, text, ".json"))


def test_members_of_objects_are_columns(tmp_path: Path) -> None:
    text = '[{"case": {"id": "c1", "by": {"who": {"x": {"y": 1}}}}, "e": {}}, {"case": {"id": "c2"}, "e": {"f": 2}}]'
    names, rows, malformed = read(file_of(tmp_path, text, ".json"))
    assert (names, malformed) == (["case.id", "case.by.who.x", "e"], [])
    assert rows == {1: ("c1", '{"y": "1"}', "{}"), 2: ("c2", None, '{"f": "2"}')}


def test_an_object_whose_member_would_take_the_name_of_a_column_stays_as_it_is(tmp_path: Path) -> None:
    names, _, malformed = read(file_of(tmp_path, '[{"a": {"b": 1}, "a.b": 2}]', ".json"))
    assert (names, malformed) == (["a", "a.b"], [])


def test_an_object_with_a_key_for_everything_does_not_make_more_columns_than_are_allowed(tmp_path: Path) -> None:
    wide = "{" + ", ".join(f'"k{i}": 1' for i in range(50_000)) + "}"
    names, _, malformed = read(file_of(tmp_path, '[{"a": 1, "b": ' + wide + "}]", ".json"))
    assert (names, malformed) == (["a", "b"], [])
