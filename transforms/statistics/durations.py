"""The tables of how long disputes take, from frames to frames."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields

import numpy as np
import polars as pl

from transforms.statistics.clusters import NO_SELLER, Integers, describe_clusters, seller_codes
from transforms.statistics.specs import NOT_RECORDED, OUTCOMES
from transforms.statistics.survival import (
    Curve,
    Curves,
    Times,
    count_times,
    estimate_curves,
    groups_of_sellers,
    quantile,
)

#: Ways to end, in the order of their codes from 1; ``closed_unruled``: settled, withdrawn or expired.
ENDS = (*OUTCOMES, "closed_unruled")
STILL_OPEN = "still_open"
SLICES = ("all", "category", "claim", "decided_by")
#: Hours that the curves are shown at.
GRID = (6, 12, 24, 48, 72, 96, 120, 168, 240, 336, 504, 720, 1080, 1440, 2160, 4320, 8760)
QUARTILES = (0.25, 0.5, 0.75)
#: A curve of fewer disputes says nothing.
FEWEST_DISPUTES = 10
FEWEST_AT_RISK = 10


@dataclass(frozen=True)
class CurveRow:
    """One row of ``marts.time_to_ruling``; numbers are None where ``status`` says why."""

    slice: str
    value: str
    state: str
    hours: int
    n: int
    n_clusters: int
    n_at_risk: int
    share: float | None
    ci_low: float | None
    ci_high: float | None
    status: str


@dataclass(frozen=True)
class QuantileRow:
    """One row of ``marts.hours_to_end``; ``hours`` is None where so many have not ended yet."""

    slice: str
    value: str
    quantile: float
    n: int
    n_open: int
    n_without_time: int
    n_clusters: int
    hours: int | None
    ci_low: float | None
    ci_high: float | None
    status: str


@dataclass(frozen=True)
class _Group:
    """The disputes of one group: those with times, and how many have none."""

    slice: str
    value: str
    times: Times | None
    n_without_time: int

    @property
    def n(self) -> int:
        return self.times.clustering.n if self.times else 0

    @property
    def status(self) -> str:
        if self.times is None:
            return "no_times"
        return "too_few_disputes" if self.n < FEWEST_DISPUTES else self.times.clustering.status


def time_tables(disputes: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Estimate how long disputes take to end, and how they end, with open ones censored.

    Args:
        disputes: All disputes: ``outcome``, ``ruled_at``, ``hours_to_close``, ``seller_id``, ``category``, ``claim``,
            ``decided_by``. Of a dispute without an outcome ``hours_to_close`` says how long it has been open.

    Returns:
        ``time_to_ruling`` with the columns of `CurveRow`, and ``hours_to_end`` with those of `QuantileRow`.
    """
    rows = _prepared(disputes)
    curve_rows: list[CurveRow] = []
    quantile_rows: list[QuantileRow] = []
    for group in _groups(rows):
        usable = group.times is not None and group.n >= FEWEST_DISPUTES
        curves = estimate_curves(group.times) if group.times is not None and usable else None
        curve_rows += _curve_rows(group, curves)
        quantile_rows += _quantile_rows(group, curves)
    return _frame(curve_rows, CurveRow), _frame(quantile_rows, QuantileRow)


def _prepared(disputes: pl.LazyFrame) -> pl.DataFrame:
    """Hours rounded up, the end as a code, the seller as a number; disputes of nobody are clusters of their own."""
    outcome = pl.col("outcome").cast(pl.String)
    ruled = outcome.replace_strict({name: place for place, name in enumerate(OUTCOMES, 1)}, default=None)
    end = pl.when(outcome.is_null()).then(0).otherwise(pl.coalesce(ruled, pl.lit(len(ENDS))))
    # When a dispute that was closed without a time closed is not known: it is left out and counted.
    known = pl.col("hours_to_close").is_not_null() & (outcome.is_null() | pl.col("ruled_at").is_not_null())
    return disputes.select(
        pl.when(known).then(pl.col("hours_to_close").ceil().cast(pl.Int64)).alias("hours"),
        end.cast(pl.Int64).alias("end"),
        "seller_id",
        pl.lit("all").alias("all"),
        *(pl.col(name).cast(pl.String).fill_null(NOT_RECORDED) for name in SLICES[1:]),
    ).collect()


def _groups(rows: pl.DataFrame) -> Iterator[_Group]:
    sellers = seller_codes(rows["seller_id"])
    hours, ends = rows["hours"].fill_null(-1).to_numpy(), rows["end"].to_numpy()
    for name in SLICES:
        values = sorted(rows[name].unique().to_list()) or (["all"] if name == "all" else [])
        codes = rows[name].cast(pl.Enum(values)).to_physical().to_numpy()
        for code, value in enumerate(values):
            chosen = codes == code
            yield _group(name, value, (hours[chosen], ends[chosen], sellers[chosen]))


def _group(name: str, value: str, columns: tuple[Integers, Integers, Integers]) -> _Group:
    timed = columns[0] >= 0
    hours, ends, sellers = (column[timed] for column in columns)
    n_without_time = int((~timed).sum())
    if hours.size == 0:
        return _Group(name, value, None, n_without_time)
    groups = groups_of_sellers(_cluster_numbers(sellers))
    clustering = describe_clusters(np.sort(sellers))
    return _Group(name, value, count_times(hours, ends, groups, len(ENDS), clustering), n_without_time)


def _cluster_numbers(sellers: Integers) -> Integers:
    """Number clusters from 0; each dispute without a seller is one of its own."""
    unknown = sellers == NO_SELLER
    occurs = np.bincount(sellers[~unknown]) > 0
    result = np.empty(sellers.size, dtype=np.int64)
    result[~unknown] = (np.cumsum(occurs) - 1)[sellers[~unknown]]
    result[unknown] = np.arange(unknown.sum()) + int(occurs.sum())
    return result


def _curve_rows(group: _Group, curves: Curves | None) -> Iterator[CurveRow]:
    clusters = group.times.clustering.n_clusters if group.times else 0
    if curves is None or group.times is None:
        for end in (STILL_OPEN, *ENDS):
            yield CurveRow(group.slice, group.value, end, 0, group.n, clusters, 0, None, None, None, group.status)
        return
    at_risk = group.times.counts.sum(axis=(0, 2))[::-1].cumsum()[::-1]
    named: dict[str, Curve] = {STILL_OPEN: curves.still_open, **dict(zip(ENDS, curves.ended, strict=True))}
    for end, curve in named.items():
        for hours in GRID:
            place = int(np.searchsorted(curves.hours, hours, side="right")) - 1
            left = int(at_risk[place + 1]) if place + 1 < at_risk.size else 0
            start = 1.0 if end == STILL_OPEN else 0.0
            share = float(curve.share[place]) if place >= 0 else start
            low, high = (_number(part[place]) if place >= 0 else None for part in (curve.ci_low, curve.ci_high))
            yield CurveRow(
                group.slice, group.value, end, hours, group.n, clusters, left, share, low, high, group.status
            )
            if left < FEWEST_AT_RISK:
                # Beyond this the curve hangs on a handful of disputes.
                break


def _quantile_rows(group: _Group, curves: Curves | None) -> Iterator[QuantileRow]:
    clusters = group.times.clustering.n_clusters if group.times else 0
    n_open = int(group.times.counts[:, :, 0].sum()) if group.times else 0
    head = (group.n, n_open, group.n_without_time, clusters)
    for share in QUARTILES:
        if curves is None:
            yield QuantileRow(group.slice, group.value, share, *head, None, None, None, group.status)
            continue
        found = quantile(curves, share)
        status = "not_reached" if found.hours is None else group.status
        yield QuantileRow(
            group.slice, group.value, share, *head, _whole(found.hours), found.ci_low, found.ci_high, status
        )


def _whole(hours: float | None) -> int | None:
    return None if hours is None else int(hours)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _frame(rows: list[CurveRow] | list[QuantileRow], row_type: type[CurveRow | QuantileRow]) -> pl.DataFrame:
    types: dict[object, pl.DataType] = {str: pl.String(), int: pl.Int64(), int | None: pl.Int64()}
    schema = {field.name: types.get(field.type, pl.Float64()) for field in fields(row_type)}
    return pl.DataFrame([asdict(row) for row in rows], schema=schema, orient="row")
