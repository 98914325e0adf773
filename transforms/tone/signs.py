"""Signs of the acts, read off coded text that holds the writer's own words only."""

from transforms.tone.codes import CODES
from transforms.tone.writer import AMOUNT, BREAK, DEEDS, DIGITS, REMEDY, SETTLE, Rule, Writer


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
        "blamed": write.with_sight("blame", f"(?:^|[{BREAK}])[都全也只就]{{0,2}}怪我[^{BREAK}吗咯喽？?]"),
        "offer": _offer(write),
        "offer_amount": rule(
            write.with_sight(
                "amount", f"{AMOUNT}[^{BREAK}]?[，,]?[^{BREAK}]{{0,5}}(?:就行|就算了|算了|就好|了事|就解决)"
            ),
            beside=("offer", "agree", "yours", "fee", "propose", "accepting", "bear", *REMEDY),
        ),
        "offer_seller": _offer_of_the_seller(write),
        "offer_seller_amount": rule(
            write.with_sight("amount", f"{AMOUNT}[的个]?(?:红包|优惠券|补偿)"),
            beside=("offer_seller", "yours", *REMEDY),
        ),
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
        code(*REMEDY, "fee") + gap(5) + "(?:就算了|算了|就行了|就不退了|就不麻烦)",
    )


def _offer_of_the_seller(write: Writer) -> Rule:
    """What is an offer only from the seller: from the buyer it is a claim."""
    code, gap = write.code, write.gap
    refuse, remedy = write.characters("refuse"), write.characters(*REMEDY)
    own = code("self") + gap(4, "refuse", "request", "negation", "second")
    return write.rule(
        f"(?:^|[^{refuse}{remedy}]){CODES['offer_seller']}",
        f"(?:^|[^{refuse}])[{remedy}]{CODES['offer_seller']}",
        own + code(*REMEDY),
        write.with_sight("sum", own + code("yours") + f"[{DIGITS}]"),
        write.with_sight("sum", f"(?:^|[^{refuse}])[{remedy}][{DIGITS}]"),
    )
