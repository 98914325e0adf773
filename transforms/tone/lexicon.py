"""The lexicon: word lists compiled into one table of patterns and codes.

Each list is a tab-separated file (header ``pattern, weight, source``; homophones and emoji also ``list``). A pattern
is replaced, in one pass over the text, by a private-use character that stands for its list, followed by as many point
characters as its weight. Everything else about a message is then read off that coded text.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from transforms.tone.variants import expand_groups, full_width_forms, separated_forms, traditional_forms

ACTS = ("insult", "threat", "demand", "refusal", "stalling", "courtesy", "apology", "offer", "cooperation")

#: List name → the character that stands for a match of it.
CODES: dict[str, str] = {
    name: chr(0xE000 + number)
    for number, name in enumerate(
        (
            "insult",  # contempt, abuse, slurs
            "latin",  # insults in Latin letters: only where no other letter or digit touches them
            "threat",
            "procedure",  # complaint, police, court, bad review: a threat only under an ultimatum
            "ultimatum",  # 再不…, 不退就…, 否则
            "demand",
            "demand_refund",  # 马上退款: a demand by the buyer, an offer by the seller
            "refusal",
            "refusal_alone",  # 不行: a refusal only when it is the whole clause
            "stalling",
            "courtesy",
            "courtesy_alone",  # 你好: a greeting only when it is the whole clause
            "apology",
            "offer",
            "offer_seller",  # 退一半: an offer when the seller says it
            "cooperation",
            "cooperation_alone",  # 好的: agreement only when it is the whole clause
            "irony",  # points, but no act of its own
            "negation",
            "reported",  # 骂我: what follows is a quotation
            "rhetorical",  # 是什么: turns 不是骗子是什么 back into an insult
            "question",
            "softener",  # 请, 麻烦: what follows is asked, not demanded
            "ordinary",  # 垃圾袋: matched so that nothing inside it is
            "model_for",  # character n-grams of the linear model that speak for hostility
            "model_against",
        )
    )
}
POINT = chr(0xE0F0)
POLITE_POINT = chr(0xE0F1)
MODEL_POINT = chr(0xE0F2)
MODEL_MINUS = chr(0xE0F3)

_POLITE_LISTS = frozenset(name for name in CODES if name.startswith(("courtesy", "apology", "offer", "cooperation")))
_MODEL_LISTS = frozenset({"model_for", "model_against"})
_SPLIT_FROM = 4  # only patterns this hostile are also looked for with separators
_FILES_WITH_LIST = ("homophones", "emoji")
_TRADITIONAL = "traditional"


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
class Lexicon:
    """The compiled word lists.

    Attributes:
        patterns: What is searched for, longest first (the first of several at one place wins).
        codes: What replaces each pattern, in the same order.
        entries: The lines of the lists, groups written out, before spelling variants.
    """

    patterns: tuple[str, ...]
    codes: tuple[str, ...]
    entries: tuple[Entry, ...]


def build_lexicon(tables: Mapping[str, str]) -> Lexicon:
    """Compile the word lists.

    Args:
        tables: File name (``insult.tsv``) → its text.

    Returns:
        The lexicon; the same tables give the same lexicon in the same order.

    Raises:
        LexiconError: An unknown list, a missing column, a weight that is no whole number from 0 to 20, a pattern
            without text or one that is both ordinary and hostile.
    """
    texts = {name.removesuffix(".tsv"): text for name, text in sorted(tables.items())}
    traditional = _read_traditional(texts.pop(_TRADITIONAL, ""))
    entries = tuple(entry for name, text in texts.items() for entry in _read_entries(name, text))
    coded: dict[str, dict[str, int]] = {}
    for entry in entries:
        _note(coded, entry.pattern, entry)
    listed = frozenset(coded)
    for entry in entries:
        for form in _forms(entry, traditional):
            if form not in listed:  # what is listed as such keeps its own meaning
                _note(coded, form, entry)
    for character in (*CODES.values(), POINT, POLITE_POINT, MODEL_POINT, MODEL_MINUS):
        coded[character] = {"ordinary": 0}  # text cannot smuggle codes in
    patterns = tuple(sorted(coded, key=lambda pattern: (-len(pattern), pattern)))
    return Lexicon(patterns, tuple(_code(pattern, coded[pattern]) for pattern in patterns), entries)


def points(list_name: str, weight: int) -> str:
    """Give the point characters that follow a code."""
    if list_name in _MODEL_LISTS:
        return (MODEL_POINT if list_name == "model_for" else MODEL_MINUS) * weight
    return (POLITE_POINT if list_name in _POLITE_LISTS else POINT) * weight


def _note(coded: dict[str, dict[str, int]], pattern: str, entry: Entry) -> None:
    """Add one meaning to a pattern; of two weights in one list the higher stays."""
    lists = coded.setdefault(pattern, {})
    lists[entry.list_name] = max(entry.weight, lists.get(entry.list_name, 0))


def _code(pattern: str, lists: Mapping[str, int]) -> str:
    """Write the replacement of a pattern."""
    if "ordinary" in lists and len(lists) > 1:
        others = ", ".join(sorted(set(lists) - {"ordinary"}))
        raise LexiconError(f"pattern {pattern!r} is in ordinary.tsv and also in {others}: keep one of the two")
    return "".join(CODES[name] + points(name, lists[name]) for name in sorted(lists))


def _forms(entry: Entry, traditional: Mapping[str, str]) -> Iterator[str]:
    """Yield the other spellings of an entry."""
    if entry.list_name in _MODEL_LISTS:
        return
    yield from traditional_forms(entry.pattern, traditional)
    yield from full_width_forms(entry.pattern)
    if entry.list_name in {"insult", "latin"} and entry.weight >= _SPLIT_FROM:
        yield from separated_forms(entry.pattern)


def _rows(name: str, text: str, columns: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Read a table, comment lines (#) skipped; yield line number and row."""
    lines = [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    header = lines[0][1].split("\t") if lines else []
    if missing := sorted(set(columns) - set(header)):
        raise LexiconError(f"{name}.tsv has no column {', '.join(missing)}; its header is {header}")
    for number, line in lines[1:]:
        cells = next(csv.reader([line], delimiter="\t", quoting=csv.QUOTE_NONE))
        if len(cells) != len(header):
            raise LexiconError(f"{name}.tsv line {number}: {len(cells)} cells, expected {len(header)}")
        yield number, dict(zip(header, cells, strict=True))


def _read_traditional(text: str) -> dict[str, str]:
    """Read the table of Traditional forms."""
    if not text:
        return {}
    rows = _rows(_TRADITIONAL, text, ("simplified", "traditional"))
    return {row["simplified"]: row["traditional"] for _, row in rows}


def _read_entries(name: str, text: str) -> Iterator[Entry]:
    """Read one list; each pattern with its groups written out."""
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
