"""A Prefect server for the time of a run, where none is standing.

Prefect starts one by itself, but only when the first flow asks for it, and loads the server's code into the client as
well. Started first, it boots while this process loads what the stages need.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flows import log
from flows.children import die_with_parent
from flows.errors import RunError
from flows.prefect_home import is_ready
from flows.settings import Layout

API_VARIABLE = "PREFECT_API_URL"
#: One that has ended is noticed at once; one that still boots may take minutes where others need the processors.
_TIMEOUT_SECONDS = 600.0
#: After so long who waits is told why.
_TELL_SECONDS = 30.0
_PAUSE_SECONDS = 0.05


@contextmanager
def prefect_server(layout: Layout, *, for_one_run: bool = False) -> Iterator[Callable[[], None]]:
    """Provide a Prefect server: the standing one that the environment names, or one of our own.

    Args:
        layout: The data directory; Prefect's own files lie below it.
        for_one_run: It records one run; nothing is scheduled, and no blocks are kept.

    Yields:
        A function that waits until the server answers. It sets the environment that Prefect's client reads, so it
        comes before Prefect is loaded.
    """
    _set_defaults(layout)
    layout.prefect.mkdir(parents=True, exist_ok=True)
    if os.environ.get(API_VARIABLE):
        yield lambda: None
        return
    port = _free_port()
    url = f"http://127.0.0.1:{port}/api"
    server = subprocess.Popen(
        [sys.executable, "-m", "flows.prefect_process", str(port)],
        env=os.environ | _needless(layout, for_one_run=for_one_run),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C, which the terminal sends to a whole group, must not end the server before the run that it records.
        process_group=0,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - before any thread of ours is started
    )
    os.environ[API_VARIABLE] = url
    try:
        yield lambda: _wait(server, url)
    finally:
        del os.environ[API_VARIABLE]
        server.terminate()
        try:
            server.wait(timeout=5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _set_defaults(layout: Layout) -> None:
    """Keep Prefect's own files below the data directory, its telemetry off, and its log out of the way."""
    defaults = {
        "PREFECT_HOME": str(layout.prefect),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # Failures reach the person as one sentence.
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_UI_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def _needless(layout: Layout, *, for_one_run: bool) -> dict[str, str]:
    """What keeps the server from work that is done already or that nobody asks of it."""
    found = {"PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "false"} if is_ready(layout.prefect) else {}
    if for_one_run:
        found |= {"PREFECT__SERVER_EPHEMERAL": "1", "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false"}
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], url: str) -> None:
    begun, told = time.monotonic(), False
    while (waited := time.monotonic() - begun) < _TIMEOUT_SECONDS:
        if server.poll() is not None:
            raise RunError(
                f"Prefect's server ended at once with status {server.returncode}; see the log below PREFECT_HOME"
            )
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
                if answer.status == 200:  # noqa: PLR2004 - HTTP's OK
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(_PAUSE_SECONDS)
        if waited > _TELL_SECONDS and not told:
            told = True
            log.say("waiting", f"waiting for Prefect's server, at most {_TIMEOUT_SECONDS:.0f} s: the machine is busy")
    raise RunError(f"Prefect's server did not answer within {_TIMEOUT_SECONDS:.0f} s; start one and set {API_VARIABLE}")
