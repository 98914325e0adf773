"""Runs on data in a bucket give what runs on this machine give, whole, again, and after a kill."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from flows.cli import call
from flows.files import bring_here
from flows.forget import forget
from flows.pipeline import RunResult
from flows.publish import current_run, database_in_force, releases
from flows.settings import Layout
from flows.storage import S3Path
from tests.builders import deliver, disputes_csv, messages_csv, read_all
from tests.cluster.runs import run_in
from tests.cluster.s3_server import SECRET_KEY, S3Server
from tests.conftest import Built, copied
from transforms.privacy.removal import REMOVED

PROJECT = Path(__file__).parents[2]
RULINGS = Path(sys.executable).parent / "rulings"
#: Stages that a run is killed in, with the seconds into the stage.
MOMENTS = (("score", 0.2), ("publish", 0.05))


@pytest.fixture(scope="module")
def published(release: Built, shared_prefix: S3Path) -> RunResult:
    """The release of this machine, made once more in a bucket."""
    return run_in(shared_prefix, release.inbox)


def _rulings(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [str(RULINGS), *arguments], cwd=PROJECT, env={**os.environ, **environment}, capture_output=True, text=True,
        check=False, timeout=300,
    )  # fmt: skip
    for text in (done.stdout, done.stderr):
        assert "Traceback" not in text
        assert SECRET_KEY not in text
    return done


def test_every_table_is_as_on_one_machine(release: Built, published: RunResult) -> None:
    assert published.run_id == release.result.run_id
    assert read_all(published.database) == read_all(release.result.database)


def test_nothing_of_the_run_is_left_in_the_bucket(published: RunResult, shared_prefix: S3Path) -> None:  # noqa: ARG001
    assert {path.name for path in shared_prefix.iterdir() if path.exists()} <= {
        "current", "releases", "reports", "runs", "scored", "staged", "state", "warehouse",
    }  # fmt: skip
    assert not (shared_prefix / "state" / "run.lock").is_file()


def test_readers_find_the_release(
    published: RunResult, shared_prefix: S3Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from flows.cli import app  # noqa: PLC0415

    def said(*arguments: str) -> str:
        done = call(
            lambda: app([*arguments, "--data", str(shared_prefix)], exit_on_error=False, result_action="return_value")
        )
        assert done == 0, capsys.readouterr().err
        return capsys.readouterr().out

    assert json.loads(said("query", "select count(*) as n from core.disputes", "--format", "json"))[0]["n"] > 200
    assert f"* {published.run_id}" in said("status")
    assert "h1" in said("explain", "h1", "--lang", "en")
    assert said("report").strip() == f"{shared_prefix}/reports/latest/index.html"
    assert "<html" in (shared_prefix / "reports" / "latest" / "index.html").read_text()
    assert (tmp_path / "out" / "outcome_rates.csv").as_posix() in said(
        "export", "outcome_rates", "--format", "csv", "--out", str(tmp_path / "out")
    )
    (shared_prefix / "warehouse" / "rulings.duckdb").download(tmp_path / "copy.duckdb")
    assert (tmp_path / "copy.duckdb").read_bytes() == published.database.read_bytes()


def test_killed_runs_change_nothing_and_the_next_goes_on(
    later: Built, published: RunResult, shared_prefix: S3Path
) -> None:
    for stage, seconds in MOMENTS:
        arguments = (shared_prefix, later.inbox, stage, seconds)
        command = [sys.executable, "-m", "tests.cluster.runs", *map(str, arguments)]
        ended = subprocess.run(command, cwd=PROJECT, capture_output=True, check=False, timeout=300)
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        assert current_run(Layout(shared_prefix)) in {published.run_id, later.result.run_id}
    # What a process of this machine held when it was killed is free at once.
    (shared_prefix / "warehouse" / "rulings.duckdb").write_bytes(b"of a run that was killed while it copied")
    again = run_in(shared_prefix, later.inbox)
    assert (shared_prefix / "warehouse" / "rulings.duckdb").read_bytes() == again.database.read_bytes()
    assert again.run_id == later.result.run_id
    assert read_all(again.database) == read_all(later.result.database)
    assert [name for name, _ in releases(Layout(shared_prefix))] == [published.run_id, again.run_id]
    done = _rulings("rollback", "--data", str(shared_prefix))
    assert (done.returncode, done.stdout) == (0, f"In force again: {published.run_id}\n")
    assert read_all(database_in_force(Layout(shared_prefix))) == read_all(published.database)


def test_an_inbox_in_the_bucket_is_read_like_a_folder(prefix: S3Path, tmp_path: Path) -> None:
    batch = {
        "一月/disputes.csv": disputes_csv(("d1", "2026-01-01", "buyer_wins"), ("d2", "2026-01-02", "seller_wins")),
        "一月/messages.csv": messages_csv(("m1", "d1", "buyer", "请尽快处理")),
    }
    for path in sorted(deliver(tmp_path / "sent", batch).rglob("*.csv")):
        (prefix / "inbox" / path.relative_to(tmp_path / "sent").as_posix()).upload(path)
    in_bucket = run_in(prefix / "data", prefix / "inbox")
    here = run_in(tmp_path / "data", bring_here(prefix / "inbox", tmp_path / "inbox"))
    assert read_all(in_bucket.database) == read_all(here.database)


@pytest.mark.parametrize(
    ("address", "environment", "expected"),
    [
        ("s3://no-such-bucket/x", {}, "rulings: there is no bucket no-such-bucket at http://"),
        ("s3://rulings-tests/x", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "rulings: http://127.0.0.1:9 cannot be"),
        ("s3://rulings-tests/x", {"AWS_SECRET_ACCESS_KEY": "wrong"}, "(SignatureDoesNotMatch)"),
    ],
)
@pytest.mark.parametrize("command", ["run", "status"])
def test_a_store_that_cannot_be_used_is_said_in_a_sentence(
    server: S3Server,
    command: str,
    address: str,
    environment: dict[str, str],
    expected: str,
) -> None:
    done = _rulings(command, "--data", address, **{**server.environment, **environment})
    assert done.returncode == 1
    assert expected in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_address_without_a_bucket_is_wrong_usage() -> None:
    done = _rulings("status", "--data", "s3://")
    assert done.returncode == 2
    assert "names no bucket" in done.stderr


def test_forgetting_leaves_what_it_leaves_on_one_machine(release: Built, prefix: S3Path, tmp_path: Path) -> None:
    here = copied(release, tmp_path / "here") / "data"
    run_in(prefix, release.inbox)
    person = pl.read_csv(release.inbox / "a-simulated" / "disputes.csv", infer_schema=False)["buyer_id"][0]
    databases = []
    for root in (here, prefix):
        (root / "settings.toml").write_bytes(b"[privacy]\nkeep_text_days = 120\n")
        told = forget(Layout(root), person)
        assert (told.taken.disputes > 0, told.releases) == (True, 1)
        assert told.pseudonym not in str(read_all(database_in_force(Layout(root)))["core.disputes"])
        databases.append(read_all(run_in(root, release.inbox).database))
    assert databases[0] == databases[1]
    removed = [row for row in databases[1]["core.messages"] if any(REMOVED in cell for cell in row)]
    assert 0 < len(removed) < len(databases[1]["core.messages"])
