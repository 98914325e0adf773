"""What is told and kept of a fault in the program."""

from types import TracebackType

from flows import log


def explain_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Keep what a developer needs in a file, and tell the person what happened and where it is.

    Args:
        kind: Type of what was raised.
        error: What was raised.
        trace: Where.
    """
    import tempfile  # noqa: PLC0415 - only where something went wrong
    import traceback  # noqa: PLC0415

    from transforms.privacy.mask import mask_sentence  # noqa: PLC0415

    with tempfile.NamedTemporaryFile(
        "w", prefix="rulings-crash-", suffix=".log", delete=False, encoding="utf-8"
    ) as details:
        details.write(mask_sentence("".join(traceback.format_exception(kind, error, trace))))
    cause = str(error).splitlines()[0] if str(error) else kind.__name__
    sentence = (
        f"a fault in the program stopped the run ({cause}); the last release is as it was. Details: {details.name}"
    )
    log.failed(sentence, 1)
