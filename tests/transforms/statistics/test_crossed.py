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
    """Uncorrected by statsmodels: leaving out each of 40 buyers adds some per cent, their likeness sometimes more."""
    buyers = np.random.default_rng(5).integers(0, 40, 1_500)
    matrix, by_seller, both = _fitted(buyers)
    sellers = np.repeat(np.arange(matrix.cluster_ids.size), np.diff(matrix.cluster_starts))
    predictors = sm.add_constant(matrix.dense.T)
    result = sm.Logit((matrix.outcome >= 2).astype(float), predictors).fit(disp=0, tol=1e-10)
    alone, together = (
        np.diag(cov_cluster(result, codes, use_correction=False)) for codes in (buyers, sellers * 40 + buyers)
    )
    found = np.array([each.std_error for each in both]) ** 2 - np.array([each.std_error for each in by_seller]) ** 2
    ratio = (found + together) / alone
    assert (ratio > 1.02).all()
    assert np.median(ratio[found > 0]) < 1.1
    assert all(wide.half_width >= each.half_width for wide, each in zip(both, by_seller, strict=True))


@pytest.mark.parametrize("n_frequent", [1, 2, 5, 10])
def test_an_attribute_of_few_buyers_is_not_found_by_their_own_levels(n_frequent: int) -> None:
    rejected = 0
    for seed in range(40):
        frame, buyers = _null_world(seed, n_frequent)
        found = _of_evidence(frame, buyers)[1]
        rejected += found.has_error and found.p_value() < 0.05
        assert n_frequent > 1 or found.status in {"lone_cluster", "few_clusters"}
    # of 40 at 5 %: 2 expected, 7 or more with a chance of less than 1 %
    assert rejected < 7


@pytest.mark.parametrize("buyers", [np.full(600, -1), np.arange(600), np.zeros(600, dtype=np.int64)])
def test_nothing_is_added_where_no_buyer_comes_back_or_there_is_one(buyers: Integers) -> None:
    _, by_seller, both = _fitted(buyers)
    assert both == by_seller


def _null_world(seed: int, n_frequent: int = 20, spread: float = 1.0) -> tuple[pl.DataFrame, Integers]:
    """Forty buyers have levels of their own, and some an attribute that has nothing to do with them; sellers do not."""
    rng = np.random.default_rng(seed)
    buyers = rng.integers(0, 40, 1_000)
    level, kind = spread * rng.normal(size=40), np.arange(40) < n_frequent
    outcome = np.where(level[buyers] + rng.logistic(size=1_000) > 0, "buyer_wins", "seller_wins")
    frame = disputes(1_000, 120, seed).with_columns(
        outcome=pl.Series(outcome),
        evidence_advantage=pl.Series(kind[buyers].astype(float)),
        seller_id=pl.concat_str(pl.lit("S"), pl.int_range(pl.len())),
    )
    return frame, buyers


def _of_evidence(frame: pl.DataFrame, buyers: Integers) -> tuple[Inferred, Inferred]:
    """The effect of the attribute, which stands for evidence, by seller and both ways."""
    matrix = build_model(frame.lazy(), ADVANTAGES).matrix
    order = frame.with_row_index("row").sort("seller_id", "dispute_id")["row"].to_numpy()
    fitted = fit(matrix, Logit(2), matrix.estimable)
    place = 1 + matrix.dense_terms.index("evidence_advantage")
    direction = np.eye(fitted.information.shape[0])[[place]]
    model = (matrix, Logit(2), fitted)
    by_seller = infer(model, fitted.slopes[[place - 1]], direction)
    return by_seller[0], with_crossed(model, direction, by_seller, buyers[order])[0]


@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_a_buyers_attribute_without_effect_is_rejected_about_as_often_as_it_should(spread: float) -> None:
    rejected, wider = np.zeros(2, dtype=np.int64), []
    for seed in range(60):
        found = _of_evidence(*_null_world(seed, spread=spread))
        rejected += [each.p_value() < 0.05 for each in found]
        wider.append(found[1].half_width / found[0].half_width)
    # of 60 at 5 %: 3 expected, 8 or more with a chance of 1 %
    assert rejected[1] < 8
    if spread:
        assert rejected[0] > 15
    else:
        assert np.median(wider) < 1.1


@pytest.mark.parametrize("n_sellers", [3, 5])
def test_an_interval_is_never_narrower_than_by_seller_alone(n_sellers: int) -> None:
    for seed in range(20):
        frame, buyers = _null_world(seed)
        frame = frame.with_columns(seller_id=pl.concat_str(pl.lit("S"), pl.int_range(pl.len()) % n_sellers))
        by_seller, both = _of_evidence(frame, buyers)
        assert both.half_width >= by_seller.half_width
