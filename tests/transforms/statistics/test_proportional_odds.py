"""The test of proportional odds: against refitting without each seller, under the hypothesis and against it."""

import numpy as np
import polars as pl
import pytest

from tests.transforms.statistics.samples import disputes
from transforms.statistics.clusters import Integers
from transforms.statistics.design import build_design
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix
from transforms.statistics.newton import fit
from transforms.statistics.proportional_odds import Difference, coefficient_differences, joint_p_value

#: Influences by one step against refits: they differ in the second order of 1 / sellers.
JACKKNIFE_TOLERANCE = 0.15
FACTORS = np.arange(4)


def _difference(matrix: Matrix, places: Integers) -> Difference:
    models = [(matrix, family, fit(matrix, family, matrix.estimable)) for family in (Logit(2), Logit(1))]
    return coefficient_differences(models[0], models[1], places)


def test_covariance_agrees_with_refits_without_each_seller() -> None:
    matrix = build_design(disputes(900, 60).lazy(), []).matrix
    owner = np.repeat(np.arange(matrix.cluster_ids.size), np.diff(matrix.cluster_starts))
    left_out = []
    for one in range(matrix.cluster_ids.size):
        rest = matrix.take(np.flatnonzero(owner != one))
        fits = [fit(rest, Logit(threshold), matrix.estimable) for threshold in (2, 1)]
        left_out.append((fits[0].slopes - fits[1].slopes)[FACTORS])
    spread = np.array(left_out) - np.mean(left_out, axis=0)
    jackknife = (1 - 1 / len(left_out)) * spread.T @ spread
    found = _difference(matrix, FACTORS).covariance
    assert np.sqrt(np.diag(found)) == pytest.approx(np.sqrt(np.diag(jackknife)), rel=JACKKNIFE_TOLERANCE)


def test_what_holds_is_not_rejected_and_what_does_not_is() -> None:
    frame = disputes(4_000, 300)
    matrix = build_design(frame.lazy(), []).matrix
    held = joint_p_value(_difference(matrix, FACTORS), matrix.clustering.dof)
    # evidence beyond a bound turns partial rulings into wins: it works on one cut only
    turned = frame.with_columns(
        outcome=pl.when((pl.col("outcome") == "partial") & (pl.col("evidence_advantage") > 0))
        .then(pl.lit("buyer_wins"))
        .otherwise("outcome")
    )
    broken_matrix = build_design(turned.lazy(), []).matrix
    broken = joint_p_value(_difference(broken_matrix, FACTORS), broken_matrix.clustering.dof)
    assert held is not None
    assert broken is not None
    assert held > 0.01
    assert broken < 1e-6


def test_too_few_clusters_give_no_joint_test() -> None:
    rank_one = Difference(np.ones(2), np.ones((2, 2)))
    assert joint_p_value(rank_one, 1.0) is None
