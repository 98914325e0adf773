"""What has been delivered and staged so far."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from flows.errors import RunError
from flows.files import write_json_atomically
from flows.settings import Layout
from flows.storage import Place

RECORD = "file.json"
DELIVERIES = "deliveries.json"


@dataclass(frozen=True)
class ExtraColumn:
    """A column of disputes that a profile names as an extra factor."""

    name: str
    column: str
    type: str
    favours: str | None = None


@dataclass(frozen=True)
class StagedFile:
    """What a staged file holds; written beside its rows, so that both are there or neither.

    Attributes:
        file_id: Hash of the content; of a file that was read again, of the way of reading too.
        table: Table that its rows belong to.
        batch: Batch that brought it first.
        name: Path within the inbox.
        profile: Profile that its headers were read with.
        format: Format, encoding and compression in words.
        bytes: Size of the unpacked content.
        delivered_at: When it was delivered, in ISO 8601.
        rows_in: Rows in the file.
        quarantined: Rows that break a rule of their own.
        reading: Hash of all that decides how its rows are read and filed.
        content: Hash of its decoded records, whatever they were written in.
        months: Months under which its rows are filed.
        columns: Columns of the contract that the file has.
        not_recorded: Columns of the contract that it does not have.
        extra_columns: Further columns, kept as text.
        extra_factors: Those of them that a profile names as extra factors.
        kinds: The columns that later files are held against, and their kinds (decision 095).
    """

    file_id: str
    table: str
    batch: str
    name: str
    profile: str
    format: str
    bytes: int
    delivered_at: str
    rows_in: int
    quarantined: int
    reading: str
    content: str = ""
    months: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    not_recorded: tuple[str, ...] = ()
    extra_columns: tuple[str, ...] = ()
    extra_factors: tuple[ExtraColumn, ...] = ()
    kinds: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivery:
    """One file that was seen in the inbox.

    Attributes:
        batch: Batch that it came with.
        name: Path within the inbox.
        file_id: Hash of its content; empty for a file that is not data.
        status: ``loaded``, ``delivered_before`` or ``ignored``.
        table: Table that it belongs to, or empty.
        bytes: Size.
        note: What else is to be said.
        staged_as: The staged file that it counts as, where that is not called after its own content: the same records
            were loaded before in another form, or it was read again in another way.
        corrected_by: A later file that was delivered in its place; empty where there is none.
    """

    batch: str
    name: str
    file_id: str
    status: str
    table: str
    bytes: int
    note: str = ""
    staged_as: str = ""
    corrected_by: str = ""

    @property
    def counts_as(self) -> str:
        """The staged file that it counts as."""
        return self.staged_as or self.file_id


@dataclass(frozen=True)
class Ledger:
    """Everything delivered so far.

    Attributes:
        deliveries: Every file seen, in order of delivery.
        staged: The files that were loaded, by content hash, in order of delivery.
    """

    deliveries: tuple[Delivery, ...] = ()
    staged: dict[str, StagedFile] = field(default_factory=dict)

    def of_table(self, table: str) -> list[StagedFile]:
        """Return the staged files of a table in order of delivery."""
        return [file for file in self.staged.values() if file.table == table]

    @property
    def extra_factors(self) -> tuple[ExtraColumn, ...]:
        """Return the extra factors of all files, each name once."""
        return tuple({factor.name: factor for file in self.staged.values() for factor in file.extra_factors}.values())

    def sequence(self) -> dict[str, int]:
        """Return the place of each staged file in the order of delivery."""
        return {file_id: place for place, file_id in enumerate(self.staged)}


class StagedGoneError(RunError):
    """A folder that a release counts is not there."""


def staged_folder(layout: Layout, table: str, file_id: str) -> Place:
    """Return the folder of a staged file."""
    return layout.staged / table / file_id


def write_record(folder: Place, record: StagedFile) -> None:
    """Write what a staged file holds into its folder."""
    write_json_atomically(folder / RECORD, asdict(record))


def read_record(folder: Place) -> StagedFile | None:
    """Read what a staged file holds, or None if it is not there."""
    path = folder / RECORD
    if not path.is_file():
        return None
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    raw["extra_factors"] = tuple(ExtraColumn(**each) for each in raw["extra_factors"])
    lists = {key: tuple(value) for key, value in raw.items() if isinstance(value, list)}
    return StagedFile(**(raw | lists))


def read_deliveries(folder: Place) -> tuple[Delivery, ...]:
    """Read the deliveries that a release was made from; none if there is no release."""
    path = folder / DELIVERIES
    if not path.is_file():
        return ()
    return tuple(Delivery(**each) for each in json.loads(path.read_text(encoding="utf-8")))


def write_deliveries(folder: Place, deliveries: Iterable[Delivery]) -> None:
    """Write the deliveries that a release is made from into its folder."""
    write_json_atomically(folder / DELIVERIES, [asdict(each) for each in deliveries])


def make_ledger(layout: Layout, deliveries: tuple[Delivery, ...]) -> Ledger:
    """Join the deliveries with what is staged.

    Args:
        layout: The data directory.
        deliveries: Every file seen, in order.

    Returns:
        The ledger.

    Raises:
        StagedGoneError: What was staged of a delivery is gone.
    """
    staged: dict[str, StagedFile] = {}
    for delivery in deliveries:
        if delivery.status == "loaded":
            folder = staged_folder(layout, delivery.table, delivery.counts_as)
            record = read_record(folder)
            if record is None:
                raise StagedGoneError(
                    f"the staged rows of {delivery.name} ({delivery.table}) are no longer in {folder}; "
                    "restore the folder, or begin with an empty data directory and deliver everything again"
                )
            staged[delivery.counts_as] = record
    return Ledger(deliveries, staged)


def iso(moment: datetime) -> str:
    """Write a time in UTC as ISO 8601."""
    return moment.astimezone(UTC).isoformat()
