"""marts.rulings_alike on disputes counted by hand."""

from collections.abc import Iterator

import duckdb
import pytest

from tests.builders import run_with_needs
from transforms.registry import output_table


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema core; create schema marts")
        for name in ("disputes", "factor_levels"):
            columns = ", ".join(f"{c.name} {c.kind.duckdb}" for c in output_table(f"core.{name}").columns)
            connection.execute(f"create table core.{name} ({columns})")
        yield connection


def _ruled(connection: duckdb.DuckDBPyConnection, buyers: str, n: int, outcome: str, seller: str = "i") -> None:
    connection.execute(
        "insert into core.disputes (dispute_id, outcome, is_ruled, buyer_id, seller_id) "
        f"select '{buyers}{outcome}' || i, '{outcome}', true, '{buyers}' || (i % 10), {seller} from range({n}) as t (i)"
    )
    connection.execute(
        "insert into core.factor_levels (dispute_id, evidence, rules, tone, reputation) "
        f"select '{buyers}{outcome}' || i, 1, 1, 1, 1 from range({n}) as t (i)"
    )


def _row(connection: duckdb.DuckDBPyConnection, alike_by: str) -> tuple[object, ...] | None:
    sql = (
        "select n, n_units, n_pairs, round(n_effective_units, 6), round(similarity, 6), round(design_effect, 6), "
        "is_overlooked, status from marts.rulings_alike where alike_by = ?"
    )
    return connection.execute(sql, [alike_by]).fetchone()


def test_rulings_of_one_buyer_that_are_all_alike(warehouse: duckdb.DuckDBPyConnection) -> None:
    _ruled(warehouse, "w", 50, "buyer_wins")
    _ruled(warehouse, "l", 50, "seller_wins")
    run_with_needs(warehouse, "marts.rulings_alike")
    # 20 buyers with 5 rulings each: 20 * 10 pairs, design effect 1 + 4 * 1
    assert _row(warehouse, "buyer") == (100, 20, 200, 20.0, 1.0, 5.0, True, "ok")
    assert _row(warehouse, "decider") == (0, 0, 0, None, None, None, False, "not_recorded")


def test_what_is_one_sellers_is_not_counted_as_the_buyers(warehouse: duckdb.DuckDBPyConnection) -> None:
    _ruled(warehouse, "w", 50, "buyer_wins", "'s' || (i % 10)")
    _ruled(warehouse, "l", 50, "seller_wins", "'z' || (i % 10)")
    run_with_needs(warehouse, "marts.rulings_alike")
    assert _row(warehouse, "buyer") == (100, 20, 0, None, None, 1.0, False, "no_repeats")


def test_one_outcome_has_nothing_to_compare(warehouse: duckdb.DuckDBPyConnection) -> None:
    _ruled(warehouse, "w", 50, "buyer_wins", "null")
    run_with_needs(warehouse, "marts.rulings_alike")
    assert _row(warehouse, "buyer") == (50, 10, 100, 10.0, None, None, False, "one_outcome")


def test_nothing_ruled(warehouse: duckdb.DuckDBPyConnection) -> None:
    run_with_needs(warehouse, "marts.rulings_alike")
    assert _row(warehouse, "buyer") == (0, 0, 0, None, None, None, False, "not_recorded")
