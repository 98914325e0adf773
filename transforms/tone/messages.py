"""Acts, hostility and civility of each message.

One pass replaces every pattern of the lexicon by its code (``Lexicon``); a few regular expressions over the coded text
(``grammar``) take back what is negated, reported or asked, and the acts are read off. All of it is expressions on the row, so
the frame may be streamed or cut into partitions, and order and count of rows stay.
"""

from typing import Final

import polars as pl

from transforms.tone.grammar import SIMPLE, Rule, build_grammar
from transforms.tone.lexicon import ACTS, CODES, POINT, POLITE_POINT, Lexicon, Model

#: A message with at least this hostility counts as hostile.
HOSTILE_FROM: Final = 0.5
_POINT_FACTOR: Final = 0.8  # hostility = 1 − 0.8^points: 2 points 0.36, 4 points 0.59, 8 points 0.83
_POLITE_FACTOR: Final = 0.6  # one polite point closes 40 % of the distance to full courtesy
_SEPARATED: Final = r"(\p{Han})[*._·~-](\p{Han})"  # 骗*子
_SEPARATOR: Final = r"[*._·~-]"
# an act adds these to the points of its words, for its words alone may have none (不 + 退)
_ACT_POINTS: Final = {"threat": 4, "demand": 2, "refusal": 1, "stalling": 1}
_LATIN_POINTS: Final = 8
_IRONY_POINTS: Final = 2
_POLITE_ACTS: Final = ("courtesy", "apology", "offer", "cooperation")
_READ: Final = "read_text"  # one way of writing
_CODED: Final = "coded_text"  # words replaced by codes, then what is not the writer's own taken out
_CHOSEN: Final = "is_chosen"
_MODEL: Final = "model_hostility"
_SIGN: Final = "sign_"
_SIGNS: Final = (*build_grammar({}).acts, "ultimatum")
_SEPARATORS: Final = r"*._·~\-"
# these signs add to the points of the words, which alone may have none (不 + 退)
_SIGN_POINTS: Final = {
    "threat": 4,
    "demand": 2,
    "refusal": 1,
    "stalling": 1,
    f"{_SIGN}irony": 2,
    f"{_SIGN}latin": 8,
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
        group of people, the probability that the n-gram model gives if that is higher and at least one half. Civility is
        (1 − hostility)·(1 + p)/2 with p = 1 − 0.6^(polite points): a plain statement has 0.5.
    """
    grammar = build_grammar(lexicon.words)
    coded = pl.col(_READ).str.replace_many(list(lexicon.patterns), list(lexicon.codes), leftmost=True)
    frame = _read(messages, lexicon).with_columns(coded.alias(_CODED))
    for rule, replacement in grammar.own:
        frame = _rewrite(frame, rule, replacement)
    frame = frame.with_columns(_matches(_CODED, grammar.ultimatum).alias(f"{_SIGN}ultimatum"))
    for rule, replacement in grammar.clean:
        frame = _rewrite(frame, rule, replacement)
    signs = {f"{_SIGN}{name}": _matches(_CODED, rule) for name, rule in grammar.acts.items()}
    frame = _group_hostility(frame.with_columns(**signs), lexicon.model)
    added = (_READ, _CHOSEN, _CODED, _MODEL, f"{_SIGN}ultimatum", *signs)
    return frame.with_columns(**_acts()).with_columns(_hostility()).with_columns(_civility()).drop(added)


def _read(messages: pl.LazyFrame, lexicon: Lexicon) -> pl.LazyFrame:
    """Read the text in one way of writing: simplified, half-width, no separators within words.

    Only texts that need it are rewritten.
    """
    text = pl.col("text").cast(pl.String)
    unusual = text.str.contains(f"[{''.join(lexicon.characters)}{_SEPARATORS}]")
    simple = _chosen(text).str.replace_many(list(lexicon.characters), list(lexicon.characters.values()))
    joined = simple.str.replace_all(rf"(\p{{Han}})[{_SEPARATORS}](\p{{Han}})", "$1$2")  # 骗*子
    read = pl.when(_CHOSEN).then(joined).otherwise(text)
    return messages.with_columns(unusual.alias(_CHOSEN)).with_columns(read.alias(_READ))


def _rewrite(frame: pl.LazyFrame, rule: Rule, replacement: str) -> pl.LazyFrame:
    """Replace what a rule matches, in the coded texts that have what it needs."""
    text = pl.col(_CODED)
    rewritten = pl.when(_CHOSEN).then(_chosen(text).str.replace_all(rule.pattern, replacement)).otherwise(text)
    return frame.with_columns(text.str.contains(rule.needs).alias(_CHOSEN)).with_columns(rewritten.alias(_CODED))


def _chosen(text: pl.Expr) -> pl.Expr:
    """Keep the chosen texts and empty the others: on nulls Polars would run an expression all the same."""
    return pl.when(_CHOSEN).then(text).otherwise(pl.lit(""))


def _matches(column: str, rule: Rule) -> pl.Expr:
    """Whether a rule matches, asked only of texts that have what it needs."""
    text = pl.col(column)
    needed = pl.when(text.str.contains(rule.needs)).then(text).otherwise(pl.lit(""))
    return needed.str.contains(rule.pattern).fill_null(value=False)


def _acts() -> dict[str, pl.Expr]:
    """One expression for each act."""
    sign = {name: pl.col(f"{_SIGN}{name}") for name in _SIGNS}
    seller = pl.col("sender").eq_missing("seller")
    composed = {
        "insult": sign["latin"],
        "threat": sign["ultimatum"],
        "demand": sign["pressed"] & ~seller,
        "refusal": sign["refusal"]
        | sign["refusal_alone"]
        | (sign["refusal_seller"] & pl.col("sender").ne_missing("buyer")),
        "stalling": sign["stalling"],
        "courtesy": sign["courtesy_alone"],
        "apology": sign["sorry"] | sign["fault"],
        "offer": sign["agree"] | sign["yours"] | sign["fee"] | (sign["offer_seller"] & seller),
        "cooperation": sign["give"] | sign["cooperation_alone"] | (sign["pressed"] & seller),
    }
    system = pl.col("sender").eq_missing("system")
    simple = {act: pl.col(_CODED).str.contains(character, literal=True) for act, character in SIMPLE.items()}
    return {act: (simple[act] | composed[act]) & ~system for act in ACTS}


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
    probability = pl.when(pl.col(_CHOSEN) & (pl.col(_MODEL) >= 0)).then(1 / (1 + (-pl.col(_MODEL)).exp())).otherwise(0.0)
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
    """Show which patterns of the lexicon a text matches, and which of them were taken back.

    Args:
        text: One message.
        lexicon: The compiled word lists.

    Returns:
        One row per match in order: ``match`` (as written), ``lists`` (names, ``+`` between several) and ``points``.
    """
    frame = pl.DataFrame({"text": [text]})
    found = frame.select(
        pl.col("text").str.extract_many(list(lexicon.patterns), leftmost=True)
    ).item()
    codes = dict(zip(lexicon.patterns, lexicon.codes, strict=True))
    names = {code: name for name, code in CODES.items()}
    rows = []
    for match in found:
        code = codes[match if match in codes else match.lower()]
        lists = "+".join(names[character] for character in code if character in names)
        rows.append((match, lists, sum(character not in names for character in code)))
    return pl.DataFrame(rows, schema={"match": pl.String, "lists": pl.String, "points": pl.Int64}, orient="row")
