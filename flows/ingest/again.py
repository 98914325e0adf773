"""Reading again what was set aside, and telling apart what is new from what was loaded before in another form."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.ingest.delivered import InboxFile
from flows.ingest.ledger import Delivery, Ledger, StagedFile, read_record, staged_folder
from flows.ingest.staging import StagingTask
from flows.ingest.survey import Survey
from flows.settings import Layout

_HASH_BYTES = 8
_SAME_RECORDS = "the same records were loaded before, in another form: "


@dataclass(frozen=True)
class Fingerprint:
    """What identifies a file's content.

    Attributes:
        file_id: Start of the SHA-256 of the unpacked content.
        bytes: Size of the unpacked content.
        survey: What tells how a text file is written.
    """

    file_id: str
    bytes: int
    survey: Survey | None = None


def tasks_again(
    files: Sequence[InboxFile], prints: Sequence[Fingerprint], before: Ledger, readings: Mapping[str, str]
) -> dict[str, StagingTask]:
    """Find the files that are still in the inbox and had rows set aside.

    Args:
        files: Files of the inbox.
        prints: What identifies each.
        before: What was delivered before.
        readings: All that decides how rows are read; it names the new staged file, for the old one never changes.

    Returns:
        For each staged file that is to be read again, how.
    """
    here = {found.file_id: (file, found) for file, found in zip(files, prints, strict=True) if not file.ignored}
    tasks: dict[str, StagingTask] = {}
    for delivery in before.deliveries:
        staged = before.staged.get(delivery.counts_as)
        if delivery.status != "loaded" or not staged or not staged.quarantined or delivery.file_id not in here:
            continue
        file, found = here[delivery.file_id]
        text = repr((delivery.file_id, sorted(readings.items())))
        new_id = hashlib.blake2b(text.encode(), digest_size=_HASH_BYTES).hexdigest()
        if new_id != delivery.counts_as:
            # It keeps its place and its time of delivery.
            kept = replace(file, batch=delivery.batch, name=delivery.name, table=delivery.table, survey=found.survey)
            tasks[delivery.counts_as] = StagingTask(kept, new_id, found.bytes, (), "")
    return tasks


def settled(
    layout: Layout, before: Ledger, deliveries: Iterable[Delivery], again: Mapping[str, StagingTask]
) -> tuple[Delivery, ...]:
    """Put the deliveries of a run after those before it, once all is staged.

    Args:
        layout: The data directory.
        before: What was delivered before.
        deliveries: What was delivered now.
        again: Staged files that were read again.

    Returns:
        All deliveries. One that was read again counts as what was read now, if that is something else; one whose
        records were loaded before in another form counts as that.
    """
    moved = {old: task.file_id for old, task in again.items() if _is_changed(layout, before.staged[old], task)}
    loaded = {
        (file.table, file.content): (moved.get(file_id, file_id), file.name) for file_id, file in before.staged.items()
    }
    found = [_counting_as(each, moved) for each in before.deliveries]
    for each in deliveries:
        delivery = _counting_as(each, moved)
        record = read_record(staged_folder(layout, each.table, each.file_id)) if each.status == "loaded" else None
        # Files without a row all say the same, and their columns tell what was recorded.
        if record is not None and record.rows_in:
            original, name = loaded.setdefault((record.table, record.content), (record.file_id, record.name))
            if original != record.file_id:
                moved[each.file_id] = original
                delivery = replace(each, status="delivered_before", staged_as=original, note=f"{_SAME_RECORDS}{name}")
        found.append(delivery)
    return tuple(found)


def _is_changed(layout: Layout, old: StagedFile, task: StagingTask) -> bool:
    new = read_record(staged_folder(layout, old.table, task.file_id))
    return new is not None and (new.content, new.extra_factors) != (old.content, old.extra_factors)


def _counting_as(delivery: Delivery, moved: Mapping[str, str]) -> Delivery:
    place = moved.get(delivery.counts_as)
    return replace(delivery, staged_as=place) if place else delivery


def with_corrections(
    deliveries: Sequence[Delivery], files: Sequence[InboxFile], prints: Sequence[Fingerprint], ledger: Ledger
) -> tuple[Delivery, ...]:
    """Note which files with rows set aside have another content in the inbox by now.

    Args:
        deliveries: All deliveries.
        files: Files of the inbox.
        prints: What identifies each.
        ledger: What is staged of them.

    Returns:
        The deliveries; what is set aside in a file that was replaced counts as superseded, what was loaded stays.
    """
    now = {(file.batch, file.name): found.file_id for file, found in zip(files, prints, strict=True)}
    read = {each.file_id for each in deliveries if each.status in {"loaded", "delivered_before"}}
    found: list[Delivery] = []
    for each in deliveries:
        successor = now.get((each.batch, each.name), each.file_id)
        staged = ledger.staged.get(each.counts_as)
        is_due = each.status == "loaded" and staged is not None and staged.quarantined > 0
        is_replaced = is_due and successor != each.file_id and successor in read
        found.append(replace(each, corrected_by=successor) if is_replaced else each)
    return tuple(found)
