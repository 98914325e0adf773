"""What a run says while it works: text for a person, or one JSON object a line for a collector of logs.

Nothing here holds personal data: stages, figures, and sentences that were masked when they were made.
"""

import json
import os
import sys
from datetime import UTC, datetime

from flows.stages import StageCost, Stopwatch

#: In the environment, so that a scheduled run and the server of a run have it too: ``json`` for JSON lines.
VARIABLE = "RULINGS_LOG"


def is_json() -> bool:
    """Whether lines are JSON."""
    return os.environ.get(VARIABLE) == "json"


def say(event: str, message: str, **facts: object) -> None:
    """Write one line to standard error.

    Args:
        event: What kind of line it is; a name that does not change.
        message: What a person reads.
        facts: Figures for a machine.
    """
    line = f"· {message}"
    if is_json():
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "event": event, "message": message, **facts}, ensure_ascii=False)
    sys.stderr.write(f"{line}\n")


def failed(sentence: str, status: int) -> None:
    """Write why a command failed, as its last line; what it quotes is masked."""
    from transforms.privacy.mask import mask_sentence  # noqa: PLC0415 - takes time to load

    sentence = mask_sentence(sentence)
    if is_json():
        say("failed", sentence, status=status)
    else:
        sys.stderr.write(f"rulings: {sentence}\n")


def begun(stage: str) -> None:
    """Say that a stage has begun."""
    say("stage_begun", stage, stage=stage)


def ended(cost: StageCost) -> None:
    """Say what a stage cost; a person is not told, for it is in ``stages.json``."""
    if is_json():
        say("stage_ended", cost.stage, stage=cost.stage, seconds=cost.seconds, peak_rss_bytes=cost.peak_rss_bytes)


def noted(sentence: str) -> None:
    """Say what a person should know of the run."""
    say("warning", sentence)


def progressed(line: str) -> None:
    """Say how far a long file is."""
    say("progress", line)


def stopwatch() -> Stopwatch:
    """Return a stopwatch that says all that it hears."""
    return Stopwatch(begun, ended, on_note=noted, on_line=progressed)
