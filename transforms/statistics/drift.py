"""Whether what was delivered now differs from what was there before, beyond what chance explains."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np
import polars as pl

from transforms.statistics.clusters import Integers, Sellers, seller_codes
from transforms.statistics.multiplicity import benjamini_hochberg
from transforms.statistics.reference import t_p_value, two_sided_quantile
from transforms.statistics.specs import NOT_RECORDED

#: A share has moved if its q value is below this and it moved by at least so many percentage points.
LARGEST_Q = 0.01
SMALLEST_MOVE_PP = 3.0
#: With fewer disputes on either side nothing is said.
FEWEST_DISPUTES = 50
#: Earlier deliveries that are needed to say what an ordinary volume is.
FEWEST_DELIVERIES = 4
VOLUME = "volume"
PERCENT = 100.0


@dataclass(frozen=True)
class DriftRow:
    """One row of ``meta.drift``; numbers are None where ``status`` says why."""

    measure: str
    value: str
    n_before: int
    n_now: int
    share_before: float | None
    share_now: float | None
    difference_pp: float | None
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    q_value: float | None
    is_moved: bool
    status: str


def drift_table(
    disputes: Mapping[str, pl.LazyFrame], measures: Mapping[str, Sequence[str]], volumes: Sequence[int]
) -> pl.DataFrame:
    """Compare the disputes delivered now with those there before.

    Args:
        disputes: Frames by name, one row per dispute: ``is_new``, ``seller_id`` and the columns to compare.
        measures: Columns of each frame, as text; null is a value of its own.
        volumes: New disputes of each earlier delivery, then of this one.

    Returns:
        One row per measure and value with the columns of `DriftRow`, and one for the volume. The interval and the test
        of a difference allow for sellers who come back; q values are over the whole table (Benjamini and Hochberg).
    """
    rows = [row for name, frame in disputes.items() for row in _share_rows(frame, measures[name])]
    rows.append(_volume_row(volumes))
    types: dict[object, pl.DataType] = {str: pl.String(), int: pl.Int64(), bool: pl.Boolean()}
    schema = {field.name: types.get(field.type, pl.Float64()) for field in fields(DriftRow)}
    table = pl.DataFrame([asdict(row) for row in rows], schema=schema, orient="row")
    q_values = benjamini_hochberg(table["p_value"].fill_null(math.nan).to_numpy())
    # The volume is one number with an interval of its own; a share moves only if it moves far enough to matter.
    moved_far = (pl.col("difference_pp").abs() >= SMALLEST_MOVE_PP) | (pl.col("measure") == VOLUME)
    return table.with_columns(pl.Series("q_value", q_values).fill_nan(None)).with_columns(
        ((pl.col("q_value") < LARGEST_Q) & moved_far).fill_null(value=False).alias("is_moved")
    )


def _share_rows(frame: pl.LazyFrame, measures: Sequence[str]) -> Iterator[DriftRow]:
    named = frame.select(
        "is_new", "seller_id", *(pl.col(name).cast(pl.String).fill_null(NOT_RECORDED) for name in measures)
    )
    rows = named.collect()
    codes_of_sellers = seller_codes(rows["seller_id"])
    order = np.argsort(codes_of_sellers, kind="stable")
    sellers = Sellers.of(codes_of_sellers[order])
    is_new = rows["is_new"].to_numpy().astype(np.int64)[order]
    for name in measures:
        values = sorted(rows[name].unique().to_list())
        codes = rows[name].cast(pl.Enum(values)).to_physical().to_numpy().astype(np.int64)[order]
        for code, value in enumerate(values):
            yield _share_row(name, value, sellers, is_new, (codes == code).astype(np.int64))


def _share_row(measure: str, value: str, sellers: Sellers, is_new: Integers, has: Integers) -> DriftRow:
    """Difference of two shares. Source: delta method on counts by seller (clusters.ClusteredCounts)."""
    counted = sellers.counts(2 * is_new + has, 4)
    before, now = counted.counts[:2], counted.counts[2:]
    n_before, n_now = int(before.sum()), int(now.sum())
    blank = DriftRow(
        measure, value, n_before, n_now, None, None, None, None, None, None, None, is_moved=False, status="ok"
    )
    if min(n_before, n_now) < FEWEST_DISPUTES:
        return _filled(blank, status="too_few_disputes" if n_before else "nothing_before")
    share_before, share_now = before[1] / n_before, now[1] / n_now
    n = n_before + n_now
    influence = np.array([share_before, share_before - 1, -share_now, 1 - share_now])
    influence *= n / np.array([n_before, n_before, n_now, n_now])
    error = math.sqrt(float(counted.variance(influence[None])[0, 0]))
    difference = share_now - share_before
    shares = {"share_before": share_before, "share_now": share_now, "difference_pp": difference * PERCENT}
    if error <= 0:
        return _filled(blank, **shares, status="no_variation")
    reach = two_sided_quantile(counted.clustering.dof) * error
    return _filled(
        blank,
        **shares,
        ci_low=(difference - reach) * PERCENT,
        ci_high=(difference + reach) * PERCENT,
        p_value=t_p_value(difference / error, counted.clustering.dof),
        status=counted.clustering.status,
    )


def _volume_row(volumes: Sequence[int]) -> DriftRow:
    """Compare the size of this delivery with the earlier ones: a prediction interval of the logarithm (t)."""
    *earlier, now = volumes or (0,)
    blank = DriftRow(
        VOLUME, "disputes", sum(earlier), now, None, None, None, None, None, None, None, is_moved=False, status="ok"
    )
    logs = np.log([size for size in earlier if size > 0])
    if logs.size < FEWEST_DELIVERIES or now <= 0:
        return _filled(blank, status="too_few_deliveries")
    error = float(logs.std(ddof=1)) * math.sqrt(1 + 1 / logs.size)
    if error <= 0:
        return _filled(blank, status="no_variation")
    return _filled(blank, p_value=t_p_value((math.log(now) - float(logs.mean())) / error, logs.size - 1))


def _filled(row: DriftRow, **values: float | str) -> DriftRow:
    return DriftRow(**{**asdict(row), **values})
