"""The command line. Heavy modules are loaded by the command that needs them, so that help is quick."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, CycloptsError, Parameter, UnusedCliTokensError, validators

from flows import log
from flows.crashes import explain_crash
from flows.errors import RunError, UsageError
from flows.storage import refusal

if TYPE_CHECKING:
    import polars as pl

    from flows.settings import Settings

EXIT_DONE = 0
EXIT_DATA = 1
EXIT_USAGE = 2
DEFAULT_DATA = "data"
#: What DuckDB makes of Ctrl-C while it works.
INTERRUPTED = "Query interrupted"
#: Longest that a statement may take.
LONGEST_SECONDS = 7 * 24 * 3600


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415 - only here

    return version("ruling-analytics")


app = App(
    name="rulings",
    version=_version,
    help="Which evidence, rule breaches, tone and reputation go with winning a marketplace dispute.",
    help_epilogue="RULINGS_LOG=json in the environment: lines on standard error are JSON.",
    version_flags=["--version"],
    # `call` says a sentence; cyclopts would end without a word.
    suppress_keyboard_interrupt=False,
)
Data = Annotated[
    str, Parameter(help="The data directory, a folder or s3://bucket/prefix; nothing is written outside it.")
]
Profile = Annotated[
    str | None, Parameter(help="Name of a shipped profile (canonical, xianyu_zh) or path of a TOML file.")
]


def main() -> None:
    """Run the command line; a person reads a sentence, never a traceback."""
    sys.excepthook = explain_crash
    sys.exit(call(lambda: app(exit_on_error=False, print_error=False, result_action="return_value")))


def call(command: Callable[[], object]) -> int:
    """Carry out a command and turn its failures into sentences and exit statuses.

    Args:
        command: The command.

    Returns:
        0 done; 1 the data failed a gate or could not be read; 2 wrong usage.
    """
    try:
        status = command()
    except CycloptsError as error:
        return _say(f"{_misuse(error)} Try: rulings --help", EXIT_USAGE)
    except UsageError as error:
        return _say(str(error), EXIT_USAGE)
    except RunError as error:
        return _say(str(error), EXIT_DATA)
    except (KeyboardInterrupt, RuntimeError) as error:
        if isinstance(error, RuntimeError) and str(error) != INTERRUPTED:
            raise
        return _say("stopped; the last release is as it was", EXIT_DATA)
    except OSError as error:
        return _say(f"{refusal(error)}; the last release is as it was", EXIT_DATA)
    return status if isinstance(status, int) else EXIT_DONE


def _misuse(error: CycloptsError) -> str:
    if isinstance(error, UnusedCliTokensError):
        return f"One word too many: {' '.join(error.unused_tokens or ())}."
    return str(error)


def _say(sentence: str, status: int) -> int:
    log.failed(sentence, status)
    return status


def _hold_sigterm() -> None:
    """Block SIGTERM until `ends_on_sigterm` waits for it.

    Libraries start threads as soon as they load, and one that does not have it blocked would end the process. So would
    the thread in which Python starts its tracker of shared resources, for it lets SIGTERM through: it is started first.
    """
    from multiprocessing import resource_tracker  # noqa: PLC0415 - only runs start processes

    resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})


def _announce(sentence: str) -> None:
    log.say("note", sentence)


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


@app.command
def run(
    *,
    inbox: str | None = None,
    data: Data = DEFAULT_DATA,
    profile: Profile = None,
    max_lost: Annotated[float | None, Parameter(validator=validators.Number(gte=0, lte=1))] = None,
    executor: str = "threads",
    full: bool = False,
) -> None:
    """Load what is new in the inbox, validate, score, and publish database and report.

    Example: rulings run --inbox exports --data data

    Args:
        inbox: Folder with batches; by default `inbox` below the data directory.
        data: The data directory.
        profile: How headers are named.
        max_lost: Share of the disputes of the release in force that the new one may lack; 0.02 by default.
        executor: `threads` of this machine, or `dask` for a cluster: two processes here, or `dask=ADDRESS`.
        full: Score and build everything again; otherwise months that nothing changed are taken over.
    """
    _hold_sigterm()
    from dataclasses import replace  # noqa: PLC0415

    from flows.settings import Layout, make_settings  # noqa: PLC0415
    from flows.storage import open_place  # noqa: PLC0415
    from flows.termination import ends_on_sigterm  # noqa: PLC0415

    with ends_on_sigterm(Layout(open_place(data))):
        settings = replace(make_settings(data, inbox, profile), executor=executor, full=full)
        if max_lost is not None:
            settings = replace(settings, max_lost=max_lost)
        _refuse_no_folder(inbox, settings)
        _run(settings)


def _refuse_no_folder(inbox: str | None, settings: "Settings") -> None:
    """Say what is to be named instead of what is no folder."""
    if inbox is None or settings.inbox.is_dir():
        return
    if Path(inbox).is_file():
        raise UsageError(f"{inbox} is a file; put it into a folder, and name that")
    raise UsageError(f"there is no folder {inbox}; name the folder with the batches")


def _run(settings: "Settings") -> "pl.DataFrame":
    """Load the pipeline and run it."""
    from flows.run import run as run_pipeline  # noqa: PLC0415
    from flows.settings import DATABASE_PLACE  # noqa: PLC0415
    from flows.tables import files_table  # noqa: PLC0415

    result = run_pipeline(settings, log.stopwatch())
    if result.is_new:
        _print(files_table(result.files, result.reasons))
    else:
        _print(f"Nothing new: release {result.run_id} holds all that was delivered.")
    _print(f"Report:   {result.report}\nDatabase: {settings.layout.root / DATABASE_PLACE}")
    return result.files


@app.command
def replay(*, inbox: str | None = None, data: Data = DEFAULT_DATA, profile: Profile = None) -> None:
    """Read the files again that had rows set aside, once profile, settings or files were mended; then as `run`.

    Rows that were loaded stay as they are; each row counts once, however often it is replayed.

    Example: rulings replay --profile mended.toml

    Args:
        inbox: Folder with batches; by default `inbox` below the data directory.
        data: The data directory.
        profile: How headers are named.
    """
    _hold_sigterm()
    from dataclasses import replace  # noqa: PLC0415

    from flows.replay import n_set_aside, replay_text  # noqa: PLC0415
    from flows.settings import make_settings  # noqa: PLC0415
    from flows.termination import ends_on_sigterm  # noqa: PLC0415

    settings = replace(make_settings(data, inbox, profile), replay=True)
    _refuse_no_folder(inbox, settings)
    with ends_on_sigterm(settings.layout):
        before = n_set_aside(settings.layout)
        files = _run(settings)
        _print(replay_text(before, files, settings.inbox))


@app.command
def sample(
    *,
    disputes: int,
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 20260701,
    out: Path = Path("sample"),
) -> None:
    """Write a simulated export.

    Example: rulings sample --disputes 5000 --out data/inbox/sample

    Args:
        disputes: How many disputes.
        seed: The same seed gives the same files.
        out: The batch folder to write.
    """
    from flows.sample import write_sample  # noqa: PLC0415

    summary = write_sample(out, disputes, seed)
    _print(f"Wrote {sum(summary.rows.values()):,} rows in {len(summary.files)} files to {summary.path}")


@app.command
def check(path: Path, *, data: Data = DEFAULT_DATA, profile: Profile = None) -> None:
    """Show what would be loaded and what set aside, and why; nothing is kept.

    Example: rulings check data/inbox/2026-06

    Args:
        path: A batch or an inbox.
        data: The data directory, whose settings hold.
        profile: How headers are named.
    """
    from flows.check import check_path  # noqa: PLC0415
    from flows.settings import layout_of  # noqa: PLC0415

    if not path.exists():
        raise UsageError(f"there is no {path}")
    _print(check_path(path, profile, layout_of(data).root))


@app.command
def profile(path: Path, *, out: Path | None = None, factors: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Draft a profile for files that nobody has described: tables, headers, labels, dates, further factors.

    Example: rulings profile exports/cases.csv --out cases.toml

    Args:
        path: A file, a batch or an inbox.
        out: The file to write; by default the draft is printed.
        factors: Analyse all further columns that can be factors; you say so that they were known before the ruling.
    """
    from flows.profile_draft import draft_profile, write_draft  # noqa: PLC0415

    result = draft_profile(path, with_factors=factors)
    if out is None:
        _print(result.text.rstrip())
    else:
        write_draft(result, out)
        _announce(f"wrote {out}")
    for note in result.notes:
        _announce(note)


@app.command
def query(
    sql: str | None = None,
    *,
    data: Data = DEFAULT_DATA,
    output: Annotated[Literal["table", "csv", "json", "markdown"], Parameter(name="--format")] = "table",
    timeout: Annotated[float, Parameter(validator=validators.Number(gt=0, lte=LONGEST_SECONDS))] = 60.0,
) -> None:
    """Ask the database in force; read-only. Without a question, list the saved ones.

    Example: rulings query "from marts.outcome_rates where slice = 'all'"

    Args:
        sql: One statement, or the name of a saved query.
        data: The data directory.
        output: How rows are printed.
        timeout: Seconds after which the statement is given up.
    """
    from flows.query import list_queries, run_query  # noqa: PLC0415
    from flows.settings import layout_of  # noqa: PLC0415

    _print(list_queries() if sql is None else run_query(layout_of(data), sql, output, timeout))


@app.command
def explain(
    dispute_id: str,
    *,
    data: Data = DEFAULT_DATA,
    lang: Literal["en", "zh"] | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Tell one dispute: its facts, scores, rulings of like cases, and how surprising its own is.

    Example: rulings explain D0000000001 --lang zh

    Args:
        dispute_id: The dispute.
        data: The data directory.
        lang: Language of the text; by default that of the environment.
        json: Write JSON, with the values of the contract in place of words.
    """
    from flows.explain import Language, language_of  # noqa: PLC0415
    from flows.explain import explain as explain_dispute  # noqa: PLC0415
    from flows.settings import layout_of  # noqa: PLC0415

    language = Language(lang) if lang else language_of(os.environ)
    _print(explain_dispute(layout_of(data), dispute_id, language, json=json))


@app.command
def report(
    *,
    data: Data = DEFAULT_DATA,
    compare: str | None = None,
    release: str | None = None,
    lang: Literal["en", "zh"] | None = None,
) -> None:
    """Say where the report in force lies, or what changed between two kept releases.

    Example: rulings report --compare r0a1b2c3d4e5

    Args:
        data: The data directory.
        compare: A kept release; a report is written that says what changed since it. See: rulings status.
        release: The release that this report is about; that in force if none is named.
        lang: Language of the sentences; by default that of the environment.
    """
    from flows.publish import report_in_force  # noqa: PLC0415
    from flows.settings import layout_of  # noqa: PLC0415

    layout = layout_of(data)
    in_force = report_in_force(layout)
    if compare is None:
        if release is not None:
            raise UsageError(f"name a release to compare with: rulings report --release {release} --compare RUN")
        _print(str(in_force))
        return
    from flows.comparison import compare_releases  # noqa: PLC0415
    from flows.explain import Language, language_of  # noqa: PLC0415

    language = Language(lang) if lang else language_of(os.environ)
    found = compare_releases(layout, compare, release)
    _print(f"{found.english if language is Language.EN else found.chinese}\n{found.report}")


@app.command
def export(
    *names: str,
    data: Data = DEFAULT_DATA,
    output: Annotated[Literal["xlsx", "csv", "parquet", "svg", "png"], Parameter(name="--format")] = "xlsx",
    out: Path = Path("hand-out"),
    unsafe_small_cells: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Write marts or charts for others; groups of fewer than ten disputes are left out.

    Marts come as a workbook with definitions, CSV or Parquet; the charts of the report as SVG or PNG, in each language.

    Example: rulings export claim_findings outcome_rates --format xlsx --out hand-out

    Args:
        names: Marts, or charts with svg and png; all if none is named.
        data: The data directory.
        output: What to write.
        out: Folder for the files.
        unsafe_small_cells: Also write groups of fewer than ten disputes; charts never show them.
    """
    from flows.export import export as export_marts  # noqa: PLC0415
    from flows.settings import layout_of  # noqa: PLC0415

    for path in export_marts(layout_of(data), names, output, out, unsafe=unsafe_small_cells):
        _print(str(path))


@app.command
def serve(*, cron: str, inbox: str | None = None, data: Data = DEFAULT_DATA, profile: Profile = None) -> None:
    """Start a run whenever the schedule says so, until interrupted; one at a time, in the time of China.

    Example: rulings serve --cron "30 3 * * *"

    Args:
        cron: Minute, hour, day of month, month, day of week.
        inbox: Folder with batches; by default `inbox` below the data directory.
        data: The data directory.
        profile: How headers are named.
    """
    from flows.prefect_server import prefect_server  # noqa: PLC0415
    from flows.settings import make_settings  # noqa: PLC0415

    settings = make_settings(data, inbox, profile)
    with prefect_server(settings.layout) as wait_for_server:
        from flows.schedule import check_schedule  # noqa: PLC0415 - reads the environment when it is loaded
        from flows.schedule import serve as serve_runs  # noqa: PLC0415

        check_schedule(cron)
        wait_for_server()
        _announce(f"waiting for {cron}; press Ctrl-C to stop")
        parameters = {"data": str(settings.layout.root), "inbox": str(settings.inbox), "profile": settings.profile}
        serve_runs(settings.layout, cron, parameters)


@app.command
def forget(user_id: str, *, data: Data = DEFAULT_DATA) -> None:
    """Remove a person from all that is stored; disputes stay as facts about nobody.

    Example: rulings forget 2088001234567890

    Args:
        user_id: The user as the export names them, or the pseudonym.
        data: The data directory.
    """
    from flows.forget import forget as forget_user  # noqa: PLC0415
    from flows.forget import forgetting_text  # noqa: PLC0415
    from flows.lock import run_lock  # noqa: PLC0415
    from flows.settings import layout_of  # noqa: PLC0415

    layout = layout_of(data)
    if not layout.root.is_dir():
        # A new key would give the person a pseudonym that nothing was ever stored under.
        raise UsageError(f"there is no data directory {layout.root}; name the one that holds the person")
    with run_lock(layout):
        _print(forgetting_text(forget_user(layout, user_id), layout))


@app.command
def status(
    *,
    data: Data = DEFAULT_DATA,
    inbox: str | None = None,
    max_age: Annotated[float | None, Parameter(validator=validators.Number(gt=0))] = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Show the release in force and its age, what waits in the inbox, and what the last runs did.

    Exit status 1 if somebody has to look after it: nothing is published, the last run failed or was cut off, or the
    last one that went well is too long ago.

    Example: rulings status --max-age 26

    Args:
        data: The data directory.
        inbox: Folder with batches; by default that of the last run.
        max_age: Hours since the last run that went well; by default 36, or what the settings file says.
        json: Write JSON.
    """
    from datetime import UTC, datetime  # noqa: PLC0415
    from json import dumps  # noqa: PLC0415

    from flows.settings import layout_of  # noqa: PLC0415
    from flows.status import read_status, status_facts, status_text  # noqa: PLC0415
    from flows.storage import open_place  # noqa: PLC0415

    found = read_status(layout_of(data), datetime.now(UTC), open_place(inbox) if inbox else None, max_age)
    _print(dumps(status_facts(found), ensure_ascii=False, indent=1) if json else status_text(found))
    return EXIT_DATA if found.problems else EXIT_DONE


@app.command
def rollback(release: str | None = None, *, data: Data = DEFAULT_DATA) -> None:
    """Put an earlier release in force again.

    Example: rulings rollback

    Args:
        release: Name of a kept release; by default the one before that in force.
        data: The data directory.
    """
    from flows.lock import run_lock  # noqa: PLC0415
    from flows.publish import report_in_force  # noqa: PLC0415
    from flows.settings import layout_of  # noqa: PLC0415
    from flows.status import roll_back  # noqa: PLC0415

    layout = layout_of(data)
    if release is None:
        report_in_force(layout)
    with run_lock(layout):
        _print(f"In force again: {roll_back(layout, release)}")


if __name__ == "__main__":
    main()
