"""Turns acts into words: phrases, slot fillers, openers and endings gathered from tables, all rows at once."""

from dataclasses import dataclass
from functools import cache
from itertools import product
from string import Formatter

import numpy as np
import polars as pl

from transforms.simulation import phrases as ph
from transforms.simulation.latent import CATEGORIES, CLAIMS
from transforms.simulation.seeds import Flags, Floats, Integers, logistic

SPEAKERS: tuple[str, ...] = ("buyer", "seller", "agent", "system")
AUDIENCES: tuple[str, ...] = ("counterparty", "agent")
HOSTILE_ACTS: tuple[str, ...] = ("demand", "refusal", "insult", "threat")
# A phrase has at most three slots, hence four pieces of text around them.
_PIECES = 4
_MADE_UP = 500
_SLOT_NAMES = ("", "day", "n", "part", "courier", "phone", "wechat", "item", "fault", "amount")
_OPENER_STYLES = ("plain", *AUDIENCES, "hostile")
_ENDING_STYLES = ("plain", "hostile")
_CIVIL_OPENER_SHARE = 0.6
# Multiples of it fill [0, 1) evenly.
_GOLDEN_RATIO = 0.6180339887498949


@dataclass(frozen=True)
class Speech:
    """What is to be said, one entry per message.

    Attributes:
        speaker: Codes into `SPEAKERS`.
        audience: Codes into `AUDIENCES`.
        act: Codes into `phrases.ACTS`.
        civility: Latent civility of the speaker, standard normal.
        category: Codes into `CATEGORIES`.
        claim: Codes into `CLAIMS`.
        price_cents: Price of the item in 0.01 CNY.
        dispute: Number of the dispute; all of its messages speak of the same item and fault.
    """

    speaker: Integers
    audience: Integers
    act: Integers
    civility: Floats
    category: Integers
    claim: Integers
    price_cents: Integers
    dispute: Integers


@dataclass(frozen=True)
class _Choices:
    """Lists of strings laid end to end; list i is `count[i]` strings from `start[i]`."""

    start: Integers
    count: Integers

    def pick(self, which: Integers, draws: Floats) -> Integers:
        """Returns the position of one string of each list asked for."""
        return self.start[which] + np.floor(draws * self.count[which]).astype(np.int64)


@dataclass(frozen=True)
class _Phrasebook:
    """Phrases cut at their slots, and everything that may fill or surround them."""

    phrases: _Choices
    pieces: tuple[pl.Series, ...]
    slots: Integers
    fillers: _Choices
    filler_words: pl.Series
    openers: _Choices
    opener_words: pl.Series
    endings: _Choices
    ending_words: pl.Series


def words(speech: Speech, rng: np.random.Generator) -> pl.Series:
    """Puts messages into words.

    Args:
        speech: What is to be said.
        rng: Generator to draw from.

    Returns:
        One string per message, never empty.
    """
    book = _phrasebook()
    draws = rng.random((_PIECES + 2, len(speech.act)))
    group = (speech.speaker * len(AUDIENCES) + speech.audience) * len(ph.ACTS) + speech.act
    phrase = book.phrases.pick(group, draws[0])
    is_hostile = np.isin(speech.act, [ph.ACTS.index(act) for act in HOSTILE_ACTS])
    opener = book.openers.pick(_opener_lists(speech, is_hostile, rng), draws[-2])
    is_party = speech.speaker <= 1
    ending = book.endings.pick(np.where(is_party, is_hostile, len(_ENDING_STYLES)).astype(np.int64), draws[-1])
    parts = {"opener": book.opener_words.gather(pl.Series(opener))}
    for place in range(_PIECES):
        parts[f"piece{place}"] = book.pieces[place].gather(pl.Series(phrase))
        if place < _PIECES - 1:
            slot = book.slots[place][phrase]
            filler = book.fillers.pick(_filler_lists(speech, slot), _filler_draws(speech, slot, draws[1 + place]))
            parts[f"slot{place}"] = book.filler_words.gather(pl.Series(filler))
    parts["ending"] = book.ending_words.gather(pl.Series(ending))
    return pl.DataFrame(parts).select(pl.concat_str(pl.all()).alias("text")).to_series()


def _opener_lists(speech: Speech, is_hostile: Flags, rng: np.random.Generator) -> Integers:
    """Civil people address the other; hostile messages begin in their own way; agents and systems with nothing."""
    is_civil = rng.random(len(speech.act)) < _CIVIL_OPENER_SHARE * logistic(speech.civility)
    style = np.where(is_civil, 1 + speech.audience, 0)
    style = np.where(is_hostile, _OPENER_STYLES.index("hostile"), style)
    return np.where(speech.speaker <= 1, speech.speaker * len(_OPENER_STYLES) + style, 2 * len(_OPENER_STYLES))


def _filler_lists(speech: Speech, slot: Integers) -> Integers:
    """The list of fillers of each slot; items depend on the category, faults on the claim, amounts on the price."""
    band = np.searchsorted(np.array(ph.PRICE_BANDS_CNY) * 100, speech.price_cents, side="right")
    key = np.select(
        [slot == _SLOT_NAMES.index(name) for name in ("item", "fault", "amount")],
        [speech.category, speech.claim, band],
        default=0,
    )
    return slot * len(CATEGORIES) + key


def _filler_draws(speech: Speech, slot: Integers, draws: Floats) -> Floats:
    """The given draws, but one for the whole dispute where the filler is its item or its fault."""
    is_fixed = np.isin(slot, [_SLOT_NAMES.index(name) for name in ("item", "fault")])
    return np.where(is_fixed, (speech.dispute * _GOLDEN_RATIO) % 1.0, draws)


@cache
def _phrasebook() -> _Phrasebook:
    """Compiles the phrases once per process; a constant, not a state."""
    groups = [
        [cut for who in ("any", audience) for cut in map(_cut, ph.PHRASES.get((speaker, who, act), ()))]
        for speaker, audience, act in product(SPEAKERS, AUDIENCES, ph.ACTS)
    ]
    phrases = [cut for group in groups for cut in group]
    fillers = [_fillers(slot, key) for slot, key in product(_SLOT_NAMES, range(len(CATEGORIES)))]
    openers = [
        ph.OPENERS.get((speaker, style), ph.OPENERS["any", "hostile"])
        for speaker, style in product(SPEAKERS[:2], _OPENER_STYLES)
    ]
    openers.append(("",))
    endings = [*(ph.ENDINGS[style] for style in _ENDING_STYLES), ("",)]
    return _Phrasebook(
        phrases=_choices([len(group) for group in groups]),
        pieces=tuple(pl.Series([cut[0][place] for cut in phrases]) for place in range(_PIECES)),
        slots=np.array([cut[1] for cut in phrases], dtype=np.int64).T,
        fillers=_choices([len(group) for group in fillers]),
        filler_words=_flat(fillers),
        openers=_choices([len(group) for group in openers]),
        opener_words=_flat(openers),
        endings=_choices([len(group) for group in endings]),
        ending_words=_flat(endings),
    )


def _choices(counts: list[int]) -> _Choices:
    sizes = np.array(counts, dtype=np.int64)
    return _Choices(np.cumsum(sizes) - sizes, sizes)


def _flat(groups: list[tuple[str, ...]]) -> pl.Series:
    return pl.Series([word for group in groups for word in group], dtype=pl.String)


def _cut(phrase: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Cuts a phrase at its slots: pieces of text and slot codes, filled up to their number."""
    pieces, slots = [], []
    for literal, name, _, _ in Formatter().parse(phrase):
        pieces.append(literal)
        if name is not None:
            slots.append(_SLOT_NAMES.index(name))
    if len(slots) >= _PIECES:
        raise ValueError(f"phrase {phrase!r} has {len(slots)} slots; expected at most {_PIECES - 1}")
    pieces += [""] * (_PIECES - len(pieces))
    return tuple(pieces), tuple(slots + [0] * (_PIECES - 1 - len(slots)))


def _fillers(slot: str, key: int) -> tuple[str, ...]:
    """The words that may fill a slot for one category, claim or price band."""
    keyed: dict[str, list[tuple[str, ...]]] = {
        "": [("",)],
        "item": [ph.ITEMS[name] for name in CATEGORIES],
        "fault": [ph.FAULTS[name] for name in CLAIMS],
        "amount": list(ph.AMOUNTS),
        "phone": [_made_up_phones()],
        "wechat": [_made_up_accounts()],
    }
    lists = keyed[slot] if slot in keyed else [ph.SLOTS[slot]]
    return lists[min(key, len(lists) - 1)]


def _made_up_phones() -> tuple[str, ...]:
    """Telephone numbers of the right shape that belong to nobody known."""
    prefixes = ("138", "139", "150", "158", "177", "186", "199")
    return tuple(f"{prefixes[i % len(prefixes)]}{(i * 7_919_017 + 13) % 10**8:08d}" for i in range(_MADE_UP))


def _made_up_accounts() -> tuple[str, ...]:
    stems = ("wx_", "xianyu", "lao", "er_shou", "mm", "ajie")
    return tuple(f"{stems[i % len(stems)]}{(i * 48_271 + 7) % 10**6}" for i in range(_MADE_UP))
