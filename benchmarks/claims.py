"""How often a claim is supported where nothing is there, and how often its interval holds what was planted.

Each replicate is a small world of ruled disputes with sellers of very unequal size whose outcomes are alike. In the
null world nothing that a claim is about has an effect; in the planted one some facts have.
"""

import argparse
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

#: Products in models are small: threads of the linear algebra would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import polars as pl

from tests.transforms.claims.samples import Drawn, World, draw_disputes, simulate
from tests.transforms.claims.truth import PLANTED, truths
from transforms.claims.answers import Data, answer, parts_of
from transforms.claims.catalogue import PARTS
from transforms.claims.findings import tabulate
from transforms.claims.found import Found
from transforms.claims.verdicts import Judge, Verdict
from transforms.statistics.importance import measure_importance
from transforms.statistics.validation import validate

REPORT = Path(__file__).with_suffix(".md")
REPLICATES = 500
PROCESSES = 2
#: A seller's own effect has this standard deviation on the latent scale, about a fifth of the noise in variance.
SELLER_SD = 0.9
LEVEL = 0.05
WANTED = (93.0, 97.0)
_SPOKEN_FOR = (Verdict.SUPPORTED.value, Verdict.CONTRADICTED.value)
_FIRST_PLANTED_SEED = 10_000


@dataclass(frozen=True)
class Size:
    """The size of the worlds."""

    replicates: int
    disputes: int
    sellers: int


@dataclass
class Null:
    """What became of each part where nothing is planted; the balance of the sides is true, so only denial counts."""

    tested: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    worlds_with_a_wrong_verdict: int = 0


def null_worlds(size: Size, processes: int) -> Null:
    """Count tests, rejections at 5 %, and claims that come out supported or contradicted, by part."""
    found = Null()
    with ProcessPoolExecutor(processes) as executor:
        for rows in executor.map(_null_world, [(size, seed) for seed in range(size.replicates)]):
            _count(found, rows)
    return found


def _null_world(task: tuple[Size, int]) -> list[dict[str, object]]:
    """Rows of the claims in one world; the buyer's reputation does not speed the ruling either."""
    size, seed = task
    drawn = simulate(World(size.disputes, size.sellers, seed, seller_sd=SELLER_SD))
    return tabulate(parts_of(()), answer(_data(drawn, seed)), Judge()).findings.to_dicts()


def _data(drawn: Drawn, seed: int) -> Data:
    moments = pl.datetime(2025, 1, 1, time_zone="UTC") + pl.duration(hours=pl.int_range(pl.len()))
    ruled = drawn.frame.with_columns(opened_at=moments, ruled_at=moments).lazy()
    disputes = draw_disputes(drawn.frame, seed=seed).lazy()
    return Data(ruled, disputes, (), measure_importance(ruled, []), validate(ruled, []))


def _count(found: Null, rows: Sequence[dict[str, object]]) -> None:
    wrong_verdicts = 0
    for row, part in zip(rows, PARTS, strict=True):
        p_value = row["p_value"]
        if not isinstance(p_value, float):
            continue
        each = Found(estimate=row["estimate"], ci_low=row["ci_low"], ci_high=row["ci_high"])  # type: ignore[arg-type]
        uncorrected = Judge().verdict(part, each, p_value)
        wrong = _SPOKEN_FOR[1:] if part.claim_id == "G1" else _SPOKEN_FOR
        found.tested[part.claim_id] += 1
        found.rejected[part.claim_id] += p_value < LEVEL
        found.before[part.claim_id] += uncorrected.value in wrong
        found.after[part.claim_id] += row["verdict"] in wrong
        wrong_verdicts += row["verdict"] in wrong
    found.worlds_with_a_wrong_verdict += wrong_verdicts > 0


def planted_worlds(size: Size, processes: int) -> Iterator[tuple[str, bool]]:
    """Whether the interval of each part holds the planted effect, replicate by replicate."""
    tasks = [(size, _FIRST_PLANTED_SEED + seed) for seed in range(size.replicates)]
    with ProcessPoolExecutor(processes) as executor:
        for held in executor.map(_planted_world, tasks):
            yield from held


def _planted_world(task: tuple[Size, int]) -> list[tuple[str, bool]]:
    size, seed = task
    drawn = simulate(World(size.disputes, size.sellers, seed, PLANTED, seller_sd=SELLER_SD))
    rows = {
        row["claim_id"]: row for row in tabulate(parts_of(()), answer(_data(drawn, seed)), Judge()).findings.to_dicts()
    }
    found = [(claim_id, truth, rows[claim_id]) for claim_id, truth in truths(drawn).items()]
    return [
        (claim_id, row["ci_low"] <= truth <= row["ci_high"])
        for claim_id, truth, row in found
        if row["ci_low"] is not None and row["ci_high"] is not None
    ]


def report(size: Size, processes: int) -> str:
    """Run both studies and lay out the figures as Markdown."""
    started = time.monotonic()
    null = null_worlds(size, processes)
    covered = Counter(planted_worlds(size, processes))
    held = {claim_id: covered[claim_id, True] for claim_id, _ in sorted(covered)}
    counted = {claim_id: held[claim_id] + covered[claim_id, False] for claim_id in held}
    lines = [
        "# Claims where nothing is there, and where something is",
        "",
        f"`python -m benchmarks.claims --write`: {size.replicates} worlds of each kind (seeds 0 to "
        f"{size.replicates - 1} and {_FIRST_PLANTED_SEED:,} on), {size.disputes:,} disputes and {size.sellers} sellers "
        f"each, {time.monotonic() - started:.0f} s.",
        "Sellers are of very unequal size and their outcomes are alike. True effects are read off the formula of each",
        "world, with facts toggled and numbers moved; nothing of the estimation is used for them.",
        "",
        "## Nothing planted",
        "",
        f"- tests that reject at 5 %: {_share(null.rejected.total(), null.tested.total())} of {null.tested.total():,}",
        f"- supported or contradicted before the correction (wanted: at most 5 %): "
        f"{_share(null.before.total(), null.tested.total())}",
        f"- after it: {_share(null.after.total(), null.tested.total())}",
        f"- worlds with any claim supported or contradicted: "
        f"{_share(null.worlds_with_a_wrong_verdict, size.replicates)}",
        "",
        "| part | tests | reject at 5 % | spoken for before | after |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {claim_id} | {tests} | {_share(null.rejected[claim_id], tests)} | "
            f"{_share(null.before[claim_id], tests)} | {_share(null.after[claim_id], tests)} |"
            for claim_id, tests in null.tested.items()
        ),
        "",
        "## Planted effects held by their 95 % intervals",
        "",
        f"Wanted: {WANTED[0]:.0f} to {WANTED[1]:.0f} %; what is outside is in bold.",
        "",
        "| part | intervals | held |",
        "|---|---:|---:|",
        *(f"| {claim_id} | {counted[claim_id]} | {_bold(held[claim_id], counted[claim_id])} |" for claim_id in held),
        f"| all | {sum(counted.values()):,} | {_bold(sum(held.values()), sum(counted.values()))} |",
    ]
    return "\n".join(lines) + "\n"


def _bold(count: int, total: int) -> str:
    text = _share(count, total)
    return text if WANTED[0] <= 100 * count / total <= WANTED[1] else f"**{text}**"


def _share(count: int, total: int) -> str:
    return f"{100 * count / total:.1f} %" if total else "none"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    parser.add_argument("--disputes", type=int, default=1_500)
    parser.add_argument("--sellers", type=int, default=150)
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--write", action="store_true", help=f"write {REPORT.name}")
    given = parser.parse_args(arguments)
    text = report(Size(given.replicates, given.disputes, given.sellers), given.processes)
    if given.write:
        REPORT.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
