"""Numbers as they are written in the wild, to plain decimal text.

The rules, where a text could be read in two ways:

- The point is the decimal mark and the comma the thousands mark, unless the profile says otherwise; groups between
  thousands marks have three digits, so ``12,34`` and ``1,23,456`` are no numbers.
- An amount of money such as ``12.345`` may be twelve and a bit, or twelve thousand: it is no number unless the profile
  names the decimal mark.
- Brackets are a minus sign, as in accounts: ``(12.00)`` is -12.
- ``98%`` is 0.98. ``1.2万`` is 12000, and an amount of ``三千元`` 3000 (``written_numbers``). What is no exact figure
  (``约3千``, ``10+``, ``3-5``, ``10²``) is no number.
"""

import re
from dataclasses import dataclass

import polars as pl

from transforms.ingest.wild_text import plain
from transforms.ingest.written_numbers import written_out

DECIMAL_MARKS = (".", ",")
THOUSANDS_MARKS = (",", ".", " ", "'", "")
YUAN = ("¥", "CNY", "RMB", "人民币", "元", "圆")
#: Marks of other currencies; an extra factor may bear them, since it is a number in a unit of its own.
CURRENCIES = (
    "US$", "HK$", "NT$", "A$", "C$", "S$", "$", "€", "£", "₩", "₹", "₽", "฿", "₫", "R$",
    "USD", "EUR", "GBP", "JPY", "HKD", "TWD", "AUD", "CAD", "CHF", "SGD", "KRW", "INR", "BRL", "NZD", "SEK",
)  # fmt: skip
_UNITS = {
    "百": 100, "千": 1_000, "万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000,
}  # fmt: skip
# Beyond this many digits after the point, a product is what floating point makes of it.
_PRODUCT_DIGITS = 6
# Of a share of hundred: Polars multiplies by 0.01, which makes 0.9565000000000001 of 95.65 %.
_SHARE_DIGITS = 12


@dataclass(frozen=True)
class NumberForm:
    """How numbers are written.

    Attributes:
        decimal_mark: Character before the fraction; None where nobody said so, and the point is taken.
        thousands_mark: Character between groups of three digits; None for the usual one.
        currency_marks: What may stand before or after an amount.
        has_percent: Whether a percent sign may follow.
        has_units: Whether 千, 万 and the like may follow.
        has_words: Whether it may be written out, as in 三千.
        scale: What a number without percent sign or unit is multiplied by.
    """

    decimal_mark: str | None = None
    thousands_mark: str | None = None
    currency_marks: tuple[str, ...] = ()
    has_percent: bool = False
    has_units: bool = True
    has_words: bool = False
    scale: float = 1.0

    @property
    def is_plain(self) -> bool:
        """Whether a number in the notation of programs is always what it seems."""
        return self.decimal_mark in {None, "."} and self.scale == 1.0

    @property
    def marks(self) -> tuple[str, str]:
        """The decimal mark and the thousands mark."""
        decimal = self.decimal_mark or "."
        usual = "." if decimal == "," else ","
        return decimal, usual if self.thousands_mark is None else self.thousands_mark

    @property
    def pattern(self) -> str:
        """A regular expression with the groups: sign, digits, exponent, unit, percent sign."""
        decimal, thousands = (re.escape(mark) for mark in self.marks)
        grouped = rf"[0-9]{{1,3}}(?:{thousands}[0-9]{{3}})+|" if thousands else ""
        digits = rf"(?:{grouped}[0-9]+)(?:{decimal}[0-9]*)?|{decimal}[0-9]+"
        unit = rf"\s?({'|'.join(sorted(_UNITS, key=len, reverse=True))})" if self.has_units else "([^\\s\\S])"
        percent = r"\s?(%)" if self.has_percent else "([^\\s\\S])"
        return rf"^([+-]?)({digits})([eE][+-]?[0-9]{{1,3}})?(?:{unit})?(?:{percent})?$"


def number_text(raw: pl.Series, form: NumberForm) -> pl.Series:
    """Write numbers as programs do: ``-1234.50``.

    Args:
        raw: Text, null where not recorded.
        form: How numbers are written.

    Returns:
        Text that a cast to a number reads; null where the text is no number in this form.
    """
    # Step by step, because an expression would take the text apart again for each of the parts.
    frame = raw.alias("text").to_frame().select(plain(pl.col("text")))
    bare = frame.select(_without_currency(_with_minus(pl.col("text")), form.currency_marks))
    parts = bare.select(pl.col("text").str.extract_groups(form.pattern).struct.rename_fields(_PARTS)).unnest("text")
    numbers = parts.select(_plain_number(form).alias("number"), "unit", "percent")
    factor = pl.col("unit").replace_strict(_UNITS, default=None, return_dtype=pl.Float64).fill_null(form.scale)
    value = pl.col("number").cast(pl.Float64, strict=False)
    product = pl.when(pl.col("percent").is_null()).then((value * factor).round(_PRODUCT_DIGITS))
    is_plain = pl.col("unit").is_null() & pl.col("percent").is_null() & (form.scale == 1.0)
    text = (
        pl.when(is_plain).then("number").when(pl.col("percent").is_null()).then(product.cast(pl.String))
        .when(pl.col("unit").is_null()).then((value / 100).round(_SHARE_DIGITS).cast(pl.String))
    )  # fmt: skip
    found = numbers.select(text.alias(raw.name)).to_series()
    return found.fill_null(written_out(bare["text"])) if form.has_words and found.has_nulls() else found


_PARTS = ("sign", "digits", "exponent", "unit", "percent")


def _plain_number(form: NumberForm) -> pl.Expr:
    decimal, thousands = form.marks
    digits = pl.col("digits")
    bare = digits.str.replace_all(thousands, "", literal=True) if thousands else digits
    if decimal != ".":
        bare = bare.str.replace(decimal, ".", literal=True)
    return pl.concat_str(pl.col("sign").str.replace("+", "", literal=True), bare, pl.col("exponent").fill_null(""))


def _with_minus(text: pl.Expr) -> pl.Expr:
    """Write brackets as a minus sign."""
    return text.str.replace(r"^\(([^-+()]+)\)$", "-$1")


def _without_currency(text: pl.Expr, marks: tuple[str, ...]) -> pl.Expr:
    """Take off one mark before or after the number; a minus sign before the mark stays."""
    if not marks:
        return text
    any_mark = "|".join(re.escape(mark) for mark in sorted(marks, key=len, reverse=True))
    bare = text.str.replace(rf"(?i)^([+-]?)\s?(?:{any_mark})\s?", "$1")
    return bare.str.replace(rf"(?i)\s?(?:{any_mark})$", "")


def may_be_grouped(raw: pl.Expr) -> pl.Expr:
    """Tell whether the point of a number may stand between thousands: ``12.345``, not ``0.345`` nor ``1234.567``."""
    # The fourth character from the end is quick to look at, and hardly ever a point.
    is_near = raw.str.slice(-4, 1) == "."
    return is_near & raw.str.contains(r"(?:^|[^0-9.])[1-9][0-9]{0,2}(?:\.[0-9]{3})+$")
