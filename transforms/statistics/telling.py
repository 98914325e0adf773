"""Extra factors that tell the outcome almost without exception, as what is written down with a ruling does."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.measures import auc
from transforms.statistics.specs import OUTCOMES, FactorKind, FactorSpec

#: Status of such a factor in tables.
TELLS_OUTCOME = "tells_outcome"
#: Share of wrong guesses that knowing the level takes away, and how far AUC may be from 0 or 1. What was known before a
#: ruling comes nowhere near; fifths blur what is continuous, so that 0.97 is what a perfect number reaches.
LEAST_LAMBDA, LEAST_AUC = 0.9, 0.97
#: Fewer disputes, or fewer of the rarer outcomes, show nothing.
FEWEST_RULED, FEWEST_OTHERS = 50, 10
_MAIN_MODELS = ("ordinal", "buyer_wins", "not_seller_wins")
_KEPT = ("model", "n", "n_clusters", "is_sampled")
_PARTIAL = OUTCOMES.index("partial")


def telling_factors(levels: pl.LazyFrame, specs: Sequence[FactorSpec]) -> tuple[str, ...]:
    """Name the factors whose level tells the outcome almost without exception.

    Args:
        levels: One row per ruled dispute: outcome and a column of level codes for each factor, 0 where not recorded.
        specs: The factors that are looked at.

    Returns:
        Their names, in the order of ``specs``. That a value is recorded at all may be what tells.
    """
    counts = pl.collect_all([levels.group_by(spec.name, "outcome").len("n") for spec in specs])
    return tuple(spec.name for spec, each in zip(specs, counts, strict=True) if _tells(spec, _table(spec, each)))


def marked_association(rows: pl.DataFrame, telling: Sequence[str]) -> pl.DataFrame:
    """Say of each measure of a telling factor what it is.

    Args:
        rows: Rows of ``marts.factor_association``.
        telling: Names of the factors.
    """
    is_meant = pl.col("factor").is_in(list(telling)) & pl.col("estimate").is_not_null()
    return rows.with_columns(status=pl.when(is_meant).then(pl.lit(TELLS_OUTCOME)).otherwise("status"))


def with_left_out(rows: pl.DataFrame, telling: Sequence[str]) -> pl.DataFrame:
    """Add a row without numbers for each telling factor, which no model holds.

    Args:
        rows: Rows of ``marts.factor_effects``.
        telling: Names of the factors.

    Returns:
        The rows, with one per main model and telling factor at the end.
    """
    mains = rows.filter(pl.col("model").is_in(_MAIN_MODELS)).unique("model", keep="first", maintain_order=True)
    empty = [name for name in rows.columns if name not in _KEPT]
    left_out = [
        mains.with_columns(pl.lit(None).cast(rows.schema[column]).alias(column) for column in empty).with_columns(
            term=pl.lit(name), status=pl.lit(TELLS_OUTCOME)
        )
        for name in telling
    ]
    return pl.concat([rows, *left_out])


def _table(spec: FactorSpec, counts: pl.DataFrame) -> Integers:
    """Disputes by level (the first: not recorded) and outcome."""
    ruled = counts.filter(pl.col("outcome").is_in(OUTCOMES))
    rows = ruled[spec.name].cast(pl.Int64).to_numpy()
    columns = ruled["outcome"].cast(pl.Enum(OUTCOMES)).to_physical().cast(pl.Int64).to_numpy()
    table = np.zeros((int(rows.max(initial=0)) + 1, len(OUTCOMES)), dtype=np.int64)
    table[rows, columns] = ruled["n"].to_numpy()
    return table


def _tells(spec: FactorSpec, table: Integers) -> bool:
    decided = np.delete(table, _PARTIAL, axis=1)
    if any(_lambda(each) >= LEAST_LAMBDA for each in (table, table[1:], decided, decided[1:])):
        return True
    recorded = decided[1:]
    if spec.kind is not FactorKind.NUMERIC or not _is_enough(recorded):
        return False
    found = auc(np.asarray(recorded / recorded.sum(), dtype=np.float64)).estimate
    return max(found, 1 - found) >= LEAST_AUC


def _is_enough(table: Integers) -> bool:
    """Whether there are disputes enough, of more than one outcome."""
    total = int(table.sum())
    return total >= FEWEST_RULED and total - int(table.sum(axis=0).max()) >= FEWEST_OTHERS


def _lambda(table: Integers | Floats) -> float:
    """Share of wrong guesses of the outcome that knowing the level takes away.

    Source: Goodman and Kruskal (1954). Each dispute is guessed from the others of its level, so that levels with a
    dispute or two tell nothing.
    """
    counts = np.asarray(table, dtype=np.int64)
    if counts.size == 0 or not _is_enough(counts):
        return 0.0
    ranked = np.sort(counts, axis=1)
    right = int(ranked[ranked[:, -1] - 1 > ranked[:, -2], -1].sum())
    total, commonest = int(counts.sum()), int(counts.sum(axis=0).max())
    return (right - commonest) / (total - commonest)
