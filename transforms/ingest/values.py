"""One column of text to one column of typed values.

Nearly all values of a real file are in the plain form, so each parser first reads that form in one fast pass, and
gives only what is left over to the careful reading: surrounding blanks, null tokens, other spellings.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

from transforms.registry import Column, Kind

TRUE_SPELLINGS = ("true", "1", "t", "yes", "y", "是", "有", "真")
FALSE_SPELLINGS = ("false", "0", "f", "no", "n", "否", "无", "假")
ISO_FORMATS = (
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %H:%M%#z",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d",
)
# Missing parts of a format are completed, because the parser wants a whole date.
_COMPLETIONS = (("%m", "-01"), ("%d", "-01"))
_ISO_LENGTH = len("2026-03-05T14:03:00+08:00")
_SAMPLE = 50
_BLANKS = (" ", "\t", "\u3000", "\u00a0", "\r", "\n")

Parser = Callable[[pl.Series], pl.Series]


@dataclass(frozen=True)
class Spelling:
    """How the values of one column are written.

    Attributes:
        null_tokens: Values that mean "not recorded".
        date_formats: Formats tried before the ISO forms.
        time_zone: Zone of times that name none.
        values: Further spellings of values.
    """

    null_tokens: tuple[str, ...]
    date_formats: tuple[str, ...] = ()
    time_zone: str = "Asia/Shanghai"
    values: Mapping[str, str] = field(default_factory=dict)


def clean(raw: pl.Series, spelling: Spelling) -> pl.Series:
    """Trim values; those that mean "not recorded" become null."""
    trimmed = raw.str.strip_chars()
    return trimmed.set(trimmed.is_in(["", *spelling.null_tokens]), None)


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
        return _adaptive(raw, spelling, *_enumeration(column, spelling))
    if spelling.values:
        raw = raw.str.strip_chars().replace(dict(spelling.values))
    if column.kind is Kind.TEXT:
        return clean_text(raw, spelling)
    if column.kind is Kind.TIMESTAMP:
        return _adaptive(raw, spelling, *(_timestamps(spelling),) * 2)
    if column.kind is Kind.DATE:
        return (
            _adaptive(raw, spelling, *(_timestamps(spelling),) * 2).dt.convert_time_zone(spelling.time_zone).dt.date()
        )
    return _adaptive(raw, spelling, *_PARSERS[column.kind])


def clean_text(raw: pl.Series, spelling: Spelling) -> pl.Series:
    """Trim identifiers and names; only values that are short or begin or end with a blank need a closer look."""
    longest = max((len(token.encode()) for token in spelling.null_tokens), default=0)
    frame = pl.select(raw.alias("t"))
    doubtful = pl.any_horizontal(
        pl.col("t").str.len_bytes() <= longest,
        *(pl.col("t").str.starts_with(blank) | pl.col("t").str.ends_with(blank) for blank in _BLANKS),
    )
    mask = frame.select(doubtful.fill_null(value=False)).to_series()
    return raw.scatter(mask.arg_true(), clean(raw.filter(mask), spelling)) if mask.any() else raw


def _adaptive(raw: pl.Series, spelling: Spelling, fast: Parser, careful: Parser) -> pl.Series:
    found = fast(raw)
    left_over = raw.is_not_null() & found.is_null() & (raw != "")
    if not left_over.any():
        return found
    return found.scatter(left_over.arg_true(), careful(clean(raw.filter(left_over), spelling)))


def _enumeration(column: Column, spelling: Spelling) -> tuple[Parser, Parser]:
    spellings = {**(column.enumeration.spellings if column.enumeration else {}), **spelling.values}
    folded = {key.casefold(): value for key, value in spellings.items()}

    def fast(raw: pl.Series) -> pl.Series:
        return raw.replace_strict(spellings, default=None, return_dtype=pl.String)

    def careful(raw: pl.Series) -> pl.Series:
        return raw.str.to_lowercase().replace_strict(folded, default=None, return_dtype=pl.String)

    return fast, careful


def _fast_boolean(raw: pl.Series) -> pl.Series:
    value = pl.col("t")
    plain = pl.when(value == "true").then(True).when(value == "false").then(False)
    return pl.select(raw.alias("t")).select(plain).to_series()


def _careful_boolean(raw: pl.Series) -> pl.Series:
    spellings = {**dict.fromkeys(TRUE_SPELLINGS, True), **dict.fromkeys(FALSE_SPELLINGS, False)}
    return raw.str.to_lowercase().replace_strict(spellings, default=None, return_dtype=pl.Boolean)


def _fast_integer(raw: pl.Series) -> pl.Series:
    return raw.cast(pl.Int64, strict=False)


def _careful_integer(raw: pl.Series) -> pl.Series:
    number = raw.cast(pl.Float64, strict=False)
    whole = number.set(~(number == number.floor()).fill_null(value=False), None).cast(pl.Int64, strict=False)
    return raw.cast(pl.Int64, strict=False).zip_with(whole.is_null(), whole)


def _fast_float(raw: pl.Series) -> pl.Series:
    number = raw.cast(pl.Float64, strict=False)
    return number.set(~number.is_finite(), None)


def _fast_decimal(raw: pl.Series) -> pl.Series:
    # What does not fit into ten digits before the point becomes null and so breaks the type rule.
    amount = raw.cast(pl.Decimal(12, 2), strict=False)
    below = raw.str.starts_with("-") & (amount == 0) & (raw.cast(pl.Float64, strict=False) < 0)
    # Less than nothing is not rounded to nothing.
    return amount.set(below, Decimal("-0.01")) if below.any() else amount


def _careful_decimal(raw: pl.Series) -> pl.Series:
    return _fast_decimal(raw.str.strip_chars_start("￥¥").str.replace_all(",", "", literal=True).str.strip_chars())


_PARSERS: dict[Kind, tuple[Parser, Parser]] = {
    Kind.BOOLEAN: (_fast_boolean, _careful_boolean),
    Kind.INTEGER: (_fast_integer, _careful_integer),
    Kind.FLOAT: (_fast_float, _fast_float),
    Kind.DECIMAL: (_fast_decimal, _careful_decimal),
}


def _timestamps(spelling: Spelling) -> Parser:
    return lambda raw: parse_timestamps(raw, spelling.date_formats, spelling.time_zone)


def parse_timestamps(raw: pl.Series, formats: tuple[str, ...], time_zone: str) -> pl.Series:
    """Parse times in any of several formats to UTC.

    Each format is tried on what the ones before it left over, so that a column in one format costs one pass.

    Args:
        raw: Text, null where not recorded.
        formats: Formats of the profile, tried before the ISO forms.
        time_zone: Zone of times that name none.

    Returns:
        Times in UTC, null where no format fits.
    """
    given = raw.is_not_null() & (raw != "")
    parsed = _with_one_offset(raw)
    pending = given & parsed.is_null()
    for form in _likeliest_first(raw.filter(pending), (*formats, *ISO_FORMATS), time_zone):
        if not pending.any():
            break
        found = _with_format(raw.filter(pending), form, time_zone)
        parsed = found if pending.all() else parsed.scatter(pending.arg_true(), found)
        pending = given & parsed.is_null()
    return parsed.alias(raw.name)


def _with_one_offset(raw: pl.Series) -> pl.Series:
    """Read times in the form 2026-03-05T14:03:00+08:00 where most have the same offset, several times as fast."""
    first = raw.drop_nulls().head(1).str.extract(r"[+-]\d{2}:\d{2}$", 0)
    offset = first.item() if first.len() else None
    if offset is None:
        return pl.Series(raw.name, [None], dtype=pl.Datetime("us", "UTC")).new_from_index(0, raw.len())
    minutes = int(offset[0] + "1") * (int(offset[1:3]) * 60 + int(offset[4:]))
    value = pl.col("t")
    same = value.str.ends_with(offset) & (value.str.len_bytes() == _ISO_LENGTH)
    naive = value.str.head(_ISO_LENGTH - len(offset)).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
    time = (naive - pl.duration(minutes=minutes)).dt.replace_time_zone("UTC")
    return pl.select(raw.alias("t")).select(pl.when(same).then(time)).to_series()


def _likeliest_first(raw: pl.Series, formats: tuple[str, ...], time_zone: str) -> list[str]:
    """Put formats that read the first values before those that do not; among equals the order given stays."""
    sample = raw.head(_SAMPLE)
    return sorted(formats, key=lambda form: _with_format(sample, form, time_zone).null_count()) if raw.len() else []


def _with_format(raw: pl.Series, form: str, time_zone: str) -> pl.Series:
    for part, completion in _COMPLETIONS:
        if part not in form and "%Y" in form:
            raw, form = raw + completion, f"{form}-{part}"
    frame = pl.select(raw.alias("t"))
    if form.endswith("z"):
        time = pl.col("t").str.to_datetime(form, time_unit="us", time_zone="UTC", strict=False)
    else:
        # Clocks in China were last changed in 1991; an hour that occurred twice is read as the first.
        naive = pl.col("t").str.to_datetime(form, time_unit="us", strict=False)
        zoned = naive.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
        time = zoned.dt.convert_time_zone("UTC")
    return frame.select(time).to_series()
