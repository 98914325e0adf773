"""How often like cases are ruled unlike, by group of disputes (docs/decisions/086-consistency.md)."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from transforms.statistics.clusters import Clustering, Integers
from transforms.statistics.disagreement import GroupPairs, count_group_pairs, count_pairs_of
from transforms.statistics.like_cases import find_like_cases
from transforms.statistics.matrix import Booleans
from transforms.statistics.reference import two_sided_quantile
from transforms.statistics.rulings import Rulings, coded_text, order_rulings, rows_frame, with_levels
from transforms.statistics.specs import NOT_RECORDED, FactorSpec

ALL = "all"
DECIDER = "decider"
#: What disputes are divided by, beside their decider.
SLICES = ("category", "claim", "month", "decided_by")
_COLUMNS = ("dispute_id", "outcome", "seller_id", *SLICES, "decider_id")
#: Deciders with fewer rulings are counted, not judged.
FEWEST_RULINGS = 30
#: With fewer pairs of like cases nothing is said of them.
FEWEST_PAIRS = 30
#: So many deciders have a row each, those with most rulings; the others share one.
MOST_DECIDERS = 200
OTHERS = "other"


@dataclass(frozen=True)
class ConsistencyRow:
    """One row of ``marts.consistency``; numbers are None where ``status`` says why."""

    slice: str
    value: str
    n: int
    n_clusters: int
    n_alone: int | None = None
    n_cells: int | None = None
    n_pairs: int | None = None
    differ_share: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    differ_any: float | None = None
    tau: float | None = None
    tau_ci_low: float | None = None
    tau_ci_high: float | None = None
    like_by: str = ""
    status: str = "ok"


@dataclass(frozen=True)
class _Groups:
    """Groups of one slice: their names, and the group of each dispute."""

    slice: str
    values: tuple[str, ...]
    codes: Integers


def consistency(ruled: pl.LazyFrame | pl.DataFrame, levels: pl.DataFrame, specs: Sequence[FactorSpec]) -> pl.DataFrame:
    """Measure how often like cases were ruled unlike.

    Args:
        ruled: One row per ruled dispute: dispute_id, outcome, seller_id, category, claim, month, decided_by and
            decider_id. The order of rows does not matter.
        levels: dispute_id and for each factor a column of level codes of its name.
        specs: The factors.

    Returns:
        One row per slice and value with the columns of ``ConsistencyRow``.
    """
    # a text for each dispute would take most of the memory
    coded = ruled.lazy().select(_COLUMNS).with_columns(pl.col(*SLICES, "decider_id").cast(pl.Categorical))
    rulings = order_rulings(with_levels(coded.collect(), levels, specs))
    like = find_like_cases(rulings.frame, specs)
    rows = [replace(row, like_by=", ".join(like.criteria)) for row in _all_rows(rulings, like.cells)]
    return rows_frame(rows, ConsistencyRow)


def most_frequent(series: pl.Series, most: int) -> tuple[str, ...]:
    """The values that occur most often, the alphabet deciding between equals, in alphabetical order."""
    counts = series.drop_nulls().cast(pl.String).value_counts(name="n")
    ranked = counts.sort("n", counts.columns[0], descending=[True, False]).head(most)
    return tuple(sorted(ranked[counts.columns[0]]))


def _slices(rulings: Rulings) -> Iterator[_Groups]:
    yield _Groups(ALL, (ALL,), np.zeros(rulings.n, dtype=np.int64))
    for name in SLICES:
        yield _Groups(name, *coded_text(rulings.frame[name]))


def _deciders(rulings: Rulings) -> _Groups:
    """The deciders with most rulings; the code of other disputes is −1."""
    names = rulings.frame["decider_id"].cast(pl.String)
    kept = most_frequent(names, MOST_DECIDERS)
    codes = names.replace_strict(kept, range(len(kept)), default=-1, return_dtype=pl.Int64) if kept else None
    return _Groups(DECIDER, kept, np.full(rulings.n, -1) if codes is None else codes.to_numpy())


def _count(rulings: Rulings, cells: Integers, groups: _Groups) -> GroupPairs:
    count = count_pairs_of if groups.slice == DECIDER else count_group_pairs
    return count(groups.codes, cells, rulings.outcome, rulings.clusters, len(groups.values))


def _all_rows(rulings: Rulings, cells: Integers) -> Iterator[ConsistencyRow]:
    deciders = _deciders(rulings)
    slices = [*_slices(rulings), deciders]
    for groups in slices:
        yield from _rows(rulings, groups, _count(rulings, cells, groups))
    is_named = rulings.frame["decider_id"].is_not_null().to_numpy()
    yield from _counted(rulings, OTHERS, "too_many_deciders", is_named & (deciders.codes < 0))
    yield from _counted(rulings, NOT_RECORDED, NOT_RECORDED, ~is_named)


def _counted(rulings: Rulings, value: str, status: str, rows: Booleans) -> Iterator[ConsistencyRow]:
    """A row of disputes that were not ruled by one and the same."""
    if rows.any():
        size = rulings.clustering(np.flatnonzero(rows))
        yield ConsistencyRow(DECIDER, value, size.n, size.n_clusters, status=status)


def _rows(rulings: Rulings, groups: _Groups, pairs: GroupPairs) -> Iterator[ConsistencyRow]:
    has_sellers = np.bincount(groups.codes[(rulings.sellers >= 0) & (groups.codes >= 0)], minlength=len(groups.values))
    for place, value in enumerate(groups.values):
        size = Clustering(
            int(pairs.n[place]), int(pairs.n_clusters[place]), int(pairs.sum_squares[place]), bool(has_sellers[place])
        )
        row = ConsistencyRow(
            groups.slice, value, size.n, size.n_clusters,
            int(pairs.n_alone[place]), int(pairs.n_cells[place]), int(pairs.n_pairs[place]),
        )  # fmt: skip
        status = _too_little(row)
        yield replace(row, status=status) if status != "ok" else _filled(row, pairs, place, size)


def _too_little(row: ConsistencyRow) -> str:
    """Why nothing can be said, or ``ok``."""
    if row.n == 0:
        return "nothing_ruled"
    if row.slice == DECIDER and row.n < FEWEST_RULINGS:
        return "too_few_rulings"
    if not row.n_pairs:
        return "no_like_cases"
    return "ok" if row.n_pairs >= FEWEST_PAIRS else "too_few_pairs"


def _filled(blank: ConsistencyRow, pairs: GroupPairs, place: int, size: Clustering) -> ConsistencyRow:
    """The chances of a group with their intervals."""
    share, variance = float(pairs.differ_share[place]), float(pairs.differ_variance[place])
    row = replace(blank, differ_share=share, differ_any=float(pairs.differ_any[place]), status=size.status)
    tau, tau_variance = float(pairs.tau[place]), float(pairs.tau_variance[place])
    if not math.isnan(tau):
        row = replace(row, tau=tau)
    if math.isnan(variance):
        return replace(row, status="one_cluster")
    dof = min(size.dof, float(pairs.n_parts[place] - 1))
    low, high = share_interval(share, variance, size.n_clusters, dof)
    row = replace(row, ci_low=low, ci_high=high)
    if math.isnan(tau) or math.isnan(tau_variance):
        return row
    half_width = two_sided_quantile(dof) * math.sqrt(tau_variance)
    return replace(row, tau_ci_low=tau - half_width, tau_ci_high=min(tau + half_width, 1.0))


def share_interval(share: float, variance: float, n_clusters: int, dof: float) -> tuple[float, float]:
    """Wilson's interval of a share whose variance is known from elsewhere.

    The variance tells how many independent draws would be as precise. Where it is zero, because all pairs differ or
    none does, there are at most as many independent pairs as two sellers each make. Source: Wilson (1927); Dean and
    Pagano (2015).

    Args:
        share: The estimate.
        variance: Its variance.
        n_clusters: Sellers behind it.
        dof: Degrees of freedom of the variance.

    Returns:
        Both ends, in [0, 1].
    """
    draws = share * (1 - share) / variance if variance > 0 else n_clusters / 2
    draws = max(draws, 1.0)
    quantile = two_sided_quantile(dof)
    centre = (share + quantile**2 / (2 * draws)) / (1 + quantile**2 / draws)
    spread = math.sqrt(share * (1 - share) / draws + (quantile / (2 * draws)) ** 2)
    half_width = quantile / (1 + quantile**2 / draws) * spread
    return max(centre - half_width, 0.0), min(centre + half_width, 1.0)
