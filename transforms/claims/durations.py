"""Whether disputes of buyers of high credit are ruled sooner."""

import math

import numpy as np
import polars as pl

from transforms.claims.cells import describe_side, shortage
from transforms.claims.columns import complete
from transforms.claims.fitting import by_dispute_if_alone, independent, maximise_quickly
from transforms.claims.found import PERCENT, Found, interval
from transforms.claims.models import DURATION_MODEL
from transforms.statistics.accelerated import LogNormalDuration
from transforms.statistics.contrasts import Estimate
from transforms.statistics.design import prepare_rows
from transforms.statistics.inference import free_directions, infer
from transforms.statistics.matrix import Matrix, plain_gram
from transforms.statistics.newton import Fit
from transforms.statistics.sampling import sample_sellers
from transforms.statistics.specs import NOT_RECORDED

FEWEST_RULINGS = 20


def time_ratio(disputes: pl.LazyFrame, term: str, most_rows: int) -> Found:
    """Change of the hours to the ruling with a score, in per cent per standard deviation.

    A dispute that has not been ruled, or ended otherwise, is censored at its end or export.

    Args:
        disputes: One row per dispute, ruled or not: dispute_id, seller_id, the controls, scores, ``hours_to_close`` and
            ``is_closed_by_ruling``. Disputes without hours are left out.
        term: The score.
        most_rows: Rows above which whole sellers are sampled.
    """
    hours = pl.col("hours_to_close")
    known = complete(disputes).filter(hours.is_finite() & (hours > 0) & pl.col("is_closed_by_ruling").is_not_null())
    rows, is_sampled = sample_sellers(known, most_rows)
    signed = pl.when("is_closed_by_ruling").then(hours).otherwise(-hours)
    prepared = prepare_rows(rows.with_columns(signed.alias("outcome")), DURATION_MODEL.terms)
    recorded = ~prepared.dense[term].is_missing
    design = prepared.design(DURATION_MODEL.terms, recorded)
    matrix = design.matrix
    side = describe_side(matrix, np.ones(matrix.n, dtype=np.bool_))
    blank = Found(side.n, side.n_sellers, is_sampled=is_sampled)
    status = _status(matrix, shortage([side]))
    lost = {left_out.term: left_out.status for left_out in design.left_out}
    if status != "ok" or term in lost:
        return _blank(blank, lost.get(term, status) if status == "ok" else status)
    return _fit(matrix, matrix.dense_terms.index(term), blank)


def _status(matrix: Matrix, short: str) -> str:
    if matrix.n == 0:
        return NOT_RECORDED
    if int((matrix.outcome > 0).sum()) < FEWEST_RULINGS:
        return "too_few_disputes"
    return short


def _blank(blank: Found, status: str) -> Found:
    return Found(blank.n, blank.n_clusters, is_sampled=blank.is_sampled, status=status)


def _fit(matrix: Matrix, place: int, blank: Found) -> Found:
    """Fit the model and read the time ratio, on whose logarithm the interval is symmetric."""
    family = LogNormalDuration()
    free = independent(plain_gram(matrix), matrix.estimable, [place])
    if not free[place]:
        return _blank(blank, "collinear")
    start = np.concatenate([family.start(matrix.outcome), np.zeros(int(free.sum()))])
    fitted = maximise_quickly(matrix, family, free, start)
    if fitted.status != "ok":
        return _blank(blank, fitted.status)
    log_ratio = _log_ratio(fitted, place)
    direction = free_directions(fitted, log_ratio.gradient[None, :])
    model = (by_dispute_if_alone(matrix, family), family, fitted)
    inferred = interval(infer(model, np.array([log_ratio.value]), direction)[0])
    change, low, high = (
        None if value is None else PERCENT * math.expm1(value)
        for value in (inferred.estimate, inferred.ci_low, inferred.ci_high)
    )
    return Found(
        blank.n, blank.n_clusters, change, low, high, inferred.p_value, is_sampled=blank.is_sampled,
        status=matrix.clustering.status if inferred.status == "ok" else inferred.status,
    )  # fmt: skip


def _log_ratio(fitted: Fit, place: int) -> Estimate:
    """Slope over precision: by how much the logarithm of the hours changes."""
    precision = float(fitted.intercepts[0])
    gradient = np.zeros(fitted.intercepts.size + fitted.slopes.size)
    gradient[fitted.intercepts.size + place] = 1 / precision
    gradient[0] = -fitted.slopes[place] / precision**2
    return Estimate(float(fitted.slopes[place]) / precision, gradient)
