"""Holding the columns of a file against those of the releases before, while the file is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from flows.errors import RunError
from transforms.ingest.matching import HeaderMatch
from transforms.ingest.parse import RAW, ROW, kept_name
from transforms.ingest.reasons import SCHEMA_RULE
from transforms.ingest.schema_contract import (
    BY_CONTRACT,
    EMPTY,
    Change,
    KnownColumns,
    Policy,
    What,
    changes_of_headers,
    fits,
    joined,
    kind_of,
)
from transforms.registry import Kind, Table

_WHOLE_ROWS = (What.MISSING, What.RENAMED)


@dataclass
class SchemaWatch:
    """Looks at the columns of one file, chunk by chunk.

    Not a pure function because what a column holds is known only when the file has streamed by.

    Attributes:
        file: Name of the file.
        table: Its table.
        policy: What is done when its columns change.
        known: The columns that the table had in the releases before.
    """

    file: str
    table: Table
    policy: Policy
    known: KnownColumns
    _changes: tuple[Change, ...] = ()
    _kinds: dict[str, str] = field(default_factory=dict)
    _read: dict[str, int] = field(default_factory=dict)
    _unread: dict[str, int] = field(default_factory=dict)

    def see_headers(self, match: HeaderMatch) -> None:
        """Look at the headers.

        Raises:
            RunError: They are otherwise than before, and the table is frozen.
        """
        columns = (*dict.fromkeys(match.columns.values()), *match.extra)
        self._changes = changes_of_headers(columns, self.known, self.table)
        if self._changes and self.policy is Policy.FREEZE:
            raise self._frozen("; ".join(change.words() for change in self._changes))
        for name in columns:
            self._kinds.setdefault(name, EMPTY if name in match.extra else BY_CONTRACT)

    def set_aside(self, parsed: pl.DataFrame, match: HeaderMatch) -> pl.DataFrame:
        """Find the rows of a chunk that the changes set aside.

        Args:
            parsed: What `parse_rows` returns.
            match: Which header is which column.

        Returns:
            The rows with ``rule``, ``column_name``, ``expected`` and ``n_broken``; none unless changes are set aside.

        Raises:
            RunError: A column is of another kind than before, and the table is frozen.
        """
        odd: list[tuple[pl.Series, str, str]] = []
        for header in match.extra:
            values = parsed[kept_name(header)]
            known = self.known.kinds.get(header, EMPTY)
            fitting = fits(values, known)
            if not fitting.all():
                if self.policy is Policy.FREEZE:
                    raise self._frozen(
                        f"{header} is retyped: {(~fitting).sum():,} values are no {known}, as all were before"
                    )
                if self.policy is Policy.QUARANTINE:
                    odd.append((~fitting, header, f"a {known}, as before"))
            kept = values.filter(fitting) if self.policy is Policy.QUARANTINE else values
            self._kinds[header] = joined(self._kinds.get(header, EMPTY), kind_of(kept))
        if self.policy is Policy.QUARANTINE:
            odd += self._of_changes(parsed)
        return _marked(parsed, odd)

    def _of_changes(self, parsed: pl.DataFrame) -> list[tuple[pl.Series, str, str]]:
        found: list[tuple[pl.Series, str, str]] = []
        for change in self._changes:
            if change.what in _WHOLE_ROWS:
                every = pl.Series([True], dtype=pl.Boolean).new_from_index(0, parsed.height)
                found.append((every, change.column, f"a column {change.column}, as in every file before"))
            else:
                name = kept_name(change.column)
                held = RAW + name if change.column in self.table.column_names else name
                is_given = parsed[held].str.strip_chars().fill_null("") != ""
                found.append((is_given, change.column, "no column that was not there before"))
        return found

    def count(self, parsed: pl.DataFrame, broken: pl.DataFrame) -> None:
        """Count the values of each column that could be read, and those that could not."""
        for column in self.table.columns:
            if column.name in self.known.kinds and column.kind is not Kind.TEXT:
                self._add(self._read, column.name, parsed[column.name].count())
                if broken.height:
                    unread = broken[RAW + column.name].is_not_null() & broken[column.name].is_null()
                    self._add(self._unread, column.name, int(unread.sum()))

    @staticmethod
    def _add(counts: dict[str, int], name: str, number: int) -> None:
        counts[name] = counts.get(name, 0) + number

    def finish(self) -> None:
        """Refuse a frozen table in which most values of a column can no longer be read.

        Raises:
            RunError: There is such a column.
        """
        for name, unread in self._unread.items():
            if self.policy is Policy.FREEZE and unread > self._read[name]:
                total = unread + self._read[name]
                kind = self.table.column(name).kind.value
                raise self._frozen(f"{name} is retyped: {unread:,} of {total:,} values are no {kind}")

    def accepted(self) -> Mapping[str, str]:
        """Return the columns that later files are held against; none if all of the file was set aside."""
        if self.policy is not Policy.QUARANTINE:
            return self._kinds
        if any(change.what in _WHOLE_ROWS for change in self._changes):
            return {}
        new = {change.column for change in self._changes}
        return {name: kind for name, kind in self._kinds.items() if name not in new}

    def _frozen(self, what: str) -> RunError:
        name = self.table.name
        return RunError(
            f"{self.file}: {what}. The columns of {name} are frozen, so nothing is published: mend the export, "
            f'name the column in a profile, or let them change with {name} = "evolve" below [schema] in settings.toml'
        )


def _marked(parsed: pl.DataFrame, odd: list[tuple[pl.Series, str, str]]) -> pl.DataFrame:
    """Return the rows that some column sets aside, under the first that does."""
    if not odd:
        return parsed.clear()
    marked = parsed.with_columns(is_odd.alias(f"__odd{place}") for place, (is_odd, _, _) in enumerate(odd))
    flags = [pl.col(f"__odd{place}") for place in range(len(odd))]

    def first(words: list[str]) -> pl.Expr:
        return pl.coalesce(pl.when(flag).then(pl.lit(word)) for flag, word in zip(flags, words, strict=True))

    return (
        marked.filter(pl.any_horizontal(flags))
        .with_columns(
            pl.lit(SCHEMA_RULE).alias("rule"),
            first([name for _, name, _ in odd]).alias("column_name"),
            first([expected for _, _, expected in odd]).alias("expected"),
            pl.sum_horizontal(flags).cast(pl.UInt32).alias("n_broken"),
        )
        .select(*parsed.columns, "rule", "column_name", "expected", "n_broken")
        .sort(ROW)
    )
