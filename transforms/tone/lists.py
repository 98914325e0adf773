"""Reading the word lists: tab-separated tables with a header, comment lines beginning with #."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from transforms.tone.codes import CODES

_GROUP = re.compile(r"\(([^()]*)\)")
_FILES_WITH_LIST = ("emoji",)
_INTERCEPT = "(intercept)"
_FULL_WIDTH = {
    **{chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F) if chr(code).isalnum()},
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", ""),
}


class LexiconError(ValueError):
    """A word list that cannot be used; the message names file, line and what was expected."""


@dataclass(frozen=True)
class Entry:
    """One line of a word list.

    Attributes:
        pattern: The text looked for, groups written out.
        list_name: The list it belongs to (a key of ``CODES``).
        weight: Points of hostility (or of courtesy for the polite lists), 0 for context lists.
        source: Where it comes from.
    """

    pattern: str
    list_name: str
    weight: int
    source: str


@dataclass(frozen=True)
class Model:
    """A linear model over character n-grams, for hostility towards groups of people.

    Attributes:
        groups: Words for groups; only texts with one of them are shown to the model.
        points: N-gram → points for (above 0) or against hostility. Of n-grams that overlap the leftmost counts, of
            several at one place the longest.
        intercept: Points of a text without any n-gram.
        point_size: Log odds of one point.
    """

    groups: tuple[str, ...]
    points: dict[str, int]
    intercept: int
    point_size: float = 0.25


def expand_groups(pattern: str) -> list[str]:
    """Write out the alternatives of a pattern: ``(不|没)退(款|)`` gives four strings.

    Args:
        pattern: Text with groups ``(a|b|)``; groups do not nest.

    Returns:
        Every combination, in the order written.
    """
    pieces = [piece.split("|") if i % 2 else [piece] for i, piece in enumerate(_GROUP.split(pattern))]
    return ["".join(choice) for choice in product(*pieces)]


def _rows(name: str, text: str, columns: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Read a table, comment lines (#) skipped; yield line number and row."""
    if not text:
        return
    lines = [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    header = lines[0][1].split("\t") if lines else [""]
    if missing := sorted(set(columns) - set(header)):
        raise LexiconError(f"{name}.tsv has no column {', '.join(missing)}; its header is {header}")
    for number, line in lines[1:]:
        cells = next(csv.reader([line], delimiter="\t", quoting=csv.QUOTE_NONE))
        if len(cells) != len(header):
            raise LexiconError(f"{name}.tsv line {number}: {len(cells)} cells, expected {len(header)}")
        yield number, dict(zip(header, cells, strict=True))


def read_spellings(traditional: str, spellings: str) -> dict[str, str]:
    """Read the tables of Traditional characters and of masks and separators.

    Args:
        traditional: Text of ``traditional.tsv``, may be empty.
        spellings: Text of ``spellings.tsv``, may be empty.

    Returns:
        What is written → what it is read as, full-width and zero-width characters too, the longest first.
    """
    read = dict(_FULL_WIDTH)
    for _, row in _rows("traditional", traditional, ("simplified", "traditional")):
        read |= dict.fromkeys(row["traditional"], row["simplified"])
    for _, row in _rows("spellings", spellings, ("written", "read")):
        read[row["written"]] = row["read"]
    return dict(sorted(read.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def read_model(groups: str, model: str) -> Model:
    """Read the n-gram model.

    Args:
        groups: Text of ``groups.tsv``, may be empty.
        model: Text of ``model.tsv``, may be empty; points are whole numbers.

    Returns:
        The model; without n-grams it has nothing to say.

    Raises:
        LexiconError: Points that are no whole number.
    """
    words = tuple(row["pattern"] for _, row in _rows("groups", groups, ("pattern",)))
    weights: dict[str, int] = {}
    for number, row in _rows("model", model, ("ngram", "points")):
        if not row["points"].removeprefix("-").isdecimal():
            raise LexiconError(f"model.tsv line {number}: points {row['points']!r} are no whole number")
        weights[row["ngram"]] = int(row["points"])
    return Model(words, weights, weights.pop(_INTERCEPT, 0))


def read_entries(name: str, text: str) -> Iterator[Entry]:
    """Read one list; each pattern with its groups written out.

    Args:
        name: The file's name without ``.tsv``.
        text: Its text.

    Yields:
        The entries in the order of the file.

    Raises:
        LexiconError: As :func:`transforms.tone.lexicon.build_lexicon` says.
    """
    columns = ["pattern", "weight", "source"] + (["list"] if name in _FILES_WITH_LIST else [])
    for number, row in _rows(name, text, columns):
        place = f"{name}.tsv line {number}"
        list_name = row.get("list", name)
        if list_name not in CODES:
            raise LexiconError(f"{place}: unknown list {list_name!r}; known are {', '.join(CODES)}")
        weight = _read_weight(place, row["weight"])
        for pattern in expand_groups(row["pattern"].lower()):
            if not pattern:
                raise LexiconError(f"{place}: {row['pattern']!r} also stands for the empty text")
            yield Entry(pattern, list_name, weight, row["source"])


def _read_weight(place: str, cell: str) -> int:
    """Read a weight: whole points."""
    limit = 20
    if not cell.isdecimal() or int(cell) > limit:
        raise LexiconError(f"{place}: weight {cell!r} is no whole number from 0 to {limit}")
    return int(cell)
