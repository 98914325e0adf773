"""Month by month: how disputes were ruled, what each factor was worth, and when that changed.

Months are those of the ruling. A change of case mix is not a change of policy: ``all`` is the share of buyer_wins that
disputes as all are on average would have had in the month (docs/decisions/085-trend.md).
"""

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import astuple, dataclass, fields, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from transforms.china import TIME_ZONE
from transforms.statistics.change_points import Changes, Series, find_changes
from transforms.statistics.design import prepare
from transforms.statistics.months import ALL, MONTH, MonthFit, Standard, fit_month, joint_covariance, pool
from transforms.statistics.sampling import sample_sellers
from transforms.statistics.scales import measure_scales
from transforms.statistics.specs import CORE_FACTORS, NOT_RECORDED, OUTCOMES, FactorSpec
from transforms.statistics.terms import ADVANTAGES, CONTROLS, Categorical, extra_term

#: More rulings than this are not needed to see a change; whole sellers are sampled for the estimates.
MOST_ROWS = 400_000
#: A month that lacks more of its rulings than this, because only quick ones can be in the data, is no part of a series.
MOST_LACKING = 0.2
QUICK_ONLY = "only_quick_rulings"
SERIES = (ALL, *(spec.name for spec in CORE_FACTORS))
PERCENT = 100.0


@dataclass(frozen=True)
class TrendRow:
    """One row of ``marts.trend``; numbers are None where ``status`` says why.

    Attributes:
        month: Of the ruling, in China.
        factor: A factor, or ``all``.
        n: Ruled disputes of the month.
        n_clusters: Sellers behind them.
        n_fitted: Disputes that the estimate uses.
        share_seller_wins: Outcome shares of the month.
        share_partial: The same.
        share_buyer_wins: The same.
        effect_pp: Of +1 SD advantage on the chance of buyer_wins; for ``all`` the adjusted share of buyer_wins.
        ci_low: Lower end of its 95 % interval by seller.
        ci_high: Upper end.
        shift: Whether the series has another level from this month on; None where that was not looked for.
        shift_low: First month in the 95 % confidence set of the change.
        shift_high: Last month in it.
        shift_pp: New level less the old one.
        shift_p_value: Of there being no such change.
        shift_may_be_drift: Whether a straight line fits the series at least as well as its changes.
        series_p_value: Of there being no change in the series.
        series_status: ``ok`` or why no change was looked for.
        is_sampled: Whether the estimates use a sample of sellers.
        status: ``ok``, what is to be said of the estimate, or why there is none.
    """

    month: str
    factor: str
    n: int
    n_clusters: int
    n_fitted: int
    share_seller_wins: float
    share_partial: float
    share_buyer_wins: float
    effect_pp: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    shift: bool | None = None
    shift_low: str | None = None
    shift_high: str | None = None
    shift_pp: float | None = None
    shift_p_value: float | None = None
    shift_may_be_drift: bool | None = None
    series_p_value: float | None = None
    series_status: str = "ok"
    is_sampled: bool = False
    status: str = "ok"


def trend(frame: pl.LazyFrame, extra: Sequence[FactorSpec], most_rows: int = MOST_ROWS) -> pl.DataFrame:
    """Estimate every month and find the months from which on things are different.

    Effects are measured on one scale: coefficients of a month's own logit of buyer_wins times the mean density of the
    model of all months, so that an effect does not change because the share of buyer_wins does.

    Args:
        frame: One row per dispute: dispute_id, outcome, seller_id, month (of the ruling, YYYY-MM in China), ruled_at,
            opened_at, category, claim, item_price_cny, the four advantages and the columns of ``extra``. The order of
            rows does not matter.
        extra: Extra factors, all of them controls.
        most_rows: Rows above which whole sellers are sampled for the estimates.

    Returns:
        One row per month and series (``SERIES``) with the columns of ``TrendRow``.
    """
    ruled = frame.filter(pl.col("outcome").is_in(OUTCOMES)).with_columns(pl.col(MONTH).fill_null(NOT_RECORDED))
    rows = _counts(ruled)
    sampled, is_sampled = sample_sellers(ruled, most_rows)
    months = [row.month for row in rows]
    fits, standard = _fit_months(sampled, extra, months)
    lacking = _months_of_quick_rulings(sampled, months)
    table = [
        row
        for name in SERIES
        for row in _series_rows(name, [replace(row, is_sampled=is_sampled) for row in rows], fits, standard, lacking)
    ]
    table.sort(key=lambda row: (row.month, SERIES.index(row.factor)))
    return _frame(table)


def _counts(ruled: pl.LazyFrame) -> list[TrendRow]:
    """Counts and shares of every month, exact."""
    counted = (
        ruled.group_by(MONTH)
        .agg(
            pl.len().alias("n"),
            (pl.col("seller_id").drop_nulls().n_unique() + pl.col("seller_id").null_count()).alias("n_clusters"),
            *((pl.col("outcome") == outcome).sum().alias(outcome) for outcome in OUTCOMES),
        )
        .sort(MONTH)
        .collect()
    )
    return [
        TrendRow(row[MONTH], ALL, row["n"], row["n_clusters"], 0, *(row[outcome] / row["n"] for outcome in OUTCOMES))
        for row in counted.iter_rows(named=True)
    ]


def _fit_months(
    sampled: pl.LazyFrame, extra: Sequence[FactorSpec], months: Sequence[str]
) -> tuple[dict[str, MonthFit | str], Standard | None]:
    """Fit every month, or say why not."""
    controls = [*CONTROLS, *(extra_term(spec) for spec in extra)]
    terms = [*ADVANTAGES, *sorted(controls, key=lambda term: isinstance(term, Categorical))]
    prepared = prepare(sampled, terms, keep=(MONTH,))
    design = prepared.design(terms)
    pooled = pool(design, measure_scales(prepared))
    if isinstance(pooled, str):
        return dict.fromkeys(months, pooled), None
    places = {month: np.flatnonzero((prepared.rows[MONTH] == month).to_numpy()) for month in months}
    fits = [fit_month(pooled, places[month]) for month in months]
    left_out = {term.term: term.status for term in design.left_out}
    gone = {spec.name: left_out[spec.column] for spec in CORE_FACTORS if spec.column in left_out}
    with_reasons = [each if isinstance(each, str) else replace(each, status=gone | each.status) for each in fits]
    return dict(zip(months, with_reasons, strict=True)), pooled.standard


def _months_of_quick_rulings(sampled: pl.LazyFrame, months: Sequence[str]) -> set[str]:
    """Months at the start of the data that lack too many of their rulings.

    Where the data begin with disputes opened from some moment on, the first rulings in them are the quick ones; slower
    ones of the same days belong to disputes from before. A month lacks as many as take longer than the data go back,
    on average over its days. At the end nothing is lacking, because months are those of the ruling.
    """
    timed = sampled.filter(pl.col("ruled_at") > pl.col("opened_at"))
    moments = timed.select(pl.col("opened_at", "ruled_at").dt.epoch("s").cast(pl.Float64)).collect()
    if moments.is_empty():
        return set()
    opened, ruled = (moments[name].to_numpy() for name in ("opened_at", "ruled_at"))
    first, durations = float(opened.min()), ruled - opened
    lacking = set()
    for month in months:
        start, end = _bounds(month)
        start = max(start, first)
        if start < end and np.clip((first + durations - start) / (end - start), 0, 1).mean() > MOST_LACKING:
            lacking.add(month)
    return lacking


def _bounds(month: str) -> tuple[float, float]:
    """Beginning and end of a month in seconds since 1970; both infinite for disputes without a time."""
    if not month[:1].isdigit():
        return math.inf, math.inf
    year, number = (int(part) for part in month.split("-"))
    zone = ZoneInfo(TIME_ZONE)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)
    return datetime(year, number, 1, tzinfo=zone).timestamp(), end.timestamp()


def _series_rows(
    name: str,
    rows: Sequence[TrendRow],
    fits: Mapping[str, MonthFit | str],
    standard: Standard | None,
    lacking: AbstractSet[str],
) -> list[TrendRow]:
    """One series: its months, and where it changes."""
    found = []
    series: list[tuple[int, MonthFit]] = []
    for place, row in enumerate(rows):
        fitted = fits[row.month]
        named = replace(row, factor=name)
        if isinstance(fitted, str) or standard is None or name not in fitted.estimates:
            found.append(replace(named, status=fitted if isinstance(fitted, str) else fitted.status[name]))
            continue
        found.append(_with_estimate(named, fitted, standard, row.month in lacking))
        if fitted.estimates[name].variance and row.month not in lacking and math.isfinite(_bounds(row.month)[0]):
            series.append((place, fitted))
    changes = _changes(name, [fitted for _, fitted in series])
    return _with_changes(found, [place for place, _ in series], changes, standard)


def _with_estimate(row: TrendRow, fitted: MonthFit, standard: Standard, is_lacking: bool) -> TrendRow:
    """Fill in the effect in percentage points; the level of a month becomes a share of buyer_wins."""
    one = fitted.estimates[row.factor].inferred
    status = QUICK_ONLY if is_lacking else one.status
    row = replace(
        row, n_fitted=fitted.clustering.n, effect_pp=_points(row.factor, one.estimate, standard), status=status
    )
    if not one.has_error:
        return row
    half_width = standard.widened(row.factor, one).half_width
    low, high = (_points(row.factor, one.estimate + sign * half_width, standard) for sign in (-1, 1))
    return replace(row, ci_low=low, ci_high=high)


def _points(name: str, log_odds: float, standard: Standard) -> float:
    """Percentage points that some log odds come to among the disputes of all months."""
    return PERCENT * (standard.share(log_odds) if name == ALL else log_odds * standard.density)


def _changes(name: str, fits: Sequence[MonthFit]) -> Changes:
    if not fits:
        return Changes((), None, "too_few_months")
    estimates = [fitted.estimates[name] for fitted in fits]
    return find_changes(
        Series(
            np.array([each.estimate for each in estimates]),
            joint_covariance(fits, name),
            np.array([each.least for each in estimates]),
        )
    )


def _with_changes(
    rows: Sequence[TrendRow], places: Sequence[int], changes: Changes, standard: Standard | None
) -> list[TrendRow]:
    """Mark the months of a series at which it takes another level."""
    filled = [replace(row, series_status=changes.status, series_p_value=changes.p_value) for row in rows]
    if changes.p_value is None or standard is None:
        return filled
    for place in places:
        filled[place] = replace(filled[place], shift=False)
    for change in changes.changes:
        row = filled[places[change.place]]
        before, after = (_points(row.factor, level, standard) for level in (change.before, change.after))
        filled[places[change.place]] = replace(
            row,
            shift=True,
            shift_low=rows[places[change.low]].month,
            shift_high=rows[places[change.high]].month,
            shift_pp=after - before,
            shift_p_value=change.p_value,
            shift_may_be_drift=changes.may_be_drift,
        )
    return filled


def _frame(rows: Sequence[TrendRow]) -> pl.DataFrame:
    types: dict[object, pl.DataType] = {
        str: pl.String(), int: pl.Int64(), bool: pl.Boolean(), bool | None: pl.Boolean(), str | None: pl.String(),
    }  # fmt: skip
    schema = {field.name: types.get(field.type, pl.Float64()) for field in fields(TrendRow)}
    return pl.DataFrame([astuple(row) for row in rows], schema=schema, orient="row")
