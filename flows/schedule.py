"""Running on a schedule."""

import sys
from pathlib import Path

from flows.cli import call, run


def serve(cron: str, data: Path, inbox: Path | None, profile: str | None) -> None:
    """Run the pipeline on a schedule until stopped; a failed run is reported and the next one still starts.

    Args:
        cron: When to run, in cron's notation.
        data: The data directory.
        inbox: Folder with batches, or None.
        profile: Name or path of a profile, or None.
    """
    from prefect import flow  # noqa: PLC0415 - takes seconds to load

    def scheduled() -> None:
        status = call(lambda: run(inbox=inbox, data=data, profile=profile))
        sys.stderr.write(f"run ended with status {status}\n")

    flow(name="rulings-scheduled")(scheduled).serve(name="rulings", cron=cron)
