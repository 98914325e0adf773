"""Estimate on a Dask cluster, with small parts: `python -m tests.cluster.divided ADDRESS SCORED PART FOLDER`."""

import sys
from pathlib import Path
from typing import Any

import polars as pl

from flows import gathering
from flows.executor import DaskTasks, task_runner
from flows.prefect_server import prefect_server
from flows.scoring import Scored
from flows.settings import Layout
from flows.statistics import estimate


def main(address: str, scored: Path, part: int, folder: Path) -> None:
    """Write the tables of estimates.

    Args:
        address: Of the scheduler.
        scored: Folder of one piece of scored disputes, ``0000``.
        part: Disputes of a part of the statistics.
        folder: Where to.
    """
    gathering.MOST_SORTED = part
    layout = Layout(folder / "data")
    with prefect_server(layout, for_one_run=True) as wait_for_server:
        from prefect import flow  # noqa: PLC0415 - reads the environment when it is loaded

        def estimated() -> dict[str, pl.DataFrame]:
            return estimate(Scored((scored / "0000",), scored), (), folder / "ruled", DaskTasks())

        wait_for_server()
        runner: Any = task_runner(f"dask={address}", folder / "dask")
        frames: dict[str, pl.DataFrame] = flow(name="estimates", persist_result=False, task_runner=runner)(estimated)()
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
