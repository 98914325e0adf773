"""Raw text to typed columns, and the rules that a row must keep.

A raw frame has one text column per header and ``__row``, the row number in its file. Parsing yields the columns of the
contract, typed, the extra columns as text, and ``__bad``: whether the row breaks a rule. Only the few bad rows are then
explained, so the rules cost one boolean column on the many good ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from transforms.ingest.profile import HeaderMatch, Profile
from transforms.registry import Column, Kind, Table

RAW = "raw:"
ROW = "__row"
BAD = "__bad"

TRUE_SPELLINGS = ("true", "t", "1", "yes", "y", "是", "有", "真")
FALSE_SPELLINGS = ("false", "f", "0", "no", "n", "否", "无", "假")
ISO_FORMATS = (
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d",
)
# Missing parts of a format are completed, because the parser wants a whole date.
_COMPLETIONS = (("%m", "-01"), ("%d", "-01"))
_JURORS = 17


@dataclass(frozen=True)
class Rule:
    """One thing that a row must keep.

    Attributes:
        name: Stable identifier of the rule.
        column: Column that breaks it.
        expected: What was expected, in words.
        broken: True where a row breaks the rule; over raw (``raw:<column>``) and typed columns.
    """

    name: str
    column: str
    expected: str
    broken: pl.Expr


def parse_rows(raw: pl.LazyFrame, table: Table, match: HeaderMatch, profile: Profile) -> pl.LazyFrame:
    """Type the rows of one table.

    Args:
        raw: One text column per header, and ``__row``.
        table: The table that the rows belong to.
        match: Which header is which column.
        profile: Spellings of values, formats of dates, constants.

    Returns:
        ``__row``, ``raw:<column>`` for each column of the contract, the typed columns, the extra columns as text, and
        ``__bad``.
    """
    renamed = raw.select(
        ROW,
        *(
            _clean(pl.col(header), table.column(name), profile).alias(RAW + name)
            for header, name in match.columns.items()
        ),
        *(pl.lit(value).alias(RAW + name) for name, value in profile.table(table.name).constants.items()),
        *(_extra(header, table, profile) for header in match.extra),
    )
    given = {*match.columns.values(), *profile.table(table.name).constants}
    absent = [pl.lit(None, pl.String).alias(RAW + name) for name in table.column_names if name not in given]
    typed = renamed.with_columns(absent).with_columns(
        _typed(column, profile, profile.table(table.name).values.get(column.name, {})).alias(column.name)
        for column in table.columns
    )
    return typed.with_columns(
        pl.any_horizontal(rule.broken for rule in row_rules(table)).fill_null(value=False).alias(BAD)
    )


def explain_bad_rows(parsed: pl.LazyFrame, table: Table) -> pl.LazyFrame:
    """Say which rule each bad row breaks first, and with what value.

    Args:
        parsed: Rows of `parse_rows` with ``__bad`` true.
        table: The table that they belong to.

    Returns:
        ``__row``, ``rule``, ``column_name``, ``got``, ``expected`` and ``n_broken`` (how many rules the row breaks).
    """
    rules = row_rules(table)
    first = pl.coalesce(pl.when(rule.broken).then(pl.lit(index, pl.Int32)) for index, rule in enumerate(rules))
    got = pl.coalesce(
        pl.when(pl.col("__rule") == index).then(pl.col(RAW + rule.column)) for index, rule in enumerate(rules)
    )
    numbered = parsed.with_columns(
        first.alias("__rule"), pl.sum_horizontal(rule.broken.fill_null(value=False) for rule in rules).alias("n_broken")
    )
    return numbered.select(
        ROW,
        _of_rule({index: rule.name for index, rule in enumerate(rules)}, "rule"),
        _of_rule({index: rule.column for index, rule in enumerate(rules)}, "column_name"),
        got.alias("got"),
        _of_rule({index: rule.expected for index, rule in enumerate(rules)}, "expected"),
        "n_broken",
    )


def row_rules(table: Table) -> list[Rule]:
    """List what a row of the table must keep, the most basic rules first.

    Args:
        table: A table of the export.

    Returns:
        Rules for required values, types, enumerations and ranges of each column, then those between columns.
    """
    rules: list[Rule] = []
    for column in table.columns:
        rules += _column_rules(column)
    return rules + _cross_rules(table.name)


def _column_rules(column: Column) -> list[Rule]:
    raw, typed = pl.col(RAW + column.name), pl.col(column.name)
    rules: list[Rule] = []
    if column.required:
        rules.append(Rule("required", column.name, "a value", raw.is_null()))
    if column.enumeration:
        values = ", ".join(column.enumeration.values)
        rules.append(Rule("enumeration", column.name, f"one of {values}", raw.is_not_null() & typed.is_null()))
    elif column.kind is not Kind.TEXT:
        rules.append(Rule("type", column.name, _TYPE_WORDS[column.kind], raw.is_not_null() & typed.is_null()))
    if column.minimum is not None and column.maximum is not None:
        expected = f"from {column.minimum:g} to {column.maximum:.15g}"
        outside = (typed < column.minimum) | (typed > column.maximum)
        rules.append(Rule("range", column.name, expected, outside))
    return rules


_TYPE_WORDS = {
    Kind.TIMESTAMP: "a date and time such as 2026-03-05T14:03:00+08:00",
    Kind.DATE: "a date such as 2026-03-05",
    Kind.DECIMAL: "an amount with at most ten digits before and two after the point",
    Kind.INTEGER: "a whole number",
    Kind.FLOAT: "a number",
    Kind.BOOLEAN: "true or false",
}


def _cross_rules(table: str) -> list[Rule]:
    if table != "disputes":
        return []
    col = pl.col
    return [
        Rule(
            "no_time", "opened_at", "opened_at or ruled_at",
            col("opened_at").is_null() & col("ruled_at").is_null(),
        ),
        Rule(
            "refund_above_claim", "refunded_cny", "at most claimed_cny",
            col("refunded_cny") > col("claimed_cny"),
        ),
        Rule(
            "votes", "votes_buyer", f"at most {_JURORS} votes together",
            col("votes_buyer") + col("votes_seller") > _JURORS,
        ),
    ]  # fmt: skip


def _of_rule(words: Mapping[int, str], name: str) -> pl.Expr:
    return pl.col("__rule").replace_strict(words, default=None, return_dtype=pl.String).alias(name)


def _clean(value: pl.Expr, column: Column, profile: Profile) -> pl.Expr:
    if column.free_text:
        return pl.when(value.str.strip_chars() != "").then(value)
    trimmed = value.str.strip_chars()
    return pl.when(~trimmed.is_in(list(profile.null_tokens))).then(trimmed)


def _extra(header: str, table: Table, profile: Profile) -> pl.Expr:
    """Keep a column that the contract does not name; its known spellings are mapped."""
    trimmed = pl.col(header).str.strip_chars()
    value = pl.when(~trimmed.is_in(list(profile.null_tokens))).then(trimmed)
    spellings = profile.table(table.name).values.get(header)
    return (value.replace(dict(spellings)) if spellings else value).alias(header)


def _typed(column: Column, profile: Profile, spellings: Mapping[str, str]) -> pl.Expr:
    raw = pl.col(RAW + column.name)
    if column.enumeration:
        known = {key.casefold(): value for key, value in {**column.enumeration.spellings, **spellings}.items()}
        return raw.str.to_lowercase().replace_strict(known, default=None, return_dtype=pl.String)
    if spellings:
        raw = raw.replace(dict(spellings))
    return _TYPED[column.kind](raw, profile)


def _timestamp(raw: pl.Expr, profile: Profile) -> pl.Expr:
    return raw.map_batches(
        lambda series: parse_timestamps(series, profile.date_formats, profile.time_zone),
        return_dtype=pl.Datetime("us", "UTC"),
        is_elementwise=True,
    )


def _date(raw: pl.Expr, profile: Profile) -> pl.Expr:
    return _timestamp(raw, profile).dt.convert_time_zone(profile.time_zone).dt.date()


def _decimal(raw: pl.Expr, _profile: Profile) -> pl.Expr:
    # Half a fen is rounded, never truncated; what does not fit becomes null and so breaks the type rule.
    number = raw.str.strip_prefix("￥").str.strip_prefix("¥").cast(pl.Decimal(38, 6), strict=False)
    return number.round(2, mode="half_away_from_zero").cast(pl.Decimal(12, 2), strict=False)


def _integer(raw: pl.Expr, _profile: Profile) -> pl.Expr:
    whole = raw.cast(pl.Int64, strict=False)
    number = raw.cast(pl.Float64, strict=False)
    return pl.coalesce(whole, pl.when(number == number.floor()).then(number).cast(pl.Int64, strict=False))


def _float(raw: pl.Expr, _profile: Profile) -> pl.Expr:
    number = raw.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _boolean(raw: pl.Expr, _profile: Profile) -> pl.Expr:
    spellings = {**dict.fromkeys(TRUE_SPELLINGS, True), **dict.fromkeys(FALSE_SPELLINGS, False)}
    return raw.str.to_lowercase().replace_strict(spellings, default=None, return_dtype=pl.Boolean)


def _text(raw: pl.Expr, _profile: Profile) -> pl.Expr:
    return raw


_TYPED = {
    Kind.TEXT: _text,
    Kind.TIMESTAMP: _timestamp,
    Kind.DATE: _date,
    Kind.DECIMAL: _decimal,
    Kind.INTEGER: _integer,
    Kind.FLOAT: _float,
    Kind.BOOLEAN: _boolean,
}


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
    parsed = pl.Series(raw.name, [None], dtype=pl.Datetime("us", "UTC")).new_from_index(0, raw.len())
    pending = raw.is_not_null()
    for form in (*formats, *ISO_FORMATS):
        if not pending.any():
            break
        if pending.all():
            parsed = _with_format(raw, form, time_zone)
        else:
            found = _with_format(raw.filter(pending), form, time_zone)
            parsed = parsed.scatter(pending.arg_true(), found)
        pending = raw.is_not_null() & parsed.is_null()
    return parsed.alias(raw.name)


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
        time = naive.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone(
            "UTC"
        )
    return frame.select(time).to_series()
