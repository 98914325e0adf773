"""Sums over the model matrix against the matrix written out."""

from dataclasses import replace

import numpy as np
import pytest

from tests.transforms.statistics.samples import disputes
from transforms.statistics import matrix as module
from transforms.statistics.clusters import Floats
from transforms.statistics.design import build_design
from transforms.statistics.matrix import (
    Matrix,
    Products,
    Sums,
    cluster_sums,
    independent_places,
    linear_predictor,
    plain_gram,
    weighted_sums,
)

TOLERANCE = 1e-10


def written_out(matrix: Matrix) -> Floats:
    """The matrix with all dummies, base levels included, shape (n, n_slopes)."""
    dummies = [np.eye(len(block.labels))[block.codes] for block in matrix.blocks]
    return np.concatenate([matrix.dense.T, *dummies], axis=1)


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    return build_design(disputes(600, 40).lazy(), []).matrix


def test_sums_are_those_of_the_whole_matrix(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK_ROWS", 64)
    full, weights = written_out(matrix), np.random.default_rng(1).random(matrix.n)
    slopes = np.arange(matrix.n_slopes) / 7
    chunks = list(matrix.chunks())
    assert len(chunks) == 10
    sums = sum(weighted_sums(matrix, rows, weights[rows]) for rows in chunks)
    eta = np.concatenate([linear_predictor(matrix, rows, slopes) for rows in chunks])
    assert sums == pytest.approx(full.T @ weights, rel=TOLERANCE, abs=TOLERANCE)
    assert eta == pytest.approx(full @ slopes, rel=TOLERANCE, abs=TOLERANCE)


@pytest.mark.parametrize("most_cells", [1, 59, 10_000])
def test_products_do_not_depend_on_how_blocks_are_grouped(
    matrix: Matrix, monkeypatch: pytest.MonkeyPatch, most_cells: int
) -> None:
    monkeypatch.setattr(module, "CHUNK_ROWS", 64)
    monkeypatch.setattr(module, "MOST_CELLS", most_cells)
    matrix = replace(matrix)
    full, weights = written_out(matrix), np.random.default_rng(1).random((3, matrix.n))
    whole = np.concatenate([np.ones((matrix.n, 1)), full], axis=1)
    products, sums = Products(matrix), Sums(matrix, 3)
    for rows in matrix.chunks():
        products.add(rows, weights[0, rows])
        sums.add(rows, weights[:, rows])
    assert len(matrix.groups) == {1: 3, 59: 2, 10_000: 1}[most_cells]
    assert products.total() == pytest.approx((whole.T * weights[0]) @ whole, rel=TOLERANCE, abs=TOLERANCE)
    assert sums.total() == pytest.approx(weights @ full, rel=TOLERANCE, abs=TOLERANCE)
    assert plain_gram(matrix) == pytest.approx(whole.T @ whole, rel=TOLERANCE, abs=TOLERANCE)


def test_cluster_sums_are_sums_by_seller(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK_ROWS", 64)
    full, weights = written_out(matrix), np.random.default_rng(1).random(matrix.n)
    parts = [cluster_sums(matrix, clusters, rows, weights[rows]) for clusters, rows in matrix.cluster_chunks()]
    owner = np.repeat(np.arange(matrix.cluster_ids.size), np.diff(matrix.cluster_starts))
    expected = [(full[owner == one].T @ weights[owner == one]) for one in range(matrix.cluster_ids.size)]
    assert len(parts) > 1
    assert np.concatenate(parts) == pytest.approx(np.array(expected), rel=TOLERANCE, abs=TOLERANCE)


def test_taken_rows_keep_their_clusters(matrix: Matrix) -> None:
    rows = np.flatnonzero(matrix.outcome == 2)
    taken = matrix.take(rows)
    owner = np.repeat(matrix.cluster_ids, np.diff(matrix.cluster_starts))
    assert np.repeat(taken.cluster_ids, np.diff(taken.cluster_starts)).tolist() == owner[rows].tolist()
    assert written_out(taken) == pytest.approx(written_out(matrix)[rows])


def test_dependent_columns_are_found() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 50))
    columns = np.column_stack([np.ones(50), first, np.full(50, 3.0), second, first - 2 * second])
    kept = independent_places(columns.T @ columns, np.ones(4, dtype=np.bool_))
    assert kept.tolist() == [True, False, True, False]
