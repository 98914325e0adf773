"""Numbers of a spreadsheet that are dates, and how they are told from other numbers.

A workbook stores a moment as the days since its epoch, and only the number format of the cell says that it is one.
See ECMA-376 part 1, 18.8.30 (number formats, those of the Chinese locale included) and 18.17.4.1 (date systems).
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from math import isfinite

_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
#: 9999-12-31 in the system of 1900.
_LAST_SERIAL = 2_958_465
#: Until here the system of 1900 counts a day that never was, 29 February 1900.
_FIRST_TRUE_SERIAL = 61
_BUILT_IN_DATES = frozenset({14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58})
_BUILT_IN_TIMES = frozenset({18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56})
_BUILT_IN_BOTH = frozenset({22})
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_MILLISECONDS_OF_DAY = 86_400_000
_EXACT_DIGITS = 15


class NumberForm(Enum):
    """What a number format makes of a number."""

    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"


def number_form(number_format: int, codes: Mapping[int, str]) -> NumberForm:
    """Tell what a number format makes of a number.

    Args:
        number_format: Its identifier.
        codes: The format codes that the workbook defines.
    """
    if number_format in codes:
        return _form_of_code(codes[number_format])
    if number_format in _BUILT_IN_DATES:
        return NumberForm.DATE
    if number_format in _BUILT_IN_TIMES:
        return NumberForm.TIME
    return NumberForm.MOMENT if number_format in _BUILT_IN_BOTH else NumberForm.NUMBER


def _form_of_code(code: str) -> NumberForm:
    section = _LITERALS.sub("", code).split(";")[0].casefold()
    if "general" in section:
        return NumberForm.NUMBER
    has_time = bool(re.search("[hs]", section))
    # An m beside hours or seconds is a minute.
    has_date = bool(re.search("[yd]", section)) or ("m" in section and not has_time)
    if has_time:
        return NumberForm.MOMENT if has_date else NumberForm.TIME
    return NumberForm.DATE if has_date else NumberForm.NUMBER


def number_text(text: str, form: NumberForm, *, is_1904: bool) -> str:
    """Write a number of a cell as its reader sees it.

    Args:
        text: The number as it is stored.
        form: What the cell's format makes of it.
        is_1904: Whether days are counted from 1904.

    Returns:
        A date or moment in ISO 8601 without a zone, or the number with the 15 digits that a spreadsheet keeps.
    """
    try:
        number = float(text)
    except ValueError:
        return text
    if not isfinite(number):
        return text
    return _moment_text(number, form, is_1904=is_1904) if form is not NumberForm.NUMBER else _plain(number)


def _plain(number: float) -> str:
    text = f"{number:.{_EXACT_DIGITS}g}"
    return format(Decimal(text), "f") if "e" in text else text


def _moment_text(number: float, form: NumberForm, *, is_1904: bool) -> str:
    if not 0 <= number <= _LAST_SERIAL - (_EPOCH_1904 - _EPOCH_1900).days * is_1904:
        return _plain(number)
    days, milliseconds = divmod(round(number * _MILLISECONDS_OF_DAY), _MILLISECONDS_OF_DAY)
    if form is NumberForm.TIME and not days:
        return _clock(milliseconds)
    shift = 1 if not is_1904 and days < _FIRST_TRUE_SERIAL else 0
    day = (_EPOCH_1904 if is_1904 else _EPOCH_1900) + timedelta(days=days + shift)
    return day.isoformat() if form is NumberForm.DATE and not milliseconds else f"{day}T{_clock(milliseconds)}"


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{clock}.{rest:03}" if rest else clock
