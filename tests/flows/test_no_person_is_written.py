"""Nothing that identifies a person is written below the data directory: whatever field, row, name or file it comes in.

Persons are planted wherever an export has room for them; then every byte below the data directory is looked through,
Parquet unpacked and every table of the database read.
"""

import io
import json
import tarfile
import tempfile
import traceback
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.crashes import explain_crash
from flows.errors import RunError, without_persons
from flows.run_log import read_runs, recorded
from flows.settings import Layout
from tests.builders import ask, csv_text, deliver, disputes_csv, run_steps, settings_for
from transforms.registry import INPUT_TABLES

USERS = ("buyer-Zhang-7781", "seller-Li-9902", "taobao_wang_88", "小红书的阿珍")
ORDERS = ("2309876543210987654", "ORD-77-8812")
DECIDERS = ("agent-Wang-3", "panel-0042-Xu")
PHONE, CARD, RESIDENT = "13812345678", "6225886717076911", "110105199003078430"
SAID = {
    PHONE: "打我电话13812345678",
    "02087654321": "座机02087654321，上班打",
    RESIDENT: "身份证110105199003078430",
    CARD: "打到6225886717076911",
    "lilei_77@163.com": "发lilei_77@163.com",
    "lilei_wx_2026": "加我微信lilei_wx_2026",
    "556677889": "QQ：556677889",
    "pay_lilei_01": "支付宝账号pay_lilei_01",
    "SF1098765432109": "单号SF1098765432109",
    "文三路478号": "寄到杭州市西湖区文三路478号3栋502室",
    "一三八零零一三八零零零": "一三八零零一三八零零零记住",
}
#: Extra columns, by header, whose values no pattern would find.
EXTRA = {
    "买家昵称": "阿珍爱上了阿强",
    "seller_nick": "old-cobbler-of-suzhou",
    "收件人": "欧阳铁柱",
    "contact_phone": "0x-not-a-number-1",
    "收货地址": "老槐树下第三家",
    "remark": "常客，电话13812345678",
}
NEEDLES = (*USERS, *ORDERS, *DECIDERS, *SAID, *EXTRA.values(), "13900001111", "13700002222", "13600003333")


def _disputes() -> str:
    columns = (
        "dispute_id", "opened_at", "outcome", "category", "buyer_id", "seller_id", "order_id", "decider_id",
        "claimed_cny", *EXTRA, "13900001111",
    )  # fmt: skip
    extra = (*EXTRA.values(), "x")
    good = ("D1", "2026-01-05", "buyer_wins", "books_media", USERS[0], USERS[1], ORDERS[0], DECIDERS[0], 10, *extra)
    shifted = ("D2", "2026-01-05", PHONE, USERS[0], USERS[2], USERS[1], ORDERS[1], DECIDERS[1], CARD, *extra)
    untyped = ("D3", SAID[PHONE], USERS[2], "books_media", USERS[0], USERS[1], ORDERS[0], DECIDERS[0], "张伟", *extra)
    long = (*good, "one more", USERS[0])
    text = csv_text(columns, [good, shifted, untyped, long, ("D9", "2026-02-05", "partial", *good[3:])])
    return text + f'D4,2026-01-05,"{USERS[3]},{PHONE}\nD5,2026-01-05,partial,{USERS[0]},{RESIDENT}\n'


def _messages() -> str:
    columns = ("message_id", "dispute_id", "sender", "text", *EXTRA)
    extra = tuple(EXTRA.values())
    good = [(f"M{n}", "D1", ("buyer", "seller")[n % 2], text, *extra) for n, text in enumerate(SAID.values())]
    waiting = [(f"W{n}", "not-there", "buyer", text, *extra) for n, text in enumerate(SAID.values())]
    broken = [(f"B{n}", "D1", text, text, *extra) for n, text in enumerate(SAID.values())]
    short = [(f"S{n}", "D1", text) for n, text in enumerate(SAID.values())]
    return csv_text(columns, [*good, *waiting, *broken, *short, ("E1", "D1", "buyer", "", *extra)])


def _child(key: str, *facts: tuple[str, object]) -> str:
    names, values = zip(*facts, strict=True)
    rows = [
        (f"{key}1", "D1", *values, *EXTRA.values()),
        (f"{key}2", "D1", *(PHONE for _ in values), *EXTRA.values()),
        (f"{key}3", "D1", USERS[0]),
    ]
    return csv_text((f"{key}_id", "dispute_id", *names, *EXTRA), rows)


def _reputation() -> str:
    row = {"user_id": USERS[0], "as_of": "2025-12-01", "credit_score": 700, **EXTRA}
    lines = [json.dumps(row), json.dumps({**row, "user_id": USERS[3], "as_of": USERS[1], "credit_score": PHONE})]
    return "\n".join([*lines, f'{{"user_id": "{USERS[2]}", "as_of": ', f'["{USERS[0]}", "{PHONE}"]'])


def _zipped(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def _tarred(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return content.getvalue()


def _records(key: str) -> list[dict[str, str]]:
    """Messages that are in order, every other one waiting for its dispute."""
    return [
        {"message_id": f"{key}{n}", "dispute_id": ("D1", "no")[n % 2], "sender": "buyer", "text": text, **EXTRA}
        for n, text in enumerate(SAID.values())
    ]


def _parquet(records: list[dict[str, str]]) -> bytes:
    content = io.BytesIO()
    pl.DataFrame(records).write_parquet(content)
    return content.getvalue()


def _export() -> dict[str, str | bytes]:
    late = csv_text(("message_id", "dispute_id", "sender", "text"), [("L1", "D1", "buyer", SAID[CARD])])
    return {
        "a/disputes.csv": _disputes(),
        # Most disputes are in order, or the gate would stop the run.
        "a/disputes-more.csv": disputes_csv(*((f"G{n}", "2026-01-07", "seller_wins") for n in range(90))),
        "a/messages.csv": _messages().encode() + b"X1,D1,buyer,\xff\xfe13812345678," + b",".join([b"y"] * 6) + b"\n",
        "a/evidence.csv": _child("evidence", ("party", "buyer"), ("kind", "photo")),
        "a/violations.csv": _child("violation", ("party", "seller"), ("rule", "item_swap")),
        "a/reputation.ndjson": _reputation(),
        "客户13700002222/messages-13600003333.csv": late.replace("L1", "L2"),
        "客户13700002222/notes of 13600003333.txt": "not data",
        "b/messages-array.json": json.dumps(_records("J")),
        "b/messages-columns.parquet": _parquet(_records("P")),
        "b/messages-gb.csv": csv_text(list(_records("G")[0]), [tuple(row.values()) for row in _records("G")]).encode(
            "gb18030"
        ),
        "export-13700002222.zip": _zipped({"13600003333/messages.csv": late.replace("L1", "L3")}),
        "export-13600003333.tar.gz": _tarred({"13700002222/messages.csv": late.replace("L1", "L4")}),
    }


def _texts_below(folder: Path) -> Iterator[tuple[str, str]]:
    """Read all that is written below a folder, names of files included."""
    for path in sorted(folder.rglob("*")):
        yield "a name", str(path.relative_to(folder))
        if path.is_symlink() or not path.is_file():
            continue
        yield str(path), path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path, hive_partitioning=False)
            yield str(path), "\n".join(frame.columns) + frame.select(pl.all().cast(pl.String)).write_ndjson()
        if path.suffix == ".duckdb":
            yield from _tables_of(path)


def _tables_of(path: Path) -> Iterator[tuple[str, str]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("select table_schema || '.' || table_name from information_schema.tables").fetchall()
        for (name,) in names:
            yield f"{path}: {name}", "\n".join(map(repr, connection.execute(f"from {name}").fetchall()))


def _found(folder: Path) -> set[tuple[str, str]]:
    return {(needle, place) for place, text in _texts_below(folder) for needle in NEEDLES if needle in text}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("planted")
    deliver(root / "inbox", _export())
    run_steps(root)
    return root


def test_no_person_is_written_below_the_data_directory(root: Path) -> None:
    assert _found(root / "data") == set()


def test_the_search_finds_what_is_there(root: Path) -> None:
    """The inbox does hold all of it, so that a search that finds nothing could not pass."""
    unpacked = {needle for place, text in _texts_below(root / "inbox") for needle in NEEDLES if needle in text}
    assert unpacked == set(NEEDLES)


def test_every_row_that_was_planted_is_accounted_for(root: Path) -> None:
    database = root / "data" / "warehouse" / "rulings.duckdb"
    rows = ask(database, "select rows_in, loaded + quarantined + duplicates + superseded from meta.files")
    assert rows
    assert all(rows_in == fates for rows_in, fates in rows)
    kinds = {rule for (rule,) in ask(database, "select distinct rule from meta.quarantine")}
    assert kinds >= {"field_count", "enumeration", "type", "reference", "required", "json", "open_quote"}


def test_what_is_set_aside_still_says_what_was_wrong(root: Path) -> None:
    database = root / "data" / "warehouse" / "rulings.duckdb"
    of_row = "select got, raw from meta.quarantine_rows where file = 'a/disputes.csv' and row_number = 2"
    (shown,) = ask(database, of_row)
    assert shown[0] == "…"
    raw = json.loads(shown[1])
    assert (raw["dispute_id"], raw["outcome"], raw["claimed_cny"]) == ("D2", "[手机号]", "[银行卡]")
    assert raw["buyer_id"].startswith("u_")
    child = ask(database, "select raw from meta.quarantine_rows where table_name = 'evidence' and rule = 'enumeration'")
    assert json.loads(child[0][0])["evidence_id"] == "evidence2"


def test_equal_persons_stay_joinable(root: Path) -> None:
    database = root / "data" / "warehouse" / "rulings.duckdb"
    joined = ask(
        database,
        "select count(*) from core.disputes as d join core.reputation as r on d.buyer_id = r.user_id",
    )
    assert joined == [(2,)]


def test_a_run_that_fails_leaves_no_person_behind(tmp_path: Path) -> None:
    files = {"客户13700002222/disputes-13600003333.csv": f"id,{PHONE}\n{USERS[0]},x\n", **_export()}
    deliver(tmp_path / "inbox", files)
    with pytest.raises(RunError, match="required column") as failure, recorded(settings_for(tmp_path)):
        run_steps(tmp_path)
    assert read_runs(Layout(tmp_path / "data"))[0].sentence
    assert _found(tmp_path / "data") == set()
    assert "[手机号]" in str(failure.value)


@pytest.mark.parametrize("table", INPUT_TABLES)
def test_a_file_without_headers_names_nobody(tmp_path: Path, table: str) -> None:
    deliver(tmp_path / "inbox", {f"b/{table}.csv": f"{USERS[0]},{PHONE},{RESIDENT},{PHONE}0\n{USERS[1]},1,2,3\n"})
    with pytest.raises(RunError), recorded(settings_for(tmp_path)):
        run_steps(tmp_path)
    assert _found(tmp_path / "data") == set()


def test_failures_of_libraries_quote_no_person() -> None:
    def work() -> None:
        try:
            int(PHONE + "x")
        except ValueError as error:
            raise OSError(5, f"cannot read {SAID[CARD]}", f"/inbox/{PHONE}") from error

    with pytest.raises(OSError, match=r"\[银行卡\]") as failure:
        without_persons(work)()
    told = "".join(traceback.format_exception(failure.value))
    assert "'/inbox/[手机号]'" in told
    assert "[手机号]x" in told
    assert not any(needle in told for needle in NEEDLES)


def test_the_log_of_a_crash_quotes_no_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    explain_crash(ValueError, ValueError(f"conversion failed: {PHONE}"), None)
    (log,) = tmp_path.glob("rulings-crash-*.log")
    assert "ValueError: conversion failed: [手机号]" in log.read_text(encoding="utf-8")
