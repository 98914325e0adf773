"""The disputes of a model, and those that each part of a claim compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from transforms.claims.cells import Side, describe_side, shortage
from transforms.claims.columns import UNKNOWN
from transforms.claims.definitions import Definition
from transforms.claims.found import Found
from transforms.claims.model import Kind, Model, Part
from transforms.statistics.clusters import Floats, Integers, seller_codes
from transforms.statistics.dense import DenseColumn
from transforms.statistics.design import Design, Prepared
from transforms.statistics.matrix import Booleans, Matrix, plain_gram
from transforms.statistics.specs import NOT_RECORDED
from transforms.statistics.terms import Flag, Interaction

Pair = tuple[Booleans, Booleans]
NO_SUCH_DISPUTES = "no_such_disputes"


@dataclass(frozen=True)
class Rows:
    """The disputes of a model.

    Attributes:
        model: The model.
        design: Its matrix.
        refund: Refunded share of each row, NaN where not recorded.
        buyers: Code of the buyer of each row, negative where not recorded.
        columns: Columns that parts ask for, by name: numbers, NaN where not recorded.
        dense: Dense columns of all prepared rows by term, for their scales.
        n_ruled: All prepared rows.
        lost: Groups by rank that do not exist, with the reason.
        is_kind_known: Whether it is recorded of any dispute if it is of the kind that the model is about.
        is_sampled: Whether the rows are a sample.
    """

    model: Model
    design: Design
    refund: Floats
    buyers: Integers
    columns: Mapping[str, Floats]
    dense: Mapping[str, DenseColumn]
    n_ruled: int
    lost: Mapping[str, str]
    is_kind_known: bool
    is_sampled: bool

    @cached_property
    def _gram(self) -> Floats:
        return plain_gram(self.design.matrix)

    def gram(self, matrix: Matrix) -> Floats:
        """Sums of products of an intercept and all predictors; computed once for all definitions with the same rows."""
        return self._gram if matrix.dense is self.design.matrix.dense else plain_gram(matrix)

    def respond(self, definition: Definition) -> tuple["Rows", Matrix]:
        """The rows that have the response of a definition, and their matrix with it."""
        matrix = self.design.matrix
        if definition is not Definition.REFUND:
            return self, matrix
        matrix = replace(matrix, outcome=self.refund)
        kept = np.flatnonzero(np.isfinite(self.refund))
        if kept.size == matrix.n:
            return self, matrix
        columns = {name: column[kept] for name, column in self.columns.items()}
        rows = replace(self, columns=columns, refund=self.refund[kept], buyers=self.buyers[kept])
        return rows, matrix.take(kept)


def rows_of(prepared: Prepared, model: Model, parts: Sequence[Part], lost: Mapping[str, str], is_sampled: bool) -> Rows:
    """Pick the disputes of a model.

    Args:
        prepared: All columns.
        model: The model.
        parts: The parts that it answers.
        lost: Groups by rank that do not exist, with the reason.
        is_sampled: Whether ``prepared`` holds a sample.
    """
    kind = _raw(prepared, model.population) if model.population else np.ones(prepared.outcome.size)
    chosen = kind == 1 if model.population else None
    places = slice(None) if chosen is None else chosen
    wanted = {name for part in parts for name in (part.among, part.others)}
    raw = {name: _raw(prepared, name) for name in sorted(wanted | _unknown(parts)) if name in prepared.rows.columns}
    asked = {name for part in parts for name in part.focal} | {absent.between for absent in model.absents}
    products = [_interaction(model, part) for part in parts]
    asked |= {name for term in products if term for name in (term.first, term.second)}
    terms = {name: _with_missing(prepared.dense[name]) for name in sorted(asked & prepared.dense.keys())}
    columns = {name: column[places] for name, column in (raw | terms).items()}
    refund = _raw(prepared, "refund_ratio")[places]
    is_kind_known = bool(np.isfinite(kind).any())
    design = prepared.design(model.terms, chosen)
    buyers = seller_codes(prepared.rows["buyer_id"])[places]
    return Rows(model, design, refund, buyers, columns, prepared.dense, kind.size, lost, is_kind_known, is_sampled)


def _unknown(parts: Sequence[Part]) -> set[str]:
    return {f"{name}{UNKNOWN}" for part in parts for name in part.focal}


def _raw(prepared: Prepared, name: str) -> Floats:
    return prepared.rows[name].cast(float).to_numpy().astype(np.float64)


def _with_missing(column: DenseColumn) -> Floats:
    return np.where(column.is_missing, np.nan, column.values)


class Question:
    """One part asked of the rows of one definition."""

    def __init__(self, rows: Rows, part: Part, matrix: Matrix) -> None:
        self.rows, self.part, self.matrix = rows, part, matrix
        self.interaction = _interaction(rows.model, part)
        self.counted = self._counted()
        self.pairs = self._pairs()
        members = [side for pair in self.pairs for side in pair] or [self.counted]
        #: All sides of all comparisons; without any, all rows that count.
        self.sides: list[Side] = [describe_side(matrix, each) for each in members]
        self.status = self._status()
        self.places = self._places() if self.status == "ok" else ()

    @property
    def terms(self) -> tuple[str, ...]:
        """Dense terms that must be recorded; for an interaction the two that it multiplies."""
        if self.part.kind is Kind.LEVELS:
            return ()
        return (self.interaction.first, self.interaction.second) if self.interaction else self.part.focal

    def is_set(self, name: str) -> Booleans:
        """Rows on which a yes or no is recorded as yes."""
        return np.asarray(self.rows.columns[name] == 1)

    def _counted(self) -> Booleans:
        """Rows that the part is about: what it asks for is recorded."""
        part, counted = self.part, np.ones(self.matrix.n, dtype=np.bool_)
        for name in self.terms:
            counted &= ~np.isnan(self.rows.columns[name])
        if part.kind is Kind.CONTRAST:
            return counted & (self.is_set(part.among) | self.is_set(part.others))
        return counted & self.is_set(part.among) if part.among else counted

    def _pairs(self) -> list[Pair]:
        """Rows with and without, for each flag that is compared."""
        part = self.part
        if part.kind is Kind.CHANGE:
            return [self._pair(part.focal[0], self.counted)]
        if part.kind is Kind.CONTRAST:
            where = zip(part.focal, (part.among, part.others), strict=True)
            return [self._pair(name, self.counted & self.is_set(place)) for name, place in where]
        flags = {term.name for term in self.rows.model.terms if isinstance(term, Flag)}
        if self.interaction and self.interaction.second in flags:
            return [self._pair(self.interaction.second, self.counted)]
        return []

    def _pair(self, flag: str, counted: Booleans) -> Pair:
        present = counted & self.is_set(flag)
        between = self.rows.model.between(flag)
        absent = counted & ~present
        return present, absent & ~self.is_set(between) if between else absent

    def _status(self) -> str:
        names = (self.rows.model.population, *self.part.focal)
        groups = [self.rows.lost[name] for name in names if name in self.rows.lost]
        if groups and self.rows.n_ruled:
            return groups[0]
        if self.matrix.n == 0:
            return self._why_empty()
        where = [self.rows.columns[name] for name in (self.part.among, self.part.others) if name]
        if any(not (column == 1).any() for column in where):
            return NOT_RECORDED if any(np.isnan(column).all() for column in where) else NO_SUCH_DISPUTES
        if not self.counted.any() or self._is_unknown():
            return NOT_RECORDED
        left_out = {term.term: term.status for term in self.rows.design.left_out}
        lost = [left_out[name] for name in (*self.terms, *self.part.focal) if name in left_out]
        short = shortage(self.sides)
        return short if short != "ok" or not lost else lost[0]

    def _why_empty(self) -> str:
        if self.rows.design.matrix.n:
            return NOT_RECORDED
        if not self.rows.model.population or not self.rows.n_ruled:
            return "nothing_ruled"
        return NO_SUCH_DISPUTES if self.rows.is_kind_known else NOT_RECORDED

    def _is_unknown(self) -> bool:
        """Whether nothing is known to be there, though there is something of which it was not recorded."""
        unknown = [self.rows.columns.get(f"{name}{UNKNOWN}") for name in self.part.focal]
        return any(
            column is not None and bool((column == 1).any()) and not present.any()
            for column, (present, _) in zip(unknown, self.pairs, strict=False)
        )

    def _places(self) -> tuple[int, ...]:
        """Places of the coefficients that are asked about."""
        if self.part.kind is Kind.LEVELS:
            names = [block.name for block in self.matrix.blocks]
            block = names.index(self.part.focal[0])
            return tuple(range(self.matrix.offsets[block] + 1, self.matrix.offsets[block + 1]))
        return tuple(self.matrix.dense_terms.index(name) for name in self.part.focal)

    @property
    def blank(self) -> Found:
        """The counts, and why there is no estimate."""
        everything = describe_side(self.matrix, self.counted)
        n_with, n_without = (int(side.sum()) for side in self.pairs[0]) if self.pairs else (None, None)
        return Found(
            everything.n, everything.n_sellers, n_with=n_with, n_without=n_without,
            is_sampled=self.rows.is_sampled, status=self.status,
        )  # fmt: skip


def _interaction(model: Model, part: Part) -> Interaction | None:
    """The product that a part is about, if it is about one."""
    if part.kind is not Kind.INTERACTION:
        return None
    products = [term for term in model.terms if isinstance(term, Interaction)]
    return next(term for term in products if term.name == part.focal[0])
