"""The batch folder is whole, true to its manifest and the same on every run."""

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from flows.errors import UsageError
from flows.sample import Compression, FileFormat, SampleOptions, SampleSummary, write_sample
from transforms.simulation import SimulationPlan, cases

DISPUTES = 400
SEED = 9
TABLES = {"disputes", "evidence", "violations", "messages", "reputation"}


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    return write_sample(tmp_path_factory.mktemp("sample") / "batch", DISPUTES, SEED)


def _manifest(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return loaded


def _read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)


def test_manifest_names_every_file_its_rows_and_its_hash(batch: SampleSummary) -> None:
    tables = _manifest(batch.path)["tables"]
    assert tables.keys() == TABLES == batch.rows.keys()
    listed = {name for table in tables.values() for name in table["sha256"]}
    assert listed | {"manifest.json"} == {path.name for path in batch.path.iterdir()}
    assert listed == set(batch.files)
    for name, table in tables.items():
        rows = sum(_read(batch.path / file).height for file in table["sha256"])
        assert rows == table["rows"] == batch.rows[name]
        for file, digest in table["sha256"].items():
            assert hashlib.sha256((batch.path / file).read_bytes()).hexdigest() == digest


def test_names_of_files_begin_with_their_table(batch: SampleSummary) -> None:
    assert "disputes.csv" in batch.files
    assert "messages-0001.csv" in batch.files
    assert batch.total_bytes == sum((batch.path / name).stat().st_size for name in batch.files)


def test_same_seed_same_bytes(batch: SampleSummary, tmp_path: Path) -> None:
    again = write_sample(tmp_path / "again", DISPUTES, SEED)
    for name in (*batch.files, "manifest.json"):
        assert (again.path / name).read_bytes() == (batch.path / name).read_bytes()


def test_another_seed_other_bytes(batch: SampleSummary, tmp_path: Path) -> None:
    other = write_sample(tmp_path / "other", DISPUTES, SEED + 1)
    for name in batch.files:
        assert (other.path / name).read_bytes() != (batch.path / name).read_bytes()


def test_values_are_written_in_the_canonical_form(batch: SampleSummary) -> None:
    disputes = _read(batch.path / "disputes.csv")
    time = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$"
    assert disputes["opened_at"].drop_nulls().str.contains(time).all()
    assert disputes["claimed_cny"].drop_nulls().str.contains(r"^\d+\.\d\d$").all()
    assert set(disputes["shipped_on_time"].drop_nulls()) == {"true", "false"}
    assert disputes["dispute_id"][0] == "D0000000001"


def test_imperfections_are_labelled_and_there(batch: SampleSummary) -> None:
    labelled = _manifest(batch.path)["simulation"]["imperfections"]
    assert len(labelled) == batch.flaws == 8
    for flaw in labelled:
        rows = pl.concat([_read(path) for path in sorted(batch.path.glob(f"{flaw['table']}*.csv"))])
        key = rows.columns[0]
        found = rows.filter(pl.col(key) == flaw["key"])
        assert found.height == (2 if flaw["rule"] in {"duplicate", "superseded"} else 1)
        if flaw["rule"] in {"enumeration", "reference", "type"}:
            assert found[flaw["column"]].to_list() == [flaw["value"]]


def test_truth_says_what_was_planted(batch: SampleSummary, tmp_path: Path) -> None:
    assert _manifest(batch.path)["simulation"]["plan"]["coefficients"]["evidence"] > 0
    planted = write_sample(tmp_path / "planted", DISPUTES, SEED, plan=cases.tone_none(1, 1))
    truth = _manifest(planted.path)["simulation"]
    assert (truth["plan"]["coefficients"]["tone"], truth["plan"]["disputes"], truth["plan"]["seed"]) == (
        0,
        DISPUTES,
        SEED,
    )
    assert truth["imperfections"] == []
    assert planted.flaws == 0


@pytest.mark.parametrize("compression", [Compression.GZIP, Compression.ZSTD])
def test_packed_files_hold_the_same(batch: SampleSummary, tmp_path: Path, compression: Compression) -> None:
    packed = write_sample(tmp_path / "packed", DISPUTES, SEED, SampleOptions(compression=compression))
    for name in batch.files:
        assert_frame_equal(_read(packed.path / f"{name}{compression}"), _read(batch.path / name))


def test_json_lines_hold_the_same(batch: SampleSummary, tmp_path: Path) -> None:
    lines = write_sample(tmp_path / "lines", DISPUTES, SEED, SampleOptions(FileFormat.NDJSON))
    assert lines.rows == batch.rows
    rows = [json.loads(line) for line in (lines.path / "disputes.ndjson").read_text(encoding="utf-8").splitlines()]
    disputes = _read(batch.path / "disputes.csv")
    assert [row["opened_at"] for row in rows] == disputes["opened_at"].to_list()
    assert [row["item_price_cny"] for row in rows if row["item_price_cny"] != "面议"] == [
        None if price is None else float(price) for price in disputes["item_price_cny"].to_list() if price != "面议"
    ]


def test_parquet_holds_the_same_but_what_its_types_forbid(batch: SampleSummary, tmp_path: Path) -> None:
    typed = write_sample(tmp_path / "typed", DISPUTES, SEED, SampleOptions(FileFormat.PARQUET))
    assert typed.rows == batch.rows | {"disputes": batch.rows["disputes"] - 1}
    disputes = pl.read_parquet(typed.path / "disputes.parquet")
    assert disputes.schema["claimed_cny"] == pl.Decimal(12, 2)
    assert disputes.schema["opened_at"] == pl.Datetime("us", "Asia/Shanghai")
    messages = pl.read_parquet(typed.path / "messages-0001.parquet")
    assert messages["text"].to_list() == _read(batch.path / "messages-0001.csv")["text"].to_list()


def test_progress_ends_at_one(tmp_path: Path) -> None:
    seen: list[float] = []
    write_sample(tmp_path / "batch", DISPUTES, SEED, SampleOptions(on_progress=seen.append))
    assert seen[-1] == 1.0
    assert seen == sorted(seen)


def test_a_folder_with_content_is_refused_and_kept(batch: SampleSummary) -> None:
    before = {path.name: path.read_bytes() for path in batch.path.iterdir()}
    with pytest.raises(UsageError, match="not an empty folder"):
        write_sample(batch.path, DISPUTES, SEED)
    assert {path.name: path.read_bytes() for path in batch.path.iterdir()} == before


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "batch").mkdir()
    assert write_sample(tmp_path / "batch", 5, SEED).rows["disputes"] >= 5


@pytest.mark.parametrize("disputes", [0, -1])
def test_no_disputes_is_wrong_usage(tmp_path: Path, disputes: int) -> None:
    with pytest.raises(UsageError, match=f"disputes is {disputes}"):
        write_sample(tmp_path / "batch", disputes, SEED)
    assert list(tmp_path.iterdir()) == []


def test_packed_parquet_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="compressed inside"):
        write_sample(tmp_path / "batch", 5, SEED, SampleOptions(FileFormat.PARQUET, Compression.GZIP))


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path) -> None:
    def stop(_share: float) -> None:
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        write_sample(tmp_path / "batch", 50, SEED, SampleOptions(on_progress=stop))
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_replaced(tmp_path: Path) -> None:
    left = tmp_path / ".batch.partial"
    left.mkdir()
    (left / "disputes.csv").write_text("half", encoding="utf-8")
    write_sample(tmp_path / "batch", 5, SEED, plan=SimulationPlan(disputes=5, has_flaws=False))
    assert [path.name for path in tmp_path.iterdir()] == ["batch"]
    assert "half" not in (tmp_path / "batch" / "disputes.csv").read_text(encoding="utf-8")
