"""Rows of the table of effects from fitted models."""

import math
from dataclasses import dataclass, replace

import numpy as np

from transforms.statistics.clusters import Clustering, Floats
from transforms.statistics.design import Design
from transforms.statistics.families import Family
from transforms.statistics.logit import Logit
from transforms.statistics.marginal_effects import average_marginal_effects, covariance_of_constant
from transforms.statistics.matrix import Booleans, Matrix, independent_places, weighted_gram, weighted_sums
from transforms.statistics.newton import Fit, fit
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.proportional_odds import coefficient_differences, joint_p_value
from transforms.statistics.reference import t_p_value, two_sided_quantile
from transforms.statistics.sandwich import covariance

#: A class with fewer disputes cannot carry a model.
FEWEST_PER_CLASS = 10
#: An interval of the odds ratio that leaves 1e-9 to 1e9 says nothing; it is left out.
LARGEST_LOG_ODDS = math.log(1e9)
PERCENT = 100.0


@dataclass(frozen=True)
class EffectRow:
    """One row of ``marts.factor_effects``; numbers are None where ``status`` says why."""

    model: str
    term: str
    n: int
    n_clusters: int
    coefficient: float | None = None
    std_error: float | None = None
    odds_ratio: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    ame_pp: float | None = None
    ame_ci_low: float | None = None
    ame_ci_high: float | None = None
    status: str = "ok"


@dataclass(frozen=True)
class FittedModel:
    """A model on the rows that it could use.

    Attributes:
        name: As in the table.
        matrix: The rows that were fitted.
        family: The model.
        fitted: The fit; None where ``status`` is not ``ok``.
        term_status: What became of each place, shape (n_slopes,): ``ok`` or why it was not estimated.
        status: ``ok`` or why nothing was estimated.
    """

    name: str
    matrix: Matrix
    family: Family
    fitted: Fit | None
    term_status: tuple[str, ...]
    status: str


def ordinal_family(matrix: Matrix) -> Family:
    """The proportional-odds model, or the logit that it comes to where only two outcomes occur."""
    occurring = np.flatnonzero(np.bincount(matrix.outcome, minlength=3))
    if occurring.size != 2:  # noqa: PLR2004 - all three, or too few for any model
        return Ordinal()
    return Logit(int(occurring[1]), has_probability=bool(occurring[1] == 2))  # noqa: PLR2004 - code of buyer_wins


def fit_model(name: str, matrix: Matrix, family: Family) -> FittedModel:
    """Fit one model, or find out why it cannot be fitted.

    Dummies whose disputes all ended at the same end of the outcome have no finite coefficient; they leave with their
    disputes, which changes no other estimate (status ``separation``). What depends linearly on terms before it
    leaves, too (``collinear``).

    Args:
        name: As in the table.
        matrix: All rows.
        family: The model.

    Returns:
        The fit with its status.
    """
    term_status = ["ok" if place else "reference" for place in matrix.estimable]
    status = _too_little(matrix, family, 0)
    while status == "ok":
        separated = _separated_places(matrix, family, term_status)
        if not separated.any():
            break
        matrix = matrix.take(np.flatnonzero(~_has_any(matrix, separated)))
        term_status = ["separation" if gone else old for gone, old in zip(separated, term_status, strict=True)]
        status = "ok" if _too_little(matrix, family, 0) == "ok" else "separation"
    if status != "ok":
        return FittedModel(name, matrix, family, None, tuple(term_status), status)
    gram = _plain_gram(matrix)
    candidates = np.array([old == "ok" for old in term_status], dtype=np.bool_)
    free = independent_places(gram, candidates)
    lost = np.where(np.diag(gram)[1:] > 0, "collinear", "no_disputes")
    term_status = [
        old if old != "ok" or is_free else str(why) for old, is_free, why in zip(term_status, free, lost, strict=True)
    ]
    status = _too_little(matrix, family, int(free.sum()))
    if status != "ok":
        return FittedModel(name, matrix, family, None, tuple(term_status), status)
    fitted = fit(matrix, family, free)
    usable = fitted if fitted.status == "ok" else None
    return FittedModel(name, matrix, family, usable, tuple(term_status), fitted.status)


def _too_little(matrix: Matrix, family: Family, n_terms: int) -> str:
    """Why the rows cannot carry the model, or ``ok``."""
    counts = np.bincount(family.classes(matrix.outcome), minlength=family.n_intercepts + 1)
    if matrix.n == 0:
        return "nothing_ruled"
    if np.count_nonzero(counts) < counts.size:
        return "one_outcome"
    enough = counts.min() >= FEWEST_PER_CLASS and matrix.n >= 2 * (n_terms + family.n_intercepts)
    return "ok" if enough else "too_few_disputes"


def _separated_places(matrix: Matrix, family: Family, term_status: list[str]) -> Booleans:
    """Indicators and levels whose rows are all in the lowest or all in the highest class."""
    classes = family.classes(matrix.outcome)
    n_classes = family.n_intercepts + 1
    indicators = matrix.dense[matrix.dense.shape[0] - matrix.n_indicators :]
    tables = [np.zeros((matrix.dense.shape[0] - matrix.n_indicators, n_classes))]
    tables += [np.bincount(classes, indicator, n_classes)[None, :] for indicator in indicators]
    tables += [
        np.bincount(block.codes * n_classes + classes, minlength=len(block.labels) * n_classes).reshape(-1, n_classes)
        for block in matrix.blocks
    ]
    table = np.concatenate(tables)
    at_an_end = (table.sum(axis=1) > 0) & ((table[:, 0] == table.sum(axis=1)) | (table[:, -1] == table.sum(axis=1)))
    return np.asarray(at_an_end & np.array([old != "separation" for old in term_status], dtype=np.bool_))


def _has_any(matrix: Matrix, places: Booleans) -> Booleans:
    """Rows in which any of some indicators or levels is 1."""
    rows = np.zeros(matrix.n, dtype=np.bool_)
    for place in range(matrix.dense.shape[0]):
        if places[place]:
            rows |= matrix.dense[place] == 1
    for block, start in zip(matrix.blocks, matrix.offsets, strict=False):
        rows |= places[start : start + len(block.labels)][block.codes]
    return rows


def _plain_gram(matrix: Matrix) -> Floats:
    """Sums of products of an intercept and all predictors."""
    gram = np.zeros((1 + matrix.n_slopes, 1 + matrix.n_slopes))
    gram[0, 0] = matrix.n
    for rows in matrix.chunks():
        ones = np.ones(rows.stop - rows.start)
        gram[0, 1:] += weighted_sums(matrix, rows, ones)
        gram[1:, 1:] += weighted_gram(matrix, rows, ones)
    gram[1:, 0] = gram[0, 1:]
    return gram


def effect_rows(model: FittedModel, design: Design) -> list[EffectRow]:
    """All terms of a model: intercepts, then what could not enter it, then the slopes.

    Args:
        model: The fit.
        design: Where its matrix comes from.

    Returns:
        One row per term; each with a status where it has no numbers.
    """
    clustering = model.matrix.clustering
    blank = EffectRow(model.name, "", clustering.n, clustering.n_clusters)
    outside = [replace(blank, term=term.term, status=term.status) for term in design.left_out]
    if model.fitted is None:
        terms = (*model.family.intercept_terms, *model.matrix.terms)
        status = ("ok",) * model.family.n_intercepts + model.term_status
        rows = [
            replace(blank, term=term, status=model.status if old == "ok" else old)
            for term, old in zip(terms, status, strict=True)
        ]
        return [*rows, *outside]
    return [*_estimated_rows(model, model.fitted, blank), *outside]


def _estimated_rows(model: FittedModel, fitted: Fit, blank: EffectRow) -> list[EffectRow]:
    """Rows of intercepts and slopes of a model that was fitted."""
    matrix, k = model.matrix, model.family.n_intercepts
    errors = covariance(matrix, model.family, fitted)
    std_errors = np.full(k + matrix.n_slopes, np.nan)
    kept = np.concatenate([np.ones(k, dtype=np.bool_), fitted.free])
    if errors is not None:
        std_errors[kept] = np.sqrt(np.diag(errors))
    effects, effect_errors = _effects(model, fitted, errors)
    estimates = np.concatenate([fitted.intercepts, fitted.slopes])
    rows = []
    for place, term in enumerate((*model.family.intercept_terms, *matrix.terms)):
        slope = place - k
        if slope >= 0 and not fitted.free[slope]:
            rows.append(replace(blank, term=term, status=model.term_status[slope]))
            continue
        row = coefficient_row(replace(blank, term=term), estimates[place], std_errors[place], matrix.clustering)
        if slope >= 0 and model.family.has_probability:
            row = _with_effect(row, effects[slope], effect_errors[slope], matrix.clustering)
        rows.append(row)
    return rows


def _effects(model: FittedModel, fitted: Fit, errors: Floats | None) -> tuple[Floats, Floats]:
    """Average marginal effects and their standard errors (NaN without any), both shape (n_slopes,)."""
    effects = average_marginal_effects(model.matrix, model.family, fitted)
    if errors is None:
        return effects.effects, np.full(effects.effects.shape, np.nan)
    full = covariance_of_constant(model.family, errors, fitted)
    variances = ((effects.gradient @ full) * effects.gradient).sum(axis=1)
    return effects.effects, np.sqrt(np.maximum(variances, 0.0))


def coefficient_row(row: EffectRow, estimate: float, std_error: float, clustering: Clustering) -> EffectRow:
    """Fill in coefficient, odds ratio, interval and test.

    Args:
        row: With model, term and counts.
        estimate: Log odds ratio.
        std_error: Its standard error, NaN where there is none.
        clustering: Clusters behind it.

    Returns:
        The row, without an interval where that would be without bounds.
    """
    filled = replace(row, coefficient=float(estimate), odds_ratio=math.exp(estimate), status=clustering.status)
    if math.isnan(std_error):
        return filled
    filled = replace(filled, std_error=float(std_error))
    if std_error <= 0:
        return replace(filled, status="no_variation")
    half_width = two_sided_quantile(clustering.dof) * std_error
    filled = replace(filled, p_value=t_p_value(estimate / std_error, clustering.dof))
    if abs(estimate) + half_width > LARGEST_LOG_ODDS:
        return replace(filled, status="unbounded_interval")
    return replace(filled, ci_low=math.exp(estimate - half_width), ci_high=math.exp(estimate + half_width))


def _with_effect(row: EffectRow, effect: float, std_error: float, clustering: Clustering) -> EffectRow:
    """Fill in the average marginal effect in percentage points."""
    row = replace(row, ame_pp=float(effect) * PERCENT)
    if math.isnan(std_error):
        return row
    half_width = two_sided_quantile(clustering.dof) * std_error
    return replace(
        row,
        ame_ci_low=max(effect - half_width, -1.0) * PERCENT,
        ame_ci_high=min(effect + half_width, 1.0) * PERCENT,
    )


def proportional_odds_rows(
    ordinal: FittedModel, upper: FittedModel, lower: FittedModel, n_factors: int, clustering: Clustering
) -> list[EffectRow]:
    """Rows of the test of proportional odds: buyer_wins against not_seller_wins.

    Args:
        ordinal: The model that is tested; it says where there are two outcomes only.
        upper: The logit of buyer_wins.
        lower: The logit of not_seller_wins.
        n_factors: How many of the first dense columns are factors.
        clustering: Clusters of all rows.

    Returns:
        One row per factor with the difference of its coefficients, and ``all_factors`` with the joint p value.
    """
    blank = EffectRow("proportional_odds", "all_factors", clustering.n, clustering.n_clusters)
    terms = upper.matrix.dense_terms[:n_factors]
    status = _test_status(ordinal, upper, lower, clustering)
    if upper.fitted is None or lower.fitted is None or status != "ok":
        return [replace(blank, term=term, status=status) for term in (*terms, "all_factors")]
    both = upper.fitted.free & lower.fitted.free
    places = np.flatnonzero(both[:n_factors])
    if places.size == 0:
        return [replace(blank, status="constant")]
    difference = coefficient_differences(
        (upper.matrix, upper.family, upper.fitted),
        (lower.matrix, lower.family, lower.fitted),
        places,
        clustering.n_clusters,
    )
    rows = [
        coefficient_row(replace(blank, term=terms[place]), estimate, math.sqrt(variance), clustering)
        for place, estimate, variance in zip(
            places, difference.differences, np.diag(difference.covariance), strict=True
        )
    ]
    p_value = joint_p_value(difference, clustering.dof)
    joint_status = clustering.status if p_value is not None else "too_few_clusters"
    return [*rows, replace(blank, p_value=p_value, status=joint_status)]


def _test_status(ordinal: FittedModel, upper: FittedModel, lower: FittedModel, clustering: Clustering) -> str:
    """Why proportional odds cannot be tested, or ``ok``."""
    failed = [model.status for model in (upper, lower) if model.fitted is None]
    if failed:
        return failed[0]
    if not isinstance(ordinal.family, Ordinal):
        return "two_outcomes"
    return "one_cluster" if clustering.n_clusters == 1 else "ok"
