"""Removing staged folders that no release counts.

Such folders are left by runs that failed a gate, by files that turned out to say what was loaded before, and by
readings that a replay replaced, once the last release that counts them is gone.
"""

from datetime import UTC, datetime

from flows.files import listed, remove_tree
from flows.ingest.ledger import DELIVERIES, RECORD, read_deliveries
from flows.lock import still_held
from flows.publish import release_folder, releases
from flows.settings import Layout
from flows.storage import Place, S3Path


def clear_staged(layout: Layout, begun: datetime) -> list[Place]:
    """Remove the staged folders that no kept release counts; for a run that holds the data directory and has published.

    Not before that, because a run takes over what one before it has staged and not published.

    Args:
        layout: The data directory.
        begun: When the run began. In a bucket, whoever has meanwhile taken the lease over may stage as well: what is
            younger stays for a later run.

    Returns:
        The folders removed; in a bucket none from the moment on that the lease is somebody else's.

    Raises:
        OSError: A folder cannot be removed.
        StorageError: The bucket cannot be reached.
    """
    kept = [release_folder(layout, run_id) for run_id, _ in releases(layout)]
    if not kept or not all((folder / DELIVERIES).is_file() for folder in kept):
        # What cannot be known to be unused stays.
        return []
    counted = {(each.table, each.counts_as) for folder in kept for each in read_deliveries(folder)}
    removed: list[Place] = []
    for folder in listed(layout.staged, "*/*"):
        if (folder.parent.name, folder.name) in counted or not folder.is_dir() or _is_younger(folder, begun):
            continue
        if not still_held(layout):
            break
        # The record first: without it a folder counts as not staged, should this be cut short.
        (folder / RECORD).unlink(missing_ok=True)
        remove_tree(folder)
        removed.append(folder)
    return removed


def _is_younger(folder: Place, moment: datetime) -> bool:
    """On this machine nobody else can be at work, for the lock goes with the process."""
    if not isinstance(folder, S3Path):
        return False
    return any(datetime.fromtimestamp(each.modified, UTC) >= moment for each in folder.objects())
