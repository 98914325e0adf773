"""The table at the end of a run: what became of each file, in 80 columns."""

from pathlib import Path

import polars as pl
import pytest

from flows.accounts import reasons_by_file
from flows.tables import files_table
from tests.builders import csv_text, disputes_csv, messages_csv, remember, stage

GOOD = ("d1", "2026-01-05", "partial")
FILES: dict[str, str | bytes] = {
    "六月/disputes.csv": disputes_csv(GOOD, GOOD, ("d2", "soon", "partial"), ("d3", "later", "partial"))
    + "d4,2026-01-05,won\nd5\n,2026-01-05,partial\nd7,,partial\n",
    "六月/messages-with-a-very-long-name-that-somebody-gave-it-0001.csv": messages_csv(("m1", "d9", "buyer", "好")),
    "六月/disputes-again.csv": csv_text(
        ("dispute_id", "opened_at", "outcome", "region"), [(*GOOD[:2], "buyer_wins", "x")]
    ),
    "六月/notes.txt": "[bold]x",
}


@pytest.mark.parametrize(("columns", "widest"), [("80", 80), ("40", 80), ("200", 140)])
def test_files_and_why_rows_were_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: str, widest: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    remember(stage(tmp_path, FILES), "r1")
    staged = stage(tmp_path, {"七月/disputes.csv": FILES["六月/disputes.csv"]})
    text = files_table(staged.books.files, reasons_by_file(staged.resolved, staged.books))
    assert max(pl.Series(text.splitlines()).str.len_chars().to_list()) <= widest
    flat = "".join(line.split("│")[-2].replace(" ", "") for line in text.splitlines() if "│" in line)
    for said in (
        "2typeopened_at",
        "1enumerationoutcome",
        "2morereasons",
        "1duplicates",
        "1referencedispute_id",
        "regionismissing",
    ):
        assert said in flat, (said, text)
    assert "thesamecontentwasloadedbefore" in flat
    assert "notablebeginswithnotes" in flat
