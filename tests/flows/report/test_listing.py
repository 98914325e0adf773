"""Each number lists its disputes: every statement of the page runs and lists as many as the tables count."""

from collections.abc import Iterator

import duckdb
import pytest

from flows.report.blocks import Page
from flows.report.claims import claim_list
from flows.report.data import ReportData
from flows.report.listing import of_fact, of_group, of_level
from tests.conftest import Built
from tests.flows.report.blocks import statements, tables
from transforms.registry.facts import has_kind


@pytest.fixture(scope="module")
def connection(release: Built, data: ReportData) -> Iterator[duckdb.DuckDBPyConnection]:
    # read before, because one process opens a file in one way at a time
    assert data.run is not None
    with duckdb.connect(str(release.result.database), read_only=True) as opened:
        yield opened


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    ((n,),) = connection.execute(f"select count(*) from ({sql})").fetchall()
    return int(n)


def test_every_statement_of_the_page_runs(connection: duckdb.DuckDBPyConnection, page: Page) -> None:
    offered = statements(page)
    assert len(offered) > 100
    for sql in offered:
        assert connection.execute(sql).description, sql


def test_tables_of_numbers_offer_a_statement_for_each_row(page: Page) -> None:
    offered = [table for table in tables(page) if table.lists]
    assert all(len(table.lists) == len(table.rows) for table in offered)
    assert {"Who wins, by category", "How disputes ended, by claim, those without a ruling included"} <= {
        table.caption.en for table in offered
    }


@pytest.mark.parametrize(("table", "only_ruled"), [("outcome_rates", True), ("closure_rates", False)])
def test_a_group_lists_as_many_disputes_as_it_counts(
    connection: duckdb.DuckDBPyConnection, table: str, only_ruled: bool
) -> None:
    sql = f"select distinct slice, value, n_total from marts.{table}"
    for slice_name, value, n in connection.execute(sql).fetchall():
        assert _count(connection, of_group(slice_name, value, only_ruled=only_ruled)) == n, (slice_name, value)


def test_a_level_lists_as_many_disputes_as_it_counts(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute("select distinct factor, level, n_total from marts.factor_outcomes").fetchall()
    assert rows
    for factor, level, n in rows:
        assert _count(connection, of_level(factor, level)) == n, (factor, level)


def test_a_claim_lists_as_many_disputes_as_it_counts(connection: duckdb.DuckDBPyConnection, data: ReportData) -> None:
    counted = {finding.claim_id: finding for finding in data.estimates.findings if finding.n}
    assert len(counted) > 30
    for name, finding in counted.items():
        assert _count(connection, claim_list(data, finding)) == finding.n, name


def test_a_kind_of_evidence_lists_as_many_disputes_as_it_counts(
    connection: duckdb.DuckDBPyConnection, data: ReportData
) -> None:
    for row in data.estimates.evidence_kinds:
        fact = has_kind(row.party, row.name)
        assert _count(connection, of_fact(fact)) == row.n
        assert _count(connection, f"from ({of_fact(fact)}) where {fact}") == row.n_with
