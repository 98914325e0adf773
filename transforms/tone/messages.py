"""Acts, hostility and civility of each message.

One pass replaces every pattern of the lexicon by its code (``Lexicon``); a few regular expressions over the coded text
(``grammar``) take back what is negated, reported or asked, and the acts are read off. All of it is expressions on the row, so
the frame may be streamed or cut into partitions, and order and count of rows stay.
"""

from typing import Final

import polars as pl

from transforms.tone import grammar
from transforms.tone.lexicon import ACTS, CODES, POINT, POLITE_POINT, Lexicon

#: A message with at least this hostility counts as hostile.
HOSTILE_FROM: Final = 0.5
_POINT_FACTOR: Final = 0.8  # hostility = 1 − 0.8^points: 2 points 0.36, 4 points 0.59, 8 points 0.83
_POLITE_FACTOR: Final = 0.6  # one polite point closes 40 % of the distance to full courtesy
_SEPARATED: Final = r"(\p{Han})[*._·~-](\p{Han})"  # 骗*子
# an act adds these to the points of its words, for its words alone may have none (不 + 退)
_ACT_POINTS: Final = {"threat": 4, "demand": 2, "refusal": 1, "stalling": 1}
_LATIN_POINTS: Final = 8
_IRONY_POINTS: Final = 2
_POLITE_ACTS: Final = ("courtesy", "apology", "offer", "cooperation")
_READ: Final = "read_text"  # one way of writing
_CODED: Final = "coded_text"
_OWN: Final = "own_text"  # reported speech and negation taken out
_CLEAN: Final = "clean_text"  # what the other side did taken out as well


def score_messages(messages: pl.LazyFrame, lexicon: Lexicon) -> pl.LazyFrame:
    """Find the acts in each message and score its hostility and civility.

    Args:
        messages: At least ``sender`` (buyer, seller, agent, system) and ``text``; other columns pass through.
        lexicon: The compiled word lists.

    Returns:
        The same rows in the same order with a bool for each act of ``ACTS``, and ``hostility`` and ``civility``,
        floats in [0, 1] with four decimals. A null text has null acts and scores; a system message has no act and
        null scores, for nobody spoke; an empty text has no act, hostility 0 and civility 0.5.

        Hostility is 1 − 0.8^points, points being those of the hostile patterns found. Civility is
        (1 − hostility)·(1 + p)/2 with p = 1 − 0.6^(polite points): a plain statement has 0.5.
    """
    coded = pl.col(_READ).str.replace_many(
        list(lexicon.patterns), list(lexicon.codes), leftmost=True, ascii_case_insensitive=True
    )
    own = pl.col(_CODED).str.replace_all(grammar.REPORTED, "").str.replace_all(grammar.NEGATED, "$1")
    clean = pl.col(_OWN).str.replace_all(grammar.ATTRIBUTED, CODES["attributed"])
    return (
        messages.with_columns(_read(lexicon).alias(_READ))
        .with_columns(coded.alias(_CODED))
        .with_columns(own.alias(_OWN))
        .with_columns(clean.alias(_CLEAN))
        .with_columns(**_acts())
        .with_columns(_hostility())
        .with_columns(_civility())
        .drop(_READ, _CODED, _OWN, _CLEAN)
    )


def _read(lexicon: Lexicon) -> pl.Expr:
    """Read the text in one way of writing: simplified, half-width, no separators within words.

    Only texts that need it are rewritten; the others are null in that branch, which costs nothing.
    """
    text = pl.col("text").cast(pl.String)
    characters = "".join(lexicon.characters)
    unusual = pl.when(text.str.contains(f"[{characters}]")).then(text)
    simple = pl.coalesce(
        unusual.str.replace_many(list(lexicon.characters), list(lexicon.characters.values())), text
    )
    separated = pl.when(simple.str.contains(_SEPARATED)).then(simple)
    return pl.coalesce(separated.str.replace_all(_SEPARATED, "$1$2"), simple)


def _has(pattern: str) -> pl.Expr:
    return pl.col(_CLEAN).str.contains(pattern)


def _acts() -> dict[str, pl.Expr]:
    """One expression for each act."""
    by_seller = pl.col("sender").eq_missing("seller")
    pressed = _has(grammar.PRESSED)
    ultimatum = pl.col(_OWN).str.contains(grammar.ULTIMATUM)
    acts = {
        "insult": _has(CODES["insult"]) | _has(grammar.LATIN),
        "threat": _has(CODES["threat"]) | ultimatum,
        "demand": _has(grammar.DEMAND) | (pressed & ~by_seller),
        "refusal": _has(grammar.REFUSAL)
        | _has(grammar.REFUSAL_ALONE)
        | (_has(grammar.REFUSAL_SELLER) & pl.col("sender").ne_missing("buyer")),
        "stalling": _has(grammar.STALLING),
        "courtesy": _has(grammar.COURTESY) | _has(grammar.COURTESY_ALONE),
        "apology": _has(grammar.APOLOGY),
        "offer": _has(grammar.OFFER) | (_has(grammar.OFFER_SELLER) & by_seller),
        "cooperation": _has(grammar.COOPERATION) | _has(grammar.COOPERATION_ALONE) | (pressed & by_seller),
    }
    system = pl.col("sender").eq_missing("system")
    return {name: expression & ~system for name, expression in acts.items()}


def _count(character: str) -> pl.Expr:
    return pl.col(_CLEAN).str.count_matches(character, literal=True).cast(pl.Int64)


def _hostility() -> pl.Expr:
    """Points of the hostile patterns that are the writer's own, plus those of acts made of several words."""
    composed = sum(
        (points * pl.col(act).cast(pl.Int64) for act, points in _ACT_POINTS.items()), start=pl.lit(0, pl.Int64)
    )
    composed += _IRONY_POINTS * _has(grammar.IRONY).cast(pl.Int64)
    composed += _LATIN_POINTS * _has(grammar.LATIN).cast(pl.Int64)
    score = (1 - pl.lit(_POINT_FACTOR).pow(_count(POINT) + composed)).round(4)
    return pl.when(pl.col("sender").ne_missing("system")).then(score).alias("hostility")


def _civility() -> pl.Expr:
    """What hostility leaves, raised by polite points."""
    acts = sum((pl.col(act).cast(pl.Int64) for act in _POLITE_ACTS), start=pl.lit(0, pl.Int64))
    polite = 1 - pl.lit(_POLITE_FACTOR).pow(_count(POLITE_POINT) + acts)
    return ((1 - pl.col("hostility")) * (1 + polite) / 2).round(4).alias("civility")


def explain_text(text: str, lexicon: Lexicon) -> pl.DataFrame:
    """Show which patterns of the lexicon a text matches, and which of them were taken back.

    Args:
        text: One message.
        lexicon: The compiled word lists.

    Returns:
        One row per match in order: ``match`` (as written), ``lists`` (names, ``+`` between several) and ``points``.
    """
    frame = pl.DataFrame({"text": [text]})
    found = frame.select(
        pl.col("text").str.extract_many(list(lexicon.patterns), leftmost=True, ascii_case_insensitive=True)
    ).item()
    codes = dict(zip(lexicon.patterns, lexicon.codes, strict=True))
    names = {code: name for name, code in CODES.items()}
    rows = []
    for match in found:
        code = codes[match if match in codes else match.lower()]
        lists = "+".join(names[character] for character in code if character in names)
        rows.append((match, lists, sum(character not in names for character in code)))
    return pl.DataFrame(rows, schema={"match": pl.String, "lists": pl.String, "points": pl.Int64}, orient="row")
