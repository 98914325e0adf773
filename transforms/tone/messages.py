"""Acts, hostility and civility of each message.

A first look tells in which messages there may be anything (``first_look``); the others are plain statements. In those,
one pass replaces every pattern of the lexicon by its code (``Lexicon``); a few regular expressions over the coded text
(``grammar``) take back what is negated, reported or asked, and the acts are read off, each rule tried only where the
first look found what it needs. Each message is scored by itself: order and count of rows stay, and a frame may be cut.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from threading import Lock
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.tone.bits import GROUP, POINTED, SPELT, Bits
from transforms.tone.codes import ACTS, CODES, POINT, POLITE_POINT
from transforms.tone.first_look import FirstLook, first_look
from transforms.tone.lexicon import Lexicon
from transforms.tone.lists import Model
from transforms.tone.needs import any_of
from transforms.tone.scan import Flags, Masks, Places
from transforms.tone.writer import Rule

#: A message with at least this hostility counts as hostile.
HOSTILE_FROM: Final = 0.5
_POINT_FACTOR: Final = 0.8  # hostility = 1 − 0.8^points: 2 points 0.36, 4 points 0.59, 8 points 0.83
_POLITE_FACTOR: Final = 0.6  # one polite point closes 40 % of the distance to full courtesy
_MODEL: Final = "model_hostility"
_POINTS: Final = "points"
_POLITE_POINTS: Final = "polite_points"
_SIGN: Final = "sign_"
# What there is to say of a text in which nothing is found.
_PLAIN: Final[Mapping[str, bool | float]] = dict.fromkeys(ACTS, False) | {"hostility": 0.0, "civility": 0.5}
# these signs add to the points of the words, which alone may have none (不 + 退)
_SIGN_POINTS: Final = {
    "threat": 4,
    "demand": 2,
    "refusal": 1,
    "stalling": 1,
    f"{_SIGN}irony": 2,
    f"{_SIGN}insult_alone": 5,
}
_MANY: Final = 8
_POLITE_ACTS: Final = ("courtesy", "apology", "offer", "cooperation")


def score_messages(messages: pl.LazyFrame, lexicon: Lexicon) -> pl.LazyFrame:
    """Find the acts in each message and score its hostility and civility.

    Args:
        messages: At least ``sender`` (buyer, seller, agent, system) and ``text``; other columns pass through.
        lexicon: The compiled word lists.

    Returns:
        The same rows in the same order with a bool for each act of ``ACTS``, and ``hostility`` and ``civility``,
        floats in [0, 1] with four decimals. A null text has null acts and scores; a system message has no act and
        null scores, for nobody spoke; an empty text has no act, hostility 0 and civility 0.5.

        Hostility is 1 − 0.8^points, points being those of the hostile patterns found, or, in a text that mentions a
        group of people, the probability that the n-gram model gives if that is higher and at least one half.
        Civility is (1 − hostility)·(1 + p)/2 with p = 1 − 0.6^(polite points): a plain statement has 0.5.
    """
    schema = messages.collect_schema()
    scores = dict.fromkeys(ACTS, pl.Boolean()) | {"hostility": pl.Float64(), "civility": pl.Float64()}
    return messages.map_batches(partial(_scored, lexicon=lexicon), schema={**schema, **scores})


_prepared = lru_cache(maxsize=4)(first_look)
_lock = Lock()


def _look(lexicon: Lexicon) -> FirstLook:
    """Prepare the first look once, though several threads begin at once."""
    with _lock:
        return _prepared(lexicon)


def _scored(messages: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """Read the texts in which there may be anything, and score the others as plain statements."""
    look, texts = _look(lexicon), messages.get_column("text").cast(pl.String)
    met = look.scanner.nothing_met()
    at, masks = look.at(texts.fill_null(""), met)
    read, masks = _respelt(texts.gather(at), masks, met, look, lexicon)
    tells = np.flatnonzero(look.may_tell(masks))
    at, masks, read = at[tells], masks[tells], read.gather(tells)
    signs = _signs(_coded(read, met, look, lexicon), masks, look, lexicon)
    model = _group_hostility(read, masks, look.bits, lexicon.model)
    found = pl.DataFrame({"sender": messages.get_column("sender").gather(at), **signs, _MODEL: model})
    found = found.with_columns(**_acts()).with_columns(_hostility()).with_columns(_civility())
    spread = (_spread(found.get_column(name), at, messages.height, plain) for name, plain in _PLAIN.items())
    recorded = pl.col("text").is_not_null()
    spoken = recorded & pl.col("sender").ne_missing("system")
    return messages.with_columns(spread).with_columns(
        *(pl.when(recorded).then(pl.col(act)) for act in ACTS),
        *(pl.when(spoken).then(pl.col(score)) for score in ("hostility", "civility")),
    )


def _spread(found: pl.Series, at: Places, height: int, plain: bool | float) -> pl.Series:
    """Put what was found in some rows among all."""
    values = np.full(height, plain)
    values[at] = found.to_numpy()
    return pl.Series(found.name, values)


def _respelt(texts: pl.Series, masks: Masks, met: Flags, look: FirstLook, lexicon: Lexicon) -> tuple[pl.Series, Masks]:
    """Bring the texts that need it to one way of writing, and look at them again."""
    at = np.flatnonzero(masks & look.bits.any(SPELT))
    read = _respell(texts.gather(at), lexicon)
    masks[at] = look.scanner.scan(read, met)
    return texts.scatter(at, read), masks


def _respell(texts: pl.Series, lexicon: Lexicon) -> pl.Series:
    """Write texts in one way: simplified, half-width, no separators within words."""
    return texts.str.replace_many(list(lexicon.spellings), list(lexicon.spellings.values()), leftmost=True)


def _coded(read: pl.Series, met: Flags, look: FirstLook, lexicon: Lexicon) -> pl.Series:
    """Put codes in place of patterns, of which those that are in no text are left out: most of the ten thousand."""
    there = np.flatnonzero(met.take(look.patterns)).tolist()
    patterns, codes = ([each[place] for place in there] for each in (lexicon.patterns, lexicon.codes))
    return read.str.replace_many(patterns, codes, leftmost=True)


def _signs(coded: pl.Series, masks: Masks, look: FirstLook, lexicon: Lexicon) -> dict[str, npt.NDArray[np.generic]]:
    """Find the signs in coded texts, and count the points that are the writer's own."""
    grammar, bits = lexicon.grammar, look.bits
    own, is_changed = _rewritten(coded, masks, grammar.own, bits)
    masks = look.loosened(masks, is_changed)
    (ultimatum,) = _matches(own, masks, [grammar.ultimatum], bits)
    clean, is_changed = _rewritten(own, masks, grammar.clean, bits)
    masks = look.loosened(masks, is_changed)
    matches = _matches(clean, masks, list(grammar.signs.values()), bits)
    signs = {f"{_SIGN}{name}": found for name, found in zip(grammar.signs, matches, strict=True)}
    return {f"{_SIGN}ultimatum": ultimatum, **signs, **_points(clean, np.flatnonzero(masks & bits.any(POINTED)))}


def _rewritten(
    coded: pl.Series, masks: Masks, passes: tuple[tuple[Rule, str], ...], bits: Bits
) -> tuple[pl.Series, npt.NDArray[np.bool_]]:
    """Run rewriting passes, each over the coded texts that have what it needs, and tell which texts they changed."""
    at = np.flatnonzero(bits.hold(any_of(rule.needs for rule, _ in passes), masks))
    before, masks = coded.gather(at), masks[at]
    after = before.clone()
    for rule, replacement in passes:
        # An expression of very many alternatives is many times as slow as each of them.
        asked = rule.alternatives if len(rule.alternatives) > _MANY else ()
        is_chosen = np.logical_or.reduce(_matches(after, masks, asked, bits)) if asked else bits.hold(rule.needs, masks)
        if (chosen := np.flatnonzero(is_chosen)).size:
            replaced = pl.col(after.name).gather(chosen).str.replace_all(rule.pattern, replacement)
            after = after.scatter(chosen, after.to_frame().select(replaced).to_series())
    is_changed = np.zeros(coded.len(), np.bool_)
    is_changed[at] = (before != after).to_numpy()
    return coded.clone().scatter(at, after), is_changed


def _matches(coded: pl.Series, masks: Masks, rules: Sequence[Rule], bits: Bits) -> list[npt.NDArray[np.bool_]]:
    """Whether each rule matches, asked only of texts that have what it needs."""
    places = [np.flatnonzero(bits.hold(rule.needs, masks)) for rule in rules]
    asked = [number for number, at in enumerate(places) if at.size]
    found = coded.to_frame().select(
        _matches_at(pl.col(coded.name).gather(places[number]), rules[number]).implode().alias(str(number))
        for number in asked
    )
    matches = [np.zeros(masks.size, np.bool_) for _ in rules]
    for number in asked:
        matches[number][places[number]] = found.item(0, str(number)).to_numpy()
    return matches


def _matches_at(texts: pl.Expr, rule: Rule) -> pl.Expr:
    found = texts.str.contains(rule.pattern)
    return found & texts.str.contains(rule.beside) if rule.beside else found


def _points(coded: pl.Series, at: Places) -> dict[str, npt.NDArray[np.int64]]:
    """Count the points in some of the texts."""
    characters = {_POINTS: POINT, _POLITE_POINTS: POLITE_POINT}
    texts = pl.col(coded.name).gather(at)
    found = coded.to_frame().select(
        texts.str.count_matches(character, literal=True).alias(name) for name, character in characters.items()
    )
    counts = {name: np.zeros(coded.len(), np.int64) for name in characters}
    for name, count in counts.items():
        count[at] = found.get_column(name).to_numpy()
    return counts


def _acts() -> dict[str, pl.Expr]:
    """One expression for each act."""
    seller = pl.col("sender").eq_missing("seller")
    acts = {act: pl.col(f"{_SIGN}{act}") for act in ACTS}
    acts["insult"] |= pl.col(f"{_SIGN}insult_alone")
    acts["apology"] |= pl.col(f"{_SIGN}blamed")
    acts["threat"] |= pl.col(f"{_SIGN}ultimatum")
    pressed = pl.col(f"{_SIGN}pressed") & ~seller & ~pl.col(f"{_SIGN}grounded")
    acts["demand"] |= pl.col(f"{_SIGN}ordered") | pressed
    acts["refusal"] |= pl.col(f"{_SIGN}refusal_verb")
    acts["refusal"] |= pl.col(f"{_SIGN}refusal_seller") & pl.col("sender").ne_missing("buyer")
    acts["offer"] |= pl.col(f"{_SIGN}offer_seller") & seller
    acts["cooperation"] |= pl.col(f"{_SIGN}hastened") & seller & ~pl.col(f"{_SIGN}ordered")
    acts["courtesy"] &= ~pl.col(f"{_SIGN}mocking")  # polite words as weapons
    acts["offer"] |= pl.col(f"{_SIGN}offer_sum")
    spoken = pl.col("sender").ne_missing("system")
    return {act: found & spoken for act, found in acts.items()}


def _group_hostility(read: pl.Series, masks: Masks, bits: Bits, model: Model) -> npt.NDArray[np.float64]:
    """What the n-gram model says of texts that mention a group; 0 where it holds them for harmless."""
    hostility = np.zeros(masks.size)
    at = np.flatnonzero(masks & bits.any(GROUP))
    if not model.points or not at.size:
        return hostility
    ngrams = sorted(model.points, key=lambda ngram: (-len(ngram), ngram))
    marks = [(POINT if model.points[ngram] > 0 else POLITE_POINT) * abs(model.points[ngram]) for ngram in ngrams]
    texts = read.gather(at)
    marked = texts.str.replace_many([POINT, POLITE_POINT, *ngrams], ["", "", *marks], leftmost=True).alias(_MODEL)
    for_, against = (
        pl.col(_MODEL).str.count_matches(mark, literal=True).cast(pl.Int64) for mark in (POINT, POLITE_POINT)
    )
    log_odds = (for_ - against + model.intercept) * model.point_size
    probability = pl.when(log_odds >= 0).then(1 / (1 + (-log_odds).exp())).otherwise(0.0)
    hostility[at] = marked.to_frame().select(probability.alias(_MODEL)).to_series().to_numpy()
    return hostility


def _hostility() -> pl.Expr:
    """The higher of what the lists and the model say.

    The lists: points of the hostile patterns that are the writer's own, plus those of acts made of several words.
    """
    composed = sum(
        (points * pl.col(sign).cast(pl.Int64) for sign, points in _SIGN_POINTS.items()), start=pl.lit(0, pl.Int64)
    )
    listed = 1 - pl.lit(_POINT_FACTOR).pow(pl.col(_POINTS) + composed)
    return pl.max_horizontal(listed, _MODEL).round(4).alias("hostility")


def _civility() -> pl.Expr:
    """What hostility leaves, raised by polite points."""
    acts = sum((pl.col(act).cast(pl.Int64) for act in _POLITE_ACTS), start=pl.lit(0, pl.Int64))
    polite = 1 - pl.lit(_POLITE_FACTOR).pow(pl.col(_POLITE_POINTS) + acts)
    return ((1 - pl.col("hostility")) * (1 + polite) / 2).round(4).alias("civility")


def explain_text(text: str, lexicon: Lexicon) -> pl.DataFrame:
    """Show which patterns of the lists a text matches, and which n-grams of the model spoke.

    Args:
        text: One message.
        lexicon: The compiled word lists.

    Returns:
        One row per match, in order, the lists first: ``match`` (as read), ``lists`` (names, ``+`` between several;
        ``model`` for n-grams) and ``points`` (of the model also below 0). Context is not applied: a negated insult is
        shown beside its negation.
    """
    read = _respell(pl.Series([text]), lexicon)
    codes = dict(zip(lexicon.patterns, lexicon.codes, strict=True))
    names = {code: name for name, code in CODES.items()}
    rows = []
    for match in _found(read, lexicon.patterns):
        lists = "+".join(names[character] for character in codes[match] if character in names)
        rows.append((match, lists, sum(character not in names for character in codes[match])))
    if read.str.contains_any(list(lexicon.model.groups)).item():
        ngrams = tuple(sorted(lexicon.model.points, key=lambda ngram: (-len(ngram), ngram)))
        rows += [(ngram, "model", lexicon.model.points[ngram]) for ngram in _found(read, ngrams)]
    return pl.DataFrame(rows, schema={"match": pl.String, "lists": pl.String, "points": pl.Int64}, orient="row")


def _found(read: pl.Series, patterns: tuple[str, ...]) -> list[str]:
    """List what matches in a text, as the replacing passes see it."""
    return read.str.extract_many(list(patterns), leftmost=True).explode().drop_nulls().to_list() if patterns else []
