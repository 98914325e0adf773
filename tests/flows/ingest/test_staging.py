"""Staging: a file becomes typed rows by month and a quarantine; what identifies persons is gone from both."""

import io
import json
from pathlib import Path

import polars as pl
import pytest

from flows.errors import RunError
from flows.ingest import chunks
from tests.builders import (
    DISPUTE,
    KEY,
    Staged,
    csv_text,
    disputes_csv,
    evidence_csv,
    messages_csv,
    packed,
    remember,
    stage,
)
from transforms.privacy.pseudonym import pseudonymise
from transforms.registry import INPUT_TABLES, Identifier

GOOD = disputes_csv(("d1", "2026-01-05", "支持买家"), ("d2", "2026-02-05", None))
PARTIES = ("dispute_id", "opened_at", "buyer_id", "seller_id", "order_id", "decider_id")


def _everything_on_disk(staged: Staged) -> str:
    frames = [pl.read_parquet(path) for path in sorted((staged.settings.layout.local / "staged").rglob("*.parquet"))]
    return "\n".join(frame.write_ndjson() for frame in frames)


def _pseudonym(value: str, kind: Identifier) -> str:
    return str(pseudonymise(pl.Series([value]), kind, KEY).item())


def test_rows_are_typed_and_filed_by_month(tmp_path: Path) -> None:
    staged = stage(tmp_path, {"b/disputes.csv": GOOD})
    assert staged.column("disputes", "outcome") == ["buyer_wins", None]
    assert dict(staged.rows("disputes").schema).items() >= INPUT_TABLES["disputes"].polars_schema.items()
    assert staged.resolved.months == ("2026-01", "2026-02")
    assert staged.resolved.rows("disputes", "2026-02").collect()["dispute_id"].to_list() == ["d2"]


@pytest.mark.parametrize("table", INPUT_TABLES)
def test_a_file_with_headers_only_is_an_empty_table(tmp_path: Path, table: str) -> None:
    header = csv_text(INPUT_TABLES[table].column_names, [])
    staged = stage(tmp_path, {f"a/{table}.csv": header, "b/disputes.csv": GOOD})
    assert staged.account(f"a/{table}.csv") == dict.fromkeys(
        ("rows_in", "loaded", "quarantined", "duplicates", "superseded"), 0
    )


@pytest.mark.parametrize(
    ("name", "content"), [("messages.ndjson", ""), ("messages.json", "[]"), ("messages.jsonl", "\n")]
)
def test_json_without_rows_is_an_empty_table(tmp_path: Path, name: str, content: str) -> None:
    staged = stage(tmp_path, {"b/disputes.csv": GOOD, f"b/{name}": content})
    assert staged.account(f"b/{name}")["rows_in"] == 0


@pytest.mark.parametrize("packing", ["", ".gz", ".zst"])
def test_the_same_rows_from_every_format(tmp_path: Path, packing: str) -> None:
    rows = [("d1", "2026-01-05T10:00:00+08:00", "支持买家"), ("d2", "2026-02-05T10:00:00+08:00", None)]
    records = [dict(zip(DISPUTE, row, strict=True)) for row in rows]
    frame = pl.DataFrame(rows, schema=list(DISPUTE), orient="row")
    content: dict[str, str | bytes] = {
        "csv": csv_text(DISPUTE, rows),
        "tsv": csv_text(DISPUTE, rows, "\t"),
        "txt": csv_text(DISPUTE, rows, "\t"),
        "ndjson": "\n".join(json.dumps(record, ensure_ascii=False) for record in records),
        "json": json.dumps(records),
        "parquet": _parquet(frame),
    }
    compression = {".gz": "gzip", ".zst": "zstd"}.get(packing)
    found = []
    for ending, text in content.items():
        name = f"b/disputes.{ending}{packing}"
        staged = stage(tmp_path / ending, {name: packed(text, compression) if compression else text})
        found.append(staged.rows("disputes").drop("__file").rows())
    assert len(found[0]) == 2
    assert all(each == found[0] for each in found)


def _parquet(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue()


def test_persons_are_pseudonyms_in_what_is_loaded_and_in_what_is_set_aside(tmp_path: Path) -> None:
    people = ("buyer-Zhang", "seller-Li", "order-1", "agent-Wang")
    rows = [
        ("d1", "2026-01-01", *people),
        ("d2", "not a time", *people),
        ("d3", "2026-01-01", *people, "one field too many"),
    ]
    staged = stage(tmp_path, {"b/disputes.csv": csv_text(PARTIES, rows)})
    kinds = (Identifier.USER, Identifier.USER, Identifier.ORDER, Identifier.DECIDER)
    expected = [_pseudonym(name, kind) for name, kind in zip(people, kinds, strict=True)]
    assert staged.rows("disputes").select(PARTIES[2:]).row(0) == tuple(expected)
    assert staged.quarantine().height == 2
    text = _everything_on_disk(staged)
    assert expected[0] in text
    assert not any(name in text for name in people)


def test_a_user_is_the_same_person_in_disputes_and_reputation(tmp_path: Path) -> None:
    files = {
        "b/disputes.csv": csv_text(PARTIES, [("d1", "2026-01-01", " u1 ", "u2", None, None)]),
        "b/reputation.csv": csv_text(("user_id", "as_of"), [("u1", "2025-01-01")]),
    }
    staged = stage(tmp_path, files)
    assert staged.column("disputes", "buyer_id") == staged.column("reputation", "user_id")


def test_personal_data_in_messages_is_masked_wherever_it_is_kept(tmp_path: Path) -> None:
    phone = "打13800138000"
    rows = messages_csv(("m1", "d1", "buyer", phone), ("m2", "d1", phone, "好"), ("m3", "d1", "buyer", phone, "x"))
    staged = stage(tmp_path, {"b/disputes.csv": GOOD, "b/messages.csv": rows})
    assert staged.column("messages", "text") == ["打[手机号]"]
    assert staged.quarantine()["got"].to_list()[0] == "打[手机号]"
    assert "13800138000" not in _everything_on_disk(staged)


def test_the_quarantine_says_file_row_rule_column_and_value(tmp_path: Path) -> None:
    text = csv_text(
        (*DISPUTE, "claimed_cny"),
        [("d1", "2026-01-01", "partial", 10), ("d2", "2026-01-01", "draw", 10), ("d3", "2026-01-01", None, -1)],
    )
    found = stage(tmp_path, {"b/disputes.csv": text}).quarantine()
    assert found.select("file", "table_name", "row_number", "rule", "column_name", "got").rows() == [
        ("b/disputes.csv", "disputes", 2, "enumeration", "outcome", "draw"),
        ("b/disputes.csv", "disputes", 3, "range", "claimed_cny", "-1"),
    ]
    assert json.loads(found["raw"][0]) == {
        "dispute_id": "d2",
        "opened_at": "2026-01-01",
        "outcome": "draw",
        "claimed_cny": "10",
    }


def test_extra_columns_are_kept_in_the_staged_parquet(tmp_path: Path) -> None:
    text = csv_text((*DISPUTE, "Remark", "month"), [("d1", "2026-01-01", "partial", "seen twice", "7")])
    staged = stage(tmp_path, {"b/disputes.csv": text})
    (path,) = (staged.settings.layout.local / "staged").glob("disputes/*/month=*/*.parquet")
    assert pl.read_parquet(path, hive_partitioning=False).select("Remark", "month").rows() == [("seen twice", "7")]
    assert staged.books.files["extra_columns"].to_list() == ["Remark, month"]


@pytest.mark.parametrize("name", ["__home", "__row", "__file", "__doubtful", "__fate", "raw:outcome"])
def test_an_extra_column_may_have_any_name(tmp_path: Path, name: str) -> None:
    text = csv_text((*DISPUTE, name), [("d1", "2026-01-01", "partial", "x"), ("d2", "2026-01-01", "draw", "x")])
    staged = stage(tmp_path, {"b/disputes.csv": text})
    assert staged.rows("disputes").select("dispute_id", "outcome").rows() == [("d1", "partial")]
    assert staged.resolved.months == ("2026-01",)


def test_columns_that_a_file_does_not_have_are_not_recorded(tmp_path: Path) -> None:
    staged = stage(tmp_path, {"b/disputes.csv": GOOD})
    (said,) = staged.books.files["not_recorded"].to_list()
    assert set(said.split(", ")) == set(INPUT_TABLES["disputes"].column_names) - set(DISPUTE)
    assert staged.column("disputes", "claimed_cny") == [None, None]


def test_two_trailing_delimiters_in_the_header_are_no_columns(tmp_path: Path) -> None:
    staged = stage(tmp_path, {"b/disputes.csv": "dispute_id,opened_at,,\nd1,2026-01-01,,\n"})
    assert staged.column("disputes", "dispute_id") == ["d1"]


def test_small_chunks_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"d{n}", f"2026-{1 + n % 12:02}-05", "draw" if n % 9 == 0 else "partial") for n in range(1, 300)]
    text = disputes_csv(*rows).replace("d50,", "d50,too,many,")
    whole = stage(tmp_path / "whole", {"b/disputes.csv": text})
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 200)
    cut = stage(tmp_path / "cut", {"b/disputes.csv": text})
    assert cut.rows("disputes").rows() == whole.rows("disputes").rows()
    assert cut.rules() == whole.rules()


def test_a_first_chunk_without_a_key_that_comes_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 100)
    lines = [
        json.dumps({"dispute_id": f"d{n}", "opened_at": "2026-01-01", **({"outcome": "partial"} if n > 20 else {})})
        for n in range(40)
    ]
    staged = stage(tmp_path, {"b/disputes.ndjson": "\n".join(lines)})
    assert staged.column("disputes", "outcome") == [None] * 21 + ["partial"] * 19
    assert "outcome" not in staged.books.files["not_recorded"][0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "b/disputes.csv is empty"),
        ("id,opened_at\n", "required column dispute_id of disputes is not in the header"),
        ("dispute_id,Dispute_ID\n", "two headers mean the column dispute_id"),
    ],
)
def test_files_that_cannot_be_read_are_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(RunError, match=message):
        stage(tmp_path, {"b/disputes.csv": content})


CHINESE = {
    "b/纠纷.csv": "纠纷编号,申请时间,判定结果,买家ID\nd1,2026年1月5日 10:00,支持买家,u1\n",
    "b/证据.csv": "证据编号,纠纷编号,提交方,证据类型,清晰\ne1,d1,买家,照片,是\n",
    "b/违规.csv": "违规编号,纠纷编号,违规方,违规类型,是否属实\nv1,d1,卖家,虚假宣传,否\n",
    "b/聊天记录.csv": "消息编号,纠纷编号,发送方,内容\nm1,d1,买家,没有收到货\n",
    "b/信誉.csv": "用户ID,截至时间,芝麻信用分\nu1,2025年1月5日,700\n",
}


@pytest.mark.parametrize("profile", [None, "xianyu_zh"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_the_shipped_chinese_export(tmp_path: Path, profile: str | None, encoding: str) -> None:
    staged = stage(tmp_path, {name: text.encode(encoding) for name, text in CHINESE.items()}, profile)
    assert staged.column("disputes", "outcome") == ["buyer_wins"]
    assert staged.rows("evidence").select("party", "kind", "clear").rows() == [("buyer", "photo", True)]
    assert staged.rows("violations").select("party", "rule", "substantiated").rows() == [
        ("seller", "false_description", False)
    ]
    assert staged.column("messages", "text") == ["没有收到货"]
    assert staged.column("reputation", "credit_score") == [700]
    assert staged.column("disputes", "opened_at")[0].isoformat() == "2026-01-05T02:00:00+00:00"


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    profile = tmp_path / "own.toml"
    profile.write_text(
        """
        name = "own"
        delimiter = "|"
        date_formats = ["%d.%m.%Y"]
        null_tokens = ["", "-"]
        [tables.disputes]
        files = ["cases*"]
        [tables.disputes.columns]
        "No" = "dispute_id"
        "Opened" = "opened_at"
        "Verdict" = "outcome"
        [tables.disputes.values.outcome]
        "for buyer" = "buyer_wins"
        [tables.disputes.constants]
        decided_by = "jury"
        [extra_factors.age]
        column = "Age"
        type = "numeric"
        """,
        encoding="utf-8",
    )
    files = {"b/cases.csv": "No|Opened|Verdict|Age\nd1|05.01.2026|for buyer|30\nd2|06.01.2026|-|-\n"}
    staged = stage(tmp_path, files, str(profile))
    names = ("dispute_id", "outcome", "decided_by", "Age")
    assert staged.rows("disputes").select(names).rows() == [
        ("d1", "buyer_wins", "jury", "30"),
        ("d2", None, "jury", None),
    ]
    assert staged.books.files["profile"].to_list() == ["own"]


def test_an_extra_factor_without_column_is_refused(tmp_path: Path) -> None:
    profile = tmp_path / "own.toml"
    profile.write_text('name = "own"\n[extra_factors.age]\ncolumn = "Age"\ntype = "numeric"', encoding="utf-8")
    with pytest.raises(RunError, match="has no column Age, which profile own names as an extra factor"):
        stage(tmp_path, {"b/disputes.csv": GOOD}, str(profile))


# --------------------------------------------------------------------------------------------- delivered before, again


def test_the_same_content_is_loaded_once(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a/disputes.csv": GOOD,
        "b/disputes-copy.csv": GOOD,
        "c/disputes.csv.gz": packed(GOOD, "gzip"),
    }
    staged = stage(tmp_path, files)
    assert staged.books.files["status"].to_list() == ["loaded", "delivered_before", "delivered_before"]
    assert staged.rows("disputes").height == 2
    assert staged.account("b/disputes-copy.csv") == {
        "rows_in": 2,
        "quarantined": 0,
        "duplicates": 2,
        "superseded": 0,
        "loaded": 0,
    }


def test_a_file_that_stays_in_the_inbox_is_not_delivered_again(tmp_path: Path) -> None:
    first = stage(tmp_path, {"a/disputes.csv": GOOD})
    remember(first, "r1")
    assert stage(tmp_path).ledger == first.ledger


def test_new_content_under_an_old_name_is_a_new_file(tmp_path: Path) -> None:
    remember(stage(tmp_path, {"a/disputes.csv": GOOD}), "r1")
    second = stage(tmp_path, {"a/disputes.csv": disputes_csv(("d1", "2026-01-05", "partial"))})
    assert second.books.files["status"].to_list() == ["loaded", "loaded"]
    assert dict(second.rows("disputes").select("dispute_id", "outcome").rows()) == {"d1": "partial", "d2": None}


def test_the_inbox_may_be_emptied_after_a_run(tmp_path: Path) -> None:
    remember(
        stage(tmp_path, {"a/disputes.csv": GOOD, "a/evidence.csv": evidence_csv(("e1", "d1", "buyer", "photo"))}), "r1"
    )
    for path in sorted((tmp_path / "inbox").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    second = stage(tmp_path, {"b/evidence.csv": evidence_csv(("e2", "d2", "seller", "video"))})
    assert second.column("evidence", "evidence_id") == ["e1", "e2"]


def test_a_run_that_did_not_publish_leaves_no_trace_in_the_next(tmp_path: Path) -> None:
    both = {
        "a/disputes.csv": GOOD,
        "b/disputes.csv": disputes_csv(("d9", "2025-05-05", None), ("d1", "2026-01-05", None)),
    }
    stage(tmp_path / "x", {**both, "a/evidence.csv": evidence_csv(("e1", "d9", "buyer", "photo"))})
    # The second file is withdrawn before the next run, so the evidence has no dispute any more.
    for path in (tmp_path / "x" / "inbox" / "b").iterdir():
        path.unlink()
    again = stage(tmp_path / "x")
    fresh = stage(
        tmp_path / "y", {"a/disputes.csv": GOOD, "a/evidence.csv": evidence_csv(("e1", "d9", "buyer", "photo"))}
    )
    for table in INPUT_TABLES:
        assert again.rows(table).rows() == fresh.rows(table).rows()
    assert again.rules() == fresh.rules() == [("a/evidence.csv", 1, "reference", "dispute_id")]


def test_staged_rows_that_are_lost_are_noticed(tmp_path: Path) -> None:
    first = stage(tmp_path, {"a/disputes.csv": GOOD})
    remember(first, "r1")
    (folder,) = (first.settings.layout.local / "staged" / "disputes").iterdir()
    folder.rename(tmp_path / "elsewhere")
    (tmp_path / "inbox" / "a" / "disputes.csv").unlink()
    with pytest.raises(RunError, match="disputes"):
        stage(tmp_path, {"b/disputes.csv": disputes_csv(("d3", "2026-03-01", None))})
