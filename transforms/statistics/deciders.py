"""Whether it matters who decides: each decider against all others on a like mix of cases.

See docs/decisions/086-consistency.md.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import polars as pl

from transforms.statistics.clusters import Clustering, Floats, Integers, Responses
from transforms.statistics.consistency import ALL, FEWEST_RULINGS, MOST_DECIDERS, most_frequent
from transforms.statistics.design import Prepared, prepare
from transforms.statistics.effects import FittedModel, fit_model
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix
from transforms.statistics.multiplicity import benjamini_hochberg
from transforms.statistics.reference import t_p_value, two_sided_quantile
from transforms.statistics.rulings import BUYER_WINS, rows_frame
from transforms.statistics.sampling import sample_sellers
from transforms.statistics.score_test import GroupScores, group_scores, heterogeneity
from transforms.statistics.separation import places_left, prune
from transforms.statistics.specs import CORE_FACTORS, NOT_RECORDED, OVERALL, FactorSpec
from transforms.statistics.terms import ADVANTAGES, CONTROLS, Categorical, Term, extra_term

#: Of more rulings a sample of whole sellers is taken.
MOST_ROWS = 500_000
#: Deciders cannot be compared with fewer.
FEWEST_DECIDERS = 2
_KIND = "decided_by"
_PERCENT = 100.0


@dataclass(frozen=True)
class DeciderRow:
    """One row of ``marts.decider_effects``; numbers are None where ``status`` says why."""

    decider_id: str
    decided_by: str
    n: int
    n_clusters: int
    win_share: float | None = None
    expected_share: float | None = None
    effect_pp: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    q_value: float | None = None
    shrunken_pp: float | None = None
    status: str = "ok"


@dataclass(frozen=True)
class VariationRow:
    """One row of ``marts.decider_variation``; numbers are None where ``status`` says why."""

    decided_by: str
    n: int
    n_clusters: int
    n_deciders: int
    sd_pp: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    status: str = "ok"


_Row = TypeVar("_Row", DeciderRow, VariationRow)


@dataclass(frozen=True)
class DeciderTables:
    """Frames of ``marts.decider_effects`` and ``marts.decider_variation``."""

    effects: pl.DataFrame
    variation: pl.DataFrame


@dataclass(frozen=True)
class _Deciders:
    """The deciders that are compared, and their rulings that the model uses.

    Attributes:
        names: Their ids.
        kinds: Whether each is an agent or a jury.
        groups: Decider of each row of the matrix from 1, 0 for another, shape (n,).
        matrix: The rows.
        density: Mean of p(1 − p) over the rows of each: from log odds to probability, shape (d,).
        scores: Their scores; None where ``status`` says why.
        status: ``ok`` or why there are none.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    groups: Integers
    matrix: Matrix
    density: Floats
    scores: GroupScores | None
    status: str

    def size(self, places: Integers) -> Clustering:
        """How the rulings of some deciders are spread over sellers."""
        rows = np.flatnonzero(np.isin(self.groups, places + 1))
        cluster = np.repeat(np.arange(self.matrix.cluster_ids.size), np.diff(self.matrix.cluster_starts))[rows]
        sizes = np.unique(cluster, return_counts=True)[1]
        return Clustering(rows.size, sizes.size, int(sizes @ sizes), self.matrix.has_sellers)


def decider_tables(frame: pl.LazyFrame, specs: Sequence[FactorSpec], most_rows: int = MOST_ROWS) -> DeciderTables:
    """Compare deciders.

    A logit of buyer_wins on the four advantages, category, claim, price, month, extra factors and whether an agent or
    a jury decided says how the cases of each decider are ruled in general; the score of a dummy for the decider how far
    its own rulings are from that.

    Args:
        frame: One row per ruled dispute: dispute_id, outcome, seller_id, category, claim, month, item_price_cny, the
            four advantages, decided_by, decider_id and the columns of extra factors. The order does not matter.
        specs: The factors.
        most_rows: Of more rulings whole sellers are sampled.

    Returns:
        One row per decider with most rulings, and one per kind of decider and for all.
    """
    sampled, is_sample = sample_sellers(frame, most_rows)
    deciders = _compare(sampled, specs)
    effects = _with_q_values(list(_effect_rows(deciders)))
    variation = list(_variation_rows(deciders))
    if is_sample:
        effects = [_marked(row) for row in effects]
        variation = [_marked(row) for row in variation]
    return DeciderTables(rows_frame(effects, DeciderRow), rows_frame(variation, VariationRow))


def _compare(frame: pl.LazyFrame, specs: Sequence[FactorSpec]) -> _Deciders:
    extra = [extra_term(spec) for spec in specs if spec not in (*CORE_FACTORS, OVERALL)]
    terms: list[Term] = [*ADVANTAGES, *CONTROLS, *extra, Categorical(_KIND, _KIND)]
    prepared = prepare(frame, terms, keep=("decider_id", _KIND))
    design = prepared.design(terms)
    matrix, places = design.matrix, np.arange(design.matrix.n)
    pruned = prune(matrix, _ends)
    if pruned.matrix.n:
        # otherwise the whole matrix says why
        matrix, places = pruned.matrix, places_left(matrix, pruned.rules)
    model = fit_model("buyer_wins", matrix, Logit(BUYER_WINS))
    if model.fitted is None:
        # Where terms decide all rulings the model has lost its rows; the deciders are still counted.
        model = replace(model, matrix=matrix)
    return _scored(model, prepared, places)


def _ends(outcome: Responses) -> Integers:
    return np.where(outcome == BUYER_WINS, 1, -1)


def _scored(model: FittedModel[Matrix], prepared: Prepared, rows: Integers) -> _Deciders:
    """The deciders with enough rulings among some rows, and their scores."""
    ids = prepared.rows["decider_id"].cast(pl.String)[rows]
    counts = ids.drop_nulls().value_counts(name="n")
    often = counts.filter(pl.col("n") >= FEWEST_RULINGS)[counts.columns[0]]
    names = most_frequent(ids.filter(ids.is_in(often.implode())), MOST_DECIDERS)
    groups = np.zeros(rows.size, dtype=np.int64)
    if names:
        coded = ids.replace_strict(names, range(1, len(names) + 1), default=0, return_dtype=pl.Int64)
        groups = coded.fill_null(0).to_numpy()
    kinds = prepared.rows[_KIND].cast(pl.String).fill_null(NOT_RECORDED)[rows]
    kind_of = tuple(kinds[int(np.argmax(groups == place))] for place in range(1, len(names) + 1))
    status = model.status if model.fitted is None else _comparable(ids, names)
    if model.fitted is None or status != "ok":
        return _Deciders(names, kind_of, groups, model.matrix, np.zeros(len(names)), None, status)
    scores = group_scores(model.matrix, model.family, model.fitted, groups, len(names))
    density = scores.plain_information / np.bincount(groups, minlength=len(names) + 1)[1:]
    return _Deciders(names, kind_of, groups, model.matrix, density, scores, "ok")


def _comparable(ids: pl.Series, names: Sequence[str]) -> str:
    """Whether there are deciders to compare, or why not."""
    if ids.null_count() == ids.len():
        return NOT_RECORDED
    if ids.drop_nulls().n_unique() < FEWEST_DECIDERS:
        return "one_decider"
    return "ok" if len(names) >= FEWEST_DECIDERS else "too_few_rulings"


def _effect_rows(deciders: _Deciders) -> Iterator[DeciderRow]:
    deviation = _deviation(deciders, np.arange(len(deciders.names)))
    wins = np.bincount(deciders.groups, deciders.matrix.outcome == BUYER_WINS, len(deciders.names) + 1)[1:]
    for place, name in enumerate(deciders.names):
        size = deciders.size(np.array([place]))
        row = DeciderRow(name, deciders.kinds[place], size.n, size.n_clusters, float(wins[place]) / size.n)
        yield _with_effect(row, deciders, place, (size, deviation))
    if not deciders.names:
        n, n_clusters = deciders.matrix.n, deciders.matrix.clustering.n_clusters
        yield DeciderRow(ALL, ALL, n, n_clusters, status=deciders.status)


def _with_effect(
    row: DeciderRow, deciders: _Deciders, place: int, size_and_deviation: tuple[Clustering, float | None]
) -> DeciderRow:
    """Fill in by how much the decider's rulings are off those of all others, in percentage points.

    The score over its information is one Newton step from no effect. Source: Rao (1948); ``shrunken_pp`` is the
    empirical Bayes estimate of Efron and Morris (1975).
    """
    size, deviation = size_and_deviation
    scores = deciders.scores
    if scores is None:
        return replace(row, status=deciders.status)
    row = replace(row, expected_share=float(scores.expected[place]) / size.n)
    if not scores.is_told_apart[place]:
        return replace(row, status="collinear")
    information, variance = scores.information[place, place], scores.covariance[place, place]
    log_odds, error = float(scores.scores[place] / information), math.sqrt(max(variance, 0.0)) / float(information)
    points = float(deciders.density[place]) * _PERCENT
    row = replace(row, effect_pp=log_odds * points, status=size.status)
    if error == 0 or size.n_clusters == 1:
        return replace(row, status="one_cluster" if size.n_clusters == 1 else "no_variation")
    half_width = two_sided_quantile(size.dof) * error
    if deviation is not None:
        row = replace(row, shrunken_pp=log_odds * points * deviation**2 / (deviation**2 + error**2))
    return replace(
        row,
        ci_low=max((log_odds - half_width) * points, -_PERCENT),
        ci_high=min((log_odds + half_width) * points, _PERCENT),
        p_value=t_p_value(log_odds / error, size.dof),
    )


def _deviation(deciders: _Deciders, places: Integers) -> float | None:
    """Standard deviation of the true effects in log odds, None where it cannot be told."""
    if deciders.scores is None:
        return None
    told_apart = places[deciders.scores.is_told_apart[places]]
    if told_apart.size < FEWEST_DECIDERS:
        return None
    found = heterogeneity(deciders.scores.take(told_apart), deciders.matrix.clustering.dof)
    return found.deviation if found else None


def _variation_rows(deciders: _Deciders) -> Iterator[VariationRow]:
    """How much the deciders differ, over all and within each kind."""
    kinds = sorted(set(deciders.kinds))
    for kind in (ALL, *kinds):
        places = np.flatnonzero([kind in (ALL, each) for each in deciders.kinds])
        size = deciders.size(places) if deciders.names else deciders.matrix.clustering
        row = VariationRow(kind, size.n, size.n_clusters, places.size)
        yield _with_variation(row, deciders, places)


def _with_variation(row: VariationRow, deciders: _Deciders, places: Integers) -> VariationRow:
    clustering = deciders.matrix.clustering
    if deciders.scores is None:
        return replace(row, status=deciders.status)
    told_apart = places[deciders.scores.is_told_apart[places]]
    if told_apart.size < FEWEST_DECIDERS:
        return replace(row, status="one_decider" if places.size < FEWEST_DECIDERS else "collinear")
    if clustering.n_clusters == 1:
        return replace(row, status="one_cluster")
    found = heterogeneity(deciders.scores.take(told_apart), clustering.dof)
    if found is None:
        return replace(row, status="no_variation")
    points = float(deciders.density[told_apart].mean()) * _PERCENT
    low, high = found.low * points, min(found.high * points, _PERCENT)
    return replace(
        row, sd_pp=found.deviation * points, ci_low=low, ci_high=high, p_value=found.p_value, status=clustering.status
    )


def _with_q_values(rows: list[DeciderRow]) -> list[DeciderRow]:
    p_values = np.array([math.nan if row.p_value is None else row.p_value for row in rows])
    q_values = benjamini_hochberg(p_values)
    return [
        row if math.isnan(q_value) else replace(row, q_value=float(q_value))
        for row, q_value in zip(rows, q_values, strict=True)
    ]


def _marked(row: _Row) -> _Row:
    """Say that the row rests on a sample."""
    return replace(row, status="sampled" if row.status == "ok" else row.status)
