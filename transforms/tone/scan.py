"""One look at all texts: which lists might have something to say in each.

A text that has no word of a list cannot match a rule that needs one. So the words of all lists are looked up first, at
every place of every text, wherever they overlap: what is found is at least what coding the text would find. Each list
has a bit, and each text gets a mask of bits. The look-up is a trie, walked at all places at once, one character further
in each round; nearly all places drop out in the first two.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

Masks: TypeAlias = npt.NDArray[np.uint64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Places: TypeAlias = npt.NDArray[np.intp]

_CODE_POINTS: Final = 0x110000
_BLOCK: Final = 131_072  # texts that are written out at once, at most
_BLOCK_CHARACTERS: Final = 4_000_000  # characters of them, unless one text has more: each takes some twenty bytes
_CHUNK: Final = 4_096  # texts looked at at once: what is worked on stays in the cache
_NO_PARENT: Final = 0xFFFF
_SEPARATOR: Final = "\n"  # in no word
_TRIED: Final = 256  # places tried at once for a node
_ROOM: Final = 64  # times the classes: room for the widest nodes, which lie apart


@dataclass(frozen=True)
class Word:
    """What a word of the trie stands for.

    Attributes:
        bits: Bits that it gives to a text.
        followed: Bits that it gives only if something certain follows.
    """

    bits: int = 0
    followed: int = 0


@dataclass(frozen=True)
class Scanner:
    """A trie in arrays (a double array): the child of a node by a character is at ``base[node] + class``.

    Attributes:
        classes: Code point → class of the character; 0 for those in no word. A node of one character is at its class.
        base: Node → where its children begin.
        parent: Node → its parent, by which a child is told from what else is at that place.
        bits: Node → bits of the word that ends there.
        followed: Node → the same that depend on what follows.
        is_followed: Node → whether it has such bits.
        goes_on: Node → whether longer words begin so.
        allows: Class → the bits of ``followed`` that the character allows when it follows.
        between: Class → the same where one more of either kind must follow.
        before: Class → the bits of ``followed`` that the character allows when it stands before the word.
        beside: Bits of words, and the bits of ``followed`` that such a word allows when it follows.
        longest: Length of the longest word.
        nodes: Word → its node.
    """

    classes: npt.NDArray[np.uint16]
    base: npt.NDArray[np.uint16]
    parent: npt.NDArray[np.uint16]
    bits: Masks
    followed: Masks
    is_followed: npt.NDArray[np.bool_]
    goes_on: npt.NDArray[np.bool_]
    allows: Masks
    between: Masks
    before: Masks
    beside: tuple[tuple[np.uint64, np.uint64], ...]
    longest: int
    nodes: Mapping[str, int]

    def nothing_met(self) -> Flags:
        """Return for each node whether it was met, before anything is; words of one character are not looked at."""
        met = np.zeros(self.parent.size, np.bool_)
        met[: self.allows.size] = True
        return met

    def scan(self, texts: pl.Series, met: Flags | None = None) -> Masks:
        """Look for the words in texts.

        Args:
            texts: Strings without nulls.
            met: Whether each node was met, so that the words are known that are in any text; added to.

        Returns:
            For each text the bits of all words in it.
        """
        met = self.nothing_met() if met is None else met
        ends = np.cumsum(texts.str.len_chars().to_numpy().astype(np.intp) + 1)
        parts = [
            self._scan_block(texts.slice(begin, end - begin), ends[begin:end] - (ends[begin - 1] if begin else 0), met)
            for begin, end in _blocks(ends)
        ]
        return np.concatenate(parts) if parts else np.zeros(0, np.uint64)

    def _scan_block(self, texts: pl.Series, ends: Places, met: Flags) -> Masks:
        written = _SEPARATOR + texts.str.join(_SEPARATOR).item() + _SEPARATOR
        points = np.frombuffer(written.encode("utf-32-le"), np.uint32)
        masks = np.empty(ends.size, np.uint64)
        for first in range(0, ends.size, _CHUNK):
            begin, last = ends[first - 1] if first else 0, min(first + _CHUNK, ends.size)
            begins = np.concatenate([[0], ends[first : last - 1] - begin])
            masks[first:last] = self._scan(points[begin : ends[last - 1] + 1], begins, met)
        return masks

    def _scan(self, points: npt.NDArray[np.uint32], begins: Places, met: Flags) -> Masks:
        """Look at texts that are written one after the other, a separator before each and behind the last."""
        classes = np.zeros(points.size + self.longest, np.intp)
        classes[: points.size] = self.classes.take(points, mode="clip")
        found = self.bits.take(classes)
        at = np.flatnonzero(self.is_followed.take(classes))
        followed = [(at, at + 1, self.followed.take(classes.take(at)))]
        at = np.flatnonzero(self.goes_on.take(classes))
        node, depth = classes.take(at), 1
        while at.size:  # one character further at all places where a word may still be
            child = self.base.take(node) + classes.take(at + depth)
            there = np.flatnonzero(self.parent.take(child) == node)
            at, node, depth = at.take(there), child.take(there), depth + 1
            met[node] = True
            found[at] |= self.bits.take(node)
            ends = np.flatnonzero(self.is_followed.take(node))
            followed.append((at.take(ends), at.take(ends) + depth, self.followed.take(node.take(ends))))
            onwards = np.flatnonzero(self.goes_on.take(node))
            at, node = at.take(onwards), node.take(onwards)
        at, behind, bits = (np.concatenate(each) for each in zip(*followed, strict=True))
        allowed = self._allowed(found.take(behind), classes.take(behind), classes.take(behind + 1))
        bits &= allowed & self.before.take(classes.take(at - 1))
        np.bitwise_or.at(found, at, bits)
        return np.bitwise_or.reduceat(found, begins + 1)

    def _allowed(self, words: Masks, first: Places, second: Places) -> Masks:
        """Give the bits that are allowed by the words and by two characters that follow."""
        allowed = self.allows.take(first)
        allowed |= self.between.take(first) & (self.allows.take(second) | self.between.take(second))
        for lists, bits in self.beside:
            allowed |= ((words & lists) != 0) * bits
        return allowed


def _blocks(ends: Places) -> Iterator[tuple[int, int]]:
    """Cut texts into blocks of so many texts and characters that writing them out takes a bounded amount of memory."""
    begin = 0
    while begin < ends.size:
        most = (ends[begin - 1] if begin else 0) + _BLOCK_CHARACTERS
        end = min(begin + _BLOCK, max(begin + 1, int(np.searchsorted(ends, most, side="right"))))
        yield begin, min(end, ends.size)
        begin = end


def build_scanner(
    words: Mapping[str, Word],
    allows: Mapping[str, int],
    between: Mapping[str, int],
    before: Mapping[str, int],
    beside: Iterable[tuple[int, int]] = (),
) -> Scanner:
    """Lay out the trie.

    Args:
        words: What is looked for; no line break in it.
        allows: Character → bits of ``followed`` that it allows; for the end of a text, the line break.
        between: The same where one more of either kind must follow.
        before: Character → bits of ``followed`` that it allows before the word; for the beginning, the line break. Bits
            that are not in it may stand behind anything.
        beside: Bits of words, and the bits of ``followed`` that these allow.

    Returns:
        The scanner.
    """
    number = {character: i for i, character in enumerate(sorted({*"".join(words), *allows, *between, *before}), 1)}
    children, ends = _trie(words, number)
    base, places = _placed(children, len(number))
    size = int(base.max()) + len(number) + 1
    if size > _NO_PARENT:
        raise ValueError(f"the words need {size} places, {_NO_PARENT} are to be had")
    classes = np.zeros(_CODE_POINTS, np.uint16)
    classes[[ord(character) for character in number]] = list(number.values())
    parent, goes_on = np.full(size, _NO_PARENT, np.uint16), np.zeros(size, np.bool_)
    bases, bits, followed = np.zeros(size, np.uint16), np.zeros(size, np.uint64), np.zeros(size, np.uint64)
    edges = [(node, child) for node, below in enumerate(children) if node for child in below.values()]
    above, below = places[np.array(edges, np.intp).reshape(-1, 2)].T
    parent[below], goes_on[above] = above, True
    bases[places[1:]] = base[1:]
    for node, word in ends.items():
        bits[places[node]], followed[places[node]] = word.bits, word.followed
    behind, then, ahead = (_by_class(each, number) for each in (allows, between, before))
    ahead |= ~np.bitwise_or.reduce(ahead)
    longest = 1 + max(map(len, words), default=1)
    is_followed, pairs = followed != 0, tuple((np.uint64(words), np.uint64(allowed)) for words, allowed in beside)
    nodes = {written: int(places[node]) for written, node in zip(words, ends, strict=True)}
    return Scanner(
        classes, bases, parent, bits, followed, is_followed, goes_on, behind, then, ahead, pairs, longest, nodes
    )


def _by_class(bits: Mapping[str, int], number: Mapping[str, int]) -> Masks:
    masks = np.zeros(len(number) + 1, np.uint64)
    masks[[number[character] for character in bits]] = np.array(list(bits.values()), np.uint64)
    return masks


def _trie(words: Mapping[str, Word], number: Mapping[str, int]) -> tuple[list[dict[int, int]], dict[int, Word]]:
    """Give the children of each node by class, and the word that ends at a node; the root is node 0."""
    children: list[dict[int, int]] = [{}]
    ends: dict[int, Word] = {}
    for written, word in words.items():
        node = 0
        for character in written:
            node = children[node].setdefault(number[character], len(children))
            if node == len(children):
                children.append({})
        ends[node] = word
    return children, ends


def _placed(children: list[dict[int, int]], n_classes: int) -> tuple[Places, Places]:
    """Find a base for every node such that no two children come to lie at one place, the widest nodes first.

    Returns:
        The base of each node, and its place.
    """
    used = np.zeros(n_classes + 1 + 4 * len(children) + n_classes * _ROOM, np.bool_)
    used[: n_classes + 1] = True  # the children of the root, at their class
    base, places = np.zeros(len(children), np.intp), np.zeros(len(children), np.intp)
    places[list(children[0].values())] = list(children[0])
    first_free = n_classes + 1
    tried: dict[int, int] = {}
    for node in sorted(range(1, len(children)), key=lambda node: -len(children[node])):
        if not children[node]:
            break
        steps = np.array(sorted(children[node]), np.intp)
        # Where a node as wide did not find room, this one is not tried again.
        base[node] = _first_fit(used, steps, max(first_free, tried.get(steps.size, 0)))
        tried[steps.size] = int(base[node] + steps[0]) if steps.size > 1 else 0
        used[base[node] + steps] = True
        places[[children[node][int(step)] for step in steps]] = base[node] + steps
        first_free += int(np.argmin(used[first_free:]))
    return base, places


def _first_fit(used: npt.NDArray[np.bool_], steps: Places, begin: int) -> int:
    """Find the first base at which all children have a free place, the first of them at ``begin`` or behind it."""
    begin = max(begin, int(steps[0]) + 1)
    if steps.size == 1 and begin < used.size and not used[begin]:
        return begin - int(steps[0])
    # The last child must lie within as well.
    while begin + _TRIED + int(steps[-1] - steps[0]) <= used.size:
        bases = np.flatnonzero(~used[begin : begin + _TRIED]) + (begin - int(steps[0]))
        fits = ~used[bases[:, None] + steps[1:]].any(axis=1)
        if fits.any():
            return int(bases[fits.argmax()])
        begin += _TRIED
    raise ValueError(
        f"{steps.size} characters that may follow one beginning find no room among {used.size:,} places; the lists are "
        "much wider than those shipped, raise _ROOM in transforms/tone/scan.py"
    )
