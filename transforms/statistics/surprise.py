"""The rulings that the factors explain least (docs/decisions/086-consistency.md).

A ruling is as surprising as its probability is small under the proportional-odds model of the rulings of other sellers:
− ln P, in nats (Shannon 1948). Sellers are dealt out to five parts, and each part is predicted by the model of the four
others (cross-fitting; Stone 1974), so that neither a ruling nor its seller's other rulings explain it.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.effects import FittedModel, family_for, fit_model
from transforms.statistics.families import Family, logistic
from transforms.statistics.matrix import Matrix, linear_predictor, weighted_sums
from transforms.statistics.newton import Fit
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.parts import Part, Parted, Parts, Plan, Whole, design_in_parts
from transforms.statistics.reference import two_sided_quantile
from transforms.statistics.rulings import rows_frame
from transforms.statistics.sampling import owner_of
from transforms.statistics.sandwich import covariance
from transforms.statistics.specs import CORE_FACTORS, OUTCOMES, OVERALL, FactorSpec
from transforms.statistics.terms import ADVANTAGES, CONTROLS, Categorical, Numeric, extra_term

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
class _Predictor:
    """The model of the rulings of four parts of the sellers, for those of the fifth.

    Attributes:
        model: The model; ``fitted`` is None where its ``status`` says why.
        slopes: Its slopes, finite for levels whose rulings all ended alike.
    """

    model: FittedModel[Matrix]
    slopes: Floats

    def probabilities(self, matrix: Matrix) -> Floats:
        """Probabilities of the three outcomes of some rulings, shape (3, n)."""
        assert self.model.fitted is not None
        occurring = np.flatnonzero(np.bincount(self.model.matrix.outcome))
        found = [
            outcome_probabilities(
                self.model.family, self.model.fitted, linear_predictor(matrix, rows, self.slopes), occurring
            )
            for rows in matrix.chunks()
        ]
        return np.concatenate([np.zeros((len(OUTCOMES), 0)), *found], axis=1)


@dataclass(frozen=True)
class _Ruling:
    """A ruling that may be listed.

    Attributes:
        columns: Its identifier and advantages.
        outcome: Its code.
        surprise: In nats.
        fold: The part of the sellers that its own is in.
        chances: Of the three outcomes, shape (3,).
        predictors: Values of all predictors, shape (n_slopes,).
    """

    columns: Mapping[str, Any]
    outcome: int
    surprise: float
    fold: int
    chances: Floats
    predictors: Floats

    @property
    def rank(self) -> tuple[float, str]:
        """The most surprising come first; ids decide between equals."""
        return -round(self.surprise, RANKED_DIGITS), str(self.columns["dispute_id"])


def surprising_rulings(
    frame: pl.LazyFrame,
    specs: Sequence[FactorSpec],
    most: int = MOST_SURPRISING,
    most_fitted: int = MOST_FITTED,
    parts: Parts | None = None,
) -> pl.DataFrame:
    """List the rulings that are least probable, given the factors.

    Args:
        frame: One row per ruled dispute: dispute_id, outcome, seller_id, category, claim, month, item_price_cny, the
            four advantages and the columns of extra factors. The order of rows does not matter.
        specs: The factors.
        most: How many to list.
        most_fitted: On how many rulings a model is fitted, about.
        parts: The same disputes in parts, one of which is looked at at a time; by default they are one part.

    Returns:
        One row per ruling with the columns of ``SurpriseRow``, the most surprising first; of equals the one whose id
        comes first. Log odds are what a factor moved the ruling by in favour of the buyer, compared with the average
        ruling; ``context`` is category, claim, price, month and extra factors. ``top_reason_factor`` is what pointed
        most to another outcome than that of the ruling.
    """
    terms = [*ADVANTAGES, *CONTROLS, *(extra_term(spec) for spec in specs if spec not in (*CORE_FACTORS, OVERALL))]
    numbers = [term for term in terms if isinstance(term, Numeric)]
    names = [term for term in terms if isinstance(term, Categorical)]
    parts = parts or Parts((Whole(frame),))
    rows = design_in_parts(parts, numbers, names).rows
    predictors = _fit_folds(frame, rows, most_fitted)
    status = _status(rows.n, predictors)
    if status != "ok":
        return rows_frame([SurpriseRow(0, n=rows.n, status=status)], SurpriseRow)
    found = parts.spread(partial(_look_at, plan=rows.plan, predictors=predictors, most=most), parts.parts)
    listed = sorted((ruling for rulings, _ in found for ruling in rulings), key=lambda ruling: ruling.rank)[:most]
    means = np.asarray(sum(sums for _, sums in found)) / rows.n
    return rows_frame(list(_listed(listed, predictors, means, rows)), SurpriseRow)


def _status(n: int, predictors: Mapping[int, _Predictor]) -> str:
    """Why rulings cannot be predicted, or ``ok``."""
    if n == 0:
        return "nothing_ruled"
    failed = [each.model for each in predictors.values() if each.model.fitted is None]
    if not failed:
        return "ok"
    # Without rulings of other sellers there is nothing to learn from.
    return failed[0].status if failed[0].matrix.n else "one_cluster"


def _bucket(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """A number from 0 for each seller, or dispute without one, that depends on nothing but the id."""
    return owner_of(schema).hash(seed=1) % (FOLDS * _HASH_PARTS)


def _fit_folds(frame: pl.LazyFrame, rows: Parted, most: int) -> dict[int, _Predictor]:
    """For each part of the sellers with any ruling the model of those of the others."""
    rulings = frame.filter(pl.col("outcome").is_in(OUTCOMES))
    bucket = _bucket(rulings.collect_schema())
    counted = rulings.group_by((bucket % FOLDS).alias("fold")).len("n").sort("fold").collect()
    sizes = {int(fold): int(n) for fold, n in counted.iter_rows()}
    # not from the matrices of all parts, which would all be in memory then
    totals = dict(rulings.group_by("outcome").len("n").collect().iter_rows())
    family, found = family_for(np.array([totals.get(outcome, 0) for outcome in OUTCOMES])), {}
    for fold, size in sizes.items():
        kept = min(most * _HASH_PARTS // max(rows.n - size, 1), _HASH_PARTS)
        others = rulings.filter((bucket % FOLDS != fold) & (bucket // FOLDS < kept))
        matrix = rows.plan.matrix(Whole(others))
        model = fit_model("ordinal", matrix, family)
        slopes = _finite_slopes(model, matrix, model.fitted) if model.fitted else np.zeros(0)
        found[fold] = _Predictor(model, slopes)
    return found


def _look_at(part: Part, plan: Plan, predictors: Mapping[int, _Predictor], most: int) -> tuple[list[_Ruling], Floats]:
    """The most surprising rulings of a part, and the sums of its predictors."""
    rows, matrix = plan.read(part, [f"{name}_advantage" for name in FACTORS])
    folds = rows.select((_bucket(rows.schema) % FOLDS).cast(pl.Int64)).to_series().to_numpy()
    chances = np.zeros((len(OUTCOMES), matrix.n))
    for fold, predictor in predictors.items():
        places = np.flatnonzero(folds == fold)
        chances[:, places] = predictor.probabilities(matrix.take(places))
    observed = chances[matrix.outcome.astype(np.int64), np.arange(matrix.n)]
    surprise = -np.log(np.maximum(observed, np.finfo(np.float64).tiny))
    chosen = _ranked(surprise.round(RANKED_DIGITS), rows["dispute_id"].cast(pl.String), most)
    rulings = [
        _Ruling(
            rows.row(place, named=True), int(matrix.outcome[place]), float(surprise[place]), int(folds[place]),
            chances[:, place], weighted_sums(matrix, slice(place, place + 1), np.ones(1)),
        )
        for place in chosen.tolist()
    ]  # fmt: skip
    return rulings, _sum_of_predictors(matrix)


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


def _finite_slopes(model: FittedModel[Matrix], matrix: Matrix, fitted: Fit) -> Floats:
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


def _listed(
    rulings: Sequence[_Ruling], predictors: Mapping[int, _Predictor], means: Floats, rows: Parted
) -> Iterator[SurpriseRow]:
    """A row for each of the most surprising rulings, in order."""
    errors = {
        fold: covariance(each.model.matrix, each.model.family, each.model.fitted)
        for fold, each in predictors.items()
        if each.model.fitted
    }
    for rank, ruling in enumerate(rulings, 1):
        predictor = predictors[ruling.fold]
        row = SurpriseRow(
            rank,
            n=rows.n,
            n_fitted=predictor.model.matrix.n,
            n_clusters=predictor.model.matrix.clustering.n_clusters,
            surprise=ruling.surprise,
        )
        row = _with_prediction(row, ruling)
        row = _with_reasons(row, predictor.slopes * (ruling.predictors - means), rows.terms)
        yield _with_interval(row, ruling, predictor, errors[ruling.fold])


def _ranked(surprise: Floats, ids: pl.Series, most: int) -> Integers:
    """Places of the most surprising rulings in order; ids decide between equals, at the end of the list too."""
    most = min(most, surprise.size)
    if not most:
        return np.zeros(0, dtype=np.int64)
    least = np.partition(surprise, surprise.size - most)[surprise.size - most]
    candidates = np.flatnonzero(surprise >= least)
    names = ids.gather(candidates).to_list()
    order = sorted(range(candidates.size), key=lambda place: (-surprise[candidates[place]], names[place]))
    return candidates[order[:most]]


def _sum_of_predictors(matrix: Matrix) -> Floats:
    """Sum of each predictor, shape (n_slopes,)."""
    sums = np.zeros(matrix.n_slopes)
    for rows in matrix.chunks():
        sums += weighted_sums(matrix, rows, np.ones(rows.stop - rows.start))
    return sums


def _with_prediction(row: SurpriseRow, ruling: _Ruling) -> SurpriseRow:
    """Fill in what was ruled and what was to be expected."""
    seller, partial, buyer = (float(chance) for chance in ruling.chances)
    recorded = {name: ruling.columns[f"{name}_advantage"] for name in FACTORS}
    values: dict[str, Any] = {
        f"{name}_advantage": float(value) if value is not None and math.isfinite(value) else None
        for name, value in recorded.items()
    }
    return replace(
        row,
        dispute_id=str(ruling.columns["dispute_id"]),
        outcome=OUTCOMES[ruling.outcome],
        expected_outcome=OUTCOMES[int(np.argmax(ruling.chances))],
        p_seller_wins=seller,
        p_partial=partial,
        p_buyer_wins=buyer,
        **values,
    )


def _with_reasons(row: SurpriseRow, moved: Floats, terms: Sequence[str]) -> SurpriseRow:
    """Fill in by how much each factor moved the log odds, and which pointed most to another outcome."""
    by_factor = dict.fromkeys((*FACTORS, CONTEXT), 0.0)
    for term, log_odds in zip(terms, moved, strict=True):
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


def _with_interval(row: SurpriseRow, ruling: _Ruling, predictor: _Predictor, errors: Floats | None) -> SurpriseRow:
    """Fill in how sure the surprise itself is: delta method on the logarithm of the probability.

    Source: Good (1952) for the surprise; Cameron and Trivedi (2005), section 7.2, for the method.
    """
    model = predictor.model
    assert model.fitted is not None
    clustering = model.matrix.clustering
    row = replace(row, status=clustering.status)
    if errors is None:
        return row
    eta, classes = predictor.slopes @ ruling.predictors, model.family.classes(np.array([ruling.outcome]))
    derivatives = model.family.derivatives(classes, np.array([eta]), model.fitted.intercepts)
    slopes = derivatives.score[0] * ruling.predictors[model.fitted.free]
    gradient = np.concatenate([derivatives.intercept_scores[:, 0], slopes])
    half_width = two_sided_quantile(clustering.dof) * math.sqrt(max(float(gradient @ errors @ gradient), 0.0))
    return replace(row, ci_low=max(ruling.surprise - half_width, 0.0), ci_high=ruling.surprise + half_width)
