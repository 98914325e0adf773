"""Reading XML of strangers piece by piece: no document type, no entities, nothing unbounded."""

from collections.abc import Callable, Iterator
from xml.parsers import expat

from flows.errors import RunError
from flows.ingest.survey import Readable

_BLOCK = 256 << 10
_MOST_DEPTH = 100
# A tag with its attributes; the parser holds it whole.
_LONGEST_TAG = 16 << 20


class MarkupReader:
    """Calls functions for the tags of a stream of XML; prefixes of namespaces are left out."""

    def __init__(
        self,
        name: str,
        on_start: Callable[[str, dict[str, str]], None],
        on_end: Callable[[str], None] = lambda _: None,
        on_text: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Call the functions as tags begin, end, and for the text between them; `name` is that of the file."""
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = on_text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._on_start = on_start
        self._on_end = on_end
        self._name = name
        self._depth = 0

    def pieces(self, stream: Readable) -> Iterator[None]:
        """Read the stream, pausing after each piece.

        Raises:
            RunError: It cannot be read.
        """
        fed = 0
        try:
            while block := stream.read(_BLOCK):
                self._parser.Parse(block, False)
                fed += len(block)
                if fed - self._parser.CurrentByteIndex > _LONGEST_TAG:
                    raise self._refusal(f"a tag is longer than {_LONGEST_TAG >> 20} MiB")
                yield
            self._parser.Parse(b"", True)
            yield
        except expat.ExpatError as error:
            raise self._refusal(str(error)) from error

    def read(self, stream: Readable) -> None:
        """Read the whole stream.

        Raises:
            RunError: It cannot be read.
        """
        for _ in self.pieces(stream):
            pass

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise self._refusal(f"tags lie more than {_MOST_DEPTH} deep within one another")
        self._on_start(local_name(name), attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._on_end(local_name(name))

    def _refuse(self, *_: object) -> None:
        raise self._refusal("it declares a document type, by which entities can be made to explode")

    def _refusal(self, what: str) -> RunError:
        return RunError(f"{self._name} cannot be read as a workbook ({what}); save it again")


def local_name(name: str) -> str:
    """Return a name without the prefix of its namespace."""
    return name.rpartition(":")[2]


def attribute(attributes: dict[str, str], name: str) -> str | None:
    """Return an attribute by its name without prefix."""
    return next((value for key, value in attributes.items() if local_name(key) == name), None)
