"""What the codes of the lexicon mean together: regular expressions over the coded text.

Three rewriting passes take back what is not the writer's own act, in this order: reported speech, negation, and what
the other side did, might do, is asked for or is asked about. The acts are then read off what is left. A gap is a few
characters within one clause; commas end a clause.
"""

from typing import Final

from transforms.tone.lexicon import CODES, POINT, POLITE_POINT

_BREAK: Final = r"，。！？；,.!?;\n"
_END: Final = r"。！？!?\n"
_QUOTE_OPEN: Final = "“\"「『‘'"
_QUOTE_CLOSE: Final = "”\"」』’'"
_POINTS: Final = f"[{POINT}{POLITE_POINT}]*"


def code(*names: str) -> str:
    """Write one of these lists, with its points.

    Args:
        names: Keys of ``CODES``.

    Returns:
        A regular expression.
    """
    return "[" + "".join(CODES[name] for name in names) + "]" + _POINTS


def _gap(longest: int, *without: str) -> str:
    """Write up to so many characters of the same clause, none of them a code of these lists."""
    return f"[^{_BREAK}{''.join(CODES[name] for name in without)}]{{0,{longest}}}"


def _alone(name: str) -> str:
    """Write: this code is a whole clause, but for particles."""
    return f"(?:^|[{_BREAK} ~～]){code(name)}[了的啊哈呀吧呢哦嗯~～ ]{{0,2}}(?:$|[{_BREAK}])"


_HOSTILE: Final = code("insult", "latin", "threat", "irony")
_REMEDY: Final = ("settle", "settle_both")
_SETTLE: Final = (*_REMEDY, "handle")
_REFUSES: Final = code("refuse") + _gap(2) + code(*_SETTLE)
_OTHERS: Final = ("second", "third", "condition", "supposed")

#: Someone else's words: he called me …; he wrote “…”.
REPORTED: Final = "|".join(
    (
        code("reported", "says") + f"[：:，, ]?[{_QUOTE_OPEN}][^{_QUOTE_CLOSE}]{{0,80}}[{_QUOTE_CLOSE}]",
        code("reported") + f"(?:[^{_BREAK}]{{0,8}}?{_HOSTILE})+",
        code("third") + _gap(5) + code("says") + f"(?:[^{_BREAK}]{{0,8}}?{_HOSTILE})+",
    )
)

#: A negated word. 是什么 or 吗 after it turns it back (不是骗子是什么), so that they must not follow.
NEGATED: Final = "|".join(
    (
        code("negation") + _gap(4) + code("insult", "latin", "threat", "irony", "apology", "procedure"),
        code("negation_step") + _gap(3) + code("threat", "procedure"),
    )
).join(("(?:", f")([^{CODES['rhetorical']}{CODES['question']}{POINT}{POLITE_POINT}]|$)"))

#: Do it, or else: an ultimatum and a step in one sentence.
ULTIMATUM: Final = (
    "(?:"
    + "|".join(
        (
            code("ultimatum"),
            code("second", "supposed") + _gap(3, "refuse", "self", "third") + _REFUSES,
            _REFUSES + "[，, ]?" + code("then"),
        )
    )
    + f")[^{_END}]{{0,24}}"
    + code("procedure")
)

#: What is not the writer's act.
ATTRIBUTED: Final = "|".join(
    (
        # the other side refuses, or might
        code(*_OTHERS) + _gap(3, "refuse", "self") + _REFUSES,
        _REFUSES + "[，, ]?" + code("then"),
        # the other side said so
        code("second", "third") + _gap(5) + code("says") + _gap(6) + f"(?:{code('stalling', 'refusal')}|{_REFUSES})",
        # asked, not refused
        f"(?:{_REFUSES}|{code('refusal')}){_gap(3)}[{CODES['question']}?？]",
        # asked for or promised, not demanded
        code("softener", "self", "yours") + _gap(2) + code("press"),
        code("press") + _gap(3) + code(*_SETTLE, "order") + _gap(2) + f"[{CODES['question']}?？]",
        # the other side is to give it, or did not
        code(*_OTHERS, "softener", "request", "negation", "negation_step", "refuse")
        + _gap(4, "self", *_SETTLE)
        + code("give"),
        code(*_OTHERS, "request") + _gap(3, "self") + code("agree"),
        # an apology demanded, withheld or supposed
        code(*_OTHERS, "request", "negation", "refuse", "softener", "press") + _gap(4, "self", "apology") + code("sorry"),
        code("negation", "condition", "supposed") + _gap(2) + code("self") + _gap(3) + code("fault"),
    )
)

LATIN: Final = f"(?:^|[^a-zA-Z0-9]){CODES['latin']}{POINT}*(?:[^a-zA-Z0-9{POINT}]|$)"

REFUSAL: Final = "|".join(
    (code("refusal"), code("refuse") + _gap(2) + code("settle_both", "handle"), code(*_SETTLE) + _gap(2) + code("noway"))
)
REFUSAL_SELLER: Final = code("refuse") + _gap(2) + code("settle")
REFUSAL_ALONE: Final = _alone("refusal_alone")
DEMAND: Final = code("demand")
PRESSED: Final = code("press") + _gap(3) + code(*_SETTLE, "order")
STALLING: Final = "|".join(
    (code("stalling"), code("busy_time", "self") + _gap(3, "negation", "refuse", "second") + code("busy"))
)
IRONY: Final = code("second") + code("really") + code("praise")
COURTESY: Final = code("courtesy")
COURTESY_ALONE: Final = _alone("courtesy_alone")
APOLOGY: Final = "|".join((code("apology", "sorry"), code("self") + _gap(3, "negation", "refuse") + code("fault")))
OFFER: Final = "|".join(
    (
        code("offer"),
        code("agree") + _gap(3, "refuse") + code(*_REMEDY),
        code("yours") + _gap(3, "refuse", "request", "negation") + code(*_REMEDY),
        code("fee") + _gap(2) + code("self") + _gap(2, "refuse", "negation") + code("bear"),
        code("self") + _gap(3, "refuse", "negation", "request", "second") + code("bear") + _gap(2) + code("fee"),
    )
)
OFFER_SELLER: Final = "|".join(
    (code("offer_seller"), code("self") + _gap(4, "refuse", "request", "negation", "second") + code(*_REMEDY))
)
COOPERATION: Final = "|".join(
    (code("cooperation"), code("self", "softener", "yours") + _gap(4, "refuse", "negation", "request") + code("give"))
)
COOPERATION_ALONE: Final = _alone("cooperation_alone")
