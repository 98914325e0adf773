"""Checksums of identity and bank cards, over whole columns."""

import polars as pl

# ISO 7064 MOD 11-2 as in GB 11643: the weight of each place, and the check character for each remainder.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
# The first two digits of GB/T 2260, with those of residents from Hong Kong, Macau and Taiwan, and of foreigners.
_PROVINCES = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91"
_MONTH_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_RESIDENT_18 = rf"^(?:{_PROVINCES})[0-9]{{4}}(?:18|19|20)[0-9]{{2}}{_MONTH_DAY}[0-9]{{3}}[0-9X]$"
_RESIDENT_15 = rf"^(?:{_PROVINCES})[0-9]{{6}}{_MONTH_DAY}[0-9]{{3}}$"
# First digits of bank cards (ISO/IEC 7812): 3 to 6 those of the card schemes, 9 old ones of single Chinese banks.
_ISSUER = "^(?:3[0-9]|4|5|6|9[0458])"
_LONGEST_CARD = 19


def is_luhn(numbers: pl.Series) -> pl.Series:
    """Tell whether numbers pass the Luhn check (ISO/IEC 7812-1, annex B).

    Args:
        numbers: ASCII digits, at most 19 of them.

    Returns:
        Booleans; false for anything else.
    """
    padded = numbers.str.zfill(_LONGEST_CARD)
    total = pl.zeros(numbers.len(), dtype=pl.Int32, eager=True)
    for place in range(_LONGEST_CARD):
        digit = padded.str.slice(place, 1).cast(pl.Int32, strict=False)
        if (_LONGEST_CARD - place) % 2 == 0:
            doubled = digit * 2
            digit = doubled - 9 * (doubled > 9).cast(pl.Int32)  # noqa: PLR2004 - the larger of two digits' sums
        total = total + digit
    return ((total % 10 == 0) & numbers.str.contains("^[0-9]{2,19}$")).fill_null(value=False)


def is_bank_card(numbers: pl.Series) -> pl.Series:
    """Tell whether numbers may be bank cards: 15 to 19 digits, an issuer's first digits, the Luhn check.

    Fifteen digits are taken only as American Express writes them (34, 37): so long are the numbers of telephones too.
    """
    length = numbers.str.len_bytes()
    long_enough = length.is_between(16, _LONGEST_CARD) & numbers.str.contains(_ISSUER)
    express = (length == 15) & numbers.str.contains("^3[47]")  # noqa: PLR2004 - see above
    return is_luhn(numbers) & (long_enough | express)


def is_resident_card(numbers: pl.Series) -> pl.Series:
    """Tell whether numbers may be resident identity cards (GB 11643-1999, and the 15 digits in use before).

    Args:
        numbers: ASCII digits, the last of 18 perhaps ``X``.

    Returns:
        Booleans. Eighteen digits must have a province, a date and a right check character. Fifteen have no check
        character: a province and a date are asked for, and that it is not the number of a telephone (IMEI), which
        passes the Luhn check.
    """
    padded = numbers.str.zfill(len(_WEIGHTS) + 1)
    total = pl.zeros(numbers.len(), dtype=pl.Int32, eager=True)
    for place, weight in enumerate(_WEIGHTS):
        total = total + padded.str.slice(place, 1).cast(pl.Int32, strict=False) * weight
    check = (total % len(_CHECK)).replace_strict(dict(enumerate(_CHECK)), default=None, return_dtype=pl.String)
    born = padded.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
    modern = numbers.str.contains(_RESIDENT_18) & born.is_not_null() & (padded.str.slice(len(_WEIGHTS), 1) == check)
    old = numbers.str.contains(_RESIDENT_15) & ~is_luhn(numbers)
    return (modern | old).fill_null(value=False)
