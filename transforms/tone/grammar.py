"""What the codes of the lexicon mean together: regular expressions over the coded text.

Rewriting passes take back what is not the writer's own act: reported speech, negation, what the other side said, and
what the other side does, might do, is asked for or is asked about. The acts are then read off what is left. A gap is
a few characters within one clause; commas end a clause.

Each rule names the codes without which it cannot match. A quick look for them spares most texts the rule itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from transforms.tone.codes import CODES, POINT, POLITE_POINT

_BREAK: Final = r"，。！？；,.!?;\n"
_END: Final = r"。！？!?\n"
_QUOTE_OPEN: Final = "“\"「『‘'"
_QUOTE_CLOSE: Final = "”\"」』’'"
_POINTS: Final = f"[{POINT}{POLITE_POINT}]*"
_HOSTILE: Final = ("insult", "latin", "threat", "irony")
_REMEDY: Final = ("settle", "settle_both")
_SETTLE: Final = (*_REMEDY, "handle")
_OTHERS: Final = ("second", "third", "condition", "supposed")


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
        ultimatum: Do it, or else: a threat. Read before ``clean``, for the other side's refusal belongs to it.
        clean: Rewriting passes that leave the writer's own acts.
        signs: Name of a sign → rule, read after ``clean``. A sign bears the name of its act; beside them there are
            ``irony`` (of several words), ``mocking`` (any irony), ``ordered`` (a demand) and ``pressed``,
            ``refusal_seller`` and ``offer_seller``, which are acts only from the side whose part it is.
    """

    own: tuple[tuple[Rule, str], ...]
    ultimatum: Rule
    clean: tuple[tuple[Rule, str], ...]
    signs: dict[str, Rule]


class _Writer:
    """Writes expressions; one-character words of a list stand in the text as they are, beside its code."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = words

    def characters(self, *names: str) -> str:
        """Write the characters that stand for these lists."""
        return "".join(CODES[name] + self.words.get(name, "") for name in names)

    def any(self, *names: str) -> str:
        """Write the class of these lists."""
        return f"[{self.characters(*names)}]"

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
        return Rule(self.any(*needs), "|".join(alternatives))

    def alone(self, name: str, *beside: str) -> str:
        """Write: a match of this list is a whole clause, but for the writer's name and particles.

        Args:
            name: The list.
            *beside: Other lists that some of its words are also in.
        """
        others = f"[{''.join(CODES[other] for other in beside)}]{{0,2}}" if beside else ""
        clause = f"(?:{self.code('self')})?{others}{self.code(name)}{others}[了的啊哈呀吧呢哦嗯~～ ]{{0,2}}"
        return f"(?:^|[{_BREAK} ~～{POINT}{CODES['attributed']}：:]){clause}(?:$|[{_BREAK}])"


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
        own=((_quoted(write), ""), (_reported(write), ""), (_negated(write), "$1"), (_excused(write), f"{attributed}$1")),
        ultimatum=_ultimatum(write),
        clean=(
            *((rule(write), attributed) for rule in (_said, _asked, _refused, _given)),
            (_declined(write), CODES["reject"] + CODES["settle"]),
        ),
        signs=_hostile_signs(write) | _polite_signs(write),
    )


def _reported(write: _Writer) -> Rule:
    """Someone else's words: he called me …; he wrote “…”. Also Latin letters that are part of a word."""
    latin = CODES["latin"] + _POINTS
    hostile = f"(?:[^{_BREAK}]{{0,8}}?{write.code(*_HOSTILE)})+"
    went_on = f"(?:[^{_END}{write.characters('second')}]{{0,16}}[，,])?[还又并也甚至]{{0,3}}"
    return write.rule(
        _HOSTILE,
        write.code("reported") + hostile + f"(?:[，,][还又并也甚至]{{0,3}}{write.code('says')}{hostile})?",
        write.code("third") + went_on + write.gap(5) + write.code("says") + hostile,
        "(?:自己|我)[真也就都]{0,2}(?:像|是|成了|当了)[一]?[个的]?" + write.code("insult"),
        write.code("thing") + write.gap(3, "second", "third") + write.code("insult"),
        f"[a-zA-Z0-9]{latin}",
        f"{latin}[a-zA-Z0-9]",
    )


def _quoted(write: _Writer) -> Rule:
    """What someone else said, in quotation marks, and words that are only named."""
    quoted = f"[{_QUOTE_OPEN}][^{_QUOTE_CLOSE}]{{0,80}}[{_QUOTE_CLOSE}]"
    return Rule(
        f"[{_QUOTE_OPEN}]",
        "|".join(
            (
                write.code("reported", "says") + f"[^{_BREAK}]{{0,3}}[：:，, ]?{quoted}",
                f"{quoted}[两二三四几这]?个?(?:字|词)",
                f"(?:叫|名字是|名为|写着|印着|印的是|上面是)[：: ]?{quoted}",
            )
        ),
    )


def _excused(write: _Writer) -> Rule:
    """An apology that only makes way for a refusal, a question or a request, or is told to be worth nothing."""
    code = write.code
    refusal = f"{write.any('refuse')}|{code('refusal', 'refusal_alone', 'noway')}"
    after = "|".join(
        (
            f"[^{_BREAK}{write.characters('second', 'negation')}]{{0,5}}(?:{refusal})",
            f"[^{_END}]{{0,12}}[{write.characters('question')}?？]",
            code("courtesy", "softener"),
            f"[^{_BREAK}]{{0,3}}{code('idle')}",
        )
    )
    return write.rule(("pardon",), code("pardon") + f"([啊哈哦呀亲，,。！! ]{{0,3}}(?:{after}))")


def _negated(write: _Writer) -> Rule:
    """A negated word; 是什么 or 吗 after it turns it back (不是骗子是什么) and must not follow."""
    words = "|".join(
        (
            write.code("negation") + write.gap(4) + write.code(*_HOSTILE, "apology", "pardon", "procedure"),
            write.code("negation_step") + write.gap(3) + write.code("threat", "procedure"),
        )
    )
    last = f"([^{write.characters('rhetorical', 'question')}{POINT}{POLITE_POINT}]|$)"
    return write.rule((*_HOSTILE, "apology", "pardon", "procedure"), f"(?:{words}){last}")


def _said(write: _Writer) -> Rule:
    """What the other side said it would do or not do."""
    beside = f"[{CODES['refusal_alone']}{CODES['refuse']}{CODES['reject']}{CODES['noway']}]*"
    put_off = f"(?:{write.code('stalling', 'busy', 'refusal')}{beside}|{write.refuses()})"
    return write.rule(
        ("stalling", "busy", "refusal", *_SETTLE),
        write.code("second", "third", "elsewhere") + write.gap(3) + write.code("says") + write.gap(4) + put_off,
        write.code("third")
        + write.gap(8, "self", "second")
        + put_off
        + f"(?:{write.gap(4, 'self')}{put_off})*"
        + f"(?:[，,]理由[^{_END}]{{1,12}})?",
        write.code("elsewhere") + f"[^{_END}]{{0,10}}" + write.code("stalling"),
        "把我" + write.code("refusal"),
        write.code("negation") + write.gap(3, "question") + write.refuses() + f"(?:[^了{_BREAK}]|$|[，,])",
    )


def _refused(write: _Writer) -> Rule:
    """The other side refuses, or might; or it is asked whether."""
    question = f"[{write.characters('question')}?？]"
    return write.rule(
        (*_SETTLE, "refusal"),
        write.code(*_OTHERS) + write.gap(3, "refuse", "self") + write.refuses(),
        write.refuses() + "[，, ]?" + write.code("then"),
        f"(?:{write.refuses()}|{write.code('refusal')}){write.gap(3)}{question}",
    )


def _declined(write: _Writer) -> Rule:
    """An offer that the writer turns down: what is left is the refusal."""
    offer = write.code("offer", "offer_seller")
    return write.rule(
        ("offer", "offer_seller"),
        write.code("reject") + write.gap(2) + offer,
        offer + write.gap(1) + write.code("self") + write.gap(1) + write.code("reject"),
    )


def _given(write: _Writer) -> Rule:
    """What the other side is to give, to agree to or to apologise for, did not, or is asked about."""
    code, gap = write.code, write.gap
    question = f"[{write.characters('question')}?？]"
    withheld = ("request", "negation", "refuse", "softener")
    return write.rule(
        ("give", "agree", "cooperation", "sorry", "fault", "apology", "pardon"),
        code(*_OTHERS, *withheld, "negation_step") + gap(4, "self", *_SETTLE) + code("give"),
        code("give") + gap(3) + question,
        code("negation_step") + gap(1) + code("cooperation"),
        code(*_OTHERS, "request") + gap(3, "self") + code("agree"),
        code(*_OTHERS, *withheld) + gap(4, "self", "apology", "press") + code("sorry"),
        code("third") + gap(5, "self", "second") + code("pardon", "apology"),
        code("says") + "[过了]?" + code("pardon", "apology") + "[过了]",
        code("apology", "pardon", "fault", "sorry") + gap(1) + question,
        code("condition", "supposed") + gap(3) + code("apology", "pardon"),
        code("negation", "condition", "supposed") + gap(2) + code("self") + gap(3) + code("fault"),
    )


def _asked(write: _Writer) -> Rule:
    """Pressure asked for or promised is no demand."""
    question = f"[{write.characters('question')}?？]"
    return write.rule(
        ("press", "demand"),
        write.code("softener", "promise", "self", "yours") + write.gap(2) + write.code("press"),
        write.code("softener") + write.gap(5, "second") + write.code("press", "demand"),
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
    step = code("procedure")
    again = "再" + write.gap(6) + code("then") + write.gap(8) + step
    return write.rule(
        ("procedure",), f"(?:{condition})[^{_END}]{{0,24}}{step}", again, f"{refuses}[，, ]?(?:我们?)?{step}见"
    )


def _hostile_signs(write: _Writer) -> dict[str, Rule]:
    """Signs of the hostile acts."""
    code, gap, rule = write.code, write.gap, write.rule
    own_time = code("busy_time", "self") + gap(3, "negation", "refuse", "second")
    return {
        "insult": rule(("insult", "latin"), write.any("insult", "latin")),
        "insult_alone": rule(("insult_alone",), write.alone("insult_alone")),
        "irony": rule(("really",), code("really") + code("praise")),
        "mocking": rule(("irony", "really"), write.any("irony"), code("really") + code("praise")),
        "threat": rule(
            ("threat", "consequence"), code("threat"), "[让叫要]" + code("second") + gap(6) + code("consequence")
        ),
        "demand": rule(("demand", "demand_alone"), write.any("demand"), write.alone("demand_alone", "settle", "order")),
        "ordered": rule(
            ("press",),
            code("press") + gap(3) + code("order", "sorry"),
            code("order", "handle", "give") + gap(1) + "[，, ]?" + code("press") + f"{CODES['soon']}?(?:$|[{_BREAK}])",
            code("second") + gap(1) + code("press") + gap(5) + code("handle", "give"),
        ),
        "pressed": rule(("press",), code("press") + gap(3) + code(*_SETTLE)),
        "hastened": rule(("soon",), code("soon") + gap(3) + code(*_SETTLE)),
        "grounded": rule(("ground",), write.any("ground")),
        "refusal": rule(
            ("refusal", "refusal_alone", "settle_both", "handle", "noway", "fee", "reject", "self"),
            code("reject") + gap(6, "question") + code(*_SETTLE, "matter"),
            code("matter", *_SETTLE) + gap(3, "question") + code("reject"),
            code("self") + f"[也都就是还]{{0,2}}{code('reject')}(?:$|[{_BREAK}])",
            code("self") + f"[也都就是才]{{0,2}}不(?:会|想)?[寄赔收签认背理付修](?:[了的啊]?(?:$|[{_BREAK}]))",
            code("refusal"),
            code("refuse") + gap(2) + code("settle_both", "handle"),
            code(*_SETTLE) + gap(2) + code("noway"),
            code(*_SETTLE, "fee") + gap(1) + code("self") + gap(1) + f"(?:不[出付认给管接承同负]|{code('refusal_alone')})",
            code("fee") + gap(1) + code("self") + gap(1) + code("refuse"),
            write.alone("refusal_alone", "refuse", "noway", "refusal", "reject"),
        ),
        "refusal_seller": rule(("settle",), code("refuse") + gap(2) + code("settle")),
        "stalling": rule(
            ("stalling", "busy", "later"),
            code("stalling"),
            own_time + code("busy"),
            f"(?:^|[^{write.characters('second', 'third')}]){code('later')}[^{_BREAK}]?再",
            "等" + code("self") + gap(4, "second") + code("later"),
        ),
    }


def _polite_signs(write: _Writer) -> dict[str, Rule]:
    """Signs of the polite acts."""
    code, gap, rule = write.code, write.gap, write.rule
    refuse, remedy = write.characters("refuse"), write.characters(*_REMEDY)
    own = code("self") + gap(4, "refuse", "request", "negation", "second")
    promised = code("self", "promise", "yours") + gap(4, "refuse", "negation", "request")
    return {
        "courtesy": rule(("courtesy", "courtesy_alone"), code("courtesy"), write.alone("courtesy_alone")),
        "apology": rule(
            ("apology", "pardon", "sorry", "fault"),
            code("apology", "pardon"),
            code("self") + gap(4, "refuse", "negation", "request") + code("sorry"),
            code("self") + gap(3, "negation", "refuse") + code("fault"),
        ),
        "offer": rule(
            ("offer", "agree", "yours", "fee", "propose", "accepting"),
            code("offer"),
            "[0-9][块元]" + gap(1) + f"[，,]?[^{_BREAK}]{{0,5}}(?:就行|就算了|算了|就好|了事|就解决)",
            code("agree") + gap(3, "refuse") + code(*_REMEDY),
            code("propose") + "[，, ]?" + gap(4, "refuse") + code(*_REMEDY, "offer_seller"),
            code(*_REMEDY, "offer_seller") + gap(2) + code("accepting"),
            code("yours") + gap(3, "refuse", "request", "negation") + code(*_REMEDY),
            code("fee") + gap(2) + code("self") + gap(2, "refuse", "negation") + code("bear"),
            own + code("bear") + gap(2) + code("fee"),
        ),
        "offer_seller": rule(
            ("offer_seller", "yours", *_REMEDY),
            f"(?:^|[^{refuse}{remedy}]){CODES['offer_seller']}",
            f"(?:^|[^{refuse}])[{remedy}]{CODES['offer_seller']}",
            own + code(*_REMEDY),
            own + code("yours") + "[0-9]",
            f"(?:^|[^{refuse}])[{remedy}][0-9]",
        ),
        "cooperation": rule(
            ("cooperation", "cooperation_alone", "give"),
            code("cooperation"),
            promised + code("give"),
            write.alone("cooperation_alone", "praise", "promise"),
        ),
    }
