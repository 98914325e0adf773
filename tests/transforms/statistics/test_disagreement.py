"""Pairs of like cases: by hand, against counting every pair, and whether intervals cover."""

from dataclasses import fields

import numpy as np
import pytest

from transforms.statistics import disagreement
from transforms.statistics.clusters import Clustering, Integers
from transforms.statistics.consistency import share_interval
from transforms.statistics.disagreement import MOST_PARTS, GroupPairs, count_group_pairs, count_pairs_of

TOLERANCE = 1e-12
SELLER_WINS, PARTIAL, BUYER_WINS = 0, 1, 2


def _array(*values: int) -> Integers:
    return np.array(values, dtype=np.int64)


def test_pairs_by_hand() -> None:
    # Cell 0: two won by the buyer and one by the seller, so 2 of 3 pairs differ. Cell 1: one of 1. Cell 2: alone.
    cells, outcome = _array(0, 0, 0, 1, 1, 2), _array(2, 2, 0, 2, 1, 0)
    found = count_group_pairs(np.zeros(6, dtype=np.int64), cells, outcome, np.arange(6), 1)
    assert (found.n[0], found.n_alone[0], found.n_cells[0]) == (6, 1, 2)
    assert (found.n_pairs[0], found.n_unlike[0]) == (4, 3)
    assert found.differ_share[0] == 0.75
    # Any two of the six: 3 won by the buyer, 1 partial, 2 by the seller; 15 − 3 − 0 − 1 = 11 of 15 differ.
    assert found.differ_any[0] == 11 / 15
    assert found.tau[0] == pytest.approx(1 - 0.75 * 15 / 11, abs=TOLERANCE)


def test_pairs_of_a_decider_are_those_with_one_of_its_own() -> None:
    # Owner 0 ruled the first dispute, owner 1 the second. Cell 0 holds both and a third, of nobody.
    found = count_pairs_of(_array(0, 1, -1, -1), _array(0, 0, 0, 1), _array(2, 0, 0, 1), np.arange(4), 2)
    assert found.n_pairs.tolist() == [2, 2]
    assert found.n_unlike.tolist() == [2, 1]
    # Of any two disputes three pairs each have one of theirs.
    assert found.differ_any.tolist() == [1.0, 2 / 3]


def test_all_alike_and_all_alone() -> None:
    group = np.zeros(4, dtype=np.int64)
    alike = count_group_pairs(group, group, group + BUYER_WINS, np.arange(4), 1)
    assert (alike.differ_share[0], alike.differ_any[0]) == (0.0, 0.0)
    assert np.isnan(alike.tau[0])
    alone = count_group_pairs(group, np.arange(4), group, np.arange(4), 1)
    assert (alone.n_pairs[0], alone.n_alone[0]) == (0, 4)
    assert np.isnan(alone.differ_share[0])


class EveryPair:
    """Counts pair by pair, and leaves out seller by seller."""

    def __init__(self, seed: int, n_sellers: int) -> None:
        rng = np.random.default_rng(seed)
        n = 160
        self.clusters: Integers = np.unique(np.sort(rng.integers(0, n_sellers, n)), return_inverse=True)[1]
        self.cells, self.outcome = rng.integers(0, 12, n), rng.integers(0, 3, n)
        self.group = rng.integers(0, 3, n)

    def share(self, group: int, without: int, *, is_enough: bool) -> float:
        """Share of pairs that differ; one dispute of the group is enough, or both have to be of it."""
        kept = [place for place in range(self.cells.size) if self.clusters[place] != without]
        differs = [
            self.outcome[i] != self.outcome[j]
            for place, i in enumerate(kept)
            for j in kept[:place]
            if self.cells[i] == self.cells[j]
            and int(self.group[i] == group) + int(self.group[j] == group) >= (1 if is_enough else 2)
        ]
        return float(np.mean(differs))

    def variance(self, group: int, *, is_enough: bool) -> float:
        """Of the delete-one-seller jackknife."""
        sellers = set(self.clusters if is_enough else self.clusters[self.group == group])
        whole = self.share(group, -1, is_enough=is_enough)
        squares = [(self.share(group, int(seller), is_enough=is_enough) - whole) ** 2 for seller in sellers]
        return sum(squares) * (len(sellers) - 1) / len(sellers)


def _compare(found: GroupPairs, pairs: EveryPair, group: int, *, is_enough: bool) -> None:
    whole = pairs.share(group, -1, is_enough=is_enough)
    assert found.differ_share[group] == pytest.approx(whole, abs=TOLERANCE)
    variance = pairs.variance(group, is_enough=is_enough)
    assert found.differ_variance[group] == pytest.approx(variance, rel=1e-9)


def test_shares_and_jackknife_are_those_of_every_pair() -> None:
    pairs = EveryPair(1, 25)
    found = count_group_pairs(pairs.group, pairs.cells, pairs.outcome, pairs.clusters, 3)
    for group in range(3):
        _compare(found, pairs, group, is_enough=False)


@pytest.mark.parametrize("name", ["ROWS_AT_ONCE", "MOST_KEYS"])
def test_a_few_sellers_at_a_time_or_other_numbers_give_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = EveryPair(4, 25)
    whole = count_group_pairs(pairs.group, pairs.cells, pairs.outcome, pairs.clusters, 3)
    monkeypatch.setattr(disagreement, name, 10)
    found = count_group_pairs(pairs.group, pairs.cells, pairs.outcome, pairs.clusters, 3)
    for field in fields(GroupPairs):
        assert getattr(found, field.name) == pytest.approx(getattr(whole, field.name), rel=TOLERANCE)


def test_shares_and_jackknife_of_owners_are_those_of_every_pair() -> None:
    pairs = EveryPair(2, 20)
    assert pairs.clusters.max() < MOST_PARTS
    found = count_pairs_of(pairs.group, pairs.cells, pairs.outcome, pairs.clusters, 3)
    for group in range(3):
        _compare(found, pairs, group, is_enough=True)


def test_many_sellers_are_left_out_in_parts() -> None:
    pairs = EveryPair(3, 90)
    found = count_pairs_of(pairs.group, pairs.cells, pairs.outcome, pairs.clusters, 3)
    assert found.n_parts.tolist() == [MOST_PARTS] * 3
    assert found.n_clusters[0] == len(set(pairs.clusters[pairs.group == 0]))
    one_by_one = pairs.variance(0, is_enough=True)
    # Thirty parts tell the variance to about a quarter.
    assert found.differ_variance[0] == pytest.approx(one_by_one, rel=0.6)


def test_one_seller_in_all_pairs_has_no_variance() -> None:
    found = count_group_pairs(_array(0, 0, 0), _array(0, 0, 1), _array(0, 2, 0), _array(0, 0, 1), 1)
    assert found.differ_share[0] == 1.0
    assert np.isnan(found.differ_variance[0])


def test_nothing_at_all() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    found = count_group_pairs(nothing, nothing, nothing, nothing, 1)
    assert (found.n[0], found.n_pairs[0], found.n_alone[0]) == (0, 0, 0)


@pytest.mark.parametrize(("n_cells", "effect"), [(40, 1.0), (300, 1.0), (20, 0.5)])
def test_intervals_cover_when_sellers_come_back(n_cells: int, effect: float) -> None:
    rng = np.random.default_rng(5)
    found = []
    for _ in range(200):
        sizes = np.minimum((rng.pareto(1.6, 250) * 4).astype(np.int64) + 1, 50)
        clusters = np.repeat(np.arange(250), sizes)
        cells = np.minimum(rng.geometric(8 / n_cells, clusters.size), n_cells)
        eta = effect * np.sin(cells) - 0.8 + rng.normal(size=250)[clusters]
        outcome = BUYER_WINS * (rng.random(clusters.size) < 1 / (1 + np.exp(-eta))).astype(np.int64)
        pairs = count_group_pairs(np.zeros_like(cells), cells, outcome, clusters, 1)
        size = Clustering(int(pairs.n[0]), 250, int(pairs.sum_squares[0]), has_sellers=True)
        share, variance = float(pairs.differ_share[0]), float(pairs.differ_variance[0])
        found.append((share, *share_interval(share, variance, 250, size.dof)))
    share, low, high = np.array(found).T
    truth = share.mean()
    # of 200 at 95 %, between 182 and 198 in 99 of 100 simulations
    assert 0.91 < ((low <= truth) & (truth <= high)).mean() < 0.99
