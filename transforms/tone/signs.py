"""Signs of the acts, read off coded text that holds the writer's own words only."""

from transforms.tone.codes import CODES
from transforms.tone.writer import BREAK, CURRENCIES, DEEDS, DIGITS, MONEY, NUMERALS, REMEDY, SETTLE, Rule, Writer


def hostile_signs(write: Writer) -> dict[str, Rule]:
    """Signs of the hostile acts."""
    code, gap, rule = write.code, write.gap, write.rule
    return {
        "insult": rule(write.any("insult", "latin")),
        "insult_alone": rule(write.alone("insult_alone")),
        "irony": rule(code("really") + code("praise")),
        "mocking": rule(write.any("irony"), code("really") + code("praise")),
        "threat": rule(
            code("threat"),
            code("procedure") + gap(2) + "试试",
            "[让叫要]" + code("second") + gap(6) + code("consequence"),
            "[把将]" + code("second") + gap(6) + code("expose"),
        ),
        "demand": rule(write.any("demand"), write.alone("demand_alone")),
        "ordered": rule(
            code("press") + gap(3) + code("order", "sorry"),
            code("order", "handle", "give") + gap(1) + "[，, ]?" + code("press") + f"{CODES['soon']}?(?:$|[{BREAK}])",
            code("second") + gap(1) + code("press") + gap(5) + code("handle", "give"),
            code("press") + "[，, ]?" + code("request") + gap(2) + code(*SETTLE, "order", "give"),
        ),
        "pressed": rule(code("press") + gap(3) + code(*SETTLE)),
        "hastened": rule(code("soon") + gap(3) + code(*SETTLE)),
        "grounded": rule(write.any("ground")),
        "refusal": _refusal(write),
        "refusal_verb": write.with_sight(
            "deed", code("self") + f"[也都就是才]{{0,2}}不(?:会|想)?[{DEEDS}][了的啊]?(?:$|[{BREAK}])"
        ),
        "refusal_seller": rule(code("refuse") + gap(2) + code("settle")),
        "stalling": _stalling(write),
    }


def polite_signs(write: Writer) -> dict[str, Rule]:
    """Signs of the polite acts."""
    code, gap, rule = write.code, write.gap, write.rule
    promised = (
        f"(?:^|[^再{CODES['stalling']}])" + code("self", "promise", "yours") + gap(4, "refuse", "negation", "request")
    )
    return {
        "courtesy": rule(code("courtesy"), write.alone("courtesy_alone")),
        "apology": rule(
            code("apology", "pardon"),
            code("self") + gap(4, "refuse", "negation", "request") + code("sorry"),
            code("self") + gap(3, "negation", "refuse", "supposed") + code("fault"),
        ),
        "blamed": write.with_sight(
            "blame",
            f"(?:^|[{BREAK}])(?:[都全也只就]{{0,2}}怪我[^{BREAK}吗咯喽？?]|[这那]?[事次]?是?我不对[了啊哈]?(?:$|[{BREAK}]))",
        ),
        "offer": _offer(write),
        "offer_sum": _offer_of_a_sum(write),
        "offer_seller": _offer_of_the_seller(write),
        "cooperation": rule(
            code("cooperation"),
            promised + code("give"),
            write.alone("cooperation_alone"),
        ),
    }


def _refusal(write: Writer) -> Rule:
    """Refusing, whichever side does it."""
    code, gap = write.code, write.gap
    return write.rule(
        code("reject") + gap(6, "question") + code(*SETTLE, "matter"),
        code("matter", *SETTLE) + gap(3, "question") + code("reject"),
        code("self") + f"[也都就是还]{{0,2}}{code('reject')}(?:$|[{BREAK}])",
        code("refusal"),
        code("refuse") + gap(2) + code("settle_both", "handle"),
        code(*SETTLE) + gap(2) + code("noway"),
        code(*SETTLE, "fee") + gap(1) + code("self") + gap(1) + f"(?:不[出付认给管接承同负]|{code('refusal_alone')})",
        code("fee") + gap(1) + code("self") + gap(1) + code("refuse"),
        write.alone("refusal_alone"),
    )


def _stalling(write: Writer) -> Rule:
    """Putting off, with or without a reason."""
    code, gap = write.code, write.gap
    own_time = code("busy_time", "self") + gap(3, "negation", "refuse", "second")
    return write.rule(
        code("stalling"),
        own_time + code("busy"),
        f"(?:^|[^{write.characters('second', 'third')}]){code('later')}[^{BREAK}]?再",
        "等" + code("self") + gap(4, "second") + code("later"),
    )


def _offer(write: Writer) -> Rule:
    """Offering a solution, whichever side does it."""
    code, gap = write.code, write.gap
    own = code("self") + gap(4, "refuse", "request", "negation", "second")
    return write.rule(
        code("offer"),
        code("agree") + gap(3, "refuse") + code(*REMEDY),
        code("propose") + "[，, ]?" + gap(4, "refuse") + code(*REMEDY, "offer_seller"),
        code(*REMEDY, "offer_seller") + gap(2) + code("accepting"),
        code("yours") + gap(3, "refuse", "request", "negation") + code(*REMEDY),
        code("fee") + gap(2) + code("self") + gap(2, "refuse", "negation") + code("bear"),
        "[钱费]" + code("self") + "来?" + code("bear"),
        own + code("bear") + gap(4) + code("fee"),
        code(*REMEDY, "fee") + gap(5) + code("settled"),
    )


def _offer_of_a_sum(write: Writer) -> Rule:
    """Proposing a sum: by itself, as a remedy, or with what is to be over by it.

    To name a sum at which the matter ends is to offer a solution, whichever side does it.
    """
    code, gap, sight = write.code, write.gap, write.with_sight
    begins = (
        f"(?:^|[{BREAK}])(?:[那就再最多少先]|{code('propose', 'then', 'request', 'yours', 'self', 'second')}){{0,4}}"
    )
    before = f"(?:^|[^{write.characters('refuse', 'negation')}])"
    others = gap(5, "refuse", "negation", "third", "says")
    closed = f"[{NUMERALS}](?:{MONEY}(?:{code('yours')})?{gap(2)})?{code('closing', 'settled')}"
    return write.rule(
        sight("amount", f"{begins}[{NUMERALS}]{{0,5}}{closed}"),
        sight("amount", before + code(*REMEDY, "pay") + others + f"[{NUMERALS}]{{0,5}}{closed}"),
        sight("amount", f"{begins}[{NUMERALS}]{{1,6}}(?:{MONEY})?[，,]{gap(5)}" + code("settled")),
        code(*REMEDY, "fee") + others + f"[{NUMERALS}](?:{MONEY})?[^{BREAK}]?[，, ]{gap(5)}" + code("settled"),
    )


def _offer_of_the_seller(write: Writer) -> Rule:
    """What is an offer only from the seller: from the buyer it is a claim."""
    code, gap = write.code, write.gap
    refuse, remedy = write.characters("refuse"), write.characters(*REMEDY)
    own = code("self") + gap(4, "refuse", "request", "negation", "second")
    clause = f"(?:^|[{BREAK}])" + gap(12, "refuse", "refusal", "noway", "request", "negation", "third", "says")
    money = f"(?:[{DIGITS}]{{1,5}}(?:[^{DIGITS}天个到次点号日小]|$)|[{NUMERALS}]{{1,5}}[{CURRENCIES}])"
    return write.rule(
        f"(?:^|[^{refuse}{remedy}]){CODES['offer_seller']}",
        f"(?:^|[^{refuse}])[{remedy}]{CODES['offer_seller']}",
        own + code(*REMEDY),
        write.with_sight("sum", own + code("yours", "pay") + money),
        write.with_sight("sum", clause + code(*REMEDY) + money),
        write.with_sight("amount", f"(?:^|[{BREAK}])[{NUMERALS}]{{1,6}}(?:{MONEY}的?)?(?:红包|优惠券|补偿)"),
    )
