"""Rows of the table of effects from fitted models."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from transforms.statistics.clusters import Floats
from transforms.statistics.contrasts import Product, Response
from transforms.statistics.design import LeftOut
from transforms.statistics.effects import FittedModel
from transforms.statistics.families import Family
from transforms.statistics.inference import Inferred, free_directions, infer
from transforms.statistics.marginal_effects import average_marginal_effects
from transforms.statistics.matrix import Matrix
from transforms.statistics.newton import Fit
from transforms.statistics.passes import Rows

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
    dof: float | None = None
    odds_ratio: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    ame_pp: float | None = None
    ame_ci_low: float | None = None
    ame_ci_high: float | None = None
    is_sampled: bool = False
    status: str = "ok"


@dataclass(frozen=True)
class _Effects:
    """Average marginal effects, shape (n_slopes,), gradients by intercepts and slopes, and variances of averaging."""

    values: Floats
    gradient: Floats
    averaging: Floats


def effect_rows(
    model: FittedModel[Rows], left_out: Sequence[LeftOut], products: Sequence[Product] = ()
) -> list[EffectRow]:
    """All terms of a model: intercepts, then the slopes, then what could not enter it.

    Args:
        model: The fit.
        left_out: Terms that could not enter it.
        products: Columns of the model that are products of two others; only of a model whose rows are one matrix.

    Returns:
        One row per term; each with a status where it has no numbers. The average marginal effect of a product is the
        mean cross derivative, that of a column which is in products goes through them, too.
    """
    clustering = model.matrix.clustering
    blank = EffectRow(model.name, "", clustering.n, clustering.n_clusters)
    outside = [replace(blank, term=term.term, status=term.status) for term in left_out]
    if model.fitted is None:
        terms = (*model.family.intercept_terms, *model.matrix.terms)
        status = ("ok",) * model.family.n_intercepts + model.term_status
        rows = [
            replace(blank, term=term, status=model.status if old == "ok" else old)
            for term, old in zip(terms, status, strict=True)
        ]
        return [*rows, *outside]
    return [*_estimated_rows(model, model.fitted, products, blank), *outside]


def _estimated_rows(
    model: FittedModel[Rows], fitted: Fit, products: Sequence[Product], blank: EffectRow
) -> list[EffectRow]:
    """Rows of intercepts and slopes of a model that was fitted."""
    k, places = model.family.n_intercepts, np.flatnonzero(fitted.free)
    values = np.concatenate([fitted.intercepts, fitted.slopes[places]])
    directions, averaging = np.eye(values.size), np.zeros(values.size)
    if model.family.has_probability:
        effects = _effects(model, fitted, products)
        values = np.concatenate([values, effects.values[places]])
        directions = np.concatenate([directions, free_directions(fitted, effects.gradient[places])])
        averaging = np.concatenate([averaging, effects.averaging[places]])
    inferred = infer((model.matrix, model.family, fitted), values, directions, averaging=averaging)
    # the first k are intercepts, then come coefficients and, as many, effects of the estimated places
    slopes = [k + int(place) for place in places]
    coefficients = dict(zip([*range(k), *slopes], inferred, strict=False))
    found = dict(zip(slopes, inferred[k + places.size :], strict=False))
    rows = []
    for place, term in enumerate((*model.family.intercept_terms, *model.matrix.terms)):
        row = replace(blank, term=term)
        if place not in coefficients:
            rows.append(replace(row, status=model.term_status[place - k]))
            continue
        row = coefficient_row(row, coefficients[place])
        rows.append(_with_effect(row, found[place]) if place in found else row)
    return rows


def _effects(model: FittedModel[Rows], fitted: Fit, products: Sequence[Product]) -> _Effects:
    """Average marginal effects of all places.

    Without products an effect varies so little between rows that the rows may be taken as given; with them it is a
    mean over the column that it depends on, which may belong to few sellers.
    """
    family, last = model.family, model.family.n_intercepts - 1
    simple = average_marginal_effects(model.matrix, family, fitted)
    gradient = np.zeros((simple.effects.size, last + simple.gradient.shape[1]))
    gradient[:, last] = family.probability_sign * simple.gradient[:, 0]
    gradient[:, last + 1 :] = simple.gradient[:, 1:]
    found = _Effects(simple.effects, gradient, np.zeros(simple.effects.size))
    if not products:
        return found
    assert isinstance(model.matrix, Matrix)
    return _with_products(found, model.matrix, family, fitted, products)


def _with_products(
    found: _Effects, matrix: Matrix, family: Family, fitted: Fit, products: Sequence[Product]
) -> _Effects:
    """The same with the effects of products, and of what is in them."""
    effects, gradient, averaging = found.values.copy(), found.gradient.copy(), found.averaging.copy()
    everyone = np.ones(matrix.n, dtype=np.bool_)
    response = Response(matrix, fitted, tuple(products), everyone, family.n_intercepts - 1, family.probability_sign)
    estimates = {product.place: response.second_difference(product, is_flag=False) for product in products}
    for place in {place for product in products for place in (product.first, product.second)}:
        estimates[place] = response.slope(place)
    for place, estimate in estimates.items():
        effects[place], gradient[place] = estimate.value, estimate.gradient
        averaging[place] = estimate.averaging_variance
    return _Effects(effects, gradient, averaging)


def coefficient_row(row: EffectRow, found: Inferred) -> EffectRow:
    """Fill in coefficient, odds ratio, interval and test.

    Args:
        row: With model, term and counts.
        found: The coefficient, a log odds ratio.

    Returns:
        The row, without an interval where that would be without bounds.
    """
    estimate = found.estimate
    filled = replace(row, coefficient=estimate, odds_ratio=math.exp(estimate), status=found.status)
    if not found.has_error:
        return filled
    dof = None if math.isinf(found.dof) else found.dof
    filled = replace(filled, std_error=found.std_error, dof=dof, p_value=found.p_value())
    if abs(estimate) + found.half_width > LARGEST_LOG_ODDS:
        return replace(filled, status="unbounded_interval")
    low, high = estimate - found.half_width, estimate + found.half_width
    return replace(filled, ci_low=math.exp(low), ci_high=math.exp(high))


def _with_effect(row: EffectRow, found: Inferred) -> EffectRow:
    """Fill in the average marginal effect in percentage points."""
    row = replace(row, ame_pp=found.estimate * PERCENT)
    if not found.has_error:
        return row
    # a probability changes by one at most
    low = max(found.estimate - found.half_width, min(found.estimate, -1.0))
    high = min(found.estimate + found.half_width, max(found.estimate, 1.0))
    return replace(row, ame_ci_low=low * PERCENT, ame_ci_high=high * PERCENT)
