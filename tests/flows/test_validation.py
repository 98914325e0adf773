"""What validation finds does not depend on where the tables are checked."""

from dataclasses import replace
from pathlib import Path

import pytest

from expectations import disputes, messages
from flows import validation
from flows.executor import DASK
from flows.validation import validate_staged
from tests.builders import deliver, disputes_csv, messages_csv, stage
from tests.flows.elsewhere import Elsewhere

FIRST = {
    "a/disputes.csv": disputes_csv(("d1", "2026-01-05", "partial"), ("d2", "2099-01-06", "buyer_wins")),
    "a/messages.csv": messages_csv(("m1", "d1", "buyer", "请尽快处理")),
}
SECOND = {"b/disputes.csv": disputes_csv(("d1", "2026-01-05", "seller_wins"))}


def test_tables_checked_each_by_itself_give_the_same_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(tmp_path / "inbox", FIRST)
    staged = stage(tmp_path, SECOND)
    settings, work = staged.settings, staged.settings.layout.work
    monkeypatch.setattr(validation, "EXPORT_SUITES", (messages.SUITE, disputes.SUITE))
    together = validate_staged(staged.resolved, staged.books, settings, work)
    monkeypatch.setattr(validation, "executor_of", lambda *_: Elsewhere())
    on_dask = replace(settings, executor=DASK)
    assert validate_staged(staged.resolved, staged.books, on_dask, work) == together
    assert {one.table_name for one in together} == {"disputes", "messages"}
    # Rows that left force were handed over by a file, and spilling left nothing behind.
    assert [path.name for path in (work / "validate").iterdir()] == ["excluded-disputes.parquet"]
    assert not list(work.glob("validate-*"))
