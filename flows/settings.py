"""Where things lie, and what a run is told."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

RELEASES_KEPT = 5


@dataclass(frozen=True)
class Layout:
    """Paths below the data directory; nothing is written outside it.

    Attributes:
        root: The data directory.
    """

    root: Path

    @property
    def inbox(self) -> Path:
        """Where batches are delivered unless another inbox is named."""
        return self.root / "inbox"

    @property
    def staged(self) -> Path:
        """Typed rows of each file, by table, content hash and month; never changed once written."""
        return self.root / "staged"

    @property
    def state(self) -> Path:
        """What has been delivered so far, the run lock and the key for pseudonyms."""
        return self.root / "state"

    @property
    def work(self) -> Path:
        """Scratch space of runs under way; emptied at the start of each run."""
        return self.root / "work"

    @property
    def scratch(self) -> Path:
        """Temporary files of libraries."""
        return self.root / "work" / "tmp"

    @property
    def releases(self) -> Path:
        """Published releases, each a folder that is never changed."""
        return self.root / "releases"

    @property
    def current(self) -> Path:
        """Link to the release in force; publishing replaces it in one step."""
        return self.root / "current"

    @property
    def database(self) -> Path:
        """The database of the release in force."""
        return self.root / "warehouse" / "rulings.duckdb"

    @property
    def report(self) -> Path:
        """The report of the release in force."""
        return self.root / "reports" / "latest" / "index.html"

    @property
    def runs(self) -> Path:
        """What each run did: stages with their times, and how it ended."""
        return self.root / "runs"

    @property
    def prefect(self) -> Path:
        """Home of Prefect's own database."""
        return self.root / "prefect"


@dataclass(frozen=True)
class Settings:
    """What one run is told.

    Attributes:
        layout: The data directory.
        inbox: The folder that batches are read from.
        profile: Name or path of a profile; None to match each file to a shipped one.
        memory_gib: Memory that DuckDB may use before it spills to disk.
        threads: Threads for Polars, Arrow and DuckDB.
        started_at: The run's one reading of the clock.
    """

    layout: Layout
    inbox: Path
    started_at: datetime
    profile: str | None = None
    memory_gib: float = 2.0
    threads: int = 2


def make_settings(data: Path, inbox: Path | None, profile: str | None) -> Settings:
    """Read the settings of a run from its arguments and the machine.

    Args:
        data: The data directory.
        inbox: The inbox, or None for the one below the data directory.
        profile: Name or path of a profile, or None.

    Returns:
        The settings, the clock read once.
    """
    layout = Layout(data.resolve())
    return Settings(
        layout=layout,
        inbox=(inbox or layout.inbox).resolve(),
        profile=profile,
        threads=len(os.sched_getaffinity(0)),
        started_at=datetime.now(UTC),
    )
