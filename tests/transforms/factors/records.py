"""Small tables for the tests: rows are dicts, what is left out is null, the types are the registry's."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from transforms.factors.parts import part_column
from transforms.factors.weights import Weights
from transforms.registry import INPUT_TABLES

WEIGHTS_FILE = Path(__file__).parents[3] / "transforms" / "weights.toml"
MAPPING: dict[str, Any] = tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
WEIGHTS = Weights.from_mapping(MAPPING)

OPENED = datetime(2025, 6, 1, 12, tzinfo=UTC)
RULED = OPENED + timedelta(days=5)
RECORDED = tuple(f"{table}_recorded" for table in ("evidence", "violations", "messages", "reputation"))

Row = Mapping[str, Any]


def day(number: float) -> datetime:
    """A moment so many days after the opening of the usual dispute."""
    return OPENED + timedelta(days=number)


def table(name: str, rows: Sequence[Row], extra: dict[str, pl.DataType] | None = None) -> pl.LazyFrame:
    """A table of the export with its registered types."""
    schema = INPUT_TABLES[name].polars_schema | (extra or {})
    return pl.LazyFrame([dict.fromkeys(schema) | dict(row) for row in rows], schema=schema)


def disputes(*rows: Row) -> pl.LazyFrame:
    """Disputes, by default opened and ruled at the usual times, with all tables recorded."""
    usual = {"dispute_id": "D", "opened_at": OPENED, "ruled_at": RULED} | dict.fromkeys(RECORDED, True)
    return table("disputes", [usual | dict(row) for row in rows], dict.fromkeys(RECORDED, pl.Boolean()))


def evidence(*rows: Row) -> pl.LazyFrame:
    """Items of evidence that count."""
    return _counted("evidence", {"party": "buyer", "kind": "photo"}, rows)


def violations(*rows: Row) -> pl.LazyFrame:
    """Breaches that count."""
    return _counted("violations", {"party": "seller", "rule": "false_description"}, rows)


def reputation(*rows: Row) -> pl.LazyFrame:
    """Snapshots of users."""
    return table("reputation", list(rows))


def _counted(name: str, usual: Row, rows: tuple[Row, ...]) -> pl.LazyFrame:
    usual = {"dispute_id": "D", "counted": True, **usual}
    return table(name, [{**usual, **row} for row in rows], {"counted": pl.Boolean()})


def parts_of(wide: pl.LazyFrame, party: str, dispute_id: str = "D") -> dict[str, int]:
    """The parts of a side that are not null."""
    row = wide.filter(pl.col("dispute_id") == dispute_id).collect().row(0, named=True)
    prefix = part_column(party, "")
    return {
        name.removeprefix(prefix): points
        for name, points in row.items()
        if name.startswith(prefix) and points is not None
    }


def scores_of(wide: pl.LazyFrame, party: str) -> dict[str, int | None]:
    """Sum of the parts of a side for every dispute, in points; None where no part applies."""
    scores: dict[str, int | None] = {}
    for row in wide.collect().iter_rows(named=True):
        prefix = part_column(party, "")
        points = [value for name, value in row.items() if name.startswith(prefix) and value is not None]
        scores[row["dispute_id"]] = sum(points) if points else None
    return scores
