"""One export run in a folder, in a bucket, and in a bucket with two Dask workers, each from nothing.

``python -m benchmarks.cluster --disputes 100000`` prints a table. The S3 server is that of the tests, on this machine,
so its own processor time is spent beside that of the run, and no network is in between.
"""

import argparse
import os
import resource
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from obstore.store import S3Store

from benchmarks.measure import measure
from flows.sample import write_sample
from tests.cluster.s3_server import BUCKET, s3_server

_GIB = 2**30
_RULINGS = str(Path(sys.executable).parent / "rulings")


@dataclass(frozen=True)
class Cost:
    """What a run cost.

    Attributes:
        seconds: Wall time.
        processor_seconds: Processor time of the run and all its processes, without the S3 server.
        peak_gib: Largest sum of resident memory.
    """

    seconds: float
    processor_seconds: float
    peak_gib: float


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(data: str, inbox: Path, executor: str) -> Cost:
    """Carry out one run from nothing.

    Args:
        data: The data directory.
        inbox: The inbox.
        executor: As on the command line.

    Raises:
        RuntimeError: The run failed.
    """
    before = _processor_seconds()
    done = measure([_RULINGS, "run", "--data", data, "--inbox", str(inbox), "--executor", executor])
    if done.exit_status:
        raise RuntimeError(done.output)
    return Cost(done.seconds, _processor_seconds() - before, done.peak_bytes / _GIB)


def main() -> None:
    """Measure the three ways one after another and print them as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--disputes", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where everything is put; a temporary folder by default")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        write_sample(folder / "inbox" / "sample", asked.disputes, 1)
        (folder / "s3").mkdir()
        with s3_server(folder / "s3") as server:
            os.environ.update(server.environment | {"AWS_ALLOW_HTTP": "true", "RULINGS_KEY": "k" * 40})
            S3Store(BUCKET, client_options={"allow_http": True}).put("made", b"")
            ways = {
                "folder": (str(folder / "data"), "threads"),
                "bucket": (f"s3://{BUCKET}/threads", "threads"),
                "bucket, two Dask workers": (f"s3://{BUCKET}/dask", "dask"),
            }
            print("| | seconds | processor seconds | peak GiB |\n|---|---:|---:|---:|")
            for way, (data, executor) in ways.items():
                cost = run(data, folder / "inbox", executor)
                print(
                    f"| {way} | {cost.seconds:.0f} | {cost.processor_seconds:.0f} | {cost.peak_gib:.1f} |", flush=True
                )


if __name__ == "__main__":
    main()
