"""Counts by seller against counting one by one."""

import math

import numpy as np
import polars as pl
import pytest

from transforms.statistics import clusters
from transforms.statistics.clusters import NO_SELLER, clustered_counts, describe_clusters, seller_codes

TOLERANCE = 1e-12
N_CELLS = 4


def _example() -> tuple[clusters.Integers, clusters.Integers]:
    rng = np.random.default_rng(2)
    sellers = np.sort(np.concatenate([np.full(5, NO_SELLER), rng.integers(0, 12, 60)]))
    return sellers, rng.integers(0, N_CELLS, sellers.size)


def test_seller_codes_are_alphabetical() -> None:
    assert seller_codes(pl.Series(["b", None, "a", "b"])).tolist() == [1, NO_SELLER, 0, 1]
    assert seller_codes(pl.Series([None, None])).tolist() == [NO_SELLER, NO_SELLER]


def test_clustering_by_hand() -> None:
    # two without a seller, one seller with three, one with one: four clusters, 1 + 1 + 9 + 1 = 12
    clustering = describe_clusters(np.array([-1, -1, 0, 0, 0, 1]))
    assert (clustering.n, clustering.n_clusters, clustering.sum_squares) == (6, 4, 12)
    assert clustering.dof == pytest.approx(36 / 12 - 1)
    assert clustering.status == "few_clusters"


def test_without_repeats_rulings_are_independent() -> None:
    clustering = describe_clusters(np.array([-1, 0, 1]))
    assert not clustering.is_clustered
    assert math.isinf(clustering.dof)


@pytest.mark.parametrize("chunk_entries", [1, 20, 4_000_000])
def test_variance_of_a_share_is_the_jackknife(chunk_entries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "CHUNK_ENTRIES", chunk_entries)
    sellers, cells = _example()
    own = np.where(sellers == NO_SELLER, -1 - np.arange(sellers.size), sellers)
    share = (cells == 1).mean()
    left_out = np.array([(cells[own != one] == 1).mean() for one in np.unique(own)])
    expected = (1 - 1 / left_out.size) * ((left_out - share) ** 2).sum()
    counted = clustered_counts(sellers, cells, N_CELLS)
    influence = (np.arange(N_CELLS) == 1).astype(np.float64)[None, :]
    assert counted.variance(influence)[0, 0] == pytest.approx(expected, rel=TOLERANCE)


def test_plain_variance_of_a_share_is_binomial() -> None:
    counted = clustered_counts(np.full(10, NO_SELLER), np.array([0] * 3 + [1] * 7), 2)
    assert counted.variance(np.array([[0.0, 1.0]]))[0, 0] == pytest.approx(0.3 * 0.7 / 10, rel=TOLERANCE)


def test_the_order_of_a_sellers_disputes_does_not_matter() -> None:
    sellers, cells = _example()
    shuffled = np.lexsort([np.random.default_rng(9).random(cells.size), sellers])
    first, second = (clustered_counts(sellers, order, N_CELLS) for order in (cells, cells[shuffled]))
    assert first.cross.tobytes() == second.cross.tobytes()
