"""Acts, hostility and civility of each message.

One pass replaces every pattern of the lexicon by its code (``Lexicon``); a few regular expressions over the coded text
(``grammar``) take back what is negated, reported or asked, and the acts are read off. All of it is expressions on the
row, so the frame may be streamed or cut into partitions, and order and count of rows stay.
"""

import re
from typing import Final

import polars as pl

from transforms.tone.codes import ACTS, CODES, POINT, POLITE_POINT
from transforms.tone.grammar import build_grammar
from transforms.tone.lexicon import Lexicon
from transforms.tone.lists import Model
from transforms.tone.writer import Rule

#: A message with at least this hostility counts as hostile.
HOSTILE_FROM: Final = 0.5
_POINT_FACTOR: Final = 0.8  # hostility = 1 − 0.8^points: 2 points 0.36, 4 points 0.59, 8 points 0.83
_POLITE_FACTOR: Final = 0.6  # one polite point closes 40 % of the distance to full courtesy
_READ: Final = "read_text"  # one way of writing
_CODED: Final = "coded_text"  # words replaced by codes, then what is not the writer's own taken out
_CHOSEN: Final = "is_chosen"
_MODEL: Final = "model_hostility"
_SIGN: Final = "sign_"
# these signs add to the points of the words, which alone may have none (不 + 退)
_SIGN_POINTS: Final = {
    "threat": 4,
    "demand": 2,
    "refusal": 1,
    "stalling": 1,
    f"{_SIGN}irony": 2,
    f"{_SIGN}insult_alone": 5,
}
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
    grammar = build_grammar(lexicon.words)
    coded = pl.col(_READ).str.replace_many(list(lexicon.patterns), list(lexicon.codes), leftmost=True)
    frame = _read(messages, lexicon).with_columns(coded.alias(_CODED))
    frame = _rewrite(frame, grammar.own)
    frame = frame.with_columns(_matches(_CODED, grammar.ultimatum).alias(f"{_SIGN}ultimatum"))
    frame = _rewrite(frame, grammar.clean)
    signs = {f"{_SIGN}{name}": _matches(_CODED, rule) for name, rule in grammar.signs.items()}
    frame = _group_hostility(frame.with_columns(**signs), lexicon.model)
    added = (_READ, _CHOSEN, _CODED, _MODEL, f"{_SIGN}ultimatum", *signs)
    return frame.with_columns(**_acts()).with_columns(_hostility()).with_columns(_civility()).drop(added)


def _read(messages: pl.LazyFrame, lexicon: Lexicon) -> pl.LazyFrame:
    """Bring the texts that need it to one way of writing: simplified, half-width, no separators within words."""
    text = pl.col("text").cast(pl.String)
    single = "".join(re.escape(written) for written in lexicon.spellings if len(written) == 1)
    written, read = list(lexicon.spellings), list(lexicon.spellings.values())
    respelt = _chosen(text).str.replace_many(written, read, leftmost=True)
    return messages.with_columns(text.str.contains(f"[{single}]").alias(_CHOSEN)).with_columns(
        pl.when(_CHOSEN).then(respelt).otherwise(text).alias(_READ)
    )


def _rewrite(frame: pl.LazyFrame, passes: tuple[tuple[Rule, str], ...]) -> pl.LazyFrame:
    """Run rewriting passes over the coded texts that have what one of them needs."""
    needs = "|".join(rule.needs for rule, _ in passes)
    rewritten = _chosen(pl.col(_CODED))
    for rule, replacement in passes:
        rewritten = rewritten.str.replace_all(rule.pattern, replacement)
    return frame.with_columns(pl.col(_CODED).str.contains(needs).alias(_CHOSEN)).with_columns(
        pl.when(_CHOSEN).then(rewritten).otherwise(_CODED).alias(_CODED)
    )


def _chosen(text: pl.Expr) -> pl.Expr:
    """Keep the chosen texts and empty the others: on nulls Polars would run an expression all the same."""
    return pl.when(_CHOSEN).then(text).otherwise(pl.lit(""))


def _matches(column: str, rule: Rule) -> pl.Expr:
    """Whether a rule matches, asked only of texts that have what it needs."""
    text = pl.col(column)
    if rule.pattern == rule.needs:
        return text.str.contains(rule.needs).fill_null(value=False)
    needed = pl.when(text.str.contains(rule.needs)).then(text).otherwise(pl.lit(""))
    return needed.str.contains(rule.pattern).fill_null(value=False)


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
    spoken = pl.col("sender").ne_missing("system")
    recorded = pl.col("text").is_not_null()
    return {act: pl.when(recorded).then(found & spoken) for act, found in acts.items()}


def _count(column: str, character: str) -> pl.Expr:
    return pl.col(column).str.count_matches(character, literal=True).cast(pl.Int64)


def _group_hostility(frame: pl.LazyFrame, model: Model) -> pl.LazyFrame:
    """Add what the n-gram model says of texts that mention a group; 0 where it holds them for harmless."""
    if not model.points:
        return frame.with_columns(pl.lit(0.0).alias(_MODEL))
    ngrams = sorted(model.points, key=lambda ngram: (-len(ngram), ngram))
    marks = [(POINT if model.points[ngram] > 0 else POLITE_POINT) * abs(model.points[ngram]) for ngram in ngrams]
    marked = _chosen(pl.col(_READ)).str.replace_many([POINT, POLITE_POINT, *ngrams], ["", "", *marks], leftmost=True)
    log_odds = (_count(_MODEL, POINT) - _count(_MODEL, POLITE_POINT) + model.intercept) * model.point_size
    probability = (
        pl.when(pl.col(_CHOSEN) & (pl.col(_MODEL) >= 0)).then(1 / (1 + (-pl.col(_MODEL)).exp())).otherwise(0.0)
    )
    return (
        frame.with_columns(pl.col(_READ).str.contains_any(list(model.groups)).alias(_CHOSEN))
        .with_columns(marked.alias(_MODEL))
        .with_columns(log_odds.alias(_MODEL))
        .with_columns(probability.alias(_MODEL))
    )


def _hostility() -> pl.Expr:
    """The higher of what the lists and the model say.

    The lists: points of the hostile patterns that are the writer's own, plus those of acts made of several words.
    """
    composed = sum(
        (points * pl.col(sign).cast(pl.Int64) for sign, points in _SIGN_POINTS.items()), start=pl.lit(0, pl.Int64)
    )
    listed = 1 - pl.lit(_POINT_FACTOR).pow(_count(_CODED, POINT) + composed)
    score = pl.when(listed.is_not_null()).then(pl.max_horizontal(listed, _MODEL)).round(4)
    return pl.when(pl.col("sender").ne_missing("system")).then(score).alias("hostility")


def _civility() -> pl.Expr:
    """What hostility leaves, raised by polite points."""
    acts = sum((pl.col(act).cast(pl.Int64) for act in _POLITE_ACTS), start=pl.lit(0, pl.Int64))
    polite = 1 - pl.lit(_POLITE_FACTOR).pow(_count(_CODED, POLITE_POINT) + acts)
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
    read = _read(pl.LazyFrame({"text": [text]}), lexicon).collect().get_column(_READ)
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
