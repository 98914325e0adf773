"""What the codes of the lexicon mean together: regular expressions over the coded text.

Rewriting passes take back what is not the writer's own act: reported speech, negation, what the other side said, and
what the other side does, might do, is asked for or is asked about. The acts are then read off what is left. A gap is
a few characters within one clause; commas end a clause.

Each rule names the codes without which it cannot match. A quick look for them spares most texts the rule itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from transforms.tone.lexicon import CODES, POINT, POLITE_POINT

_BREAK: Final = r"，。！？；,.!?;\n"
_END: Final = r"。！？!?\n"
_QUOTE_OPEN: Final = "“\"「『‘'"
_QUOTE_CLOSE: Final = "”\"」』’'"
_POINTS: Final = f"[{POINT}{POLITE_POINT}]*"
_HOSTILE: Final = ("insult", "latin", "threat", "irony")
_REMEDY: Final = ("settle", "settle_both")
_SETTLE: Final = (*_REMEDY, "handle")
_OTHERS: Final = ("second", "third", "condition", "supposed")

#: Acts that one code shows; the other signs of them are rules.
SIMPLE: Final = {
    name: CODES[name]
    for name in ("insult", "threat", "demand", "refusal", "stalling", "courtesy", "apology", "offer", "cooperation")
}


@dataclass(frozen=True)
class Rule:
    """A regular expression, and a class of characters of which a text must have one for it to match.

    Attributes:
        needs: The class.
        pattern: The expression.
    """

    needs: str
    pattern: str


@dataclass(frozen=True)
class Grammar:
    """The rules, written for one lexicon.

    Attributes:
        own: Rewriting passes (rule, replacement) that leave the writer's own words.
        clean: Rewriting passes that leave the writer's own acts.
        ultimatum: Do it, or else: a threat. Read before ``clean``, for the other side's refusal belongs to it.
        acts: Name of a sign → rule, read after ``clean``.
    """

    own: tuple[tuple[Rule, str], ...]
    clean: tuple[tuple[Rule, str], ...]
    ultimatum: Rule
    acts: dict[str, Rule]


class _Writer:
    """Writes expressions; one-character words of a list stand in the text as they are, beside its code."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = words

    def characters(self, *names: str) -> str:
        """Write the characters that stand for these lists."""
        return "".join(CODES[name] + self.words.get(name, "") for name in names)

    def code(self, *names: str) -> str:
        """Write one match of these lists, with its points."""
        return f"[{self.characters(*names)}]{_POINTS}"

    def gap(self, longest: int, *without: str) -> str:
        """Write up to so many characters of the same clause, none of these lists."""
        return f"[^{_BREAK}{self.characters(*without)}]{{0,{longest}}}"

    def refuses(self) -> str:
        """Write a word of refusing with what is refused."""
        return self.code("refuse") + self.gap(2) + self.code(*_SETTLE)

    def rule(self, needs: tuple[str, ...], *alternatives: str) -> Rule:
        """Write a rule."""
        return Rule(f"[{self.characters(*needs)}]", "|".join(alternatives))

    def alone(self, name: str) -> Rule:
        """Write: a match of this list is a whole clause, but for particles."""
        clause = f"(?:^|[{_BREAK} ~～]){self.code(name)}[了的啊哈呀吧呢哦嗯~～ ]{{0,2}}(?:$|[{_BREAK}])"
        return self.rule((name,), clause)


def build_grammar(words: Mapping[str, str]) -> Grammar:
    """Write the rules for a lexicon.

    Args:
        words: List name → its one-character words, which are not coded.

    Returns:
        The rules.
    """
    write = _Writer(words)
    attributed = CODES["attributed"]
    return Grammar(
        own=((_reported(write), ""), (_negated(write), "$1")),
        clean=((_said(write), attributed), (_asked(write), attributed), (_attributed(write), attributed)),
        ultimatum=_ultimatum(write),
        acts=_hostile_acts(write) | _polite_acts(write),
    )


def _reported(write: _Writer) -> Rule:
    """Someone else's words: he called me …; he wrote “…”."""
    hostile = f"(?:[^{_BREAK}]{{0,8}}?{write.code(*_HOSTILE)})+"
    return write.rule(
        _HOSTILE,
        write.code("reported", "says") + f"[：:，, ]?[{_QUOTE_OPEN}][^{_QUOTE_CLOSE}]{{0,80}}[{_QUOTE_CLOSE}]",
        write.code("reported") + hostile,
        write.code("third") + write.gap(5) + write.code("says") + hostile,
    )


def _negated(write: _Writer) -> Rule:
    """A negated word; 是什么 or 吗 after it turns it back (不是骗子是什么) and must not follow."""
    words = "|".join(
        (
            write.code("negation") + write.gap(4) + write.code(*_HOSTILE, "apology", "procedure"),
            write.code("negation_step") + write.gap(3) + write.code("threat", "procedure"),
        )
    )
    last = f"([^{write.characters('rhetorical', 'question')}{POINT}{POLITE_POINT}]|$)"
    return write.rule((*_HOSTILE, "apology", "procedure"), f"(?:{words}){last}")


def _said(write: _Writer) -> Rule:
    """What the other side said it would do or not do."""
    put_off = f"(?:{write.code('stalling', 'busy', 'refusal')}|{write.refuses()})"
    return write.rule(
        ("stalling", "busy", "refusal", *_SETTLE),
        write.code("second", "third") + write.gap(3) + write.code("says") + write.gap(4) + put_off,
    )


def _attributed(write: _Writer) -> Rule:
    """What else is not the writer's act. (One expression with ``_said`` would need a much larger automaton.)"""
    code, gap, refuses = write.code, write.gap, write.refuses()
    question = f"[{write.characters('question')}?？]"
    withheld = ("request", "negation", "refuse", "softener")
    return write.rule(
        (*_SETTLE, "refusal", "give", "agree", "sorry", "fault", "apology"),
        # the other side refuses, or might
        code(*_OTHERS) + gap(3, "refuse", "self") + refuses,
        refuses + "[，, ]?" + code("then"),
        # asked, not refused
        f"(?:{refuses}|{code('refusal')}){gap(3)}{question}",
        # the other side is to give it, or did not
        code(*_OTHERS, *withheld, "negation_step") + gap(4, "self", *_SETTLE) + code("give"),
        code("give") + gap(3) + question,
        code(*_OTHERS, "request") + gap(3, "self") + code("agree"),
        # an apology demanded, withheld or supposed
        code(*_OTHERS, *withheld, "press") + gap(4, "self", "apology") + code("sorry"),
        code("apology") + gap(1) + question,
        code("condition", "supposed") + gap(3) + code("apology"),
        code("negation", "condition", "supposed") + gap(2) + code("self") + gap(3) + code("fault"),
    )


def _asked(write: _Writer) -> Rule:
    """Pressure asked for or promised is no demand."""
    question = f"[{write.characters('question')}?？]"
    return write.rule(
        ("press",),
        write.code("softener", "promise", "self", "yours") + write.gap(2) + write.code("press"),
        write.code("press") + write.gap(3) + write.code(*_SETTLE, "order") + write.gap(2) + question,
    )


def _ultimatum(write: _Writer) -> Rule:
    """An ultimatum and a step in one sentence."""
    code, refuses = write.code, write.refuses()
    condition = "|".join(
        (
            code("ultimatum"),
            code("second", "supposed") + write.gap(3, "refuse", "self", "third") + refuses,
            refuses + "[，, ]?" + code("then"),
        )
    )
    return write.rule(("procedure",), f"(?:{condition})[^{_END}]{{0,24}}{code('procedure')}")


def _hostile_acts(write: _Writer) -> dict[str, Rule]:
    """Signs of the hostile acts made of several words."""
    code, gap = write.code, write.gap
    latin = f"(?:^|[^a-zA-Z0-9]){CODES['latin']}(?:[^a-zA-Z0-9]|$)"
    busy = code("busy_time", "self") + gap(3, "negation", "refuse", "second") + code("busy")
    return {
        "latin": write.rule(("latin",), latin),
        "irony": write.rule(("praise",), code("second") + code("really") + code("praise")),
        "refusal": write.rule(
            ("settle_both", "handle", "noway"),
            code("refuse") + gap(2) + code("settle_both", "handle"),
            code(*_SETTLE) + gap(2) + code("noway"),
        ),
        "refusal_seller": write.rule(("settle",), code("refuse") + gap(2) + code("settle")),
        "refusal_alone": write.alone("refusal_alone"),
        "pressed": write.rule(("press",), code("press") + gap(3) + code(*_SETTLE, "order")),
        "stalling": write.rule(("busy",), busy),
    }


def _polite_acts(write: _Writer) -> dict[str, Rule]:
    """Signs of the polite acts made of several words."""
    code, gap = write.code, write.gap
    own = code("self") + gap(4, "refuse", "request", "negation", "second")
    refuse, remedy = write.characters("refuse"), write.characters(*_REMEDY)
    giving = code("self", "promise", "yours") + gap(4, "refuse", "negation", "request")
    return {
        "courtesy_alone": write.alone("courtesy_alone"),
        "cooperation_alone": write.alone("cooperation_alone"),
        "sorry": write.rule(("sorry",), code("self") + gap(4, "refuse", "negation", "request") + code("sorry")),
        "fault": write.rule(("fault",), code("self") + gap(3, "negation", "refuse") + code("fault")),
        "agree": write.rule(("agree",), code("agree") + gap(3, "refuse") + code(*_REMEDY)),
        "yours": write.rule(("yours",), code("yours") + gap(3, "refuse", "request", "negation") + code(*_REMEDY)),
        "fee": write.rule(
            ("fee",),
            code("fee") + gap(2) + code("self") + gap(2, "refuse", "negation") + code("bear"),
            own + code("bear") + gap(2) + code("fee"),
        ),
        "offer_seller": write.rule(
            ("offer_seller", *_REMEDY),
            f"(?:^|[^{refuse}{remedy}]){CODES['offer_seller']}",
            f"(?:^|[^{refuse}])[{remedy}]{CODES['offer_seller']}",
            own + code(*_REMEDY),
            f"(?:^|[^{refuse}])[{remedy}][0-9]",
        ),
        "give": write.rule(("give",), giving + code("give")),
    }
