"""Acts, hostility and civility of each message.

One pass replaces every pattern of the lexicon by its code (``Lexicon``); a few regular expressions over the coded text
then take back what is negated, reported or asked, and the acts are read off. All of it is expressions on the row, so
the frame may be streamed or cut into partitions, and order and count of rows stay.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from transforms.tone.lexicon import ACTS, CODES, MODEL_MINUS, MODEL_POINT, POINT, POLITE_POINT, Lexicon

#: A message with at least this hostility counts as hostile.
HOSTILE_FROM: Final = 0.5
_POINT_FACTOR: Final = 0.8  # hostility = 1 − 0.8^points: 2 points 0.36, 4 points 0.59, 8 points 0.83
_POLITE_FACTOR: Final = 0.6  # one polite point closes 40 % of the distance to full courtesy
_MODEL_FREE: Final = 1000  # the model is silent until it is fitted

_BREAK: Final = r"，。！？；,.!?;\n"
_END: Final = r"。！？!?\n"
_QUOTE_OPEN: Final = "“\"「『‘'"
_QUOTE_CLOSE: Final = "”\"」』’'"
_CODED: Final = "coded_text"
_CLEAN: Final = "clean_text"


def _any(*names: str) -> str:
    """Write a class of codes."""
    return "[" + "".join(CODES[name] for name in names) + "]"


_POINTS: Final = f"[{POINT}{POLITE_POINT}]*"
_HOSTILE: Final = _any("insult", "latin", "threat", "irony")
_CANCELLED: Final = "|".join(
    (
        # he wrote: "…"
        f"{CODES['reported']}[：:，, ]?[{_QUOTE_OPEN}][^{_QUOTE_CLOSE}]{{0,80}}[{_QUOTE_CLOSE}]",
        # he called me …, to the end of the clause
        f"{CODES['reported']}(?:[^{_BREAK}]{{0,8}}?{_HOSTILE}{_POINTS})+",
        # asked, not refused
        f"{_any('refusal')}{_POINTS}[^{_BREAK}]{{0,3}}[{CODES['question']}?？]",
        # asked for, not demanded
        f"{CODES['softener']}[^{_BREAK}]{{0,4}}{_any('demand', 'demand_refund')}{_POINTS}",
    )
)
# a negated word, unless 是什么 or 吗 follows (不是骗子是什么, 你不是骗子吗)
_NEGATED: Final = (
    f"{CODES['negation']}[^{_BREAK}]{{0,4}}{_any('insult', 'latin', 'threat', 'apology', 'procedure')}{_POINTS}"
    f"([^{CODES['rhetorical']}{CODES['question']}{POINT}{POLITE_POINT}]|$)"
)
_ULTIMATUM: Final = f"{CODES['ultimatum']}{_POINTS}[^{_END}]{{0,24}}{CODES['procedure']}"
_LATIN: Final = f"(?:^|[^a-zA-Z0-9]){CODES['latin']}{POINT}*(?:[^a-zA-Z0-9{POINT}]|$)"


def _alone(name: str) -> str:
    """Write: this code is a whole clause, but for particles."""
    return f"(?:^|[{_BREAK} ~～]){CODES[name]}{_POINTS}[了的啊哈呀吧呢哦嗯~～ ]{{0,2}}(?:$|[{_BREAK}])"


@dataclass(frozen=True)
class MessageColumns:
    """Names of the columns that :func:`score_messages` adds, in order."""

    acts: tuple[str, ...] = ACTS
    scores: tuple[str, ...] = ("hostility", "civility")


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
    coded = pl.col("text").cast(pl.String).str.replace_many(
        list(lexicon.patterns), list(lexicon.codes), leftmost=True, ascii_case_insensitive=True
    )
    clean = pl.col(_CODED).str.replace_all(_CANCELLED, "").str.replace_all(_NEGATED, "$1")
    scored = messages.with_columns(coded.alias(_CODED)).with_columns(clean.alias(_CLEAN))
    return scored.with_columns(**_acts()).with_columns(_hostility()).with_columns(_civility()).drop(_CODED, _CLEAN)


def _has(pattern: str) -> pl.Expr:
    return pl.col(_CLEAN).str.contains(pattern)


def _acts() -> dict[str, pl.Expr]:
    """One expression for each act."""
    by_seller = pl.col("sender").eq_missing("seller")
    acts = {
        "insult": _has(CODES["insult"]) | _has(_LATIN),
        "threat": _has(CODES["threat"]) | _has(_ULTIMATUM),
        "demand": _has(CODES["demand"]) | (_has(CODES["demand_refund"]) & ~by_seller),
        "refusal": _has(CODES["refusal"]) | _has(_alone("refusal_alone")),
        "stalling": _has(CODES["stalling"]),
        "courtesy": _has(CODES["courtesy"]) | _has(_alone("courtesy_alone")),
        "apology": _has(CODES["apology"]),
        "offer": _has(CODES["offer"]) | (_has(_any("offer_seller", "demand_refund")) & by_seller),
        "cooperation": _has(CODES["cooperation"]) | _has(_alone("cooperation_alone")),
    }
    system = pl.col("sender").eq_missing("system")
    return {name: expression & ~system for name, expression in acts.items()}


def _count(character: str) -> pl.Expr:
    return pl.col(_CLEAN).str.count_matches(character, literal=True).cast(pl.Int64)


def _hostility() -> pl.Expr:
    """Points of the hostile patterns that were not taken back, plus what the ultimatum adds."""
    ultimatum_points = 5
    listed = _count(POINT) + ultimatum_points * _has(_ULTIMATUM).cast(pl.Int64)
    model = (_count(MODEL_POINT) - _count(MODEL_MINUS) - _MODEL_FREE).clip(0)
    score = (1 - pl.lit(_POINT_FACTOR).pow(listed + model)).round(4)
    return pl.when(pl.col("sender").ne_missing("system")).then(score).alias("hostility")


def _civility() -> pl.Expr:
    """What hostility leaves, raised by polite points."""
    polite = 1 - pl.lit(_POLITE_FACTOR).pow(_count(POLITE_POINT))
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
