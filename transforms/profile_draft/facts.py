"""What the values of a column are, whatever its header says."""

from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Final

import polars as pl

from transforms.ingest.numbers import CURRENCIES, NumberForm
from transforms.ingest.profile import NULL_TOKENS
from transforms.ingest.times import parse_timestamps
from transforms.ingest.values import Spelling, clean, numeric_text
from transforms.profile_draft.dates import DateGuess, guess_dates
from transforms.profile_draft.value_words import ABSENT_WORDS
from transforms.registry import Kind

#: So many different values are looked at; more tell nothing new.
MOST_VALUES: Final = 3_000
_PLAIN: Final = Spelling(NULL_TOKENS)
#: Numbers whose comma can only stand before a fraction, and those whose point can only. ``1,234`` may be either.
_EURO: Final = r"^\D{0,4}(?:\d{1,3}(?:\.\d{3})+,\d+|\d+,\d{1,2}|\d+,\d{4,}|0,\d+)\D{0,4}$"
_ANGLO: Final = r"^\D{0,4}(?:\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}|\d+\.\d{1,2}|0\.\d+)\D{0,4}$"


@dataclass(frozen=True)
class Facts:
    """The values of one column.

    Attributes:
        header: Its header.
        rows: Rows that were looked at.
        counts: ``value`` (trimmed text, not null) and ``n``, the commonest first, at most `MOST_VALUES`.
        filled: Rows with a value.
        different: Different values.
        absent: Values that seem to say that nothing was recorded, and are not known for that.
        comma: Whether other columns have fractions behind a comma.
    """

    header: str
    rows: int
    counts: pl.DataFrame
    filled: int
    different: int
    absent: tuple[str, ...] = ()
    comma: bool = False

    @property
    def values(self) -> list[str]:
        """The different values, the commonest first."""
        return self.counts["value"].to_list()

    @property
    def is_unique(self) -> bool:
        """Whether every row has a value of its own."""
        return self.rows > 0 and self.different == self.rows

    @cached_property
    def length(self) -> float:
        """Mean number of characters of the different values."""
        mean = self.counts["value"].str.len_chars().mean()
        return float(mean) if isinstance(mean, int | float) else 0.0

    @cached_property
    def dates(self) -> DateGuess:
        """How its dates are written, if it has any."""
        return guess_dates(self.counts)

    @cached_property
    def mean_date(self) -> float:
        """Seconds of the mean moment of its dates; infinite where there are none."""
        formats = self.dates.formats or self.dates.alternatives[:1]
        read = self.counts.with_columns(parse_timestamps(self.counts["value"], formats, "UTC").alias("value"))
        known = read.drop_nulls("value")
        total = int((known["value"].dt.epoch("s") * known["n"]).sum())
        return total / int(known["n"].sum()) if known.height else inf

    @cached_property
    def numbers(self) -> pl.Series:
        """The different values as numbers, null where they are none."""
        has_comma = self.has_decimal_comma or (self.comma and not self._has_decimal_point)
        form = NumberForm(decimal_mark=",") if has_comma else NumberForm()
        return numeric_text(self.counts["value"], Spelling(NULL_TOKENS, numbers=form)).cast(pl.Float64)

    @property
    def number_share(self) -> float:
        """Share of the values that are numbers."""
        return self.share(self.numbers.is_not_null())

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """Marks of currencies other than the yuan that stand beside its numbers."""
        texts = self.counts.filter(self.numbers.is_not_null())["value"]
        found = [mark for mark in CURRENCIES if texts.str.contains(mark, literal=True).any()]
        # The shorter mark is part of the longer one.
        return tuple(mark for mark in found if not any(mark != other and mark in other for other in found))

    @property
    def has_decimal_comma(self) -> bool:
        """Whether fractions stand behind a comma, and none behind a point."""
        return bool(self.counts["value"].str.contains(_EURO).any()) and not self._has_decimal_point

    @property
    def _has_decimal_point(self) -> bool:
        return bool(self.counts["value"].str.contains(_ANGLO).any())

    def share(self, mask: pl.Series) -> float:
        """Share of the rows with a value for which a mask over the different values holds."""
        total = int(self.counts["n"].sum())
        return int(self.counts.filter(mask)["n"].sum()) / total if total else 0.0


def facts_of(header: str, texts: pl.Series) -> Facts:
    """Look at a column.

    Args:
        header: Its header.
        texts: Its values as they stand in the file.
    """
    known = clean(texts.cast(pl.String), _PLAIN, None).alias("value")
    counts = known.drop_nulls().to_frame().group_by("value").len("n").sort(["n", "value"], descending=[True, False])
    told = counts["value"].str.to_lowercase().str.contains(ABSENT_WORDS)
    absent = counts.filter(told)["value"].to_list()
    real = counts.filter(~told)
    filled = int(real["n"].sum())
    return Facts(header, texts.len(), real.head(MOST_VALUES), filled, real.height, tuple(absent))


def readable_as(facts: Facts, kind: Kind) -> float:
    """Share of the values that are of a kind, apart from enumerations and booleans."""
    if not facts.filled:
        return 0.0
    if kind in {Kind.TIMESTAMP, Kind.DATE}:
        return facts.dates.share
    if kind in {Kind.DECIMAL, Kind.FLOAT}:
        return facts.number_share
    if kind is Kind.INTEGER:
        numbers = facts.numbers
        return facts.share((numbers == numbers.floor()).fill_null(value=False))
    return 1.0
