"""Text as spreadsheets and people leave it, made plain: full-width forms, marks of Excel, invisible blanks."""

import polars as pl

_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
# What has no full-width form but stands for an ASCII character.
_OTHERS = {
    "\u3000": " ", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2007": " ", "\ufeff": "", "\u200b": "",
    "\u200e": "", "\u200f": "", "￥": "¥", "\u2212": "-", "\u2018": "'", "\u2019": "'", "萬": "万", "億": "亿",
}  # fmt: skip
PLAIN_FORMS = _FULL_WIDTH | _OTHERS
_EXCEL_TEXT = r'^="(.*)"$'
# A text that Excel was told not to read: the mark is no part of it.
_APOSTROPHE = r"^'(.*?)'?$"


def unmarked(text: pl.Expr) -> pl.Expr:
    """Take off what says that a cell is text: a leading apostrophe, or the form ``="..."``; outer blanks as well."""
    bare = text.str.strip_chars().str.replace(_EXCEL_TEXT, "$1")
    return bare.str.replace(_APOSTROPHE, "$1").str.strip_chars()


def plain(text: pl.Expr) -> pl.Expr:
    """Make numbers, dates and labels plain: ASCII for full-width forms, no marks, no outer blanks."""
    return unmarked(text.str.replace_many(PLAIN_FORMS))
