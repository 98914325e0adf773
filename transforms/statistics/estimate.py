"""The table of association, from frame to frame; that of effects is made in factor_models.py."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.statistics.association import (
    Inference,
    infer_cramers_v,
    infer_mutual_information,
    infer_symmetric,
)
from transforms.statistics.clusters import (
    ClusteredCounts,
    Floats,
    Integers,
    clustered_counts,
    describe_clusters,
    seller_codes,
)
from transforms.statistics.factor_models import factor_effects
from transforms.statistics.measures import auc, kendall_tau_b, spearman
from transforms.statistics.multiplicity import benjamini_hochberg
from transforms.statistics.rulings import rows_frame
from transforms.statistics.specs import NOT_RECORDED, OUTCOMES, FactorKind, FactorSpec

__all__ = ["MEASURES", "AssociationRow", "factor_association", "factor_effects"]

MEASURES = ("kendall_tau_b", "spearman", "cramers_v", "auc", "mutual_information")
ORDINAL_MEASURES = ("kendall_tau_b", "spearman", "auc")


@dataclass(frozen=True)
class AssociationRow:
    """One row of ``marts.factor_association``; numbers are None where ``status`` says why."""

    factor: str
    measure: str
    n: int
    n_clusters: int
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    q_value: float | None
    status: str


@dataclass(frozen=True)
class _Table:
    """Levels that occur × outcomes that occur, with the clusters behind the counts."""

    counted: ClusteredCounts
    shares: Floats


def factor_association(levels: pl.LazyFrame | pl.DataFrame, specs: Sequence[FactorSpec]) -> pl.DataFrame:
    """Measure how strongly each factor goes with the outcome.

    Args:
        levels: One row per ruled dispute: outcome, seller_id and for each factor a column of level codes of its name
            (``levels.assign_levels``). The order of rows does not matter.
        specs: The factors.

    Returns:
        One row per factor and measure, in the order of ``specs`` and ``MEASURES``, with columns factor, measure, n,
        n_clusters, estimate, ci_low, ci_high, p_value, q_value (Benjamini–Hochberg over the table), status.
        Mutual information is in nats; AUC compares buyer_wins with seller_wins.
    """
    selected = levels.lazy().filter(pl.col("outcome").is_in(OUTCOMES))
    frame = selected.select("outcome", "seller_id", *(spec.name for spec in specs)).collect()
    sellers = seller_codes(frame["seller_id"])
    order = np.argsort(sellers, kind="stable")
    outcome: Integers = frame["outcome"].cast(pl.Enum(OUTCOMES)).to_physical().cast(pl.Int64).to_numpy()[order]
    rows = [
        row
        for spec in specs
        for row in _association_rows(spec, sellers[order], frame[spec.name].cast(pl.Int64).to_numpy()[order], outcome)
    ]
    table = rows_frame(rows, AssociationRow)
    p_values = table["p_value"].fill_null(math.nan).to_numpy()
    return table.with_columns(pl.Series("q_value", benjamini_hochberg(p_values)).fill_nan(None))


def _association_rows(
    spec: FactorSpec, sellers: Integers, levels: Integers, outcome: Integers
) -> Iterator[AssociationRow]:
    """All measures of one factor."""
    recorded = levels > 0
    whole = _table(sellers[recorded], levels[recorded], outcome[recorded])
    decided = recorded & (outcome != OUTCOMES.index("partial"))
    for measure in MEASURES:
        table = _table(sellers[decided], levels[decided], outcome[decided]) if measure == "auc" else whole
        clustering = table.counted.clustering
        status = _association_status(spec, measure, table, outcome.size)
        found = _infer(measure, table) if status == "ok" else Inference(None, None, None, None, status)
        yield AssociationRow(
            spec.name, measure, clustering.n, clustering.n_clusters,
            found.estimate, found.ci_low, found.ci_high, found.p_value, None, found.status,
        )  # fmt: skip


def _table(sellers: Integers, levels: Integers, outcome: Integers) -> _Table:
    """Count levels × outcomes by seller, without empty rows and columns."""
    row_of, n_rows = _dense_codes(levels)
    column_of, n_columns = _dense_codes(outcome)
    if sellers.size == 0:
        nothing = ClusteredCounts(np.zeros(0), np.zeros((0, 0)), describe_clusters(sellers), np.zeros((0, 0)))
        return _Table(nothing, np.zeros((0, 0)))
    counted = clustered_counts(sellers, row_of[levels] * n_columns + column_of[outcome], n_rows * n_columns)
    return _Table(counted, counted.counts.reshape(n_rows, n_columns) / sellers.size)


def _dense_codes(codes: Integers) -> tuple[Integers, int]:
    """New codes without gaps, by old code, and their number."""
    occurs = np.bincount(codes) > 0
    return np.cumsum(occurs) - 1, int(occurs.sum())


def _association_status(spec: FactorSpec, measure: str, table: _Table, n_ruled: int) -> str:
    """Why there is no measure, or ``ok``."""
    n_levels, n_outcomes = table.shares.shape
    reasons = {
        "nothing_ruled": n_ruled == 0,
        "not_ordinal": spec.kind == FactorKind.CATEGORICAL and measure in ORDINAL_MEASURES,
        NOT_RECORDED: table.counted.clustering.n == 0,
        "constant": n_levels == 1,
        "one_outcome": n_outcomes == 1,
    }
    return next((reason for reason, holds in reasons.items() if holds), "ok")


def _infer(measure: str, table: _Table) -> Inference:
    """Estimate, interval and test of one measure."""
    counted, shares = table.counted, table.shares
    if measure == "kendall_tau_b":
        return infer_symmetric(counted, shares, kendall_tau_b, null=0.0, lowest=-1.0)
    if measure == "spearman":
        return infer_symmetric(counted, shares, spearman, null=0.0, lowest=-1.0)
    if measure == "auc":
        return infer_symmetric(counted, shares, auc, null=0.5, lowest=0.0)
    return infer_cramers_v(counted, shares) if measure == "cramers_v" else infer_mutual_information(counted, shares)
