"""core.messages on rows worked out by hand."""

import polars as pl

from tests.builders import build_table, sql_warehouse, staged_frame
from transforms.registry import OUTPUT_TABLES

ACTS = ("insult", "threat", "demand", "refusal", "stalling", "courtesy", "apology", "offer", "cooperation")


def test_messages() -> None:
    none = dict.fromkeys(ACTS, False)
    rows = [
        {"message_id": "2", "dispute_id": "b", "sender": "seller", "text": "抱歉，马上退款", "counted": True,
         "hostility": 0.0, "civility": 0.5, **none, "apology": True, "offer": True, "__file": "f", "__row": 3},
        {"message_id": "1", "dispute_id": "a", "sender": "buyer", "text": "骗子", "counted": False, "hostility": 0.75,
         "civility": 0.0, **none, "insult": True, "__file": "f", "__row": 4},
    ]  # fmt: skip
    acts = dict.fromkeys((*ACTS, "counted"), pl.Boolean())
    frame = staged_frame("messages", rows, **acts, hostility=pl.Float64(), civility=pl.Float64())
    with sql_warehouse(messages=frame) as connection:
        found = build_table(connection, "core.messages")
    # In the order in which they are filed, not sorted.
    assert [row["message_id"] for row in found] == ["2", "1"]
    assert tuple(found[0]) == OUTPUT_TABLES["core.messages"].column_names
    assert [[act for act in ACTS if row[act]] for row in found] == [["apology", "offer"], ["insult"]]
    assert [(row["hostility"], row["civility"], row["counted"], row["source_row"]) for row in found] == [
        (0.0, 0.5, True, 3),
        (0.75, 0.0, False, 4),
    ]
