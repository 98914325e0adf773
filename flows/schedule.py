"""Runs that Prefect starts: the flow of deployments (prefect.yaml), and the runner behind ``rulings serve``."""

import logging
import os
import warnings
from typing import Any

from prefect import flow
from prefect.client.schemas.schedules import CronSchedule
from prefect.schedules import Cron

from flows import log
from flows.errors import UsageError
from flows.notify import notify_failure
from flows.settings import Layout
from transforms.china import TIME_ZONE

NAME = "rulings-scheduled"


def whole_number(variable: str, usual: int) -> int:
    """Read a whole number from the environment.

    Args:
        variable: The variable.
        usual: What holds where it is not set.

    Raises:
        UsageError: It is no whole number.
    """
    text = os.environ.get(variable, "").strip()
    if text and not text.isdecimal():
        raise UsageError(f"{variable} is {text!r} in the environment; give a whole number, such as {usual}")
    return int(text) if text else usual


#: A run that failed is tried again after a pause: an export may still have been on its way.
RETRIES = whole_number("RULINGS_RETRIES", 2)
RETRY_SECONDS = whole_number("RULINGS_RETRY_SECONDS", 300)


@flow(
    name=NAME,
    retries=RETRIES,
    retry_delay_seconds=RETRY_SECONDS,
    persist_result=False,
    on_failure=[notify_failure],
    on_crashed=[notify_failure],
)
def scheduled(data: str = "data", inbox: str | None = None, profile: str | None = None) -> str:
    """Carry out one run; the stages show as a flow of their own below it.

    Args:
        data: The data directory.
        inbox: Folder with batches; by default ``inbox`` below the data directory.
        profile: How headers are named.

    Returns:
        The release in force afterwards.

    Raises:
        RunError: The data cannot be read or failed a gate; the release in force is untouched.
    """
    from flows.run import run  # noqa: PLC0415 - takes seconds to load
    from flows.settings import make_settings  # noqa: PLC0415

    settings = make_settings(data, inbox, profile)
    return run(settings, log.stopwatch()).run_id


def check_schedule(cron: str) -> None:
    """Refuse what is no schedule.

    Args:
        cron: Minute, hour, day of month, month, day of week.

    Raises:
        UsageError: It is none.
    """
    try:
        CronSchedule(cron=cron, timezone=TIME_ZONE)
    except ValueError as error:
        raise UsageError(
            f"{cron!r} is no schedule; give minute, hour, day of month, month and day of week, as in '30 3 * * *'"
        ) from error


def serve(layout: Layout, cron: str, parameters: dict[str, Any]) -> None:
    """Start a run whenever the schedule says so, until interrupted; one at a time.

    Args:
        layout: The data directory.
        cron: Minute, hour, day of month, month, day of week, in the time of China.
        parameters: Of `scheduled`.
    """
    # Prefect's own handler of SIGTERM leaves this behind, of which nobody needs to be told.
    warnings.filterwarnings("ignore", "coroutine 'Runner.astop' was never awaited", RuntimeWarning)
    # Nor of the task by which it speaks to the process of a run that it ends.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    scheduled.serve(
        name=layout.root.name,
        schedule=Cron(cron, timezone=TIME_ZONE),
        parameters=parameters,
        limit=1,
        pause_on_shutdown=False,
        print_starting_message=False,
    )
