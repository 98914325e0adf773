"""marts.outcome_rates and marts.closure_rates on fixtures worked out by hand."""

from decimal import Decimal

import duckdb
import numpy as np
import polars as pl
import pytest

from tests.builders import run_with_needs
from transforms.statistics.reference import sql_parameters

TOLERANCE = 1e-6

# seller, outcome, category, ruled_at (UTC); claim and decided_by are not recorded
DISPUTES = [
    ("A", "buyer_wins", "luxury", "2025-01-31 17:00"),
    ("A", "buyer_wins", "luxury", "2025-01-31 15:00"),
    ("A", "seller_wins", "luxury", "2025-01-02 00:00"),
    ("B", "seller_wins", "apparel", "2025-01-02 00:00"),
    ("B", "seller_wins", "apparel", "2025-01-02 00:00"),
    ("B", "seller_wins", None, "2025-01-02 00:00"),
    (None, "buyer_wins", "apparel", "2025-01-02 00:00"),
    (None, "partial", "apparel", "2025-01-02 00:00"),
    ("A", "settled", "luxury", "2025-03-02 00:00"),
    ("A", None, "luxury", None),
]


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema core; create schema marts")
    connection.execute("set timezone = 'UTC'")
    connection.execute(
        """
        create table core.disputes (
            dispute_id varchar, seller_id varchar, outcome varchar, category varchar, claim varchar,
            decided_by varchar, opened_at timestamptz, ruled_at timestamptz, is_ruled boolean,
            claimed_cny decimal(12, 2), refunded_cny decimal(12, 2)
        )
        """
    )
    return connection


def _fill(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = [
        (str(place), seller, outcome, category, None, None, "2025-02-28 16:00", ruled_at,
         outcome in {"seller_wins", "partial", "buyer_wins"}, f"{place}.25", None if place < 6 else "0.05")
        for place, (seller, outcome, category, ruled_at) in enumerate(DISPUTES)
    ]  # fmt: skip
    warehouse.executemany("insert into core.disputes values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _build(warehouse: duckdb.DuckDBPyConnection, table: str) -> None:
    run_with_needs(warehouse, f"marts.{table}", **sql_parameters())


def _row(warehouse: duckdb.DuckDBPyConnection, table: str, *key: str) -> tuple[object, ...]:
    query = f"""
        select * exclude (slice, value, outcome, claimed_cny, refunded_cny)
        from marts.{table}
        where (slice, value, outcome) = (?, ?, ?)
    """
    rows = warehouse.execute(query, list(key)).fetchall()
    assert len(rows) == 1
    return tuple(rows[0])


def test_share_and_interval_by_hand(warehouse: duckdb.DuckDBPyConnection) -> None:
    _fill(warehouse)
    _build(warehouse, "outcome_rates")
    # buyer_wins: 3 of 8 = 0.375. Clusters: A 2 of 3, B 0 of 3, and two disputes without a seller, 1 of 1 and 0 of 1.
    # Leaving one out: A ((2 − 9/8) / (1 − 3/8))² = 1.96, B ((0 − 9/8) / (5/8))² = 3.24, the two others
    # ((1 − 3/8) / (7/8))² = 25/49 and ((0 − 3/8) / (7/8))² = 9/49; together 5.893878.
    # Design effect 3/4 · 5.893878 / (8 · 0.375 · 0.625) = 2.357551; n effective 8 / 2.357551 = 3.393352.
    # Mean cluster size (9 + 9 + 1 + 1) / 8 = 2.5, so 3.2 sellers' worth: ⌊3.2⌋ − 1 = 2 degrees of freedom,
    # t = 4.302653.
    # Wilson: centre (0.375 + 18.512821 / 6.786704) / (1 + 18.512821 / 3.393352) = 0.480636, half width
    # 4.302653 / 6.455615 · √(0.234375 / 3.393352 + 18.512821 / (4 · 11.514838)) = 0.457415.
    row = _row(warehouse, "outcome_rates", "all", "all", "buyer_wins")
    assert row[:3] == (3, 8, 4)
    assert row[3:5] == pytest.approx((3.393352, 0.375), abs=TOLERANCE)
    assert row[5:7] == pytest.approx((0.480636 - 0.457415, 0.480636 + 0.457415), abs=5e-6)
    assert row[7] == "few_clusters"


def test_one_seller_borrows_the_likeness_of_all(warehouse: duckdb.DuckDBPyConnection) -> None:
    _fill(warehouse)
    _build(warehouse, "outcome_rates")
    # luxury is A alone: 2 of 3. Likeness over all (2.357551 − 1) / (2.5 − 1) = 0.905034; 1 + 0.905034 · (3 − 1)
    # = 2.810068 is the design effect, 3 / 2.810068 = 1.067590 the effective n.
    row = _row(warehouse, "outcome_rates", "category", "luxury", "buyer_wins")
    assert row[:3] == (2, 3, 1)
    assert row[3:5] == pytest.approx((1.067590, 2 / 3), abs=TOLERANCE)
    assert row[7] == "one_cluster"


def test_an_outcome_that_does_not_occur_has_an_honest_row(warehouse: duckdb.DuckDBPyConnection) -> None:
    _fill(warehouse)
    _build(warehouse, "outcome_rates")
    # none of the three of luxury was partial: the interval begins at 0 and does not end there
    n, n_total, _, n_effective, share, low, high, _ = _row(warehouse, "outcome_rates", "category", "luxury", "partial")
    assert (n, n_total, share, low) == (0, 3, 0.0, 0.0)
    assert isinstance(high, float)
    assert isinstance(n_effective, float)
    assert 0.5 < high <= 1
    assert 1 <= n_effective <= 3


def test_an_outcome_that_never_occurs_has_the_likeness_of_those_that_do(warehouse: duckdb.DuckDBPyConnection) -> None:
    _fill(warehouse)
    warehouse.execute("update core.disputes set outcome = 'seller_wins' where outcome = 'partial'")
    _build(warehouse, "outcome_rates")
    # buyer_wins and seller_wins as by hand above: likeness 0.905034, so design effect 1 + 0.905034 · 1.5 = 2.357551
    n, n_total, _, n_effective, *_ = _row(warehouse, "outcome_rates", "all", "all", "partial")
    assert (n, n_total) == (0, 8)
    assert n_effective == pytest.approx(3.393352, abs=TOLERANCE)


def test_slices(warehouse: duckdb.DuckDBPyConnection) -> None:
    _fill(warehouse)
    _build(warehouse, "outcome_rates")
    groups = warehouse.execute(
        "select slice, value, any_value(n_total), sum(n) from marts.outcome_rates group by all order by all"
    ).fetchall()
    # 17:00 on 31 January in UTC is 1 February in Shanghai
    assert groups == [
        ("all", "all", 8, 8),
        ("category", "apparel", 4, 4), ("category", "luxury", 3, 3), ("category", "not_recorded", 1, 1),
        ("claim", "not_recorded", 8, 8), ("decided_by", "not_recorded", 8, 8),
        ("month", "2025-01", 7, 7), ("month", "2025-02", 1, 1),
    ]  # fmt: skip


def test_without_sellers_the_interval_is_plain_wilson(warehouse: duckdb.DuckDBPyConnection) -> None:
    _fill(warehouse)
    warehouse.execute("update core.disputes set seller_id = null")
    _build(warehouse, "outcome_rates")
    # 3 of 8, z² = 3.841459: centre (0.375 + 0.240091) / 1.480182 = 0.415551,
    # half width 1.959964 / 1.480182 · √(0.234375 / 8 + 3.841459 / 256) = 0.278707
    row = _row(warehouse, "outcome_rates", "all", "all", "buyer_wins")
    assert row[2:5] == (8, 8.0, 0.375)
    assert row[5:7] == pytest.approx((0.415551 - 0.278707, 0.415551 + 0.278707), abs=TOLERANCE * 2)
    assert row[7] == "not_clustered"


def test_one_seller_in_all_says_next_to_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    _fill(warehouse)
    warehouse.execute("update core.disputes set seller_id = 'A'")
    _build(warehouse, "outcome_rates")
    # nothing tells how alike a seller's rulings are, so they count as one ruling
    row = _row(warehouse, "outcome_rates", "all", "all", "buyer_wins")
    assert row[2:4] == (1, 1.0)
    assert row[7] == "one_cluster"


def test_nothing_ruled_is_said(warehouse: duckdb.DuckDBPyConnection) -> None:
    _build(warehouse, "outcome_rates")
    rows = warehouse.execute("select * from marts.outcome_rates").fetchall()
    assert rows == [
        ("all", "all", outcome, 0, 0, 0, 0.0, None, None, None, "nothing_ruled", None, None)
        for outcome in ("seller_wins", "partial", "buyer_wins")
    ]


def test_closures_count_all_disputes(warehouse: duckdb.DuckDBPyConnection) -> None:
    _fill(warehouse)
    _build(warehouse, "closure_rates")
    counts = warehouse.execute("select outcome, n, n_total from marts.closure_rates where slice = 'all'").fetchall()
    assert counts == [
        ("seller_wins", 4, 10), ("partial", 1, 10), ("buyer_wins", 3, 10), ("settled", 1, 10),
        ("withdrawn", 0, 10), ("expired", 0, 10), ("open", 1, 10),
    ]  # fmt: skip
    # the open one by its opening, 16:00 on 28 February in UTC: March in Shanghai
    assert _row(warehouse, "closure_rates", "month", "2025-03", "open")[:2] == (1, 2)


def test_money_is_summed_by_outcome(warehouse: duckdb.DuckDBPyConnection) -> None:
    _fill(warehouse)
    _build(warehouse, "outcome_rates")
    _build(warehouse, "closure_rates")
    # Claimed is the place in DISPUTES and 25 fen; refunded is recorded from place 6 on, 5 fen each.
    # buyer_wins are places 0, 1, 6; seller_wins 2 to 5; partial 7; settled 8; open 9.
    query = "select outcome, claimed_cny, refunded_cny from marts.{} where slice = 'all'"
    ruled = warehouse.execute(query.format("outcome_rates")).fetchall()
    assert ruled == [
        ("seller_wins", Decimal("15.00"), None),
        ("partial", Decimal("7.25"), Decimal("0.05")),
        ("buyer_wins", Decimal("7.75"), Decimal("0.05")),
    ]
    ended = warehouse.execute(query.format("closure_rates")).fetchall()
    nothing = [("withdrawn", None, None), ("expired", None, None)]
    assert ended == [
        *ruled, ("settled", Decimal("8.25"), Decimal("0.05")), *nothing, ("open", Decimal("9.25"), Decimal("0.05")),
    ]  # fmt: skip
    # Of luxury, places 0 and 1 were won by the buyer.
    luxury = "select claimed_cny from marts.outcome_rates where (value, outcome) = ('luxury', 'buyer_wins')"
    assert warehouse.execute(luxury).fetchall() == [(Decimal("1.50"),)]


def test_no_dispute_at_all_is_said(warehouse: duckdb.DuckDBPyConnection) -> None:
    _build(warehouse, "closure_rates")
    assert warehouse.execute("select distinct status from marts.closure_rates").fetchall() == [("no_disputes",)]


def test_intervals_cover_when_sellers_come_back(warehouse: duckdb.DuckDBPyConnection) -> None:
    # 400 worlds, one per category: 80 sellers, few big and many small, whose rulings are alike (design effect about 5)
    rng = np.random.default_rng(7)
    n_worlds, n_sellers = 400, 80
    sizes = np.minimum((rng.pareto(1.6, n_worlds * n_sellers) * 4).astype(np.int64) + 1, 50)
    wins = 1 / (1 + np.exp(-rng.normal(size=n_worlds * n_sellers) * 1.2))
    seller = np.repeat(np.arange(n_worlds * n_sellers), sizes)
    simulated = pl.DataFrame(
        {
            "dispute_id": np.arange(seller.size).astype(str),
            "seller_id": seller.astype(str),
            "outcome": np.where(rng.random(seller.size) < wins[seller], "buyer_wins", "seller_wins"),
            "category": (seller // n_sellers).astype(str),
        }
    )
    warehouse.register("simulated", simulated.to_arrow())
    warehouse.execute("insert into core.disputes by name select *, true as is_ruled from simulated")
    _build(warehouse, "outcome_rates")
    found = warehouse.execute(
        """
        select avg((0.5 between ci_low and ci_high)::int), avg(n_total / n_effective)
        from marts.outcome_rates
        where slice = 'category' and outcome = 'buyer_wins'
        """
    ).fetchone()
    assert found is not None
    coverage, design_effect = found
    assert 4 < design_effect < 7
    # of 400 at 95 %, between 372 and 390 in 99 of 100 simulations
    assert 0.925 < coverage < 0.98
