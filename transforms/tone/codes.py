"""The codes: one private-use character for each word list, and the characters that carry points."""

ACTS = ("insult", "threat", "demand", "refusal", "stalling", "courtesy", "apology", "offer", "cooperation")

#: List name → the character that stands for a match of it.
CODES: dict[str, str] = {
    name: chr(0xE000 + number)
    for number, name in enumerate(
        (
            # what is said
            "insult",  # contempt, abuse, slurs
            "insult_alone",  # 滚: an insult only when it is the whole clause
            "latin",  # insults in Latin letters: only where no other letter or digit touches them
            "irony",  # polite words as weapons: points, but no act of its own
            "really",  # 可真: irony between the other's name and praise
            "praise",
            "threat",
            "consequence",  # 下场: a threat after 让你
            "expose",  # 公开: a threat after 把你
            "procedure",  # complaint, police, court, bad review: a threat only under an ultimatum
            "ultimatum",  # 再不…, 否则
            "demand",
            "demand_alone",  # 退钱: a demand only when it is the whole clause
            "ground",  # 检测报告: a reason given
            "soon",  # 马上: promised by the seller with a settlement after it
            "press",  # 马上, 必须: a demand with an order or a settlement after it
            "order",
            "refusal",
            "refusal_alone",  # 不行: a refusal only when it is the whole clause
            "reject",  # 不接受: a refusal with a settlement or a matter beside it
            "matter",
            "refuse",  # 不, 拒绝: a refusal with a settlement after it
            "settle",
            "settle_both",  # the same, but the buyer may refuse it too
            "handle",  # 配合, 沟通: what either side may refuse, but is no solution in itself
            "noway",  # 不可能: a refusal with a settlement before it
            "stalling",
            "busy_time",  # 最近: stalling with busy after it
            "busy",
            "later",  # 下班: stalling with 再 after it
            "courtesy",
            "courtesy_alone",  # 你好: a greeting only when it is the whole clause
            "apology",
            "pardon",  # 不好意思: an apology unless a refusal, a question or a request follows
            "insist",  # 我只认: what an apology only makes way for
            "idle",  # 有什么用: what an apology is told to be worth
            "sorry",  # 道歉: an apology unless it is demanded or withheld
            "fault",  # 的错: an apology after the writer's own name
            "offer",
            "offer_seller",  # 退一半: an offer when the seller says it
            "fee",  # 运费: an offer with the writer's name and bear
            "bear",
            "propose",  # 要不: an offer with a remedy after it
            "accepting",  # 也可以: an offer with a remedy before it
            "closing",  # 就行: an offer with a sum before it
            "settled",  # 就算了: the same, also with a remedy before it
            "pay",  # 出: an offer with the writer's name and a sum
            "agree",  # 同意: an offer with a settlement after it
            "yours",  # 给您: the same
            "cooperation",
            "cooperation_alone",  # 好的: agreement only when it is the whole clause
            "give",  # 上传: cooperation when the writer does it
            # who, and how it is meant
            "self",
            "second",
            "third",
            "thing",  # 做工: contempt for it is none for a person
            "elsewhere",  # 快递: neither of the two
            "says",
            "reported",
            "condition",
            "supposed",
            "then",
            "request",
            "negation",
            "negation_step",
            "rhetorical",
            "question",
            "softener",  # 请, 希望: asked for
            "promise",  # 会, 已: to be done or done by the one who speaks
            "ordinary",  # 垃圾袋: matched so that nothing inside it is
            "attributed",  # written by the grammar in place of what someone else did
        )
    )
}
#: Lists whose one-character words stay in the text.
WORD_LISTS = frozenset(CODES) - {*ACTS, "pardon", "latin", "irony", "offer_seller", "ordinary", "attributed"}
#: One point of hostility, one of courtesy, behind a code.
POINT = chr(0xE0F0)
POLITE_POINT = chr(0xE0F1)

_POLITE_LISTS = frozenset(
    ("courtesy", "courtesy_alone", "apology", "pardon", "offer", "offer_seller", "cooperation", "cooperation_alone")
)


def points(list_name: str, weight: int) -> str:
    """Give the point characters that follow a code.

    Args:
        list_name: A key of ``CODES``.
        weight: How many points.

    Returns:
        So many points, of courtesy for the polite lists and of hostility for the others.
    """
    return (POLITE_POINT if list_name in _POLITE_LISTS else POINT) * weight
