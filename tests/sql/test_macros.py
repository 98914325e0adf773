"""Macros of the release, on tables small enough to work out by hand."""

from collections.abc import Iterator

import duckdb
import pytest
from scipy.stats import binomtest

from sql import FOLDER

TOLERANCE = 1e-12


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("create schema core; create schema marts")
        yield opened


def _make(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    connection.execute((FOLDER / "main" / f"{name}.sql").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("n", "k"), [(10, 3), (10, 0), (10, 10), (1, 1), (1234, 617)])
def test_win_rate_is_wilsons_interval(connection: duckdb.DuckDBPyConnection, n: int, k: int) -> None:
    _make(connection, "win_rate")
    ((rate,),) = connection.execute("select win_rate(?, ?)", [n, k]).fetchall()
    wilson = binomtest(k, n).proportion_ci(method="wilson")
    assert rate["share"] == k / n
    assert rate["ci_low"] == pytest.approx(wilson.low, abs=TOLERANCE)
    assert rate["ci_high"] == pytest.approx(wilson.high, abs=TOLERANCE)


def test_win_rate_is_a_row_too(connection: duckdb.DuckDBPyConnection) -> None:
    _make(connection, "win_rate")
    as_row = connection.execute("select share, ci_low, ci_high from win_rate(10, 3)").fetchall()
    ((as_struct,),) = connection.execute("select win_rate(10, 3)").fetchall()
    assert as_row == [tuple(as_struct.values())]


def test_the_rate_of_nothing_is_null(connection: duckdb.DuckDBPyConnection) -> None:
    _make(connection, "win_rate")
    ((rate,),) = connection.execute("select win_rate(0, 0).share").fetchall()
    assert rate is None


def test_outcomes_by_puts_a_group_in_a_row(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        create table marts.outcome_rates as
        from (values
            ('claim', 'b', 'seller_wins', 4, 2, 0.75, 0.5, 0.9, 'ok'),
            ('claim', 'b', 'buyer_wins', 4, 2, 0.25, 0.1, 0.5, 'ok'),
            ('claim', 'a', 'buyer_wins', 2, 1, 1.0, 0.3, 1.0, 'few_clusters'),
            ('all', 'all', 'buyer_wins', 6, 3, 0.5, 0.2, 0.8, 'ok')
        ) t(slice, value, outcome, n_total, n_clusters, share, ci_low, ci_high, status);
        alter table marts.outcome_rates alter share type double;
        alter table marts.outcome_rates alter ci_low type double;
        alter table marts.outcome_rates alter ci_high type double
        """
    )
    _make(connection, "outcomes_by")
    assert connection.execute("from outcomes_by('claim')").fetchall() == [
        ("a", 2, 1, None, None, 1.0, 0.3, 1.0, "few_clusters"),
        ("b", 4, 2, 0.75, None, 0.25, 0.1, 0.5, "ok"),
    ]


def test_factor_levels_begin_with_the_lowest(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        create table marts.factor_outcomes as
        from (values
            ('tone', '2', 0.5, 1.0, 'buyer_wins', 3, 0.6, 0.2, 0.9),
            ('tone', '1', 0.0, 0.4, 'buyer_wins', 3, 0.3, 0.1, 0.7),
            ('tone', '1', 0.0, 0.4, 'seller_wins', 3, 0.7, 0.3, 0.9),
            ('tone', 'not_recorded', null, null, 'buyer_wins', 1, 0.0, 0.0, 0.8),
            ('rules', '1', 0.0, 0.4, 'buyer_wins', 3, 0.4, 0.1, 0.8)
        ) t(factor, level, level_low, level_high, outcome, n_total, share, ci_low, ci_high);
        alter table marts.factor_outcomes alter share type double
        """
    )
    _make(connection, "factor_levels")
    rows = connection.execute("select level, n, seller_wins, buyer_wins from factor_levels('tone')").fetchall()
    assert rows == [("1", 3, 0.7, 0.3), ("2", 3, None, 0.6), ("not_recorded", 1, None, 0.0)]


def test_like_cases_share_category_claim_and_levels(connection: duckdb.DuckDBPyConnection) -> None:
    # d2 is like d1; d3 differs in a level, d4 in its category; d5 and d6 are alike in having no category.
    connection.execute(
        """
        create table core.disputes as
        from (values ('d1', 1, 'luxury'), ('d2', 2, 'luxury'), ('d3', 3, 'luxury'), ('d4', 4, 'beauty'),
            ('d5', 5, null), ('d6', 6, null)) t(dispute_id, ruled_at, category);
        alter table core.disputes add column claim varchar default 'counterfeit';
        alter table core.disputes add column outcome varchar default 'partial';
        alter table core.disputes add column refund_ratio double;
        alter table core.disputes add column decided_by varchar;
        alter table core.disputes add column decider_id varchar;
        create table core.factor_levels as
        select dispute_id, if(dispute_id = 'd3', 2, 1) as evidence, 1 as rules, 0 as tone, 3 as reputation
        from core.disputes
        """
    )
    _make(connection, "like_cases")
    assert connection.execute("select dispute_id from like_cases('d1')").fetchall() == [("d2",)]
    assert connection.execute("select dispute_id from like_cases('d6')").fetchall() == [("d5",)]
    assert connection.execute("select dispute_id from like_cases('nobody')").fetchall() == []


def test_score_of_lists_the_weightiest_part_first(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        create table core.score_parts as
        from (values ('d1', 'buyer', 'tone', 'base', 0.5), ('d1', 'buyer', 'tone', 'insult', -0.7),
            ('d2', 'buyer', 'tone', 'base', 0.5)) t(dispute_id, party, factor, part, points)
        """
    )
    _make(connection, "score_of")
    assert connection.execute("select part from score_of('d1')").fetchall() == [("insult",), ("base",)]


DISPUTES = """
    create table core.disputes as
    from (values
        ('D1', 'buyer_wins', true, 'luxury', null, 'agent', null, timestamptz '2026-01-31 17:00+00', 10, 10, 1.0),
        ('D2', 'settled', false, 'luxury', null, null, timestamptz '2026-01-05 00:00+00', null, 10, 5, 0.5),
        ('D3', 'partial', true, null, null, 'jury', null, timestamptz '2026-01-31 15:00+00', 10, 5, 0.5)
    ) t(dispute_id, outcome, is_ruled, category, claim, decided_by, opened_at, ruled_at, claimed_cny, refunded_cny,
        refund_ratio)
"""


@pytest.mark.parametrize(
    ("grouping", "value", "found"),
    [
        ("all", "all", ["D1", "D2", "D3"]),
        ("category", "luxury", ["D1", "D2"]),
        ("category", "not_recorded", ["D3"]),
        # in Shanghai an hour after midnight of 1 February, and an hour before it; without a ruling the opening counts
        ("month", "2026-02", ["D1"]),
        ("month", "2026-01", ["D2", "D3"]),
        ("decided_by", "jury", ["D3"]),
    ],
)
def test_disputes_in_a_group(
    connection: duckdb.DuckDBPyConnection, grouping: str, value: str, found: list[str]
) -> None:
    connection.execute(DISPUTES)
    _make(connection, "disputes_in")
    rows = connection.execute("select dispute_id from disputes_in(?, ?)", [grouping, value]).fetchall()
    assert [name for (name,) in rows] == found


def test_disputes_at_a_level(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(DISPUTES)
    connection.execute(
        """
        create table core.factor_levels as
        from (values ('D1', 1::usmallint, 0::usmallint), ('D2', 1::usmallint, 1::usmallint),
            ('D3', 2::usmallint, 1::usmallint)) t(dispute_id, tone, "two words");
        create table core.factor_level_bounds as
        from (values ('tone', 1, '1'), ('tone', 2, '2'), ('two words', 0, 'not_recorded'), ('two words', 1, 'a'))
            t(factor, code, level)
        """
    )
    _make(connection, "disputes_at")
    # D2 is not ruled
    for factor, level, found in (
        ("tone", "1", ["D1"]),
        ("two words", "a", ["D3"]),
        ("two words", "not_recorded", ["D1"]),
    ):
        rows = connection.execute("select dispute_id from disputes_at(?, ?)", [factor, level]).fetchall()
        assert [name for (name,) in rows] == found


def test_the_sheet_has_scores_and_facts_beside_the_dispute(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        create table core.disputes as from (values ('D1', 'r1', 'f1', 7, true))
            t(dispute_id, run_id, file_id, source_row, is_ruled);
        create table core.factor_scores as from (values ('D1', 0.5)) t(dispute_id, buyer_tone);
        create table core.dispute_facts as from (values ('D0', true)) t(dispute_id, buyer_has_photo)
        """
    )
    _make(connection, "dispute_sheet")
    found = connection.execute("from dispute_sheet()")
    assert [column[0] for column in found.description or ()] == [
        "dispute_id", "is_ruled", "buyer_tone", "buyer_has_photo",
    ]  # fmt: skip
    assert [(row[0], row[1], float(row[2]), row[3]) for row in found.fetchall()] == [("D1", True, 0.5, None)]
