"""Each broken row is broken in the way that its label says."""

import polars as pl
import pytest

from tests.transforms.simulation.tables import tables_of
from transforms.registry import INPUT_TABLES
from transforms.simulation.flaws import FLAWED_TABLES, Flaw, flaws
from transforms.simulation.plan import SimulationPlan


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return tables_of(SimulationPlan(disputes=300, seed=31))


@pytest.fixture(scope="module")
def made(tables: dict[str, pl.DataFrame]) -> list[Flaw]:
    return [flaw for name in FLAWED_TABLES for flaw in flaws(name, tables[name])]


def test_every_rule_of_the_quarantine_is_shown(made: list[Flaw]) -> None:
    assert {flaw.rule for flaw in made} == {"duplicate", "superseded", "enumeration", "reference", "type"}
    assert len(made) == 8


def test_rows_are_one_each_and_new_where_they_claim_to_be(tables: dict[str, pl.DataFrame], made: list[Flaw]) -> None:
    for flaw in made:
        key = INPUT_TABLES[flaw.table].key[0]
        assert flaw.row.height == 1
        assert flaw.row.item(0, key) == flaw.key
        is_known = flaw.key in set(tables[flaw.table][key])
        assert is_known == (flaw.rule in {"duplicate", "superseded"})


def test_each_is_broken_as_labelled(tables: dict[str, pl.DataFrame], made: list[Flaw]) -> None:
    for flaw in made:
        column = next(column for column in INPUT_TABLES[flaw.table].columns if column.name == flaw.column)
        if flaw.rule == "duplicate":
            assert tables[flaw.table].join(flaw.row, on=flaw.row.columns, nulls_equal=True).height == 1
        elif flaw.rule == "enumeration":
            assert column.enumeration is not None
            assert flaw.row.item(0, flaw.column) not in column.enumeration.values
        elif flaw.rule == "reference":
            assert flaw.row.item(0, "dispute_id") not in set(tables["disputes"]["dispute_id"])
        elif flaw.rule == "type":
            assert flaw.row[flaw.column].cast(pl.Float64, strict=False).null_count() == 1


def test_superseded_row_is_an_older_export_of_an_open_dispute(
    tables: dict[str, pl.DataFrame], made: list[Flaw]
) -> None:
    older = next(flaw.row for flaw in made if flaw.rule == "superseded")
    newer = tables["disputes"].filter(pl.col("dispute_id") == older.item(0, "dispute_id"))
    assert older.item(0, "exported_at") < newer.item(0, "exported_at")
    assert older.select("ruled_at", "outcome", "refunded_cny").null_count().row(0) == (1, 1, 1)
    assert newer["outcome"].null_count() == 0


def test_nothing_to_break_gives_nothing(tables: dict[str, pl.DataFrame]) -> None:
    assert flaws("reputation", tables["reputation"]) == []
    assert flaws("evidence", tables["evidence"].clear()) == []
