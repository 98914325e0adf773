"""One column of text to one column of typed values.

Nearly all values of a real file are in the plain form, so each parser first reads that form in one fast pass, and
gives only what is left over to the careful reading: surrounding blanks, null tokens, other spellings.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

import polars as pl

from transforms.china import TIME_ZONE
from transforms.ingest.folding import folded, simplified
from transforms.ingest.numbers import CURRENCIES, YUAN, NumberForm, may_be_grouped, number_text
from transforms.ingest.times import of_different, parse_timestamps, plain_times
from transforms.ingest.wild_text import plain, unmarked
from transforms.registry import Column, Kind

TRUE_SPELLINGS = ("true", "1", "1.0", "t", "yes", "y", "是", "有", "真", "对", "√", "✓", "✔")
FALSE_SPELLINGS = ("false", "0", "0.0", "f", "no", "n", "否", "无", "無", "没有", "假", "错", "×", "✗", "✘")
#: What no value of a type can be, whatever the profile says about null tokens.
NEVER_A_VALUE: Mapping[Kind, tuple[str, ...]] = {
    # A dash among numbers may be a zero, as in accounts, so it is not among them.
    **dict.fromkeys((Kind.DECIMAL, Kind.INTEGER, Kind.FLOAT), ("无", "無", "--", "——", "/")),
    **dict.fromkeys((Kind.TIMESTAMP, Kind.DATE, Kind.ENUM, Kind.TEXT), ("无", "無", "-", "—", "--", "——", "/")),
    Kind.BOOLEAN: ("-", "—", "--", "——", "/"),
}
_BLANKS = (" ", "\t", "\u3000", "\u00a0", "\r", "\n")
_MARKS = ("'", '="')
# What no trimming changes, and no mark or form of a character hides.
_SEEMLY = "^[0-9A-Za-z](?:[ -~]*[!-~])?$"

Parser = Callable[[pl.Series], pl.Series]


@dataclass(frozen=True)
class Spelling:
    """How the values of one column are written.

    Attributes:
        null_tokens: Values that mean "not recorded".
        date_formats: Formats tried before the built-in forms.
        time_zone: Zone of times that name none.
        values: Further spellings of values.
        patterns: Patterns of further spellings of an enumeration, ``*`` for any text, in order.
        numbers: How numbers are written; what may stand beside one is decided by the type.
    """

    null_tokens: tuple[str, ...]
    date_formats: tuple[str, ...] = ()
    time_zone: str = TIME_ZONE
    values: Mapping[str, str] = field(default_factory=dict)
    patterns: Mapping[str, str] = field(default_factory=dict)
    numbers: NumberForm = field(default_factory=NumberForm)


def clean(raw: pl.Series, spelling: Spelling, kind: Kind | None = None) -> pl.Series:
    """Trim values; those that mean "not recorded" become null.

    Args:
        raw: Text.
        spelling: Its null tokens.
        kind: The type that is wanted, for what no value of it can be; None for any text.
    """
    trimmed = raw.str.strip_chars()
    if kind is None:
        return trimmed.set(trimmed.is_in(["", *spelling.null_tokens]), None)
    tokens = ["", *spelling.null_tokens, *NEVER_A_VALUE[kind]]
    seen = pl.select(trimmed.alias("t")).select(plain(pl.col("t"))).to_series()
    return trimmed.set(trimmed.is_in(tokens) | seen.is_in(tokens), None)


def typed_values(raw: pl.Series, column: Column, spelling: Spelling) -> pl.Series:
    """Read the values of a column.

    Args:
        raw: Text as it stands in the file, null where there is none.
        column: The column of the contract.
        spelling: How its values are written.

    Returns:
        Values of the column's type; null where there is none, and where the text cannot be read as that type.
    """
    if column.free_text:
        return raw.set(~raw.str.contains(r"\S"), None)
    if column.enumeration:
        return _adaptive(raw, spelling, column.kind, *_enumeration(column, spelling))
    if spelling.values:
        raw = raw.str.strip_chars().replace(dict(spelling.values))
    if column.kind is Kind.TEXT:
        return clean_text(raw, spelling, Kind.TEXT)
    if column.kind is Kind.DATE:
        return of_different(partial(_dates, spelling=spelling), raw)
    return _adaptive(raw, spelling, column.kind, *_parsers(column.kind, spelling))


def _parsers(kind: Kind, spelling: Spelling) -> tuple[Parser, Parser]:
    """Return the fast and the careful parser of a type that is written in many ways."""
    if kind is Kind.TIMESTAMP:
        return _timestamps(spelling)
    if kind is Kind.BOOLEAN:
        return _fast_boolean, _careful_boolean
    return _number_parsers(kind, spelling.numbers)


def _dates(raw: pl.Series, spelling: Spelling) -> pl.Series:
    times = _adaptive(raw, spelling, Kind.DATE, *_timestamps(spelling))
    return times.dt.convert_time_zone(spelling.time_zone).dt.date()


def clean_text(raw: pl.Series, spelling: Spelling, kind: Kind | None = None) -> pl.Series:
    """Trim identifiers and names, and take off the marks by which Excel keeps a text from being read.

    Nearly all identifiers are what they seem. Of the others only those that are short, begin with a mark or begin or
    end with a blank need a closer look.

    Args:
        raw: Text.
        spelling: Its null tokens.
        kind: ``Kind.TEXT`` for an identifier; None for a column of any content, whose marks may belong to it.
    """
    tokens = (*spelling.null_tokens, *(NEVER_A_VALUE[kind] if kind else ()))
    sure = raw.str.contains(_SEEMLY) & ~raw.is_in(list(tokens))
    if sure.all():
        return raw
    places = (~sure).arg_true()
    doubtful = _doubtful(raw.gather(places), tokens, _MARKS if kind else _MARKS[1:])
    places = places.filter(doubtful)
    closer = raw.gather(places)
    if kind:
        closer = pl.select(closer.alias("t")).select(unmarked(pl.col("t"))).to_series()
    return raw.scatter(places, clean(closer, spelling, kind)) if places.len() else raw


def _doubtful(raw: pl.Series, tokens: Iterable[str], marks: Iterable[str]) -> pl.Series:
    """Find the values that are short, begin with a mark or begin or end with a blank."""
    longest = max((len(token.encode()) for token in tokens), default=0)
    doubtful = pl.any_horizontal(
        pl.col("t").str.len_bytes() <= longest,
        *(pl.col("t").str.starts_with(mark) for mark in marks),
        *(pl.col("t").str.starts_with(blank) | pl.col("t").str.ends_with(blank) for blank in _BLANKS),
    )
    return pl.select(raw.alias("t")).select(doubtful.fill_null(value=False)).to_series()


def numeric_text(raw: pl.Series, spelling: Spelling) -> pl.Series:
    """Read the values of a numeric extra factor, and write them as programs do.

    Args:
        raw: Text; currencies of any country, percent signs, 万 and the like are read.
        spelling: How its values are written.

    Returns:
        Text that a cast to a float reads; null where there is none, and where the text is no number.
    """
    if spelling.values:
        raw = raw.str.strip_chars().replace(dict(spelling.values))
    marks = (*YUAN, *CURRENCIES, *spelling.numbers.currency_marks)
    form = replace(spelling.numbers, currency_marks=marks, has_percent=True)
    text = number_text(clean(raw, spelling, Kind.FLOAT), form)
    # In scientific notation a number can be beyond what a float holds.
    return text.set(_fast_float(text).is_null(), None).alias(raw.name)


def _adaptive(raw: pl.Series, spelling: Spelling, kind: Kind, fast: Parser, careful: Parser) -> pl.Series:
    found = fast(raw)
    left_over = raw.is_not_null() & found.is_null() & (raw != "")
    if not left_over.any():
        return found
    return found.scatter(left_over.arg_true(), careful(clean(raw.filter(left_over), spelling, kind)))


def _enumeration(column: Column, spelling: Spelling) -> tuple[Parser, Parser]:
    labels = column.enumeration.labels if column.enumeration else {}
    own = column.enumeration.spellings if column.enumeration else {}
    named = {text.strip(): own.get(value, value) for text, value in spelling.values.items()}
    spellings = {**own, **named}
    by_fold = {folded(text): value for value, label in labels.items() for text in (value, label.en, label.zh)}
    by_fold |= {folded(text): value for text, value in named.items() if folded(text)}
    patterns = [(_pattern(text), own.get(value, value)) for text, value in spelling.patterns.items()]

    def read(text: str) -> str | None:
        return (
            spellings.get(text)
            or by_fold.get(folded(text))
            or next((value for pattern, value in patterns if pattern.fullmatch(simplified(text))), None)
        )

    def fast(raw: pl.Series) -> pl.Series:
        return raw.replace_strict(spellings, default=None, return_dtype=pl.String)

    def careful(raw: pl.Series) -> pl.Series:
        # The different values of such a column are few.
        known = {text: read(text) for text in raw.drop_nulls().unique().to_list()}
        return raw.replace_strict(known, default=None, return_dtype=pl.String) if known else raw

    return fast, careful


def _pattern(text: str) -> re.Pattern[str]:
    parts = (re.escape(simplified(part)) for part in text.split("*"))
    return re.compile(".*".join(parts), re.IGNORECASE | re.DOTALL)


def _fast_boolean(raw: pl.Series) -> pl.Series:
    value = pl.col("t")
    spelt = pl.when(value == "true").then(True).when(value == "false").then(False)
    return pl.select(raw.alias("t")).select(spelt).to_series()


def _careful_boolean(raw: pl.Series) -> pl.Series:
    spellings = {**dict.fromkeys(TRUE_SPELLINGS, True), **dict.fromkeys(FALSE_SPELLINGS, False)}
    text = pl.select(raw.alias("t")).select(plain(pl.col("t")).str.to_lowercase()).to_series()
    return text.replace_strict(spellings, default=None, return_dtype=pl.Boolean)


def _fast_integer(raw: pl.Series) -> pl.Series:
    return raw.cast(pl.Int64, strict=False)


def _whole(raw: pl.Series) -> pl.Series:
    number = raw.cast(pl.Float64, strict=False)
    whole = number.set(~(number == number.floor()).fill_null(value=False), None).cast(pl.Int64, strict=False)
    return raw.cast(pl.Int64, strict=False).zip_with(whole.is_null(), whole)


def _fast_float(raw: pl.Series) -> pl.Series:
    number = raw.cast(pl.Float64, strict=False)
    return number.set(~number.is_finite(), None)


def _amount(raw: pl.Series) -> pl.Series:
    # What does not fit into ten digits before the point becomes null and so breaks the type rule.
    amount = raw.cast(pl.Decimal(12, 2), strict=False)
    below = raw.str.starts_with("-") & (amount == 0) & (raw.cast(pl.Float64, strict=False) < 0)
    # Less than nothing is not rounded to nothing.
    return amount.set(below, Decimal("-0.01")) if below.any() else amount


def _sure_amount(raw: pl.Series) -> pl.Series:
    """Read amounts of which nobody said how they are written: what may be thousands is no amount."""
    amount = _amount(raw)
    doubtful = pl.select(raw.alias("t")).select(may_be_grouped(pl.col("t")).fill_null(value=False)).to_series()
    return amount.set(doubtful, None) if doubtful.any() else amount


def _number_parsers(kind: Kind, numbers: NumberForm) -> tuple[Parser, Parser]:
    """Return the fast and the careful parser of a kind of number."""
    is_money = kind is Kind.DECIMAL
    form = replace(
        numbers,
        currency_marks=(*YUAN, *numbers.currency_marks) if is_money else (),
        has_percent=kind is Kind.FLOAT,
        has_words=is_money,
    )
    money = _amount if numbers.decimal_mark else _sure_amount
    fast = {Kind.DECIMAL: money, Kind.INTEGER: _fast_integer, Kind.FLOAT: _fast_float}[kind]
    read = {Kind.DECIMAL: money, Kind.INTEGER: _whole, Kind.FLOAT: _fast_float}[kind]

    def careful(raw: pl.Series) -> pl.Series:
        return read(number_text(raw, form))

    return (fast if form.is_plain else _nothing(kind)), careful


def _nothing(kind: Kind) -> Parser:
    return lambda raw: pl.Series(raw.name, [None], dtype=kind.polars).new_from_index(0, raw.len())


def _timestamps(spelling: Spelling) -> tuple[Parser, Parser]:
    def fast(raw: pl.Series) -> pl.Series:
        # What is not recorded is no time in any form, and would be tried in all of them.
        raw = raw.set(raw.is_in(list(spelling.null_tokens)), None)
        return parse_timestamps(raw, spelling.date_formats, spelling.time_zone)

    def careful(raw: pl.Series) -> pl.Series:
        plainer = pl.select(raw.alias("t")).select(plain_times(pl.col("t"))).to_series()
        # What is as it was before has been tried.
        changed = (plainer != raw).fill_null(value=False)
        read = fast(plainer.filter(changed))
        return fast(plainer.clear(plainer.len())).scatter(changed.arg_true(), read)

    return fast, careful
