"""What of a mart may be handed out: numbers that speak of fewer than k disputes are emptied, also where they follow.

The tables of rates hide the cells that the report hides, which are chosen so that no sum gives one away. Each other
table with counts has a rule of its own here; any further row in which a count of disputes lies between one and k - 1 is
emptied as a whole.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl

from flows.report.claims import TOO_FEW, tells_of_few
from flows.report.data import LevelRate, Rate, ReportData
from flows.report.disclosure import RULED, TOTAL, Disclosure
from flows.report.duration import kept_hours
from flows.report.foretold import hidden_bins
from flows.report.suppression import K
from transforms.registry import Column, Kind, Table

SUPPRESSED = "suppressed"
#: Tables of counts whose cells add up to totals that are shown elsewhere.
_RATES = {"marts.outcome_rates": RULED, "marts.closure_rates": TOTAL, "marts.factor_outcomes": RULED}
#: Counts of other things than disputes.
_NOT_DISPUTES = {
    "n_clusters",
    "n_sellers",
    "n_cells",
    "n_pairs",
    "n_strata",
    "n_strata_opposite",
    "n_deciders",
    "n_units",
}
_SEPARATOR = "\x1f"

Rule = Callable[[pl.DataFrame, ReportData, Disclosure], pl.DataFrame]


def suppressed(frame: pl.DataFrame, table: Table, data: ReportData, disclosure: Disclosure) -> pl.DataFrame:
    """Empty the numbers that speak of too few disputes.

    Args:
        frame: Rows of the mart.
        table: The mart.
        data: What the report reads.
        disclosure: What the report hides.

    Returns:
        The rows; of one that is hidden as a whole the keys are left, and ``status`` says ``suppressed``.
    """
    if table.full_name in _RATES:
        return _emptied(frame, table, _hidden_rates(table, data, disclosure))
    rule = _RULES.get(table.name)
    frame = rule(frame, data, disclosure) if rule else frame
    counts = [name for name in frame.columns if _is_count_of_disputes(name, table)]
    few = [_is_few(pl.col(name)) for name in counts]
    return _emptied(frame, table, pl.any_horizontal(few)) if few else frame


def _is_few(count: pl.Expr) -> pl.Expr:
    return count.is_between(1, K - 1).fill_null(value=False)


def _is_count_of_disputes(name: str, table: Table) -> bool:
    declared = {column.name: column for column in table.columns}.get(name)
    is_count = declared is not None and declared.kind is Kind.INTEGER
    return is_count and (name == "n" or (name.startswith("n_") and name not in _NOT_DISPUTES))


def _is_number(column: Column) -> bool:
    return column.kind in {Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL, Kind.TOTAL}


def _emptied(frame: pl.DataFrame, table: Table, hidden: pl.Expr) -> pl.DataFrame:
    """Empty all numbers but the keys of the hidden rows."""
    numbers = [
        column.name
        for column in table.columns
        if column.name in frame.columns and column.name not in table.key and _is_number(column)
    ]
    frame = _without(frame, hidden, numbers)
    if "status" not in frame.columns:
        return frame
    return frame.with_columns(pl.when(hidden).then(pl.lit(SUPPRESSED)).otherwise("status").alias("status"))


def _without(frame: pl.DataFrame, hidden: pl.Expr, names: Iterable[str]) -> pl.DataFrame:
    """Empty some columns where ``hidden`` holds; the condition is looked at before anything is emptied."""
    marked = frame.with_columns(hidden.alias("_hidden"))
    emptied = [pl.when("_hidden").then(None).otherwise(name).alias(name) for name in names if name in frame.columns]
    return marked.with_columns(emptied).drop("_hidden")


def _hidden_rates(table: Table, data: ReportData, disclosure: Disclosure) -> pl.Expr:
    read: Mapping[str, Sequence[Rate | LevelRate]] = {
        "marts.outcome_rates": data.outcomes,
        "marts.closure_rates": data.closures,
        "marts.factor_outcomes": data.levels,
    }
    total = _RATES[table.full_name]
    keys = [_rate_key(rate) for rate in read[table.full_name] if disclosure.hides(rate, total)]
    return _keyed(table.key, keys)


def _keyed(columns: Sequence[str], keys: Sequence[str]) -> pl.Expr:
    return pl.concat_str([pl.col(name).cast(pl.String) for name in columns], separator=_SEPARATOR).is_in(keys)


def _rate_key(rate: Rate | LevelRate) -> str:
    group = (rate.factor, rate.level) if isinstance(rate, LevelRate) else (rate.slice, rate.value)
    return _SEPARATOR.join((*group, rate.outcome))


def _claims(frame: pl.DataFrame, data: ReportData, _: Disclosure) -> pl.DataFrame:
    """Sizes of both sides, and the sentences that tell them."""
    few = [finding.claim_id for finding in data.estimates.findings if tells_of_few(finding)]
    hidden = pl.col("claim_id").is_in(few)
    if "reason_en" in frame.columns:
        untestable = hidden & (pl.col("verdict") == "not_testable")
        texts = {"en": TOO_FEW.en, "zh": TOO_FEW.zh}
        frame = frame.with_columns(
            pl.when(untestable).then(pl.lit(text)).otherwise(f"{name}_{language}").alias(f"{name}_{language}")
            for name in ("reason", "finding")
            for language, text in texts.items()
        )
    frame = _without(frame, hidden, ("n_with", "n_without"))
    return _without(frame, _is_few(pl.col("n")), ("n",))


def _kinds(frame: pl.DataFrame, _: ReportData, __: Disclosure) -> pl.DataFrame:
    """Sizes of both groups if one of them or the rest is small; crude shares if they tell a small count."""
    sizes = [pl.col("n_with"), pl.col("n_without"), pl.col("n") - pl.col("n_with") - pl.col("n_without")]
    if "n_alleged" in frame.columns:
        sizes += [pl.col("n_alleged"), pl.col("n_proven"), pl.col("n_alleged") - pl.col("n_proven")]
    hits = [
        count
        for side in ("with", "without")
        for share, n in [(pl.col(f"favoured_{side}"), pl.col(f"n_{side}"))]
        for count in ((share * n).round(), n - (share * n).round())
    ]
    are_few = pl.any_horizontal(_is_few(each) for each in sizes)
    tell_few = are_few | pl.any_horizontal(_is_few(each) for each in hits)
    frame = frame.with_columns(are_few.alias("_few"), tell_few.alias("_told"))
    frame = _without(frame, pl.col("_told"), ("favoured_with", "favoured_without"))
    frame = _without(frame, pl.col("_few"), ("n_with", "n_without", "share_with", "n_alleged", "n_proven"))
    return frame.drop("_few", "_told")


def _trend(frame: pl.DataFrame, data: ReportData, disclosure: Disclosure) -> pl.DataFrame:
    """Months whose cells are hidden in the table of rates."""
    months = [r.value for r in data.outcomes if r.slice == "month" and disclosure.hides(r, RULED)]
    totals = [r.value for r in data.outcomes if r.slice == "month" and disclosure.hides_total(r, RULED)]
    effects = ("effect_pp", "ci_low", "ci_high")
    has_hidden_outcome, has_hidden_total = pl.col("month").is_in(months), pl.col("month").is_in(totals)
    frame = _without(frame, has_hidden_outcome, ("share_seller_wins", "share_partial", "share_buyer_wins"))
    frame = _without(frame, has_hidden_outcome & (pl.col("factor") == "all"), effects)
    return _without(frame, has_hidden_total, ("n", "n_fitted", *effects))


def _curves(frame: pl.DataFrame, data: ReportData, _: Disclosure) -> pl.DataFrame:
    """Moments at which a share moved by a few disputes, or fewer than k were left under observation."""
    groups: dict[tuple[str, str], dict[str, list[object]]] = {}
    for row in data.estimates.open_shares:
        groups.setdefault((row.slice, row.value), {}).setdefault(row.state, []).append(row)
    kept = [
        _SEPARATOR.join((*group, str(hours)))
        for group, series in groups.items()
        for hours in kept_hours(list(series.values()))  # type: ignore[arg-type] # rows of marts.time_to_ruling
    ]
    hidden = ~_keyed(("slice", "value", "hours"), kept) | _is_few(pl.col("n_at_risk"))
    return _without(frame, hidden, ("n_at_risk", "share", "ci_low", "ci_high"))


def _quantiles(frame: pl.DataFrame, _: ReportData, __: Disclosure) -> pl.DataFrame:
    """How many are open or have no time; with the latter goes the size, which the table of rates completes."""
    frame = _without(frame, _is_few(pl.col("n_open")), ("n_open",))
    return _without(frame, _is_few(pl.col("n_without_time")), ("n", "n_without_time"))


def _alike(frame: pl.DataFrame, data: ReportData, disclosure: Disclosure) -> pl.DataFrame:
    groups = [
        _SEPARATOR.join((rate.slice, rate.value)) for rate in data.outcomes if disclosure.hides_total(rate, RULED)
    ]
    frame = _without(frame, _keyed(("slice", "value"), groups), ("n", "n_alone", "n_pairs"))
    return _without(frame, _is_few(pl.col("n_alone")), ("n_alone",))


def _deciders(frame: pl.DataFrame, _: ReportData, __: Disclosure) -> pl.DataFrame:
    hits = (pl.col("win_share") * pl.col("n")).round()
    return _without(frame, _is_few(hits) | _is_few(pl.col("n") - hits), ("win_share", "expected_share"))


def _surprises(frame: pl.DataFrame, _: ReportData, __: Disclosure) -> pl.DataFrame:
    """Rows of single disputes: nothing that says which they are."""
    telling = [name for name in frame.columns if name.endswith(("_advantage", "_log_odds"))]
    return _without(frame, pl.lit(value=True), ("dispute_id", *telling))


def _calibration(frame: pl.DataFrame, data: ReportData, _: Disclosure) -> pl.DataFrame:
    models = sorted({row.model for row in data.estimates.calibration})
    bins = {model: [row for row in data.estimates.calibration if row.model == model and row.n] for model in models}
    keys = [_SEPARATOR.join((model, str(number))) for model in models for number in hidden_bins(bins[model])]
    return _without(frame, _keyed(("model", "bin"), keys), ("share", "ci_low", "ci_high"))


def _association(frame: pl.DataFrame, data: ReportData, disclosure: Disclosure) -> pl.DataFrame:
    factors = [row.factor for row in data.associations if disclosure.hides_recorded(row.factor)]
    return _without(frame, pl.col("factor").is_in(factors), ("n",))


def _records(frame: pl.DataFrame, _: ReportData, __: Disclosure) -> pl.DataFrame:
    """How many have, or lack, a record; with one hidden the spread between outcomes would tell it."""
    n, recorded = pl.col("n"), pl.col("n_recorded")
    few = _is_few(recorded) | _is_few(n - recorded) | _is_few(n)
    return _without(
        frame, few.max().over("table_name", "column_name", "party"), ("n", "n_recorded", "share", "spread_pp")
    )


_RULES: Mapping[str, Rule] = {
    "claim_findings": _claims,
    "definitions": _claims,
    "evidence_kinds": _kinds,
    "violation_rules": _kinds,
    "trend": _trend,
    "time_to_ruling": _curves,
    "hours_to_end": _quantiles,
    "consistency": _alike,
    "decider_effects": _deciders,
    "surprising_rulings": _surprises,
    "calibration": _calibration,
    "factor_association": _association,
    "records_by_outcome": _records,
}
