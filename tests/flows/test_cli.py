"""The command line: exit statuses 0, 1 and 2; a person reads a sentence, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli import app, call
from flows.errors import RunError, UsageError
from flows.keys import VARIABLE
from tests.builders import KEY, deliver, disputes_csv, read_all
from tests.conftest import Built

RULINGS = Path(sys.executable).parent / "rulings"
SECONDS = 180


def _run(*arguments: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, VARIABLE: KEY.secret.decode(), "COLUMNS": "200"}
    command = [str(RULINGS), *map(str, arguments)]
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    for text in (done.stdout, done.stderr):
        assert "Traceback" not in text
        assert 'File "' not in text
    return done


def _sentence(done: "subprocess.CompletedProcess[str]") -> str:
    """Return the one line that says what went wrong."""
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("rulings: ")]
    assert "fault in the program" not in line
    return line


@pytest.fixture(scope="module")
def real_run(
    release: Built, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, "subprocess.CompletedProcess[str]"]:
    """Run the whole pipeline with Prefect as a person does."""
    root = tmp_path_factory.mktemp("real")
    return root, _run("run", "--inbox", release.inbox, "--data", root / "data", cwd=root)


def test_a_run_ends_with_0_and_shows_what_became_of_each_file(
    real_run: tuple[Path, "subprocess.CompletedProcess[str]"],
) -> None:
    root, done = real_run
    assert done.returncode == 0, done.stderr
    assert "b-by-hand/disputes.csv" in done.stdout
    assert str(root / "data" / "warehouse" / "rulings.duckdb") in done.stdout
    assert (root / "data" / "reports" / "latest" / "index.html").is_file()


def test_a_run_writes_nothing_outside_the_data_directory(
    real_run: tuple[Path, "subprocess.CompletedProcess[str]"],
) -> None:
    assert [path.name for path in real_run[0].iterdir()] == ["data"]


def test_a_run_with_prefect_gives_the_same_tables(
    real_run: tuple[Path, "subprocess.CompletedProcess[str]"], release: Built
) -> None:
    with_prefect = read_all(real_run[0] / "data" / "warehouse" / "rulings.duckdb")
    without = read_all(release.result.database)
    assert with_prefect.keys() == without.keys()
    assert [name for name in without if with_prefect[name] != without[name]] == []


def test_a_run_that_fails_ends_with_1_and_leaves_the_release(
    real_run: tuple[Path, "subprocess.CompletedProcess[str]"],
) -> None:
    root, _ = real_run
    database = (root / "data" / "warehouse" / "rulings.duckdb").resolve()
    deliver(
        root / "data" / "inbox", {"broken/disputes.csv": disputes_csv(*((f"x{n}", "soon", None) for n in range(400)))}
    )
    done = _run("run", "--data", root / "data", cwd=root)
    assert done.returncode == 1
    assert "nothing is published" in _sentence(done)
    assert (root / "data" / "warehouse" / "rulings.duckdb").resolve() == database
    status = _run("status", "--data", root / "data", cwd=root)
    assert status.returncode == 1
    assert "Look after: the last run failed" in status.stdout
    assert "nothing is published" in status.stdout


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["run", "--inbox", "nowhere"], "nowhere"),
        (["run", "--inboks", "x"], "inboks"),
        (["fly"], "fly"),
        (["check", "nowhere"], "nowhere"),
        (["check"], "path"),
        (["sample"], "disputes"),
        (["sample", "--disputes", "many"], "many"),
        (["sample", "--disputes", "0"], "0"),
        (["rollback", "rx"], "rx"),
        (["query", "select 1", "--format", "xml"], "xml"),
    ],
)
def test_wrong_usage_ends_with_2(tmp_path: Path, arguments: list[str], word: str) -> None:
    done = _run(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert word in _sentence(done).casefold()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("sample --disputes 5 --seed -1", '"-1" for --seed'),
        ("run --max-lost 1.5", '"1.5" for --max-lost'),
        ("run two words", "One word too many: two words"),
        ("report --data a-file", "a-file is a file; the data directory must be a folder"),
        ("status --max-age -3", '"-3.0" for --max-age'),
        ("status --data a-file", "a-file is a file"),
        ("query who-wins --timeout nan", '"nan" for --timeout'),
        ("query --sql= --data a-folder", "the question is empty"),
        ("forget somebody --data nowhere", "there is no data directory"),
    ],
)
def test_what_cannot_be_meant_ends_with_2_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: str, sentence: str
) -> None:
    (tmp_path / "a-file").touch()
    (tmp_path / "a-folder").mkdir()
    monkeypatch.chdir(tmp_path)
    assert (
        call(lambda: app(arguments.split(), exit_on_error=False, print_error=False, result_action="return_value")) == 2
    )
    assert sentence in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a-file", "a-folder"]


@pytest.mark.parametrize("arguments", [["query", "select 1"], ["report"], ["rollback"]])
def test_without_a_release_commands_that_need_one_end_with_1(tmp_path: Path, arguments: list[str]) -> None:
    done = _run(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    _sentence(done)
    assert list(tmp_path.iterdir()) == []


def test_a_statement_that_is_wrong_ends_with_2(release: Built, tmp_path: Path) -> None:
    done = _run("query", "delete from core.disputes", "--data", release.data, cwd=tmp_path)
    assert done.returncode == 2
    _sentence(done)


def test_a_question_is_answered(release: Built, tmp_path: Path) -> None:
    done = _run(
        "query",
        "select outcome from core.disputes where dispute_id = 'h2'",
        "--data",
        release.data,
        "--format",
        "csv",
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout) == (0, "outcome\nseller_wins\n")


@pytest.mark.parametrize(
    "files",
    [
        {"disputes.csv": ""},
        {"disputes.csv": "a,b\n"},
        {"disputes.parquet": "no"},
        {"disputes.csv.gz": "no"},
        {"disputes.xls": "no"},
        {"disputes.csv": "dispute_id,opened_at\nd1,\xff\n".encode("latin-1")},
        {
            "disputes.csv": disputes_csv(("d1", "2026-01-01", None)),
            "manifest.json": '{"tables": {"disputes": {"sha256": []}}}',
        },
    ],
    ids=["empty", "headers", "parquet", "gzip", "ending", "bytes", "manifest"],
)
def test_files_that_cannot_be_read_end_with_a_sentence(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    deliver(tmp_path / "june", files)
    done = _run("check", "june", cwd=tmp_path)
    if files.get("disputes.csv", "").__class__ is bytes:
        # One row is broken, the file is not.
        assert (done.returncode, "encoding" in done.stdout) == (0, True), done.stderr
    else:
        assert done.returncode == 1, done.stderr
        _sentence(done)


def test_an_inbox_that_is_a_file_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "disputes.csv").write_text("dispute_id\n")
    done = _run("run", "--inbox", "disputes.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert "disputes.csv is a file; put it into a folder" in _sentence(done)


def test_a_profile_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    deliver(tmp_path / "june", {"disputes.csv": disputes_csv(("d1", "2026-01-01", None))})
    done = _run("check", "june", "--profile", "nowhere", cwd=tmp_path)
    assert done.returncode == 2
    assert "canonical, xianyu_zh" in _sentence(done)


def test_status_and_help_without_a_release(tmp_path: Path) -> None:
    status, helped = _run("status", cwd=tmp_path), _run("--help", cwd=tmp_path)
    assert (status.returncode, helped.returncode) == (1, 0)
    assert "nothing was published yet" in status.stdout
    assert all(
        name in helped.stdout for name in ("run", "sample", "check", "query", "report", "explain", "status", "rollback")
    )


def test_make_run_is_a_command_that_exists(tmp_path: Path) -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8")
    (line,) = [line for line in makefile.splitlines() if "/rulings run" in line]
    options = [word for word in line.split() if word.startswith("--")]
    known = _run("run", "--help", cwd=tmp_path).stdout
    assert [option for option in options if option not in known] == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (None, 0),
        (RunError("the data"), 1),
        (OSError(28, "No space left on device"), 1),
        (KeyboardInterrupt(), 1),
        (RuntimeError("Query interrupted"), 1),
        (UsageError("the call"), 2),
    ],
)
def test_failures_become_statuses(error: BaseException | None, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        if error:
            raise error

    assert call(command) == status
    said = capsys.readouterr().err
    assert said.count("\n") == (0 if error is None else 1)
    assert said.startswith("rulings: ") or error is None


def test_ctrl_c_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.sample.write_sample", interrupt)
    words = ["sample", "--disputes", "5", "--out", str(tmp_path / "batch")]
    assert call(lambda: app(words, exit_on_error=False, print_error=False, result_action="return_value")) == 1
    assert capsys.readouterr().err == "rulings: stopped; the last release is as it was\n"
