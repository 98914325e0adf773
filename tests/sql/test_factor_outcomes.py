"""marts.factor_outcomes on a fixture worked out by hand."""

import duckdb
import pytest

from tests.builders import run_with_needs
from transforms.statistics.reference import sql_parameters

# dispute, seller, outcome, level of evidence, level of colour
DISPUTES = [
    ("1", "A", "seller_wins", 1, 0),
    ("2", "A", "seller_wins", 1, 0),
    ("3", "B", "buyer_wins", 1, 0),
    ("4", "B", "buyer_wins", 5, 0),
    ("5", "C", "partial", 5, 0),
    ("6", None, "buyer_wins", 0, 0),
]
BOUNDS = [
    ("evidence", 0, 0, "not_recorded", None, None),
    ("evidence", 0, 1, "1", -0.5, 0.0),
    ("evidence", 0, 5, "5", 0.25, 0.75),
    ("colour", 1, 0, "not_recorded", None, None),
]


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema core; create schema marts")
    connection.execute(
        "create table core.disputes (dispute_id varchar, seller_id varchar, outcome varchar, is_ruled bool)"
    )
    connection.execute("create table core.factor_levels (dispute_id varchar, evidence usmallint, colour usmallint)")
    connection.execute(
        """
        create table core.factor_level_bounds (
            factor varchar, factor_order usmallint, code usmallint, level varchar, level_low double, level_high double
        )
        """
    )
    connection.executemany("insert into core.factor_level_bounds values (?, ?, ?, ?, ?, ?)", BOUNDS)
    return connection


def _fill(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.executemany("insert into core.disputes values (?, ?, ?, true)", [row[:3] for row in DISPUTES])
    warehouse.execute("insert into core.disputes values ('7', 'A', 'settled', false)")
    levels = [(row[0], *row[3:]) for row in DISPUTES]
    warehouse.executemany("insert into core.factor_levels values (?, ?, ?)", levels)


def _build(warehouse: duckdb.DuckDBPyConnection) -> None:
    run_with_needs(warehouse, "marts.factor_outcomes", **sql_parameters())


def test_counts_and_bounds(warehouse: duckdb.DuckDBPyConnection) -> None:
    _fill(warehouse)
    _build(warehouse)
    columns = "factor, level, level_low, level_high, outcome, n, n_total, n_clusters"
    assert warehouse.execute(f"select {columns} from marts.factor_outcomes").fetchall() == [
        ("evidence", "not_recorded", None, None, "seller_wins", 0, 1, 1),
        ("evidence", "not_recorded", None, None, "partial", 0, 1, 1),
        ("evidence", "not_recorded", None, None, "buyer_wins", 1, 1, 1),
        ("evidence", "1", -0.5, 0.0, "seller_wins", 2, 3, 2),
        ("evidence", "1", -0.5, 0.0, "partial", 0, 3, 2),
        ("evidence", "1", -0.5, 0.0, "buyer_wins", 1, 3, 2),
        ("evidence", "5", 0.25, 0.75, "seller_wins", 0, 2, 2),
        ("evidence", "5", 0.25, 0.75, "partial", 1, 2, 2),
        ("evidence", "5", 0.25, 0.75, "buyer_wins", 1, 2, 2),
        ("colour", "not_recorded", None, None, "seller_wins", 2, 6, 4),
        ("colour", "not_recorded", None, None, "partial", 1, 6, 4),
        ("colour", "not_recorded", None, None, "buyer_wins", 3, 6, 4),
    ]


def test_effective_sample_size_by_hand(warehouse: duckdb.DuckDBPyConnection) -> None:
    _fill(warehouse)
    _build(warehouse)
    # Level 1, buyer_wins: 1 of 3; A 0 of 2, B 1 of 1. Leaving one out: A ((0 − 2/3) / (1 − 2/3))² = 4,
    # B ((1 − 1/3) / (1 − 1/3))² = 1. Design effect 1/2 · 5 / (3 · 1/3 · 2/3) = 3.75, more than the 3 disputes: n
    # effective is 1, and with 9/5 sellers' worth t has 1 degree of freedom, 12.706205, t² = 161.447639.
    # Wilson: centre (1/3 + 80.723819) / 162.447639 = 0.498974, half width
    # 12.706205 / 162.447639 · √(2/9 + 40.361910) = 0.498288
    row = warehouse.execute(
        """
        select n_effective, share, ci_low, ci_high, status
        from marts.factor_outcomes
        where factor = 'evidence' and level = '1' and outcome = 'buyer_wins'
        """
    ).fetchone()
    assert row is not None
    assert row[:4] == pytest.approx((1.0, 1 / 3, 0.498974 - 0.498288, 0.498974 + 0.498288), abs=2e-6)
    assert row[4] == "few_clusters"


def test_nothing_ruled_is_said(warehouse: duckdb.DuckDBPyConnection) -> None:
    _build(warehouse)
    rows = warehouse.execute("select distinct n_total, share, ci_low, ci_high, status from marts.factor_outcomes")
    assert rows.fetchall() == [(0, None, None, None, "nothing_ruled")]
