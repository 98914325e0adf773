"""What a run says: text for a person, JSON lines for a machine, no personal data in either."""

import json

import pytest

from flows import log
from flows.cli import call
from flows.errors import RunError
from flows.stages import StageCost

PHONE = "13812345678"


@pytest.fixture(autouse=True)
def as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(log.VARIABLE, "text")


def _fail() -> None:
    raise RunError(f"disputes of {PHONE}.csv cannot be read")


def _say_all() -> None:
    log.begun("ingest")
    log.ended(StageCost("ingest", 1.5, 2**20))
    log.noted("moved: outcome buyer_wins")
    assert call(_fail) == 1


def test_text_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    _say_all()
    assert capsys.readouterr().err.splitlines() == [
        "· ingest",
        "· moved: outcome buyer_wins",
        "rulings: disputes of [手机号].csv cannot be read",
    ]


def test_json_lines_for_a_machine(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(log.VARIABLE, "json")
    _say_all()
    said = capsys.readouterr().err
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["event"] for line in lines] == ["stage_begun", "stage_ended", "warning", "failed"]
    assert lines[1]["seconds"] == 1.5
    assert lines[1]["peak_rss_bytes"] == 2**20
    assert lines[3]["status"] == 1
    assert all(line["time"].endswith("+00:00") and line["message"] for line in lines)
    assert PHONE not in said


def test_the_refusal_of_the_operating_system_names_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    def refused() -> None:
        raise PermissionError(13, "Permission denied", f"/inbox/{PHONE}.csv")

    assert call(refused) == 1
    assert PHONE not in capsys.readouterr().err
