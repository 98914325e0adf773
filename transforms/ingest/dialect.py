r"""How a delimited text is written: its delimiter, its escapes, and the fields of one record.

A quote opens a field only at its beginning and closes it only before a delimiter or the end of the record; a quote
inside a quoted field is doubled, or escaped by a backslash. People's exports break this, so the fields of a single line
are read leniently: a quote that stands where none can be belongs to the text.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import sqrt

DELIMITERS = (",", ";", "\t", "|")
#: Columns beyond this many speak no louder for a delimiter.
_MANY_COLUMNS = 40


@dataclass(frozen=True)
class Grammar:
    """How fields are told apart.

    Attributes:
        delimiter: One ASCII character.
        backslash: Whether a backslash escapes quotes, delimiters, line ends and itself.
    """

    delimiter: str = ","
    backslash: bool = False

    @cached_property
    def _strict(self) -> re.Pattern[str]:
        escape = r"\\.|" if self.backslash else ""
        plain = r'[^"\\]' if self.backslash else '[^"]'
        return re.compile(rf'"((?:{plain}++|{escape}"")*+)"(?={self._end})', re.DOTALL)

    @cached_property
    def _lenient(self) -> re.Pattern[str]:
        escape = r"\\.|" if self.backslash else ""
        plain = r'[^"\\]' if self.backslash else '[^"]'
        return re.compile(rf'"((?:{plain}++|{escape}""(?!{self._end})|"(?!{self._end}))*+)"(?={self._end})', re.DOTALL)

    @cached_property
    def _bare(self) -> re.Pattern[str]:
        delimiter = re.escape(self.delimiter)
        if self.backslash:
            return re.compile(rf"((?:[^\\{delimiter}]++|\\.|\\\Z)*+)", re.DOTALL)
        return re.compile(rf"([^{delimiter}]*+)", re.DOTALL)

    @cached_property
    def _escaped(self) -> re.Pattern[str]:
        return re.compile(rf'\\(["\\\r\n{re.escape(self.delimiter)}])')

    @property
    def _end(self) -> str:
        return rf"{re.escape(self.delimiter)}|\Z"

    def fields(self, record: str, *, is_strict: bool = False) -> "Fields":
        """Split a record into its fields.

        Args:
            record: The record without its line end.
            is_strict: Whether a quote within a quoted field must be doubled or escaped.

        Returns:
            The fields; where a quote is opened and never closed, those before it and its place.
        """
        found: list[str] = []
        place = 0
        while True:
            match = None
            if record.startswith('"', place):
                match = self._strict.match(record, place) or (None if is_strict else self._lenient.match(record, place))
                if match is None:
                    return Fields(tuple(found), place)
            quoted = match is not None
            match = match or self._bare.match(record, place)
            if match is None:
                return Fields(tuple(found), place)
            found.append(self._unescaped(match[1], is_quoted=quoted))
            if match.end() == len(record):
                return Fields(tuple(found))
            place = match.end() + 1

    @cached_property
    def _record(self) -> re.Pattern[str]:
        """A record as a careful program writes it: a field with a quote in it is quoted, or the quote escaped."""
        delimiter = re.escape(self.delimiter)
        end = rf"(?={delimiter}|[\r\n]|\Z)"
        quoted = rf'"(?:[^"\\]++|\\.|"")*+"{end}' if self.backslash else rf'"(?:[^"]++|"")*+"{end}'
        bare = rf"(?:[^\"\\{delimiter}\r\n]++|\\[^\r\n])*+{end}" if self.backslash else rf"[^\"{delimiter}\r\n]*+{end}"
        return re.compile(rf"(?:{quoted}|{bare})(?:{delimiter}(?:{quoted}|{bare}))*+(?=[\r\n]|\Z)", re.DOTALL)

    def records(self, text: str) -> Iterator[tuple[int, int]]:
        """Find the records of a text that a careful program could have written.

        Args:
            text: Records with line ends between them; what is no such record is passed over, a line at a time.

        Yields:
            The number of fields of each, and its length.
        """
        place = 0
        while place < len(text):
            match = self._record.match(text, place)
            if match is not None and match.end() > place:
                yield len(self.fields(match[0], is_strict=True).values), len(match[0])
                place = match.end()
            else:
                ends = [end for end in (text.find("\n", place), text.find("\r", place)) if end >= 0]
                place = min(ends, default=len(text))
            place += 1

    def _unescaped(self, text: str, *, is_quoted: bool) -> str:
        plain = text.replace('""', '"') if is_quoted else text
        return self._escaped.sub(r"\1", plain) if self.backslash else plain


@dataclass(frozen=True)
class Fields:
    """The fields of a record.

    Attributes:
        values: The fields, quotes and escapes resolved.
        open_at: Where a quote is opened that is never closed, in characters; None where there is none.
    """

    values: tuple[str, ...]
    open_at: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether no quote stays open."""
        return self.open_at is None


@cache
def grammar(delimiter: str, backslash: bool) -> Grammar:
    """Return a grammar, its patterns compiled once."""
    return Grammar(delimiter, backslash)


def likeliest_grammar(text: str, lines: Sequence[str], delimiters: Sequence[str], default: str = ",") -> Grammar:
    """Tell the grammar by which most of a text is well-formed records with as many fields as the header has.

    Args:
        text: The beginning of the text, whole records, the header among the first.
        lines: Lines from all over it.
        delimiters: The delimiters to choose from.
        default: The delimiter of a table that has but one column.

    Returns:
        The grammar; quotes are taken to be doubled unless a backslash before them makes more sense.
    """
    has_backslash = "\\" in text or any("\\" in line for line in lines)
    candidates = [
        grammar(delimiter, backslash)
        for delimiter in delimiters
        for backslash in ((False, True) if has_backslash else (False,))
    ]
    scores = [_score(rules, text, lines) for rules in candidates]
    best = max(scores)
    if best > 0:
        return candidates[scores.index(best)]
    return grammar(default if len(delimiters) > 1 else delimiters[0], False)


def _score(rules: Grammar, text: str, lines: Sequence[str]) -> float:
    """Score a grammar by how much of the text it explains, and into how many columns."""
    found = [*rules.records(text)]
    lengths: Counter[int] = Counter()
    for width, length in found:
        lengths[width] += length if width > 1 else 0
    if not any(lengths.values()):
        return 0.0
    width, explained = lengths.most_common(1)[0]
    header = next(each for each, _ in found if each > 1)
    share = explained / len(text)
    if lines:
        of_width = sum([*rules.records(line)][:1] == [(width, len(line))] for line in lines)
        share = (share + of_width / len(lines)) / 2
    return share * sqrt(min(width, _MANY_COLUMNS)) * (1.0 if width == header else 0.5)
