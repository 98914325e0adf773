"""The rows of a model in parts: each part is read, coded and passed over by itself, here or on another machine.

First all parts are surveyed: how often each level occurs, in which range numbers are, where they were not recorded.
From that follows what the model matrix holds, the same for all parts. Then each pass makes the matrix of a part, or
takes it from memory, and brings back sums.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial, reduce
from hashlib import blake2b
from operator import add
from typing import Protocol, TypeVar

import numpy as np
import polars as pl

from transforms.statistics.blocks import Coded, Levels, choose_levels, code_column, count_levels
from transforms.statistics.clusters import Clustering, Floats
from transforms.statistics.dense import Moments, Scaling, dense_column, recorded_values
from transforms.statistics.design import (
    MISSING_SUFFIX,
    LeftOut,
    bare_matrix,
    needed_indicators,
    pattern_of,
    read_columns,
    ruled,
    without_dummy,
)
from transforms.statistics.matrix import Block, Booleans, Matrix
from transforms.statistics.passes import Rule
from transforms.statistics.terms import Categorical, Numeric

_T = TypeVar("_T")
#: A process keeps the matrices of so many parts in memory; one of 300,000 disputes takes about 35 MB.
MOST_HELD = 64


class Part(Hashable, Protocol):
    """Some of the ruled disputes, and all of each of their sellers; small where it is sent to other processes."""

    def read(self) -> pl.LazyFrame:
        """The disputes: dispute_id, outcome, seller_id and the columns of the terms."""


@dataclass(frozen=True, eq=False)
class Whole:
    """All disputes as one part, in this process."""

    frame: pl.LazyFrame

    def read(self) -> pl.LazyFrame:
        """The disputes."""
        return self.frame


class Spread(Protocol):
    """Does some work on each of several parts, somewhere; what it returns is in the order of the parts."""

    def __call__(self, work: Callable[[Part], _T], parts: Sequence[Part]) -> list[_T]:
        """Do it.

        Args:
            work: A function that other processes can load by its name, or a `functools.partial` of one.
            parts: What it is called with.
        """


def here(work: Callable[[Part], _T], parts: Sequence[Part]) -> list[_T]:
    """Do the work in this process, one part after another."""
    return [work(part) for part in parts]


@dataclass(frozen=True)
class Parts:
    """Ruled disputes in parts.

    Attributes:
        parts: At least one, in the order in which sums are added up.
        spread: Where each is worked on.
    """

    parts: tuple[Part, ...]
    spread: Spread = here


@dataclass(frozen=True)
class Plan:
    """What the matrix of each part holds.

    Attributes:
        numbers: Dense columns with their scales.
        indicators: Names of those with an indicator of what is not recorded.
        names: Categorical columns with their dummies.
        has_sellers: Whether any dispute of any part has a seller.
    """

    numbers: tuple[tuple[Numeric, Scaling], ...]
    indicators: tuple[str, ...]
    names: tuple[tuple[Categorical, Levels], ...]
    has_sellers: bool

    def matrix(self, part: Part) -> Matrix:
        """Make the matrix of a part."""
        return self.read(part)[1]

    def read(self, part: Part, keep: Sequence[str] = ()) -> tuple[pl.DataFrame, Matrix]:
        """Make the matrix of a part, and read columns of the same rows.

        Args:
            part: The part.
            keep: Columns beside those of the terms.
        """
        numbers, names = [term for term, _ in self.numbers], [term for term, _ in self.names]
        rows, sellers = read_columns(ruled(part.read()), [*numbers, *names], keep)
        columns = {term.name: dense_column(term, rows[term.column], scaling) for term, scaling in self.numbers}
        values = [column.values for column in columns.values()]
        values += [columns[name].is_missing.astype(np.float64) for name in self.indicators]
        blocks = [levels.block(code_column(rows[term.column])) for term, levels in self.names]
        return rows, self._filled(bare_matrix(rows["outcome"].to_numpy(), sellers), values, blocks)

    @property
    def empty(self) -> Matrix:
        """The matrix without any row."""
        values = [np.zeros(0)] * (len(self.numbers) + len(self.indicators))
        blocks = [levels.block(Coded((), np.zeros(0, dtype=np.int64))) for _, levels in self.names]
        return self._filled(bare_matrix(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)), values, blocks)

    def _filled(self, bare: Matrix, values: Sequence[Floats], blocks: Sequence[Block]) -> Matrix:
        numbers = tuple(term.name for term, _ in self.numbers)
        return replace(
            bare,
            dense=np.stack(values) if values else bare.dense,
            dense_terms=numbers + tuple(f"{name}{MISSING_SUFFIX}" for name in self.indicators),
            n_indicators=len(self.indicators),
            blocks=tuple(blocks),
            has_sellers=self.has_sellers,
        )


@dataclass(frozen=True)
class Parted:
    """Rows of a model in parts (`passes.Rows`).

    Attributes:
        parts: Where they are.
        plan: What the matrix of each part holds.
        surveyed: How all rows of the parts are spread over clusters.
        rules: Which of them are kept, one rule after another.
    """

    parts: Parts
    plan: Plan
    surveyed: Clustering
    rules: tuple[Rule, ...] = ()

    @cached_property
    def _empty(self) -> Matrix:
        return self.plan.empty

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.clustering.n

    @property
    def dense_terms(self) -> tuple[str, ...]:
        """Names of the dense columns."""
        return self._empty.dense_terms

    @property
    def n_indicators(self) -> int:
        """How many of the last dense columns are 0/1."""
        return self._empty.n_indicators

    @property
    def offsets(self) -> tuple[int, ...]:
        """Place of each block's first level among the coefficients, then the number of places."""
        return self._empty.offsets

    @property
    def n_slopes(self) -> int:
        """Number of places for coefficients."""
        return self._empty.n_slopes

    @property
    def terms(self) -> tuple[str, ...]:
        """Name of each place."""
        return self._empty.terms

    @property
    def estimable(self) -> Booleans:
        """Places of dense columns and of levels other than the base, shape (n_slopes,)."""
        return self._empty.estimable

    @property
    def has_sellers(self) -> bool:
        """Whether any cluster is a recorded seller."""
        return self.plan.has_sellers

    @cached_property
    def clustering(self) -> Clustering:
        """How the rows are spread over clusters."""
        return _together(self.each(_clustering)) if self.rules else self.surveyed

    def each(self, work: Callable[[Matrix], _T]) -> list[_T]:
        """Do some work on each part; what it returns is in the order of the parts."""
        return self.parts.spread(partial(_on_part, work, self.plan, self.rules), self.parts.parts)

    def first(self, work: Callable[[Matrix], _T]) -> _T:
        """Do some work on the first part only."""
        (found,) = self.parts.spread(partial(_on_part, work, self.plan, self.rules), self.parts.parts[:1])
        return found

    def beside(self, other: "Parted", work: Callable[[Matrix, Matrix], _T]) -> list[_T]:
        """Do some work on each part of these rows and the same part of others that were kept of the same rows."""
        both = (self.rules, other.rules)
        return self.parts.spread(partial(_on_both, work, self.plan, both), self.parts.parts)

    def kept(self, rule: Rule) -> "Parted":
        """The rows that a rule keeps."""
        return replace(self, rules=(*self.rules, rule))


def _on_part(work: Callable[[Matrix], _T], plan: Plan, rules: tuple[Rule, ...], part: Part) -> _T:
    return work(_matrix(part, plan, rules))


def _on_both(
    work: Callable[[Matrix, Matrix], _T], plan: Plan, rules: tuple[tuple[Rule, ...], tuple[Rule, ...]], part: Part
) -> _T:
    return work(_matrix(part, plan, rules[0]), _matrix(part, plan, rules[1]))


@lru_cache(maxsize=MOST_HELD)
def _matrix(part: Part, plan: Plan, rules: tuple[Rule, ...]) -> Matrix:
    """The matrix of a part, which many passes ask for."""
    return _matrix(part, plan, rules[:-1]).kept(rules[-1]) if rules else plan.matrix(part)


def let_go() -> None:
    """Let go of the matrices that this process keeps in memory."""
    _matrix.cache_clear()


def _clustering(matrix: Matrix) -> Clustering:
    return matrix.clustering


def _together(parts: Sequence[Clustering]) -> Clustering:
    """How the rows of all parts are spread over clusters; none of them is in two parts."""
    return Clustering(
        sum(part.n for part in parts),
        sum(part.n_clusters for part in parts),
        sum(part.sum_squares for part in parts),
        any(part.has_sellers for part in parts),
    )


@dataclass(frozen=True)
class _Surveyed:
    """What one part holds.

    Attributes:
        clustering: Its rows and sellers.
        moments: Of what is recorded of each number.
        patterns: Where each number is not recorded, as a digest; empty where it always is.
        counts: Rows of each level of each categorical column.
    """

    clustering: Clustering
    moments: tuple[Moments, ...]
    patterns: tuple[bytes, ...]
    counts: tuple[Mapping[str, int], ...]


def _survey(part: Part, numbers: Sequence[Numeric], names: Sequence[Categorical]) -> _Surveyed:
    rows, sellers = read_columns(ruled(part.read()), [*numbers, *names])
    clustering = bare_matrix(rows["outcome"].to_numpy(), sellers).clustering
    moments, patterns = [], []
    for term in numbers:
        values, is_missing = recorded_values(term, rows[term.column])
        moments.append(Moments.of(values[~is_missing]))
        pattern = pattern_of(is_missing)
        patterns.append(blake2b(pattern).digest() if pattern else b"")
    counts = tuple(count_levels(code_column(rows[term.column])) for term in names)
    return _Surveyed(clustering, tuple(moments), tuple(patterns), counts)


@dataclass(frozen=True)
class PartedDesign:
    """Rows of a model in parts, what its numbers are measured in, and the terms that could not enter it."""

    rows: Parted
    scales: Mapping[str, Scaling]
    left_out: tuple[LeftOut, ...]


def design_in_parts(parts: Parts, numbers: Sequence[Numeric], names: Sequence[Categorical]) -> PartedDesign:
    """Plan the model matrix of ruled disputes that lie in parts.

    The same as ``design.build_model`` makes of all of them at once.

    Args:
        parts: The disputes.
        numbers: Numeric terms; what is not recorded is 0 with an indicator.
        names: Categorical terms.
    """
    found = parts.spread(partial(_survey, numbers=tuple(numbers), names=tuple(names)), parts.parts)
    scales, entering, left_out = _scaled(numbers, found)
    patterns = {
        term.name: digests if any(digests) else ()
        for term, digests in zip(numbers, zip(*(each.patterns for each in found), strict=True), strict=True)
        if any(term is other for other, _ in entering)
    }
    indicators, doubled = needed_indicators(patterns)
    levels = [(term, choose_levels(term.name, counts)) for term, counts in zip(names, _counted(found), strict=True)]
    clustering = _together([each.clustering for each in found])
    plan = Plan(
        tuple(entering), tuple(indicators), tuple(each for each in levels if each[1].labels), clustering.has_sellers
    )
    left_out += [lost for _, each in levels for lost in without_dummy(each)]
    return PartedDesign(Parted(parts, plan, clustering), scales, (*left_out, *doubled))


def _scaled(
    numbers: Sequence[Numeric], found: Sequence[_Surveyed]
) -> tuple[dict[str, Scaling], list[tuple[Numeric, Scaling]], list[LeftOut]]:
    """The scale of each number, those that enter the model, and those that have nothing to offer."""
    scales, entering, left_out = {}, [], []
    for place, term in enumerate(numbers):
        moments = reduce(add, (each.moments[place] for each in found))
        scaling = moments.scaling(term)
        scales[term.name] = scaling
        status = moments.status(scaling)
        if status == "ok":
            entering.append((term, scaling))
        else:
            left_out.append(LeftOut(term.name, status))
    return scales, entering, left_out


def _counted(found: Sequence[_Surveyed]) -> list[dict[str, int]]:
    """Rows of each level of each categorical column in all parts, levels in alphabetical order."""
    totals = []
    for counts in zip(*(each.counts for each in found), strict=True):
        labels = sorted({label for own in counts for label in own})
        totals.append({label: sum(own.get(label, 0) for own in counts) for label in labels})
    return totals
