"""From one row per dispute to the model matrix."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.statistics.clusters import NO_SELLER, Floats, Integers, seller_codes
from transforms.statistics.levels import MOST_CATEGORIES, POOLED
from transforms.statistics.matrix import Block, Booleans, Matrix
from transforms.statistics.specs import CORE_FACTORS, NOT_RECORDED, OUTCOMES, FactorKind, FactorSpec

#: A level with fewer disputes is pooled.
FEWEST_PER_DUMMY = 20
CONTROLS = ("category", "claim", "month")
LOG_PRICE = "log_price"
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
class _Column:
    """A dense column: its values, 0 where not recorded, or the reason why it has none to offer."""

    term: str
    values: Floats
    is_missing: Booleans
    status: str


def build_design(frame: pl.LazyFrame, extra: Sequence[FactorSpec]) -> Design:
    """Build the model matrix of the ruled disputes.

    Numeric terms: the four advantages and numeric extra factors, each less its mean and over its standard deviation
    (of what is recorded, n − 1), and log_price = ln(1 + item_price_cny). What is not recorded is 0 with an indicator
    beside it. Categorical terms: category, claim, month and categorical extra factors, as dummies against the most
    frequent level; rare levels are pooled.

    Args:
        frame: One row per dispute: dispute_id, outcome, seller_id, category, claim, month, item_price_cny, the
            four advantages and the columns of ``extra``. Rows with other outcomes are left out.
        extra: Extra factors.

    Returns:
        Rows sorted by seller and dispute, so that the order of ``frame`` does not matter.
    """
    rows = _sorted_rows(frame, extra)
    columns = [_dense_column(spec.column, rows[spec.column], True) for spec in CORE_FACTORS]
    columns.append(_dense_column(LOG_PRICE, rows[LOG_PRICE], False))
    columns += [_dense_column(spec.name, rows[_alias(spec)], True) for spec in extra if spec.kind == FactorKind.NUMERIC]
    names = [(name, name) for name in CONTROLS]
    names += [(spec.name, _alias(spec)) for spec in extra if spec.kind == FactorKind.CATEGORICAL]
    blocks, left_out = _blocks([(name, rows[column]) for name, column in names])
    dropped = [LeftOut(column.term, column.status) for column in columns if column.status != "ok"]
    return Design(_matrix(rows, columns, blocks), (*dropped, *left_out))


def _sorted_rows(frame: pl.LazyFrame, extra: Sequence[FactorSpec]) -> pl.DataFrame:
    """The columns that the model needs, by seller (disputes without one first) and dispute."""
    price = pl.col("item_price_cny").cast(pl.Float64)
    selected = frame.filter(pl.col("outcome").is_in(OUTCOMES)).select(
        "dispute_id",
        pl.col("seller_id").cast(pl.String),
        pl.col("outcome").cast(pl.Enum(OUTCOMES)).to_physical().cast(pl.Int64),
        *(pl.col(name).cast(pl.String).fill_null(NOT_RECORDED) for name in CONTROLS),
        pl.when(price >= 0).then(price.log1p()).alias(LOG_PRICE),
        *(pl.col(spec.column).cast(pl.Float64) for spec in CORE_FACTORS),
        *(_extra_value(spec) for spec in extra),
    )
    rows = selected.collect()
    return rows.with_columns(pl.Series("seller", seller_codes(rows["seller_id"]))).sort("seller", "dispute_id")


def _alias(spec: FactorSpec) -> str:
    """A name that no other column has: an extra factor may stand on a column that is used already."""
    return f"extra factor {spec.name}"


def _extra_value(spec: FactorSpec) -> pl.Expr:
    if spec.kind == FactorKind.CATEGORICAL:
        return pl.col(spec.column).cast(pl.String).fill_null(NOT_RECORDED).alias(_alias(spec))
    return pl.col(spec.column).cast(pl.Float64).alias(_alias(spec))


def _dense_column(term: str, series: pl.Series, is_standardised: bool) -> _Column:
    """One numeric term."""
    values = series.to_numpy().astype(np.float64)
    is_missing = ~np.isfinite(values)
    recorded = values[~is_missing]
    if recorded.size == 0:
        return _Column(term, values, np.zeros_like(is_missing), NOT_RECORDED)
    if recorded.min() == recorded.max():
        return _Column(term, values, is_missing, "constant")
    if is_standardised:
        values = (values - recorded.mean()) / recorded.std(ddof=1)
    return _Column(term, np.where(is_missing, 0.0, values), is_missing, "ok")


def _blocks(columns: Sequence[tuple[str, pl.Series]]) -> tuple[list[Block], list[LeftOut]]:
    """Dummies of each categorical column that has two levels or more."""
    blocks: list[Block] = []
    left_out: list[LeftOut] = []
    for name, series in columns:
        labels = _pooled_labels(series)
        block = _block(name, series.replace_strict(labels, return_dtype=pl.String))
        if len(block.labels) > 1:
            blocks.append(block)
            pooled = sorted(label for label, kept in labels.items() if label != kept)
            left_out += [LeftOut(f"{name}={label}", "pooled") for label in pooled]
        else:
            only = NOT_RECORDED if block.labels in {(NOT_RECORDED,), ()} else "constant"
            left_out.append(LeftOut(name, only))
    return blocks, left_out


def _pooled_labels(series: pl.Series) -> dict[str, str]:
    """What each value is called in the model: rare ones join ``other``, and that, if rare, the most frequent."""
    ranked = sorted(series.value_counts(name="n").rows(), key=lambda row: (-row[1], row[0]))
    rare = [row for place, row in enumerate(ranked) if row[1] < FEWEST_PER_DUMMY or place >= MOST_CATEGORIES]
    in_pool = sum(n for value, n in ranked if value == POOLED) + sum(n for value, n in rare if value != POOLED)
    target = POOLED if in_pool >= FEWEST_PER_DUMMY or not ranked else ranked[0][0]
    return {value: value for value, _ in ranked} | {value: target for value, _ in rare}


def _block(name: str, series: pl.Series) -> Block:
    """Codes of a categorical column, 0 for the most frequent value, the others in alphabetical order."""
    ranked = sorted(series.value_counts(name="n").rows(), key=lambda row: (-row[1], row[0]))
    values = [value for value, _ in ranked]
    labels = (*values[:1], *sorted(values[1:]))
    codes = series.cast(pl.Enum(labels)).to_physical().to_numpy().astype(np.int64)
    return Block(name, labels, codes)


def _matrix(rows: pl.DataFrame, columns: Sequence[_Column], blocks: Sequence[Block]) -> Matrix:
    dense = [column for column in columns if column.status == "ok"]
    indicators = [column for column in columns if column.is_missing.any()]
    values = [column.values for column in dense] + [column.is_missing.astype(np.float64) for column in indicators]
    sellers: Integers = rows["seller"].to_numpy()
    starts = np.flatnonzero((np.diff(sellers, prepend=NO_SELLER) != 0) | (sellers == NO_SELLER))
    return Matrix(
        dense=np.stack(values) if values else np.zeros((0, len(rows))),
        dense_terms=tuple(
            [column.term for column in dense] + [f"{column.term}{MISSING_SUFFIX}" for column in indicators]
        ),
        n_indicators=len(indicators),
        blocks=tuple(blocks),
        outcome=rows["outcome"].to_numpy(),
        cluster_starts=np.append(starts, len(rows)),
        cluster_ids=np.arange(starts.size),
        has_sellers=bool((sellers != NO_SELLER).any()),
    )
