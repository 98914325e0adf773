"""Whether numeric extra factors are numbers: a single text is not recorded, a column of texts is a mistake."""

from dataclasses import dataclass, field

import polars as pl

from flows.errors import RunError
from transforms.ingest.parse import ROW, kept_name
from transforms.ingest.profile import Profile
from transforms.ingest.values import Spelling, clean
from transforms.registry import Kind, Table

#: Fewer values than this prove nothing.
_ENOUGH = 20


@dataclass
class FactorCheck:
    """Counts the values of numeric extra factors of one file.

    Attributes:
        profile: The profile that names them.
        table: The table that the file belongs to.
    """

    profile: Profile
    table: Table
    _filled: dict[str, int] = field(default_factory=dict)
    _read: dict[str, int] = field(default_factory=dict)
    _example: dict[str, str] = field(default_factory=dict)

    def see(self, raw: pl.DataFrame, loaded: pl.DataFrame) -> None:
        """Count the values of a chunk's loaded rows as they stand in the file, and those that were read as numbers."""
        headers = sorted(self.profile.numeric_factors(self.table.name) & set(raw.columns))
        if not headers:
            return
        # What was set aside, for whatever reason, says nothing about the factor.
        of_loaded = raw.join(loaded, on=ROW, how="semi")
        for header in headers:
            given = clean(of_loaded[header], Spelling(self.profile.null_tokens), Kind.FLOAT).drop_nulls()
            self._filled[header] = self._filled.get(header, 0) + given.len()
            self._read[header] = self._read.get(header, 0) + loaded[kept_name(header)].count()
            if given.len():
                self._example.setdefault(header, given[0])

    def refuse_texts(self, file: str) -> None:
        """Refuse a file in which not one value of a numeric factor is a number.

        Raises:
            RunError: There is such a factor.
        """
        for header, filled in self._filled.items():
            if filled >= _ENOUGH and not self._read[header]:
                raise RunError(
                    f"{file}: the profile {self.profile.name} calls {header} a numeric factor, but none of its {filled:,} "  # noqa: E501
                    f"values is a number, such as {self._example[header]}; make it categorical, or name its "
                    "decimal_mark"
                )
