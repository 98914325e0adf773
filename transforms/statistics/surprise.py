"""The rulings that the factors explain least (docs/decisions/086-consistency.md).

A ruling is as surprising as its probability is small under the proportional-odds model of the rulings of other sellers:
− ln P, in nats (Shannon 1948). Sellers are dealt out to five parts, and each part is predicted by the model of the four
others (cross-fitting; Stone 1974), so that neither a ruling nor its seller's other rulings explain it.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.design import Prepared, prepare
from transforms.statistics.effects import FittedModel, fit_model, ordinal_family
from transforms.statistics.families import Family, logistic
from transforms.statistics.matrix import Matrix, linear_predictor, weighted_sums
from transforms.statistics.newton import Fit
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.reference import two_sided_quantile
from transforms.statistics.rulings import rows_frame
from transforms.statistics.sampling import owner_of
from transforms.statistics.sandwich import covariance
from transforms.statistics.specs import CORE_FACTORS, OUTCOMES, OVERALL, FactorSpec
from transforms.statistics.terms import ADVANTAGES, CONTROLS, Term, extra_term

#: So many rulings are listed.
MOST_SURPRISING = 100
FOLDS = 5
#: A model is fitted on about so many rulings at most, those of a part of the sellers.
MOST_FITTED = 50_000
#: Digits to which two rulings have to differ not to be ranked by their id.
RANKED_DIGITS = 10
CONTEXT = "context"
FACTORS = tuple(spec.name for spec in CORE_FACTORS)
_HASH_PARTS = 10_000


@dataclass(frozen=True)
class SurpriseRow:
    """One row of ``marts.surprising_rulings``; ``rank`` 0 is no ruling, its ``status`` says why there is none."""

    rank: int
    dispute_id: str | None = None
    outcome: str | None = None
    expected_outcome: str | None = None
    surprise: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_seller_wins: float | None = None
    p_partial: float | None = None
    p_buyer_wins: float | None = None
    evidence_advantage: float | None = None
    rules_advantage: float | None = None
    tone_advantage: float | None = None
    reputation_advantage: float | None = None
    evidence_log_odds: float | None = None
    rules_log_odds: float | None = None
    tone_log_odds: float | None = None
    reputation_log_odds: float | None = None
    context_log_odds: float | None = None
    top_reason_factor: str | None = None
    n: int = 0
    n_fitted: int = 0
    n_clusters: int = 0
    status: str = "ok"


@dataclass(frozen=True)
class _Part:
    """The model of the rulings of other sellers, and what it says of one part's rulings.

    Attributes:
        rows: Places of the part's rulings in the whole matrix, ascending.
        model: The model; ``fitted`` is None where its ``status`` says why.
        slopes: Its slopes, finite for levels whose rulings all ended alike.
        probabilities: Of the three outcomes, shape (3, len(rows)).
    """

    rows: Integers
    model: FittedModel[Matrix]
    slopes: Floats
    probabilities: Floats


def surprising_rulings(
    frame: pl.LazyFrame, specs: Sequence[FactorSpec], most: int = MOST_SURPRISING, most_fitted: int = MOST_FITTED
) -> pl.DataFrame:
    """List the rulings that are least probable, given the factors.

    Args:
        frame: One row per ruled dispute: dispute_id, outcome, seller_id, category, claim, month, item_price_cny, the
            four advantages and the columns of extra factors. The order of rows does not matter.
        specs: The factors.
        most: How many to list.
        most_fitted: On how many rulings a model is fitted, about.

    Returns:
        One row per ruling with the columns of ``SurpriseRow``, the most surprising first; of equals the one whose id
        comes first. Log odds are what a factor moved the ruling by in favour of the buyer, compared with the average
        ruling; ``context`` is category, claim, price, month and extra factors. ``top_reason_factor`` is what pointed
        most to another outcome than that of the ruling.
    """
    extra = [extra_term(spec) for spec in specs if spec not in (*CORE_FACTORS, OVERALL)]
    terms: list[Term] = [*ADVANTAGES, *CONTROLS, *extra]
    prepared = prepare(frame, terms)
    matrix = prepared.design(terms).matrix
    family = ordinal_family(matrix)
    buckets = _buckets(prepared.rows)
    parts = [_predict(matrix, family, buckets, (fold, most_fitted)) for fold in range(FOLDS)]
    status = _status(matrix, parts)
    if status != "ok":
        return rows_frame([SurpriseRow(0, n=matrix.n, status=status)], SurpriseRow)
    return rows_frame(list(_listed(prepared, matrix, parts, most)), SurpriseRow)


def _status(matrix: Matrix, parts: Sequence[_Part]) -> str:
    """Why rulings cannot be predicted, or ``ok``."""
    if matrix.n == 0:
        return "nothing_ruled"
    failed = [part.model for part in parts if part.rows.size and part.model.fitted is None]
    if not failed:
        return "ok"
    # Without rulings of other sellers there is nothing to learn from.
    return failed[0].status if failed[0].matrix.n else "one_cluster"


def _buckets(rows: pl.DataFrame) -> Integers:
    """A number from 0 for each seller, or dispute without one, that depends on nothing but the id."""
    return (
        rows.select((owner_of(rows.schema).hash(seed=1) % (FOLDS * _HASH_PARTS)).cast(pl.Int64)).to_series().to_numpy()
    )


def _predict(matrix: Matrix, family: Family, buckets: Integers, fold_and_most: tuple[int, int]) -> _Part:
    """Fit on the rulings of other parts and predict those of one."""
    fold, most = fold_and_most
    is_other = buckets % FOLDS != fold
    kept = min(most * _HASH_PARTS // max(int(is_other.sum()), 1), _HASH_PARTS)
    fitted_rows = np.flatnonzero(is_other & (buckets // FOLDS < kept))
    rows = np.flatnonzero(~is_other)
    others = matrix.take(fitted_rows)
    model = fit_model("ordinal", others, family)
    if model.fitted is None:
        return _Part(rows, model, np.zeros(0), np.zeros((len(OUTCOMES), 0)))
    slopes = _finite_slopes(others, model, model.fitted)
    part, occurring = matrix.take(rows), np.flatnonzero(np.bincount(matrix.outcome.astype(np.int64)))
    probabilities = [
        outcome_probabilities(family, model.fitted, linear_predictor(part, chunk, slopes), occurring)
        for chunk in part.chunks()
    ]
    return _Part(rows, model, slopes, np.concatenate([np.zeros((len(OUTCOMES), 0)), *probabilities], axis=1))


def outcome_probabilities(family: Family, fitted: Fit, eta: Floats, occurring: Integers) -> Floats:
    """Probabilities of the three outcomes given the linear predictor, shape (3, m).

    Args:
        family: The proportional-odds model, or the logit that it comes to with two outcomes.
        fitted: The estimates.
        eta: Linear predictor, shape (m,).
        occurring: Codes of the outcomes that occur, ascending.
    """
    if isinstance(family, Ordinal):
        # Differences of what is above a threshold, so that small probabilities at either end keep their digits.
        low, high = fitted.intercepts
        gap = -math.expm1(min(low - high, 0.0))
        return np.stack([logistic(low - eta), logistic(high - eta) * logistic(eta - low) * gap, logistic(eta - high)])
    probabilities = np.zeros((len(OUTCOMES), eta.size))
    for code, sign in zip(occurring, (-1, 1), strict=True):
        probabilities[code] = logistic(sign * (eta + fitted.intercepts[0]))
    return probabilities


def _finite_slopes(matrix: Matrix, model: FittedModel[Matrix], fitted: Fit) -> Floats:
    """The slopes, with finite ones for indicators and levels whose rulings all ended at one end.

    Their coefficient is infinite; they get the one at which the odds of that end are (n + ½) : ½ on average (Haldane
    1956), so that a ruling to the contrary is surprising, and more so the more rulings there were.
    """
    slopes = fitted.slopes.copy()
    parted = [place for place, status in enumerate(model.term_status) if status == "separation"]
    if not parted:
        return slopes
    eta = linear_predictor(matrix, slice(0, matrix.n), fitted.slopes)
    sign = -1 if isinstance(model.family, Ordinal) else 1
    low, high = sign * fitted.intercepts[0], sign * fitted.intercepts[-1]
    is_top, is_bottom = matrix.outcome == matrix.outcome.max(), matrix.outcome == matrix.outcome.min()
    for place in parted:
        rows = indicator_at(matrix, place)
        odds, average = math.log(2 * int(rows.sum()) + 1), float(eta[rows].mean())
        if is_top[rows].all():
            slopes[place] = odds - average - high
        elif is_bottom[rows].all():
            slopes[place] = -odds - average - low
    return slopes


def indicator_at(matrix: Matrix, place: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Rows whose indicator or level at a place is 1, shape (n,)."""
    n_dense = matrix.dense.shape[0]
    if place < n_dense:
        return np.asarray(matrix.dense[place] == 1)
    block = int(np.searchsorted(matrix.offsets, place, side="right")) - 1
    return np.asarray(matrix.blocks[block].codes == place - matrix.offsets[block])


def _listed(prepared: Prepared, matrix: Matrix, parts: Sequence[_Part], most: int) -> Iterator[SurpriseRow]:
    """The most surprising rulings of all parts, in order."""
    surprise, part_of = np.zeros(matrix.n), np.zeros(matrix.n, dtype=np.int64)
    for number, part in enumerate(parts):
        observed = part.probabilities[matrix.outcome[part.rows].astype(np.int64), np.arange(part.rows.size)]
        surprise[part.rows] = -np.log(np.maximum(observed, np.finfo(np.float64).tiny))
        part_of[part.rows] = number
    ranked = _ranked(surprise.round(RANKED_DIGITS), prepared.rows["dispute_id"].cast(pl.String), most)
    places = np.sort(ranked)
    chosen, columns = matrix.take(places), prepared.rows[places].rows(named=True)
    errors = [
        covariance(part.model.matrix, part.model.family, part.model.fitted) if part.model.fitted else None
        for part in parts
    ]
    means = _mean_predictors(matrix)
    for rank, place in enumerate(ranked, 1):
        slot = int(np.searchsorted(places, place))
        part = parts[part_of[place]]
        ruling = _Ruling(chosen, slice(slot, slot + 1), columns[slot])
        row = SurpriseRow(
            rank,
            n=matrix.n,
            n_fitted=part.model.matrix.n,
            n_clusters=part.model.matrix.clustering.n_clusters,
            surprise=float(surprise[place]),
        )
        chances = part.probabilities[:, np.searchsorted(part.rows, place)]
        row = _with_reasons(_with_prediction(row, ruling, chances), part.slopes * (ruling.predictors - means), matrix)
        yield _with_interval(row, ruling, part, errors[part_of[place]])


def _ranked(surprise: Floats, ids: pl.Series, most: int) -> Integers:
    """Places of the most surprising rulings in order; ids decide between equals, at the end of the list too."""
    most = min(most, surprise.size)
    least = np.partition(surprise, surprise.size - most)[surprise.size - most]
    candidates = np.flatnonzero(surprise >= least)
    names = ids.gather(candidates).to_list()
    order = sorted(range(candidates.size), key=lambda place: (-surprise[candidates[place]], names[place]))
    return candidates[order[:most]]


def _mean_predictors(matrix: Matrix) -> Floats:
    """Mean of each predictor, shape (n_slopes,)."""
    sums = np.zeros(matrix.n_slopes)
    for rows in matrix.chunks():
        sums += weighted_sums(matrix, rows, np.ones(rows.stop - rows.start))
    return sums / matrix.n


@dataclass(frozen=True)
class _Ruling:
    """One ruling: its row of a matrix, and its columns."""

    matrix: Matrix
    row: slice
    columns: Mapping[str, Any]

    @property
    def predictors(self) -> Floats:
        """Values of all predictors, shape (n_slopes,)."""
        return weighted_sums(self.matrix, self.row, np.ones(1))

    @property
    def outcome(self) -> int:
        """Its code."""
        return int(self.matrix.outcome[self.row][0])


def _with_prediction(row: SurpriseRow, ruling: _Ruling, chances: Floats) -> SurpriseRow:
    """Fill in what was ruled and what was to be expected."""
    seller, partial, buyer = (float(chance) for chance in chances)
    recorded = {name: ruling.columns[f"{name}_advantage"] for name in FACTORS}
    values: dict[str, Any] = {
        f"{name}_advantage": float(value) if value is not None and math.isfinite(value) else None
        for name, value in recorded.items()
    }
    return replace(
        row,
        dispute_id=str(ruling.columns["dispute_id"]),
        outcome=OUTCOMES[ruling.outcome],
        expected_outcome=OUTCOMES[int(np.argmax(chances))],
        p_seller_wins=seller,
        p_partial=partial,
        p_buyer_wins=buyer,
        **values,
    )


def _with_reasons(row: SurpriseRow, moved: Floats, matrix: Matrix) -> SurpriseRow:
    """Fill in by how much each factor moved the log odds, and which pointed most to another outcome."""
    by_factor = dict.fromkeys((*FACTORS, CONTEXT), 0.0)
    for term, log_odds in zip(matrix.terms, moved, strict=True):
        owner = next((name for name in FACTORS if term.startswith(f"{name}_advantage")), CONTEXT)
        by_factor[owner] += float(log_odds)
    assert row.outcome is not None
    assert row.p_buyer_wins is not None
    assert row.p_seller_wins is not None
    # The mean of the outcome, −1 to 1, says on which side of the ruling the others would have been.
    ruled = OUTCOMES.index(row.outcome) - 1
    direction = 1.0 if row.p_buyer_wins - row.p_seller_wins > ruled else -1.0
    # Four decimals decide, so that equals are equals; the order of the factors is that of the weights.
    against = {name: round(direction * value, 4) for name, value in by_factor.items()}
    top = max(against, key=lambda name: against[name])
    reasons: dict[str, Any] = {f"{name}_log_odds": value for name, value in by_factor.items()}
    return replace(row, top_reason_factor=top if against[top] > 0 else None, **reasons)


def _with_interval(row: SurpriseRow, ruling: _Ruling, part: _Part, errors: Floats | None) -> SurpriseRow:
    """Fill in how sure the surprise itself is: delta method on the logarithm of the probability.

    Source: Good (1952) for the surprise; Cameron and Trivedi (2005), section 7.2, for the method.
    """
    model = part.model
    assert model.fitted is not None
    clustering = model.matrix.clustering
    row = replace(row, status=clustering.status)
    if errors is None:
        return row
    eta = linear_predictor(ruling.matrix, ruling.row, part.slopes)
    classes = model.family.classes(ruling.matrix.outcome[ruling.row])
    derivatives = model.family.derivatives(classes, eta, model.fitted.intercepts)
    slopes = derivatives.score[0] * ruling.predictors[model.fitted.free]
    gradient = np.concatenate([derivatives.intercept_scores[:, 0], slopes])
    half_width = two_sided_quantile(clustering.dof) * math.sqrt(max(float(gradient @ errors @ gradient), 0.0))
    assert row.surprise is not None
    return replace(row, ci_low=max(row.surprise - half_width, 0.0), ci_high=row.surprise + half_width)
