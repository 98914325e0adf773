"""What the report reads from a release: one frozen dataclass per table, numbers made safe, text made harmless.

Text keeps its words, whatever they are: the template escapes them. Only characters that no reader can see and that
break XML or turn the reading direction are replaced here.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from flows.errors import RunError
from flows.report import estimates as rows
from flows.report.listing import Bounds
from flows.report.moved import Move
from transforms.china import TIME_ZONE
from transforms.claims.columns import CUTS
from transforms.claims.groups import rank_group
from transforms.registry import INPUT_TABLES, Kind, output_table

if TYPE_CHECKING:
    import duckdb

# C0 and C1 controls without tab and line feed, bidirectional controls, and what XML 1.0 excludes
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
#: The time zone of the platform; every moment in the report is shown in it.


#: Sums of the disputes with both sums recorded, so that their ratio is one of the same disputes.
_MONEY = f"""
with known as (
    select
        coalesce(outcome, 'open') as outcome,
        coalesce(category, 'not_recorded') as category,
        coalesce(claim, 'not_recorded') as claim,
        coalesce(decided_by, 'not_recorded') as decided_by,
        coalesce(
            strftime(coalesce(ruled_at, opened_at) at time zone '{TIME_ZONE}', '%Y-%m'), 'not_recorded'
        ) as month,
        claimed_cny,
        refunded_cny
    from core.disputes
    where claimed_cny is not null and refunded_cny is not null
)
select
    case
        when grouping(category) = 0 then 'category'
        when grouping(claim) = 0 then 'claim'
        when grouping(month) = 0 then 'month'
        when grouping(decided_by) = 0 then 'decided_by'
        else 'all'
    end as slice,
    coalesce(category, claim, month, decided_by, 'all') as value,
    outcome,
    count(*) as n_known,
    cast(sum(claimed_cny) as double) as claimed_cny,
    cast(sum(refunded_cny) as double) as refunded_cny
from known
group by grouping sets ((outcome), (outcome, category), (outcome, claim), (outcome, month), (outcome, decided_by))
"""


_UNEVEN = """
select
    table_name,
    column_name,
    party,
    any_value(spread_pp) as spread_pp,
    arg_max(outcome, share) as most,
    max(share) as most_share,
    arg_max(n - n_recorded, share) as most_lacking,
    arg_min(outcome, share) as least,
    min(share) as least_share,
    arg_min(n_recorded, share) as least_recorded
from marts.records_by_outcome
where is_uneven and n >= 30
group by table_name, column_name, party
"""


_MISSING = """
select
    table_name,
    slice,
    list(value order by value) filter (where is_missing) as missing,
    cast(sum(n) filter (where is_missing) as bigint) as n,
    sum(n_recorded) filter (where not is_missing) / sum(n) filter (where not is_missing) as share_elsewhere
from marts.records_by_group
where table_name <> 'messages'
group by table_name, slice
having bool_or(is_missing)
"""


class ReportError(RunError):
    """The report cannot be written; the message says why and what to do."""


@dataclass(frozen=True)
class Run:
    """The run that published the release; moments as text in the platform's time zone."""

    run_id: str
    started_at: str | None
    finished_at: str | None
    profile: str | None
    weights_version: str | None
    code_version: str | None
    polars_version: str | None
    duckdb_version: str | None
    n_files: int | None
    n_disputes: int | None
    n_ruled: int | None


@dataclass(frozen=True)
class Rate:
    """One row of marts.outcome_rates or marts.closure_rates."""

    slice: str
    value: str
    outcome: str
    n: int
    n_total: int
    n_clusters: int | None
    n_effective: float | None
    share: float | None
    ci_low: float | None
    ci_high: float | None
    status: str


@dataclass(frozen=True)
class LevelRate:
    """One row of marts.factor_outcomes."""

    factor: str
    level: str
    level_low: float | None
    level_high: float | None
    outcome: str
    n: int
    n_total: int
    n_clusters: int | None
    n_effective: float | None
    share: float | None
    ci_low: float | None
    ci_high: float | None
    status: str


@dataclass(frozen=True)
class Association:
    """One row of marts.factor_association."""

    factor: str
    measure: str
    n: int | None
    n_clusters: int | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    q_value: float | None
    status: str


@dataclass(frozen=True)
class Effect:
    """One row of marts.factor_effects; ``ci_low`` and ``ci_high`` belong to the odds ratio."""

    model: str
    term: str
    n: int | None
    n_clusters: int | None
    odds_ratio: float | None
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    ame_pp: float | None
    ame_ci_low: float | None
    ame_ci_high: float | None
    status: str


@dataclass(frozen=True)
class SourceFile:
    """One row of meta.files."""

    file: str
    batch: str | None
    table_name: str | None
    status: str | None
    rows_in: int | None
    loaded: int | None
    quarantined: int | None
    duplicates: int | None
    superseded: int | None
    not_recorded: str | None
    extra_columns: str | None
    note: str | None


@dataclass(frozen=True)
class Breach:
    """One row of meta.quarantine."""

    file: str
    table_name: str | None
    rule: str
    column_name: str | None
    n: int
    first_row: int | None
    example: str | None
    expected: str | None
    reason_en: str | None
    reason_zh: str | None


@dataclass(frozen=True)
class Check:
    """One row of meta.expectations."""

    table_name: str
    expectation: str
    column_name: str | None
    severity: str | None
    success: bool | None
    n_checked: int | None
    n_unexpected: int | None
    observed: str | None


@dataclass(frozen=True)
class Coverage:
    """How many rows of a table have a value in a column."""

    table: str
    column: str
    n: int
    n_recorded: int


@dataclass(frozen=True)
class Uneven:
    """Something of marts.records_by_outcome that is recorded unevenly: the outcomes where it is most and least so."""

    table_name: str
    column_name: str
    party: str
    spread_pp: float
    most: str
    most_share: float
    most_lacking: int
    least: str
    least_share: float
    least_recorded: int


@dataclass(frozen=True)
class Overlooked:
    """A row of marts.rulings_alike by which intervals are too narrow."""

    alike_by: str
    n: int
    n_units: int
    similarity: float
    design_effect: float


@dataclass(frozen=True)
class Missing:
    """A table of the export that is empty for some groups of disputes; what is missing counts as nothing shown."""

    table_name: str
    slice: str
    missing: list[str]
    n: int
    share_elsewhere: float


@dataclass(frozen=True)
class LateFacts:
    """How many facts of a table were left out because they came too late, and how many had no time."""

    table: str
    n: int
    n_left_out: int
    n_without_time: int


@dataclass(frozen=True)
class ReportData:
    """Everything that the report says, before words."""

    run: Run | None
    outcomes: tuple[Rate, ...]
    closures: tuple[Rate, ...]
    levels: tuple[LevelRate, ...]
    associations: tuple[Association, ...]
    effects: tuple[Effect, ...]
    estimates: rows.Estimates
    bounds: Bounds
    scores: tuple[Coverage, ...]
    extra_factors: tuple[Coverage, ...]
    columns: tuple[Coverage, ...]
    uneven: tuple[Uneven, ...]
    missing: tuple[Missing, ...]
    overlooked: tuple[Overlooked, ...]
    late_facts: tuple[LateFacts, ...]
    files: tuple[SourceFile, ...]
    breaches: tuple[Breach, ...]
    checks: tuple[Check, ...]
    moves: tuple[Move, ...]


Row = TypeVar("Row")


def clean_text(text: str) -> str:
    """Replace characters that cannot be seen and would break the page with U+FFFD."""
    return _UNSEEN.sub("\ufffd", text)


def _clean(value: object) -> object:
    if isinstance(value, str):
        return clean_text(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _fetch(connection: "duckdb.DuckDBPyConnection", query: str) -> list[tuple[Any, ...]]:
    return [tuple(_clean(value) for value in row) for row in connection.execute(query).fetchall()]


def _rows(connection: "duckdb.DuckDBPyConnection", kind: type[Row], source: str, order: str) -> tuple[Row, ...]:
    """Read a table whose columns have the names of the fields of ``kind``."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type] # every kind is a dataclass
    listed = ", ".join(names)
    query = f"select {listed} from {source} order by {order}, {listed}"
    return tuple(kind(**dict(zip(names, row, strict=True))) for row in _fetch(connection, query))


def _latest_run(connection: "duckdb.DuckDBPyConnection") -> Run | None:
    moment = f"strftime({{0}} at time zone '{TIME_ZONE}', '%Y-%m-%d %H:%M') as {{0}}"
    times = ", ".join(moment.format(name) for name in ("started_at", "finished_at"))
    source = f"(select * replace ({times}) from meta.runs)"
    runs = _rows(connection, Run, source, "finished_at desc nulls last, run_id desc")
    return runs[0] if runs else None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _coverage(
    connection: "duckdb.DuckDBPyConnection", table: str, columns: list[str], condition: str = "true"
) -> tuple[Coverage, ...]:
    if not columns:
        return ()
    counts = ", ".join(f"count({_quoted(column)})" for column in columns)
    n, *recorded = _fetch(connection, f"select count(*), {counts} from {table} where {condition}")[0]
    return tuple(
        Coverage(table, clean_text(column), n, n_recorded) for column, n_recorded in zip(columns, recorded, strict=True)
    )


def _score_columns(connection: "duckdb.DuckDBPyConnection") -> tuple[list[str], list[str]]:
    """The scores of the sides, and the extra factors, in core.factor_scores."""
    declared = output_table("core.factor_scores").column_names
    query = (
        "select column_name from duckdb_columns() where schema_name = 'core' and table_name = 'factor_scores' "
        "and database_name = current_database() order by column_index"
    )
    present = [name for (name,) in connection.execute(query).fetchall()]
    sides = [name for name in declared if name.startswith(("buyer_", "seller_"))]
    return sides, [name for name in present if name not in declared]


def _column_coverage(connection: "duckdb.DuckDBPyConnection") -> Iterator[Coverage]:
    """Columns that an export may leave out; required ones are always there and long text is not scanned."""
    for table in INPUT_TABLES.values():
        optional = [column.name for column in table.columns if not column.required and column.kind is not Kind.TEXT]
        identifiers = [column.name for column in table.columns if not column.required and column.identifier]
        yield from _coverage(connection, f"core.{table.name}", optional + identifiers)


def _late_facts(connection: "duckdb.DuckDBPyConnection") -> Iterator[LateFacts]:
    for table in INPUT_TABLES.values():
        if table.event_time is None:
            continue
        query = (
            "select count(*), count(*) filter (where not counted), "
            f"count(*) filter (where {table.event_time} is null) from core.{table.name}"
        )
        yield LateFacts(table.name, *_fetch(connection, query)[0])


def _estimates(connection: "duckdb.DuckDBPyConnection") -> rows.Estimates:
    def read(kind: type[Row], source: str, order: str) -> tuple[Row, ...]:
        return _rows(connection, kind, source, order)

    kinds = "(select *, kind as name, '' as compared from marts.evidence_kinds)"
    cut = "strftime(cut_at at time zone 'UTC', '%Y-%m-%d %H:%M:%S+00') as cut_at"
    return rows.Estimates(
        money=read(rows.Money, f"({_MONEY})", "slice, value, outcome"),
        importance=read(rows.Importance, "marts.factor_importance", "share desc nulls last, factor"),
        findings=read(rows.Finding, "marts.claim_findings", "claim_id"),
        definitions=read(rows.Defined, "marts.definitions", "claim_id, definition"),
        evidence_kinds=read(rows.KindEffect, kinds, "party, name"),
        violation_rules=read(rows.KindEffect, "(select *, rule as name from marts.violation_rules)", "party, name"),
        trend=read(rows.Month, "marts.trend", "factor, month"),
        validation=read(rows.Validated, f"(select * replace ({cut}) from marts.model_validation)", "model"),
        calibration=read(rows.CalibrationBin, "marts.calibration", "model, bin"),
        consistency=read(rows.Alike, "marts.consistency", "slice, value"),
        variation=read(rows.Variation, "marts.decider_variation", "decided_by"),
        deciders=read(rows.Decider, "marts.decider_effects", "q_value nulls last, decider_id"),
        surprises=read(rows.Surprise, "marts.surprising_rulings", "rank"),
        reversals=read(rows.Reversal, "marts.reversals", "factor, high_group, stratifier"),
        strata=read(rows.StratumEffect, "marts.stratum_effects", "factor, stratifier, value"),
        open_shares=read(rows.OpenShare, "marts.time_to_ruling", "slice, value, state, hours"),
        hours_to_end=read(rows.HoursToEnd, "marts.hours_to_end", "slice, value, quantile"),
    )


def _bounds(connection: "duckdb.DuckDBPyConnection") -> Bounds:
    """Where the groups by rank of the claims end, found as the claims find them."""
    found = {}
    for cut in CUTS:
        query = (
            f"select {cut.column} from core.factor_scores "
            "semi join (select dispute_id from core.disputes where is_ruled) as ruled using (dispute_id)"
        )
        group = rank_group(connection.sql(query).pl()[cut.column], cut.share, cut.is_low)
        if group.bound is not None:
            found[cut.name] = (cut.column, "<=" if cut.is_low else ">=", group.bound)
    return Bounds(found)


def _read(connection: "duckdb.DuckDBPyConnection") -> ReportData:
    sides, extra = _score_columns(connection)
    is_ruled = "dispute_id in (select dispute_id from core.disputes where is_ruled)"
    return ReportData(
        run=_latest_run(connection),
        outcomes=_rows(connection, Rate, "marts.outcome_rates", "slice, value, outcome"),
        closures=_rows(connection, Rate, "marts.closure_rates", "slice, value, outcome"),
        levels=_rows(connection, LevelRate, "marts.factor_outcomes", "factor, level_low nulls last, level, outcome"),
        associations=_rows(connection, Association, "marts.factor_association", "factor, measure"),
        effects=_rows(connection, Effect, "marts.factor_effects", "model, term"),
        estimates=_estimates(connection),
        bounds=_bounds(connection),
        scores=_coverage(connection, "core.factor_scores", sides, is_ruled),
        extra_factors=_coverage(connection, "core.factor_scores", extra, is_ruled),
        columns=tuple(_column_coverage(connection)),
        uneven=_rows(connection, Uneven, f"({_UNEVEN})", "table_name, spread_pp desc, column_name, party"),
        missing=_rows(connection, Missing, f"({_MISSING})", "table_name, slice"),
        overlooked=_rows(connection, Overlooked, "(from marts.rulings_alike where is_overlooked)", "alike_by"),
        late_facts=tuple(_late_facts(connection)),
        files=_rows(connection, SourceFile, "meta.files", "batch, file"),
        breaches=_rows(connection, Breach, "meta.quarantine", "n desc, file, rule, column_name"),
        checks=_rows(connection, Check, "meta.expectations", "success, severity, table_name, expectation"),
        moves=_rows(connection, Move, "meta.drift", "measure, value"),
    )


def read_release(database: Path) -> ReportData:
    """Read a release; the file is opened read-only and nothing outside it can be read.

    Args:
        database: A DuckDB file with the tables of the registry.

    Returns:
        What the report needs.

    Raises:
        ReportError: The file is not there, is no release, or lacks a table.
    """
    import duckdb  # noqa: PLC0415 - heavy

    if not database.is_file():
        raise ReportError(f"there is no release at {database}; run: rulings run")
    try:
        with duckdb.connect(str(database), read_only=True, config={"enable_external_access": "false"}) as connection:
            return _read(connection)
    except duckdb.Error as error:
        cause = " ".join(str(error).split())
        raise ReportError(
            f"the release at {database} cannot be read by this version ({cause}); run: rulings run"
        ) from error
