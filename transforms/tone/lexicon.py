"""The lexicon: word lists compiled into one table of patterns and codes.

Each list is a tab-separated file (header ``pattern, weight, source``; homophones and emoji also ``list``). A pattern
is replaced, in one pass over the text, by a private-use character that stands for its list, followed by as many point
characters as its weight. Everything else about a message is then read off that coded text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from transforms.tone.codes import CODES, POINT, POLITE_POINT, WORD_LISTS, points
from transforms.tone.grammar import Grammar, build_grammar
from transforms.tone.lists import Entry, LexiconError, Model, read_entries, read_model, read_spellings

_FIRST = frozenset({"settle", "settle_both", "handle", "reject"})  # next to the words before them


@dataclass(frozen=True)
class Lexicon:
    """The compiled word lists.

    Attributes:
        patterns: What is searched for, longest first (the first of several at one place wins).
        codes: What replaces each pattern, in the same order.
        entries: The lines of the lists, groups written out.
        spellings: What is written → what it is read as, the longest first: Traditional → simplified, full-width →
            ASCII, zero-width characters and separators → nothing. Each of more than one character has in it one that
            is also there by itself.
        model: The n-gram model.
        words: List → its one-character words. They are too frequent to code; the grammar reads them as they are.
    """

    patterns: tuple[str, ...]
    codes: tuple[str, ...]
    entries: tuple[Entry, ...]
    spellings: dict[str, str]
    words: dict[str, str]
    model: Model

    def __hash__(self) -> int:
        """Hash what is searched for, so that what is made of a lexicon is found again for a copy of it."""
        return hash((self.patterns, self.codes))

    @cached_property
    def grammar(self) -> Grammar:
        """The rules, written for these lists."""
        return build_grammar(self.words)


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
    spellings = read_spellings(texts.pop("traditional", ""), texts.pop("spellings", ""))
    model = read_model(texts.pop("groups", ""), texts.pop("model", ""))
    entries = tuple(entry for name, text in texts.items() for entry in read_entries(name, text))
    words = _words(entries)
    coded = _meanings(entries)
    _drop_longer(coded)
    _drop_idle(coded, frozenset("".join(words.values())))
    for character in (*CODES.values(), POINT, POLITE_POINT):
        coded[character] = {"ordinary": 0}  # text cannot smuggle codes in
    patterns = tuple(sorted(coded, key=lambda pattern: (-len(pattern), pattern)))
    codes = tuple(_code(coded[pattern]) for pattern in patterns)
    return Lexicon(patterns, codes, entries, spellings, words, model)


def _is_word(entry: Entry) -> bool:
    """Whether an entry stays in the text instead of being coded."""
    return entry.list_name in WORD_LISTS and len(entry.pattern) == 1


def _words(entries: tuple[Entry, ...]) -> dict[str, str]:
    """Gather the one-character words of each list."""
    words: dict[str, str] = {}
    for entry in entries:
        if _is_word(entry) and entry.pattern not in words.get(entry.list_name, ""):
            words[entry.list_name] = words.get(entry.list_name, "") + entry.pattern
    return words


def _meanings(entries: tuple[Entry, ...]) -> dict[str, dict[str, int]]:
    """Gather the lists that each pattern belongs to, with its weight there; of two weights the higher stays."""
    coded: dict[str, dict[str, int]] = {}
    for entry in entries:
        if not _is_word(entry):
            for form in _cases(entry.pattern):
                lists = coded.setdefault(form, {})
                lists[entry.list_name] = max(entry.weight, lists.get(entry.list_name, 0))
    for pattern, lists in coded.items():
        if "ordinary" in lists and len(lists) > 1:
            others = ", ".join(sorted(set(lists) - {"ordinary"}))
            raise LexiconError(f"pattern {pattern!r} is in ordinary.tsv and also in {others}: keep one of the two")
    return coded


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


def _drop_idle(coded: dict[str, dict[str, int]], words: frozenset[str]) -> None:
    """Drop an ordinary pattern that neither contains a pattern of another list nor runs into the start of one."""
    others = words.union(pattern for pattern, lists in coded.items() if "ordinary" not in lists)
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


def _code(lists: Mapping[str, int]) -> str:
    """Write the replacement of a pattern: its codes, then its points."""
    names = sorted(lists, key=lambda name: (name not in _FIRST, name))
    return "".join(CODES[name] for name in names) + "".join(points(name, lists[name]) for name in names)
