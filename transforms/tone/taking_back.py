"""Rewriting passes that take back what is not the writer's own act.

Reported speech and negation first, then what the other side said, does, might do, is asked for or is asked about.
"""

from transforms.tone.codes import CODES, POINT, POLITE_POINT
from transforms.tone.writer import BREAK, END, HOSTILE, OTHERS, POINTS, QUOTE_CLOSE, QUOTE_OPEN, SETTLE, Rule, Writer

_ATTRIBUTED = CODES["attributed"]


def own_words(write: Writer) -> tuple[tuple[Rule, str], ...]:
    """Write the passes that leave the writer's own words."""
    return (
        (_quoted(write), ""),
        (_reported(write), ""),
        (_negated(write), "$1"),
        (_excused(write), f"{_ATTRIBUTED}$1"),
    )


def own_acts(write: Writer) -> tuple[tuple[Rule, str], ...]:
    """Write the passes that leave the writer's own acts."""
    return (
        *((rule(write), _ATTRIBUTED) for rule in (_said, _asked, _refused, _given)),
        (_declined(write), CODES["reject"] + CODES["settle"]),
    )


def _reported(write: Writer) -> Rule:
    """Someone else's words: he called me …; he wrote “…”. Also Latin letters that are part of a word."""
    latin = CODES["latin"] + POINTS
    hostile = f"(?:[^{BREAK}]{{0,8}}?{write.code(*HOSTILE)})+"
    went_on = f"(?:[^{END}{write.characters('second')}]{{0,16}}[，,])?[还又并也甚至]{{0,3}}"
    return write.rule(
        write.code("reported") + hostile + f"(?:[，,][还又并也甚至]{{0,3}}{write.code('says')}{hostile})?",
        write.code("third") + went_on + write.gap(5) + write.code("says") + hostile,
        "(?:自己|我)[真也就都]{0,2}(?:像|是|成了|当了)[一]?[个的]?" + write.code("insult"),
        write.code("thing") + write.gap(3, "second", "third") + write.code("insult"),
        f"[a-zA-Z0-9]{latin}",
        f"{latin}[a-zA-Z0-9]",
    )


def _quoted(write: Writer) -> Rule:
    """What someone else said, in quotation marks, and words that are only named."""
    quoted = f"[{QUOTE_OPEN}][^{QUOTE_CLOSE}]{{0,80}}[{QUOTE_CLOSE}]"
    return write.rule(
        write.code("reported", "says") + f"[^{BREAK}]{{0,3}}[：:，, ]?{quoted}",
        f"{quoted}[两二三四几这]?个?(?:字|词)",
        f"(?:叫|名字是|名为|写着|印着|印的是|上面是)[：: ]?{quoted}",
    )


def _excused(write: Writer) -> Rule:
    """An apology that only makes way for a refusal, a question or a request, or is told to be worth nothing."""
    code = write.code
    refusal = f"{write.any('refuse')}|{code('refusal', 'refusal_alone', 'noway')}"
    after = "|".join(
        (
            f"[^{BREAK}{write.characters('second', 'negation')}]{{0,5}}(?:{refusal})",
            f"[^{END}]{{0,12}}[{write.characters('question')}?？]",
            f"{code('courtesy')}|请|麻烦|拜托|能不能|能否|可否",
            write.gap(8, "negation", "refuse", "fault") + code("insist"),
            f"是?{code('second')}(?:先|自己|.?{code('fault')}|{write.gap(4, 'self')}(?:人为|使用不当|操作不当))",
            f"[^{BREAK}]{{0,3}}{code('idle')}",
        )
    )
    return write.rule(code("pardon") + f"([啊哈哦呀亲，,。！! ]{{0,3}}(?:{after}))")


def _negated(write: Writer) -> Rule:
    """A negated word; 是什么 or 吗 after it turns it back (不是骗子是什么) and must not follow."""
    words = "|".join(
        (
            write.code("negation") + write.gap(4) + write.code(*HOSTILE, "apology", "pardon", "procedure"),
            write.code("negation_step") + write.gap(3) + write.code("threat", "procedure"),
        )
    )
    last = f"([^{write.characters('rhetorical', 'question')}{POINT}{POLITE_POINT}]|$)"
    return write.rule(f"(?:{words}){last}")


def _said(write: Writer) -> Rule:
    """What the other side said it would do or not do."""
    beside = f"[{CODES['refusal_alone']}{CODES['refuse']}{CODES['reject']}{CODES['noway']}]*"
    put_off = f"(?:{write.code('stalling', 'busy', 'refusal')}{beside}|{write.refuses()})"
    return write.rule(
        write.code("second", "third", "elsewhere") + write.gap(3) + write.code("says") + write.gap(4) + put_off,
        write.code("third")
        + write.gap(8, "self", "second")
        + put_off
        + f"(?:{write.gap(4, 'self')}{put_off})*"
        + f"(?:[，,]理由[^{END}]{{1,12}})?",
        write.code("elsewhere") + f"[^{END}]{{0,10}}" + write.code("stalling"),
        "把我" + write.code("refusal"),
        write.code("negation") + write.gap(2, "question") + write.refuses() + f"(?:[^了{BREAK}]|$|[，,])",
    )


def _refused(write: Writer) -> Rule:
    """The other side refuses, or might; or it is asked whether."""
    question = f"[{write.characters('question')}?？]"
    return write.rule(
        write.code(*OTHERS) + write.gap(3, "refuse", "self") + write.refuses(),
        write.refuses() + "[，, ]?" + write.code("then"),
        f"(?:{write.refuses()}|{write.code('refusal')}){write.gap(3)}{question}",
    )


def _declined(write: Writer) -> Rule:
    """An offer that the writer turns down: what is left is the refusal."""
    offer = write.code("offer", "offer_seller")
    return write.rule(
        write.code("reject") + write.gap(2) + offer,
        offer + write.gap(1) + write.code("self") + write.gap(1) + write.code("reject"),
    )


def _given(write: Writer) -> Rule:
    """What the other side is to give, to agree to or to apologise for, did not, or is asked about."""
    code, gap = write.code, write.gap
    question = f"[{write.characters('question')}?？]"
    withheld = ("request", "negation", "refuse", "softener")
    return write.rule(
        code(*OTHERS, *withheld, "negation_step") + gap(4, "self", *SETTLE) + code("give"),
        code("give") + gap(3) + question,
        code("negation_step") + gap(1) + code("cooperation"),
        code(*OTHERS, "request") + gap(3, "self") + code("agree"),
        code("agree") + gap(8) + question,
        code("third") + gap(3, "self", "second") + code("offer", "offer_seller"),
        code("second", "third") + gap(3) + code("says") + gap(10) + code("closing", "settled"),
        code(*OTHERS, *withheld) + gap(4, "self", "apology", "press") + code("sorry"),
        code("third") + gap(5, "self", "second") + code("pardon", "apology"),
        "[他她]们?" + gap(5, "self", "second") + code("courtesy"),
        code("third") + gap(2) + "说[了过句声]{0,2}" + code("courtesy"),
        f"说[{write.characters('reported', 'request', 'says')}]{{1,3}}" + gap(4) + code("apology", "sorry"),
        code("self") + "都" + gap(12) + code("apology", "pardon", "sorry") + gap(3) + "了",
        code("says") + "[过了]?" + code("pardon", "apology") + "[过了]",
        code("apology", "pardon", "fault", "sorry") + gap(1) + f"(?:{question}|行了|还不行)",
        code("condition", "supposed") + gap(3) + code("apology", "pardon"),
        code("negation", "condition", "supposed") + gap(2) + code("self") + gap(3) + code("fault"),
    )


def _asked(write: Writer) -> Rule:
    """Pressure asked for or promised is no demand."""
    question = f"[{write.characters('question')}?？]"
    return write.rule(
        write.code("softener", "promise", "self", "yours") + write.gap(2) + write.code("press"),
        write.code("softener") + write.gap(5, "second") + write.code("press", "demand"),
        write.code("press") + write.gap(3) + write.code(*SETTLE, "order") + write.gap(2) + question,
    )


def ultimatum(write: Writer) -> Rule:
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
    return write.rule(f"(?:{condition})[^{END}]{{0,24}}{step}", again, f"{refuses}[，, ]?(?:我们?)?{step}见")
