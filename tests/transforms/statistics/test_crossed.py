"""Errors clustered both ways, beside statsmodels, and in worlds where buyers come back."""

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from statsmodels.stats.sandwich_covariance import cov_cluster

from tests.transforms.statistics.samples import disputes
from transforms.statistics.clusters import Integers
from transforms.statistics.crossed import with_crossed
from transforms.statistics.design import build_model
from transforms.statistics.inference import Inferred, infer
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix
from transforms.statistics.newton import fit
from transforms.statistics.terms import ADVANTAGES

RELATIVE = 1e-6


def _fitted(buyers: Integers) -> tuple[Matrix, list[Inferred], list[Inferred]]:
    """A logit of the advantages, errors by seller, and by seller and buyer."""
    matrix = build_model(disputes(buyers.size, 120).lazy(), ADVANTAGES).matrix
    fitted = fit(matrix, Logit(2), matrix.estimable)
    directions = np.eye(fitted.information.shape[0])
    values = np.concatenate([fitted.intercepts, fitted.slopes])
    model = (matrix, Logit(2), fitted)
    by_seller = infer(model, values, directions)
    return matrix, by_seller, with_crossed(model, directions, by_seller, buyers)


def test_what_is_added_is_that_by_buyer_less_that_by_both() -> None:
    buyers = np.random.default_rng(5).integers(0, 40, 1_500)
    matrix, by_seller, both = _fitted(buyers)
    sellers = np.repeat(np.arange(matrix.cluster_ids.size), np.diff(matrix.cluster_starts))
    predictors = sm.add_constant(matrix.dense.T)
    result = sm.Logit((matrix.outcome >= 2).astype(float), predictors).fit(disp=0, tol=1e-10)
    alone, together = (
        np.diag(cov_cluster(result, codes, use_correction=False)) for codes in (buyers, sellers * 40 + buyers)
    )
    added = np.maximum((alone - together) * 40 / 39, 0)
    found = np.array([each.std_error for each in both]) ** 2 - np.array([each.std_error for each in by_seller]) ** 2
    assert (added > 0).any()
    assert found == pytest.approx(added, rel=RELATIVE, abs=1e-12)
    assert all(wide.half_width >= each.half_width for wide, each in zip(both, by_seller, strict=True))


@pytest.mark.parametrize("buyers", [np.full(600, -1), np.arange(600), np.zeros(600, dtype=np.int64)])
def test_nothing_is_added_where_no_buyer_comes_back_or_there_is_one(buyers: Integers) -> None:
    _, by_seller, both = _fitted(buyers)
    assert both == by_seller


def _null_world(seed: int) -> tuple[pl.DataFrame, Integers]:
    """Forty buyers have levels of their own, and one of two kinds that has nothing to do with them; sellers do not."""
    rng = np.random.default_rng(seed)
    buyers = rng.integers(0, 40, 1_000)
    level, kind = rng.normal(size=40), rng.integers(0, 2, 40)
    outcome = np.where(level[buyers] + rng.logistic(size=1_000) > 0, "buyer_wins", "seller_wins")
    frame = disputes(1_000, 120, seed).with_columns(
        outcome=pl.Series(outcome),
        evidence_advantage=pl.Series(kind[buyers].astype(float)),
        seller_id=pl.concat_str(pl.lit("S"), pl.int_range(pl.len())),
    )
    return frame, buyers


def test_a_buyers_attribute_without_effect_is_rejected_about_as_often_as_it_should() -> None:
    rejected = np.zeros(2, dtype=np.int64)
    for seed in range(60):
        frame, buyers = _null_world(seed)
        matrix = build_model(frame.lazy(), ADVANTAGES).matrix
        order = frame.with_row_index("row").sort("seller_id", "dispute_id")["row"].to_numpy()
        fitted = fit(matrix, Logit(2), matrix.estimable)
        place = 1 + matrix.dense_terms.index("evidence_advantage")
        direction = np.eye(fitted.information.shape[0])[[place]]
        model = (matrix, Logit(2), fitted)
        by_seller = infer(model, fitted.slopes[[place - 1]], direction)
        both = with_crossed(model, direction, by_seller, buyers[order])
        rejected += [found[0].p_value() < 0.05 for found in (by_seller, both)]
    # of 60 at 5 %: 3 expected, 8 or more with a chance of 1 %
    assert rejected[0] > 15
    assert rejected[1] < 8
