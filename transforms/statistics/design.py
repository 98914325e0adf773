"""From one row per dispute to the model matrix.

``prepare`` reads and codes the columns once; ``Prepared.design`` picks terms and rows from them, so that many models
share one reading and one scale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from transforms.statistics.blocks import FEWEST_PER_DUMMY, Coded, code_column, make_block
from transforms.statistics.clusters import NO_SELLER, Floats, Integers, Responses, by_seller
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
    Scale,
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
_LARGEST_SQUARED = 1e100


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
class DenseColumn:
    """A dense column: its values, which are what was recorded less ``centre`` over ``scale``; 0 where nothing was."""

    values: Floats
    is_missing: Booleans
    centre: float = 0.0
    scale: float = 1.0


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
                made = make_block(term.name, Coded(coded.labels, coded.codes[places]))
                if made.block is None:
                    left_out.append(LeftOut(term.name, made.status))
                else:
                    blocks.append(made.block)
                    left_out += [LeftOut(f"{term.name}={label}", "pooled") for label in made.pooled]
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
        missing, doubled = _missing_indicators(columns)
        indicators = [columns[name].is_missing.astype(np.float64) for name in missing]
        values = [columns[name].values for name in ordered] + indicators
        sellers = self.sellers[places]
        starts = np.flatnonzero((np.diff(sellers, prepend=NO_SELLER) != 0) | (sellers == NO_SELLER))
        matrix = Matrix(
            dense=np.stack(values) if values else np.zeros((0, places.size)),
            dense_terms=tuple(ordered + [f"{name}{MISSING_SUFFIX}" for name in missing]),
            n_indicators=len(flags) + len(missing),
            n_flags=len(flags),
            blocks=tuple(blocks),
            outcome=self.outcome[places],
            cluster_starts=np.append(starts, places.size),
            cluster_ids=np.arange(starts.size),
            has_sellers=bool((sellers != NO_SELLER).any()),
        )
        return Design(matrix, (*left_out, *doubled))


def prepare(
    frame: pl.LazyFrame, terms: Sequence[Term], keep: Sequence[str] = (), like: Prepared | None = None
) -> Prepared:
    """Read and code the columns of all terms for models of the outcome.

    Args:
        frame: One row per dispute: dispute_id, outcome, seller_id and the columns of the terms. Rows with other
            outcomes than the three of a ruling are left out.
        terms: All terms of all models to be built.
        keep: Further columns to keep in ``rows``.
        like: Columns whose scale is taken over, so that a sample is measured in the units of the whole.

    Returns:
        The columns; the order of ``frame`` does not matter.
    """
    code = pl.col("outcome").cast(pl.Enum(OUTCOMES)).to_physical().cast(pl.Int64)
    return prepare_rows(frame.filter(pl.col("outcome").is_in(OUTCOMES)).with_columns(code), terms, keep, like)


def prepare_rows(
    frame: pl.LazyFrame, terms: Sequence[Term], keep: Sequence[str] = (), like: Prepared | None = None
) -> Prepared:
    """Read and code the columns of all terms for models of any number.

    Args:
        frame: One row per dispute: dispute_id, seller_id, the columns of the terms, and ``outcome``, a number.
        terms: As for ``prepare``.
        keep: As for ``prepare``.
        like: As for ``prepare``.
    """
    named = [term.column for term in terms if not isinstance(term, Interaction)]
    columns = sorted({*named, *keep} - {"dispute_id", "outcome", "seller_id"})
    chosen = frame.select("dispute_id", "seller_id", "outcome", *columns)
    texts = [name for name, kind in chosen.collect_schema().items() if kind == pl.String and name in columns]
    # a text for each dispute would take most of the memory
    rows, sellers = by_seller(chosen.with_columns(pl.col(texts).cast(pl.Categorical)).collect())
    known = {} if like is None else like.dense
    dense = {
        term.name: _dense_column(term, rows[term.column], known.get(term.name))
        for term in terms
        if isinstance(term, Numeric | Flag)
    }
    coded = {term.name: code_column(rows[term.column]) for term in terms if isinstance(term, Categorical)}
    return Prepared(rows, rows["outcome"].to_numpy(), sellers, dense, coded)


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


def _dense_column(term: Numeric | Flag, series: pl.Series, known: DenseColumn | None) -> DenseColumn:
    """One number or flag on the scale of the model, or on a known one."""
    values = series.cast(pl.Float64).to_numpy().astype(np.float64)
    is_missing = ~np.isfinite(values)
    if isinstance(term, Numeric) and term.scale == Scale.LOG1P:
        is_missing |= np.where(is_missing, 0.0, values) < 0
        values = np.log1p(np.where(is_missing, 0.0, values))
    centre, scale = (known.centre, known.scale) if known is not None else _scale(term, values[~is_missing])
    values = np.where(is_missing, 0.0, (values - centre) / scale)
    return DenseColumn(values, is_missing, centre, scale)


def _scale(term: Numeric | Flag, recorded: Floats) -> tuple[float, float]:
    """Mean and standard deviation (n − 1) of a number that is to be standardised, else 0 and 1."""
    is_scaled = isinstance(term, Numeric) and term.scale == Scale.STANDARD
    if not is_scaled or not recorded.size or recorded.min() == recorded.max():
        return 0.0, 1.0
    # the square of a number beyond this is no number any more
    unit = float(np.abs(recorded).max()) if np.abs(recorded).max() > _LARGEST_SQUARED else 1.0
    return float((recorded / unit).mean()) * unit, float((recorded / unit).std(ddof=1)) * unit


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


def _missing_indicators(columns: Mapping[str, DenseColumn]) -> tuple[list[str], list[LeftOut]]:
    """Terms that need an indicator; columns that were not recorded together share the first one's."""
    seen: set[bytes] = set()
    needed, doubled = [], []
    for name, column in columns.items():
        if column.is_missing.any():
            pattern = np.packbits(column.is_missing).tobytes()
            if pattern in seen:
                doubled.append(LeftOut(f"{name}{MISSING_SUFFIX}", "collinear"))
            else:
                needed.append(name)
            seen.add(pattern)
    return needed, doubled
