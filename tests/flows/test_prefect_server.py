"""Waiting for Prefect's server: on a busy machine longer than usual, and not for one that has ended."""

import subprocess
import sys

import pytest

from flows import prefect_server
from flows.errors import RunError


def test_a_server_that_takes_long_is_waited_for_and_who_waits_is_told_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prefect_server, "_TELL_SECONDS", 0.0)
    monkeypatch.setattr(prefect_server, "_TIMEOUT_SECONDS", 0.5)
    with subprocess.Popen(["sleep", "60"]) as server:
        with pytest.raises(RunError, match="did not answer within"):
            prefect_server._wait(server, "http://127.0.0.1:9/api")
        server.kill()
    assert capsys.readouterr().err.count("waiting for Prefect's server") == 1


def test_a_server_that_has_ended_is_not_waited_for() -> None:
    with subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"]) as server:
        server.wait()
        with pytest.raises(RunError, match="ended at once with status 3"):
            prefect_server._wait(server, "http://127.0.0.1:9/api")
