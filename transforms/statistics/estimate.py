"""The tables of association and of effects, from frames to frames."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, fields

import numpy as np
import polars as pl

from transforms.statistics.association import (
    Inference,
    auc,
    infer_cramers_v,
    infer_mutual_information,
    infer_symmetric,
    kendall_tau_b,
    spearman,
)
from transforms.statistics.clusters import (
    ClusteredCounts,
    Floats,
    Integers,
    clustered_counts,
    describe_clusters,
    seller_codes,
)
from transforms.statistics.design import Design, build_design
from transforms.statistics.effects import EffectRow, FittedModel, effect_rows, fit_model, ordinal_family
from transforms.statistics.effects import proportional_odds_rows as odds_rows
from transforms.statistics.families import Family
from transforms.statistics.logit import Logit
from transforms.statistics.multiplicity import benjamini_hochberg
from transforms.statistics.specs import CORE_FACTORS, NOT_RECORDED, OUTCOMES, OVERALL, FactorKind, FactorSpec

MEASURES = ("kendall_tau_b", "spearman", "cramers_v", "auc", "mutual_information")
ORDINAL_MEASURES = ("kendall_tau_b", "spearman", "auc")
COMPLETE_CASE = "_complete_case"
#: Models are fitted side by side on so many threads; each by itself is computed in a fixed order.
THREADS = 2


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
    table = _frame([astuple(row) for row in rows], AssociationRow)
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
        nothing = ClusteredCounts(np.zeros(0), np.zeros((0, 0)), describe_clusters(sellers))
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
        return infer_symmetric(counted, kendall_tau_b(shares), null=0.0, lowest=-1.0)
    if measure == "spearman":
        return infer_symmetric(counted, spearman(shares), null=0.0, lowest=-1.0)
    if measure == "auc":
        return infer_symmetric(counted, auc(shares), null=0.5, lowest=0.0)
    return infer_cramers_v(counted, shares) if measure == "cramers_v" else infer_mutual_information(counted, shares)


def factor_effects(frame: pl.LazyFrame, specs: Sequence[FactorSpec]) -> pl.DataFrame:
    """Fit the models of the outcome.

    Args:
        frame: One row per dispute: dispute_id, outcome, seller_id, category, claim, month, item_price_cny, the four
            advantages and the columns of extra factors. The order of rows does not matter.
        specs: The factors; those beside the four (and ``overall``, which they determine) are further terms.

    Returns:
        One row per model and term with the columns of ``EffectRow``. Models: ordinal, buyer_wins, not_seller_wins;
        where a numeric term has nulls, the same with the suffix ``_complete_case``, on disputes without any; and
        proportional_odds, whose coefficients are differences buyer_wins − not_seller_wins.
    """
    extra = [spec for spec in specs if spec not in (*CORE_FACTORS, OVERALL)]
    design = build_design(frame, extra)
    rows = _model_rows(design, "")
    matrix = design.matrix
    if matrix.n_indicators:
        rows += _model_rows(Design(matrix.complete(), design.left_out), COMPLETE_CASE)
    return _frame([astuple(row) for row in rows], EffectRow)


def _model_rows(design: Design, suffix: str) -> list[EffectRow]:
    """The three models and, for all disputes, the test that compares them."""
    matrix = design.matrix
    families: dict[str, Family] = {
        "ordinal": ordinal_family(matrix),
        "buyer_wins": Logit(2),
        "not_seller_wins": Logit(1),
    }
    with ThreadPoolExecutor(THREADS) as executor:
        futures = [
            executor.submit(_fit_and_describe, f"{name}{suffix}", design, family) for name, family in families.items()
        ]
        results = [future.result() for future in futures]
    rows = [row for _, described in results for row in described]
    if suffix:
        return rows
    ordinal, upper, lower = (model for model, _ in results)
    n_factors = sum(spec.column in matrix.dense_terms for spec in CORE_FACTORS)
    return rows + odds_rows(ordinal, upper, lower, n_factors, matrix.clustering)


def _fit_and_describe(name: str, design: Design, family: Family) -> tuple[FittedModel, list[EffectRow]]:
    model = fit_model(name, design.matrix, family)
    return model, effect_rows(model, design)


def _frame(rows: Sequence[tuple[object, ...]], row_type: type[AssociationRow | EffectRow]) -> pl.DataFrame:
    """A frame with the columns and types of a dataclass."""
    types: dict[object, pl.DataType] = {str: pl.String(), int: pl.Int64()}
    schema = {field.name: types.get(field.type, pl.Float64()) for field in fields(row_type)}
    return pl.DataFrame(rows, schema=schema, orient="row")
