"""Raw rows to typed rows, and the rules that a row must keep.

A raw frame has one text column per header and ``__row``, the row number in its file. Reading goes in two steps, so that
the many good rows cost little: `parse_rows` types all rows and marks those that may be broken; `broken_rows` looks at
these few closely and says which rule each breaks first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import polars as pl

from transforms.ingest.matching import HeaderMatch
from transforms.ingest.numbers import NumberForm
from transforms.ingest.profile import Profile
from transforms.ingest.values import Spelling, clean, clean_text, numeric_text, typed_values
from transforms.registry import Column, Kind, Table

RAW = "raw:"
ROW = "__row"
DOUBTFUL = "__doubtful"
_JURORS = 17
# What a spreadsheet makes of a long number: several identifiers become one.
_ROUNDED = r"^[0-9](?:\.[0-9]+)?E\+[0-9]{2}$"


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
        ``raw:<column>`` for each column of the contract, the typed columns, the extra columns as text, ``__row``, and
        ``__doubtful``: true for every row that breaks a rule, and for a few that do not.
    """
    named = _named(raw, table, match, profile)
    typed = named.with_columns(_typed(column, profile, table).alias(column.name) for column in table.columns)
    return typed.with_columns(_doubtful(table).fill_null(value=False).alias(DOUBTFUL))


def broken_rows(doubtful: pl.LazyFrame, table: Table, profile: Profile) -> pl.LazyFrame:
    """Find the rows that break a rule, and say which.

    Args:
        doubtful: Rows of `parse_rows` with ``__doubtful`` true.
        table: The table that they belong to.
        profile: The same profile.

    Returns:
        The broken rows with all their columns (raw values trimmed, null tokens null) and ``rule`` (the first that is
        broken), ``column_name``, ``expected`` and ``n_broken`` (how many are).
    """
    rules = row_rules(table)
    cleaned = doubtful.with_columns(
        pl.col(RAW + column.name).map_batches(
            partial(_cleaned, column=column, spelling=_spelling(column.name, table, profile)), return_dtype=pl.String
        )
        for column in table.columns
    )
    flagged = cleaned.with_columns(
        pl.sum_horizontal(rule.broken.fill_null(value=False) for rule in rules).alias("n_broken"),
        pl.coalesce(pl.when(rule.broken).then(pl.lit(index, pl.Int32)) for index, rule in enumerate(rules)).alias(
            "__rule"
        ),
    )
    return flagged.filter(pl.col("n_broken") > 0).with_columns(
        _of_rule({index: rule.name for index, rule in enumerate(rules)}, "rule"),
        _of_rule({index: rule.column for index, rule in enumerate(rules)}, "column_name"),
        _of_rule({index: rule.expected for index, rule in enumerate(rules)}, "expected"),
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


def _named(raw: pl.LazyFrame, table: Table, match: HeaderMatch, profile: Profile) -> pl.LazyFrame:
    """Rename headers to columns; constants and absent columns are filled in, extra columns are cleaned."""
    constants = profile.table(table.name).constants
    given = {*match.columns.values(), *constants}
    return raw.select(
        ROW,
        *(
            _given(header, table.column(name), match, profile, table).alias(RAW + name)
            for header, name in match.columns.items()
        ),
        *(pl.lit(value).alias(RAW + name) for name, value in constants.items()),
        *(pl.lit(None, pl.String).alias(RAW + name) for name in table.column_names if name not in given),
        *(_extra(header, table, profile) for header in match.extra),
    )


def _given(header: str, column: Column, match: HeaderMatch, profile: Profile, table: Table) -> pl.Expr:
    """The text of a column: that of its header, or of the first of several that has a value."""
    further = match.fallbacks.get(column.name, ())
    if not further:
        return pl.col(header)
    cleaning = partial(clean, spelling=_spelling(column.name, table, profile), kind=column.kind)
    return pl.coalesce(pl.col(name).map_batches(cleaning, return_dtype=pl.String) for name in (header, *further))


def _spelling(name: str, table: Table, profile: Profile) -> Spelling:
    said = profile.table(table.name)
    values = said.values.get(name, {})
    # What stands for an empty text was not recorded.
    empty = tuple(text.strip() for text, value in values.items() if not value)
    return Spelling(
        (*profile.null_tokens, *empty),
        said.date_formats.get(name, profile.date_formats),
        profile.time_zone,
        {text: value for text, value in values.items() if value},
        said.patterns.get(name, {}),
        NumberForm(
            profile.decimal_mark, profile.thousands_mark, profile.currency_marks, scale=said.scale.get(name, 1.0)
        ),
    )


def _typed(column: Column, profile: Profile, table: Table) -> pl.Expr:
    reading = partial(typed_values, column=column, spelling=_spelling(column.name, table, profile))
    return pl.col(RAW + column.name).map_batches(reading, return_dtype=column.kind.polars, is_elementwise=True)


def _extra(header: str, table: Table, profile: Profile) -> pl.Expr:
    """Keep a column that the contract does not name: a factor that is a number as such, others with known spellings."""
    spelling = _spelling(header, table, profile)
    if header in profile.numeric_factors(table.name):
        number = pl.col(header).map_batches(partial(numeric_text, spelling=spelling), return_dtype=pl.String)
        return number.alias(kept_name(header))
    value = pl.col(header).map_batches(partial(clean_text, spelling=spelling), return_dtype=pl.String)
    return (value.replace(dict(spelling.values)) if spelling.values else value).alias(kept_name(header))


def kept_name(header: str) -> str:
    """Return the name under which an extra column is kept: its header, unless that could be one of our own."""
    return f"extra:{header}" if header.startswith(("__", RAW)) else header


def _cleaned(raw: pl.Series, column: Column, spelling: Spelling) -> pl.Series:
    if column.free_text:
        return raw.set(~raw.str.contains(r"\S"), None)
    return clean(raw, spelling, column.kind)


def _doubtful(table: Table) -> pl.Expr:
    """Mark every row that may break a rule, without looking at null tokens."""
    marks: list[pl.Expr] = [rule.broken for rule in _cross_rules(table.name)]
    for column in table.columns:
        raw, typed = pl.col(RAW + column.name), pl.col(column.name)
        if is_identifier(column):
            marks.append(raw.str.contains("E+", literal=True))
        if column.required:
            marks.append(typed.is_null())
        elif column.kind is not Kind.TEXT:
            marks.append(raw.is_not_null() & typed.is_null() & (raw != ""))
        if column.minimum is not None and column.maximum is not None:
            marks.append(_outside(column))
    return pl.any_horizontal(marks)


def is_identifier(column: Column) -> bool:
    """Tell whether a column identifies a row or a person."""
    return column.kind is Kind.TEXT and not column.free_text


def _outside(column: Column) -> pl.Expr:
    return (pl.col(column.name) < column.minimum) | (pl.col(column.name) > column.maximum)


def _column_rules(column: Column) -> list[Rule]:
    raw, typed = pl.col(RAW + column.name), pl.col(column.name)
    rules: list[Rule] = []
    if column.required:
        rules.append(Rule("required", column.name, "a value", raw.is_null()))
    if column.enumeration:
        values = ", ".join(column.enumeration.values)
        rules.append(Rule("enumeration", column.name, f"one of {values}", raw.is_not_null() & typed.is_null()))
    elif is_identifier(column):
        rules.append(Rule("rounded", column.name, "an identifier with all its digits", raw.str.contains(_ROUNDED)))
    elif column.kind is not Kind.TEXT:
        rules.append(Rule("type", column.name, _TYPE_WORDS[column.kind], raw.is_not_null() & typed.is_null()))
    if column.minimum is not None and column.maximum is not None:
        expected = f"from {column.minimum:g} to {column.maximum:.15g}"
        rules.append(Rule("range", column.name, expected, _outside(column)))
    return rules


_TYPE_WORDS = {
    Kind.TIMESTAMP: "a date and time such as 2026-03-05T14:03:00+08:00; other orders of day and month by date_formats",
    Kind.DATE: "a date such as 2026-03-05; other orders of day and month by date_formats",
    Kind.DECIMAL: "an amount such as 1,234.50, at most ten digits before the point; other marks by decimal_mark",
    Kind.INTEGER: "a whole number",
    Kind.FLOAT: "a number",
    Kind.BOOLEAN: "true or false",
}


def _cross_rules(table: str) -> list[Rule]:
    if table != "disputes":
        return []
    col = pl.col
    no_time = col("opened_at").is_null() & col("ruled_at").is_null()
    votes = col("votes_buyer") + col("votes_seller")
    return [
        Rule("no_time", "opened_at", "opened_at or ruled_at", no_time),
        Rule("refund_above_claim", "refunded_cny", "at most claimed_cny", col("refunded_cny") > col("claimed_cny")),
        Rule("votes", "votes_buyer", f"at most {_JURORS} votes together", votes > _JURORS),
    ]


def _of_rule(words: Mapping[int, str], name: str) -> pl.Expr:
    return pl.col("__rule").replace_strict(words, default=None, return_dtype=pl.String).alias(name)
