"""Whether an effect is the same everywhere: each factor's within groups of disputes, and their differences."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from transforms.statistics.clusters import Integers
from transforms.statistics.design import Prepared, prepare
from transforms.statistics.effects import FittedModel, fit_model
from transforms.statistics.heterogeneity import heterogeneity
from transforms.statistics.inference import Inferred
from transforms.statistics.jackknife import infer_by_jackknife
from transforms.statistics.levels import assign_levels, level_bounds
from transforms.statistics.logit import Logit
from transforms.statistics.marginal_effects import derivative_effects, directions_of
from transforms.statistics.matrix import Booleans, Matrix
from transforms.statistics.multiplicity import benjamini_hochberg
from transforms.statistics.newton import Fit
from transforms.statistics.rulings import coded_text, rows_frame
from transforms.statistics.sampling import sample_sellers
from transforms.statistics.scales import Scales, measure_scales
from transforms.statistics.specs import CORE_FACTORS, NOT_RECORDED, OUTCOMES, FactorSpec
from transforms.statistics.terms import ADVANTAGES, CONTROLS, Categorical, Term, extra_term

#: More rows take longer than their precision is worth; whole sellers are sampled.
MOST_ROWS = 200_000
SIGNIFICANCE = 0.05
#: All disputes, in both columns.
ALL = "all"
MONTHS_PER_QUARTER = 3
PRICE_BAND = FactorSpec("price_band", "item_price_cny")
PERCENT = 100.0
_FAMILY = Logit(OUTCOMES.index("buyer_wins"))


@dataclass(frozen=True)
class StratumRow:
    """One row of ``marts.stratum_effects``; numbers are None where ``status`` says why.

    Attributes:
        factor: Whose advantage grows by one standard deviation (of all disputes).
        stratifier: What the disputes are divided by; ``all`` for all of them.
        value: The group.
        n: Ruled disputes in the fit.
        n_clusters: Sellers behind them.
        coefficient: Log odds of buyer_wins.
        std_error: Its standard error by seller.
        dof: Degrees of freedom of the standard error; None where they are infinite.
        effect_pp: On the chance of buyer_wins in the group.
        ci_low: Lower end of its 95 % interval.
        ci_high: Upper end.
        p_value: Of no effect in the group.
        q_value: Corrected over the table.
        heterogeneity_p_value: Of the coefficient being the same in all groups of the stratifier.
        heterogeneity_q_value: Corrected over factors and stratifiers.
        is_reversed: Whether groups differ indeed, the interval is wholly on the other side of zero than that of all
            disputes, and the group's own test stands up to the correction; None where that cannot be said.
        is_sampled: Whether the estimates use a sample of sellers.
        status: ``ok``, what is to be said of the interval, or why there is no effect.
    """

    factor: str
    stratifier: str
    value: str
    n: int
    n_clusters: int
    coefficient: float | None = None
    std_error: float | None = None
    dof: float | None = None
    effect_pp: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    q_value: float | None = None
    heterogeneity_p_value: float | None = None
    heterogeneity_q_value: float | None = None
    is_reversed: bool | None = None
    is_sampled: bool = False
    status: str = "ok"


@dataclass(frozen=True)
class _Stratifier:
    """Groups of disputes: ``codes`` of shape (n,) are places in ``labels``."""

    name: str
    labels: tuple[str, ...]
    codes: Integers


def stratum_effects(frame: pl.LazyFrame, extra: Sequence[FactorSpec], most_rows: int = MOST_ROWS) -> pl.DataFrame:
    """Estimate each factor's effect within groups of disputes.

    In each group a logit of buyer_wins is fitted that holds the four advantages, category, claim, month, log price and
    extra factors. Advantages are measured in the standard deviations of all disputes, so that groups can be compared.

    Args:
        frame: One row per dispute: dispute_id, outcome, seller_id, category, claim, month, decided_by, item_price_cny,
            the four advantages and the columns of ``extra``. The order of rows does not matter.
        extra: Extra factors, all of them controls.
        most_rows: Rows above which whole sellers are sampled.

    Returns:
        One row per factor, stratifier (all, category, claim, quarter, price_band, decided_by) and group, with the
        columns of ``StratumRow``.
    """
    controls = sorted(
        [*CONTROLS, *(extra_term(spec) for spec in extra)], key=lambda term: isinstance(term, Categorical)
    )
    terms = [*ADVANTAGES, *controls]
    rows, is_sampled = sample_sellers(frame.filter(pl.col("outcome").is_in(OUTCOMES)), most_rows)
    prepared = prepare(rows, terms, keep=["category", "claim", "month", "decided_by", "item_price_cny"])
    stratifiers = _stratifiers(prepared.rows)
    scales = measure_scales(prepared)
    groups = [(each, code) for each in stratifiers for code in range(len(each.labels))]
    found = [row for each, code in groups for row in _group_rows((prepared, scales), terms, each, code)]
    ordered = [
        row for spec in CORE_FACTORS for each in stratifiers for row in found
        if (row.factor, row.stratifier) == (spec.name, each.name)
    ]  # fmt: skip
    return rows_frame([replace(row, is_sampled=is_sampled) for row in _judged(ordered)], StratumRow)


def _stratifiers(rows: pl.DataFrame) -> list[_Stratifier]:
    quarters = {month: quarter_of(month) for month in rows["month"].drop_nulls().unique()}
    quarter = rows["month"].replace_strict(quarters, default=NOT_RECORDED, return_dtype=pl.String)
    named = {"category": rows["category"], "claim": rows["claim"], "quarter": quarter, "decided_by": rows["decided_by"]}
    coded = {name: _Stratifier(name, *coded_text(series)) for name, series in named.items()}
    whole = _Stratifier(ALL, (ALL,), np.zeros(rows.height, dtype=np.int64))
    return [whole, coded["category"], coded["claim"], coded["quarter"], _price_bands(rows), coded["decided_by"]]


def quarter_of(month: str) -> str:
    """The quarter of a month: ``2025-Q1`` of ``2025-02``; what is no month is not recorded."""
    year, _, number = month.partition("-")
    if not (year.isdigit() and number.isdigit()):
        return NOT_RECORDED
    return f"{year}-Q{(int(number) - 1) // MONTHS_PER_QUARTER + 1}"


def _price_bands(rows: pl.DataFrame) -> _Stratifier:
    """Fifths of the price."""
    numbered = rows.select("item_price_cny", dispute_id=pl.int_range(pl.len()))
    bounds = level_bounds(numbered.lazy(), [PRICE_BAND])
    codes = assign_levels(numbered.lazy(), bounds, [PRICE_BAND]).collect()[PRICE_BAND.name]
    names = dict(bounds.select("code", "level").iter_rows())
    labels = tuple(names.get(code, NOT_RECORDED) for code in range(max(names, default=0) + 1))
    return _Stratifier(PRICE_BAND.name, labels, codes.cast(pl.Int64).to_numpy())


def _group_rows(
    measured: tuple[Prepared, Scales], terms: Sequence[Term], stratifier: _Stratifier, code: int
) -> list[StratumRow]:
    """The four factors in one group; none where it has no disputes."""
    prepared, scales = measured
    members: Booleans = stratifier.codes == code
    if stratifier.name != ALL and not members.any():
        return []
    design = prepared.design(terms, rows=members)
    model = fit_model("buyer_wins", design.matrix, _FAMILY)
    clustering = model.matrix.clustering
    blank = StratumRow("", stratifier.name, stratifier.labels[code], clustering.n, clustering.n_clusters)
    why = {term.term: term.status for term in design.left_out}
    why |= dict(zip(model.matrix.terms, model.term_status, strict=True))
    rows = [
        replace(blank, factor=spec.name, status=model.status if why[spec.column] == "ok" else why[spec.column])
        for spec in CORE_FACTORS
    ]
    return rows if model.fitted is None else list(_with_effects(rows, model, model.fitted, scales))


def _with_effects(
    rows: Sequence[StratumRow], model: FittedModel[Matrix], fitted: Fit, scales: Scales
) -> Iterator[StratumRow]:
    """Fill in coefficients and effects of the factors that were estimated."""
    matrix = model.matrix
    places = {
        spec.name: matrix.dense_terms.index(spec.column)
        for spec, row in zip(CORE_FACTORS, rows, strict=True)
        if row.status == "ok"
    }
    chosen = list(places.values())
    effects = derivative_effects(matrix, _FAMILY, fitted, chosen)
    own = _FAMILY.n_intercepts + np.searchsorted(np.flatnonzero(fitted.free), np.asarray(chosen, dtype=np.int64))
    directions = [np.eye(fitted.information.shape[0])[own], directions_of(_FAMILY, fitted, effects.gradient)]
    values = np.concatenate([fitted.slopes[chosen], effects.effects])
    inferred = infer_by_jackknife((matrix, _FAMILY, fitted), values, np.concatenate(directions))
    found = dict(zip(places, zip(inferred, inferred[len(chosen) :], strict=False), strict=True))
    for row in rows:
        if row.factor not in found:
            yield row
            continue
        coefficient, effect = found[row.factor]
        yield _filled(row, coefficient, effect, scales.widened(effect, row.factor))


def _filled(row: StratumRow, coefficient: Inferred, effect: Inferred, in_units: Inferred) -> StratumRow:
    """Fill in one factor; the unit tells nothing of there being an effect, so the test is without its error."""
    row = replace(row, coefficient=coefficient.estimate, effect_pp=effect.estimate * PERCENT, status=effect.status)
    if not (coefficient.has_error and effect.has_error):
        return row
    return replace(
        row,
        std_error=coefficient.std_error,
        dof=None if math.isinf(coefficient.dof) else coefficient.dof,
        ci_low=max(effect.estimate - in_units.half_width, -1.0) * PERCENT,
        ci_high=min(effect.estimate + in_units.half_width, 1.0) * PERCENT,
        p_value=effect.p_value(),
    )


def _judged(rows: Sequence[StratumRow]) -> list[StratumRow]:
    """Corrected p values, differences between groups, and what is reversed."""
    keys = list(dict.fromkeys((row.factor, row.stratifier) for row in rows if row.stratifier != ALL))
    differences = {key: _difference([row for row in rows if (row.factor, row.stratifier) == key]) for key in keys}
    corrected = dict(zip(keys, _corrected(list(differences.values())), strict=True))
    wholes = {row.factor: row for row in rows if row.stratifier == ALL}
    judged = []
    for row, q_value in zip(rows, _corrected([row.p_value for row in rows]), strict=True):
        key = (row.factor, row.stratifier)
        found, q_found = differences.get(key), corrected.get(key)
        reversed_ = _is_reversed(replace(row, q_value=q_value), wholes[row.factor], q_found)
        judged.append(
            replace(
                row,
                q_value=q_value,
                heterogeneity_p_value=found,
                heterogeneity_q_value=q_found,
                is_reversed=None if row.stratifier == ALL else reversed_,
            )
        )
    return judged


def _difference(rows: Sequence[StratumRow]) -> float | None:
    """P value of one coefficient serving all groups."""
    known = [
        (row.coefficient, row.std_error, math.inf if row.dof is None else row.dof) for row in rows if row.std_error
    ]
    table = np.array(known, dtype=np.float64).reshape(-1, 3)
    found = heterogeneity(*table.T)
    return None if found is None else found.p_value


def _corrected(p_values: Sequence[float | None]) -> list[float | None]:
    tested = np.array([math.nan if value is None else value for value in p_values])
    return [None if math.isnan(value) else float(value) for value in benjamini_hochberg(tested)]


def _is_reversed(row: StratumRow, whole: StratumRow, q_differ: float | None) -> bool | None:
    """Whether the effect has surely the other sign than that of all disputes.

    That groups differ does not say which: where an effect is in one category alone, each of the others has its own
    chance to seem reversed. So the group's own test has to stand up to the correction too.
    """
    ends = (row.ci_low, row.ci_high, whole.ci_low, whole.ci_high)
    if q_differ is None or row.q_value is None or None in ends:
        return None
    low, high, whole_low, whole_high = (float(end) for end in ends if end is not None)
    is_other = (low > 0 and whole_high < 0) or (high < 0 and whole_low > 0)
    return is_other and max(q_differ, row.q_value) < SIGNIFICANCE
