"""How the dates of a column are written; the order of day and month is decided on evidence, or said to be open."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from transforms.ingest.times import NAMED_FORMATS, contradicts, parse_timestamps, read_by_format
from transforms.ingest.values import Spelling, clean
from transforms.ingest.wild_text import plain
from transforms.registry import Kind

#: Of the values that are there so many must be readable, for the column to be one of dates.
ENOUGH: Final = 0.9
_CLOCKS: Final = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S%.f", "T%H:%M:%S")
_DAYS: Final = tuple(
    form.replace("/", mark)
    for mark in ("/", "-", ".", " ")
    for form in ("%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%y/%m/%d")
)
_MONTHS: Final = ("%Y-%m", "%Y/%m", "%Y.%m", "%Y年%m月", "%m/%Y", "%m-%Y", "%b %Y", "%b-%y", "%B %Y", "%Y%m")
_YEAR: Final = "%Y"
# With fewer different days nothing can be told from their number.
_FEW_DAYS: Final = 12
_ZONE: Final = "UTC"
# What is no date at a glance: it has no digit, or it is a sentence.
_MAY_BE: Final = r"^.{0,30}[0-9].{0,30}$"
# Numbers that may be a year, a month (2024.03, 202403), a day, or count from a moment.
_NUMBER: Final = r"^[0-9]+(?:\.[0-9]+)?$"
_OF_MOMENT: Final = (
    r"^(?:(?:19|20)[0-9]{2}(?:\.[0-9]{1,2})?|(?:19|20)[0-9]{4}|(?:19|20)[0-9]{6}|[0-9]{12,14}(?:\.[0-9]+)?"
    r"|[3-7][0-9]{4}(?:\.[0-9]+)?|[0-9]{9,10}(?:\.[0-9]+)?)$"
)
# How every other date begins: perhaps a day of the week, then two numbers or the name of a month and a number.
_MONTH_NAME: Final = "(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_LIKE_A_DATE: Final = (
    r"^\W*(?:(?:星期|周|礼拜).\W*|(?i:mon|tue|wed|thu|fri|sat|sun)[A-Za-z]*\W*)?"
    rf"(?:{_MONTH_NAME}[A-Za-z]*\W*[0-9]|[0-9]{{1,2}}(?:st|nd|rd|th)?\W*{_MONTH_NAME}"
    rf"|[0-9]{{1,4}}\s*[-/.年月\s]\s*(?:[0-9]{{1,2}}|{_MONTH_NAME})|(?:19|20)[0-9]{{6}}(?:[tTzZ\s]|$))"
)
_NUMBERS: Final = r"^[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ](?:[0-9]{2}|[0-9]{4})(?:[T ]|$)"


@dataclass(frozen=True)
class DateGuess:
    """How the dates of a column are written.

    Attributes:
        share: Share of the values that can be read with the formats.
        formats: Formats that the profile has to name; none where they are read without.
        evidence: What decided it, in words; empty where nothing had to be decided.
        alternatives: Formats among which nothing decides; then `formats` is empty.
        is_number: Whether numbers are read as days or seconds.
    """

    share: float
    formats: tuple[str, ...] = ()
    evidence: str = ""
    alternatives: tuple[str, ...] = ()
    is_number: bool = False


def guess_dates(counts: pl.DataFrame) -> DateGuess:
    """Tell how dates are written.

    Args:
        counts: ``value`` (text) and ``n`` (how often), each value once, null tokens left out.

    Returns:
        The guess; a share of 0 where the values are no dates.
    """
    if not int(counts["n"].sum()) or _share(counts, _may_be_dates(counts["value"])) < ENOUGH:
        return DateGuess(0.0)
    own = parse_timestamps(counts["value"], (), _ZONE).is_not_null()
    read = _share(counts, own)
    if read >= ENOUGH:
        numbers = _plain(counts.filter(own)["value"]).str.contains(r"^[0-9]{5}(?:\.[0-9]+)?$|^[0-9]{10}(?:[0-9]{3})?$")
        return DateGuess(read, is_number=bool(numbers.all()))
    return _by_month_or_year(counts) or _by_day(counts, own) or DateGuess(read)


def _may_be_dates(values: pl.Series) -> pl.Series:
    """Tell dates from all else at a glance, for reading a column in every form takes some hundred passes."""
    values = _plain(values)
    is_number = values.str.contains(_NUMBER)
    of_moment = is_number & values.str.contains(_OF_MOMENT)
    return values.str.contains(_MAY_BE) & (of_moment | ~is_number & values.str.contains(_LIKE_A_DATE))


def _plain(values: pl.Series) -> pl.Series:
    """Make values as plain as the reading of times does: ２０２４－０３－０５ is a date."""
    return values.to_frame().select(plain(pl.col(values.name))).to_series()


def _share(counts: pl.DataFrame, mask: pl.Series) -> float:
    return int(counts.filter(mask)["n"].sum()) / int(counts["n"].sum())


def _by_month_or_year(counts: pl.DataFrame) -> DateGuess | None:
    texts = counts["value"]
    years = texts.str.contains(r"^(?:19|20)[0-9]{2}(?:\.0)?$")
    if _share(counts, years) >= ENOUGH:
        return DateGuess(_share(counts, years), (_YEAR,))
    for form in _MONTHS:
        share = _share(counts, _reads(texts, form))
        if share >= ENOUGH:
            return DateGuess(share, (form,))
    return None


def _reads(texts: pl.Series, form: str) -> pl.Series:
    return read_by_format(texts, form, _ZONE).is_not_null()


@dataclass(frozen=True)
class _Order:
    """An order of day, month and year, with the clocks that occur behind it."""

    day: str
    formats: tuple[str, ...]
    mask: pl.Series
    share: float


def _by_day(counts: pl.DataFrame, own: pl.Series) -> DateGuess | None:
    if _share(counts, own | counts["value"].str.contains(_NUMBERS)) < ENOUGH:
        return None
    orders = [order for day in _DAYS if (order := _order(day, counts, own)).share >= ENOUGH]
    if not orders:
        return _mixed(counts, own)
    best = max(orders, key=lambda order: order.share)
    rivals = [order for order in orders if order is not best and contradicts(order.day, best.day)]
    equal = [order for order in (best, *rivals) if order.share == best.share]
    found = _by_variety(counts["value"], equal)
    if len(found) == 1:
        return DateGuess(best.share, found[0].formats, "in the place of the year stand the fewest different numbers")
    if len(equal) > 1:
        return DateGuess(best.share, alternatives=tuple(order.formats[0] for order in equal))
    return DateGuess(best.share, best.formats, _evidence(counts, best))


def _by_variety(texts: pl.Series, orders: list[_Order]) -> list[_Order]:
    """Of orders with two digits of a year, keep those in which the years are fewer than the days.

    Returns:
        The orders left; none where this decides nothing.
    """
    parts = texts.str.extract_groups(r"^([0-9]{2})\D[0-9]{1,2}\D([0-9]{2})(?:\D|$)").struct.unnest()
    first, last = (parts[name].drop_nulls().n_unique() for name in ("1", "2"))
    if len(orders) < 2 or max(first, last) < _FEW_DAYS or max(first, last) < 2 * min(first, last):  # noqa: PLR2004
        return []
    return [order for order in orders if order.day.startswith("%y") == (first < last)]


def _mixed(counts: pl.DataFrame, own: pl.Series) -> DateGuess | None:
    """Dates of which some have the day first and some the month."""
    for day, month in zip(_DAYS[::5], _DAYS[1::5], strict=True):
        first, second = _order(day, counts, own), _order(month, counts, own)
        share = _share(counts, first.mask | second.mask)
        if share >= ENOUGH and first.formats and second.formats:
            return DateGuess(share, evidence="in some the day comes first, in others the month",
                             alternatives=(first.formats[0], second.formats[0]))  # fmt: skip
    return None


def _order(day: str, counts: pl.DataFrame, own: pl.Series) -> _Order:
    """Read the values with an order, whatever the time of day; what is read without a format counts as well."""
    mask = own
    formats: list[str] = []
    for clock in _CLOCKS:
        form = day + clock
        found = _reads(counts["value"], form) & ~mask
        if found.any():
            formats.append(form)
            mask = mask | found
    return _Order(day, tuple(formats), mask, _share(counts, mask) if formats else 0.0)


def _evidence(counts: pl.DataFrame, best: _Order) -> str:
    """Count the values that no other order can read."""
    swapped = best.day.translate(str.maketrans("dm", "md"))
    other = pl.Series([False]).new_from_index(0, counts.height)
    for clock in _CLOCKS:
        other = other | _reads(counts["value"], swapped + clock)
    deciding = int(counts.filter(best.mask & ~other)["n"].sum())
    first = "day" if best.day.startswith("%d") else "month" if best.day.startswith("%m") else "year"
    return f"the {first} comes first: {deciding:,} of the values can be read in no other order"


def without_nulls(counts: pl.DataFrame, null_tokens: tuple[str, ...]) -> pl.DataFrame:
    """Leave out what is not recorded.

    Args:
        counts: ``value`` and ``n``.
        null_tokens: Tokens beside those that are known.
    """
    cleaned = clean(counts["value"], Spelling(null_tokens), Kind.TIMESTAMP)
    return counts.with_columns(cleaned.alias("value")).drop_nulls("value")


__all__ = ["ENOUGH", "NAMED_FORMATS", "DateGuess", "guess_dates", "without_nulls"]
