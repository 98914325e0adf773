"""Patterns of electronic addresses: mail, and the accounts of chat and payment services.

All but `EMAIL_RULES` are over text in which runs of digits are marked (``digits.wrap``).
"""

from typing import Final

from transforms.privacy.digits import BEGIN, END, JOIN, Alphabet
from transforms.privacy.kinds import PersonalData
from transforms.privacy.numbers import Rule

_MAIL_HOSTS: Final = (
    r"qq|vip\.qq|163|vip\.163|126|139|189|gmail|outlook|hotmail|live|sina|foxmail|icloud|yahoo|yeah|aliyun|sohu|msn"
)
EMAIL_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        r"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９](?:[A-Za-z0-9Ａ-Ｚａ-ｚ０-９._%+\-]{0,63})\s?[@＠]\s?"
        r"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９](?:[A-Za-z0-9Ａ-Ｚａ-ｚ０-９\-]{0,62}\s?[.．。]\s?){1,4}[A-Za-zＡ-Ｚａ-ｚ]{2,}",
        PersonalData.EMAIL.mask,
    ),
    Rule(
        r"[A-Za-z0-9][A-Za-z0-9._\-]{1,63}(?:\s?(?:#|＃|艾特|圈a|[(（\[]\s?(?i:at)\s?[)）\]])\s?|\s(?i:at)\s)"
        rf"(?i:{_MAIL_HOSTS})(?:\s?[.．。点]\s?|\s?[(（\[](?i:dot)[)）\]]\s?|\s(?i:dot)\s)(?i:com|cn|net)",
        PersonalData.EMAIL.mask,
    ),
)

_LETTER: Final = "[A-Za-zＡ-Ｚａ-ｚ]"
_LETTERS: Final = "[A-Za-zＡ-Ｚａ-ｚ_＿－-]"
_GAP: Final = r"[\s:：,，.。;；=＝是为叫→➡>~～一（(【\[「“\"'·]"
_SAYS: Final = r"(?:号码?|(?i:id|is)|账号|帐号|账户|帐户|名|联系|搜索?|是|为|叫|[:：=＝→➡【「])"
_ASCII_CHAT: Final = r"[vVｖＶ]\s?(?:信|[❤♥]\uFE0F?|[xXｘＸ])|[wWｗＷ][xXｘＸ]|(?i:wei\s?xin|we\s?chat)"
_CHAT: Final = r"[微薇威维徽溦崴唯]\s?(?:信|[❤♥]\uFE0F?|[xXｘＸ])|卫星|薇芯|薇|绿泡泡|绿色(?:聊天)?软件"
_ADD: Final = r"[+＋➕加]\s?(?:我|个|一下)?的?\s?[vVｖＶ薇微威]\s?(?:信|[❤♥]\uFE0F?|[xX])?"
_QQ: Final = (
    r"[qQｑＱ]\s?[qQｑＱ]|[扣抠叩]\s?[扣抠叩]|球球|秋秋|企鹅|[+＋➕加]\s?(?:我|个)?[qQｑＱ扣抠]|[qQｑＱ扣]\s?[号群:：]"
    r"|群号"
)
_ALIPAY: Final = r"支\s?[付fF]\s?宝|支付寶|(?i:alipay|zhifubao|zfb)"
_OTHER: Final = (
    r"抖音|快手|小红书|旺旺|微博|钉钉|闲鱼|陌陌|探探|(?:^|[^A-Za-z])(?i:telegram|whatsapp|line|skype|tiktok)"
)


def handle_rules(alphabet: Alphabet) -> tuple[Rule, ...]:
    """Rules for accounts that are called so: payment first, then chat.

    A handle of letters alone is taken only where the words say that a handle follows (微信号, 微信：); after 微信 alone
    one with a digit, an underscore or a hyphen, so that "WeChat payment" stays.

    Args:
        alphabet: The digits.

    Returns:
        The rules in order.
    """
    d = alphabet.any
    number = f"{BEGIN}{d}(?:(?:{JOIN})?{d}){{4,19}}{END}"
    mixed = (
        rf"{_LETTER}{_LETTERS}{{0,19}}(?:{BEGIN}{d}+{END}{_LETTERS}{{0,12}}){{1,9}}|{_LETTER}+[_-]{_LETTERS}{{2,19}}"
    )
    some = f"(?:{mixed}|{number})"
    every = f"(?:{mixed}|{number}|{_LETTER}{{6,20}})"
    qq_number = f"{BEGIN}{d}(?:(?:{JOIN})?{d}){{4,11}}{END}"
    qq = rf"((?:{_QQ})(?:号码?|[大小]号|账号|群|是|为|联系|同微信|-|{_GAP}){{0,5}}){qq_number}"
    my_qq = rf"{number}([\s,，]?(?:这|那)?(?:就|个)?是我的?(?:{_QQ}))"
    other = rf"((?:{_OTHER})(?:号|账号|(?i:id)|[:：])(?:{_GAP}){{0,3}}){every}"
    return (
        _payment_rule(some, every),
        Rule(f"{qq}|{my_qq}", f"${{1}}{PersonalData.QQ.mask}${{2}}"),
        *_chat_rules(d, mixed, some, every),
        Rule(other, f"${{1}}{PersonalData.ACCOUNT.mask}"),
    )


def _payment_rule(some: str, every: str) -> Rule:
    named = rf"(?:{_ALIPAY})(?:收款)?"
    sure = rf"({named}\s?{_SAYS}(?:{_SAYS}|{_GAP}){{0,5}}){every}"
    return Rule(rf"{sure}|({named}[吧里上]?{_GAP}{{0,3}}){some}", f"${{1}}${{2}}{PersonalData.ALIPAY.mask}")


def _chat_rules(d: str, mixed: str, some: str, every: str) -> tuple[Rule, ...]:
    label = rf"(?:(?:^|[^A-Za-z])(?:{_ASCII_CHAT}|[vVｖＶ]\s?[:：])|{_CHAT}|{_ADD})"
    mask = PersonalData.WECHAT.mask
    own = r"(?:(^|[^A-Za-z])(?i:wxid))_?[A-Za-z0-9\uFDD0\uFDD1_-]{4,}"
    link = r"(?i:u\.wechat\.com|qr\.alipay\.com|qm\.qq\.com|wxp://)[^\s，。]*"
    named = rf"{label}\s?{_SAYS}(?:{_SAYS}|{_GAP}){{0,5}}"
    asked = rf"(?:^|[^A-Za-z])[vVｖＶ]\s?[:：]\s?|(?:{_ADD})[吧吗呢哈]?{_GAP}{{1,3}}"
    far = rf"{label}[^A-Za-z{BEGIN}\n]{{1,12}}"
    underscored = rf"{_LETTER}[A-Za-z]*(?:{BEGIN}{d}+{END}[A-Za-z]*)*_[A-Za-z0-9_{BEGIN}{END}]+"
    likely = rf"({label}[吧吗呢哈]?{_GAP}{{0,3}}){some}|({far}){underscored}|([+＋➕加]我{_GAP}{{0,3}})(?:{mixed})"
    mine = rf"{some}([\s,，]?(?:这|那)?(?:就|个)?是我的?(?:{_ASCII_CHAT}|{_CHAT}))"
    return (
        Rule(f"{own}|{link}|({named}|{asked}){every}|{likely}", f"${{1}}${{2}}${{3}}${{4}}${{5}}{mask}"),
        Rule(mine, f"{mask}${{1}}"),
    )
