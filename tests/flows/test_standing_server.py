"""A standing Prefect server with a worker, set up with the commands of the guide: late runs, retries, artifacts.

The server, the worker, the runs and the receiver of notices are real processes and sockets.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from flows.prefect_server import prefect_server
from flows.settings import Layout
from tests.builders import deliver, disputes_csv

PROJECT = Path(__file__).parents[2]
PATIENCE_SECONDS = 180.0
TRIES = 30
POOL, DEPLOYMENT = "rulings", "rulings-scheduled/nightly"
BLOCK = """
from prefect.blocks.notifications import CustomWebhookNotificationBlock
CustomWebhookNotificationBlock(
    name="rulings", url="{url}", json_data={{"subject": "{{{{subject}}}}", "text": "{{{{body}}}}"}}
).save("rulings")
"""


@dataclass(frozen=True)
class Standing:
    """A server that is standing, with its environment."""

    url: str
    environment: dict[str, str]

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Ask the server; where it says that it is busy, again, as clients of Prefect do."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/{path}", data, {"Content-Type": "application/json"})
        for _ in range(TRIES):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.loads(answer.read())
            except urllib.error.HTTPError as error:
                if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
                time.sleep(1)
        raise AssertionError(f"the server stays busy: {path}")

    def run(self, *words: str) -> None:
        """Run Python with the server's environment, and expect it to go well."""
        done = subprocess.run(
            [sys.executable, *words], cwd=PROJECT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self, seconds_from_now: float, **parameters: str) -> str:
        """Schedule a run of the deployment and return its id."""
        deployment = self.ask(f"deployments/name/{DEPLOYMENT}")
        when = (datetime.now(UTC) + timedelta(seconds=seconds_from_now)).isoformat()
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": when}}
        body = {"parameters": parameters, "state": state}
        return str(self.ask(f"deployments/{deployment['id']}/create_flow_run", body)["id"])

    def wait(self, run: str) -> dict[str, Any]:
        """Wait until a run has ended."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.ask(f"flow_runs/{run}")
            if found["state_type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}:
                return found
            time.sleep(0.5)
        raise AssertionError(f"the run has not ended: {found['state']}")


@dataclass(frozen=True)
class Receiver:
    """A web server that notes what it is sent."""

    url: str
    notices: list[dict[str, str]]

    def wait(self) -> None:
        """Wait until there is a notice: it is sent once the run has ended."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.notices and time.monotonic() < deadline:
            time.sleep(0.1)


@contextmanager
def _receiver() -> Iterator[Receiver]:
    notices: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            notices.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Receiver(f"http://127.0.0.1:{server.server_port}/", notices)
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def _worker(standing: Standing) -> Iterator[None]:
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process"]
    worker = subprocess.Popen(
        command, cwd=PROJECT, env=standing.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=60)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with _receiver() as started:
        yield started


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Standing]:
    """Start a server, and set up pool, deployment and block."""
    layout = Layout(tmp_path_factory.mktemp("server"))
    with pytest.MonkeyPatch.context() as patch:
        # What the server sets in the environment is taken back.
        for name in ("PREFECT_HOME", "PREFECT_API_URL"):
            patch.delenv(name, raising=False)
        with prefect_server(layout) as wait_until_it_answers:
            wait_until_it_answers()
            environment = os.environ | {
                "RULINGS_HOME": str(PROJECT),
                "RULINGS_RETRIES": "1",
                "RULINGS_RETRY_SECONDS": "1",
                "RULINGS_NOTIFY_BLOCK": "custom-webhook/rulings",
                "PREFECT_WORKER_QUERY_SECONDS": "1",
            }
            started = Standing(os.environ["PREFECT_API_URL"], environment)
            started.run("-m", "prefect", "work-pool", "create", POOL, "--type", "process")
            started.run("-m", "prefect", "--no-prompt", "deploy", "--name", "nightly")
            started.run("-c", BLOCK.format(url=receiver.url))
            yield started
        os.environ.pop("PREFECT_HOME", None)


def _artifacts(standing: Standing, data: Path) -> dict[str, Any]:
    found = standing.ask("artifacts/filter", {"sort": "UPDATED_DESC"})
    assert data.is_dir()
    return {each["key"]: each for each in reversed(found)}


def test_runs_of_a_deployment(standing: Standing, receiver: Receiver, tmp_path: Path) -> None:
    deliver(tmp_path / "inbox", {"disputes.csv": disputes_csv(("d1", "2026-01-01", "partial"))})
    (tmp_path / "empty").mkdir()
    data = tmp_path / "data"
    # The first was due when no worker was there; the second has nothing to read, however often it is tried.
    late = standing.start(-120, data=str(data), inbox=str(tmp_path / "inbox"))
    with _worker(standing):
        assert standing.wait(late)["state_type"] == "COMPLETED"
        failing = standing.start(1, data=str(tmp_path / "other"), inbox=str(tmp_path / "empty"))
        failed = standing.wait(failing)
        receiver.wait()
    assert (data / "warehouse" / "rulings.duckdb").is_file()
    assert failed["state_type"] == "FAILED"
    assert failed["run_count"] == 2
    assert "there are no disputes to load" in failed["state"]["message"]
    assert [notice["subject"] for notice in receiver.notices] == ["rulings-scheduled failed"]
    assert "there are no disputes to load" in receiver.notices[0]["text"]
    artifacts = _artifacts(standing, data)
    assert {"headline", "claims", "report", "progress"} <= set(artifacts)
    assert artifacts["headline"]["type"] == "markdown"
    assert artifacts["headline"]["data"].startswith("## The answer")
    claims = json.loads(artifacts["claims"]["data"])
    assert {"claim", "statement", "verdict", "n"} <= set(claims[0])
    assert {claim["verdict"] for claim in claims} == {"not_testable"}
    assert (data / "releases").as_uri() in artifacts["report"]["data"]


def test_the_deployment_is_what_the_guide_says(standing: Standing) -> None:
    deployment = standing.ask(f"deployments/name/{DEPLOYMENT}")
    (schedule,) = deployment["schedules"]
    assert schedule["schedule"]["cron"] == "30 3 * * *"
    assert schedule["schedule"]["timezone"] == "Asia/Shanghai"
    assert deployment["work_pool_name"] == POOL
    assert deployment["global_concurrency_limit"]["limit"] == 1
