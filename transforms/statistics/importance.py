"""How much each of the four factors contributes to what the model explains of the outcome.

A factor's part is what it adds to the log-likelihood, averaged over the orders in which the factors can enter the
model. Intervals follow from each seller's own log-likelihood in each submodel, without a refit
(docs/decisions/083-importance.md).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import polars as pl

from transforms.statistics.association import IndependenceTest
from transforms.statistics.clusters import Clustering, Floats, Integers
from transforms.statistics.design import MISSING_SUFFIX, Design, Prepared, prepare
from transforms.statistics.effects import FittedModel, fit_model, ordinal_family
from transforms.statistics.families import Family
from transforms.statistics.jackknife import degrees_of_changes, leave_out
from transforms.statistics.matrix import Booleans, Matrix
from transforms.statistics.newton import Fit
from transforms.statistics.ratios import parts_of_sum
from transforms.statistics.sampling import sample_sellers
from transforms.statistics.satterthwaite import degrees_of_freedom
from transforms.statistics.shapley import Game, play
from transforms.statistics.share_interval import Chance, share_interval
from transforms.statistics.specs import CORE_FACTORS, FactorSpec
from transforms.statistics.terms import ADVANTAGES, CONTROLS, Categorical, extra_term

#: Sixteen fits on more rows than this take longer than their precision is worth; whole sellers are sampled.
MOST_ROWS = 100_000
#: The four factors together must explain something, at this level, before it is divided among them.
SIGNIFICANCE = 0.05
NO_EFFECT = "no_effect_found"
#: A factor that one seller alone determines: without that seller nothing is known of it, so nothing of how it varies.
LONE = "lone_cluster"
FACTORS = tuple(spec.name for spec in CORE_FACTORS)
_MILLE = 1000


@dataclass(frozen=True)
class FactorImportance:
    """One factor; numbers are None where ``status`` says why.

    Attributes:
        factor: Its name.
        share: Its Shapley share of what the four factors together explain, in [0, 1].
        ci_low: Lower end of the 95 % interval of the share.
        ci_high: Upper end.
        r2_part: What the share comes to in McFadden's R².
        r2_alone: By how much the factor raises McFadden's R² of the controls.
        r2_given_others: By how much it raises that of the controls and the other factors.
        p_value: Likelihood-ratio test of the factor given the other three, corrected for sellers.
        learnt_weight: Coefficient per unit of advantage over the sum of those of all factors; None where that sum is
            not significantly above zero.
        learnt_ci_low: Lower end of the 95 % interval of the learnt weight; None for all where one seller alone
            determines one of them, since they add up to one.
        learnt_ci_high: Upper end.
        status: ``ok``, what is to be said of the intervals, or why there is no number.
    """

    factor: str
    share: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    r2_part: float | None = None
    r2_alone: float | None = None
    r2_given_others: float | None = None
    p_value: float | None = None
    learnt_weight: float | None = None
    learnt_ci_low: float | None = None
    learnt_ci_high: float | None = None
    status: str = "ok"


@dataclass(frozen=True)
class Importance:
    """The four factors side by side.

    Attributes:
        factors: One per factor, in the order of ``FACTORS``.
        share_covariance: Covariance of the shares by seller, shape (4, 4), zero where a factor has no share; None
            where nothing can be said of variation.
        share_dofs: Degrees of freedom of the intervals of the shares, shape (4,).
        p_value: Likelihood-ratio test of all factors together, corrected for sellers; of the others where some hang on
            a single seller.
        clustering: Disputes in the fits, and the sellers behind them.
        is_sampled: Whether the fits use a sample of sellers.
        status: ``ok``, or why there are no shares.
    """

    factors: tuple[FactorImportance, ...]
    share_covariance: Floats | None
    share_dofs: Floats
    p_value: float | None
    clustering: Clustering
    is_sampled: bool
    status: str


@dataclass(frozen=True)
class _Errors:
    """How sure the coefficients of the factors are, by leaving out each seller.

    Attributes:
        columns: Their places among intercepts and free slopes, ascending, shape (m,).
        covariance: Shape (m, m).
        degrees: Degrees of freedom of each, shape (m,).
        is_lone: Whether one seller alone determines it, shape (m,). Its variance says nothing.
    """

    columns: Integers
    covariance: Floats
    degrees: Floats
    is_lone: Booleans


@dataclass(frozen=True)
class _Fitted:
    """The full model, its submodels and its errors.

    Attributes:
        model: The full model.
        full: Its fit.
        errors: Of the factors' coefficients; None with one seller.
        players: Places among ``FACTORS`` of the factors in the model.
        places: Coefficients of each player: the advantage's, then that of its indicator.
        game: The submodels.
    """

    model: FittedModel[Matrix]
    full: Fit
    errors: _Errors | None
    players: tuple[int, ...]
    places: tuple[Integers, ...]
    game: Game

    @property
    def clustering(self) -> Clustering:
        """Disputes and sellers."""
        return self.model.matrix.clustering

    def hangs_on_one(self, player: int) -> bool:
        """Whether one seller alone determines the coefficient of the player's advantage."""
        own = _columns_of(self.model.family, self.full, self.places[player][:1])
        return self.errors is not None and bool(self.errors.is_lone[np.isin(self.errors.columns, own)].any())


def measure_importance(frame: pl.LazyFrame, extra: Sequence[FactorSpec], most_rows: int = MOST_ROWS) -> Importance:
    """Divide what the ordinal model explains among the four factors.

    A factor's part is its Shapley value of McFadden's R² (1 − log-likelihood over that without predictors) in the
    game of the sixteen submodels. Category, claim, month, log price and extra factors are in all of them; an
    indicator of what is not recorded comes and goes with its factor. Source: Lipovetsky and Conklin (2001); for
    logits Azen and Traxel (2009).

    Args:
        frame: One row per dispute: dispute_id, outcome, seller_id, category, claim, month, item_price_cny, the four
            advantages and the columns of ``extra``. The order of rows does not matter.
        extra: Extra factors, all of them controls.
        most_rows: Rows above which whole sellers are sampled.

    Returns:
        Shares with intervals by seller.
    """
    rows, is_sampled = sample_sellers(frame, most_rows)
    controls = [*CONTROLS, *(extra_term(spec) for spec in extra)]
    terms = [*ADVANTAGES, *sorted(controls, key=lambda term: isinstance(term, Categorical))]
    prepared = prepare(rows, terms)
    design = prepared.design(terms)
    model = fit_model("ordinal", design.matrix, ordinal_family(design.matrix))
    blank = Importance(_blank(design, model), None, _no_dofs(), None, model.matrix.clustering, is_sampled, model.status)
    if model.fitted is None:
        return blank
    players = [place for place, spec in enumerate(CORE_FACTORS) if spec.column in model.matrix.dense_terms]
    if not players:
        return replace(blank, status=blank.factors[0].status)
    places = [_places(model.matrix, CORE_FACTORS[place].column) for place in players]
    game = play(model, model.fitted, places)
    if game is None:
        lost = [replace(factor, status="not_converged") for factor in blank.factors]
        return replace(blank, factors=tuple(lost), status="not_converged")
    errors = _errors(model, model.fitted, np.concatenate(places))
    return _divide(_Fitted(model, model.fitted, errors, tuple(players), tuple(places), game), blank, _scales(prepared))


def _blank(design: Design, model: FittedModel[Matrix]) -> tuple[FactorImportance, ...]:
    """The factors without numbers, each with the reason if it has one of its own."""
    left_out = {term.term: term.status for term in design.left_out}
    status = dict(zip(model.matrix.terms, model.term_status, strict=True))
    own = {spec.name: left_out.get(spec.column, status.get(spec.column, "ok")) for spec in CORE_FACTORS}
    fallback = model.matrix.clustering.status if model.fitted is not None else model.status
    return tuple(FactorImportance(name, status=fallback if why == "ok" else why) for name, why in own.items())


def _places(matrix: Matrix, column: str) -> Integers:
    """Places of an advantage and of its indicator, if it has one."""
    names = (column, f"{column}{MISSING_SUFFIX}")
    return np.array([matrix.dense_terms.index(name) for name in names if name in matrix.dense_terms])


def _no_dofs() -> Floats:
    return np.full(len(FACTORS), math.inf)


def _columns_of(family: Family, fitted: Fit, places: Integers) -> Integers:
    """Places among intercepts and free slopes of those slopes that were estimated."""
    return family.n_intercepts + np.flatnonzero(np.isin(np.flatnonzero(fitted.free), places))


def _errors(model: FittedModel[Matrix], fitted: Fit, places: Integers) -> _Errors | None:
    """Leave out each seller from the coefficients of the factors."""
    matrix, family = model.matrix, model.family
    columns = _columns_of(family, fitted, places)
    nothing = np.zeros(columns.size, dtype=np.bool_)
    if not matrix.has_sellers:
        plain = np.linalg.inv(fitted.information)[np.ix_(columns, columns)]
        return _Errors(columns, np.asarray(plain, dtype=np.float64), np.full(columns.size, math.inf), nothing)
    if matrix.clustering.n_clusters == 1:
        return None
    directions = np.eye(fitted.information.shape[0])[columns]
    moved = leave_out(matrix, family, fitted, directions)
    degrees = degrees_of_freedom(matrix, family, fitted, directions)
    degrees = np.minimum(degrees, degrees_of_changes(moved.changes.T))
    return _Errors(columns, moved.covariance, degrees, moved.is_lone)


def _scales(prepared: Prepared) -> Floats:
    """Standard deviation (n − 1) of each advantage, by which the model has divided it; 1 where there is none."""
    scales = np.ones(len(CORE_FACTORS))
    for place, spec in enumerate(CORE_FACTORS):
        values = prepared.rows[spec.column].cast(pl.Float64).to_numpy().astype(np.float64)
        recorded = values[np.isfinite(values)]
        if recorded.size and recorded.min() < recorded.max():
            scales[place] = recorded.std(ddof=1)
    return scales


def _divide(fitted: _Fitted, blank: Importance, scales: Floats) -> Importance:
    """Fill in tests and gains, and the shares if there is something to divide."""
    # one seller who decides on one factor alone is no reason to doubt all four
    p_value = _p_value(fitted, np.concatenate(fitted.places), fitted.game.total, fitted.clustering.dof)
    factors = _with_gains(fitted, blank.factors)
    whole = replace(blank, p_value=p_value)
    if fitted.game.total <= 0 or (p_value is not None and p_value >= SIGNIFICANCE):
        tested = [each.r2_alone is not None and each.status != LONE for each in factors]
        named = [
            replace(each, status=NO_EFFECT) if is_tested else each
            for each, is_tested in zip(factors, tested, strict=True)
        ]
        return replace(whole, factors=tuple(named), status=NO_EFFECT)
    shares = fitted.game.values / fitted.game.values.sum()
    changes = _share_changes(fitted)
    factors = _with_shares(fitted, factors, shares, changes)
    whole = replace(whole, factors=_with_weights(fitted, factors, scales))
    if changes is None:
        return whole
    return replace(
        whole, share_covariance=_spread(fitted, changes @ changes.T), share_dofs=_share_dofs(fitted, changes)
    )


def _deffs(fitted: _Fitted, columns: Integers) -> Floats | None:
    """Design effects of some coefficients, a matrix whose eigenvalues they are; None where they cannot be had."""
    if fitted.errors is None:
        return None
    here = np.searchsorted(fitted.errors.columns, columns)
    plain = np.linalg.inv(fitted.full.information)[np.ix_(columns, columns)]
    return np.asarray(np.linalg.solve(plain, fitted.errors.covariance[np.ix_(here, here)]))


def _least_degrees(fitted: _Fitted, places: Integers) -> float:
    """Degrees of freedom of the least certain of some coefficients, but those that one seller alone determines."""
    if fitted.errors is None:
        return math.inf
    here = np.isin(fitted.errors.columns, _columns_of(fitted.model.family, fitted.full, places))
    return float(fitted.errors.degrees[here & ~fitted.errors.is_lone].min(initial=math.inf))


def _p_value(fitted: _Fitted, places: Integers, gain: float, denominator: float) -> float | None:
    """Likelihood-ratio test of some coefficients, corrected for sellers. Source: Rao and Scott (1984).

    Where one seller alone determines some of them, it is Wald's test of the others.
    """
    if fitted.errors is None:
        return None
    columns = _columns_of(fitted.model.family, fitted.full, places)
    sure = columns[~fitted.errors.is_lone[np.searchsorted(fitted.errors.columns, columns)]]
    deffs = _deffs(fitted, sure)
    if deffs is None or deffs.size == 0 or np.trace(deffs) <= 0:
        return None
    dof = deffs.shape[0]
    test = IndependenceTest(float(np.trace(deffs)) / dof, float(np.trace(deffs @ deffs)), dof)
    return test.p_value(2 * (gain if dof == columns.size else _gain_of(fitted.full, sure)), denominator)


def _gain_of(fitted: Fit, columns: Integers) -> float:
    """What some coefficients add to the log-likelihood, to second order."""
    estimates = np.concatenate([fitted.intercepts, fitted.slopes[fitted.free]])[columns]
    plain = np.linalg.inv(fitted.information)[np.ix_(columns, columns)]
    return float(estimates @ np.linalg.solve(plain, estimates)) / 2


def _with_gains(fitted: _Fitted, factors: Sequence[FactorImportance]) -> tuple[FactorImportance, ...]:
    """What each factor adds to McFadden's R², first and last, and its test."""
    filled, game = list(factors), fitted.game
    for player, place in enumerate(fitted.players):
        gain, own, is_lone = game.given_others(player), fitted.places[player], fitted.hangs_on_one(player)
        filled[place] = replace(
            filled[place],
            r2_alone=game.alone(player) / -game.null,
            r2_given_others=gain / -game.null,
            p_value=None if is_lone else _p_value(fitted, own, gain, _least_degrees(fitted, own)),
            status=LONE if is_lone else filled[place].status,
        )
    return tuple(filled)


def _share_changes(fitted: _Fitted) -> Floats | None:
    """What leaving out each seller does to the shares, shape (k, clusters); None with one cluster."""
    return None if fitted.clustering.n_clusters == 1 else fitted.game.share_changes()


def _spread(fitted: _Fitted, errors: Floats) -> Floats:
    """The covariance of the players' shares with zeros for the factors that do not play."""
    full = np.zeros((len(FACTORS), len(FACTORS)))
    full[np.ix_(fitted.players, fitted.players)] = errors
    return full


def _share_dofs(fitted: _Fitted, changes: Floats) -> Floats:
    """Degrees of freedom by factor: those of sellers of equal size, or what the changes themselves show if fewer."""
    degrees = _no_dofs()
    degrees[list(fitted.players)] = np.minimum(fitted.clustering.dof, degrees_of_changes(changes))
    return degrees


def _with_shares(
    fitted: _Fitted, factors: Sequence[FactorImportance], shares: Floats, changes: Floats | None
) -> tuple[FactorImportance, ...]:
    """Shares with their intervals; a factor that is alone has all, and no interval, nor has one of a single seller."""
    filled = list(factors)
    noise = _noise(fitted)
    for player, place in enumerate(fitted.players):
        share = float(shares[player])
        r2_part = share * fitted.game.total / -fitted.game.null
        filled[place] = replace(filled[place], share=share, r2_part=r2_part)
        if fitted.hangs_on_one(player):
            continue
        if len(fitted.players) == 1:
            filled[place] = replace(filled[place], status="only_factor")
        elif changes is not None and noise is not None:
            own = _columns_of(fitted.model.family, fitted.full, fitted.places[player]).size
            by_chance = Chance(float(noise[player]), max(own, 1), float(noise.sum() - noise[player]))
            variance, dof = float(changes[player] @ changes[player]), float(_share_dofs(fitted, changes)[place])
            low, high = share_interval(share, variance, by_chance, dof)
            filled[place] = replace(filled[place], ci_low=low, ci_high=high)
    return tuple(filled)


def _noise(fitted: _Fitted) -> Floats | None:
    """Share that each factor is expected to get by chance if it has no effect, shape (k,).

    A factor's coefficients add half the sum of their design effects to the log-likelihood, by chance alone. Source:
    Takeuchi (1976).
    """
    deffs = [_deffs(fitted, _columns_of(fitted.model.family, fitted.full, places)) for places in fitted.places]
    if any(each is None for each in deffs):
        return None
    return np.array([np.trace(each) / 2 / fitted.game.total for each in deffs if each is not None])


def _with_weights(fitted: _Fitted, factors: Sequence[FactorImportance], scales: Floats) -> tuple[FactorImportance, ...]:
    """Weights that the rulings give the advantages: coefficients per unit, made to add up to one.

    Where one of them hangs on a single seller the sum does, too, and no weight has an interval.
    """
    here = [
        (place, own[0]) for place, own in zip(fitted.players, fitted.places, strict=True) if fitted.full.free[own[0]]
    ]
    units = np.array([scales[place] for place, _ in here])
    per_unit = fitted.full.slopes[[own for _, own in here]] / units
    errors, is_lone = None, any(fitted.hangs_on_one(player) for player in range(len(fitted.players)))
    if fitted.errors is not None and not is_lone:
        own_columns = [_columns_of(fitted.model.family, fitted.full, np.array([own]))[0] for _, own in here]
        columns = np.searchsorted(fitted.errors.columns, own_columns)
        errors = fitted.errors.covariance[np.ix_(columns, columns)] / np.outer(units, units)
    parts = parts_of_sum(per_unit, errors, fitted.clustering.dof)
    filled = list(factors)
    for (place, _), part in zip(here, parts or [], strict=parts is not None):
        filled[place] = replace(
            filled[place], learnt_weight=part.estimate, learnt_ci_low=part.ci_low, learnt_ci_high=part.ci_high
        )
    return tuple(filled)


def importance_table(importance: Importance, configured: Mapping[str, int]) -> pl.DataFrame:
    """Lay out ``marts.factor_importance``.

    Args:
        importance: The shares.
        configured: Weights of ``overall_advantage`` in thousandths.

    Returns:
        One row per factor with the columns of ``FactorImportance`` and n, n_clusters, configured_weight, is_sampled.
    """
    names = [field.name for field in fields(FactorImportance)]
    rows = [
        {name: getattr(factor, name) for name in names}
        | {
            "n": importance.clustering.n,
            "n_clusters": importance.clustering.n_clusters,
            "configured_weight": configured[factor.factor] / _MILLE,
            "is_sampled": importance.is_sampled,
        }
        for factor in importance.factors
    ]
    types: dict[str, pl.DataType] = {
        "factor": pl.String(), "status": pl.String(), "n": pl.Int64(), "n_clusters": pl.Int64(),
        "is_sampled": pl.Boolean(),
    }  # fmt: skip
    schema = {name: types.get(name, pl.Float64()) for name in rows[0]}
    return pl.DataFrame(rows, schema=schema)
