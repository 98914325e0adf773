"""What the statistics read: ruled disputes once, in the order of their sellers, whatever fits into memory."""

from pathlib import Path

import polars as pl
import pytest

from flows import gathering
from flows.gathering import gather
from flows.scoring import Scored
from tests.scored import with_times, write_scored
from tests.transforms.claims.samples import World, draw
from transforms.statistics.clusters import by_seller


def _read(files: tuple[str, ...]) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(file) for file in files])


@pytest.fixture(name="scored")
def _scored(tmp_path: Path) -> Scored:
    return write_scored(with_times(draw(World(300, 30))), tmp_path / "scored")


def test_ruled_disputes_are_in_the_order_of_sellers(scored: Scored, tmp_path: Path) -> None:
    found = _read(gather(scored, tmp_path).ruled)
    assert found.height == pl.scan_parquet(scored.paths("disputes")).select(pl.col("is_ruled").sum()).collect().item()
    assert found.equals(found.sort("seller_id", "dispute_id", nulls_last=False))
    # so nothing is left to be sorted
    ordered, codes = by_seller(found)
    assert ordered is found
    assert codes.tolist() == sorted(codes)


def test_sorting_in_parts_gives_the_same(scored: Scored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "whole").mkdir()
    whole = gather(scored, tmp_path / "whole")
    monkeypatch.setattr(gathering, "MOST_SORTED", 40)
    (tmp_path / "parts").mkdir()
    parts = gather(scored, tmp_path / "parts")
    assert (len(whole.ruled), len(parts.ruled)) == (1, 8)
    assert _read(parts.ruled).equals(_read(whole.ruled))
    assert len(list((tmp_path / "parts").iterdir())) == len(parts.ruled) + len(parts.all)


def test_rows_in_another_order_find_their_dispute(scored: Scored, tmp_path: Path) -> None:
    (tmp_path / "same").mkdir()
    same = gather(scored, tmp_path / "same")
    for path in scored.paths("factor_scores"):
        pl.read_parquet(path).reverse().write_parquet(path)
    (tmp_path / "other").mkdir()
    assert _read(gather(scored, tmp_path / "other").ruled).equals(_read(same.ruled))


def test_a_piece_without_rulings_makes_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_SORTED", 40)
    frame = with_times(draw(World(300, 2)))
    unruled = frame.with_columns(outcome=pl.lit("settled"), dispute_id=pl.concat_str(pl.lit("U"), "dispute_id"))
    first = write_scored(unruled, tmp_path / "scored", name="0000")
    second = write_scored(frame, tmp_path / "scored", name="0001")
    (tmp_path / "both").mkdir()
    found = gather(Scored((*first.pieces, *second.pieces), first.snapshots), tmp_path / "both").ruled
    assert all(pl.read_parquet(file).height for file in found)
    assert _read(found).height == frame.height
