"""Times `rulings run` beside the floor and the analyst's script, on the same simulated files, in one run.

Usage: python -m benchmarks.pipeline [--disputes N ...] [--work DIR] [--only NAME ...] [--repeat N] [--fresh] [--write]
"""

import argparse
import importlib.metadata
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.measure import Measured, measure
from flows.sample import write_sample
from transforms.simulation import SimulationPlan

README = Path(__file__).with_name("README.md")
DEFAULT_WORK = Path("data/benchmarks")
DEFAULT_SIZES = (100_000, 1_000_000)
SEED = 20_260_701
FIXED_SECONDS = 15.0
FLOOR_FACTOR = 3.0
MEMORY_BOUND_GIB = 4.0
#: From so many disputes on other aims hold.
MANY_DISPUTES, MANY_BOUND_GIB, MANY_SECONDS = 10_000_000, 6.0, 480.0
GIB = 2**30
MB = 10**6
NAMES = ("floor", "script", "run")
TITLES = {
    "floor": "floor: DuckDB, CSV to zstd Parquet",
    "script": "analyst's script: pandas, statsmodels",
    "run": "`rulings run`",
}
PACKAGES = ("polars", "duckdb", "pandas", "statsmodels")


@dataclass(frozen=True)
class Stage:
    """One stage of a run, as the run itself recorded it.

    Attributes:
        stage: Name.
        seconds: Wall time.
        peak_rss_bytes: Peak memory, where recorded.
        cpu_seconds: Processor time, where recorded.
    """

    stage: str
    seconds: float
    peak_rss_bytes: int | None
    cpu_seconds: float | None = None


@dataclass(frozen=True)
class Result:
    """The measurements of one size.

    Attributes:
        disputes: Number of disputes.
        input_bytes: Size of the CSV files.
        load: Load average of the machine before the first measurement.
        measured: Cost of each contender by name; those not run are absent.
        stages: Stages of `rulings run`.
    """

    disputes: int
    input_bytes: int
    load: float
    measured: dict[str, Measured]
    stages: tuple[Stage, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures every size asked for and prints Markdown.

    Args:
        arguments: Command line without the program's name.

    Returns:
        0 if everything that was run ended well, else 1.
    """
    options = _options(arguments)
    failed = False
    for disputes in options.disputes:
        batch = prepare(disputes, options.work, is_fresh=options.fresh)
        result = run_size(disputes, batch, tuple(options.only), options.repeat)
        text = markdown(result)
        print(text)
        for name, cost in result.measured.items():
            if cost.exit_status:
                failed = True
                print(f"{name} ended with exit status {cost.exit_status}:\n{cost.output}", file=sys.stderr)
        if options.write:
            README.write_text(with_figures(README.read_text(encoding="utf-8"), disputes, text), encoding="utf-8")
    return int(failed)


def run_size(disputes: int, batch: Path, names: tuple[str, ...], repeats: int) -> Result:
    """Measures the contenders on one batch, one after another.

    Args:
        disputes: Number of disputes.
        batch: Folder of CSV files, in an inbox of its own.
        names: Contenders, of `NAMES`.
        repeats: How often each is run, from nothing; the fastest counts.

    Returns:
        The measurements.
    """
    size = sum(path.stat().st_size for path in batch.glob("*.csv"))
    load = os.getloadavg()[0]
    out = batch.parents[1] / f"out-{disputes}"
    commands = {
        "floor": [sys.executable, "-m", "benchmarks.floor", str(batch), str(out / "floor")],
        "script": [sys.executable, "-m", "benchmarks.analyst", str(batch), str(out / "script")],
        "run": run_command(batch.parent, out / "run"),
    }
    measured: dict[str, Measured] = {}
    recorded: tuple[Stage, ...] = ()
    for name in (name for name in NAMES if name in names):
        tries = [_from_nothing(commands[name], out / name) for _ in range(repeats)]
        measured[name], recorded_stages = min(tries, key=lambda tried: tried[0].seconds)
        recorded = recorded_stages or recorded
    return Result(disputes, size, load, measured, recorded)


def _from_nothing(command: list[str], out: Path) -> tuple[Measured, tuple[Stage, ...]]:
    """Runs a contender without anything left from before."""
    shutil.rmtree(out, ignore_errors=True)
    return measure(command), stages(out)


def prepare(disputes: int, work: Path, *, is_fresh: bool) -> Path:
    """Makes the batch of one size in an inbox of its own, without broken rows.

    Args:
        disputes: Number of disputes.
        work: Folder for data and outputs.
        is_fresh: Whether to make it anew even if it is there.

    Returns:
        The batch folder.
    """
    batch = work / f"inbox-{disputes}" / "batch"
    plan = SimulationPlan(disputes=disputes, seed=SEED, has_flaws=False)
    if is_fresh or not _is_of_plan(batch, plan):
        shutil.rmtree(batch, ignore_errors=True)
        write_sample(batch, disputes, SEED, plan=plan)
    return batch


def stages(data: Path) -> tuple[Stage, ...]:
    """Reads what the newest run below a data directory wrote about its stages; nothing if it wrote nothing."""
    files = sorted(data.glob("runs/*/stages.json"), key=lambda path: path.stat().st_mtime)
    if not files:
        return ()
    rows = json.loads(files[-1].read_text(encoding="utf-8"))
    return tuple(Stage(row["stage"], row["seconds"], row.get("peak_rss_bytes"), row.get("cpu_seconds")) for row in rows)


def markdown(result: Result) -> str:
    """Returns the measurements of one size as Markdown."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    lines = [
        f"### {result.disputes:,} disputes, {result.input_bytes / MB:,.0f} MB of CSV",
        "",
        f"{os.cpu_count()} cores, {memory:.0f} GiB, load {result.load:.1f} at the start, warm file cache; {versions}.",
        "",
        "| | seconds | peak GiB | × floor |",
        "|---|---:|---:|---:|",
        *(_row(TITLES[name], cost, result.measured.get("floor")) for name, cost in result.measured.items()),
        *(_stage_row(stage) for stage in result.stages),
        "",
        *(f"- {sentence}" for sentence in verdicts(result)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def verdicts(result: Result) -> list[str]:
    """Says for each aim whether `rulings run` met it; nothing where it was not measured or failed."""
    run, floor, script = (result.measured.get(name) for name in ("run", "floor", "script"))
    if run is None or run.exit_status:
        return []
    is_many = result.disputes >= MANY_DISPUTES
    said = [_verdict("peak memory", run.peak_bytes / GIB, MANY_BOUND_GIB if is_many else MEMORY_BOUND_GIB, "GiB")]
    if is_many:
        said.append(_verdict("wall time", run.seconds, MANY_SECONDS, "s"))
    if floor is not None and not floor.exit_status:
        fixed = 0.0 if is_many else FIXED_SECONDS
        name = f"wall time, {FLOOR_FACTOR:.0f} × floor" + (f" + {fixed:.0f} s" if fixed else "")
        said.append(_verdict(name, run.seconds, FLOOR_FACTOR * floor.seconds + fixed, "s"))
    if script is not None and not script.exit_status:
        said.append(_verdict("wall time, the analyst's script", run.seconds, script.seconds, "s"))
    return said


def with_figures(text: str, name: int | str, figures: str) -> str:
    """Puts the figures of one size, or of another measurement, between their markers; a new one goes to the end.

    Args:
        text: The present text.
        name: The size, or the name of the measurement.
        figures: Its figures in Markdown.

    Returns:
        The new text.
    """
    begin, end = f"<!-- pipeline {name} begin -->", f"<!-- pipeline {name} end -->"
    block = f"{begin}\n{figures}{end}"
    head, found, rest = text.partition(begin)
    if not found:
        return f"{text.rstrip()}\n\n{block}\n"
    return f"{head}{block}{rest.partition(end)[2]}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipeline", description=__doc__)
    parser.add_argument("--disputes", type=int, nargs="+", default=list(DEFAULT_SIZES), metavar="N")
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK, metavar="DIR", help="where data and outputs lie")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=list(NAMES), help="measure only these")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="run each so often; the fastest counts")
    parser.add_argument("--fresh", action="store_true", help="make the data anew")
    parser.add_argument("--write", action="store_true", help="put the figures into benchmarks/README.md")
    return parser.parse_args(arguments)


def _is_of_plan(batch: Path, plan: SimulationPlan) -> bool:
    """Whether a batch is there and was made by the same plan; a change of the simulator itself needs `--fresh`."""
    manifest = batch / "manifest.json"
    if not manifest.exists():
        return False
    made = json.loads(manifest.read_text(encoding="utf-8"))["simulation"]["plan"]
    return bool(made == json.loads(json.dumps(asdict(plan), default=str)))


def run_command(inbox: Path, data: Path) -> list[str]:
    """Returns the command of a run, as a person gives it."""
    start = "import sys; from flows.cli import main; sys.exit(main())"
    return [sys.executable, "-c", start, "run", "--inbox", str(inbox), "--data", str(data)]


def _row(title: str, cost: Measured, floor: Measured | None) -> str:
    if cost.exit_status:
        return f"| {title} | failed | | |"
    ratio = f"{cost.seconds / floor.seconds:.1f}" if floor is not None and not floor.exit_status else ""
    return f"| {title} | {cost.seconds:.1f} | {cost.peak_bytes / GIB:.2f} | {ratio} |"


def _stage_row(stage: Stage) -> str:
    peak = "" if stage.peak_rss_bytes is None else f"{stage.peak_rss_bytes / GIB:.2f}"
    return f"| – {stage.stage} | {stage.seconds:.1f} | {peak} | |"


def _verdict(name: str, value: float, bound: float, unit: str) -> str:
    word = "met" if value <= bound else "missed"
    return f"{name}: {value:.1f} {unit} against {bound:.1f} {unit}, {word}"


if __name__ == "__main__":
    sys.exit(main())
