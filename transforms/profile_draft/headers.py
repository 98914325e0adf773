"""How likely a header means a column of the contract, by its words alone."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from math import sqrt

from transforms.ingest.folding import folded, simplified, unaccented
from transforms.profile_draft.header_words import ABBREVIATIONS, ATTRIBUTE_WORDS, HEADER_WORDS, WEAK_WORDS
from transforms.registry import INPUT_TABLES

#: What a header's words are worth; an own name is sure, a header with a word more is a guess.
SURE, KNOWN, WEAK = 1.0, 0.95, 0.55
_FUZZY = 0.84
_SOME_WORDS_MORE = 0.95
_WORD_ENDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[\s_\-./:()\[\]（）]+")
_FILLERS = frozenset(
    {"the", "of", "a", "an", "is", "was", "on", "at", "in", "for", "by", "de", "da", "do", "del", "du", "der", "des"}
)


@dataclass(frozen=True)
class Likeness:
    """How well a header fits a column.

    Attributes:
        score: From 0 to 1.
        spelling: The spelling of the column that it is like.
    """

    score: float
    spelling: str


@cache
def words_of(header: str) -> tuple[str, ...]:
    """Return the words of a header in small letters, abbreviations written out."""
    spaced = _SEPARATORS.sub(" ", _WORD_ENDS.sub(" ", unaccented(header.strip())))
    words = [part for word in spaced.casefold().split() for part in ABBREVIATIONS.get(word, word).split()]
    # A number of cases is a count, a case number is a name.
    return tuple(" ".join(words).replace("number of", "count").split())


@cache
def _spellings(table: str, column: str) -> tuple[tuple[str, float], ...]:
    own = INPUT_TABLES[table].column(column)
    known = HEADER_WORDS[table].get(column, ())
    weak = WEAK_WORDS[table].get(column, ())
    return (
        (column, SURE), (own.label.zh, SURE),
        *((text, KNOWN) for text in known), *((text, WEAK) for text in weak),
    )  # fmt: skip


def likeness(header: str, table: str, column: str) -> Likeness:
    """Tell how well a header fits a column.

    Args:
        header: The header as it stands in the file.
        table: Name of a table of the contract.
        column: Name of one of its columns.

    Returns:
        The best of its spellings.
    """
    best = Likeness(0.0, "")
    for spelling, worth in _spellings(table, column):
        score = _score(header, spelling) * worth
        if score > best.score:
            best = Likeness(score, spelling)
    return best


def is_attribute(header: str) -> bool:
    """Tell whether a header speaks of what somebody is, such as "Claimant Type", and not of who."""
    return bool(ATTRIBUTE_WORDS.intersection(words_of(header)))


@cache
def _score(header: str, spelling: str) -> float:
    plain, wanted = unaccented(folded(header)), folded(spelling)
    if not plain or not wanted:
        return 0.0
    if plain == wanted or _essence(words_of(header)) == _essence(words_of(spelling)):
        return 1.0
    if _numbers(plain) != _numbers(wanted):
        # Claims in 30 days are not claims in 90.
        return 0.0
    if not wanted.isascii():
        return _chinese(simplified(plain), wanted)
    return max(_covered(_essence(words_of(header)), _essence(words_of(spelling))), _mistyped(plain, wanted))


@cache
def _numbers(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[0-9]+", text))


def _mistyped(header: str, wanted: str) -> float:
    """Likeness of what may be a slip of the pen."""
    matcher = SequenceMatcher(None, header, wanted)
    if matcher.real_quick_ratio() < _FUZZY or matcher.quick_ratio() < _FUZZY:
        return 0.0
    ratio = float(matcher.ratio())
    return ratio if ratio >= _FUZZY else 0.0


@cache
def _essence(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.rstrip("s") for word in words if word not in _FILLERS) or frozenset(words)


def _covered(words: frozenset[str], wanted: frozenset[str]) -> float:
    """A header with all words of a spelling, and more: the more there are, the less it is worth."""
    if not wanted <= words:
        return 0.0
    return _SOME_WORDS_MORE * sqrt(len(wanted) / len(words))


def _chinese(header: str, wanted: str) -> float:
    """A header with all characters of a spelling in their order; one character less is another word (买家, 卖家)."""
    rest = iter(header)
    if not all(character in rest for character in wanted):
        return 0.0
    return _SOME_WORDS_MORE * sqrt(len(wanted) / len(header))
