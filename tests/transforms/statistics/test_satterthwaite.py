"""Degrees of freedom against the formula written out, and where they are known."""

import math

import numpy as np
import polars as pl
import pytest

from tests.transforms.statistics.samples import disputes
from tests.transforms.statistics.test_matrix import written_out
from transforms.statistics import satterthwaite
from transforms.statistics.clusters import Floats
from transforms.statistics.design import build_design, build_model
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix
from transforms.statistics.newton import Fit, fit
from transforms.statistics.satterthwaite import degrees_of_freedom
from transforms.statistics.terms import Numeric

SAME = 1e-9
#: What a tenth of the rows says of all of them.
THINNED = 0.25


def _fitted(frame: pl.DataFrame) -> tuple[Matrix, Fit]:
    matrix = build_design(frame.lazy(), []).matrix
    return matrix, fit(matrix, Logit(2), matrix.estimable)


def _written_out(matrix: Matrix, fitted: Fit) -> Floats:
    predictors = np.column_stack([np.ones(matrix.n), written_out(matrix)[:, fitted.free]])
    chance = 1 / (1 + np.exp(-predictors @ np.concatenate([fitted.intercepts, fitted.slopes[fitted.free]])))
    spread = np.sqrt(chance * (1 - chance))
    residuals = ((matrix.outcome == 2) - chance) / spread
    owner = np.repeat(np.arange(matrix.cluster_ids.size), np.diff(matrix.cluster_starts))
    same = (owner[:, None] == owner) & ~np.eye(matrix.n, dtype=np.bool_)
    likeness = (residuals @ same @ residuals) / same.sum() / (residuals @ residuals / matrix.n)
    pulls = (predictors * spread[:, None]) @ np.linalg.inv(fitted.information)
    parts = []
    for one in range(matrix.cluster_ids.size):
        rows = pulls[owner == one]
        errors = np.full((len(rows), len(rows)), max(likeness, 0.0))
        np.fill_diagonal(errors, 1.0)
        parts.append(np.diag(rows.T @ errors @ rows))
    table = np.array(parts)
    return np.asarray(table.sum(axis=0) ** 2 / (table**2).sum(axis=0))


@pytest.mark.parametrize("likeness", [0.0, 0.9])
def test_they_are_those_of_the_formula(likeness: float) -> None:
    matrix, fitted = _fitted(disputes(700, 50, likeness=likeness))
    found = degrees_of_freedom(matrix, Logit(2), fitted, np.eye(fitted.information.shape[0]))
    assert found == pytest.approx(_written_out(matrix, fitted), rel=SAME)


def test_sellers_of_equal_weight_count_each() -> None:
    # an attribute that is 1 or −1 by seller: with 30 sellers of 20 disputes each weighs the same
    seller = pl.int_range(pl.len()) // 20
    frame = disputes(600).with_columns(seller_id=seller.cast(pl.String), side=1.0 - 2.0 * (seller % 2))
    matrix = build_model(frame.lazy(), [Numeric("side", "side")]).matrix
    fitted = fit(matrix, Logit(2), matrix.estimable)
    found = degrees_of_freedom(matrix, Logit(2), fitted, np.array([[0.0, 1.0]]))
    assert found[0] == pytest.approx(30, rel=0.02)


def test_without_sellers_there_is_no_end_of_them() -> None:
    matrix, fitted = _fitted(disputes(600).with_columns(seller_id=pl.lit(None, pl.String)))
    assert math.isinf(degrees_of_freedom(matrix, Logit(2), fitted, np.eye(fitted.information.shape[0]))[0])
    assert degrees_of_freedom(matrix, Logit(2), fitted, np.zeros((0, 1))).size == 0


def test_one_seller_has_one() -> None:
    matrix, fitted = _fitted(disputes(600).with_columns(seller_id=pl.lit("S")))
    assert degrees_of_freedom(matrix, Logit(2), fitted, np.eye(fitted.information.shape[0])[:2]).tolist() == [1.0, 1.0]


def test_a_part_of_the_rows_stands_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix, fitted = _fitted(disputes(30_000, 3_000))
    directions = np.eye(fitted.information.shape[0])
    whole = degrees_of_freedom(matrix, Logit(2), fitted, directions)
    monkeypatch.setattr(satterthwaite, "MOST_ROWS", 6_000)
    part = degrees_of_freedom(matrix, Logit(2), fitted, directions)
    assert not np.array_equal(part, whole)
    assert part == pytest.approx(whole, rel=THINNED)
