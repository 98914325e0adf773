"""What a label of an outcome says: who won. In English and Chinese, and the plain words of some other languages.

A court says it in a verb and a party: an award to the plaintiff is not what the plaintiff's dismissal is. What is
upheld may be the complaint or the decision complained of; where a label does not say which, nobody is said to have won.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from transforms.ingest.folding import folded, simplified, unaccented
from transforms.profile_draft.value_words import BUYER, SELLER
from transforms.registry.enumerations import OUTCOME

_SETTLED: Final = (
    r"settle|consent|conciliat|mediat|compromis|amicabl|(?:by|mutual) agreement|mutually agreed"
    r"|\bacordo|\bacuerdo|conciliac|transac(?:ao|cion)|\bvergleich"
    r"|和解|调解|协商一致|协议|达成一致"
)
_WITHDRAWN: Final = (
    r"withdr[ae]w|discontinu|cancell?(?:ed|ation)|voluntar\w* dismiss|\bdesist|retirad|zuruckgenommen"
    r"|撤诉|撤回|撤销申请|撤销投诉|撤案|取消申请|买家撤"
)
_EXPIRED: Final = (
    r"expire|untimely|terminat|lapse|time(?:d)?[- ]?out|abandon|no response|inactiv|struck out|administrative"
    r"|\bextint|arquivad|archivad|sem resolucao"
    r"|超时|逾期|自动关闭|未响应|视为关闭"
)
_PARTIAL: Final = (
    r"partial|partly|\bin part\b|\bpart(?:-| )?(?:win|award|upheld|allowed|granted)|split|\bboth\b|mixed|each side"
    r"|non-?\s?monetary relief|^neither|no prevailing"
    r"|\bparcial|\bem parte|\ben parte|\ben partie|partiel|teilweise"
    r"|部分|各半|双方(?:责任|均)|驳回.{0,12}?(?:其他|其它|其余|其馀|超出)"
)
_REJECT: Final = (
    r"dismiss|den(?:y|ied)|reject|refus|not (?:been )?(?:upheld|granted|allowed|proven|successful|in favou?r)"
    r"|unsuccessful|unfounded|without relief|closed with explanation"
    r"|lost|loses?\b|no (?:refund|award|relief|merit|case)|nil award|\bfail"
    r"|improceden|indeferid|infundad|desestimad|rechazad|debout|\brejet|abgewiesen|unbegrundet"
    r"|驳回|不支持|不予支持|未支持|不予受理|败诉|不成立|不采纳|维持原"
)
_ACCEPT: Final = (
    r"award|favou?r|judge?ment for|f(?:ou|i)nd(?:ing)? for|ruled for|decided for|\bw[io]ns?\b|winner|prevail"
    r"|uph[eo]ld|allowed|grant|success|succeed|sustain|support|refund|founded|monetary relief"
    r"|支持|胜诉|准许|准予|成立|采纳|予以退款|全额退|全部退|赔偿|支付|返还|退还|赔付"
)
#: What is done to a claim, or to a decision, and is the contrary of its rejection; an award may be for either side.
_GRANTED: Final = r"uph[eo]ld|allowed|grant|success|succeed|sustain|\bfounded|\bw[io]n\b|支持|胜诉|准许|准予|成立"
#: What only a claim can be.
_GROUNDED: Final = r"\bproceden|\bdeferid|\bfundad[ao]\b|\bestimad[ao]\b|bien fonde|stattgegeben|\bbegrundet"
_DECISION: Final = r"decision|determination|denial|judg(?:e)?ment below|原判|原决定|原处理"
_CASE: Final = (
    r"complaint|claim(?!ant)|appeal|application|petition|request|relief|诉讼请求|诉请|请求|申请(?!人)|投诉(?!人)"
)
_REVERSED: Final = r"overturn|revers|set aside|vacat|quash|撤销(?:原|被)|改判"
_AFFIRMED: Final = r"affirm|confirmed|维持"
_LONGEST_LABEL: Final = 24
#: Words beside the name of a side that leave it open whether the side won: "returned to seller".
_OTHER_WORDS: Final = (
    r"\b(?:return|clos|contact|respon[ds](?!ent)|wait|pending|escalat|open|disput|consent|represent|attend"
    r"|appeal|fil(?:ed|ing))\w*"
)
#: A domain name goes to the complainant, or is taken from the other side.
_TRANSFER, _CANCELLED = r"\btransfer", r"\bcancel"


@dataclass(frozen=True)
class Reading:
    """What a label is read as.

    Attributes:
        value: A value of the contract.
        is_sure: False where the label leaves room for another reading.
    """

    value: str
    is_sure: bool


def read_outcome(label: str) -> Reading | None:
    """Tell who won by the label of an outcome.

    Args:
        label: The label as it stands in a file.

    Returns:
        The value, or None where the label does not say.
    """
    own = {folded(text): value for value, each in OUTCOME.labels.items() for text in (value, each.en, each.zh)}
    if folded(label) in own:
        return Reading(own[folded(label)], is_sure=True)
    text = unaccented(simplified(label).casefold()).replace("_", " ")
    for value, words in (("partial", _PARTIAL), ("settled", _SETTLED), ("withdrawn", _WITHDRAWN)):
        if re.search(words, text):
            return Reading(value, is_sure=len(text) <= _LONGEST_LABEL)
    return _of_decision(text) or _of_verb(text) or _of_end(text)


def _of_decision(text: str) -> Reading | None:
    """Read what was done to the decision that was complained of."""
    if re.search(_REVERSED, text):
        return Reading("buyer_wins", is_sure=bool(re.search(_DECISION, text)))
    stands = re.search(rf"uph[eo]ld|{_AFFIRMED}", text) and re.search(_DECISION, text) and not re.search(_CASE, text)
    if stands and not re.search(r"\bnot\b", text):
        return Reading("seller_wins", is_sure=True)
    return None


def _of_verb(text: str) -> Reading | None:
    """Read a verb and the party that it is about; a party alone is who won."""
    side = _side(text)
    rejects, accepts = re.search(_REJECT, text), re.search(_ACCEPT, text)
    # What is granted in the same breath as something is rejected is not for a list of words to weigh.
    if rejects:
        loser = "seller" if side == "seller" and not re.search(_CASE, text) else "buyer"
        return Reading(
            "buyer_wins" if loser == "seller" else "seller_wins", is_sure=bool(side or re.search(_CASE, text))
        )
    if accepts and side:
        return Reading(f"{side}_wins", is_sure=True)
    if accepts and re.search(_CASE, text):
        return Reading("buyer_wins", is_sure=True)
    if re.search(rf"refund|退款|全额退|全部退|{_GROUNDED}", text):
        return Reading("buyer_wins", is_sure=False)
    # "Closed by buyer" says who acted, not who won.
    if side and len(text) <= _LONGEST_LABEL and not re.search(r"\bby\b", text):
        return Reading(f"{side}_wins", is_sure=not re.search(_OTHER_WORDS, text))
    return None


def read_counterparts(labels: Iterable[str]) -> dict[str, Reading]:
    """Read labels that say who won only beside the others: "Upheld" where complaints are "Rejected".

    Where all that is rejected is a complaint, what is upheld is one; where decisions are overturned, the decision is.
    To read one of the two and not the other would leave out one side's victories.

    Args:
        labels: All labels of a column.

    Returns:
        Labels that nobody can tell alone, and how they are read.
    """
    texts = {label: unaccented(simplified(label).casefold()).replace("_", " ") for label in labels}
    alone = {label: read_outcome(label) for label in texts}
    bare = [label for label, text in texts.items() if alone[label] is None and re.search(_GRANTED, text)
            and not re.search(SELLER, text) and not re.search(BUYER, text)]  # fmt: skip
    overturned = any(re.search(_REVERSED, text) for text in texts.values())
    rejected = any(
        re.search(_REJECT, text) and not re.search(_DECISION, text) and (found := alone[label]) is not None
        and found.value == "seller_wins" for label, text in texts.items()
    )  # fmt: skip
    names = _of_domain_names(texts) if rejected else {}
    if overturned == rejected:
        return names
    return names | {label: Reading("seller_wins" if overturned else "buyer_wins", is_sure=False) for label in bare}


def _of_domain_names(texts: Mapping[str, str]) -> dict[str, Reading]:
    """Where names are transferred and complaints denied, a name that is cancelled is no complaint that is."""
    if not any(re.search(_TRANSFER, text) for text in texts.values()):
        return {}
    won = [label for label, text in texts.items() if re.search(f"{_TRANSFER}|{_CANCELLED}", text)]
    return {label: Reading("buyer_wins", is_sure=False) for label in won if not re.search(_REJECT, texts[label])}


def _of_end(text: str) -> Reading | None:
    return Reading("expired", is_sure=False) if re.search(_EXPIRED, text) else None


def _side(text: str) -> str | None:
    """The one side that is named; None where both are, or none."""
    of_seller, of_buyer = re.search(SELLER, text), re.search(BUYER, re.sub(SELLER, " ", text))
    if of_seller and of_buyer:
        return _first_after_favour(text)
    return "seller" if of_seller else "buyer" if of_buyer else None


def _first_after_favour(text: str) -> str | None:
    """In "plaintiff against defendant, for plaintiff" the side that is favoured; in 被告支付原告 who is paid."""
    favoured = re.search(
        rf"(?:favou?r (?:of )?|\bfor |\bto )(?:the )?(?:(?P<seller>{SELLER})|(?P<buyer>{BUYER}))", text
    )
    if favoured:
        return "seller" if favoured["seller"] else "buyer"
    paid = re.search(rf"(?:{SELLER}).{{0,40}}?(?:支付|返还|退还|赔偿|退款)", text)
    return "buyer" if paid else None
