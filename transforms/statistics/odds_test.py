"""Rows of the test of proportional odds."""

import math
from dataclasses import replace

import numpy as np

from transforms.statistics.clusters import Clustering
from transforms.statistics.effect_rows import EffectRow, coefficient_row
from transforms.statistics.effects import FittedModel
from transforms.statistics.inference import Inferred
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.passes import Rows
from transforms.statistics.proportional_odds import coefficient_differences, difference_degrees, joint_p_value
from transforms.statistics.satterthwaite import FEWEST_DEGREES

MODEL = "proportional_odds"
ALL_FACTORS = "all_factors"


def proportional_odds_rows(
    ordinal: FittedModel[Rows],
    upper: FittedModel[Rows],
    lower: FittedModel[Rows],
    n_factors: int,
    clustering: Clustering,
) -> list[EffectRow]:
    """Compare buyer_wins with not_seller_wins.

    Args:
        ordinal: The model that is tested; it says where there are two outcomes only.
        upper: The logit of buyer_wins.
        lower: The logit of not_seller_wins.
        n_factors: How many of the first dense columns are factors.
        clustering: Clusters of all rows.

    Returns:
        One row per factor with the difference of its coefficients, and ``all_factors`` with the joint p value.
    """
    blank = EffectRow(MODEL, ALL_FACTORS, clustering.n, clustering.n_clusters)
    terms = upper.matrix.dense_terms[:n_factors]
    status = _test_status(ordinal, upper, lower, clustering)
    if upper.fitted is None or lower.fitted is None or status != "ok":
        return [replace(blank, term=term, status=status) for term in (*terms, ALL_FACTORS)]
    places = np.flatnonzero((upper.fitted.free & lower.fitted.free)[:n_factors])
    if places.size == 0:
        return [replace(blank, status="constant")]
    first, second = (upper.matrix, upper.family, upper.fitted), (lower.matrix, lower.family, lower.fitted)
    found = coefficient_differences(first, second, places)
    degrees = difference_degrees(first, second, places)
    rows = [
        coefficient_row(
            replace(blank, term=terms[place]),
            Inferred(float(estimate), math.sqrt(variance), float(dof), _status(clustering, dof)),
        )
        for place, estimate, variance, dof in zip(
            places, found.differences, np.diag(found.covariance), degrees, strict=True
        )
    ]
    p_value, dof = joint_p_value(found, float(degrees.min())), float(degrees.min())
    joint_status = _status(clustering, dof) if p_value is not None else "too_few_clusters"
    return [*rows, replace(blank, p_value=p_value, dof=None if math.isinf(dof) else dof, status=joint_status)]


def _status(clustering: Clustering, dof: float) -> str:
    return "few_clusters" if clustering.has_sellers and dof < FEWEST_DEGREES else clustering.status


def _test_status(
    ordinal: FittedModel[Rows], upper: FittedModel[Rows], lower: FittedModel[Rows], clustering: Clustering
) -> str:
    """Why proportional odds cannot be tested, or ``ok``."""
    failed = [model.status for model in (upper, lower) if model.fitted is None]
    if failed:
        return failed[0]
    if not isinstance(ordinal.family, Ordinal):
        return "two_outcomes"
    return "one_cluster" if clustering.n_clusters == 1 else "ok"
