"""The month under which a row is filed."""

from datetime import UTC, datetime

import polars as pl

from tests.builders import input_frame
from transforms.ingest.partition import HOME, ORPHANS, file_under_home, month_of, new_homes
from transforms.registry import INPUT_TABLES

NO_HOMES = pl.DataFrame(schema={"dispute_id": pl.String(), HOME: pl.String()})


def _at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type,misc] # year, month, day and so on


def _disputes(*rows: tuple[str, datetime | None, datetime | None]) -> pl.LazyFrame:
    return input_frame(
        "disputes", [{"dispute_id": name, "opened_at": opened, "ruled_at": ruled} for name, opened, ruled in rows]
    ).lazy()


def test_months_are_those_of_china() -> None:
    moments = pl.DataFrame({"t": [_at(2026, 1, 31, 15, 59), _at(2026, 1, 31, 16), _at(2025, 12, 31, 16), None]})
    assert moments.select(month_of(pl.col("t"))).to_series().to_list() == ["2026-01", "2026-02", "2026-01", "unknown"]


def test_the_home_of_a_dispute_is_the_month_of_its_opening_else_of_its_ruling() -> None:
    found = new_homes(
        _disputes(("a", _at(2026, 3, 5), _at(2026, 4, 5)), ("b", None, _at(2026, 4, 5))), NO_HOMES.lazy()
    ).collect()
    assert dict(found.rows()) == {"a": "2026-03", "b": "2026-04"}


def test_a_home_never_changes() -> None:
    known = pl.LazyFrame({"dispute_id": ["a"], HOME: ["2025-01"]})
    found = new_homes(
        _disputes(("a", _at(2026, 3, 5), None), ("b", _at(2026, 3, 5), None), ("b", _at(2026, 5, 5), None)), known
    )
    assert found.collect().rows() == [("b", "2026-03")]


def test_rows_go_where_their_dispute_is() -> None:
    rows = input_frame(
        "evidence",
        [{"evidence_id": name, "dispute_id": to} for name, to in [("1", "a"), ("2", "x"), ("3", "b"), ("4", "a")]],
    )
    homes = pl.DataFrame({"dispute_id": ["a", "b"], HOME: ["2026-03", "2026-04"]})
    found = file_under_home(rows, INPUT_TABLES["evidence"], homes)
    assert found["evidence_id"].to_list() == ["1", "2", "3", "4"]
    assert found[HOME].to_list() == ["2026-03", ORPHANS, "2026-04", "2026-03"]


def test_reputation_goes_under_its_own_month() -> None:
    rows = input_frame("reputation", [{"user_id": "u", "as_of": _at(2026, 1, 31, 16)}])
    assert file_under_home(rows, INPUT_TABLES["reputation"], NO_HOMES)[HOME].to_list() == ["2026-02"]
