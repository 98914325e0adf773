"""Malformed files that hypothesis thinks up: a few in the tests, two minutes of them with `make fuzz`."""

import os
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.fuzz.files import Malformed, malformed
from tests.fuzz.holds import check

SECONDS = float(os.environ.get("RULINGS_FUZZ", "0"))
_ROUND = 15
_TEXTS = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            ["dispute_id", "opened_at", ",", ";", "\t", "|", '"', "\n", "\r\n", "2026-01-01", "\0", "d1", "\\"]
        ),
    ),
    max_size=40,
).map("".join)
_BYTES = st.one_of(
    st.binary(max_size=400),
    st.builds(
        lambda text, encoding: text.encode(encoding, "replace"), _TEXTS, st.sampled_from(["utf-8", "gb18030", "utf-16"])
    ),
    st.builds(lambda text: b"dispute_id,opened_at,outcome\n" + text.encode("utf-8", "replace"), _TEXTS),
)
_NAMES = st.sampled_from(
    [
        "disputes.csv",
        "disputes.tsv",
        "disputes.json",
        "disputes.ndjson",
        "disputes.parquet",
        "disputes.xlsx",
        "disputes.csv.gz",
        "disputes.csv.zst",
        "batch.zip",
        "batch.tar.gz",
        "messages.csv",
    ]
)
_FILES = st.one_of(
    st.integers(min_value=0, max_value=2**64).map(lambda seed: malformed(Random(seed))),
    st.builds(Malformed, _NAMES, _BYTES),
)


@given(_FILES)
@settings(
    max_examples=_ROUND,
    derandomize=SECONDS == 0,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def _round(file: Malformed) -> None:
    with TemporaryDirectory() as folder:
        (root := Path(folder) / "below" / "root").mkdir(parents=True)
        check(file, root)


def test_files_that_hypothesis_thinks_up() -> None:
    end = time.monotonic() + SECONDS
    _round()
    while time.monotonic() < end:
        _round()
