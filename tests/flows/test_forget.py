"""Forgetting a person: gone from all that is stored, not coming back, and every row still accounted for."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from flows import staged_removal
from flows.cli import EXIT_DONE, EXIT_USAGE, app, call
from flows.errors import UsageError
from flows.forget import Forgetting, forget, forgetting_text
from flows.forgotten import USERS_FILE, read_forgotten
from flows.ingest.ledger import read_record
from flows.settings import Layout
from flows.staged_removal import staged_folders
from flows.status import roll_back
from tests.builders import KEY, ask, csv_text, deliver, read_all, run_steps
from transforms.privacy.pseudonym import pseudonymise
from transforms.privacy.removal import REMOVED
from transforms.registry import Identifier

PERSON, OTHER = "buyer-Zhang-7781", "seller-Li-9902"
SAID, ANSWERED = "你就是骗子，马上退钱给我", "抱歉，今天就给您退款"
DISPUTE = (
    "dispute_id",
    "opened_at",
    "ruled_at",
    "outcome",
    "buyer_id",
    "seller_id",
    "refunded_cny",
    "claimed_cny",
    "remark",
)
MESSAGE = ("message_id", "dispute_id", "sender", "sent_at", "text", "remark")
REPUTATION = ("user_id", "as_of", "credit_score", "completed_trades", "positive_rate")
NOTE = "老主顾"


def _pseudonym(user: str) -> str:
    return str(pseudonymise(pl.Series([user]), Identifier.USER, KEY).item())


def _dispute(number: str, buyer: str, seller: str, outcome: str = "buyer_wins") -> tuple[object, ...]:
    return (number, "2026-01-05", "2026-01-15", outcome, buyer, seller, 5, 10, NOTE)


EXPORT = {
    "a/disputes.csv": csv_text(
        DISPUTE,
        [
            _dispute("D1", PERSON, OTHER),
            _dispute("D2", OTHER, PERSON, "seller_wins"),
            *(
                _dispute(f"F{n}", f"b{n}", f"s{n % 5}", ("buyer_wins", "seller_wins", "partial")[n % 3])
                for n in range(24)
            ),
            ("D3", "no time", None, "partial", PERSON, OTHER, 1, 1, NOTE),
        ],
    ),
    "a/messages.csv": csv_text(
        MESSAGE,
        [
            ("M1", "D1", "buyer", "2026-01-06", SAID, NOTE),
            ("M2", "D1", "seller", "2026-01-07", ANSWERED, NOTE),
            ("M3", "D2", "seller", "2026-01-06", SAID, NOTE),
            ("M4", "D2", "buyer", "2026-01-07", ANSWERED, NOTE),
            ("M5", "D9", "buyer", "2026-01-06", SAID, NOTE),
            ("M6", "D1", "nobody", "2026-01-06", SAID, NOTE),
            ("M7", "D1", "agent", "2026-01-08", "请双方补充证据", NOTE),
        ],
    ),
    "a/reputation.csv": csv_text(
        REPUTATION,
        [
            (PERSON, "2025-12-01", 700, 30, 0.9),
            (PERSON, "2025-12-20", 720, 31, 0.95),
            (OTHER, "2025-12-01", 600, 3, 0.5),
        ],
    ),
}
#: What an export says of the person later: the same again, a new dispute, one that a message was waiting for.
LATER = {
    "b/disputes-again.csv": EXPORT["a/disputes.csv"],
    "b/disputes-new.csv": csv_text(
        DISPUTE,
        [_dispute("D1", PERSON, OTHER, "partial"), _dispute("D8", PERSON, OTHER), _dispute("D9", PERSON, OTHER)],
    ),
    "b/messages.csv": csv_text(
        MESSAGE, [("M1", "D1", "buyer", "2026-01-06", SAID, NOTE), ("M8", "D8", "buyer", "2026-01-06", SAID, NOTE)]
    ),
    "b/reputation.csv": csv_text(REPUTATION, [(PERSON, "2026-01-02", 710, 32, 0.96)]),
}
SCORES = ("core.factor_scores", "core.score_parts")


def _texts(root: Path, condition: str) -> list[str]:
    sql = f"select text from core.messages where {condition} order by message_id"
    return [text for (text,) in ask(_database(root), sql)]


def _database(root: Path) -> Path:
    return root / "data" / "warehouse" / "rulings.duckdb"


def _holding(folder: Path, needle: str) -> set[str]:
    """Name the files below a folder that hold a text, Parquet unpacked."""
    found = set()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            text = path.read_bytes().decode("utf-8", "replace")
            if path.suffix == ".parquet":
                text += pl.read_parquet(path, hive_partitioning=False).select(pl.all().cast(pl.String)).write_ndjson()
            if needle in text:
                found.add(path.name)
    return found


def _adds_up(root: Path) -> bool:
    rows = ask(_database(root), "select rows_in, loaded + quarantined + duplicates + superseded from meta.files")
    loaded = ask(
        _database(root),
        "select files.file_id, loaded, count(r.file_id) from meta.files as files left join core.reputation as r "
        "on files.file_id = r.file_id where table_name = 'reputation' and status = 'loaded' group by all",
    )
    return all(left == right for left, right in rows) and all(told == there for _, told, there in loaded)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish a release with the person in it."""
    root = tmp_path_factory.mktemp("published")
    run_steps(deliver(root / "inbox", EXPORT).parent)
    return root


@pytest.fixture(scope="module")
def forgotten(published: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Forgetting]:
    """Forget the person, and run no further."""
    root = tmp_path_factory.mktemp("forgotten") / "root"
    shutil.copytree(published, root, symlinks=True)
    return root, forget(Layout(root / "data"), PERSON)


@pytest.fixture(scope="module")
def afterwards(forgotten: tuple[Path, Forgetting], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run once more after the person was forgotten."""
    root = tmp_path_factory.mktemp("afterwards") / "root"
    shutil.copytree(forgotten[0], root, symlinks=True)
    run_steps(root)
    return root


@pytest.fixture(scope="module")
def redelivered(afterwards: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Deliver the person once more, and run."""
    root = tmp_path_factory.mktemp("redelivered") / "root"
    shutil.copytree(afterwards, root, symlinks=True)
    deliver(root / "inbox", LATER)
    run_steps(root)
    return root


def test_the_person_was_there(published: Path) -> None:
    assert _holding(published / "data", _pseudonym(PERSON)) >= {
        "rulings.duckdb",
        "part-0000.parquet",
        "quarantine.parquet",
    }
    assert _texts(published, "sender <> 'agent'") == [SAID, ANSWERED, SAID, ANSWERED]


def test_what_is_stored_names_the_person_no_more(forgotten: tuple[Path, Forgetting]) -> None:
    root, forgetting = forgotten
    assert forgetting.pseudonym == _pseudonym(PERSON)
    assert (forgetting.taken.disputes, forgetting.taken.messages, forgetting.taken.reputation) == (2, 2, 2)
    assert forgetting.releases == 1
    assert _holding(root / "data", forgetting.pseudonym) == {USERS_FILE}
    assert _holding(root / "data", PERSON) == set()


def test_the_words_of_the_person_go_and_those_of_others_stay(forgotten: tuple[Path, Forgetting]) -> None:
    root, _ = forgotten
    assert _texts(root, "sender <> 'agent'") == [REMOVED, ANSWERED, REMOVED, ANSWERED]
    # M5 waits for its dispute, and whose words it holds cannot be told yet.
    staged = pl.concat(
        [
            pl.read_parquet(part, hive_partitioning=False)
            for part in (root / "data" / "staged" / "messages").rglob("part-*")
        ],
        how="diagonal",
    ).sort("message_id")
    assert staged["text"].to_list() == [REMOVED, ANSWERED, REMOVED, ANSWERED, SAID, "请双方补充证据"]
    assert staged["remark"].to_list() == [None, NOTE, None, NOTE, NOTE, NOTE]


def test_the_dispute_stays_as_a_fact_about_nobody(published: Path, forgotten: tuple[Path, Forgetting]) -> None:
    root, _ = forgotten
    rows = ask(
        _database(root),
        "select dispute_id, outcome, buyer_id, seller_id from core.disputes where dispute_id like 'D%' order by 1",
    )
    assert rows == [("D1", "buyer_wins", None, _pseudonym(OTHER)), ("D2", "seller_wins", _pseudonym(OTHER), None)]
    before, after = read_all(_database(published)), read_all(_database(root))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {
        "core.disputes", "core.messages", "core.reputation", "meta.files", "meta.quarantine", "meta.quarantine_rows",
    }  # fmt: skip


def test_rows_of_the_person_are_accounted_for(forgotten: tuple[Path, Forgetting], afterwards: Path) -> None:
    for root in (forgotten[0], afterwards):
        told = ask(
            _database(root),
            "select rule, column_name, n, first_row, example from meta.quarantine where table_name = 'reputation'",
        )
        assert told == [("forgotten", "user_id", 2, 1, None)]
        rows = "from meta.quarantine_rows where rule = 'forgotten' and raw is null and reason_zh is not null"
        assert ask(_database(root), f"select count(*) {rows}") == [(2,)]
        assert _adds_up(root)


def test_the_next_release_has_the_same_scores(published: Path, afterwards: Path) -> None:
    before, after = read_all(_database(published)), read_all(_database(afterwards))
    assert ask(
        _database(published),
        "select count(*) from core.score_parts where factor = 'reputation' and party = 'buyer' and dispute_id = 'D1'",
    ) != [(0,)]
    for table in SCORES:
        assert before[table] == after[table]
    acts = "select * exclude (text) from core.messages order by all"
    assert ask(_database(published), acts) == ask(_database(afterwards), acts)
    assert _holding(afterwards / "data", _pseudonym(PERSON)) == {USERS_FILE}


def test_a_later_delivery_does_not_bring_the_person_back(redelivered: Path) -> None:
    assert _holding(redelivered / "data", _pseudonym(PERSON)) == {USERS_FILE}
    disputes = ask(
        _database(redelivered),
        "select dispute_id, buyer_id is null, outcome from core.disputes where dispute_id like 'D%' order by 1",
    )
    assert disputes == [
        ("D1", True, "partial"),
        ("D2", False, "seller_wins"),
        ("D8", True, "buyer_wins"),
        ("D9", True, "buyer_wins"),
    ]
    assert _texts(redelivered, "message_id in ('M1', 'M5', 'M8')") == [REMOVED] * 3
    assert ask(_database(redelivered), "select n from meta.quarantine where rule = 'forgotten' order by n") == [
        (1,),
        (2,),
    ]
    assert SAID not in str(read_all(_database(redelivered)))
    assert _adds_up(redelivered)


def test_words_that_were_removed_are_still_scored(redelivered: Path) -> None:
    found = ask(
        _database(redelivered),
        "select insult, hostility > 0.5 from core.messages where message_id in ('M1', 'M5', 'M8')",
    )
    assert found == [(True, True)] * 3


def test_running_again_finds_nothing_new(redelivered: Path) -> None:
    assert not run_steps(redelivered).is_new


def test_an_earlier_release_does_not_bring_the_person_back(redelivered: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(redelivered, root, symlinks=True)
    roll_back(Layout(root / "data"), None)
    assert ask(_database(root), "select count(*) from core.disputes where buyer_id is null") == [(1,)]
    assert _texts(root, "message_id = 'M1'") == [REMOVED]


def test_a_published_database_stays_read_only(forgotten: tuple[Path, Forgetting]) -> None:
    assert _database(forgotten[0]).resolve().stat().st_mode & 0o777 == 0o444


def test_forgetting_twice_changes_nothing_more(forgotten: tuple[Path, Forgetting], tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(forgotten[0], root, symlinks=True)
    again = forget(Layout(root / "data"), forgotten[1].pseudonym)
    assert (again.taken.disputes, again.taken.messages, again.taken.reputation, again.releases) == (0, 0, 0, 0)
    assert read_forgotten(Layout(root / "data")).sides.equals(read_forgotten(Layout(forgotten[0] / "data")).sides)


@pytest.mark.parametrize("writes", range(6))
def test_an_interrupted_forgetting_is_taken_up_again(
    published: Path, afterwards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    root = tmp_path / "root"
    shutil.copytree(published, root, symlinks=True)
    write, left = staged_removal._write, [writes]

    def failing(part: Path, frame: pl.DataFrame) -> None:
        if left[0] == 0:
            raise OSError("no space left on device")
        left[0] -= 1
        write(part, frame)

    with monkeypatch.context() as patch:
        patch.setattr(staged_removal, "_write", failing)
        with pytest.raises(OSError, match="no space left"):
            forget(Layout(root / "data"), PERSON)
    forget(Layout(root / "data"), PERSON)
    assert _holding(root / "data", _pseudonym(PERSON)) == {USERS_FILE}
    for folder, record in staged_folders(Layout(root / "data")):
        assert record.quarantined == pl.read_parquet(str(folder / "quarantine.parquet")).height
        whole = read_record(Layout(afterwards / "data").staged / record.table / record.file_id)
        assert whole is not None
        assert whole.quarantined == record.quarantined


def test_a_user_whom_nobody_knows_is_remembered(published: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(published, root, symlinks=True)
    forgetting = forget(Layout(root / "data"), "somebody else")
    assert forgetting.releases == 0
    assert read_forgotten(Layout(root / "data")).users == (_pseudonym("somebody else"),)


def test_before_the_first_run_a_user_can_be_forgotten(tmp_path: Path) -> None:
    forget(Layout(tmp_path / "data"), PERSON)
    run_steps(deliver(tmp_path / "inbox", EXPORT).parent)
    assert _holding(tmp_path / "data", _pseudonym(PERSON)) == {USERS_FILE}
    assert _texts(tmp_path, "sender <> 'agent'") == [REMOVED, ANSWERED, REMOVED, ANSWERED]


def test_an_empty_identifier_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the identifier is empty"):
        forget(Layout(tmp_path), "  ")


def test_the_command_says_what_is_left_to_do(forgotten: tuple[Path, Forgetting]) -> None:
    text = forgetting_text(forgotten[1], Layout(forgotten[0] / "data"))
    assert "2 rows of disputes" in text
    assert "the text of 2 messages and 2 rows of reputation; written anew: 1 releases" in text
    assert "inbox" in text
    assert PERSON not in text


def test_the_command_ends_well(published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "root"
    shutil.copytree(published, root, symlinks=True)
    arguments = ["forget", f" {PERSON} ", "--data", str(root / "data")]
    assert (
        call(lambda: app(arguments, exit_on_error=False, print_error=False, result_action="return_value")) == EXIT_DONE
    )
    assert _pseudonym(PERSON) in capsys.readouterr().out
    empty = ["forget", "", "--data", str(root / "data")]
    assert call(lambda: app(empty, exit_on_error=False, print_error=False, result_action="return_value")) == EXIT_USAGE
