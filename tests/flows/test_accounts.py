"""The books: for every file rows in = loaded + quarantined + duplicates + superseded, and the rows are really there."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.accounts import counts_by_table
from tests.builders import Staged, ask, csv_text, remember, stage
from tests.conftest import Built
from transforms.ingest.parse import row_rules
from transforms.ingest.reasons import REASONS
from transforms.registry import INPUT_TABLES

DISPUTES = ("dispute_id", "opened_at", "exported_at", "votes_buyer")
MESSAGES = ("message_id", "dispute_id", "sender", "text")
IDS = st.sampled_from(["d1", "d2", "d3"])

#: Fields of one row; a malformed row has fewer.
Fields = tuple[str, ...]
# What a generator may put in place of a good value: a bad time, a vote too many, no identifier.
_DISPUTE = st.tuples(
    st.one_of(IDS, st.just("")), st.sampled_from(["2026-01-05", "2026-02-05", "soon"]),
    st.sampled_from(["", "2026-03-01", "2026-04-01"]), st.sampled_from(["1", "2", "18"]),
)  # fmt: skip
_MESSAGE = st.tuples(
    st.sampled_from(["m1", "m2", "m3"]),
    st.one_of(IDS, st.just("d9")),
    st.sampled_from(["buyer", "卖家", "nobody"]),
    st.sampled_from(["好", "不"]),
)
_MALFORMED = st.just(("too", "few"))


@dataclass(frozen=True)
class Batch:
    """One generated batch; a table that is None is not in it."""

    disputes: list[Fields]
    messages: list[Fields] | None

    def files(self, name: str) -> dict[str, str | bytes]:
        """Return the files of the batch."""
        disputes = {f"{name}/disputes.csv": csv_text(DISPUTES, self.disputes)}
        if self.messages is None:
            return {**disputes}
        return {**disputes, f"{name}/messages.csv": csv_text(MESSAGES, self.messages)}


_BATCHES = st.lists(
    st.builds(Batch, st.lists(st.one_of(_DISPUTE, _DISPUTE, _MALFORMED), max_size=6),
              st.none() | st.lists(st.one_of(_MESSAGE, _MESSAGE, _MALFORMED), max_size=6)),
    min_size=1, max_size=3,
)  # fmt: skip


def _good_dispute(row: Fields) -> bool:
    return len(row) == 4 and bool(row[0]) and row[1] != "soon" and row[3] != "18"


def _good_message(row: Fields) -> bool:
    return len(row) == 4 and row[2] != "nobody"


def _delivered_once(files: list[list[Fields]]) -> list[list[Fields]]:
    """Leave out files whose content came before: they are not loaded again, and replace nothing."""
    return [file for place, file in enumerate(files) if file not in files[:place]]


def _disputes_in_force(batches: list[Batch]) -> dict[str, str]:
    """Return the votes in force: the latest export (else the later day of delivery), then the last row."""
    best: dict[str, tuple[str, str]] = {}
    for disputes in _delivered_once([batch.disputes for batch in batches]):
        for row in filter(_good_dispute, disputes):
            when = row[2] or "2026-06-30"
            if row[0] not in best or when >= best[row[0]][0]:
                best[row[0]] = (when, row[3])
    return {key: votes for key, (_, votes) in best.items()}


def _messages_in_force(batches: list[Batch]) -> dict[str, tuple[str, str]]:
    known = set(_disputes_in_force(batches))
    files = _delivered_once([batch.messages or [] for batch in batches])
    rows = [row for messages in files for row in messages if _good_message(row) and row[1] in known]
    return {row[0]: (row[1], row[3]) for row in rows}


def _check_accounts(staged: Staged, batches: list[Batch]) -> None:
    delivered = {f"{name}/disputes.csv": batch.disputes for name, batch in enumerate(batches)}
    delivered |= {
        f"{name}/messages.csv": batch.messages for name, batch in enumerate(batches) if batch.messages is not None
    }
    assert set(staged.books.files["file"].to_list()) == set(delivered)
    for file, rows in delivered.items():
        account = staged.account(file)
        assert account["rows_in"] == len(rows), file
        assert account["rows_in"] == sum(
            account[fate] for fate in ("loaded", "quarantined", "duplicates", "superseded")
        ), file
        assert min(account.values()) >= 0
    by_file = Counter(staged.quarantine()["file"].to_list())
    loaded_files = staged.books.files.filter(pl.col("status") == "loaded")["file"].to_list()
    assert {file: count for file in loaded_files if (count := staged.account(file)["quarantined"])} == dict(by_file)


def _check_rows(staged: Staged, batches: list[Batch]) -> None:
    disputes = staged.rows("disputes").select("dispute_id", "votes_buyer").rows()
    assert sorted(disputes) == sorted((key, int(votes)) for key, votes in _disputes_in_force(batches).items())
    messages = staged.rows("messages").select("message_id", "dispute_id", "text").rows()
    assert sorted(messages) == sorted((key, *said) for key, said in _messages_in_force(batches).items())


@settings(max_examples=30)
@given(_BATCHES)
def test_rows_reconcile_when_all_batches_come_at_once(batches: list[Batch]) -> None:
    with TemporaryDirectory() as folder:
        files = {file: text for name, batch in enumerate(batches) for file, text in batch.files(str(name)).items()}
        staged = stage(Path(folder), files)
        _check_accounts(staged, batches)
        _check_rows(staged, batches)


@settings(max_examples=15)
@given(_BATCHES)
def test_rows_reconcile_when_batches_come_one_by_one(batches: list[Batch]) -> None:
    with TemporaryDirectory() as folder:
        for name, batch in enumerate(batches):
            staged = stage(Path(folder), batch.files(str(name)))
            _check_accounts(staged, batches[: name + 1])
            _check_rows(staged, batches[: name + 1])
            remember(staged, f"r{name}")


def test_sums_by_table_reconcile(tmp_path: Path) -> None:
    files = Batch(
        [("d1", "2026-01-05", "", "1"), ("d1", "2026-01-05", "", "1"), ("", "", "", "")], [("m1", "d9", "buyer", "好")]
    ).files("a")
    staged = stage(tmp_path, files)
    assert counts_by_table(staged.books, staged.resolved) == {
        "disputes": {"rows_in": 3, "loaded": 1, "quarantined": 1, "duplicates": 1, "superseded": 0},
        "messages": {"rows_in": 1, "loaded": 0, "quarantined": 1, "duplicates": 0, "superseded": 0},
    }


def test_every_rule_says_what_to_do_in_both_languages() -> None:
    rules = {rule.name for table in INPUT_TABLES.values() for rule in row_rules(table)}
    rules |= {"field_count", "encoding", "json", "reference"}
    assert rules <= set(REASONS)
    assert all(en and zh for en, zh in REASONS.values())


def test_rows_of_every_file_of_a_release_reconcile(release: Built) -> None:
    sums = ask(
        release.result.database,
        """
        select file, rows_in, loaded + quarantined + duplicates + superseded as fates,
            (select count(*) from meta.quarantine_rows as q where q.file_id = f.file_id) as set_aside, quarantined
        from meta.files as f where status = 'loaded'
        """,
    )
    assert len(sums) == 8
    assert all(row[1] == row[2] and row[3] == row[4] for row in sums), sums


def test_rows_said_to_be_loaded_are_in_the_tables(release: Built) -> None:
    for table in INPUT_TABLES:
        (said,) = ask(
            release.result.database,
            f"select coalesce(sum(loaded), 0)::bigint from meta.files where table_name = '{table}'",
        )
        assert ask(release.result.database, f"select count(*) from core.{table}") == [said]


def test_the_hand_written_batch_of_a_release(release: Built) -> None:
    fates = "rows_in, loaded, quarantined, duplicates, superseded"
    found = ask(
        release.result.database, f"select file, {fates} from meta.files where batch = 'b-by-hand' order by file"
    )
    assert found == [
        ("b-by-hand/disputes.csv", 6, 3, 1, 1, 1),
        ("b-by-hand/evidence.csv", 2, 1, 1, 0, 0),
        ("b-by-hand/messages.csv", 2, 1, 1, 0, 0),
    ]


def test_the_quarantine_of_the_hand_written_batch(release: Built) -> None:
    columns = "file, rule, column_name, n, first_row, example"
    found = ask(
        release.result.database, f"select {columns} from meta.quarantine where file like 'b-by-hand/%' order by file"
    )
    assert found == [
        ("b-by-hand/disputes.csv", "enumeration", "outcome", 1, 4, "won by the buyer"),
        ("b-by-hand/evidence.csv", "reference", "dispute_id", 1, 2, "h3"),
        ("b-by-hand/messages.csv", "reference", "dispute_id", 1, 2, "h9"),
    ]
