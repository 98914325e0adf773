"""The stages of a run in order; each wraps a plain function, so that all is run and tested without Prefect."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from flows.accounts import Books, make_books, quarantine_paths, reasons_by_file
from flows.clearing import clear_scratch, clear_up, take_texts_out
from flows.configuration import Scorer, load_scorer
from flows.drift import drift_frame, drift_sentences, read_before, refuse_loss
from flows.errors import RunError, with_os_errors, without_persons
from flows.executor import THREADS
from flows.files import empty_folder
from flows.forget import take_out_what_is_due
from flows.history import dispute_versions
from flows.ingest.ledger import Ledger, write_deliveries
from flows.ingest.quarantine import nothing_set_aside
from flows.ingest.run import ingest
from flows.keys import load_key
from flows.loading import contents_of, load
from flows.publish import (
    DATABASE,
    HISTORY,
    REPORT,
    InForce,
    current_run,
    database_in_force,
    folder_in_force,
    in_force,
    mend,
    publish,
    report_in_force,
)
from flows.report.render import render_report
from flows.report.snapshot import NAME as SNAPSHOT
from flows.report.snapshot import read_snapshot
from flows.resolve import Resolved, resolve
from flows.run_log import tell_afterwards
from flows.scoring import Scored, score
from flows.settings import Layout, Settings
from flows.stages import Stopwatch
from flows.statistics import estimate, executor_for
from flows.storage import Place
from flows.validation import results_frame, validate_scores, validate_staged
from flows.versions import code_version
from flows.warehouse import Sources
from transforms.registry import OUTPUT_TABLES

_RUN_DIGITS = 12
# Between the name of a run and how often it was made: r0123456789ab-2.
_AGAIN = "-"


@dataclass(frozen=True)
class RunResult:
    """How a run ended.

    Attributes:
        run_id: The run, named after everything that its result depends on.
        is_new: Whether it published a release, or found that the one in force holds all of it.
        database: The database in force.
        report: The report in force.
        files: One row per delivered file, as in ``meta.files``.
        reasons: How many rows of each file are set aside by rule and column.
    """

    run_id: str
    is_new: bool
    database: Path
    report: Place
    files: pl.DataFrame
    reasons: pl.DataFrame


@dataclass(frozen=True)
class Steps:
    """The stages of a run in order.

    Attributes:
        settings: The run's settings.
        stopwatch: Measures the stages.
        wrap: Turns a function into a task of that name; the identity where Prefect is not wanted.
    """

    settings: Settings
    stopwatch: Stopwatch
    wrap: Callable[[str, Callable[..., Any]], Callable[..., Any]] = lambda _, work: work

    def run(self) -> RunResult:
        """Run all stages; each begins when the one before it has ended."""
        layout = self.settings.layout
        clear_scratch(layout)
        layout.scratch.mkdir()
        seen = in_force(layout)
        ledger: Ledger = self._stage("ingest", lambda: ingest(self.settings, load_key(layout), self.stopwatch.on_line))
        ledger = self._stage("forget", lambda: take_out_what_is_due(self.settings, ledger))
        if not ledger.of_table("disputes"):
            raise RunError(
                f"there are no disputes to load in {self.settings.inbox}; deliver a batch with a disputes file"
            )
        scorer = load_scorer()
        run_id = run_id_of(ledger, scorer)
        resolved: Resolved = self._stage("resolve", lambda: resolve(ledger, layout))
        books = make_books(resolved)
        published = current_run(layout)
        if is_same_run(run_id, published):
            if not self.settings.full:
                return self._result(str(published), books, resolved, is_new=False)
            run_id = made_again(run_id, published)
        built = self._build(empty_folder(layout.work / run_id), resolved, books, scorer, run_id)
        self._stage("publish", lambda: self._publish(built, run_id, ledger, seen))
        return self._result(run_id, books, resolved, is_new=True)

    def _build(self, work: Path, resolved: Resolved, books: Books, scorer: Scorer, run_id: str) -> Path:
        """Make everything that belongs to a release, in a folder that nobody reads yet."""
        ledger, settings = resolved.ledger, self.settings
        built = empty_folder(work / "release")
        results = self._stage("validate", lambda: validate_staged(resolved, books, settings, work, built))
        folder = settings.layout.shared / run_id / "scored"
        scored: Scored = self._stage("score", lambda: score(resolved, scorer, folder, settings))
        results += self._stage("validate_scores", lambda: validate_scores(scored, settings, work))
        estimates = self._stage("estimate", lambda: self._estimates(scored, ledger))
        frames = {**estimates, **self._frames(books, run_id, ledger, scorer), "expectations": results_frame(results)}
        sources = Sources(_parquet(scored, resolved), _frames_of_sql(frames, books, resolved))
        database = built / DATABASE
        contents = contents_of(scored, ledger)
        self._stage("load", lambda: load(database, sources, settings, run_id, contents))
        refuse_loss(read_before(settings.layout), _n_disputes(database), settings.max_lost)
        _save_history(database, built / HISTORY)
        before = read_snapshot(folder_in_force(settings.layout) / REPORT / SNAPSHOT)
        self._stage("report", lambda: render_report(database, built / REPORT, before))
        return built

    def _estimates(self, scored: Scored, ledger: Ledger) -> dict[str, pl.DataFrame]:
        settings, layout = self.settings, self.settings.layout
        executor = executor_for(scored, settings.executor, settings.threads)
        # of this machine, unless others work on it
        scratch = layout.scratch if settings.executor == THREADS else layout.shared
        frames = estimate(scored, ledger.extra_factors, scratch / "ruled", executor)
        before = read_before(self.settings.layout)
        drift = drift_frame(scored, frames["factor_levels"], frames["factor_level_bounds"], before)
        for sentence in drift_sentences(drift):
            self.stopwatch.on_note(f"moved: {sentence}")
        return {**frames, "drift": drift.with_row_index("position")}

    def _stage(self, name: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - each stage has a type of its own
        with self.stopwatch.measure(name):
            return self.wrap(name, without_persons(with_os_errors(work)))()

    def _publish(self, built: Path, run_id: str, ledger: Ledger, seen: InForce) -> None:
        layout = self.settings.layout
        write_deliveries(built, ledger.deliveries)
        published = {"run_id": run_id, "published_at": datetime.now(UTC).isoformat(), "code_version": code_version()}
        publish(layout, built, run_id, published, seen)
        take_texts_out(self.settings)
        clear_up(self.settings, self.stopwatch.on_note)

    def _result(self, run_id: str, books: Books, resolved: Resolved, *, is_new: bool) -> RunResult:
        layout = self.settings.layout
        if is_new:
            costs = layout.runs / run_id / "stages.json"
            tell_afterwards("what its stages cost", lambda: self.stopwatch.write(costs), self.stopwatch.on_note)
        else:
            mend(layout)
            take_texts_out(self.settings)
            clear_up(self.settings, self.stopwatch.on_note)
        reasons = reasons_by_file(resolved, books)
        return RunResult(run_id, is_new, database_in_force(layout), report_in_force(layout), books.files, reasons)

    def _frames(self, books: Books, run_id: str, ledger: Ledger, scorer: Scorer) -> dict[str, pl.DataFrame]:
        profiles = sorted({file.profile for file in ledger.staged.values()})
        this_run = {
            "run_id": run_id,
            "started_at": self.settings.started_at,
            "finished_at": datetime.now(UTC),
            "profile": ", ".join(profiles),
            "weights_version": scorer.version,
            "code_version": code_version(),
            "polars_version": pl.__version__,
            "n_files": len(ledger.staged),
        }
        return {
            "runs_before": _runs_before(self.settings.layout),
            "this_run": pl.DataFrame([this_run]),
            "files": books.files,
        }


def run_id_of(ledger: Ledger, scorer: Scorer) -> str:
    """Name a run after everything that its result depends on, so that the same run has the same name.

    Args:
        ledger: Everything delivered.
        scorer: Weights and word lists.

    Returns:
        "r" and twelve hexadecimal digits.
    """
    readings = [(each.batch, each.name, each.file_id, each.status, each.corrected_by) for each in ledger.deliveries]
    staged = [(file.file_id, file.reading) for file in ledger.staged.values()]
    text = repr((readings, staged, scorer.version, code_version()))
    return f"r{hashlib.sha256(text.encode()).hexdigest()[:_RUN_DIGITS]}"


def is_same_run(run_id: str, published: str | None) -> bool:
    """Tell whether the release in force holds all that a run would, made once or again."""
    return published is not None and published.split(_AGAIN)[0] == run_id


def made_again(run_id: str, published: str | None) -> str:
    """Name a run that makes again what is in force, whose release stays as it is until it is replaced."""
    times = (published or "").partition(_AGAIN)[2]
    return f"{run_id}{_AGAIN}{int(times) + 1 if times else 2}"


def _runs_before(layout: Layout) -> pl.DataFrame:
    """Carry the history of runs over from the release in force.

    It lies beside the database, because an analyst who has that open for writing would lock the run out.
    """
    schema = pl.Schema(OUTPUT_TABLES["meta.runs"].polars_schema)
    path = folder_in_force(layout) / HISTORY
    return pl.read_parquet(str(path)).cast(schema) if path.is_file() else pl.DataFrame(schema=schema)


def _n_disputes(database: Path) -> int:
    import duckdb  # noqa: PLC0415 - takes time to load

    with duckdb.connect(str(database), read_only=True) as connection:
        (count,) = connection.execute("select count(*) from core.disputes").fetchall()[0]
    return int(count)


def _save_history(database: Path, path: Path) -> None:
    import duckdb  # noqa: PLC0415 - takes time to load

    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.sql("from meta.runs").pl().write_parquet(path)


def _parquet(scored: Scored, resolved: Resolved) -> dict[str, list[str]]:
    tables = (
        "disputes", "evidence", "violations", "messages", "reputation",
        "factor_scores", "score_points", "dispute_facts",
    )  # fmt: skip
    found = {table: scored.paths(table) for table in tables}
    own = quarantine_paths(resolved)
    return {**found, "quarantine_own": own} if own else found


def _frames_of_sql(frames: dict[str, pl.DataFrame], books: Books, resolved: Resolved) -> dict[str, pl.DataFrame]:
    empty = {} if quarantine_paths(resolved) else {"quarantine_own": nothing_set_aside()}
    return {
        **frames,
        **empty,
        "quarantine_orphans": books.orphans,
        "corrected": books.corrected,
        "dispute_versions": dispute_versions(resolved),
    }
