"""What becomes of each column before anything is written: pseudonyms, masks, and what may be shown of broken rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from transforms.ingest.parse import RAW
from transforms.privacy.extras import is_personal, protect_extra, protect_measure
from transforms.privacy.mask import mask_text
from transforms.privacy.pseudonym import PseudonymKey, pseudonymise
from transforms.privacy.redact import redact_rows, redact_values
from transforms.registry import Column, Kind, Table


@dataclass(frozen=True)
class Protection:
    """Protects the rows of one file.

    Attributes:
        table: The table that they belong to.
        extra: Name under which a column is kept that the contract does not name, and its header.
        factors: Those of them that a profile names as factors; they are kept, but for what the patterns find.
        measures: Those of the factors that are numbers.
        key: Key for pseudonyms.
    """

    table: Table
    key: PseudonymKey
    extra: Mapping[str, str] = field(default_factory=dict)
    factors: frozenset[str] = frozenset()
    measures: frozenset[str] = frozenset()

    def loaded(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Protect typed rows that are loaded."""
        named = [column for column in self.table.columns if column.identifier or column.free_text]
        return rows.with_columns(
            *(self._value(rows[column.name], column) for column in named), *self._extra_values(rows)
        )

    def broken(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Protect the raw values (``raw:<column>``) of rows that break a rule, beside which the typed ones stand."""
        raw = [self._raw_value(rows, column).alias(RAW + column.name) for column in self.table.columns]
        return rows.with_columns(*raw, *self._extra_values(rows))

    def malformed(self, rows: pl.Series) -> pl.Series:
        """Protect rows that could not be taken apart, so that which field is an identifier cannot be told."""
        identifies = any(column.identifier for column in self.table.columns)
        if identifies or any(is_personal(header) for header in self.extra.values()):
            return redact_rows(rows, self.table)
        return mask_text(rows)

    def _extra_values(self, rows: pl.DataFrame) -> list[pl.Series]:
        return [self._extra_value(rows[name], header) for name, header in self.extra.items()]

    def _extra_value(self, values: pl.Series, header: str) -> pl.Series:
        if header in self.measures:
            return protect_measure(values)
        return mask_text(values) if header in self.factors else protect_extra(values, header, self.key)

    def _value(self, values: pl.Series, column: Column) -> pl.Series:
        return pseudonymise(values, column.identifier, self.key) if column.identifier else mask_text(values)

    def _raw_value(self, rows: pl.DataFrame, column: Column) -> pl.Series:
        raw, typed = rows[RAW + column.name], rows[column.name]
        if column.identifier or column.free_text:
            return self._value(raw, column)
        if column.kind is Kind.TEXT:
            return raw
        invalid = typed.is_null() & raw.is_not_null()
        shown = mask_text(raw)
        return shown.zip_with(~invalid, redact_values(raw)) if invalid.any() else shown
