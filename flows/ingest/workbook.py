"""What a workbook (XLSX) holds: its sheets, its strings, and which cells are dates.

Read by the parser of the standard library and nothing else: the fast libraries hold a whole sheet as a dense table,
which two cells far apart make larger than any memory (calamine issue 693).
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flows.errors import RunError
from flows.ingest.delivered import InboxFile
from flows.ingest.markup import MarkupReader, attribute
from flows.ingest.streams import BoundedStream
from flows.ingest.zips import open_member, open_zip
from flows.settings import Limits
from transforms.ingest.serials import NumberForm, number_form
from transforms.ingest.signatures import signature

#: Strings that cells share; they are held while a sheet is read.
_MOST_STRING_BYTES = 256 << 20
_MOST_STRINGS = 8_000_000
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TRUE = {"1", "true", "on"}
_TOO_MANY_DIGITS = 10


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes:
        name: Its name.
        part: Where its cells are in the workbook; empty for a chart and the like.
    """

    name: str
    part: str


@dataclass(frozen=True)
class _Link:
    """A part that another one refers to."""

    kind: str
    part: str


@dataclass(frozen=True)
class Package:
    """The parts of a workbook.

    Attributes:
        file: The file.
        packed: Its parts.
        limits: What it may be like.
    """

    file: InboxFile
    packed: zipfile.ZipFile
    limits: Limits

    @contextmanager
    def part(self, name: str) -> Iterator[BoundedStream]:
        """Open a part, within the limits of what the workbook may unpack to."""
        with open_member(self.packed, name, self.file.name) as stream:
            yield BoundedStream(stream, self.file.name, self.file.content.stat().st_size, self.limits)

    def links(self, part: str) -> dict[str, _Link]:
        """Return the parts that a part refers to, by the identifier of the reference; others are left out."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        parts = set(self.packed.namelist())
        found: dict[str, _Link] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag != "Relationship" or attributes.get("TargetMode") == "External":
                return
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            if target in parts:
                found[attributes.get("Id", "")] = _Link(attributes.get("Type", "").rpartition("/")[2], target)

        if rels in parts:
            with self.part(rels) as stream:
                MarkupReader(self.file.name, start).read(stream)
        return found


@dataclass(frozen=True)
class Workbook:
    """An open workbook.

    Attributes:
        package: Its parts.
        sheets: Its sheets in order.
        is_1904: Whether days are counted from 1904.
        strings_part: Where the strings are that cells share, or empty.
        styles_part: Where the number formats are, or empty.
    """

    package: Package
    sheets: tuple[Sheet, ...]
    is_1904: bool
    strings_part: str
    styles_part: str

    def strings(self) -> list[str]:
        """Return the strings that cells share."""
        if not self.strings_part:
            return []
        with self.package.part(self.strings_part) as stream:
            return _Strings(self.package.file.name).read(stream)

    def forms(self) -> list[NumberForm]:
        """Return what the number format of each cell style makes of a number."""
        if not self.styles_part:
            return []
        reader = _Styles()
        with self.package.part(self.styles_part) as stream:
            MarkupReader(self.package.file.name, reader.start, reader.end).read(stream)
        return [number_form(each, reader.codes) for each in reader.styles]


@contextmanager
def open_workbook(file: InboxFile, limits: Limits) -> Iterator[Workbook]:
    """Open a workbook.

    Args:
        file: The file.
        limits: What it may be like.

    Yields:
        The workbook; links to other files in it are not followed.

    Raises:
        RunError: It is none, is damaged, or is beyond the limits.
    """
    with file.content.open("rb") as raw:
        what = signature(raw.read(64))
    if what != signature(b"PK\x03\x04"):
        raise RunError(
            f"{file.name} is no workbook but {what or 'something else'}; save it as .xlsx without a password"
        )
    with open_zip(file.content, file.name, limits) as packed:
        yield _workbook(Package(file, packed, limits))


def _workbook(package: Package) -> Workbook:
    documents = [link.part for link in package.links("").values() if link.kind == "officeDocument"]
    main = documents[0] if documents else "xl/workbook.xml"
    reader = _Main()
    with package.part(main) as stream:
        MarkupReader(package.file.name, reader.start).read(stream)
    links = package.links(main)
    cells = {each: link.part for each, link in links.items() if link.kind == "worksheet"}
    of_kind = {link.kind: link.part for link in links.values()}
    return Workbook(
        package,
        tuple(Sheet(name, cells.get(each, "")) for name, each in reader.sheets),
        reader.is_1904,
        of_kind.get("sharedStrings", ""),
        of_kind.get("styles", ""),
    )


@dataclass
class _Main:
    """Collects the sheets and the date system."""

    sheets: list[tuple[str, str]] = field(default_factory=list)
    is_1904: bool = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr":
            self.is_1904 = attributes.get("date1904", "").casefold() in _TRUE
        elif tag == "sheet":
            self.sheets.append((attributes.get("name", ""), attribute(attributes, "id") or ""))


@dataclass
class _Styles:
    """Collects the number format of each cell style."""

    codes: dict[int, str] = field(default_factory=dict)
    styles: list[int] = field(default_factory=list)
    is_in_styles: bool = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            self.codes[whole_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            self.is_in_styles = True
        elif tag == "xf" and self.is_in_styles:
            self.styles.append(whole_number(attributes.get("numFmtId")))

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self.is_in_styles = False


def whole_number(text: str | None, default: int = 0) -> int:
    """Read a number that stands for a place in a list; what is none, or absurd, is the default."""
    is_number = text is not None and text.isascii() and text.isdecimal() and len(text) < _TOO_MANY_DIGITS
    return int(text or "0") if is_number else default


class _Strings:
    """Collects the strings that cells share, without the readings that may stand beside Chinese words."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._strings: list[str] = []
        self._parts: list[str] = []
        self._open: list[str] = []

    def read(self, stream: BoundedStream) -> list[str]:
        reader = MarkupReader(self._name, self._start, self._end, self._text)
        for _ in reader.pieces(stream):
            if stream.seen > _MOST_STRING_BYTES or len(self._strings) > _MOST_STRINGS:
                raise RunError(f"{self._name} holds more strings than a workbook should; deliver it as CSV")
        return self._strings

    def _start(self, tag: str, _: dict[str, str]) -> None:
        self._open.append(tag)

    def _end(self, tag: str) -> None:
        self._open.pop()
        if tag == "si":
            self._strings.append(unescaped("".join(self._parts)))
            self._parts = []

    def _text(self, text: str) -> None:
        if self._open and self._open[-1] == "t" and "rPh" not in self._open:
            self._parts.append(text)


def unescaped(text: str) -> str:
    """Resolve ``_x000D_`` and the like, by which a workbook writes what XML cannot."""
    if "_x" not in text:
        return text
    resolved = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    # Characters beyond the first plane come in two halves.
    return resolved.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace")
