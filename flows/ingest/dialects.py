"""How a text file is written, on the evidence of its content unless the profile says."""

import codecs
import re
from dataclasses import dataclass

from flows.errors import RunError
from flows.ingest.delivered import InboxFile
from flows.ingest.streams import open_bytes
from flows.ingest.survey import LineEnds, Survey, survey_stream
from flows.settings import Limits
from transforms.ingest.dialect import DELIMITERS, likeliest_grammar
from transforms.ingest.encodings import WIDE, is_binary, likeliest_encoding, wide_encoding
from transforms.ingest.profile import Profile
from transforms.ingest.signatures import signature

_MOST_EVIDENCE = 400
_LINE_END = re.compile(r"\r\n|\r|\n")
_DELIMITER_WORDS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True)
class Dialect:
    """How a text file is written.

    Attributes:
        encoding: Encoding, as Python names it.
        line_end: ``LF``, ``CRLF`` or ``CR``.
        delimiter: Field delimiter; empty for JSON.
        backslash: Whether a backslash escapes quotes.
    """

    encoding: str
    line_end: str = "LF"
    delimiter: str = ""
    backslash: bool = False

    @property
    def words(self) -> str:
        """The dialect as ``meta.files`` states it."""
        delimiter = _DELIMITER_WORDS.get(self.delimiter, repr(self.delimiter)) if self.delimiter else ""
        line_end = self.line_end if self.delimiter else ""
        escapes = "backslash escapes" if self.backslash else ""
        return " ".join(part for part in (self.encoding, delimiter, line_end, escapes) if part)


def surveyed(file: InboxFile, limits: Limits) -> Survey:
    """Return what a pass over the file's content found, making it if nobody has.

    Raises:
        RunError: The file is beyond the limits.
    """
    return file.survey or survey_file(file, limits)


def survey_file(file: InboxFile, limits: Limits) -> Survey:
    """Make a pass over a file's content.

    Raises:
        RunError: The file is beyond the limits.
    """
    with open_bytes(file, limits) as stream:
        return survey_stream(stream)


def dialect_of(file: InboxFile, profile: Profile, limits: Limits) -> Dialect:
    """Tell how a text file is written.

    Args:
        file: A file of a text format.
        profile: What it says about encoding and delimiter holds.
        limits: What the file may unpack to.

    Returns:
        Encoding, line ends, delimiter and escapes.

    Raises:
        RunError: The file is no text.
    """
    survey = surveyed(file, limits)
    what = signature(survey.head)
    if what:
        raise RunError(f"{file.name} is {what}, whatever its name says; deliver the table itself")
    encoding = _encoding(survey, profile)
    if is_binary(survey.head, encoding):
        raise RunError(f"{file.name} is not text (it holds control characters); deliver the table itself")
    lines = _evidence(survey, encoding)
    # In UTF-16 a byte of a line end is also half of some characters, so its beginning is looked at as text.
    ends = _line_ends(lines.text) if encoding in WIDE else survey.line_ends
    if file.format != "csv":
        return Dialect(encoding, ends.name)
    rules = likeliest_grammar(lines.text, lines.all, _delimiters(profile, lines), _default_delimiter(file))
    return Dialect(encoding, ends.name, rules.delimiter, rules.backslash)


@dataclass(frozen=True)
class _Lines:
    """What tells how a text is written: its beginning, and lines from all over it if there is more."""

    text: str
    all: list[str]


def _encoding(survey: Survey, profile: Profile) -> str:
    named = codecs.lookup(profile.encoding).name if profile.encoding else ""
    wide = wide_encoding(survey.head, survey.nuls)
    if named == "utf-16":
        return wide or WIDE[0]
    if named:
        return "utf-8" if named == "utf-8-sig" else named
    evidence = [line for line in survey.excerpts if not line.isascii()]
    step = max(1, len(evidence) // _MOST_EVIDENCE)
    return wide or likeliest_encoding(evidence[::step])


def _evidence(survey: Survey, encoding: str) -> _Lines:
    head = survey.head.decode(encoding, errors="replace").removeprefix("\ufeff")
    if survey.size > len(survey.head):
        # What is cut at the end is no evidence.
        head = head[: max(head.rfind("\n"), head.rfind("\r")) + 1] or head
    if encoding in WIDE:
        return _Lines(head, [])
    step = max(1, len(survey.excerpts) // _MOST_EVIDENCE)
    chosen = survey.excerpts[::step] if survey.size > len(survey.head) else ()
    escapes = [line for line in survey.excerpts if b"\\" in line][:_MOST_EVIDENCE] if chosen else []
    texts = (line.decode(encoding, errors="replace") for line in (*chosen, *escapes))
    return _Lines(head, [text for text in texts if text.strip()])


def _line_ends(text: str) -> LineEnds:
    return LineEnds(text.count("\n"), text.count("\r"), text.count("\r\n"))


def _delimiters(profile: Profile, lines: _Lines) -> tuple[str, ...]:
    if profile.delimiter:
        return (profile.delimiter,)
    first = lines.text.lstrip()[:16].strip('"').casefold()
    hint = _LINE_END.split(first)[0].strip('"')
    return (hint[len("sep=") :] or "\t",) if is_delimiter_hint(hint) else DELIMITERS


def _default_delimiter(file: InboxFile) -> str:
    return "\t" if ".tsv" in file.path.name.casefold() else ","


def is_delimiter_hint(line: str) -> bool:
    """Tell whether a first line is Excel's hint at the delimiter: ``sep=;``."""
    return line.startswith("sep=") and len(line) <= len("sep=,")
