"""The lexicon: word lists compiled into one table of patterns and codes.

Each list is a tab-separated file (header ``pattern, weight, source``; homophones and emoji also ``list``). A pattern
is replaced, in one pass over the text, by a private-use character that stands for its list, followed by as many point
characters as its weight. Everything else about a message is then read off that coded text.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product


ACTS = ("insult", "threat", "demand", "refusal", "stalling", "courtesy", "apology", "offer", "cooperation")

#: List name → the character that stands for a match of it.
CODES: dict[str, str] = {
    name: chr(0xE000 + number)
    for number, name in enumerate(
        (
            # what is said
            "insult",  # contempt, abuse, slurs
            "latin",  # insults in Latin letters: only where no other letter or digit touches them
            "irony",  # polite words as weapons: points, but no act of its own
            "really",  # 可真: irony between the other's name and praise
            "praise",
            "threat",
            "procedure",  # complaint, police, court, bad review: a threat only under an ultimatum
            "ultimatum",  # 再不…, 否则
            "demand",
            "press",  # 马上, 必须: a demand with an order or a settlement after it
            "order",
            "refusal",
            "refusal_alone",  # 不行: a refusal only when it is the whole clause
            "refuse",  # 不, 拒绝: a refusal with a settlement after it
            "settle",
            "settle_both",  # the same, but the buyer may refuse it too
            "handle",  # 配合, 沟通: what either side may refuse, but is no solution in itself
            "noway",  # 不可能: a refusal with a settlement before it
            "stalling",
            "busy_time",  # 最近: stalling with busy after it
            "busy",
            "courtesy",
            "courtesy_alone",  # 你好: a greeting only when it is the whole clause
            "apology",
            "sorry",  # 道歉: an apology unless it is demanded or withheld
            "fault",  # 的错: an apology after the writer's own name
            "offer",
            "offer_seller",  # 退一半: an offer when the seller says it
            "fee",  # 运费: an offer with the writer's name and bear
            "bear",
            "agree",  # 同意: an offer with a settlement after it
            "yours",  # 给您: the same
            "cooperation",
            "cooperation_alone",  # 好的: agreement only when it is the whole clause
            "give",  # 上传: cooperation when the writer does it
            # who, and how it is meant
            "self",
            "second",
            "third",
            "says",
            "reported",
            "condition",
            "supposed",
            "then",
            "request",
            "negation",
            "negation_step",
            "rhetorical",
            "question",
            "softener",  # 请, 希望: asked for
            "promise",  # 会, 已: to be done or done by the one who speaks
            "ordinary",  # 垃圾袋: matched so that nothing inside it is
            "attributed",  # written by the grammar in place of what someone else did
        )
    )
}
#: Lists whose one-character words stay in the text.
WORD_LISTS = frozenset(CODES) - frozenset(
    ("insult", "latin", "irony", "threat", "demand", "refusal", "stalling", "courtesy", "apology", "offer")
    + ("cooperation", "offer_seller", "ordinary", "attributed")
)
POINT = chr(0xE0F0)
POLITE_POINT = chr(0xE0F1)

_POLITE_LISTS = frozenset(
    ("courtesy", "courtesy_alone", "apology", "offer", "offer_seller", "cooperation", "cooperation_alone")
)
_FIRST = frozenset({"settle", "settle_both", "handle"})  # next to the word of refusing before them
_GROUP = re.compile(r"\(([^()]*)\)")
_FILES_WITH_LIST = ("homophones", "emoji")
_TRADITIONAL = "traditional"
_INTERCEPT = "(intercept)"
_FULL_WIDTH = {
    **{chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F) if chr(code).isalnum() or chr(code) == "*"},
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


@dataclass(frozen=True)
class Lexicon:
    """The compiled word lists.

    Attributes:
        patterns: What is searched for, longest first (the first of several at one place wins).
        codes: What replaces each pattern, in the same order.
        entries: The lines of the lists, groups written out.
        characters: Written characters and what they are read as: Traditional → simplified, full-width → ASCII,
            zero-width → nothing.
        model: The n-gram model.
        words: List → its one-character words. They are too frequent to code; the grammar reads them as they are.
    """

    patterns: tuple[str, ...]
    codes: tuple[str, ...]
    entries: tuple[Entry, ...]
    characters: dict[str, str]
    words: dict[str, str]
    model: Model


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
    characters = _FULL_WIDTH | _read_traditional(texts.pop(_TRADITIONAL, ""))
    model = _read_model(texts.pop("groups", ""), texts.pop("model", ""))
    entries = tuple(entry for name, text in texts.items() for entry in _read_entries(name, text))
    coded: dict[str, dict[str, int]] = {}
    words: dict[str, str] = {}
    for entry in entries:
        if entry.list_name in WORD_LISTS and len(entry.pattern) == 1:
            words[entry.list_name] = words.get(entry.list_name, "") + entry.pattern
            continue
        for form in _cases(entry.pattern):
            _note(coded, form, entry)
    _drop_longer(coded)
    _drop_idle(coded)
    for character in (*CODES.values(), POINT, POLITE_POINT):
        coded[character] = {"ordinary": 0}  # text cannot smuggle codes in
    patterns = tuple(sorted(coded, key=lambda pattern: (-len(pattern), pattern)))
    return Lexicon(patterns, tuple(_code(pattern, coded[pattern]) for pattern in patterns), entries, characters, words, model)


def points(list_name: str, weight: int) -> str:
    """Give the point characters that follow a code."""
    return (POLITE_POINT if list_name in _POLITE_LISTS else POINT) * weight


def expand_groups(pattern: str) -> list[str]:
    """Write out the alternatives of a pattern: ``(不|没)退(款|)`` gives four strings.

    Args:
        pattern: Text with groups ``(a|b|)``; groups do not nest.

    Returns:
        Every combination, in the order written.
    """
    pieces = [piece.split("|") if i % 2 else [piece] for i, piece in enumerate(_GROUP.split(pattern))]
    return ["".join(choice) for choice in product(*pieces)]


def _drop_longer(coded: dict[str, dict[str, int]]) -> None:
    """Drop a pattern that says no more than a shorter one inside it does; fewer patterns match faster.

    Ordinary patterns stay: they are there to cover the words inside them.
    """
    for pattern in sorted(coded, key=len, reverse=True):
        lists, size = coded[pattern], len(pattern)
        parts = [pattern[i:j] for i in range(size) for j in range(i + 1, size + 1) if j - i < size]
        inside = [coded[part] for part in parts if part in coded]
        if inside and "ordinary" not in lists and all(other == lists for other in inside):
            del coded[pattern]


def _drop_idle(coded: dict[str, dict[str, int]]) -> None:
    """Drop an ordinary pattern that neither contains a pattern of another list nor runs into the start of one."""
    others = {pattern for pattern, lists in coded.items() if "ordinary" not in lists}
    starts = {pattern[:length] for pattern in others for length in range(1, len(pattern) + 1)}
    for pattern in [pattern for pattern, lists in coded.items() if "ordinary" in lists]:
        size = len(pattern)
        parts = {pattern[i:j] for i in range(size) for j in range(i + 1, size + 1)}
        endings = {pattern[i:] for i in range(size)}
        if not (parts & others or endings & starts):
            del coded[pattern]


def _cases(pattern: str) -> set[str]:
    """Write a pattern in lower case, in capitals and with a capital at the beginning."""
    return {pattern, pattern.upper(), pattern[:1].upper() + pattern[1:]}


def _note(coded: dict[str, dict[str, int]], pattern: str, entry: Entry) -> None:
    """Add one meaning to a pattern; of two weights in one list the higher stays."""
    lists = coded.setdefault(pattern, {})
    lists[entry.list_name] = max(entry.weight, lists.get(entry.list_name, 0))


def _code(pattern: str, lists: Mapping[str, int]) -> str:
    """Write the replacement of a pattern."""
    if "ordinary" in lists and len(lists) > 1:
        others = ", ".join(sorted(set(lists) - {"ordinary"}))
        raise LexiconError(f"pattern {pattern!r} is in ordinary.tsv and also in {others}: keep one of the two")
    names = sorted(lists, key=lambda name: (name not in _FIRST, name))
    return "".join(CODES[name] for name in names) + "".join(points(name, lists[name]) for name in names)


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
    """Read the table of Traditional characters."""
    if not text:
        return {}
    rows = _rows(_TRADITIONAL, text, ("simplified", "traditional"))
    return {character: row["simplified"] for _, row in rows for character in row["traditional"]}


def _read_model(groups: str, model: str) -> Model:
    """Read the groups and the n-grams."""
    words = tuple(row["pattern"] for _, row in _rows("groups", groups, ("pattern",))) if groups else ()
    points = {row["ngram"]: int(row["points"]) for _, row in _rows("model", model, ("ngram", "points"))} if model else {}
    return Model(words, points, points.pop(_INTERCEPT, 0))


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
