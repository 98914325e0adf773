"""Where things lie, and what a run is told."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from flows.errors import UsageError
from flows.settings_file import SETTINGS_FILE, hint, read_section, whole_numbers
from flows.storage import Place, open_place, reachable
from flows.storage.scratch import scratch_folder
from transforms.ingest.schema_contract import Policy
from transforms.registry import INPUT_TABLES

RELEASES_KEPT = 5
#: Where other programs find the database in force, below the data directory.
DATABASE_PLACE = "warehouse/rulings.duckdb"


@dataclass(frozen=True)
class Layout:
    """Paths below the data directory; nothing is written outside it, but for scratch space where it is in a bucket.

    Attributes:
        root: The data directory.
    """

    root: Place

    @property
    def local(self) -> Path:
        """Folder of this machine: the data directory itself, or the scratch folder where that is in a bucket."""
        return self.root if isinstance(self.root, Path) else scratch_folder(str(self.root))

    @property
    def inbox(self) -> Place:
        """Where batches are delivered unless another inbox is named."""
        return self.root / "inbox"

    @property
    def staged(self) -> Place:
        """Typed rows of each file, by table, content hash and month; never changed once written."""
        return self.root / "staged"

    @property
    def state(self) -> Place:
        """What has been delivered so far, the run lock and the key for pseudonyms."""
        return self.root / "state"

    @property
    def work(self) -> Path:
        """Scratch space of runs under way on this machine; emptied at the start of each run."""
        return self.local / "work"

    @property
    def shared(self) -> Place:
        """The same for what more than one process works on; it is where the data directory is."""
        return self.root / "work"

    @property
    def scratch(self) -> Path:
        """Temporary files of libraries."""
        return self.work / "tmp"

    @property
    def scored(self) -> Place:
        """Scored pieces of the disputes, by a hash of all that their scores depend on; taken over by later runs."""
        return self.root / "scored"

    @property
    def releases(self) -> Place:
        """Published releases, each a folder that is never changed."""
        return self.root / "releases"

    @property
    def current(self) -> Path:
        """Link to the release in force; publishing replaces it in one step."""
        return self.local / "current"

    @property
    def database(self) -> Path:
        """The database of the release in force."""
        return self.local / DATABASE_PLACE

    @property
    def report(self) -> Path:
        """The report of the release in force."""
        return self.local / "reports" / "latest" / "index.html"

    @property
    def runs(self) -> Place:
        """What each run did: stages with their times, and how it ended."""
        return self.root / "runs"

    @property
    def prefect(self) -> Path:
        """Home of Prefect's own database."""
        return self.local / "prefect"

    @property
    def dask(self) -> Path:
        """Scratch space of the workers of a cluster that a run starts for itself; gone when it ends."""
        return self.local / "dask"


@dataclass(frozen=True)
class Limits:
    """What a delivered file may be like; what is beyond it is refused, so that no file can fill disk or memory.

    They are told in ``[limits]`` of ``settings.toml`` in the data directory.

    Attributes:
        unpacked_bytes: What a file or an archive may unpack to.
        ratio: How many times its size it may unpack to, once it is large.
        files: Files of a batch.
        row_bytes: Longest row; a longer one is set aside.
        columns: Columns of a table.
    """

    unpacked_bytes: int = 64 * 2**30
    ratio: int = 200
    files: int = 10_000
    row_bytes: int = 8 * 2**20
    columns: int = 2_000


@dataclass(frozen=True)
class Settings:
    """What one run is told.

    Attributes:
        layout: The data directory.
        inbox: The folder that batches are read from.
        profile: Name or path of a profile; None to match each file to a shipped one.
        memory_gib: Memory that DuckDB may use before it spills to disk.
        threads: Threads for Polars, Arrow and DuckDB.
        max_lost: Share of the disputes of the release in force that a new one may lack.
        started_at: The run's one reading of the clock.
        limits: What a delivered file may be like.
        batch: Name of the only batch that is read; None for all.
        executor: Where files and pieces are worked on: ``threads``, ``dask`` or ``dask=ADDRESS``.
        full: Whether everything is scored and built again, and nothing is taken over from earlier runs.
        replay: Whether files that had rows set aside are read again.
        policies: What is done when the columns of a table change, by table; where none is named, they may.
    """

    layout: Layout
    inbox: Place
    started_at: datetime
    profile: str | None = None
    memory_gib: float = 2.0
    threads: int = 2
    max_lost: float = 0.02
    limits: Limits = field(default_factory=Limits)
    batch: str | None = None
    executor: str = "threads"
    full: bool = False
    replay: bool = False
    policies: Mapping[str, Policy] = field(default_factory=dict)


def read_limits(root: Place) -> Limits:
    """Read from the settings file of a data directory what a delivered file may be like.

    Raises:
        UsageError: It says something that cannot be meant.
    """
    return Limits(**whole_numbers(root, "limits", asdict(Limits())))


def read_policies(root: Place) -> dict[str, Policy]:
    """Read from ``[schema]`` of the settings file what is done when the columns of a table change.

    Raises:
        UsageError: It names no table, or no policy.
    """
    policies = [policy.value for policy in Policy]
    said = read_section(root, "schema")
    for table, policy in said.items():
        where = f"{root / SETTINGS_FILE}: schema.{table}"
        if table not in INPUT_TABLES:
            raise UsageError(f"{where} is no table{hint(table, INPUT_TABLES)}")
        if policy not in policies:
            raise UsageError(f"{where} is {policy!r}{hint(str(policy), policies)}")
    return {table: Policy(policy) for table, policy in said.items()}


def layout_of(data: str | Path) -> Layout:
    """Return where things lie in a data directory.

    Args:
        data: A folder, or an address in a bucket.

    Raises:
        UsageError: It names no bucket, or a file.
        StorageError: The bucket cannot be used.
    """
    return Layout(reachable(open_place(data)))


def make_settings(data: str | Path, inbox: str | Path | None, profile: str | None) -> Settings:
    """Read the settings of a run from its arguments and the machine.

    Args:
        data: The data directory.
        inbox: The inbox, or None for the one below the data directory.
        profile: Name or path of a profile, or None.

    Returns:
        The settings, the clock read once.

    Raises:
        UsageError: The settings file in the data directory says something that cannot be meant.
    """
    layout = layout_of(data)
    return Settings(
        layout=layout,
        inbox=open_place(inbox) if inbox else layout.inbox,
        profile=profile,
        threads=len(os.sched_getaffinity(0)),
        started_at=datetime.now(UTC),
        limits=read_limits(layout.root),
        policies=read_policies(layout.root),
    )
