"""Paths in a bucket, conditional writes, leases and releases, against a real server."""

import json
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from flows.errors import RunError, UsageError
from flows.files import (
    at_hand,
    bring_here,
    checked_out,
    empty_folder,
    listed,
    replace_folder,
    write_json_atomically,
    write_once,
    write_parquet_atomically,
)
from flows.ingest.ledger import Delivery, write_deliveries
from flows.lease import hold_lease, this_machine
from flows.lock import run_lock
from flows.publish import clear_old, current_run, database_in_force, in_force, publish, put_in_force, releases
from flows.settings import Layout
from flows.staged_clearing import clear_staged
from flows.storage import S3Path, StorageError, open_place

RACERS = 8


def race(work: Callable[[int], object]) -> list[int]:
    """Let several threads do the same at the same moment; return those whose work returned something true."""
    gate, won = threading.Barrier(RACERS), list[int]()

    def one(number: int) -> None:
        gate.wait()
        if work(number):
            won.append(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won


def test_an_address_is_told_from_a_path(tmp_path: Path) -> None:
    assert open_place("s3://bucket/a//b/") == S3Path("bucket", "a/b")
    assert str(open_place("s3://bucket/a/b")) == "s3://bucket/a/b"
    assert open_place(tmp_path / "x" / "..") == tmp_path
    with pytest.raises(UsageError, match="names no bucket"):
        open_place("s3:///a")


def test_objects_are_found_like_files(prefix: S3Path) -> None:
    for name in ("a/month=1/x.parquet", "a/month=2/y.parquet", "a/file.json", "ab"):
        (prefix / name).write_bytes(b"1")
    assert [path.name for path in listed(prefix / "a", "month=*/*.parquet")] == ["x.parquet", "y.parquet"]
    assert [path.name for path in (prefix).iterdir()] == ["a", "ab"]
    assert listed(prefix, "a/file.json") == [prefix / "a" / "file.json"]
    assert (prefix / "a").is_dir()
    assert not (prefix / "a").is_file()
    assert (prefix / "ab").is_file()
    assert (prefix / "a" / "file.json").parent == prefix / "a"
    empty_folder(prefix / "a")
    assert [each.path.name for each in prefix.objects()] == ["ab"]
    assert not (prefix / "a").is_dir()
    with pytest.raises(FileNotFoundError):
        (prefix / "a" / "file.json").read_bytes()


def test_of_many_who_create_an_object_one_succeeds(prefix: S3Path) -> None:
    won = race(lambda number: (prefix / "once").create(str(number).encode()))
    assert [(prefix / "once").read_text()] == [str(number) for number in won]
    write_once(prefix / "once", "later")
    assert (prefix / "once").read_text() == str(won[0])


def test_of_many_who_change_an_object_one_succeeds(prefix: S3Path) -> None:
    version = (prefix / "swapped").swap(b"before", None)
    won = race(lambda number: (prefix / "swapped").swap(str(number).encode(), version))
    assert [(prefix / "swapped").read_text()] == [str(number) for number in won]


def test_a_folder_counts_once_its_last_file_is_there(
    prefix: S3Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    upload = S3Path.upload

    def noted(self: S3Path, file: Path) -> None:
        order.append(file.name)
        upload(self, file)

    monkeypatch.setattr(S3Path, "upload", noted)
    folder = tmp_path / "staged"
    write_json_atomically(folder / "file.json", {"rows": 1})
    write_parquet_atomically(pl.DataFrame({"a": [1]}), folder / "month=1" / "part.parquet")
    replace_folder(folder, prefix / "staged", "file.json")
    assert order == ["part.parquet", "file.json"]
    assert not folder.exists()
    assert pl.read_parquet(str(prefix / "staged" / "month=1" / "part.parquet")).rows() == [(1,)]


def test_a_large_object_comes_back_whole(prefix: S3Path, tmp_path: Path) -> None:
    content = os.urandom(20 * 2**20 + 7)
    (tmp_path / "large").write_bytes(content)
    (prefix / "large").upload(tmp_path / "large")
    kept = at_hand(prefix / "large", tmp_path / "kept")
    assert kept.read_bytes() == content
    assert at_hand(prefix / "large", tmp_path / "kept") == kept
    (prefix / "large").write_bytes(b"changed")
    assert at_hand(prefix / "large", tmp_path / "kept").read_bytes() == b"changed"


def test_a_folder_is_brought_here_with_its_times(prefix: S3Path, tmp_path: Path) -> None:
    (prefix / "inbox" / "batch" / "disputes.csv").write_bytes(b"dispute_id\n")
    here = bring_here(prefix / "inbox", tmp_path / "inbox")
    file = here / "batch" / "disputes.csv"
    assert file.read_bytes() == b"dispute_id\n"
    assert file.stat().st_mtime == pytest.approx(time.time(), abs=60)


def test_only_what_was_changed_goes_back(prefix: S3Path, tmp_path: Path) -> None:
    for name in ("kept", "changed"):
        (prefix / "release" / name).write_bytes(b"before")
    versions = {path.name: path.version() for path in (prefix / "release").iterdir()}
    with checked_out(prefix / "release", tmp_path / "work") as folder:
        (folder / "changed").write_bytes(b"after")
    assert (prefix / "release" / "changed").read_bytes() == b"after"
    assert (prefix / "release" / "kept").version() == versions["kept"]
    assert not (tmp_path / "work").exists()


def test_one_run_at_a_time(prefix: S3Path) -> None:
    layout = Layout(prefix)
    with run_lock(layout), pytest.raises(RunError, match=rf"another run \(process {os.getpid()} on .*\) is working"):
        run_lock(layout).__enter__()
    with run_lock(layout):
        pass


def test_a_lease_is_renewed_while_it_is_held(prefix: S3Path) -> None:
    with hold_lease(prefix / "lock", "there", seconds=0.6, every=0.1):
        time.sleep(1.2)
        with pytest.raises(RunError, match="is working in there"):
            hold_lease(prefix / "lock", "there").__enter__()
    assert not (prefix / "lock").is_file()


@pytest.mark.parametrize(
    "holder",
    [
        {"machine": "elsewhere/pid:[1]", "process": 1, "until": 1.0, "nonce": "of a machine that went away"},
        {"machine": None, "process": 2**22 + 1, "until": 9e9, "nonce": "of a process of this machine that was killed"},
    ],
)
def test_a_lease_that_counts_no_more_is_taken_over_by_one(prefix: S3Path, holder: dict[str, object]) -> None:
    (prefix / "lock").write_bytes(json.dumps({**holder, "machine": holder["machine"] or this_machine()}).encode())
    done = threading.Event()

    def take(_: int) -> bool:
        try:
            with hold_lease(prefix / "lock", "there"):
                return done.wait(20)
        except RunError:
            return False

    waiting = threading.Timer(3, done.set)
    waiting.start()
    assert len(race(take)) == 1


def test_a_lease_of_another_machine_is_left_alone(prefix: S3Path) -> None:
    holder = {"machine": "elsewhere/pid:[1]", "process": 1, "until": time.time() + 60, "nonce": "x"}
    (prefix / "lock").write_bytes(json.dumps(holder).encode())
    with pytest.raises(RunError, match=r"process 1 on elsewhere.*its hold runs out at \d\d:"):
        hold_lease(prefix / "lock", "there").__enter__()


def _publish(layout: Layout, run_id: str, text: str = "") -> None:
    built = layout.work / f"built-{run_id}-{threading.get_ident()}"
    (built / "report").mkdir(parents=True)
    (built / "rulings.duckdb").write_text(text or run_id, encoding="utf-8")
    (built / "report" / "index.html").write_text(text or run_id, encoding="utf-8")
    publish(layout, built, run_id, {"run_id": run_id, "published_at": run_id})


def test_the_release_in_force_is_read_everywhere(prefix: S3Path) -> None:
    layout = Layout(prefix)
    assert current_run(layout) is None
    with pytest.raises(RunError, match="there is no release in s3://"):
        database_in_force(layout)
    for run_id in ("r1", "r2"):
        _publish(layout, run_id)
    assert current_run(layout) == "r2"
    assert database_in_force(layout).read_text(encoding="utf-8") == "r2"
    assert (prefix / "warehouse" / "rulings.duckdb").read_text() == "r2"
    assert (prefix / "reports" / "latest" / "index.html").read_text() == "r2"
    put_in_force(layout, "r1")
    assert database_in_force(layout).read_text(encoding="utf-8") == "r1"
    assert (prefix / "warehouse" / "rulings.duckdb").read_text() == "r1"
    assert [name for name, _ in releases(layout)] == ["r1", "r2"]


def test_of_many_who_publish_at_once_one_succeeds_and_the_others_say_so(prefix: S3Path) -> None:
    layout, said = Layout(prefix), list[str]()
    _publish(layout, "r0")
    seen = in_force(layout)

    def one(number: int) -> bool:
        built = layout.work / f"built-{number}"
        built.mkdir(parents=True)
        (built / "rulings.duckdb").write_text(str(number), encoding="utf-8")
        try:
            publish(layout, built, f"r-of-{number}", {"run_id": f"r-of-{number}", "published_at": "1"}, seen)
        except RunError as error:
            said.append(str(error))
            return False
        return True

    won = race(one)
    assert [current_run(layout)] == [f"r-of-{number}" for number in won]
    assert database_in_force(layout).read_text(encoding="utf-8") == str(won[0])
    assert len(said) == RACERS - 1
    assert all(f"another run has put release r-of-{won[0]} in force meanwhile" in sentence for sentence in said)
    # What was not published is not left lying about.
    assert [name for name, _ in releases(layout)] == [f"r-of-{won[0]}", "r0"]


def test_a_release_that_a_reader_was_just_given_is_not_cleared(prefix: S3Path) -> None:
    layout = Layout(prefix)
    for number in range(1, 8):
        _publish(layout, f"r{number}")
    assert len(releases(layout)) == 7
    clear_old(layout, datetime.now(UTC) + timedelta(hours=1))
    assert [name for name, _ in releases(layout)] == ["r3", "r4", "r5", "r6", "r7"]


def test_readers_are_always_given_a_whole_release(prefix: S3Path) -> None:
    layout, done, read = Layout(prefix), threading.Event(), list[str]()
    _publish(layout, "r00", "r00" * 10_000)

    def poll() -> None:
        while not done.is_set():
            read.append(database_in_force(layout).read_text(encoding="utf-8"))

    readers = [threading.Thread(target=poll) for _ in range(RACERS)]
    for reader in readers:
        reader.start()
    for number in range(1, 16):
        _publish(layout, f"r{number:02}", f"r{number:02}" * 10_000)
    done.set()
    for reader in readers:
        reader.join()
    assert len(set(read)) > 5
    assert all(text == text[:3] * 10_000 for text in read)


def test_an_upload_that_was_cut_short_is_no_release(prefix: S3Path) -> None:
    layout = Layout(prefix)
    _publish(layout, "r1")
    (prefix / "releases" / "r2" / "rulings.duckdb").write_bytes(b"half")
    assert [name for name, _ in releases(layout)] == ["r1"]
    _publish(layout, "r2")
    assert database_in_force(layout).read_text(encoding="utf-8") == "r2"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "http://127.0.0.1:9 cannot be reached"),
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, r"refused access to s3://.* \(SignatureDoesNotMatch\)"),
        ({"AWS_ACCESS_KEY_ID": "nobody"}, r"refused access to s3://.* \(InvalidAccessKeyId\)"),
    ],
)
def test_what_the_store_refuses_is_said_soon_and_without_secrets(
    prefix: S3Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], expected: str
) -> None:
    for name, value in change.items():
        monkeypatch.setenv(name, value)
    begun = time.monotonic()
    with pytest.raises(StorageError, match=expected) as said:
        current_run(Layout(prefix))
    assert time.monotonic() - begun < 15
    assert os.environ["AWS_SECRET_ACCESS_KEY"] not in str(said.value)


def test_a_bucket_that_is_not_there_is_said(server: object) -> None:  # noqa: ARG001 - it runs
    with pytest.raises(StorageError, match="there is no bucket no-such-bucket"):
        [*S3Path("no-such-bucket", "x").iterdir()]


def test_in_a_bucket_only_old_staged_folders_that_no_release_counts_are_removed(prefix: S3Path, tmp_path: Path) -> None:
    layout = Layout(prefix)
    for name in ("counted", "left"):
        (prefix / "staged" / "disputes" / name / "month=2026-01" / "0.parquet").write_bytes(b"rows")
        (prefix / "staged" / "disputes" / name / "file.json").write_bytes(b"{}")
    built = empty_folder(tmp_path / "built")
    write_deliveries(built, [Delivery("a", "a/disputes.csv", "counted", "loaded", "disputes", 1)])
    publish(layout, built, "r1", {"run_id": "r1", "published_at": "r1"})
    (prefix / "staged" / "disputes" / ".DS_Store").write_bytes(b"stray")
    begun = datetime.now(UTC)
    # Whose lease is gone removes nothing: another run may have staged the same file anew.
    assert clear_staged(layout, begun + timedelta(hours=1)) == []
    with run_lock(layout):
        assert clear_staged(layout, begun - timedelta(hours=1)) == []
        assert clear_staged(layout, begun + timedelta(hours=1)) == [prefix / "staged" / "disputes" / "left"]
    assert (prefix / "staged" / "disputes" / ".DS_Store").is_file()
    assert [each.path.name for each in (prefix / "staged" / "disputes" / "left").objects()] == []
    assert (prefix / "staged" / "disputes" / "counted" / "file.json").is_file()
