"""Hand-outs: every mart in every form, small cells left out, nothing that a spreadsheet would run."""

import zipfile
from pathlib import Path

import polars as pl
import pytest

from flows.errors import RunError, UsageError
from flows.export import FORMULA_STARTS, export, harmless
from flows.settings import Layout
from flows.small_cells import SUPPRESSED
from tests.builders import ask
from tests.conftest import Built
from transforms.registry import OUTPUT_TABLES

MARTS = [table for table in OUTPUT_TABLES.values() if table.schema == "marts"]


@pytest.fixture
def layout(release: Built) -> Layout:
    return Layout(release.data)


def test_all_marts_as_one_workbook(layout: Layout, tmp_path: Path) -> None:
    (path,) = export(layout, (), "xlsx", tmp_path)
    with zipfile.ZipFile(path) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        texts = [book.read(name).decode() for name in sheets]
    # one for each mart, one about the release, one with definitions
    assert len(sheets) == len(MARTS) + 2
    assert all('state="frozen"' in text for text in texts)
    assert not any("<f>" in text for text in texts)


def test_the_same_release_gives_the_same_workbook(layout: Layout, tmp_path: Path) -> None:
    (first,) = export(layout, ("outcome_rates",), "xlsx", tmp_path / "a")
    (second,) = export(layout, ("outcome_rates",), "xlsx", tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("table", MARTS, ids=lambda table: table.name)
def test_parquet_without_suppression_is_the_mart(layout: Layout, tmp_path: Path, table: object) -> None:
    name = getattr(table, "name", "")
    (path,) = export(layout, (f"marts.{name}",), "parquet", tmp_path, unsafe=True)
    assert pl.read_parquet(path).rows() == ask(layout.database, f"from marts.{name}")


def test_small_cells_are_left_out(layout: Layout, tmp_path: Path) -> None:
    (path,) = export(layout, ("closure_rates",), "parquet", tmp_path)
    found = pl.read_parquet(path)
    small = set(ask(layout.database, "select slice, value, outcome from marts.closure_rates where n between 1 and 9"))
    assert small
    hidden = found.filter(pl.col("status") == SUPPRESSED)
    assert small <= set(hidden.select("slice", "value", "outcome").rows())
    assert hidden.select("n", "n_total", "share", "ci_low", "ci_high").null_count().rows() == [(hidden.height,) * 5]


def test_rows_of_few_disputes_are_left_out_of_other_marts(layout: Layout, tmp_path: Path) -> None:
    (path,) = export(layout, ("evidence_kinds",), "parquet", tmp_path)
    found = pl.read_parquet(path)
    assert found.filter(pl.col("n_with").is_between(1, 9)).is_empty()
    assert found.height == ask(layout.database, "select count(*) from marts.evidence_kinds")[0][0]


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_what_could_be_a_formula_is_made_harmless(start: str) -> None:
    frame = harmless(pl.DataFrame({"text": [f"{start}cmd|' /C calc'!A0", "plain"], "number": [-1, 2]}))
    assert frame["text"].to_list() == [f"'{start}cmd|' /C calc'!A0", "plain"]
    assert frame["number"].to_list() == [-1, 2]


def test_csv_opens_in_excel_with_its_chinese(layout: Layout, tmp_path: Path) -> None:
    (path,) = export(layout, ("claim_findings",), "csv", tmp_path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "买家" in path.read_text(encoding="utf-8-sig")


def test_a_mart_that_is_none_gets_the_closest_ones(layout: Layout, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="claim_findings"):
        export(layout, ("claim_finding",), "csv", tmp_path)


def test_without_a_release_there_is_nothing_to_hand_out(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no release"):
        export(Layout(tmp_path), (), "csv", tmp_path / "out")
