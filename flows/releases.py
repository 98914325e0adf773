"""What a release consists of, and what a shelf of releases can do, on this machine or in a bucket."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from flows.storage import Place

CURRENT = "current"
RECORD = "release.json"
DATABASE = "rulings.duckdb"
HISTORY = "runs.parquet"
REPORT = "report"


@dataclass(frozen=True)
class InForce:
    """Which release is in force at a moment.

    Attributes:
        run_id: The release, or None before the first.
        version: Tells this moment from all others: it changes whenever a release is put in force.
    """

    run_id: str | None = None
    version: str | None = None


class Shelf(Protocol):
    """Where releases are kept."""

    @property
    def report(self) -> Place:
        """Where people find the report in force."""

    def in_force(self) -> InForce:
        """Return which release is in force."""

    def add(self, built: Path, run_id: str) -> None:
        """Take a finished release in, which nobody reads yet."""

    def put_in_force(self, run_id: str, seen: InForce) -> bool:
        """Let readers have a release in place of the one seen; False if that is no longer in force."""

    def mend(self) -> None:
        """Finish what a run that was killed has begun when it put a release in force."""

    def database(self) -> Path | None:
        """Return the database in force as a file of this machine, or None before the first release."""

    def replaced_at(self, run_id: str) -> float:
        """Return when another release took its place, in seconds since 1970."""

    def remove(self, run_id: str) -> None:
        """Remove a release."""
