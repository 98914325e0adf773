"""The examples for those who run it every night: their commands work, and name options that exist."""

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.builders import deliver, disputes_csv

PROJECT = Path(__file__).parents[2]
EXAMPLES = PROJECT / "docs" / "operations"
INSTALLED = "/opt/rulings"


def _unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    # systemd tells keys by their case.
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((EXAMPLES / name).read_text(encoding="utf-8"))
    return parser


def _instructions() -> list[tuple[str, str]]:
    lines = (EXAMPLES / "Containerfile").read_text(encoding="utf-8").splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines if not line.startswith("#"))]


def _run(words: list[str], cwd: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, **variables}
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize("name", ["rulings.service", "rulings.timer"])
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path, name: str) -> None:
    unit = _unit(name)
    assert unit.sections()
    if shutil.which("systemd-analyze"):
        for each in ("rulings.service", "rulings.timer"):
            text = (EXAMPLES / each).read_text(encoding="utf-8").replace(INSTALLED, str(PROJECT))
            (tmp_path / each).write_text(text.replace("User=rulings\n", ""), encoding="utf-8")
        done = _run(["systemd-analyze", "verify", "--man=no", str(tmp_path / name)], tmp_path)
        said = [line for line in done.stderr.splitlines() if "rulings." in line]
        assert (done.returncode, said) == (0, [])


def test_what_the_unit_starts_runs(tmp_path: Path) -> None:
    service = _unit("rulings.service")["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert Path(service["ReadWritePaths"]) == Path(service["WorkingDirectory"]) / words[words.index("--data") + 1]
    deliver(tmp_path / "data" / "inbox", {"disputes.csv": disputes_csv(("d1", "2026-01-01", "partial"))})
    name, _, value = service["Environment"].partition("=")
    done = _run([program.replace(INSTALLED, str(PROJECT)), *words], tmp_path, **{name: value})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "data" / "current" / "rulings.duckdb").is_file()
    events = [json.loads(line)["event"] for line in done.stderr.splitlines()]
    assert set(events) == {"stage_begun", "stage_ended"}


def test_the_commands_of_the_container() -> None:
    instructions = _instructions()
    assert {word for word, _ in instructions} <= {
        "FROM", "RUN", "WORKDIR", "COPY", "USER", "ENV", "VOLUME", "ENTRYPOINT", "CMD",
    }  # fmt: skip
    found = dict(instructions)
    (program,) = json.loads(found["ENTRYPOINT"])
    command = json.loads(found["CMD"])
    done = _run([program.replace(found["WORKDIR"], str(PROJECT)), command[0], "--help"], PROJECT)
    assert done.returncode == 0
    assert all(word in done.stdout for word in command if word.startswith("--"))
    (setup,) = [rest for word, rest in instructions if word == "RUN" and rest.startswith("make ")]
    assert _run(["make", "--dry-run", *shlex.split(setup)[1:]], PROJECT).returncode == 0
    version = (PROJECT / "pyproject.toml").read_text(encoding="utf-8").split('requires-python = ">=')[1][:4]
    assert f"python:{version}" in found["FROM"]
    assert f"python{version}" in setup


def test_commands_of_the_guide_exist() -> None:
    guide = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    named = set(re.findall(r"rulings (run|status|serve|rollback|query)\b", guide))
    assert named == {"run", "status", "serve", "rollback"}
    options = {name: set(re.findall(rf"rulings {name}[^\n`]*?(--[a-z-]+)", guide)) for name in named}
    assert options["status"]
    for name, wanted in options.items():
        helped = _run([str(PROJECT / ".venv" / "bin" / "rulings"), name, "--help"], PROJECT).stdout
        assert [option for option in wanted if option not in helped] == []
    links = re.findall(r"\]\(([^)#]+)\)", guide)
    assert [link for link in links if not (PROJECT / "docs" / link).exists()] == []
    code = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "flows").glob("*.py"))
    variables = set(re.findall(r"RULINGS_[A-Z_]+", guide)) - {"RULINGS_HOME"}
    assert [name for name in variables if f'"{name}"' not in code] == []
