"""Months are cut into pieces; what comes out does not depend on how many there are."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from flows.configuration import load_scorer
from flows.ingest.ledger import make_ledger, read_deliveries
from flows.pieces import MOST_ROWS, Piece, cut
from flows.publish import folder_in_force
from flows.resolve import Resolved, resolve
from flows.scoring import Scored, score
from flows.scoring_users import score_users
from flows.settings import Layout
from tests.builders import settings_for
from tests.conftest import Built
from tests.flows.elsewhere import Elsewhere

TABLES = ("disputes", "evidence", "violations", "messages", "factor_scores", "score_points", "dispute_facts")


@pytest.fixture(scope="module")
def resolved(later: Built) -> Resolved:
    """The rows in force of two deliveries, with versions, adopted rows and rows that wait."""
    layout = Layout(later.data)
    return resolve(make_ledger(layout, read_deliveries(folder_in_force(layout))), layout)


def _scored(resolved: Resolved, folder: Path, most_rows: Mapping[str, int]) -> Scored:
    return score(resolved, load_scorer(), folder / "work", settings_for(folder, threads=1), most_rows)


def _rows(scored: Scored, table: str) -> list[tuple[object, ...]]:
    return sorted(pl.read_parquet(scored.paths(table)).rows(), key=repr)


def test_many_pieces_give_the_rows_of_few(resolved: Resolved, tmp_path: Path) -> None:
    few = _scored(resolved, tmp_path / "few", MOST_ROWS)
    many = _scored(resolved, tmp_path / "many", {"disputes": 7, "messages": 40})
    assert len(few.pieces) == len(resolved.months)
    assert len(many.pieces) > 2 * len(few.pieces)
    for table in (*TABLES, "reputation"):
        assert _rows(few, table) == _rows(many, table), table


def test_many_groups_of_users_give_the_sides_of_one(resolved: Resolved, tmp_path: Path) -> None:
    found = {}
    for name, most in (("one", 1_000_000), ("many", 60)):
        sides, snapshots = tmp_path / name / "sides", tmp_path / name / "snapshots"
        score_users(resolved, load_scorer(), (sides, snapshots), Elsewhere(), sides_per_group=most)
        found[name] = [
            sorted(pl.read_parquet(sorted(folder.rglob("*.parquet"))).rows(), key=repr) for folder in (sides, snapshots)
        ]
        assert (len(list(snapshots.iterdir())) > 1) == (name == "many")
    assert found["one"] == found["many"]


def test_the_parts_of_a_month_hold_every_dispute_once() -> None:
    disputes = pl.LazyFrame({"dispute_id": [f"d{number}" for number in range(1000)]})
    parts = [Piece("2026-01", number, 4).of(disputes).collect() for number in range(4)]
    assert all(150 < part.height < 350 for part in parts)
    assert pl.concat(parts)["dispute_id"].sort().to_list() == disputes.collect()["dispute_id"].sort().to_list()


def test_as_many_parts_as_the_largest_table_needs(resolved: Resolved) -> None:
    month = resolved.months[0]
    messages = resolved.n_staged("messages", month)
    assert messages > 1
    pieces = [piece for piece in cut(resolved, {"disputes": 10**6, "messages": messages - 1}) if piece.month == month]
    assert pieces == [Piece(month, 0, 2), Piece(month, 1, 2)]
