"""One export in several dresses (Chinese in GB18030, packed NDJSON, a zip) gives the same marts."""

import shutil
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from flows.ingest.profiles import load_profile
from flows.sample import write_sample
from tests.builders import ask, run_steps
from transforms.registry import INPUT_TABLES, Kind, Table

DISPUTES = 250
FILES = {"disputes": "纠纷", "evidence": "证据", "violations": "违规", "messages": "聊天", "reputation": "信誉"}
BOOKS = "select sum(rows_in), sum(loaded), sum(quarantined), sum(duplicates), sum(superseded) from meta.files"
MARTS = ("marts.outcome_rates", "marts.factor_outcomes", "marts.factor_association", "marts.factor_effects")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("plain")
    write_sample(root / "inbox" / "sample", DISPUTES, 7)
    return root


@pytest.fixture(scope="module")
def expected(plain: Path) -> list[object]:
    return _figures(plain)


def _figures(root: Path) -> list[object]:
    database = run_steps(root).database
    return [ask(database, BOOKS), *(ask(database, f"from {mart} order by all") for mart in MARTS)]


def _tables(plain: Path) -> list[tuple[Table, pl.DataFrame]]:
    return [
        (INPUT_TABLES[path.name.split(".")[0].split("-")[0]], pl.read_csv(path, infer_schema=False))
        for path in sorted((plain / "inbox" / "sample").glob("*.csv"))
    ]


def _in_chinese(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    headers = {column: header for header, column in load_profile("xianyu_zh").table(table.name).columns.items()}
    words = {
        column.name: {value: label.zh for value, label in column.enumeration.labels.items()}
        for column in table.columns
        if column.enumeration
    } | {column.name: {"true": "是", "false": "否"} for column in table.columns if column.kind is Kind.BOOLEAN}
    return frame.with_columns(pl.col(name).replace(spelling) for name, spelling in words.items()).rename(headers)


def test_chinese_headers_and_labels_in_gb18030(plain: Path, expected: list[object], tmp_path: Path) -> None:
    batch = tmp_path / "inbox" / "六月"
    batch.mkdir(parents=True)
    for table, frame in _tables(plain):
        text = _in_chinese(table, frame).write_csv(separator=";")
        (batch / f"{FILES[table.name]}.csv").write_bytes(text.encode("gb18030"))
    assert _figures(tmp_path) == expected


def test_packed_ndjson_as_single_files(plain: Path, expected: list[object], tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    for table, frame in _tables(plain):
        packed = pa.compress(frame.write_ndjson().encode(), codec="zstd", asbytes=True)
        (tmp_path / "inbox" / f"{table.name}.ndjson.zst").write_bytes(packed)
    assert _figures(tmp_path) == expected


def test_a_zip(plain: Path, expected: list[object], tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    shutil.make_archive(str(tmp_path / "inbox" / "june"), "zip", plain / "inbox" / "sample")
    assert _figures(tmp_path) == expected
