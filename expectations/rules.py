"""The vocabulary of the suites: checks derived from a declared table, and rules written as SQL."""

import sys
from types import MappingProxyType

from expectations.model import CORRECT_ROWS, Check, Relation, Severity
from transforms.registry import Column, Kind, Table

# Dates before 2000 are typing errors or default values (1899, 1970). A day of grace lets clocks and zones differ.
EARLIEST_US = 946_684_800_000_000
DAY_US = 86_400_000_000
# A conversation or a breach may begin with the sale, but a sale does not wait half a year for its dispute.
LONG_BEFORE_DAYS = 180
# Gives a row parent_id, parent_opened_us and parent_ruled_us of its dispute. The helper has one row per dispute; only
# when it is grouped once more DuckDB knows that, and leaves the join out of counts that do not look at the dispute.
DISPUTE_LOOKUP = """
    left join (
        select parent_id, min(parent_opened_us) as parent_opened_us, min(parent_ruled_us) as parent_ruled_us
        from dispute_keys
        group by parent_id
    ) on parent_id = dispute_id
"""
# The same for a user who is a party of a dispute: gives party_id.
PARTY_LOOKUP = "left join (select party_id from parties group by party_id) on party_id = user_id"

STAGING_FAULT = "This is a fault of the staging, not of the data: report it with this message."


def row_rule(  # noqa: PLR0913 - a rule is written once, as one call with names
    name: str,
    severity: Severity,
    description: str,
    *,
    column: str,
    holds: str,
    applies: str = "true",
    mostly: float = 1.0,
    shows: tuple[str, ...] | None = None,
    remedy: str = CORRECT_ROWS,
    is_of_whole: bool = False,
) -> Check:
    """A rule about single rows: where ``applies`` is true ``holds`` must be true, and NULL is not true.

    Args:
        name: Name of the check.
        severity: Whether a failure stops the run.
        description: What must hold.
        column: Column that the rule is about.
        holds: SQL that is true for a sound row.
        applies: SQL that is true for the rows to look at.
        mostly: Smallest share of sound rows among them.
        shows: Columns to show of a row that breaks the rule; the column itself by default.
        remedy: What to do about a failure.
        is_of_whole: Whether what it finds of a row hangs on rows that may come later, anywhere in the export.
    """
    flag = f"case when {applies} then coalesce({holds}, false) end"
    return Check(
        name=name,
        severity=severity,
        description=description,
        expectation="ExpectCountedValuesToBeInSet",
        column=column,
        arguments=MappingProxyType({"value_set": [True], "mostly": mostly}),
        derived=flag,
        breaks=f"not {name}",
        shows=(column,) if shows is None else shows,
        remedy=remedy,
        is_of_whole=is_of_whole,
    )


def declared_checks(table: Table, *, when_empty: Severity, key_is_sliced: bool = False) -> tuple[Check, ...]:
    """The checks that follow from the declaration of a table alone.

    Args:
        table: Declaration of the table.
        when_empty: What it means that the table has no rows.
        key_is_sliced: Whether only a hash slice of the keys of a large table is compared.

    Returns:
        Types, rows, key, and for each column presence, enumeration, range and plausible dates, as it is declared.
    """
    checks = [_columns_as_declared(table), _has_rows(when_empty), _unique_key(table, is_sliced=key_is_sliced)]
    for column in table.columns:
        if column.required or column.name in table.key:
            checks.append(_present(column))
        if column.enumeration is not None:
            checks.append(_in_enumeration(column, column.enumeration.values))
        if _bounds(column):
            checks.append(_in_range(column))
        if column.kind in {Kind.TIMESTAMP, Kind.DATE}:
            checks.append(_plausible_date(column))
    return tuple(checks)


def refers_to_dispute() -> Check:
    """Every row belongs to a dispute; its suite joins ``dispute_keys``."""
    return row_rule(
        "refers_to_a_dispute",
        Severity.STOP,
        "every row refers to a dispute of the release",
        column="dispute_id",
        holds="parent_id is not null",
        remedy="Deliver the missing disputes, or remove the rows that refer to them.",
    )


def dated_rows(event_time: str) -> tuple[Check, ...]:
    """The rules about the time of evidence, breaches and messages; their suites join ``dispute_keys``.

    Args:
        event_time: Column that says when the fact became known.
    """
    moment = f"epoch_us({event_time})"
    return (
        row_rule(
            f"{event_time}_mostly_recorded",
            Severity.WARN,
            "at least nine rows in ten are dated; rows without a time count as known before the ruling",
            column=event_time,
            holds=f"{event_time} is not null",
            mostly=0.9,
        ),
        row_rule(
            f"{event_time}_not_long_before_dispute",
            Severity.WARN,
            f"rows are dated at most {LONG_BEFORE_DAYS} days before their dispute was opened",
            column=event_time,
            applies=f"{event_time} is not null and parent_opened_us is not null",
            holds=f"{moment} >= parent_opened_us - {LONG_BEFORE_DAYS * DAY_US}",
            mostly=0.99,
        ),
        row_rule(
            f"{event_time}_mostly_before_ruling",
            Severity.WARN,
            "at least half of the dated rows precede their ruling; later ones do not count in the scores",
            column=event_time,
            applies=f"{event_time} is not null and parent_ruled_us is not null",
            holds=f"{moment} < parent_ruled_us",
            mostly=0.5,
        ),
    )


def row_label(columns: tuple[str, ...]) -> str:
    """SQL of a text that shows the values of some columns of a row ("outcome=partial, ruled_at=null")."""
    shown = (f"'{name}=' || coalesce({name}::varchar, 'null')" for name in columns)
    return " || ', ' || ".join(shown)


def _columns_as_declared(table: Table) -> Check:
    return Check(
        name="columns_as_declared",
        severity=Severity.STOP,
        description="every declared column is staged in its declared type",
        expectation="ExpectCountedValuesToBeInSet",
        arguments=MappingProxyType({"value_set": [True]}),
        derived=f"case when table_name = '{table.name}' then coalesce(staged = declared, false) end",
        breaks=f"table_name = '{table.name}' and staged is distinct from declared",
        shows=("column_name", "declared", "staged"),
        measure="columns",
        remedy=STAGING_FAULT,
        relation=Relation.COLUMNS,
    )


def _has_rows(severity: Severity) -> Check:
    return Check(
        name="has_rows",
        severity=severity,
        description="the table has at least one row",
        expectation="ExpectTableRowCountToBeBetween",
        arguments=MappingProxyType({"min_value": 1}),
        remedy="Look at the quarantine for why no row was loaded, and deliver a batch with rows.",
    )


def _unique_key(table: Table, *, is_sliced: bool) -> Check:
    """Compare all keys, or those of one hash slice: equal keys fall in the same slice, so a hit is a duplicate."""
    key = _key_text(table)
    in_slice = f"hash({key}) % $key_slices = 0" if is_sliced else "true"
    part = ", among the keys of one slice by hash" if is_sliced else ""
    return Check(
        name="key_is_unique_in_hash_slice" if is_sliced else "key_is_unique",
        severity=Severity.STOP,
        description=f"no two rows have the same {' and '.join(table.key)}{part}",
        expectation="ExpectCountedProportionOfUniqueValuesToBeBetween",
        column=", ".join(table.key),
        arguments=MappingProxyType({"min_value": 1.0}),
        derived=f"case when {in_slice} then {key} end",
        measure="keys",
        example_query=f"select {row_label(table.key)} from staged_{table.name} where {in_slice} and {key} is not null "
        f"group by {', '.join(table.key)} having count(*) > 1 order by 1 limit 3",
        remedy=STAGING_FAULT,
    )


def _key_text(table: Table) -> str:
    """SQL of one text that stands for the key of a row; NULL if a part of the key is missing."""
    times = {Kind.TIMESTAMP, Kind.DATE}
    parts = (f"epoch_us({name})::varchar" if table.column(name).kind in times else name for name in table.key)
    return " || chr(31) || ".join(parts)


def _present(column: Column) -> Check:
    return Check(
        name=f"{column.name}_present",
        severity=Severity.STOP,
        description=f"{column.name} is never null",
        expectation="ExpectCountedValuesToNotBeNull",
        column=column.name,
        breaks=f"{column.name} is null",
    )


def _in_enumeration(column: Column, values: tuple[str, ...]) -> Check:
    listed = ", ".join(f"'{value}'" for value in values)
    return Check(
        name=f"{column.name}_in_enumeration",
        severity=Severity.STOP,
        description=f"{column.name} is one of {', '.join(values)}",
        expectation="ExpectCountedValuesToBeInSet",
        column=column.name,
        arguments=MappingProxyType({"value_set": list(values)}),
        breaks=f"{column.name} not in ({listed})",
        shows=(column.name,),
    )


def _in_range(column: Column) -> Check:
    bounds = _bounds(column)
    low, high = bounds.get("min_value"), bounds.get("max_value")
    sides = [f"{column.name} < {low}" if low is not None else "", f"{column.name} > {high}" if high is not None else ""]
    return Check(
        name=f"{column.name}_in_range",
        severity=Severity.STOP,
        description=f"{column.name} is a number between {low} and {high}",
        expectation="ExpectCountedValuesToBeBetween",
        column=column.name,
        arguments=MappingProxyType(bounds),
        breaks=" or ".join(side for side in sides if side),
        shows=(column.name,),
    )


def _bounds(column: Column) -> dict[str, float]:
    """The range as declared; a float gets an upper bound in any case, for NaN is above every number in DuckDB."""
    high = sys.float_info.max if column.maximum is None and column.kind is Kind.FLOAT else column.maximum
    bounds = {"min_value": column.minimum, "max_value": high}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _plausible_date(column: Column) -> Check:
    moment = f"epoch_us({column.name})"
    return row_rule(
        f"{column.name}_plausible",
        Severity.WARN,
        f"{column.name} lies between the year 2000 and the day after the run",
        column=column.name,
        applies=f"{column.name} is not null",
        holds=f"{moment} between {EARLIEST_US} and $as_of_us + {DAY_US}",
    )
