"""Opening a delivered file, unpacked, within the limits of what one may unpack to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from flows.errors import RunError
from flows.ingest.delivered import InboxFile
from flows.ingest.progress import Meter
from flows.ingest.survey import Readable
from flows.settings import Limits

_BLOCK = 4 << 20
# What unpacks to less than this does no harm, however small it is packed.
_HARMLESS_BYTES = 64 << 20


class BoundedStream:
    """Content that is refused once there is more of it than its packed size lets expect."""

    def __init__(
        self, stream: Readable, name: str, packed_bytes: int, limits: Limits, meter: Meter | None = None
    ) -> None:
        """Read from `stream`, the content of the file `name` of `packed_bytes`; `meter` is told how far."""
        self._stream = stream
        self._name = name
        self._packed = packed_bytes
        self._limits = limits
        self._meter = meter
        self.seen = 0

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes.

        Raises:
            RunError: More was unpacked than is allowed, or what is packed is damaged.
        """
        try:
            block = self._stream.read(size)
        except OSError as error:
            raise RunError(f"{self._name} cannot be unpacked ({error}); deliver it again") from error
        self.seen += len(block)
        if self._meter is not None:
            self._meter(self.seen)
        refuse_bomb(self._name, self.seen, self._packed, self._limits)
        return block


def refuse_bomb(name: str, unpacked: int, packed: int, limits: Limits) -> None:
    """Refuse what unpacks to too much.

    Args:
        name: What is unpacked.
        unpacked: Bytes so far.
        packed: Bytes as delivered.
        limits: What is allowed.

    Raises:
        RunError: It is too much.
    """
    if unpacked > limits.unpacked_bytes:
        raise RunError(
            f"{name} unpacks to more than {limits.unpacked_bytes / 2**30:,.3g} GiB; refused. "
            "Deliver it in parts, or raise unpacked_bytes in the settings"
        )
    if unpacked > _HARMLESS_BYTES and unpacked > limits.ratio * packed:
        raise RunError(
            f"{name} unpacks to more than {limits.ratio} times its size, as only a trap does; refused. "
            "If it is sound, deliver it unpacked, or raise ratio in the settings"
        )


@contextmanager
def open_bytes(file: InboxFile, limits: Limits) -> Iterator[BoundedStream]:
    """Open a file's content, unpacked if it is compressed.

    Args:
        file: The file.
        limits: What it may unpack to.

    Yields:
        The content.

    Raises:
        RunError: It is beyond the limits.
    """
    size = file.path.stat().st_size
    # Opened here and not by Arrow, which refuses a path that is not UTF-8.
    with file.path.open("rb") as raw:
        if file.compression is None:
            yield BoundedStream(raw, file.name, size, limits, file.meter)
        else:
            with pa.input_stream(raw, compression=file.compression) as stream:
                yield BoundedStream(stream, file.name, size, limits, file.meter)


def unpack(file: InboxFile, target: Path, limits: Limits) -> None:
    """Write a compressed file's content to another, for formats that are not read from the beginning on.

    Raises:
        RunError: It is beyond the limits.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with open_bytes(file, limits) as stream, target.open("wb") as unpacked:
        while block := stream.read(_BLOCK):
            unpacked.write(block)
