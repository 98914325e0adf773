"""marts.records_by_outcome on disputes counted by hand."""

from collections.abc import Iterator

import duckdb
import pytest

from tests.builders import run_with_needs
from transforms.registry import output_table

TABLES = ("disputes", "evidence", "messages", "violations", "factor_scores")
SELLER, BUYER = "seller_wins", "buyer_wins"


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema core; create schema marts")
        for name in TABLES:
            columns = ", ".join(f"{c.name} {c.kind.duckdb}" for c in output_table(f"core.{name}").columns)
            connection.execute(f"create table core.{name} ({columns})")
        yield connection


def _disputes(connection: duckdb.DuckDBPyConnection, outcome: str, n: int, sellers: int) -> None:
    connection.execute(
        "insert into core.disputes (dispute_id, outcome, is_ruled, seller_id) "
        f"select '{outcome}' || i, '{outcome}', {outcome != 'settled'}, case when i < {sellers} then 's' end "
        f"from range({n}) as t (i)"
    )
    connection.execute(
        "insert into core.factor_scores (dispute_id, buyer_reputation) "
        f"select '{outcome}' || i, case when i < 10 then 0.5 end from range({n}) as t (i)"
    )


def _items(connection: duckdb.DuckDBPyConnection, outcome: str, n: int, clear: str, *, counted: bool = True) -> None:
    connection.execute(
        "insert into core.evidence (evidence_id, dispute_id, party, kind, clear, counted) "
        f"select '{outcome}{clear}{counted}' || i, '{outcome}' || i, 'buyer', 'photo', {clear}, {counted} "
        f"from range({n}) as t (i)"
    )


def _row(connection: duckdb.DuckDBPyConnection, *key: str) -> tuple[object, ...] | None:
    sql = (
        "select n, n_recorded, share, round(spread_pp, 6), is_uneven from marts.records_by_outcome "
        "where (table_name, column_name, party, outcome) = (?, ?, ?, ?)"
    )
    return connection.execute(sql, list(key)).fetchone()


def test_what_is_recorded_is_counted_by_outcome(warehouse: duckdb.DuckDBPyConnection) -> None:
    _disputes(warehouse, SELLER, 200, 200)
    _disputes(warehouse, BUYER, 400, 300)
    _disputes(warehouse, "settled", 50, 0)
    _items(warehouse, SELLER, 40, "null")
    _items(warehouse, SELLER, 90, "true", counted=False)
    _items(warehouse, BUYER, 400, "false")
    run_with_needs(warehouse, "marts.records_by_outcome")
    # with 200 disputes the least difference is 4 * sqrt(0.5 / 200) = 20 points
    assert _row(warehouse, "evidence", "any", "both", SELLER) == (200, 40, 0.2, 80.0, True)
    assert _row(warehouse, "evidence", "any", "both", BUYER) == (400, 400, 1.0, 80.0, True)
    assert _row(warehouse, "evidence", "clear", "buyer", SELLER) == (40, 0, 0.0, 100.0, True)
    assert _row(warehouse, "evidence", "clear", "buyer", BUYER) == (400, 400, 1.0, 100.0, True)
    assert _row(warehouse, "evidence", "full_process", "buyer", BUYER) is None  # photos have none
    assert _row(warehouse, "disputes", "seller_id", "both", BUYER) == (400, 300, 0.75, 25.0, True)
    assert _row(warehouse, "reputation", "any", "buyer", SELLER) == (200, 10, 0.05, 2.5, False)
    assert _row(warehouse, "reputation", "any", "seller", SELLER) == (200, 0, 0.0, 0.0, False)
    assert _row(warehouse, "evidence", "any", "both", "settled") is None


def test_few_disputes_show_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    _disputes(warehouse, SELLER, 29, 0)
    _disputes(warehouse, BUYER, 60, 60)
    run_with_needs(warehouse, "marts.records_by_outcome")
    assert _row(warehouse, "disputes", "seller_id", "both", SELLER) == (29, 0, 0.0, 0.0, False)


def test_nothing_ruled_makes_no_rows(warehouse: duckdb.DuckDBPyConnection) -> None:
    run_with_needs(warehouse, "marts.records_by_outcome")
    assert warehouse.execute("select count(*) from marts.records_by_outcome").fetchall() == [(0,)]
