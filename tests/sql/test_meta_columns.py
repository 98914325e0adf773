"""meta.columns on a database worked out by hand."""

import polars as pl

from flows.warehouse import list_columns
from tests.builders import build_table, sql_warehouse
from transforms.registry import OUTPUT_TABLES

DECLARED = pl.DataFrame(
    {
        "table_schema": ["core", "core", "core"],
        "table_name": ["t", "t", "gone"],
        "column_name": ["id", "amount_cny", "id"],
        "unit": ["", "CNY", ""],
        "is_key": [True, False, True],
        "refers_to": ["core.s.id", "", ""],
        "description_en": ["Identifier", "Amount", "Nowhere"],
        "description_zh": ["编号", "金额", "无"],
        "values_en": ["", "", ""],
        "values_zh": ["", "", ""],
    }
)


def test_columns() -> None:
    with sql_warehouse(declared_columns=DECLARED) as connection:
        connection.execute("create table core.t (id varchar, age double, amount_cny decimal(12, 2))")
        connection.execute("create view marts.v as select id from core.t")
        connection.execute("create table main.aside (id int)")
        list_columns(connection)
        dictionary = build_table(connection, "meta.columns")
    # The dictionary describes itself as well.
    found = [row for row in dictionary if row["table_schema"] != "meta"]
    assert {row["column_name"] for row in dictionary if row["table_schema"] == "meta"} == set(dictionary[0])
    assert tuple(dictionary[0]) == OUTPUT_TABLES["meta.columns"].column_names
    # Tables and views of the three schemas, in order of their columns; a declared table that is not there is not shown.
    places = [(row["table_schema"], row["table_name"], row["position"], row["column_name"]) for row in found]
    assert places == [
        ("core", "t", 1, "id"),
        ("core", "t", 2, "age"),
        ("core", "t", 3, "amount_cny"),
        ("marts", "v", 1, "id"),
    ]
    assert [(row["unit"], row["is_key"], row["description_zh"]) for row in found[:3]] == [
        ("", True, "编号"),
        ("", False, "配置档的附加因素"),
        ("CNY", False, "金额"),
    ]
    assert [row["refers_to"] for row in found] == ["core.s.id", "", "", ""]
    assert [row["data_type"] for row in found] == ["VARCHAR", "DOUBLE", "DECIMAL(12,2)", "VARCHAR"]
