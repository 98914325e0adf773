"""Signs of the acts, read off coded text that holds the writer's own words only."""

from transforms.tone.codes import CODES
from transforms.tone.writer import AMOUNT, BREAK, REMEDY, SETTLE, Rule, Writer


def hostile_signs(write: Writer) -> dict[str, Rule]:
    """Signs of the hostile acts."""
    code, gap, rule = write.code, write.gap, write.rule
    return {
        "insult": rule(("insult", "latin"), write.any("insult", "latin")),
        "insult_alone": rule(("insult_alone",), write.alone("insult_alone")),
        "irony": rule(("really",), code("really") + code("praise")),
        "mocking": rule(("irony", "really"), write.any("irony"), code("really") + code("praise")),
        "threat": rule(
            ("threat", "consequence", "expose", "procedure"),
            code("threat"),
            code("procedure") + gap(2) + "试试",
            "[让叫要]" + code("second") + gap(6) + code("consequence"),
            "[把将]" + code("second") + gap(6) + code("expose"),
        ),
        "demand": rule(("demand", "demand_alone"), write.any("demand"), write.alone("demand_alone", "settle", "order")),
        "ordered": rule(
            ("press",),
            code("press") + gap(3) + code("order", "sorry"),
            code("order", "handle", "give") + gap(1) + "[，, ]?" + code("press") + f"{CODES['soon']}?(?:$|[{BREAK}])",
            code("second") + gap(1) + code("press") + gap(5) + code("handle", "give"),
            code("press") + "[，, ]?" + code("request") + gap(2) + code(*SETTLE, "order", "give"),
        ),
        "pressed": rule(("press",), code("press") + gap(3) + code(*SETTLE)),
        "hastened": rule(("soon",), code("soon") + gap(3) + code(*SETTLE)),
        "grounded": rule(("ground",), write.any("ground")),
        "refusal": _refusal(write),
        "refusal_verb": Rule(
            "不", code("self") + f"[也都就是才]{{0,2}}不(?:会|想)?[寄赔收签认背理付修][了的啊]?(?:$|[{BREAK}])"
        ),
        "refusal_seller": rule(("settle",), code("refuse") + gap(2) + code("settle")),
        "stalling": _stalling(write),
    }


def polite_signs(write: Writer) -> dict[str, Rule]:
    """Signs of the polite acts."""
    code, gap, rule = write.code, write.gap, write.rule
    promised = (
        f"(?:^|[^再{CODES['stalling']}])" + code("self", "promise", "yours") + gap(4, "refuse", "negation", "request")
    )
    return {
        "courtesy": rule(("courtesy", "courtesy_alone"), code("courtesy"), write.alone("courtesy_alone")),
        "apology": rule(
            ("apology", "pardon", "sorry", "fault"),
            code("apology", "pardon"),
            code("self") + gap(4, "refuse", "negation", "request") + code("sorry"),
            code("self") + gap(3, "negation", "refuse", "supposed") + code("fault"),
        ),
        "blamed": Rule("怪", f"(?:^|[{BREAK}])[都全也只就]{{0,2}}怪我[^{BREAK}吗咯喽？?]"),
        "offer": _offer(write),
        "offer_seller": _offer_of_the_seller(write),
        "cooperation": rule(
            ("cooperation", "cooperation_alone", "give"),
            code("cooperation"),
            promised + code("give"),
            write.alone("cooperation_alone", "praise", "promise"),
        ),
    }


def _refusal(write: Writer) -> Rule:
    """Refusing, whichever side does it."""
    code, gap = write.code, write.gap
    return write.rule(
        ("refusal", "refusal_alone", "settle_both", "handle", "noway", "fee", "reject"),
        code("reject") + gap(6, "question") + code(*SETTLE, "matter"),
        code("matter", *SETTLE) + gap(3, "question") + code("reject"),
        code("self") + f"[也都就是还]{{0,2}}{code('reject')}(?:$|[{BREAK}])",
        code("refusal"),
        code("refuse") + gap(2) + code("settle_both", "handle"),
        code(*SETTLE) + gap(2) + code("noway"),
        code(*SETTLE, "fee") + gap(1) + code("self") + gap(1) + f"(?:不[出付认给管接承同负]|{code('refusal_alone')})",
        code("fee") + gap(1) + code("self") + gap(1) + code("refuse"),
        write.alone("refusal_alone", "refuse", "noway", "refusal", "reject"),
    )


def _stalling(write: Writer) -> Rule:
    """Putting off, with or without a reason."""
    code, gap = write.code, write.gap
    own_time = code("busy_time", "self") + gap(3, "negation", "refuse", "second")
    return write.rule(
        ("stalling", "busy", "later"),
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
        ("offer", "agree", "yours", "fee", "propose", "accepting", "bear", *REMEDY),
        code("offer"),
        f"{AMOUNT}[^{BREAK}]?[，,]?[^{BREAK}]{{0,5}}(?:就行|就算了|算了|就好|了事|就解决)",
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
        ("offer_seller", "yours", *REMEDY),
        f"(?:^|[^{refuse}{remedy}]){CODES['offer_seller']}",
        f"(?:^|[^{refuse}])[{remedy}]{CODES['offer_seller']}",
        own + code(*REMEDY),
        own + code("yours") + "[0-9]",
        f"{AMOUNT}[的个]?(?:红包|优惠券|补偿)",
        f"(?:^|[^{refuse}])[{remedy}][0-9]",
    )
