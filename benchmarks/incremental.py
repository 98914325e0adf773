"""Times a run on a small batch after a large export was loaded, beside the run that loaded it.

Usage: python -m benchmarks.incremental [--disputes N] [--batch N] [--work DIR] [--write]
"""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from benchmarks.measure import Measured, measure
from benchmarks.pipeline import DEFAULT_WORK, GIB, README, SEED, Stage, prepare, run_command, stages, with_figures
from flows.sample import write_sample
from transforms.simulation import SimulationPlan

#: The month after those of the large export.
NEXT_MONTH = date(2026, 7, 1)
_IDS = ("dispute_id", "evidence_id", "violation_id", "message_id", "buyer_id", "seller_id", "user_id")
_AIM = 0.1


@dataclass(frozen=True)
class Step:
    """One run.

    Attributes:
        title: What it loaded.
        cost: What it cost.
        stages: Its stages, as it recorded them.
    """

    title: str
    cost: Measured
    stages: tuple[Stage, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures the large run, the small one and a run with nothing new, and prints Markdown.

    Args:
        arguments: Command line without the program's name.

    Returns:
        0 if all runs ended well, else 1.
    """
    options = _options(arguments)
    work: Path = options.work
    inbox, data = work / "incremental-inbox", work / "incremental-data"
    for folder in (inbox, data):
        shutil.rmtree(folder, ignore_errors=True)
    inbox.mkdir(parents=True)
    load = os.getloadavg()[0]
    shutil.copytree(prepare(options.disputes, work, is_fresh=False), inbox / "a-large", copy_function=os.link)
    steps = [_step(f"{options.disputes:,} disputes", inbox, data)]
    write_batch(inbox / "b-small", options.batch)
    steps.append(_step(f"{options.batch:,} more", inbox, data))
    steps.append(_step("nothing new", inbox, data))
    text = markdown(steps, load)
    print(text)
    if options.write:
        README.write_text(with_figures(README.read_text(encoding="utf-8"), "incremental", text), encoding="utf-8")
    for step in steps:
        if step.cost.exit_status:
            print(f"{step.title}: exit status {step.cost.exit_status}\n{step.cost.output}", file=sys.stderr)
    return int(any(step.cost.exit_status for step in steps))


def write_batch(out: Path, disputes: int) -> None:
    """Makes a batch of the month after the large export, about users who are new, so that no other month is concerned.

    Args:
        out: The batch folder.
        disputes: Number of disputes.
    """
    plan = replace(SimulationPlan(disputes=disputes, has_flaws=False), first_month=NEXT_MONTH, months=1)
    write_sample(out, disputes, SEED + 1, plan=plan)
    (out / "manifest.json").unlink()
    for path in sorted(out.glob("*.csv")):
        rows = pl.read_csv(path, infer_schema=False)
        named = [pl.concat_str(pl.lit("N"), name).alias(name) for name in rows.columns if name in _IDS]
        rows.with_columns(named).write_csv(path)


def markdown(steps: Sequence[Step], load: float) -> str:
    """Returns the measurements as Markdown: two columns a run, wall and processor time, one row a stage."""
    names = list(dict.fromkeys(stage.stage for step in steps for stage in step.stages))
    first, second = steps[0].cost, steps[1].cost
    ratio, worked = second.seconds / first.seconds, second.cpu_seconds / first.cpu_seconds
    return "\n".join(
        [
            "### A small batch on top of a large export",
            "",
            f"Load {load:.1f} at the start. Seconds of wall time and of processor time, Python's start included.",
            "",
            f"| | {' | '.join(f'{step.title} | processor' for step in steps)} |",
            f"|---|{'---:|' * 2 * len(steps)}",
            _row("`rulings run`", [f"{step.cost.seconds:.1f} | {step.cost.cpu_seconds:.1f}" for step in steps]),
            _row("peak GiB", [f"{step.cost.peak_bytes / GIB:.2f} | " for step in steps]),
            *(_row(name, [_seconds(step, name) for step in steps]) for name in names),
            "",
            f"- the batch against the large run: {ratio:.2f} of its time, {worked:.2f} of its processor time; "
            f"aim {_AIM:.2f}, {'met' if ratio <= _AIM else 'missed'}",
            "",
        ]
    )


def _step(title: str, inbox: Path, data: Path) -> Step:
    known = {path: path.stat().st_mtime_ns for path in data.glob("runs/*/stages.json")}
    cost = measure(run_command(inbox, data))
    is_recorded = {path: path.stat().st_mtime_ns for path in data.glob("runs/*/stages.json")} != known
    return Step(title, cost, stages(data) if is_recorded else ())


def _seconds(step: Step, name: str) -> str:
    return next((f"{one.seconds:.1f} | {one.cpu_seconds or 0:.1f}" for one in step.stages if one.stage == name), " | ")


def _row(title: str, cells: Sequence[str]) -> str:
    return f"| {title} | {' | '.join(cells)} |"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.incremental", description=__doc__)
    parser.add_argument("--disputes", type=int, default=1_000_000, metavar="N", help="disputes of the large export")
    parser.add_argument("--batch", type=int, default=10_000, metavar="N", help="disputes of the small batch")
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK, metavar="DIR", help="where data and outputs lie")
    parser.add_argument("--write", action="store_true", help="put the figures into benchmarks/README.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
