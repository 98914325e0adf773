"""What a text must have for a regular expression to match: read off the expression itself.

The expressions of the grammar are made of literal characters, classes, groups, alternatives and quantifiers. Of these,
a literal, a class that is not negated, and a group must be there unless a quantifier allows none of it.
"""

import re
from collections.abc import Iterable
from itertools import product
from typing import Final, TypeAlias

#: A text matches only if it has, for one of these alternatives, one character of each of the alternative's sets.
Needs: TypeAlias = frozenset[frozenset[frozenset[str]]]

_ALWAYS: Final[Needs] = frozenset({frozenset()})
_QUANTIFIER = re.compile(r"(?:([?*+])|\{(\d+),\d*\})\??")
_ESCAPED: Final = {"n": "\n"}


def needs_of(pattern: str) -> Needs:
    """Read off what a text must have for an expression to match.

    Args:
        pattern: A regular expression as the grammar writes them, without look-around and classes by name.

    Returns:
        Its needs, without those that are implied by others. An expression that may match any text needs an alternative
        without sets.
    """
    needs, end = _alternatives(pattern, 0)
    if end != len(pattern):
        raise ValueError(f"unbalanced expression {pattern!r} at {end}")
    return needs


def any_of(needs: Iterable[Needs]) -> Needs:
    """Needs of several expressions of which one must match."""
    together = frozenset(alternative for each in needs for alternative in each)
    return frozenset(a for a in together if not any(b < a for b in together))


def all_of(needs: Iterable[Needs]) -> Needs:
    """Needs of several expressions that must all match."""
    return any_of(frozenset({frozenset[frozenset[str]]().union(*choice)}) for choice in product(*needs))


def one_of(characters: str) -> Needs:
    """Needs of one character of a set."""
    return frozenset({frozenset({frozenset(characters)})})


def _alternatives(pattern: str, at: int) -> tuple[Needs, int]:
    """Read alternatives up to the end of their group."""
    found = []
    while True:
        needs, at = _sequence(pattern, at)
        found.append(needs)
        if at == len(pattern) or pattern[at] == ")":
            return any_of(found), at
        at += 1  # the bar


def _sequence(pattern: str, at: int) -> tuple[Needs, int]:
    """Read one alternative."""
    found: list[Needs] = []
    while at < len(pattern) and pattern[at] not in "|)":
        needs, at = _atom(pattern, at)
        if quantifier := _QUANTIFIER.match(pattern, at):
            at = quantifier.end()
            if quantifier[1] in ("?", "*") or quantifier[2] == "0":
                needs = _ALWAYS
        found.append(needs)
    return all_of(found), at


def _atom(pattern: str, at: int) -> tuple[Needs, int]:
    """Read a character, a class, a group or an anchor."""
    character = pattern[at]
    if character == "(":
        needs, end = _alternatives(pattern, at + (3 if pattern.startswith("(?:", at) else 1))
        return needs, end + 1
    if character == "[":
        end = pattern.index("]", at)
        inside = pattern[at + 1 : end]
        return (_ALWAYS if inside.startswith("^") else one_of(_written_out(inside))), end + 1
    if character == "\\":
        return one_of(_ESCAPED.get(pattern[at + 1], pattern[at + 1])), at + 2
    return (_ALWAYS if character in "^$" else one_of(character)), at + 1


def _written_out(inside: str) -> str:
    """Write out what is between the brackets of a class: ``a-c`` is three characters."""
    text = re.sub(r"\\(.)", lambda escaped: _ESCAPED.get(escaped[1], escaped[1]), inside)
    return re.sub("(.)-(.)", lambda ends: "".join(map(chr, range(ord(ends[1]), ord(ends[2]) + 1))), text)
