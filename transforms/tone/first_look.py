"""The first look at all texts: which rules there is any use in trying on which text.

The words of all lists are looked up once, wherever they overlap (``scan``). A text gets a bit for each list that may be
in it, a rule knows what it needs, and most texts have what none of the rules needs: nothing is to be found in them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.tone.bits import GROUP, POINTED, SPELT, Bits, assign_bits, behind, seen, union
from transforms.tone.codes import CODES, POINT, POLITE_POINT
from transforms.tone.lexicon import Lexicon
from transforms.tone.needs import Needs, any_of
from transforms.tone.scan import Flags, Masks, Places, Scanner, Word, build_scanner
from transforms.tone.writer import BREAK_CHARACTERS, OPENING, SIDE_BY_SIDE, SideBySide

# Lists that many texts have a word of: an alternative is told by what else it needs.
_COMMON: Final = (
    "self", "second", "third", "says", "negation", "question", "supposed", "then", "request", "refuse", "promise",
    "refusal_alone", "cooperation_alone", "praise", "bear", "later", "busy_time", "courtesy_alone",
)  # fmt: skip
# Signs that say nothing by themselves.
_BESIDE: Final = ("mocking", "grounded")


@dataclass(frozen=True)
class FirstLook:
    """What the first look needs, made of one lexicon.

    Attributes:
        bits: The bit of each list.
        scanner: Looks for the words.
        rewritten: What a text needs for a pass to change it.
        signs: What a text needs for a sign of any act.
        telling: A text that has any of this, or points, has at least one of these bits.
        patterns: The node of each pattern of the lexicon.
    """

    bits: Bits
    scanner: Scanner
    rewritten: Needs
    signs: Needs
    telling: np.uint64
    patterns: Places

    def at(self, texts: pl.Series, met: Flags) -> tuple[Places, Masks]:
        """Look at texts as they are written.

        Args:
            texts: Strings without nulls.
            met: As for ``Scanner.scan``.

        Returns:
            The places of those that are to be looked at again, and their bits.
        """
        masks = self.scanner.scan(texts, met)
        at = np.flatnonzero(masks & self.telling)
        return at, masks[at]

    def may_tell(self, masks: Masks) -> npt.NDArray[np.bool_]:
        """Tell in which texts there may be anything to be found."""
        loosened = self.loosened(masks, self.bits.hold(self.rewritten, masks))
        tells = self.bits.hold(self.signs, loosened)
        tells |= (masks & self.bits.any(POINTED, GROUP)) != 0
        return tells

    def loosened(self, masks: Masks, changed: npt.NDArray[np.bool_]) -> Masks:
        """Add what may be side by side in coded texts, though it is not as they are written.

        Args:
            masks: Bits of texts.
            changed: Which of the texts a pass rewrote: what was apart may be side by side, and a refusal in place of an
                offer. In the others only points may stand before a word that are not there as it is written.

        Returns:
            The masks with such bits added.
        """
        clauses = self.bits.any(*(seen(name) for name, each in SIDE_BY_SIDE.items() if each.is_clause))
        anywhere = self.bits.any("reject", "settle", *map(seen, SIDE_BY_SIDE))
        pointed = (masks & self.bits.any(POINTED)) != 0
        return masks | np.where(pointed, clauses, 0) | np.where(changed, anywhere, 0)


def first_look(lexicon: Lexicon) -> FirstLook:
    """Prepare the first look for a lexicon."""
    grammar, bits = lexicon.grammar, assign_bits(lexicon.words)
    rewritten = any_of(rule.needs for rule, _ in (*grammar.own, *grammar.clean))
    acts = (rule.needs for name, rule in grammar.signs.items() if name not in _BESIDE)
    signs = any_of((grammar.ultimatum.needs, *acts))
    telling = bits.any(SPELT, GROUP, POINTED)
    for alternative in (*bits.conditions(signs), *bits.conditions(rewritten)):
        telling |= min(alternative, key=lambda mask: (bool(mask & bits.any(*_COMMON)), int(mask).bit_count()))
    words: dict[str, Word] = {}
    for written, word in _words(lexicon, bits):
        known = words.get(written, Word())
        words[written] = Word(known.bits | word.bits, known.followed | word.followed)
    beside = tuple((bits.of[behind(name)], bits.of[seen(name)]) for name, each in SIDE_BY_SIDE.items() if each.beside)
    ends = _by_character({seen(name): each.behind for name, each in SIDE_BY_SIDE.items()}, bits)
    between = _by_character({seen(name): each.between for name, each in SIDE_BY_SIDE.items()}, bits)
    clauses = {name: each for name, each in SIDE_BY_SIDE.items() if each.is_clause}
    before = _by_character({seen(name): _before(each, lexicon) for name, each in clauses.items()}, bits)
    scanner = build_scanner(words, ends, between, before, beside)
    patterns = np.array([scanner.nodes[pattern] for pattern in lexicon.patterns], np.intp)
    return FirstLook(bits, scanner, rewritten, signs, telling, patterns)


def _words(lexicon: Lexicon, bits: Bits) -> Iterator[tuple[str, Word]]:
    """List what is looked for."""
    names = {code: name for name, code in CODES.items()}
    followed: dict[str, int] = {}
    for name, each in SIDE_BY_SIDE.items():
        followed |= {list_name: followed.get(list_name, 0) | bits.of[seen(name)] for list_name in each.lists}
        yield from ((phrase, Word(bits.of[seen(name)])) for phrase in each.phrases)
    for pattern, code in zip(lexicon.patterns, lexicon.codes, strict=True):
        lists = [names[character] for character in code if character in names]
        also = [behind(name) for name, each in SIDE_BY_SIDE.items() if set(each.beside) & set(lists)]
        also += [POINTED] if POINT in code or POLITE_POINT in code else []
        found = bits.any(*(name for name in (*lists, *also) if name in bits.of))
        yield pattern, Word(int(found), union(followed.get(name, 0) for name in lists))
    yield from ((character, Word(brought)) for character, brought in bits.written.items())
    for name, bit in followed.items():
        yield from ((character, Word(followed=bit)) for character in lexicon.words.get(name, ""))
    yield from ((spelling, Word(bits.of[SPELT])) for spelling in lexicon.spellings if len(spelling) == 1)
    yield from ((group, Word(bits.of[GROUP])) for group in lexicon.model.groups)


def _before(each: SideBySide, lexicon: Lexicon) -> str:
    """Give the characters that may stand before a word.

    A clause begins after a break, or with the writer's name or a word of the lists beside it. (It may also begin after
    points, or what a pass put there: see ``FirstLook.loosened``.)
    """
    codes = frozenset(CODES[name] for name in ("self", *each.beside))
    words = (pattern for pattern, code in zip(lexicon.patterns, lexicon.codes, strict=True) if codes & set(code))
    last = {word[-1] for word in words}.union(lexicon.words.get("self", ""))
    return "".join(sorted(last.union(BREAK_CHARACTERS, OPENING)))


def _by_character(characters: Mapping[str, str], bits: Bits) -> dict[str, int]:
    """Turn names and their characters into characters and their bits."""
    found: dict[str, int] = {}
    for name, each in characters.items():
        found |= {character: found.get(character, 0) | bits.of[name] for character in each}
    return found
