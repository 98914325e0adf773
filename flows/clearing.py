"""What a run clears up once its release is out: a refusal is worth a note but no failure; the next run tries again."""

from collections.abc import Callable
from datetime import UTC, datetime

from flows.errors import RunError
from flows.files import empty_folder, remove_tree
from flows.forget import take_old_texts_out
from flows.loading import read_contents
from flows.lock import still_held
from flows.publish import clear_old, current_run, folder_in_force
from flows.scored_cache import clear
from flows.settings import Layout, Settings
from flows.staged_clearing import clear_staged
from flows.storage import StorageError, why


def clear_up(settings: Settings, on_note: Callable[[str], None]) -> None:
    """Remove what nobody needs any more; for a run that holds the data directory and whose release is in force.

    Args:
        settings: The run's settings.
        on_note: Called with a sentence for each kind of things that could not be removed.
    """
    layout = settings.layout
    steps: dict[str, Callable[[], object]] = {
        "releases beyond the newest five": lambda: clear_old(layout, datetime.now(UTC)),
        "scored pieces that no release uses": lambda: _clear_scored(layout),
        "staged folders that no release counts": lambda: clear_staged(layout, settings.started_at),
        "scratch files of this run": lambda: clear_scratch(layout),
    }
    for what, step in steps.items():
        try:
            # In a bucket another run may have taken the lease over, and what it is making is in no release yet.
            if still_held(layout):
                step()
        except (OSError, StorageError) as error:
            on_note(f"left over: {what} could not be removed ({why(error)}); the next run tries again")


def take_texts_out(settings: Settings) -> None:
    """Take texts beyond the retention period out of the releases that are kept; again by each run, until it is done.

    Args:
        settings: The run's settings, whose release is in force.

    Raises:
        RunError: They could not be taken out.
    """
    try:
        take_old_texts_out(settings)
    except (OSError, StorageError) as error:
        raise RunError(
            f"release {current_run(settings.layout)} is in force, but texts that are older than they may be kept could "
            f"not be taken out of the releases before it ({why(error)}); the next run tries again"
        ) from error


def clear_scratch(layout: Layout) -> None:
    """Remove what runs before, or this one, have left in scratch space."""
    remove_tree(layout.shared)
    empty_folder(layout.work)


def _clear_scored(layout: Layout) -> None:
    contents = read_contents(folder_in_force(layout))
    clear(layout, contents.pieces if contents else ())
