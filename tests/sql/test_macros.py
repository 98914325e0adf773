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
