"""From one row per dispute to the model matrix.

``prepare`` reads and codes the columns once; ``Prepared.design`` picks terms and rows from them, so that many models
share one reading and one scale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from transforms.statistics.blocks import FEWEST_PER_DUMMY, Coded, Levels, choose_levels, code_column, count_levels
from transforms.statistics.clusters import NO_SELLER, Integers, Responses, by_seller
from transforms.statistics.dense import DenseColumn, Scaling, dense_column
from transforms.statistics.matrix import Block, Booleans, Matrix
from transforms.statistics.specs import NOT_RECORDED, OUTCOMES, FactorKind, FactorSpec
from transforms.statistics.terms import (
    ADVANTAGES,
    CONTROLS,
    LOG_PRICE,
    Categorical,
    Flag,
    Interaction,
    Numeric,
    Term,
    extra_term,
)

__all__ = [
    "FEWEST_PER_DUMMY",
    "LOG_PRICE",
    "MISSING_SUFFIX",
    "Design",
    "LeftOut",
    "Prepared",
    "build_design",
    "build_model",
    "prepare",
    "prepare_rows",
]

MISSING_SUFFIX = "_not_recorded"


@dataclass(frozen=True)
class LeftOut:
    """A term that is not in the model, and why."""

    term: str
    status: str


@dataclass(frozen=True)
class Design:
    """The model matrix and the terms that could not enter it."""

    matrix: Matrix
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class Prepared:
    """Columns of ruled disputes, sorted by seller (those without one first) and dispute.

    Attributes:
        rows: The columns as they were read, with ``outcome`` as its code and ``seller`` as a code.
        outcome: Code of the outcome, or what else is to be explained, shape (n,).
        sellers: Code of the seller, ascending, ``NO_SELLER`` where there is none, shape (n,).
        dense: Numbers and flags by name of the term, on the scale of the model.
        coded: Categorical columns by name of the term.
    """

    rows: pl.DataFrame
    outcome: Responses
    sellers: Integers
    dense: Mapping[str, DenseColumn]
    coded: Mapping[str, Coded]

    @property
    def scales(self) -> Mapping[str, Scaling]:
        """What each number and flag is measured in."""
        return {name: column.scaling for name, column in self.dense.items()}

    def design(self, terms: Sequence[Term], rows: Booleans | None = None) -> Design:
        """Build the model matrix of some terms and rows.

        Args:
            terms: Terms that were prepared, interactions after the terms that they multiply.
            rows: Which rows to use, shape (n,); all by default. Scales stay those of all prepared rows.

        Returns:
            Dense columns in the order numbers, flags, indicators of what is not recorded, each in the order of
            ``terms``; then the blocks. Terms that are constant or not recorded in these rows are left out.
        """
        used = np.ones(self.outcome.size, dtype=np.bool_) if rows is None else rows.copy()
        for term in terms:
            if isinstance(term, Numeric | Flag) and term.is_required:
                used &= ~self.dense[term.name].is_missing
        places = np.flatnonzero(used)
        columns, dropped = self._dense_columns(terms, places)
        blocks, pooled = self._blocks(terms, places)
        flags = [term.name for term in terms if isinstance(term, Flag)]
        return self._assemble(columns, [name for name in flags if name in columns], blocks, (places, dropped + pooled))

    def _dense_columns(self, terms: Sequence[Term], places: Integers) -> tuple[dict[str, DenseColumn], list[LeftOut]]:
        """Numbers, flags and interactions of some rows, and which have nothing to offer."""
        columns: dict[str, DenseColumn] = {}
        left_out: dict[str, str] = {}
        for term in terms:
            if isinstance(term, Categorical):
                continue
            if isinstance(term, Interaction):
                lost = [left_out[name] for name in (term.first, term.second) if name in left_out]
                column = DenseColumn(np.zeros(0), np.zeros(0, dtype=np.bool_)) if lost else _product(term, columns)
            else:
                column, lost = _take(self.dense[term.name], places), []
            status = lost[0] if lost else _dense_status(column)
            if status == "ok":
                columns[term.name] = column
            else:
                left_out[term.name] = status
        return columns, [LeftOut(name, status) for name, status in left_out.items()]

    def _blocks(self, terms: Sequence[Term], places: Integers) -> tuple[list[Block], list[LeftOut]]:
        """Dummies of each categorical column that has two levels or more in some rows."""
        blocks: list[Block] = []
        left_out: list[LeftOut] = []
        for term in terms:
            if isinstance(term, Categorical):
                coded = self.coded[term.name]
                chosen = Coded(coded.labels, coded.codes[places])
                levels = choose_levels(term.name, count_levels(chosen))
                left_out += without_dummy(levels)
                if levels.labels:
                    blocks.append(levels.block(chosen))
        return blocks, left_out

    def _assemble(
        self,
        columns: Mapping[str, DenseColumn],
        flags: Sequence[str],
        blocks: Sequence[Block],
        taken: tuple[Integers, list[LeftOut]],
    ) -> Design:
        places, left_out = taken
        ordered = [name for name in columns if name not in flags] + list(flags)
        patterns = {name: pattern_of(column.is_missing) for name, column in columns.items()}
        missing, doubled = needed_indicators(patterns)
        indicators = [columns[name].is_missing.astype(np.float64) for name in missing]
        values = [columns[name].values for name in ordered] + indicators
        terms = tuple(ordered + [f"{name}{MISSING_SUFFIX}" for name in missing])
        bare = bare_matrix(self.outcome[places], self.sellers[places])
        matrix = replace(
            bare,
            dense=np.stack(values) if values else bare.dense,
            dense_terms=terms,
            n_indicators=len(flags) + len(missing),
            n_flags=len(flags),
            blocks=tuple(blocks),
        )
        return Design(matrix, (*left_out, *doubled))


def bare_matrix(outcome: Responses, sellers: Integers) -> Matrix:
    """A matrix without predictors.

    Args:
        outcome: What is to be explained, shape (n,).
        sellers: Code of the seller, ascending, ``NO_SELLER`` where there is none, shape (n,).
    """
    starts = np.flatnonzero((np.diff(sellers, prepend=NO_SELLER) != 0) | (sellers == NO_SELLER))
    return Matrix(
        dense=np.zeros((0, sellers.size)),
        dense_terms=(),
        n_indicators=0,
        blocks=(),
        outcome=outcome,
        cluster_starts=np.append(starts, sellers.size),
        cluster_ids=np.arange(starts.size),
        has_sellers=bool((sellers != NO_SELLER).any()),
    )


def prepare(
    frame: pl.LazyFrame, terms: Sequence[Term], keep: Sequence[str] = (), scales: Mapping[str, Scaling] | None = None
) -> Prepared:
    """Read and code the columns of all terms for models of the outcome.

    Args:
        frame: One row per dispute: dispute_id, outcome, seller_id and the columns of the terms. Rows with other
            outcomes than the three of a ruling are left out.
        terms: All terms of all models to be built.
        keep: Further columns to keep in ``rows``.
        scales: Scales that are taken over by name of the term, so that a sample is measured in the units of the whole.

    Returns:
        The columns; the order of ``frame`` does not matter.
    """
    return prepare_rows(ruled(frame), terms, keep, scales)


def ruled(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Rows with one of the three outcomes of a ruling, as its code."""
    code = pl.col("outcome").cast(pl.Enum(OUTCOMES)).to_physical().cast(pl.Int64)
    return frame.filter(pl.col("outcome").is_in(OUTCOMES)).with_columns(code)


def prepare_rows(
    frame: pl.LazyFrame, terms: Sequence[Term], keep: Sequence[str] = (), scales: Mapping[str, Scaling] | None = None
) -> Prepared:
    """Read and code the columns of all terms for models of any number.

    Args:
        frame: One row per dispute: dispute_id, seller_id, the columns of the terms, and ``outcome``, a number.
        terms: As for ``prepare``.
        keep: As for ``prepare``.
        scales: As for ``prepare``.
    """
    rows, sellers = read_columns(frame, terms, keep)
    known = scales or {}
    dense = {
        term.name: dense_column(term, rows[term.column], known.get(term.name))
        for term in terms
        if isinstance(term, Numeric | Flag)
    }
    coded = {term.name: code_column(rows[term.column]) for term in terms if isinstance(term, Categorical)}
    return Prepared(rows, rows["outcome"].to_numpy(), sellers, dense, coded)


def read_columns(frame: pl.LazyFrame, terms: Sequence[Term], keep: Sequence[str] = ()) -> tuple[pl.DataFrame, Integers]:
    """Read the columns of some terms, in the order of sellers.

    Args:
        frame: As for ``prepare_rows``.
        terms: The terms.
        keep: Further columns.

    Returns:
        The rows, and the code of the seller of each.
    """
    named = [term.column for term in terms if not isinstance(term, Interaction)]
    columns = sorted({*named, *keep} - {"dispute_id", "outcome", "seller_id"})
    chosen = frame.select("dispute_id", "seller_id", "outcome", *columns)
    texts = [name for name, kind in chosen.collect_schema().items() if kind == pl.String and name in columns]
    # a text for each dispute would take most of the memory
    return by_seller(chosen.with_columns(pl.col(texts).cast(pl.Categorical)).collect())


def build_model(frame: pl.LazyFrame, terms: Sequence[Term]) -> Design:
    """Build the model matrix of some terms on all ruled disputes of a frame.

    Args:
        frame: As for ``prepare``; filter it for a model of some disputes.
        terms: The terms, interactions after the terms that they multiply.

    Returns:
        Rows sorted by seller and dispute, so that the order of ``frame`` does not matter.
    """
    return prepare(frame, terms).design(terms)


def build_design(frame: pl.LazyFrame, extra: Sequence[FactorSpec]) -> Design:
    """Build the model matrix of the four factors.

    Numeric terms: the four advantages and numeric extra factors, standardised, and log_price = ln(1 + price). What is
    not recorded is 0 with an indicator beside it. Categorical terms: category, claim, month and categorical extra
    factors, as dummies against the most frequent level; rare levels are pooled.

    Args:
        frame: One row per dispute: dispute_id, outcome, seller_id, category, claim, month, item_price_cny, the
            four advantages and the columns of ``extra``. Rows with other outcomes are left out.
        extra: Extra factors.

    Returns:
        Rows sorted by seller and dispute, so that the order of ``frame`` does not matter.
    """
    added = {kind: [extra_term(spec) for spec in extra if spec.kind == kind] for kind in FactorKind}
    numbers = [term for term in CONTROLS if isinstance(term, Numeric)]
    names = [term for term in CONTROLS if isinstance(term, Categorical)]
    terms = [*ADVANTAGES, *numbers, *added[FactorKind.NUMERIC], *names, *added[FactorKind.CATEGORICAL]]
    return build_model(frame, terms)


def _take(column: DenseColumn, places: Integers) -> DenseColumn:
    if places.size == column.values.size:
        return column
    return replace(column, values=column.values[places], is_missing=column.is_missing[places])


def _product(term: Interaction, columns: Mapping[str, DenseColumn]) -> DenseColumn:
    """The product; it has no indicator of its own, since it is missing where a factor is."""
    values = columns[term.first].values * columns[term.second].values
    return DenseColumn(values, np.zeros(values.shape, dtype=np.bool_))


def _dense_status(column: DenseColumn) -> str:
    """Whether the column tells anything about these rows."""
    recorded = column.values[~column.is_missing]
    if recorded.size == 0:
        return NOT_RECORDED
    return "constant" if recorded.min() == recorded.max() else "ok"


def without_dummy(levels: Levels) -> list[LeftOut]:
    """What of a categorical column has no dummy of its own."""
    if not levels.labels:
        return [LeftOut(levels.name, levels.status)]
    return [LeftOut(f"{levels.name}={label}", "pooled") for label in levels.pooled]


def pattern_of(is_missing: Booleans) -> bytes:
    """What tells where a column was not recorded; empty where it always was."""
    return np.packbits(is_missing).tobytes() if is_missing.any() else b""


def needed_indicators(patterns: Mapping[str, bytes | tuple[bytes, ...]]) -> tuple[list[str], list[LeftOut]]:
    """Terms that need an indicator; columns that were not recorded together share the first one's.

    Args:
        patterns: What tells where each was not recorded; it can be hashed, and is empty where it always was.
    """
    seen: set[bytes | tuple[bytes, ...]] = set()
    needed, doubled = [], []
    for name, pattern in patterns.items():
        if pattern:
            if pattern in seen:
                doubled.append(LeftOut(f"{name}{MISSING_SUFFIX}", "collinear"))
            else:
                needed.append(name)
            seen.add(pattern)
    return needed, doubled
