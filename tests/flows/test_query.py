"""Asking the release in force: any question, no change, no other file."""

import csv
import io
import json
from pathlib import Path

import pytest

from flows.errors import RunError, UsageError
from flows.query import SavedQuery, list_queries, run_query, saved_queries
from flows.settings import Layout
from tests.builders import ask
from tests.conftest import Built


@pytest.fixture
def layout(release: Built) -> Layout:
    return Layout(release.data)


def test_a_question_in_every_form(layout: Layout) -> None:
    sql = "select dispute_id, is_ruled from core.disputes where dispute_id in ('h1', 'h4') order by 1"
    assert json.loads(run_query(layout, sql, "json")) == [
        {"dispute_id": "h1", "is_ruled": True},
        {"dispute_id": "h4", "is_ruled": True},
    ]
    assert run_query(layout, sql, "csv").splitlines() == ["dispute_id,is_ruled", "h1,True", "h4,True"]
    assert "h4" in run_query(layout, sql, "table")


def test_times_are_shown_as_in_china(layout: Layout) -> None:
    (row,) = json.loads(run_query(layout, "select opened_at from core.disputes where dispute_id = 'h1'", "json"))
    assert row["opened_at"].startswith("2026-01-01 00:00:00")


def test_values_that_need_quotes_in_csv(layout: Layout) -> None:
    text = run_query(layout, "select 'a,\"b\"' as x, '二\n三' as y, null as z", "csv")
    assert list(csv.reader(io.StringIO(text))) == [["x", "y", "z"], ['a,"b"', "二\n三", ""]]


def test_json_has_no_words_that_are_not_json(layout: Layout) -> None:
    text = run_query(
        layout,
        "select 'nan'::double as a, 'inf'::double as b, 1.50::decimal(4, 2) as c, null as d, [1, 2] as e",
        "json",
    )

    def refuse(word: str) -> float:
        raise AssertionError(word)

    (row,) = json.loads(text, parse_constant=refuse)
    assert (row["c"], row["d"], row["e"]) == (1.5, None, [1, 2])


@pytest.mark.parametrize(
    "sql",
    [
        "create table core.mine (a int)",
        "create or replace view core.disputes as select 1",
        "insert into meta.runs (run_id) values ('mine')",
        "update core.disputes set outcome = 'partial'",
        "delete from core.disputes",
        "drop table core.disputes",
        "alter table core.disputes add column mine int",
        "comment on table core.disputes is 'mine'",
        "select 1; delete from core.disputes",
    ],
)
def test_nothing_can_be_changed(layout: Layout, sql: str) -> None:
    before = layout.database.read_bytes()
    with pytest.raises(UsageError, match="the statement cannot be carried out"):
        run_query(layout, sql, "table")
    assert layout.database.read_bytes() == before


@pytest.mark.parametrize(
    "sql",
    [
        "from '{file}'",
        "select * from read_csv('{file}')",
        "select * from read_text('{file}')",
        "select * from read_blob('{file}')",
        "select * from read_parquet('{file}')",
        "select * from glob('{folder}/*')",
        "copy core.disputes to '{folder}/out.csv'",
        "copy (select 1) to '{folder}/out.parquet' (format parquet)",
        "export database '{folder}/out'",
        "attach '{folder}/out.duckdb' as mine",
        "install httpfs",
        "load '{file}'",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set temp_directory = '{folder}'",
        "set enable_external_access = true; from '{file}'",
    ],
)
@pytest.mark.parametrize("output", ["table", "json"])
def test_no_other_file_can_be_read_or_written(layout: Layout, tmp_path: Path, sql: str, output: str) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("word\nswordfish\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        run_query(layout, sql.format(file=file, folder=tmp_path), output)
    assert "swordfish" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


@pytest.mark.parametrize(
    "sql", ["select", "from core.nothing", "select no_column from core.disputes", "select cast('a' as int)"]
)
def test_a_wrong_statement_is_wrong_usage(layout: Layout, sql: str) -> None:
    for output in ("table", "csv", "json"):
        with pytest.raises(UsageError, match="the statement cannot be carried out"):
            run_query(layout, sql, output)


def test_no_release_yet(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"there is no release in .* yet; run: rulings run"):
        run_query(Layout(tmp_path), "select 1", "table")


def test_statements_without_rows(layout: Layout) -> None:
    assert run_query(layout, "-- nothing but a remark", "table") == "done; no rows"
    assert json.loads(run_query(layout, "select 1 as a where false", "json")) == []
    assert run_query(layout, "select 1 as a where false", "csv") == "a"


def test_a_saved_query_goes_by_its_name(layout: Layout) -> None:
    rows = json.loads(run_query(layout, "money", "json"))
    assert {"outcome", "n", "claimed_cny"} <= set(rows[0])
    assert sum(row["n"] for row in rows) == ask(layout.database, "select count(*) from core.disputes")[0][0]


def test_a_name_that_is_none_gets_the_closest_ones(layout: Layout) -> None:
    with pytest.raises(UsageError, match="who-wins"):
        run_query(layout, "who-win", "table")


def test_markdown_keeps_its_columns(layout: Layout) -> None:
    assert (
        run_query(layout, "select 'a|b\nc' as x, null as y", "markdown") == "| x | y |\n| --- | --- |\n| a\\|b c |  |"
    )


def test_a_statement_that_takes_too_long_is_given_up(layout: Layout) -> None:
    endless = "select count(*) from range(1000000000) a, range(1000000000) b where a.range * b.range % 7 = 3"
    with pytest.raises(UsageError, match=r"longer than 0\.3 s"):
        run_query(layout, endless, "table", seconds=0.3)


@pytest.mark.parametrize("query", saved_queries(), ids=lambda query: query.name)
def test_every_saved_query_answers_and_says_what_to_look_at(layout: Layout, query: SavedQuery) -> None:
    assert query.question_en.endswith("?")
    assert query.question_zh.endswith("？")
    assert query.look_at_en.startswith("Look at ")
    assert query.look_at_zh.startswith("看：")
    header, *_ = run_query(layout, query.name, "csv").splitlines()
    assert "," in header


def test_the_list_names_every_saved_query() -> None:
    text = list_queries()
    assert all(query.name in text and query.question_zh in text for query in saved_queries())
