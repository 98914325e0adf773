"""Malformed files, made from a source of chance: damaged exports, other things with the names of exports, and traps."""

import csv
import io
import json
import tarfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import polars as pl
import pyarrow as pa

from flows.settings import Limits
from tests.flows.ingest.archives_made import claiming, gz, lying_zip, tarred, with_name, zipped
from tests.flows.ingest.workbooks import by_parts, sheet_xml, text_row, workbook
from tests.fuzz.dress import DELIMITERS, LINE_ENDS, Dress

#: Small, so that traps are small as well.
LIMITS = Limits(unpacked_bytes=4 << 20, ratio=50, files=20, row_bytes=32 << 10, columns=120)
HEADERS = ("dispute_id", "opened_at", "outcome", "claimed_cny", "note")
_ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le")
_SNIPPETS: tuple[bytes, ...] = (
    b'"',
    b'""',
    b'"\n',
    b",",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"\0",
    b"\0" * 40,
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\x80",
    b"\\",
    b'\\"',
    b"\x1a",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"null",
    b"1e999",
    b"-0",
    b"\xf0\x9f\x98\x80",
    b"\xed\xa0\x80",
    b"=cmd|' /C calc'!A0",
    b"'; drop table core.disputes; --",
    b"<script>alert(1)</script>",
    b"\xe2\x80\xae",
    b"\x1b[31m",
    "一三八零零一三八零零零".encode(),
    "屏幕".encode("gb18030"),
    b"a" * 5000,
)
_STARTS: tuple[bytes, ...] = (
    b"\x89PNG\r\n\x1a\n",
    b"%PDF-1.7\n",
    b"<!DOCTYPE html><html>",
    b"PK\x03\x04",
    b"PAR1",
    b"\x1f\x8b\x08",
    b"GIF89a",
    b"\x28\xb5\x2f\xfd",
    b"SQLite format 3\0",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\x7fELF",
    b"",
    b"\n\n\n",
    b'"',
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b",,,\n",
    b"{",
    b"[",
    b"null",
    b"PAR1PAR1",
    b"BZh9",
)
_ENDINGS = (
    ".csv",
    ".tsv",
    ".ndjson",
    ".json",
    ".parquet",
    ".xlsx",
    ".csv.gz",
    ".csv.zst",
    ".ndjson.gz",
    ".parquet.gz",
    ".xlsx.gz",
    ".zip",
    ".tar.gz",
)


@dataclass(frozen=True)
class Malformed:
    """A file as it is delivered.

    Attributes:
        name: Its name.
        content: Its bytes.
    """

    name: str
    content: bytes


def malformed(chance: Random) -> Malformed:
    """Make a malformed file."""
    return chance.choice(_MAKERS)(chance)


def _rows(chance: Random) -> list[tuple[str, ...]]:
    notes = ("没有收到货", 'said "no"', "two\nlines", "a,b;c", "", "屏幕有划痕", "=1+1", "18888888888", "\\N", "NULL")
    return [
        (
            f"D{number:05}",
            f"2026-01-{1 + number % 28:02}",
            chance.choice(("partial", "buyer_wins", "谁赢了")),
            chance.choice(("12.50", "￥1,234.50", "-3", "1.2万", "much", "")),
            chance.choice(notes),
        )
        for number in range(chance.randint(0, 40))
    ]


def _text(chance: Random) -> bytes:
    dress = Dress(
        chance.choice(_ENCODINGS),
        chance.choice(DELIMITERS),
        chance.choice(LINE_ENDS),
        chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
        chance.random() < 0.2,
    )
    return dress.write(_rows(chance), HEADERS)


def _objects(chance: Random) -> list[dict[str, object]]:
    odd: tuple[object, ...] = (None, True, 1e300, 10**30, [1], {"a": 1}, "x", -0.0)
    rows: list[dict[str, object]] = [dict(zip(HEADERS, row, strict=True)) for row in _rows(chance)]
    for row in rows:
        if chance.random() < 0.3:
            row[chance.choice((*HEADERS, "__row", "raw:x", "新列"))] = chance.choice(odd)
    return rows


def _parquet(chance: Random) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(_rows(chance), schema=HEADERS, orient="row").write_parquet(file)
    return file.getvalue()


def _base(chance: Random, ending: str) -> bytes:
    """Make the sound content of a file with an ending."""
    plain = ending.removesuffix(".gz").removesuffix(".zst")
    if plain in {".csv", ".tsv"}:
        content = _text(chance)
    elif plain == ".ndjson":
        content = "\n".join(json.dumps(row, ensure_ascii=False) for row in _objects(chance)).encode()
    elif plain == ".json":
        content = json.dumps(_objects(chance), ensure_ascii=False).encode()
    elif plain == ".parquet":
        content = _parquet(chance)
    elif plain == ".xlsx":
        content = workbook({"disputes": [HEADERS, *_rows(chance)]})
    elif ending == ".zip":
        return zipped([("disputes.csv", _text(chance)), ("messages.csv", "x")])
    else:
        return tarred([("disputes.csv", _text(chance)), ("messages.csv", "x")])
    return _packed(content, ending)


def _packed(content: bytes, ending: str) -> bytes:
    if ending.endswith(".gz"):
        return gz(content)
    return bytes(pa.compress(content, codec="zstd", asbytes=True)) if ending.endswith(".zst") else content


def _damage(chance: Random, content: bytes) -> bytes:
    """Do one harm to some bytes."""
    place = chance.randint(0, len(content))
    other = min(len(content), place + chance.randint(1, 200))
    harm = chance.randint(0, 5)
    if harm == 0:
        return content[:place]
    if harm == 1:
        return content[:place] + content[other:]
    if harm == 2:
        return content[:place] + content[place:other] * 2 + content[other:]
    if harm == 3:
        return content[:place] + chance.randbytes(chance.randint(1, 12)) + content[other:]
    return content[:place] + chance.choice(_SNIPPETS) + content[place:]


def _damaged(chance: Random) -> Malformed:
    """Damage a sound file, before or after it is packed."""
    ending = chance.choice(_ENDINGS)
    content = _base(chance, ending)
    for _ in range(chance.randint(1, 4)):
        content = _damage(chance, content)
    return Malformed(f"disputes{ending}", content)


def _damaged_text(chance: Random) -> Malformed:
    content = _text(chance)
    for _ in range(chance.randint(1, 6)):
        content = _damage(chance, content)
    ending = chance.choice((".csv", ".tsv", ".csv.gz", ".csv.zst"))
    return Malformed(f"disputes{ending}", _packed(content, ending))


def _disguised(chance: Random) -> Malformed:
    """Give something else the name of an export."""
    content = chance.choice(_STARTS) + chance.choice((b"", chance.randbytes(chance.randint(0, 3000)), _text(chance)))
    if chance.random() < 0.3:
        content = _base(chance, chance.choice(_ENDINGS))
    return Malformed(f"disputes{chance.choice(_ENDINGS)}", content)


def _odd_table(chance: Random) -> Malformed:
    """Write a table whose shape or names are odd."""
    names: Sequence[str] = chance.choice(
        (
            [f"c{number}" for number in range(chance.choice((119, 121, 3000)))],
            ["", "", "dispute_id"],
            ["dispute_id", "dispute_id"],
            ["dispute_id\0", "opened_at"],
            ["a" * 300, "opened_at"],
            ['x"; drop table core.disputes; --', "<img src=x onerror=alert(1)>"],
            ["=1+1", "@x"],
            ["\u202e", "\u200b"],
            ["__row", "__file"],
            ["__home", "raw:dispute_id"],
            ["rule", "column_name"],
            ["is_odd", "__odd0"],
            ["13800138000", "a@b.cn"],
        )
    )
    header = ",".join('"' + name.replace('"', '""') + '"' for name in (*HEADERS, *names))
    rows = [
        ",".join('"' + value.replace('"', '""') + '"' for value in (*row, *["x"] * len(names))) for row in _rows(chance)
    ]
    return Malformed("disputes.csv", "\n".join([header, *rows]).encode())


def _long(chance: Random) -> Malformed:
    """Write a line, a text or a nesting that is too long."""
    size = chance.choice((30_000, 33_000, 200_000))
    text = chance.choice(
        (
            b"a" * size,
            b'dispute_id,opened_at\nd1,"' + b"x" * size,
            b"dispute_id,opened_at\nd1," + b"x" * size + b"\nd2,2026-01-01\n",
            b"dispute_id,opened_at\n" + b'"' * size,
            b"dispute_id,opened_at\n" + b"," * size,
            b"[" * size,
            b'{"a":' * size,
            b"[" * 400 + b"]" * 400,
            b'{"dispute_id":"d1","opened_at":"' + b"x" * size + b'"}',
            b"\r" * size,
            b"dispute_id\r" * 50,
        )
    )
    return Malformed(f"disputes{chance.choice(('.csv', '.ndjson', '.json'))}", text)


def _trap(chance: Random) -> Malformed:
    """Pack what must not be unpacked, or not where it says."""
    text = _text(chance)
    name = chance.choice(
        (
            "../disputes.csv",
            "/tmp/disputes.csv",
            "a/../../disputes.csv",
            "C:\\disputes.csv",
            "..\\disputes.csv",
            "disputes.csv\n",
            "disputes.zip",
            "a" * 300 + ".csv",
            "disputes\x1b[31m.csv",
            "./disputes.csv",
        )
    )
    zips = (
        lambda: zipped([(name, text)]),
        lambda: zipped([("disputes.csv", "/etc/passwd")], links=True),
        lambda: zipped([("disputes.csv", text), ("disputes.csv", text)]),
        lambda: zipped([(f"{n}.csv", "x") for n in range(30)]),
        lambda: zipped([("disputes.csv", b"a" * (5 << 20))]),
        lambda: zipped([("inner.zip", zipped([("disputes.csv", text)]))]),
        lambda: lying_zip(zipped([("disputes.csv", text)]), 5),
        lambda: with_name(zipped([("disputes.csv", text)]), "disputes.csv", b"../\xff\xff/\xff\xff.csv"),
    )
    tars = (
        lambda: tarred([(name, text)]),
        lambda: tarred([("disputes.csv", "/etc/passwd")], tarfile.SYMTYPE),
        lambda: tarred([("disputes.csv", "../../x")], tarfile.LNKTYPE),
        lambda: tarred([(f"{n}.csv", "x") for n in range(30)]),
        lambda: claiming(10**12),
        lambda: claiming(10**7, b"L"),
        lambda: tarred([("disputes.csv", b"a" * (5 << 20))]),
        lambda: gz(gz(tarred([("disputes.csv", text)]))),
    )
    if chance.random() < 0.5:
        return Malformed("batch.zip", chance.choice(zips)())
    return Malformed("batch.tar.gz", chance.choice(tars)())


def _bomb(chance: Random) -> Malformed:
    """Pack very much into very little."""
    content = chance.choice((b"\0", b"a,b\n", b'{"a":1}\n')) * (2 << 20)
    packed = chance.choice((gz(content), gz(gz(content)), zlib.compress(content), gz(content)[:-9]))
    return Malformed(f"disputes{chance.choice(('.csv.gz', '.ndjson.gz', '.parquet.gz', '.xlsx.gz'))}", packed)


def _odd_workbook(chance: Random) -> Malformed:
    """Write a workbook by hand whose XML means harm, or nothing."""
    laughs = (
        "<!DOCTYPE l [<!ENTITY a 'ha'>"
        + "".join(f"<!ENTITY {b} '&{a};&{a};&{a};&{a};'>" for a, b in ("ab", "bc", "cd"))
        + "]>"
    )
    cells = chance.choice(
        (
            text_row(1, *HEADERS) + text_row(2, "D1", "2026-01-01", "partial", "1", "x"),
            text_row(1, "nothing", "known"),
            "<row r='1'><c r='ZZZ1' t='s'><v>99</v></c></row>",
            "<row r='9999999'><c t='n'><v>1e400</v></c></row>",
            "<row r='-1'/>",
            "<row><c><f>1+1</f></c></row>",
            "",
            "<row r='2'><c r='A1' s='77'><v>x</v></c></row>",
        )
    )
    sheet = sheet_xml(cells) if chance.random() < 0.8 else laughs + sheet_xml(cells)
    more = chance.choice(
        ("", "<Relationship Id='x' Type='externalLink' Target='http://example.com/' TargetMode='External'/>")
    )
    content = by_parts(sheet, strings=chance.choice(("", "<sst", laughs + "<sst><si><t>&d;</t></si></sst>")), more=more)
    return Malformed("disputes.xlsx", _damage(chance, content) if chance.random() < 0.3 else content)


_MAKERS: tuple[Callable[[Random], Malformed], ...] = (
    _damaged,
    _damaged,
    _damaged_text,
    _damaged_text,
    _disguised,
    _odd_table,
    _long,
    _trap,
    _bomb,
    _odd_workbook,
)
