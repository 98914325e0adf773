"""Ways of writing one pattern: groups of alternatives, Traditional characters, full-width letters, separators.

Variants are made once, when the lexicon is built, so that the text itself needs no rewriting pass: matching more
patterns in one automaton costs less than changing every message first.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import product

_GROUP = re.compile(r"\(([^()]*)\)")
_ASCII = re.compile(r"[0-9a-z]")
_MAX_TRADITIONAL = 6  # a pattern with many ambiguous characters would multiply without end
_FULL_WIDTH_LOWER = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_SEPARATORS = (" ", "*", ".", "-", "_", "·", "/", "~", "＊", "…", "\u200b")
_SEPARATED_LENGTHS = range(2, 5)


def expand_groups(pattern: str) -> list[str]:
    """Write out the alternatives of a pattern: ``(不|没)退(款|)`` gives four strings.

    Args:
        pattern: Text with groups ``(a|b|)``; groups do not nest.

    Returns:
        Every combination, in the order written.
    """
    pieces = [piece.split("|") if i % 2 else [piece] for i, piece in enumerate(_GROUP.split(pattern))]
    return ["".join(choice) for choice in product(*pieces)]


def traditional_forms(pattern: str, traditional: Mapping[str, str]) -> Iterator[str]:
    """Yield the pattern in Traditional characters (nothing when no character differs).

    Args:
        pattern: Simplified text.
        traditional: Simplified character → its Traditional forms, the commonest first.

    Yields:
        At most six spellings; where a character has several forms (发: 發, 髮) their combinations.
    """
    choices = [traditional.get(character, character) for character in pattern]
    for count, combination in enumerate(product(*choices)):
        if count == _MAX_TRADITIONAL:
            return
        form = "".join(combination)
        if form != pattern:
            yield form


def full_width_forms(pattern: str) -> Iterator[str]:
    """Yield the pattern with full-width letters and digits (nothing when it has none)."""
    if _ASCII.search(pattern):
        yield pattern.translate(_FULL_WIDTH_LOWER)
        yield pattern.upper().translate(_FULL_WIDTH_LOWER)


def separated_forms(pattern: str) -> Iterator[str]:
    """Yield short words with one separator between all characters, as in ``傻*逼`` or ``s b``."""
    if len(pattern) in _SEPARATED_LENGTHS:
        for separator in _SEPARATORS:
            yield separator.join(pattern)
