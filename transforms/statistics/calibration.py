"""The calibration curve: what was predicted against what happened, bin by bin."""

import math
from dataclasses import dataclass

import numpy as np

from transforms.statistics.accuracy import Judged
from transforms.statistics.clusters import Clustering, Floats, Integers
from transforms.statistics.reference import two_sided_quantile

MOST_BINS = 10
#: A bin should have at least so many disputes.
FEWEST_PER_BIN = 50


@dataclass(frozen=True)
class Bin:
    """Disputes with about the same predicted chance of buyer_wins.

    Attributes:
        number: From 1, the lowest chances.
        predicted_low: Smallest chance in the bin.
        predicted_high: Largest.
        predicted: Mean chance.
        n: Disputes.
        n_clusters: Sellers behind them.
        share: Share of disputes that the buyer won.
        ci_low: Lower end of its 95 % interval.
        ci_high: Upper end.
        status: What is to be said of the interval.
    """

    number: int
    predicted_low: float
    predicted_high: float
    predicted: float
    n: int
    n_clusters: int
    share: float
    ci_low: float
    ci_high: float
    status: str


def calibration_curve(judged: Judged, chances: Floats) -> list[Bin]:
    """Cut disputes into bins of about equal size by their predicted chance.

    Disputes with the same chance are in one bin: that in which the middle of them falls.

    Args:
        judged: The disputes.
        chances: Predicted chance of buyer_wins, shape (n,).

    Returns:
        The bins that have any dispute, lowest chances first.
    """
    n_bins = min(max(chances.size // FEWEST_PER_BIN, 1), MOST_BINS)
    _, place, sizes = np.unique(chances, return_inverse=True, return_counts=True)
    before = np.cumsum(sizes) - sizes
    number = (n_bins * (2 * before + sizes) // (2 * chances.size))[place]
    return [_bin(judged, chances, np.flatnonzero(number == each), int(each)) for each in np.unique(number)]


def _bin(judged: Judged, chances: Floats, rows: Integers, number: int) -> Bin:
    cluster = np.repeat(np.arange(judged.cluster_starts.size - 1), np.diff(judged.cluster_starts))[rows]
    starts = np.flatnonzero(np.diff(cluster, prepend=-1))
    sizes = np.diff(np.append(starts, rows.size))
    clustering = Clustering(rows.size, sizes.size, int(sizes @ sizes), judged.clustering.has_sellers)
    wins = np.add.reduceat(judged.is_win[rows].astype(np.int64), starts)
    low, high = clustered_wilson(wins, sizes, clustering)
    here = chances[rows]
    return Bin(
        number + 1, float(here.min()), float(here.max()), float(here.mean()), clustering.n, clustering.n_clusters,
        float(wins.sum() / rows.size), low, high, clustering.status,
    )  # fmt: skip


def clustered_wilson(wins: Integers, sizes: Integers, clustering: Clustering) -> tuple[float, float]:
    """Wilson's interval of a share with the effective number of disputes.

    As in ``sql/marts/outcome_rates.sql``: the design effect, at least one, is the variance by leaving out each seller
    over that of independent rulings. A share of 0 or 1 has none; there a seller's rulings count as one. Source:
    Wilson (1927); Dean and Pagano (2015).

    Args:
        wins: Of each cluster, shape (G,).
        sizes: Disputes of each cluster, shape (G,).
        clustering: The same clusters.

    Returns:
        Low and high end.
    """
    n, share = clustering.n, float(wins.sum()) / clustering.n
    effective, quantile = float(n), two_sided_quantile(clustering.dof)
    if clustering.is_clustered:
        kish = clustering.sum_squares / n
        effect = kish
        if 0 < share < 1 and clustering.n_clusters > 1:
            shifts = (wins - share * sizes) / (1 - sizes / n)
            variance = float(shifts @ shifts) * (1 - 1 / clustering.n_clusters)
            effect = max(variance / (n * share * (1 - share)), 1.0)
        effective = max(n / effect, 1.0)
    spread = quantile**2 / effective
    centre = (share + spread / 2) / (1 + spread)
    half_width = math.sqrt(spread * share * (1 - share) + spread**2 / 4) / (1 + spread)
    low = 0.0 if share == 0 else centre - half_width
    high = 1.0 if share == 1 else centre + half_width
    return low, high
