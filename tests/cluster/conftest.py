"""One S3 server for all tests of a process; each test gets a prefix of its own."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from obstore.store import S3Store

from flows.storage import S3Path
from flows.storage.scratch import VARIABLE
from tests.cluster.s3_server import BUCKET, S3Server, s3_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Start the server, make a bucket, and let this process and those that it starts use it."""
    # A short path: sockets have names of at most 107 bytes.
    with s3_server(tmp_path_factory.mktemp("s3")) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in {**running.environment, "AWS_ALLOW_HTTP": "true"}.items():
            patch.setenv(name, value)
        patch.setenv(VARIABLE, str(tmp_path_factory.mktemp("scratch")))
        # This server makes a bucket when something is first put into it.
        S3Store(BUCKET, client_options={"allow_http": True}).put("made", b"")
        yield running


@pytest.fixture
def prefix(server: S3Server) -> S3Path:  # noqa: ARG001 - it runs
    """Return a prefix that nobody else uses."""
    return S3Path(BUCKET, uuid4().hex)


@pytest.fixture(scope="module")
def shared_prefix(server: S3Server) -> S3Path:  # noqa: ARG001 - it runs
    """Return a prefix for the tests of a file."""
    return S3Path(BUCKET, uuid4().hex)
