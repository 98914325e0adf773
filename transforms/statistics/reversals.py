"""Where an effect changes its sign once like is compared with like (Simpson 1951; docs/decisions/087-reversals.md)."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.levels import assign_levels, level_bounds
from transforms.statistics.mantel_haenszel import (
    N_CELLS,
    Clustered,
    Interval,
    Pooled,
    cluster_cells,
    log_odds_ratio,
    risk_difference,
)
from transforms.statistics.matrix import Booleans
from transforms.statistics.multiplicity import benjamini_hochberg
from transforms.statistics.rulings import (
    BUYER_WINS,
    Rulings,
    coded_text,
    level_column,
    order_rulings,
    rows_frame,
    with_levels,
)
from transforms.statistics.specs import NOT_RECORDED, OVERALL, FactorKind, FactorSpec

#: Groups of disputes that may explain an effect away, beside the levels of the other factors.
CONTEXT = ("category", "claim", "month", "decided_by")
PRICE_BAND = FactorSpec("price_band", "item_price_cny")
#: Factors are compared between the third of the disputes with the lowest values and that with the highest.
THIRDS = 3
#: A side of a comparison with fewer disputes cannot be compared.
FEWEST_PER_SIDE = 20
#: The most frequent value of a categorical factor is compared with so many others.
MOST_CONTRASTS = 10
SIGNIFICANCE = 0.05
#: What a group is called where there are no two to compare.
NO_GROUP = "none"
UNCERTAIN = "sign_differs_not_certain"
_PERCENT = 100.0


@dataclass(frozen=True)
class ReversalRow:
    """One row of ``marts.reversals``; numbers are None where ``status`` says why."""

    factor: str
    low_group: str
    high_group: str
    stratifier: str
    n: int
    n_clusters: int
    n_low: int = 0
    n_high: int = 0
    n_strata: int = 0
    crude_rd_pp: float | None = None
    crude_rd_ci_low: float | None = None
    crude_rd_ci_high: float | None = None
    adjusted_rd_pp: float | None = None
    adjusted_rd_ci_low: float | None = None
    adjusted_rd_ci_high: float | None = None
    crude_log_or: float | None = None
    crude_log_or_ci_low: float | None = None
    crude_log_or_ci_high: float | None = None
    adjusted_log_or: float | None = None
    adjusted_log_or_ci_low: float | None = None
    adjusted_log_or_ci_high: float | None = None
    p_value: float | None = None
    q_value: float | None = None
    is_reversed: bool = False
    n_strata_opposite: int = 0
    strata_opposite: str = ""
    strata_surely_opposite: str = ""
    status: str = "ok"


@dataclass(frozen=True)
class Contrast:
    """Two groups of disputes by the value of a factor.

    Attributes:
        factor: Its name.
        low: What the first group is called.
        high: What the second is called.
        rows: Places of the disputes of both, ascending.
        is_high: Whether each is in the second group.
        status: ``ok``, or why there are no two groups.
    """

    factor: str
    low: str
    high: str
    rows: Integers
    is_high: Booleans
    status: str = "ok"


@dataclass(frozen=True)
class Strata:
    """What disputes are divided by: names, and the stratum of each dispute.

    There is one for each factor and group of disputes, so that wider codes would take most of the memory.
    """

    name: str
    labels: tuple[str, ...]
    codes: npt.NDArray[np.uint16]


@dataclass(frozen=True)
class _Effects:
    """Risk difference and log odds ratio; None where there is none."""

    difference: Interval | None
    log_odds: Interval | None

    @property
    def sign(self) -> int:
        """Sign of the difference."""
        return 0 if self.difference is None else int(np.sign(self.difference.estimate))

    @property
    def direction(self) -> int:
        """Sign of both if neither interval includes zero, else 0."""
        if self.difference is None or self.log_odds is None:
            return 0
        return self.difference.direction if self.difference.direction == self.log_odds.direction else 0

    @property
    def p_value(self) -> float | None:
        """The larger of both p values."""
        found = [each.p_value for each in (self.difference, self.log_odds) if each is not None]
        known = [p_value for p_value in found if p_value is not None]
        return max(known) if len(known) == 2 else None  # noqa: PLR2004 - both, or the weaker one is not known


def reversals(
    ruled: pl.LazyFrame | pl.DataFrame, levels: pl.DataFrame, bounds: pl.DataFrame, specs: Sequence[FactorSpec]
) -> pl.DataFrame:
    """Compare crude effects with effects within strata.

    Args:
        ruled: One row per ruled dispute: dispute_id, outcome, seller_id, category, claim, month, decided_by,
            item_price_cny and the columns of the factors. The order of rows does not matter.
        levels: dispute_id and for each factor a column of level codes of its name.
        bounds: The levels, from ``levels.level_bounds``.
        specs: The factors; ``overall`` is left out.

    Returns:
        One row per factor, pair of groups and stratifier, with the columns of ``ReversalRow``.
    """
    own = [spec for spec in specs if spec != OVERALL]
    # a text for each dispute would take most of the memory
    columns = ("dispute_id", "outcome", "seller_id", pl.col(*CONTEXT).cast(pl.Categorical), PRICE_BAND.column)
    chosen = ruled.lazy().select(*columns, *(pl.col(spec.column).alias(_value_column(spec)) for spec in own))
    rulings = order_rulings(with_levels(chosen.collect(), levels, own))
    labels = {str(name): dict(rows.select("code", "level").iter_rows()) for (name,), rows in bounds.group_by("factor")}
    context = [*(_text_strata(rulings, name) for name in CONTEXT), _price_bands(rulings)]
    by_level = {spec.name: _level_strata(rulings, spec, labels.get(spec.name, {})) for spec in own}

    def of_factor(spec: FactorSpec) -> list[ReversalRow]:
        strata = [*context, *(each for name, each in by_level.items() if name != spec.name)]
        found = contrasts(rulings.frame[_value_column(spec)], spec)
        return [row for contrast in found for row in _rows(rulings, contrast, strata)]

    rows = [row for spec in own for row in of_factor(spec)]
    return rows_frame(_judged(rows), ReversalRow)


def _value_column(spec: FactorSpec) -> str:
    return f"value of {spec.name}"


def _text_strata(rulings: Rulings, name: str) -> Strata:
    """The values of a column as strata."""
    labels, codes = coded_text(rulings.frame[name])
    assert len(labels) <= np.iinfo(np.uint16).max
    return Strata(name, labels, codes.astype(np.uint16))


def _level_strata(rulings: Rulings, spec: FactorSpec, labels: Mapping[int, str]) -> Strata:
    """The levels of a factor as strata."""
    codes = rulings.frame[level_column(spec)].cast(pl.UInt16).fill_null(0).to_numpy()
    names = [labels.get(code, NOT_RECORDED) for code in range(int(codes.max(initial=0)) + 1)]
    return Strata(spec.name, tuple(names), codes)


def _price_bands(rulings: Rulings) -> Strata:
    """Fifths of the price as strata."""
    bounds = level_bounds(rulings.frame.lazy(), [PRICE_BAND])
    codes = assign_levels(rulings.frame.lazy(), bounds, [PRICE_BAND]).collect()[PRICE_BAND.name]
    names = dict(bounds.select("code", "level").iter_rows())
    most = max(names, default=0)
    labels = tuple(names.get(code, NOT_RECORDED) for code in range(most + 1))
    return Strata(PRICE_BAND.name, labels, codes.to_numpy())


def contrasts(values: pl.Series, spec: FactorSpec) -> list[Contrast]:
    """Which groups of disputes are compared.

    A numeric factor: the lowest third of the disputes with the highest, ties together (a third is absent where one
    value fills more than that; with two values each is a group). A categorical one: each other frequent value with the
    most frequent.

    Args:
        values: The factor's value of each dispute.
        spec: The factor.

    Returns:
        At least one contrast; its status says if there are no two groups.
    """
    if spec.kind == FactorKind.CATEGORICAL:
        return _categorical_contrasts(values.cast(pl.String), spec.name)
    numbers = values.cast(pl.Float64).to_numpy().astype(np.float64)
    recorded = np.flatnonzero(np.isfinite(numbers))
    known = numbers[recorded]
    found, sizes = np.unique(known, return_counts=True)
    if found.size < 2:  # noqa: PLR2004 - a comparison needs two
        return [_no_contrast(spec.name, "constant" if found.size else NOT_RECORDED)]
    before = np.cumsum(sizes) - sizes
    thirds = THIRDS * (2 * before + sizes) // (2 * recorded.size)
    lowest, highest = (found[thirds == end] for end in (thirds[0], thirds[-1]))
    is_high = known >= highest[0]
    rows = np.flatnonzero(is_high | (known <= lowest[-1]))
    return [Contrast(spec.name, _range(lowest), _range(highest), recorded[rows], is_high[rows])]


def _range(values: Floats) -> str:
    low, high = (f"{value + 0.0:.6g}" for value in (values[0], values[-1]))
    return low if low == high else f"{low} to {high}"


def _categorical_contrasts(values: pl.Series, factor: str) -> list[Contrast]:
    counts = values.drop_nulls().value_counts(name="n")
    ranked = counts.sort("n", counts.columns[0], descending=[True, False])[counts.columns[0]].to_list()
    if len(ranked) < 2:  # noqa: PLR2004 - a comparison needs two
        return [_no_contrast(factor, "constant" if ranked else NOT_RECORDED)]
    base = ranked[0]
    found = []
    for other in sorted(ranked[1 : MOST_CONTRASTS + 1]):
        rows = np.flatnonzero(((values == base) | (values == other)).fill_null(value=False).to_numpy())
        found.append(Contrast(factor, base, other, rows, (values.gather(rows) == other).to_numpy()))
    return found


def _no_contrast(factor: str, status: str) -> Contrast:
    return Contrast(factor, NO_GROUP, NO_GROUP, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_), status)


def _rows(rulings: Rulings, contrast: Contrast, strata: Sequence[Strata]) -> Iterator[ReversalRow]:
    """One row per stratifier."""
    size, n_high = rulings.clustering(contrast.rows), int(contrast.is_high.sum())
    blank = ReversalRow(
        contrast.factor, contrast.low, contrast.high, "", size.n, size.n_clusters, size.n - n_high, n_high
    )
    won = rulings.outcome[contrast.rows] == BUYER_WINS
    status = _too_little(blank, contrast, won) if rulings.n else "nothing_ruled"
    if status != "ok":
        yield from (replace(blank, stratifier=each.name, status=status) for each in strata)
        return
    cells = 2 * ~contrast.is_high + ~won
    whole = cluster_cells(cells, rulings.clusters[contrast.rows], has_sellers=size.has_sellers)
    crude = _effects(whole, whole.counts(1))
    for each in strata:
        placed = replace(whole, cells=each.codes[contrast.rows].astype(np.int64) * N_CELLS + cells)
        yield _compared(replace(blank, stratifier=each.name), crude, placed, each)


def _too_little(row: ReversalRow, contrast: Contrast, won: Booleans) -> str:
    """Why the groups cannot be compared, or ``ok``."""
    if contrast.status != "ok":
        return contrast.status
    if min(row.n_low, row.n_high) < FEWEST_PER_SIDE:
        return "too_few_disputes"
    return "ok" if 0 < won.sum() < won.size else "one_outcome"


def _compared(row: ReversalRow, crude: _Effects, placed: Clustered, strata: Strata) -> ReversalRow:
    """Crude and pooled effect, and the strata that go the other way."""
    counts = placed.counts(len(strata.labels))
    pooled = _effects(placed, counts)
    is_informative = (counts[:, :2].sum(axis=1) > 0) & (counts[:, 2:].sum(axis=1) > 0)
    row = replace(row, n_strata=int(is_informative.sum()))
    row = _with_effects(row, "crude", crude)
    if pooled.difference is None:
        return replace(row, status="no_stratum_has_both")
    row = _with_strata(_with_effects(row, "adjusted", pooled), placed, counts, (strata, crude))
    differs = crude.sign * pooled.sign < 0
    is_sure = differs and crude.direction * pooled.direction < 0
    p_values = [effects.p_value for effects in (crude, pooled)]
    # Reversed are two effects that are both there: the weaker evidence counts (Berger 1982).
    known = [p_value for p_value in p_values if p_value is not None]
    p_value = (max(known) if differs else 1.0) if len(known) == len(p_values) else None
    status = placed.clustering.status if is_sure or not differs else UNCERTAIN
    return replace(row, p_value=p_value, is_reversed=is_sure, status=_effect_status(pooled, status))


def _effect_status(pooled: _Effects, status: str) -> str:
    if pooled.log_odds is None:
        return "unbounded_odds_ratio"
    return "one_cluster" if pooled.log_odds.low is None and status != UNCERTAIN else status


def _effects(placed: Clustered, counts: Floats) -> _Effects:
    def interval(pooled: Pooled | None) -> Interval | None:
        return None if pooled is None else placed.interval(pooled)

    return _Effects(interval(risk_difference(counts)), interval(log_odds_ratio(counts)))


def _with_effects(row: ReversalRow, which: str, effects: _Effects) -> ReversalRow:
    """Fill in one of the two effects, differences in percentage points."""
    values: dict[str, float | None] = {}
    for measure, found, unit in (("rd", effects.difference, _PERCENT), ("log_or", effects.log_odds, 1.0)):
        if found is None:
            continue
        suffix = "_pp" if measure == "rd" else ""
        values[f"{which}_{measure}{suffix}"] = found.estimate * unit
        values[f"{which}_{measure}_ci_low"] = None if found.low is None else max(found.low * unit, -_bound(measure))
        values[f"{which}_{measure}_ci_high"] = None if found.high is None else min(found.high * unit, _bound(measure))
    changes: dict[str, Any] = values
    return replace(row, **changes)


def _bound(measure: str) -> float:
    """The largest size that an effect can have."""
    return _PERCENT if measure == "rd" else math.inf


def _with_strata(
    row: ReversalRow, placed: Clustered, counts: Floats, strata_and_crude: tuple[Strata, _Effects]
) -> ReversalRow:
    """Name the strata whose own effect has the opposite sign to the crude one, and those of which that is sure.

    Nothing is surely the opposite of a crude effect whose own sign is open.
    """
    strata, crude = strata_and_crude
    with_both = np.minimum(counts[:, :2].sum(axis=1), counts[:, 2:].sum(axis=1))
    large = np.flatnonzero(with_both >= FEWEST_PER_SIDE)
    opposite, surely = [], []
    for place in large:
        own = risk_difference(counts[[place]])
        if own is None or own.estimate * crude.sign >= 0:
            continue
        opposite.append(strata.labels[place])
        found = placed.within(int(place)).interval(own)
        if crude.direction and found.p_value is not None and found.p_value <= SIGNIFICANCE / large.size:
            surely.append(strata.labels[place])
    return replace(
        row,
        n_strata_opposite=len(opposite),
        strata_opposite="; ".join(opposite),
        strata_surely_opposite="; ".join(surely),
    )


def _judged(rows: Sequence[ReversalRow]) -> list[ReversalRow]:
    """Correct for the number of comparisons: a reversal must stand up to Benjamini–Hochberg."""
    p_values = np.array([math.nan if row.p_value is None else row.p_value for row in rows])
    judged = []
    for row, q_value in zip(rows, benjamini_hochberg(p_values), strict=True):
        if math.isnan(q_value):
            judged.append(row)
            continue
        is_reversed = row.is_reversed and bool(q_value < SIGNIFICANCE)
        status = UNCERTAIN if row.is_reversed and not is_reversed else row.status
        judged.append(replace(row, q_value=float(q_value), is_reversed=is_reversed, status=status))
    return judged
