"""Amounts written out in Chinese numerals, as judgments and receipts have them: ``三千元``, ``壹仟贰佰元整``.

Read is only what is written as the rule has it, with 零 for what is skipped: ``三千零五`` is 3005, while ``三千五`` is
3500 in speech and nothing here. What a number means is checked by writing it again.
"""

import re

import polars as pl

_DIGITS = "零一二三四五六七八九"
_PLACES = ((1000, "千"), (100, "百"), (10, "十"), (1, ""))
_GROUPS = ((100_000_000, "亿"), (10_000, "万"), (1, ""))
#: Forms against forgery, and other characters for the same.
_SAME = str.maketrans("〇两壹贰叁肆伍陆柒捌玖拾佰仟圆貳參陸兩", "零二一二三四五六七八九十百千元二三六二")
_WHOLE = re.compile(r"元?[整正]?$")
#: What may be such a number: no other characters, and one that says a place, so that a grade 二 stays a label.
_ANY_DIGIT, _ANY_PLACE = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸兩", "十百千万亿拾佰仟"
PATTERN = f"^[{_ANY_DIGIT}]*[{_ANY_PLACE}][{_ANY_DIGIT}{_ANY_PLACE}]*[元圆]?[整正]?$"


def written_out(text: pl.Series) -> pl.Series:
    """Write numerals as programs do.

    Args:
        text: Text, null where there is none.

    Returns:
        Digits; null where the text is no number written out.
    """
    found = {each: _value(each) for each in text.filter(text.str.contains(PATTERN).fill_null(value=False)).unique()}
    return text.replace_strict(found, default=None, return_dtype=pl.String)


def _value(text: str) -> str | None:
    plain = _WHOLE.sub("", text.translate(_SAME))
    plain = "一" + plain if plain.startswith("十") else plain
    value, rest = 0, plain
    for size, name in _GROUPS:
        head, mark, tail = rest.partition(name) if name else (rest, "", "")
        if name and not mark:
            continue
        value, rest = value + size * _below_ten_thousand(head), tail
    return str(value) if value and _written(value) == plain else None


def _below_ten_thousand(text: str) -> int:
    """The sum of digits by their places, whatever their order."""
    value, digit = 0, 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS.index(character)
            continue
        value += digit * next((size for size, name in _PLACES if name == character), 0)
        digit = 0
    return value + digit


def _written(value: int) -> str:
    """The one way in which a number is written."""
    text = ""
    for size, name in _GROUPS:
        group, value = divmod(value, size)
        if not group:
            continue
        is_gap = bool(text) and group < _PLACES[0][0]
        text += ("零" if is_gap else "") + _written_group(group) + name
    return text


def _written_group(group: int) -> str:
    text, skipped = "", False
    for size, name in _PLACES:
        digit, group = divmod(group, size)
        if digit:
            text += ("零" if skipped and text else "") + _DIGITS[digit] + name
        skipped = not digit
    return text
