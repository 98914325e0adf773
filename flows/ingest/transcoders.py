"""Decoding in processes of its own: Python's codecs hold the interpreter, which the rest of the work needs."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

from flows.errors import RunError
from flows.ingest.transcode import ANSWER_HEAD, BLOCK_HEAD, Transcoded

_WORKERS = 2


def transcoded_in_parallel(blocks: Iterable[bytes], encoding: str) -> Iterator[Transcoded]:
    """Turn blocks of whole lines into UTF-8.

    Args:
        blocks: The blocks.
        encoding: Their encoding.

    Yields:
        The text of each block, in order.

    Raises:
        RunError: A process ended before its work was done.
    """
    with ExitStack() as stack:
        workers = [stack.enter_context(_Worker(encoding)) for _ in range(_WORKERS)]
        sent = received = 0
        for block in blocks:
            # Every worker has one block at a time: it is asked for its answer before it gets the next.
            done = workers[received % _WORKERS].receive() if sent - received == _WORKERS else None
            workers[sent % _WORKERS].send(block)
            sent += 1
            if done is not None:
                received += 1
                yield done
        for number in range(received, sent):
            yield workers[number % _WORKERS].receive()


class _Worker:
    """A process that transcodes."""

    def __init__(self, encoding: str) -> None:
        # -P: modules that lie in the current folder are not ours.
        command = [sys.executable, "-P", "-m", "flows.ingest.transcode", encoding]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> "_Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def send(self, block: bytes) -> None:
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(BLOCK_HEAD.pack(len(block)))
            self._process.stdin.write(block)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._lost() from error

    def receive(self) -> Transcoded:
        text_length, flaws_length = ANSWER_HEAD.unpack(self._read(ANSWER_HEAD.size))
        text = self._read(text_length)
        return Transcoded(text, tuple((place, what) for place, what in json.loads(self._read(flaws_length))))

    def _read(self, size: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(size)
        if len(data) < size:
            raise self._lost()
        return data

    @staticmethod
    def _lost() -> RunError:
        return RunError("a process that decodes text has ended too early (is there enough memory?); run again")
