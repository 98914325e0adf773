"""Databases that many tests read are built once."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from flows.keys import VARIABLE
from flows.pipeline import RunResult
from flows.sample import write_sample
from tests.builders import KEY, deliver, disputes_csv, evidence_csv, messages_csv, run_steps

# Property tests try the same examples in every run, however busy the machine is; `make fuzz` looks for new ones.
settings.register_profile("the-same-each-time", derandomize=True, deadline=None, database=None)
settings.load_profile("the-same-each-time")

#: Hand-written rows beside a simulated export: one of each fate.
HAND_DISPUTES = disputes_csv(
    ("h1", "2026-01-01", "buyer_wins"),
    ("h2", "2026-01-02", "seller_wins"),
    ("h2", "2026-01-02", "seller_wins"),
    ("h3", "2026-01-03", "won by the buyer"),
    ("h4", "2026-01-04", None),
    ("h4", "2026-01-04", "partial"),
)
HAND_MESSAGES = messages_csv(
    ("hm1", "h1", "buyer", "我的手机号是13800138000，请尽快处理"),
    ("hm2", "h9", "buyer", "纠纷还没有送到"),
)
HAND_EVIDENCE = evidence_csv(("he1", "h1", "buyer", "照片"), ("he2", "h3", "seller", "video"))
#: A second batch: a newer version, a dispute that a message was waiting for, and content that was loaded before.
LATER = {
    "c-later/disputes.csv": disputes_csv(("h1", "2026-01-01", "partial"), ("h9", "2026-02-09", "seller_wins")),
    "c-later/messages.csv": messages_csv(("hm1", "h1", "buyer", "已收到，谢谢")),
    "c-later/evidence-again.csv": HAND_EVIDENCE,
}


@dataclass(frozen=True)
class Built:
    """A published release and where it came from."""

    root: Path
    result: RunResult

    @property
    def inbox(self) -> Path:
        """The inbox that it was built from."""
        return self.root / "inbox"

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.root / "data"


@pytest.fixture(scope="session", autouse=True)
def key_for_pseudonyms() -> Iterator[None]:
    """Use one key in all tests, in subprocesses too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, KEY.secret.decode())
        yield


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory, key_for_pseudonyms: None) -> Built:  # noqa: ARG001 - sets the key
    """Build a release from a simulated export of 200 disputes and a hand-written batch; it must not be changed."""
    root = tmp_path_factory.mktemp("release")
    write_sample(root / "inbox" / "a-simulated", 200, 7)
    batch = {"disputes.csv": HAND_DISPUTES, "messages.csv": HAND_MESSAGES, "evidence.csv": HAND_EVIDENCE}
    deliver(root / "inbox", {f"b-by-hand/{name}": text for name, text in batch.items()})
    return Built(root, run_steps(root))


def copied(release: Built, root: Path) -> Path:
    """Copy a release with its inbox, to be changed."""
    shutil.copytree(release.root, root, symlinks=True)
    return root


@pytest.fixture(scope="session")
def later(release: Built, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the release that follows when a second batch is delivered; it must not be changed."""
    root = copied(release, tmp_path_factory.mktemp("later") / "root")
    deliver(root / "inbox", LATER)
    return Built(root, run_steps(root))
