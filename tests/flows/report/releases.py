"""Releases made by hand for the tests of the report: the registry's tables, filled with a few rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from transforms.registry import OUTPUT_TABLES, Table

Row = Mapping[str, Any]

#: Words that would act, were they not escaped.
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7*7 }}"
RULED = ("buyer_wins", "partial", "seller_wins")
UNRULED = ("settled", "withdrawn", "expired", "open")


@dataclass
class Release:
    """Rows per table, by full name; a column that a row does not name is null.

    Attributes:
        rows: Rows of each table.
        extra: Further columns of core.factor_scores with their DuckDB types.
        without: Tables that the release lacks.
    """

    rows: dict[str, list[Row]] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()

    def add(self, table: str, *rows: Row) -> "Release":
        """Add rows to a table."""
        self.rows.setdefault(table, []).extend(rows)
        return self

    def write(self, path: Path) -> Path:
        """Write the DuckDB file."""
        with duckdb.connect(str(path)) as connection:
            for schema in ("core", "marts", "meta"):
                connection.execute(f"create schema {schema}")
            for table in OUTPUT_TABLES.values():
                if table.full_name not in self.without:
                    self._create(connection, table)
        return path

    def _create(self, connection: duckdb.DuckDBPyConnection, table: Table) -> None:
        columns = {column.name: column.kind.duckdb for column in table.columns}
        if table.full_name == "core.factor_scores":
            columns |= self.extra
        declared = ", ".join(f"{_quoted(name)} {kind}" for name, kind in columns.items())
        connection.execute(f"create table {table.full_name} ({declared})")
        rows = [[row.get(name) for name in columns] for row in self.rows.get(table.full_name, [])]
        if rows:
            places = ", ".join("?" for _ in columns)
            connection.executemany(f"insert into {table.full_name} values ({places})", rows)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def rate_rows(counts: Mapping[str, int], **place: object) -> Iterable[Row]:
    """Rows of a table of rates for one group, from the count of each outcome; the intervals are made up."""
    total = sum(counts.values())
    status = place.pop("status", "ok")
    for outcome, n in counts.items():
        share = n / total if total else None
        bounds = {} if share is None else {"ci_low": max(share - 0.05, 0.0), "ci_high": min(share + 0.05, 1.0)}
        yield {
            **place, "outcome": outcome, "n": n, "n_total": total, "n_clusters": max(total // 4, 1),
            "n_effective": total / 2, "share": share, **bounds, "status": status,
        }  # fmt: skip


def outcome_counts(buyer: int, partial: int, seller: int) -> dict[str, int]:
    """Counts of the ruled outcomes."""
    return dict(zip(RULED, (buyer, partial, seller), strict=True))


def add_slices(release: Release, groups: Mapping[tuple[str, str], Sequence[int]]) -> Release:
    """Add groups to outcome_rates and closure_rates: counts of the seven outcomes by slice and value."""
    for (name, value), counts in groups.items():
        ruled, unruled = outcome_counts(*counts[:3]), dict(zip(UNRULED, counts[3:], strict=True))
        release.add("marts.outcome_rates", *rate_rows(ruled, slice=name, value=value))
        release.add("marts.closure_rates", *rate_rows({**ruled, **unruled}, slice=name, value=value))
    return release


def effect_row(model: str, term: str, ame: float | None, half_width: float = 2.0, status: str = "ok") -> Row:
    """A row of factor_effects; without an effect all its numbers are null."""
    if ame is None:
        return {"model": model, "term": term, "n": 900, "n_clusters": 120, "status": status}
    return {
        "model": model, "term": term, "n": 900, "n_clusters": 120, "coefficient": ame / 20, "std_error": 0.05,
        "odds_ratio": 1 + ame / 20, "ci_low": 1 + (ame - half_width) / 20, "ci_high": 1 + (ame + half_width) / 20,
        "p_value": 0.01, "ame_pp": ame, "ame_ci_low": ame - half_width, "ame_ci_high": ame + half_width,
        "status": status,
    }  # fmt: skip


def association_row(factor: str, measure: str, estimate: float | None, status: str = "ok") -> Row:
    """A row of factor_association."""
    if estimate is None:
        return {"factor": factor, "measure": measure, "n": 0, "n_clusters": 0, "status": status}
    return {
        "factor": factor, "measure": measure, "n": 900, "n_clusters": 120, "estimate": estimate,
        "ci_low": estimate - 0.05, "ci_high": estimate + 0.05, "p_value": 0.001, "q_value": 0.0004, "status": status,
    }  # fmt: skip


RUN: Row = {
    "run_id": "run-7", "started_at": "2026-06-01 20:00:00+00", "finished_at": "2026-06-01 20:05:00+00",
    "profile": "canonical", "weights_version": "3", "code_version": "0.1.0", "polars_version": "2.1.0",
    "duckdb_version": "2.0.0", "n_files": 5, "n_disputes": 1230, "n_ruled": 930,
}  # fmt: skip


def empty_release() -> Release:
    """All tables, no row."""
    return Release()


def full_release(text: str = "plain") -> Release:
    """A release with something in every table; ``text`` stands in every field that holds text from the data."""
    release = Release(extra={"repeat player": "DOUBLE", text: "VARCHAR"})
    release.add("meta.runs", {**RUN, "profile": text, "run_id": f"run-7 {text}"})
    _add_rates(release)
    _add_levels(release, text)
    _add_models(release, text)
    _add_core(release)
    _add_quality(release, text)
    return release


def _add_rates(release: Release) -> None:
    groups: dict[tuple[str, str], Sequence[int]] = {
        ("all", "all"): (440, 140, 350, 150, 60, 40, 50),
        ("category", "digital_3c"): (240, 80, 150, 80, 30, 20, 30),
        ("category", "luxury"): (120, 40, 110, 50, 20, 12, 12),
        ("category", "vehicles"): (80, 20, 90, 20, 10, 8, 8),
        ("claim", "functional_fault"): (340, 100, 150, 100, 40, 30, 30),
        ("claim", "not_recorded"): (100, 40, 200, 50, 20, 10, 20),
        ("decided_by", "agent"): (300, 100, 250, 100, 40, 30, 30),
        ("decided_by", "jury"): (140, 40, 100, 50, 20, 10, 20),
        ("month", "2026-03"): (140, 40, 100, 50, 20, 10, 10),
        ("month", "2026-04"): (160, 60, 130, 50, 20, 15, 20),
        ("month", "2026-05"): (140, 40, 120, 50, 20, 15, 20),
    }
    add_slices(release, groups)


def _add_levels(release: Release, text: str) -> None:
    bounds = [(-1.0, -0.4), (-0.4, -0.1), (-0.1, 0.1), (0.1, 0.4), (0.4, 1.0)]
    for factor in ("evidence", "rules", "tone", "overall"):
        for place, (low, high) in enumerate(bounds):
            counts = outcome_counts(56 + 16 * place, 28, 102 - 16 * place)
            at = {"factor": factor, "level": str(place + 1), "level_low": low, "level_high": high}
            release.add("marts.factor_outcomes", *rate_rows(counts, **at))
    nothing = {"factor": "reputation", "level": "not_recorded"}
    release.add("marts.factor_outcomes", *rate_rows(outcome_counts(440, 140, 350), **nothing))
    for level, split in {"0": (200, 70, 150), "1": (240, 70, 200)}.items():
        at = {"factor": "repeat player", "level": level, "level_low": float(level), "level_high": float(level)}
        release.add("marts.factor_outcomes", *rate_rows(outcome_counts(*split), **at))
    for level, split in {text: (200, 70, 150), "not_recorded": (240, 70, 200)}.items():
        release.add("marts.factor_outcomes", *rate_rows(outcome_counts(*split), factor=text, level=level))


def _add_models(release: Release, text: str) -> None:
    effects = {"evidence_advantage": 12.34, "rules_advantage": -6.0, "tone_advantage": 0.5, "category=luxury": 3.0}
    for model in ("ordinal", "buyer_wins", "not_seller_wins"):
        release.add("marts.factor_effects", *(effect_row(model, term, ame) for term, ame in effects.items()))
        release.add("marts.factor_effects", effect_row(model, "reputation_advantage", None, status="not_recorded"))
        release.add("marts.factor_effects", effect_row(model, text, None, status=text))
    release.add("marts.factor_effects", effect_row("ordinal", "repeat player", 4.0))
    release.add("marts.factor_effects", effect_row("ordinal", f"{text}={text}", -2.5))
    test = {"model": "proportional_odds", "term": "all_factors", "n": 900, "n_clusters": 120, "status": "ok"}
    release.add("marts.factor_effects", {**test, "p_value": 0.2})
    for measure in ("kendall_tau_b", "spearman", "auc", "cramers_v", "mutual_information"):
        for factor, estimate in {"evidence": 0.31, "rules": 0.2, "tone": -0.07, text: 0.1}.items():
            estimate_of = abs(estimate) if measure != "kendall_tau_b" else estimate
            release.add("marts.factor_association", association_row(factor, measure, estimate_of))
        release.add("marts.factor_association", association_row("reputation", measure, None, "not_recorded"))


def _add_core(release: Release) -> None:
    for i in range(4):
        dispute = {"dispute_id": f"D{i}", "is_ruled": i < 3, "opened_at": "2026-05-01 00:00:00+00", "category": None}
        release.add("core.disputes", dispute)
        score = {"dispute_id": f"D{i}", "buyer_evidence": 0.5, "seller_rules": 0.7 if i else None, "buyer_tone": 0.1}
        release.add("core.factor_scores", score)
    late = {"evidence_id": "E1", "dispute_id": "D1", "submitted_at": "2026-05-01 00:00:00+00", "counted": False}
    release.add("core.evidence", late, {"evidence_id": "E2", "dispute_id": "D1", "counted": True})


def _add_quality(release: Release, text: str) -> None:
    release.add("meta.files", {
        "file_id": "f1", "batch": text, "file": f"{text}/disputes.csv", "table_name": "disputes", "status": "loaded",
        "rows_in": 1240, "loaded": 1230, "quarantined": 7, "duplicates": 2, "superseded": 1, "not_recorded": text,
        "extra_columns": text, "note": text,
    })  # fmt: skip
    release.add("meta.quarantine", {
        "file_id": "f1", "file": f"{text}/disputes.csv", "table_name": "disputes", "rule": text, "column_name": text,
        "n": 7, "first_row": 12, "example": text, "expected": text, "reason_en": "Mend it.", "reason_zh": "请更正。",
    })  # fmt: skip
    checks = [("unique key", "stop", True), ("refund below claim", "warn", False), (text, "stop", False)]
    release.add("meta.expectations", *(
        {"table_name": "disputes", "expectation": name, "column_name": text, "severity": severity, "success": success,
         "n_checked": 1230, "n_unexpected": 0 if success else 3, "observed": text}
        for name, severity, success in checks
    ))  # fmt: skip
