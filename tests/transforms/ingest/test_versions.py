"""Which row is in force, against plain Python on generated deliveries."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import input_frame
from transforms.ingest.parse import ROW
from transforms.ingest.versions import FATE, FILE, SEQUENCE, fates, key_hashes, rows_of_suspects, suspects
from transforms.registry import INPUT_TABLES

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Delivered:
    """One row: its key, what it says, when it was exported (days after the start), and where it stands."""

    key: str
    says: int | None
    exported: int | None
    file: int
    row: int


def _oracle(rows: list[Delivered], by_export: bool) -> dict[tuple[int, int], str]:
    """Walk through the rows of each key in order, as a person would with a pencil."""
    fates: dict[tuple[int, int], str] = {}
    for key in {row.key for row in rows}:
        own = [row for row in rows if row.key == key]
        # A row without a time of export was exported when its file was delivered: file n on day n.
        own.sort(
            key=lambda row: (
                (row.exported if row.exported is not None else row.file) if by_export else 0,
                row.file,
                row.row,
            )
        )
        last: Delivered | None = None
        for row in own:
            same = last is not None and row.says == last.says and (row.exported == last.exported or not by_export)
            if same:
                fates[row.file, row.row] = "duplicate"
                continue
            if last is not None:
                fates[last.file, last.row] = "superseded"
            last = row
    return fates


def _day(days: int | None) -> datetime | None:
    return None if days is None else START + timedelta(days=days)


def _disputes(rows: list[Delivered]) -> pl.LazyFrame:
    named = [{"dispute_id": row.key, "votes_buyer": row.says, "exported_at": _day(row.exported)} for row in rows]
    placed = _placed(input_frame("disputes", named), rows)
    when = [_day(row.exported if row.exported is not None else row.file) for row in rows]
    return placed.with_columns(pl.Series("__exported_at", when, dtype=pl.Datetime("us", "UTC"))).lazy()


def _placed(frame: pl.DataFrame, rows: list[Delivered]) -> pl.DataFrame:
    return frame.with_columns(
        pl.Series(FILE, [f"file{row.file}" for row in rows], dtype=pl.String),
        pl.Series(SEQUENCE, [row.file for row in rows], dtype=pl.Int64),
        pl.Series(ROW, [row.row for row in rows], dtype=pl.Int64),
    )


def _found(frame: pl.LazyFrame, table: str, extra: tuple[str, ...] = ()) -> dict[tuple[int, int], str]:
    decided = fates(frame, INPUT_TABLES[table], extra).collect()
    pairs = [
        ((int(file.removeprefix("file")), row), fate) for file, row, fate in decided.select(FILE, ROW, FATE).rows()
    ]
    assert len(dict(pairs)) == len(pairs), "a row has two fates"
    return dict(pairs)


@st.composite
def _deliveries(draw: st.DrawFn) -> list[Delivered]:
    files = draw(st.lists(st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from([None, 1, 2]), st.sampled_from([None, 0, 1, 2])), max_size=6,
    ), max_size=4))  # fmt: skip
    rows = [Delivered(*row, file, place) for file, content in enumerate(files) for place, row in enumerate(content, 1)]
    return draw(st.permutations(rows))


@settings(max_examples=120)
@given(_deliveries())
def test_disputes_go_by_time_of_export_then_by_delivery(rows: list[Delivered]) -> None:
    assert _found(_disputes(rows), "disputes") == _oracle(rows, by_export=True)


@settings(max_examples=60)
@given(_deliveries())
def test_other_tables_go_by_delivery(rows: list[Delivered]) -> None:
    named = [{"evidence_id": row.key, "dispute_id": "d", "kind": str(row.says) if row.says else None} for row in rows]
    assert _found(_placed(input_frame("evidence", named), rows).lazy(), "evidence") == _oracle(rows, by_export=False)


@settings(max_examples=60)
@given(_deliveries())
def test_exactly_one_row_of_each_key_is_in_force(rows: list[Delivered]) -> None:
    found = _found(_disputes(rows), "disputes")
    in_force = [row.key for row in rows if (row.file, row.row) not in found]
    assert sorted(in_force) == sorted({row.key for row in rows})


def test_a_key_of_two_columns() -> None:
    rows = [
        Delivered("u", 700, None, 0, 1),
        Delivered("u", 700, None, 0, 2),
        Delivered("u", 701, None, 0, 3),
        Delivered("v", 701, None, 0, 4),
    ]
    frame = input_frame("reputation", [{"user_id": row.key, "as_of": START, "credit_score": row.says} for row in rows])
    assert _found(_placed(frame, rows).lazy(), "reputation") == {(0, 1): "superseded", (0, 2): "duplicate"}


def test_an_older_export_that_arrives_later_does_not_win() -> None:
    rows = [Delivered("a", 1, 9, 0, 1), Delivered("a", 2, 3, 1, 1)]
    assert _found(_disputes(rows), "disputes") == {(1, 1): "superseded"}


def test_a_change_back_is_a_new_version() -> None:
    rows = [Delivered("a", 1, None, 0, 1), Delivered("a", 2, None, 1, 1), Delivered("a", 1, None, 2, 1)]
    assert _found(_disputes(rows), "disputes") == {(0, 1): "superseded", (1, 1): "superseded"}


def test_extra_factors_belong_to_what_a_row_says() -> None:
    rows = [Delivered("a", 1, None, 0, 1), Delivered("a", 1, None, 1, 1)]
    frame = _disputes(rows).with_columns(pl.Series("age", ["old", "young"]))
    assert _found(frame, "disputes", ("age",)) == {(0, 1): "superseded"}
    assert _found(frame, "disputes") == {(1, 1): "duplicate"}


@pytest.mark.parametrize("table", INPUT_TABLES.values(), ids=lambda table: table.name)
def test_suspects_hold_every_repeated_key(table: str) -> None:
    declared = INPUT_TABLES[getattr(table, "name", table)]
    first = {name: START if name == "as_of" else f"{name}-1" for name in declared.key}
    second = {**first, declared.key[0]: "other"}
    rows = input_frame(declared.name, [first, second, first])
    hashes = suspects(key_hashes(rows.lazy().select(declared.key), declared))
    kept = rows_of_suspects(rows.lazy(), hashes, declared).collect()
    assert kept.select(declared.key).rows() == [tuple(first.values())] * 2
