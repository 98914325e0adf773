"""One bit for each list, so that what a text has can be held against what a rule needs.

There are more lists than bits: some that the rules hardly tell apart share one, and some are not looked for. What is
found in a text is then at least what is there, and a rule is at worst tried in vain.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from transforms.tone.codes import CODES
from transforms.tone.needs import Needs
from transforms.tone.scan import Masks
from transforms.tone.writer import QUOTE_OPEN, SEEN, SIDE_BY_SIDE

#: Alternatives, each of masks of which all must be touched.
Conditions: TypeAlias = tuple[tuple[np.uint64, ...], ...]

#: What a text may have besides words of lists and some characters of the rules.
SPELT: Final = "a character that is respelt"
GROUP: Final = "a word for a group of people"
POINTED: Final = "a word with points"
_SHARED: Final = (
    ("insult", "latin"),
    ("irony", "really"),
    ("consequence", "expose", "procedure"),
    ("insult_alone", "demand_alone"),
    ("settle_both", "handle"),
    ("offer", "offer_seller"),
    ("ultimatum", "ground"),
    ("propose", "accepting", "agree"),
    ("busy_time", "then"),
    ("promise", "yours"),
    ("request", "softener"),
    ("thing", "elsewhere"),
    ("condition", "supposed"),
    ("negation", "negation_step"),
    ("sorry", "fault"),
    ("noway", "fee"),
    ("closing", "settled"),
)
_NOT_LOOKED_FOR: Final = frozenset({"pay", "insist", "matter", "idle", "rhetorical", "ordinary", "attributed"})
# Characters that rules need: what is looked for → the characters, of which one must be there.
_CHARACTERS: Final = {"quote": QUOTE_OPEN, "again": "再等", "done": "算", "money": "钱费", "question": "?？"}


def seen(name: str) -> str:
    """Name what is looked for side by side."""
    return f"{name}, side by side"


def behind(name: str) -> str:
    """Name a coded word that may stand behind another."""
    return f"{name}, behind"


@dataclass(frozen=True, eq=False)
class Bits:
    """The bits; equal only to themselves, so that what is worked out with them can be kept.

    Attributes:
        of: Name of a list or of something else → its bit.
        needed: Character of a rule → the bits that a text has if it has the character.
        written: Character as written → the bits that it brings by itself.
    """

    of: Mapping[str, int]
    needed: Mapping[str, int]
    written: Mapping[str, int]

    def any(self, *names: str) -> np.uint64:
        """Give the mask of some names."""
        return np.uint64(union(self.of[name] for name in names))

    def hold(self, needs: Needs, masks: Masks) -> npt.NDArray[np.bool_]:
        """Tell which texts may have what is needed."""
        conditions = self.conditions(needs)
        touched = {mask: (masks & mask) != 0 for alternative in conditions for mask in alternative}
        holds = np.zeros(masks.size, np.bool_)
        for alternative in conditions:
            holds |= np.logical_and.reduce([touched[mask] for mask in alternative])
        return holds

    def conditions(self, needs: Needs) -> Conditions:
        """Turn needs into masks; a set with a character that is not looked for is no condition."""
        return _conditions(self, needs)

    def masks(self, alternative: Iterable[frozenset[str]]) -> tuple[np.uint64, ...]:
        """Turn what must be there together into masks, without those that others imply."""
        masks = {mask for mask in map(self._mask, alternative) if mask}
        least = (mask for mask in masks if not any(mask & other == other for other in masks - {mask}))
        return tuple(np.uint64(mask) for mask in sorted(least))

    def _mask(self, characters: frozenset[str]) -> int:
        """Give the bits of which a text with one of these characters has at least one; 0 if that cannot be told."""
        if not all(map(self.needed.get, characters)):
            return 0
        mask = union(self.needed[character] for character in characters - self.written.keys())
        for character in sorted(characters & self.written.keys()):
            mask |= 0 if mask & self.written[character] else self.needed[character]
        return mask


@lru_cache(maxsize=4096)
def _conditions(bits: Bits, needs: Needs) -> Conditions:
    return tuple(sorted({bits.masks(alternative) for alternative in needs}))


def assign_bits(words: Mapping[str, str]) -> Bits:
    """Give every list its bit.

    Args:
        words: List → its one-character words, which stand in coded text as they are.

    Returns:
        The bits.
    """
    sharing = {name for group in _SHARED for name in group}
    others = {behind(name) for name, each in SIDE_BY_SIDE.items() if each.beside} | {SPELT, GROUP, POINTED}
    apart = CODES.keys() - sharing - _NOT_LOOKED_FOR | _CHARACTERS.keys() | set(map(seen, SEEN)) | others
    groups = (*_SHARED, *((name,) for name in sorted(apart)))
    of = {name: 1 << number for number, group in enumerate(groups) for name in group}
    written: dict[str, int] = {}
    needed = {code: of.get(name, 0) for name, code in CODES.items()} | {
        code: of[seen(name)] for name, code in SEEN.items()
    }
    for name, characters in (*words.items(), *_CHARACTERS.items()):
        for character in characters:
            written[character] = written.get(character, 0) | of.get(name, 0)
            # The first list will do; a character that is looked for by itself is told from others of its lists.
            needed[character] = of[name] if name in _CHARACTERS else needed.get(character, 0) or of.get(name, 0)
    return Bits(of, needed, written)


def union(bits: Iterable[int]) -> int:
    """Give all bits of some masks."""
    return reduce(or_, bits, 0)
