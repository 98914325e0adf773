"""Which share of 95 % intervals covers the truth when sellers come back: `python -m benchmarks.coverage --write`.

Simulates worlds with few big and many small sellers whose rulings are alike, computes every kind of interval in each,
and counts how often the truth is inside, and how often a test at 5 % rejects where there is nothing.
"""

import argparse
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

#: Products in models are small: threads of the linear algebra would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "1")

from benchmarks import coverage_kinds as kinds
from benchmarks.coverage_worlds import DESIGN_EFFECT, SETTINGS, Setting, draw

REPORT = Path(__file__).with_suffix(".md")
REPLICATES = 500
SIGNIFICANCE = 0.05
WANTED = (0.93, 0.97)
PROCESSES = 2
#: Worlds of each setting after which the figures so far are written.
_PER_ROUND = 25


@dataclass(frozen=True)
class Tally:
    """What became of one kind of interval in one setting.

    Attributes:
        kind: What is estimated.
        n_sellers: The setting.
        n: Worlds.
        n_intervals: Worlds with an interval.
        n_covered: Of these, how many cover the truth.
        n_tests: Worlds with a test where there is no effect.
        n_rejected: Of these, how many reject at 5 %.
        n_flagged: Worlds whose status is not ``ok``.
    """

    kind: str
    n_sellers: int
    n: int
    n_intervals: int
    n_covered: int
    n_tests: int
    n_rejected: int
    n_flagged: int


def measure(
    replicates: int, names: Sequence[str], settings: Sequence[Setting] = SETTINGS, processes: int = PROCESSES
) -> Iterator[list[Tally]]:
    """Draw worlds and count.

    Args:
        replicates: Worlds per setting.
        names: Names of the kinds.
        settings: Sellers and disputes.
        processes: How many work at a time.

    Yields:
        One tally per kind and setting, after every few worlds of each setting: the figures so far.
    """
    found: dict[tuple[str, int], list[kinds.Shown]] = {}
    with ProcessPoolExecutor(processes) as executor:
        for first in range(0, replicates, _PER_ROUND):
            worlds = range(first, min(first + _PER_ROUND, replicates))
            tasks = [(setting, seed, tuple(names)) for setting in settings for seed in worlds]
            for (setting, _, _), shown in zip(tasks, executor.map(_run, tasks), strict=True):
                for each in shown:
                    found.setdefault((each.kind, setting.n_sellers), []).append(each)
            yield [_tally(kind, n_sellers, shown) for (kind, n_sellers), shown in found.items()]


def _run(task: tuple[Setting, int, tuple[str, ...]]) -> list[kinds.Shown]:
    setting, seed, names = task
    world = draw(setting, seed)
    return [shown for kind in kinds.KINDS if kind.__name__ in names for shown in kind(world)]


def _tally(kind: str, n_sellers: int, shown: Sequence[kinds.Shown]) -> Tally:
    intervals = [(each.ci_low, each.truth, each.ci_high) for each in shown]
    closed = [(low, truth, high) for low, truth, high in intervals if low is not None and high is not None]
    tests = [each.p_value for each in shown if each.is_null and each.p_value is not None]
    return Tally(
        kind=kind,
        n_sellers=n_sellers,
        n=len(shown),
        n_intervals=len(closed),
        n_covered=sum(low <= truth <= high for low, truth, high in closed),
        n_tests=len(tests),
        n_rejected=sum(p_value < SIGNIFICANCE for p_value in tests),
        n_flagged=sum(each.status != "ok" for each in shown),
    )


def report(tallies: Sequence[Tally], seconds: float) -> str:
    """The figures in Markdown."""
    settings = [setting for setting in SETTINGS if any(tally.n_sellers == setting.n_sellers for tally in tallies)]
    n = max(tally.n for tally in tallies)
    error = 100 * math.sqrt(0.95 * 0.05 / n)
    lines = [
        "# Coverage of 95 % intervals when sellers come back",
        "",
        f"`python -m benchmarks.coverage --write`: {n} worlds per setting, {seconds:.0f} s. Sellers' sizes are those",
        f"of a Pareto distribution (1.2: few big, many small), the design effect of a share is {DESIGN_EFFECT:.0f}.",
        f"By chance alone a share is off by ± {2 * error:.1f} points. Wanted: 93 to 97 %; what is below is in bold.",
        "",
        _row(["sellers", *(f"{setting.n_sellers:,}" for setting in settings)]),
        _row(["---", *("---:" for _ in settings)]),
        _row(["disputes", *(f"{setting.sizes.sum():,}" for setting in settings)]),
        _row(["share of the largest", *(f"{setting.sizes.max() / setting.sizes.sum():.0%}" for setting in settings)]),
        _row(["sellers of equal size that it comes to", *(f"{_effective(setting):.0f}" for setting in settings)]),
        "",
        *_table("Truth covered, %", tallies, settings, _coverage),
        *_table("Rejected at 5 % where there is no effect, %", tallies, settings, _rejections),
        *_table("Rows whose status is not `ok`, %", tallies, settings, _flagged),
    ]
    return "\n".join(lines) + "\n"


def _effective(setting: Setting) -> float:
    sizes = setting.sizes
    return float(sizes.sum()) ** 2 / float(sizes @ sizes)


def _table(
    title: str, tallies: Sequence[Tally], settings: Sequence[Setting], cell: Callable[[Tally], str]
) -> Iterator[str]:
    """A table kind × setting, without kinds that have nothing to say."""
    by_key = {(tally.kind, tally.n_sellers): tally for tally in tallies}
    rows = []
    for kind in dict.fromkeys(tally.kind for tally in tallies):
        found = [by_key.get((kind, setting.n_sellers)) for setting in settings]
        cells = ["" if tally is None else cell(tally) for tally in found]
        if any(cells):
            rows.append(_row([*(part.strip() for part in kind.split("|")), *cells]))
    yield from (
        f"## {title}",
        "",
        _row(["interval", "of", *(f"{setting.n_sellers:,} sellers" for setting in settings)]),
    )
    yield from (_row(["---", "---", *("---:" for _ in settings)]), *rows, "")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _coverage(tally: Tally) -> str:
    if not tally.n_intervals:
        return ""
    share = tally.n_covered / tally.n_intervals
    text = f"{100 * share:.1f}"
    return f"**{text}**" if share < WANTED[0] else text


def _rejections(tally: Tally) -> str:
    return f"{100 * tally.n_rejected / tally.n_tests:.1f}" if tally.n_tests else ""


def _flagged(tally: Tally) -> str:
    return f"{100 * tally.n_flagged / tally.n:.0f}" if tally.n_flagged else ""


def main() -> None:
    """Measure and say the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    known = [kind.__name__ for kind in kinds.KINDS]
    parser.add_argument("--replicates", type=int, default=REPLICATES, help="worlds per setting")
    parser.add_argument("--kinds", nargs="+", choices=known, default=known, help="kinds of interval")
    parser.add_argument("--sellers", nargs="+", type=int, default=[setting.n_sellers for setting in SETTINGS])
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--write", action="store_true", help=f"write {REPORT.name}, again and again as figures come in")
    chosen = parser.parse_args()
    started, text = time.monotonic(), ""
    settings = [setting for setting in SETTINGS if setting.n_sellers in chosen.sellers]
    for tallies in measure(chosen.replicates, chosen.kinds, settings, chosen.processes):
        text = report(tallies, time.monotonic() - started)
        if chosen.write:
            REPORT.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
