"""The registry by itself, against sql/, and against a database that was built."""

from collections import Counter

import pytest

from flows.sql_runner import read_sql_files
from sql import FOLDER
from tests.builders import ask
from tests.conftest import Built
from transforms.registry import INPUT_TABLES, OUTPUT_TABLES, Column, Kind, Table, output_table

TABLES = (*INPUT_TABLES.values(), *OUTPUT_TABLES.values())
COLUMNS = [
    pytest.param(table, column, id=f"{table.full_name}.{column.name}") for table in TABLES for column in table.columns
]


def _has_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_table_names_are_unique() -> None:
    assert not [name for name, count in Counter(table.full_name for table in TABLES).items() if count > 1]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.full_name)
def test_column_names_are_unique_within_a_table(table: Table) -> None:
    names = [column.name for column in table.columns]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.full_name)
def test_every_table_is_named_in_both_languages(table: Table) -> None:
    assert table.label.en
    assert not _has_chinese(table.label.en)
    assert _has_chinese(table.label.zh)


def test_every_column_is_described_in_both_languages() -> None:
    faulty = [
        f"{table.full_name}.{column.name}"
        for table in TABLES
        for column in table.columns
        if not column.label.en or _has_chinese(column.label.en) or not column.label.zh
    ]
    assert not faulty


def test_every_value_of_an_enumeration_is_labelled_in_both_languages() -> None:
    labels = [
        label for table in TABLES for column in table.columns if column.enumeration
        for label in column.enumeration.labels.values()
    ]  # fmt: skip
    assert labels
    assert all(label.en and label.zh for label in labels)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.full_name)
def test_keys_and_times_are_columns_of_their_table(table: Table) -> None:
    assert table.key
    assert {*table.key, *filter(None, [table.event_time])} <= set(table.column_names)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_column_has_an_enumeration_if_its_kind_says_so(table: Table, column: Column) -> None:
    assert (column.kind is Kind.ENUM) == (column.enumeration is not None), table.full_name


def test_the_same_name_has_the_same_kind_everywhere() -> None:
    kinds: dict[str, set[Kind]] = {}
    for table in TABLES:
        for column in table.columns:
            # An outcome is one of a closed set; where open disputes are counted too it is text. A sum of money takes
            # more digits.
            alike = {Kind.ENUM: Kind.TEXT, Kind.TOTAL: Kind.DECIMAL}
            kinds.setdefault(column.name, set()).add(alike.get(column.kind, column.kind))
    assert not {name: found for name, found in kinds.items() if len(found) > 1}


def test_chinese_labels_of_an_enumeration_stand_for_one_value_each() -> None:
    for table in INPUT_TABLES.values():
        for column in table.columns:
            if column.enumeration:
                labels = [label.zh for label in column.enumeration.labels.values()]
                assert len(labels) == len(set(labels)), column.name


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(KeyError):
        output_table("core.nothing")


def test_every_output_table_has_a_sql_file_and_the_other_way_round() -> None:
    files = {file.table for file in read_sql_files(FOLDER) if not file.table.startswith(("main.", "temp."))}
    assert files == set(OUTPUT_TABLES)


def test_the_database_has_the_declared_tables(release: Built) -> None:
    there = ask(release.result.database, "select table_schema || '.' || table_name from information_schema.tables")
    assert {name for (name,) in there} == set(OUTPUT_TABLES)


@pytest.mark.parametrize(
    "table", [table for table in OUTPUT_TABLES.values() if not table.is_open], ids=lambda t: t.full_name
)
def test_the_database_has_the_declared_columns_and_types(release: Built, table: Table) -> None:
    found = ask(
        release.result.database,
        f"select column_name, data_type from (describe {table.full_name}) as d(column_name, data_type, n, k, f, e)",
    )
    assert dict(found) == {column.name: column.kind.duckdb for column in table.columns}


def test_open_tables_begin_with_the_declared_columns(release: Built) -> None:
    for table in OUTPUT_TABLES.values():
        if table.is_open:
            found = [name for (name, *_) in ask(release.result.database, f"describe {table.full_name}")]
            assert tuple(found[: len(table.columns)]) == table.column_names, table.full_name


def test_the_data_dictionary_describes_every_column(release: Built) -> None:
    undescribed = ask(
        release.result.database,
        """
        select c.table_schema || '.' || c.table_name || '.' || c.column_name as name
        from information_schema.columns as c
        left join meta.columns as m using (table_schema, table_name, column_name)
        where coalesce(m.description_en, '') = '' or coalesce(m.description_zh, '') = ''
        order by name
        """,
    )
    assert not undescribed


def test_the_data_dictionary_calls_only_extra_factors_so(release: Built) -> None:
    # This release has no extra factors, so every column must have words of its own.
    odd = ask(
        release.result.database,
        """
        select distinct table_schema || '.' || table_name
        from meta.columns where description_en = 'Extra factor of a profile' order by all
        """,
    )
    assert not odd


def test_the_data_dictionary_says_what_the_registry_says(release: Built) -> None:
    said = ask(
        release.result.database,
        """
        select table_schema || '.' || table_name, column_name, description_en, description_zh, is_key
        from meta.columns
        """,
    )
    found = {(table, name): (en, zh, key) for table, name, en, zh, key in said}
    for table in OUTPUT_TABLES.values():
        for column in table.columns:
            expected = (column.label.en, column.label.zh, column.name in table.key)
            assert found[table.full_name, column.name] == expected


@pytest.mark.parametrize("table", OUTPUT_TABLES.values(), ids=lambda table: table.full_name)
def test_declared_keys_are_unique_and_never_null(release: Built, table: Table) -> None:
    key = ", ".join(table.key)
    (counts,) = ask(
        release.result.database,
        f"""
        select count(*), (select count(*) from (select distinct {key} from {table.full_name}))
        from {table.full_name}
        """,
    )
    assert counts[0] == counts[1]
    if table.full_name != "meta.quarantine":  # a malformed row has no column
        nulls = " or ".join(f"{name} is null" for name in table.key)
        assert ask(release.result.database, f"select count(*) from {table.full_name} where {nulls}") == [(0,)]
