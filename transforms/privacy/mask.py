"""Masks for personal data in free text; each value is replaced by its kind in brackets, such as ``[手机号]``.

The patterns are our own. Texts go through a sieve first: one pass over all of them finds the few that may hold
anything, and each family of patterns is run only on texts that have what it needs.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

import polars as pl

from transforms.privacy.addresses import address_rules, mark_places, name_rules
from transforms.privacy.digits import ALL, MARKS, OTHER, PLAIN, SEPARATOR, Alphabet, unwrap, wrap
from transforms.privacy.handles import EMAIL_RULES, handle_rules
from transforms.privacy.numbers import (
    Rule,
    kept_rules,
    labelled_card_rules,
    mask_checked_cards,
    parcel_rules,
    telephone_rules,
    written_with_letters,
)

_ANY_DIGIT: Final = ALL.any
_LONG_OTHER: Final = rf"{_ANY_DIGIT}(?:{SEPARATOR}{{0,3}}{_ANY_DIGIT}){{6,}}"
_OTHER_DIGIT: Final = OTHER.any
_MAIL: Final = (
    r"[@＠]|(?i:qq|163|126|139|189|gmail|outlook|hotmail|live|sina|foxmail|icloud|yahoo|yeah|sohu|msn)"
    r"\s?(?:[.．。点]|\(|\sdot)"
)
_HANDLE: Final = (
    r"[微薇]|[威维徽溦崴唯]\s?[信❤♥xXｘＸ]|卫星|绿泡泡|绿色|[vVｖＶ]|[wWｗＷ][xXｘＸ]|(?i:we\s?chat|weixin|wxid)"
    r"|[qQｑＱ扣抠叩]|球球|秋秋|企鹅|群号|支\s?[付fF]\s?宝|支付寶|(?i:alipay|zhifubao|zfb)|[+＋➕加]我"
    r"|抖音|快手|小红书|旺旺|钉钉|闲鱼|陌陌|探探|(?i:telegram|whatsapp|line|skype|tiktok|wxp)"
)
_ADDRESS: Final = (
    r"[0-9０-９一二三四五六七八九十百零〇A-Za-z][号栋幢座弄室院组层楼]|[0-9０-９一二三四五六七八九十]单元|[小区苑园寓村]\s?[0-9]{1,3}[-－—]"
    r"|[省市区县州镇].*[路街道巷弄村屯厦场园学院城]"
)
_NAME: Final = r"收件人|收货人|寄件人|联系人|姓名|户名|名字|持卡人|机主|法人|\[(?:地址|银行卡)\]"


_NEAR: Final = f"{SEPARATOR}?"
_MIXED: Final = (
    f"{_OTHER_DIGIT}(?:{_NEAR}{_ANY_DIGIT}){{2}}|{_ANY_DIGIT}{_NEAR}{_OTHER_DIGIT}{_NEAR}{_ANY_DIGIT}"
    f"|(?:{_ANY_DIGIT}{_NEAR}){{2}}{_OTHER_DIGIT}"
)
_LETTERED: Final = "[0-9][oOlI]{1,4}[ -]?[0-9]"
_SUSPICIOUS: Final = "|".join((_LONG_OTHER, _MAIL, _HANDLE, _ADDRESS, _NAME, _LETTERED, MARKS))


def mask_text(text: pl.Series) -> pl.Series:
    """Mask personal data in free text.

    Args:
        text: Free text, null where not recorded.

    Returns:
        The text with telephone numbers, identity and bank cards, mail addresses, accounts of chat and payment services,
        numbers of parcels and orders, street addresses, and names beside them replaced by their kind.
    """
    rows = text.str.contains(_SUSPICIOUS).fill_null(value=False)
    if not rows.any():
        return text
    return text.clone().scatter(rows.arg_true(), _mask_each_wording(text.filter(rows))).alias(text.name)


def _mask_each_wording(text: pl.Series) -> pl.Series:
    """Mask each wording once: much of what is said in disputes is said in the same words."""
    hashes = _hashes(text)
    firsts = hashes.arg_unique()
    each = text.gather(firsts)
    wordings = pl.DataFrame({"hash": hashes.gather(firsts), "place": pl.int_range(firsts.len(), eager=True)})
    places = pl.DataFrame({"hash": hashes}).join(wordings, on="hash", how="left", maintain_order="left")["place"]
    if not (each.gather(places) == text).all():  # two wordings with one hash
        return _masked(text)
    # A copy, because scatter, which the steps below use, writes into the series itself.
    return _masked(each.clone()).gather(places)


def _hashes(text: pl.Series) -> pl.Series:
    """Stand for the texts where they are compared, which is quicker than by their words."""
    return text.hash()


def _masked(text: pl.Series) -> pl.Series:
    # Marks of somebody else would part what belongs together.
    text = _where(text, MARKS, unwrap)
    text = _rewritten(text, _MAIL, EMAIL_RULES)
    text = _where(text, _LETTERED, written_with_letters)
    text = _mask_numbers(text)
    text = _where(text, _ADDRESS, lambda part: unwrap(_apply(mark_places(part), address_rules())))
    return _rewritten(text, _NAME, name_rules())


def mask_sentence(sentence: str) -> str:
    """Mask personal data in one sentence, such as an error that quotes a value or the name of a file."""
    return str(mask_text(pl.Series([sentence], dtype=pl.String)).item())


def _rewritten(text: pl.Series, needs: str, rules: tuple[Rule, ...]) -> pl.Series:
    return _where(text, needs, lambda part: _apply(part, rules))


def _where(text: pl.Series, needs: str, work: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Do some work on the texts that have what it needs."""
    rows = text.str.contains(needs)
    return text.scatter(rows.arg_true(), work(text.filter(rows))) if rows.any() else text


def _apply(text: pl.Series, rules: tuple[Rule, ...]) -> pl.Series:
    for rule in rules:
        text = _where(text, rule.pattern, partial(_replaced, rule)) if rule.has_groups else _replaced(rule, text)
    return text


def _replaced(rule: Rule, text: pl.Series) -> pl.Series:
    return text.str.replace_all(rule.pattern, rule.replacement)


def _mask_numbers(text: pl.Series) -> pl.Series:
    long = text.str.contains(_LONG_OTHER)
    handle = text.str.contains(_HANDLE)
    some = (long | handle).arg_true()
    mixed = text.gather(some).str.contains(_MIXED)
    for rows, alphabet in ((some.filter(mixed), ALL), (some.filter(~mixed), PLAIN)):
        if len(rows):
            part = _numbers_of(text.gather(rows), alphabet, handle.gather(rows), long.gather(rows))
            text = text.scatter(rows, part)
    return text


def _numbers_of(text: pl.Series, alphabet: Alphabet, handle: pl.Series, long: pl.Series) -> pl.Series:
    wrapped = _apply(wrap(text, alphabet), kept_rules(alphabet))
    if handle.any():
        wrapped = wrapped.scatter(handle.arg_true(), _apply(wrapped.filter(handle), handle_rules(alphabet)))
    if long.any():
        sure, likely = parcel_rules(alphabet)
        numbers = _apply(wrapped.filter(long), (*labelled_card_rules(alphabet), sure))
        numbers = mask_checked_cards(numbers, alphabet)
        numbers = _apply(numbers, (likely, *telephone_rules(alphabet)))
        wrapped = wrapped.scatter(long.arg_true(), numbers)
    return unwrap(wrapped)
