"""meta.files on rows worked out by hand."""

import polars as pl

from tests.builders import build_table, sql_warehouse
from transforms.registry import OUTPUT_TABLES

#        delivery, file_id, file,           table,      status,             in, quarantined, duplicates, superseded
FILES = [
    (0, "f1", "a/disputes.csv", "disputes", "loaded", 5, 1, 1, 1),
    (1, "f2", "a/messages.csv", "messages", "loaded", 3, 0, 0, 0),
    (2, "f3", "a/evidence.csv", "evidence", "loaded", 0, 0, 0, 0),
    (3, "f1", "b/disputes.csv", "disputes", "delivered_before", 5, 0, 5, 0),
    (4, "", "b/notes.pdf", "", "ignored", 0, 0, 0, 0),
]
# In the tables there are two disputes of f1 and three messages of f2.
LOADED = {"disputes": ["f1", "f1"], "messages": ["f2", "f2", "f2"], "evidence": [], "violations": [], "reputation": []}


def test_files() -> None:
    declared = OUTPUT_TABLES["meta.files"].polars_schema
    del declared["loaded"]
    schema = {"delivery": pl.Int64(), **declared}
    names = (
        "delivery",
        "file_id",
        "file",
        "table_name",
        "status",
        "rows_in",
        "quarantined",
        "duplicates",
        "superseded",
    )
    rows = [dict(zip(names, row, strict=True)) for row in FILES]
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    with sql_warehouse(files=frame) as connection:
        for table, files in LOADED.items():
            connection.execute(
                f"create table core.{table} as select unnest($files)::varchar as file_id", {"files": files}
            )
        found = build_table(connection, "meta.files")
    assert tuple(found[0]) == OUTPUT_TABLES["meta.files"].column_names
    # In order of delivery; what a second delivery of f1 brought is not loaded again.
    assert [(row["file"], row["loaded"]) for row in found] == [
        ("a/disputes.csv", 2),
        ("a/messages.csv", 3),
        ("a/evidence.csv", 0),
        ("b/disputes.csv", 0),
        ("b/notes.pdf", 0),
    ]
    # 5 = 2 + 1 + 1 + 1, 3 = 3, 0 = 0, 5 = 5, 0 = 0
    assert all(
        row["rows_in"] == row["loaded"] + row["quarantined"] + row["duplicates"] + row["superseded"] for row in found
    )
