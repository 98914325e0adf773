"""How often two like cases were ruled unlike: pairs of disputes of one cell, counted and never written out.

Of the n disputes of a cell, nₖ with outcome k, (n² − Σ nₖ²) / 2 pairs differ out of n(n − 1) / 2. Summed over the cells
of a group, the former over the latter is the chance that two like cases, drawn at random, differ: a ratio of two
U-statistics (Hoeffding 1948; for one cell Simpson 1949). Pairs of any two disputes of the group give the chance that
cells would leave unchanged if the outcome did not depend on them; one less their ratio is Goodman and Kruskal's tau
(1954), without its bias in small cells.

Of a group that has few cases of a cell to itself, such as those of one decider, all pairs count that have at least one
dispute in the group: how often its rulings differ from those of like cases, whoever ruled them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.rulings import run_starts
from transforms.statistics.specs import OUTCOMES

#: Sellers are left out one by one, or in so many parts where each would be too much work.
MOST_PARTS = 30
#: Numbers up to which a table of all of them says which occur; beyond it they are sorted.
MOST_KEYS = 2**23
#: Disputes whose sellers are looked at together.
ROWS_AT_ONCE = 1_000_000
_N_OUTCOMES = len(OUTCOMES)


@dataclass(frozen=True)
class GroupPairs:
    """Pairs within groups; every array has shape (groups,).

    Attributes:
        n: Disputes.
        n_clusters: Sellers; a dispute without one counts as one.
        sum_squares: Sum of the squared numbers of disputes of each seller.
        n_alone: Disputes that no other of the group is like.
        n_cells: Cells with two disputes or more.
        n_pairs: Pairs of like cases.
        n_unlike: Those that were ruled unlike.
        differ_share: ``n_unlike / n_pairs``; NaN without pairs.
        differ_any: The same for pairs of any two disputes of the group; NaN with one dispute.
        tau: ``1 − differ_share / differ_any``; NaN where all were ruled alike.
        differ_variance: Jackknife variance of ``differ_share``; NaN where one seller is in all pairs.
        tau_variance: The same of ``tau``.
        n_parts: In how many parts sellers were left out.
    """

    n: Integers
    n_clusters: Integers
    sum_squares: Integers
    n_alone: Integers
    n_cells: Integers
    n_pairs: Integers
    n_unlike: Integers
    differ_share: Floats
    differ_any: Floats
    tau: Floats
    differ_variance: Floats
    tau_variance: Floats
    n_parts: Integers


@dataclass(frozen=True)
class _Counts:
    """Disputes by outcome in the parts of something: ``counts`` (outcomes, parts); ``owner`` is the group of each."""

    counts: Integers
    owner: Integers


@dataclass(frozen=True)
class _Pairs:
    """Pairs of like cases, and of any two, in all and unlike; every array has shape (groups,) or (parts,)."""

    like: Integers
    like_unlike: Integers
    any: Integers
    any_unlike: Integers

    def less(self, lost: "_Pairs", owner: Integers) -> "_Pairs":
        """What is left of each part's group without the part."""
        return _Pairs(
            self.like[owner] - lost.like,
            self.like_unlike[owner] - lost.like_unlike,
            self.any[owner] - lost.any,
            self.any_unlike[owner] - lost.any_unlike,
        )


@dataclass(frozen=True)
class _Sizes:
    """The first fields of ``GroupPairs``."""

    n: Integers
    n_clusters: Integers
    sum_squares: Integers
    n_alone: Integers
    n_cells: Integers


def count_group_pairs(
    groups: Integers, cells: Integers, outcome: Integers, clusters: Integers, n_groups: int
) -> GroupPairs:
    """Count pairs of like cases within groups, with their variance by seller.

    The variance is that of the delete-one-seller jackknife (Arvesen 1969, for U-statistics), exact: what a seller's
    disputes take with them follows from the seller's own counts by cell.

    Args:
        groups: Group of each dispute from 0, shape (n,).
        cells: Cell of each dispute from 0; like cases share it, shape (n,).
        outcome: Code of the outcome, shape (n,).
        clusters: Cluster of each dispute, ascending, shape (n,).
        n_groups: Number of groups.

    Returns:
        Counts, chances and variances by group.
    """
    wide = int(cells.max(initial=0)) + 1
    keys, cell_of = _numbered(groups * wide + cells)
    cell = _Counts(_by_outcome(cell_of, outcome, keys.size), keys // wide)
    total = _sum_by(cell.counts, cell.owner, n_groups)
    whole = _Pairs(
        _sum_by(_pairs(cell.counts), cell.owner, n_groups),
        _sum_by(_unlike(cell.counts), cell.owner, n_groups),
        _pairs(total),
        _unlike(total),
    )
    n_clusters, sum_squares = np.zeros((2, n_groups), dtype=np.int64)
    differ, tau = np.zeros((2, n_groups))
    for rows in _whole_clusters(clusters):
        part, member, starts = _of_clusters(clusters[rows], cell_of[rows], outcome[rows], cell, n_groups)
        own = total[:, member.owner]
        lost = _Pairs(
            _run_sums(_lost(_pairs, cell, part), starts),
            _run_sums(_lost(_unlike, cell, part), starts),
            _pairs(own) - _pairs(own - member.counts),
            _unlike(own) - _unlike(own - member.counts),
        )
        squares = _squares(whole, whole.less(lost, member.owner), member.owner, n_groups)
        differ, tau = differ + squares[0], tau + squares[1]
        n_clusters += np.bincount(member.owner, minlength=n_groups)
        sum_squares += _sum_by(member.counts.sum(axis=0) ** 2, member.owner, n_groups)
    sizes = cell.counts.sum(axis=0)
    n_alone, n_cells = (np.bincount(cell.owner[rows], minlength=n_groups) for rows in (sizes == 1, sizes > 1))
    factor = _jackknife_factor(n_clusters)
    return _described(
        whole,
        _Sizes(total.sum(axis=0), n_clusters, sum_squares, n_alone, n_cells),
        (factor * differ, factor * tau),
        n_clusters,
    )


def _numbered(keys: Integers) -> tuple[Integers, Integers]:
    """Distinct keys, ascending, and the place of each key among them."""
    size = int(keys.max(initial=-1)) + 1
    if size > MOST_KEYS:
        distinct, places = np.unique(keys, return_inverse=True)
        return distinct, places
    occurs = np.zeros(size, dtype=np.bool_)
    occurs[keys] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1).take(keys)


def _whole_clusters(clusters: Integers) -> Iterator[slice]:
    """Ranges of about ``ROWS_AT_ONCE`` disputes of whole clusters, so that memory does not grow with their number."""
    start = 0
    while start < clusters.size:
        last = clusters[min(start + ROWS_AT_ONCE, clusters.size) - 1]
        stop = int(np.searchsorted(clusters, last, side="right"))
        yield slice(start, stop)
        start = stop


def _of_clusters(
    clusters: Integers, cell_of: Integers, outcome: Integers, cell: _Counts, n_groups: int
) -> tuple[_Counts, _Counts, Integers]:
    """Disputes of some clusters by outcome.

    Returns:
        Counts by cluster and cell, whose ``owner`` is the cell; by cluster and group; and where each of the latter
        begins among the former.
    """
    n_cells = cell.owner.size
    keys = np.sort(((clusters - clusters[0]) * n_cells + cell_of) * _N_OUTCOMES + outcome)
    runs = run_starts(keys)
    values, sizes = keys[runs], np.diff(np.append(runs, keys.size))
    begins = run_starts(values // _N_OUTCOMES)
    counts = np.zeros((_N_OUTCOMES, begins.size), dtype=np.int64)
    counts[values % _N_OUTCOMES, np.repeat(np.arange(begins.size), np.diff(np.append(begins, values.size)))] = sizes
    part_keys = values[begins] // _N_OUTCOMES
    part = _Counts(counts, part_keys % n_cells)
    # parts are in the order of clusters and, since cells are in that of groups, of groups within a cluster
    member_keys = (part_keys // n_cells) * n_groups + cell.owner[part.owner]
    starts = run_starts(member_keys)
    return part, _Counts(_run_sums(counts, starts), member_keys[starts] % n_groups), starts


def count_pairs_of(
    owners: Integers, cells: Integers, outcome: Integers, clusters: Integers, n_owners: int
) -> GroupPairs:
    """Count pairs of like cases of which at least one is the owner's, with their variance by seller.

    Sellers are left out one by one, or in ``MOST_PARTS`` parts if there are more (Wolter 2007, chapter 4).

    Args:
        owners: Owner of each dispute from 0, −1 for none, shape (n,).
        cells: Cell of each dispute from 0; like cases share it, shape (n,).
        outcome: Code of the outcome, shape (n,).
        clusters: Cluster of each dispute from 0, ascending, shape (n,).
        n_owners: Number of owners.

    Returns:
        Counts, chances and variances by owner.
    """
    _, cell_of = _numbered(cells)
    n_cells = int(cell_of.max(initial=-1)) + 1
    owned = np.flatnonzero(owners >= 0)
    keys, own_of = _numbered(owners[owned] * max(n_cells, 1) + cell_of[owned])
    every = _by_outcome(cell_of, outcome, n_cells)
    own = _Counts(_by_outcome(own_of, outcome[owned], keys.size), keys // max(n_cells, 1))
    cell_of_own = keys % max(n_cells, 1)
    whole = _pairs_with(every, own, cell_of_own, n_owners)
    n_parts = min(int(clusters.max(initial=-1)) + 1, MOST_PARTS)
    parts, left = clusters % MOST_PARTS, []
    for part in range(n_parts):
        rows, own_rows = np.flatnonzero(parts == part), np.flatnonzero(parts[owned] == part)
        every_left = every - _by_outcome(cell_of[rows], outcome[rows], n_cells)
        own_left = own.counts - _by_outcome(own_of[own_rows], outcome[owned[own_rows]], keys.size)
        left.append(_pairs_with(every_left, _Counts(own_left, own.owner), cell_of_own, n_owners))
    counted = np.full(n_owners, n_parts)
    return _described(
        whole,
        _own_sizes(owners[owned], clusters[owned], n_owners, _Counts(every[:, cell_of_own], own.owner), own),
        _jackknife(whole, _joined(left), np.tile(np.arange(n_owners), n_parts), counted),
        counted,
    )


def _pairs_with(every: Integers, own: _Counts, cell_of_own: Integers, n_owners: int) -> _Pairs:
    """Pairs that would be gone without the owner's disputes."""
    before, total = every[:, cell_of_own], every.sum(axis=1, keepdims=True)
    after, total_after = before - own.counts, total - _sum_by(own.counts, own.owner, n_owners)
    return _Pairs(
        _sum_by(_pairs(before) - _pairs(after), own.owner, n_owners),
        _sum_by(_unlike(before) - _unlike(after), own.owner, n_owners),
        _pairs(total) - _pairs(total_after),
        _unlike(total) - _unlike(total_after),
    )


def _own_sizes(owners: Integers, clusters: Integers, n_owners: int, around: _Counts, own: _Counts) -> _Sizes:
    """Sizes of what the owners have; ``around`` is counted in the cells of ``own``."""
    keys, sizes = np.unique(owners * (int(clusters.max(initial=0)) + 1) + clusters, return_counts=True)
    owner_of = keys // (int(clusters.max(initial=0)) + 1)
    is_alone = around.counts.sum(axis=0) == 1
    return _Sizes(
        np.bincount(owners, minlength=n_owners),
        np.bincount(owner_of, minlength=n_owners),
        _sum_by(sizes**2, owner_of, n_owners),
        np.bincount(own.owner[is_alone], minlength=n_owners),
        np.bincount(own.owner[~is_alone], minlength=n_owners),
    )


def _joined(pairs: Sequence[_Pairs]) -> _Pairs:
    """Parts one after the other."""
    nothing = [np.zeros(0, dtype=np.int64)]
    return _Pairs(
        np.concatenate([*nothing, *(each.like for each in pairs)]),
        np.concatenate([*nothing, *(each.like_unlike for each in pairs)]),
        np.concatenate([*nothing, *(each.any for each in pairs)]),
        np.concatenate([*nothing, *(each.any_unlike for each in pairs)]),
    )


def _jackknife(whole: _Pairs, left: _Pairs, owner: Integers, n_parts: Integers) -> tuple[Floats, Floats]:
    """Variances of the chance that like cases differ and of tau; NaN where a part is in all pairs, or all there is.

    Source: Arvesen (1969); Wolter (2007), chapter 4.
    """
    factor = _jackknife_factor(n_parts)
    differ, tau = _squares(whole, left, owner, n_parts.size)
    return factor * differ, factor * tau


def _jackknife_factor(n_parts: Integers) -> Floats:
    return np.asarray(np.where(n_parts > 1, (n_parts - 1) / np.maximum(n_parts, 1), np.nan))


def _squares(whole: _Pairs, left: _Pairs, owner: Integers, n_groups: int) -> tuple[Floats, Floats]:
    """Squared changes of the chance that like cases differ and of tau, summed by group."""
    differ, _, tau = (
        np.asarray(np.bincount(owner, (without - estimate[owner]) ** 2, n_groups), dtype=np.float64)
        for estimate, without in zip(_chances(whole), _chances(left), strict=True)
    )
    return differ, tau


def _described(whole: _Pairs, sizes: _Sizes, variances: tuple[Floats, Floats], n_parts: Integers) -> GroupPairs:
    differ_share, differ_any, tau = _chances(whole)
    return GroupPairs(
        n=sizes.n,
        n_clusters=sizes.n_clusters,
        sum_squares=sizes.sum_squares,
        n_alone=sizes.n_alone,
        n_cells=sizes.n_cells,
        n_pairs=whole.like,
        n_unlike=whole.like_unlike,
        differ_share=differ_share,
        differ_any=differ_any,
        tau=tau,
        differ_variance=variances[0],
        tau_variance=variances[1],
        n_parts=n_parts,
    )


def _chances(pairs: _Pairs) -> tuple[Floats, Floats, Floats]:
    """Chance that like cases differ, that any two differ, and tau; NaN where there is none."""
    like, any_two = _ratio(pairs.like_unlike, pairs.like), _ratio(pairs.any_unlike, pairs.any)
    return like, any_two, 1 - _ratio(like, any_two)


def _ratio(part: Integers | Floats, whole: Integers | Floats) -> Floats:
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=np.asarray(whole) > 0)


def _by_outcome(places: Integers, outcome: Integers, size: int) -> Integers:
    """Disputes at each place by outcome, shape (outcomes, size)."""
    return np.bincount(outcome * size + places, minlength=_N_OUTCOMES * size).reshape(_N_OUTCOMES, size)


def _sum_by(values: Integers, owner: Integers, size: int) -> Integers:
    """Whole numbers summed by owner along the last axis; exact below 2⁵³."""
    if values.ndim > 1:
        return np.stack([_sum_by(row, owner, size) for row in values])
    return np.bincount(owner, values, size).astype(np.int64)


def _run_sums(values: Integers, starts: Integers) -> Integers:
    """Whole numbers summed over runs along the last axis."""
    if starts.size == 0:
        return np.zeros((*values.shape[:-1], 0), dtype=np.int64)
    return np.asarray(np.add.reduceat(values, starts, axis=-1))


def _pairs(counts: Integers) -> Integers:
    """Pairs of disputes, from their numbers by outcome (the first axis)."""
    n = counts.sum(axis=0)
    return np.asarray(n * (n - 1) // 2)


def _unlike(counts: Integers) -> Integers:
    """Pairs of disputes with different outcomes, from their numbers by outcome (the first axis)."""
    return np.asarray((counts.sum(axis=0) ** 2 - (counts**2).sum(axis=0)) // 2)


def _lost(count: Callable[[Integers], Integers], cell: _Counts, part: _Counts) -> Integers:
    """Pairs that a cell loses with the disputes of one seller."""
    before = cell.counts[:, part.owner]
    return count(before) - count(before - part.counts)
