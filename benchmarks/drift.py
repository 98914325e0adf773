"""How often the comparison of deliveries cries wolf, and how often it names what was moved.

    python -m benchmarks.drift --replicates 400

A world: 250 sellers, few of them with many disputes, each with leanings of its own in twelve measures of three to
eight values; a fifth of the disputes is new, by sellers that come in bursts. A move adds to the chance of the first
value of one measure, among the new disputes only.
"""

import argparse
from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.statistics.drift import drift_table

MEASURES = tuple(f"measure_{number}" for number in range(12))
MOVED = MEASURES[2]
#: What is added to a chance of about a fifth before all are brought back to a sum of one.
MOVES = (0.05, 0.1, 0.2, 0.35)
_SIZES = (3, 5, 5, 6, 8, 5)
_SELLERS = 250
_MOST_DISPUTES = 120


@dataclass(frozen=True)
class Counted:
    """Of some replicates: in how many the moved measure was named, and in how many another one."""

    replicates: int
    named: int
    wrong: int


def world(seed: int, move: float = 0.0) -> pl.LazyFrame:
    """Make the disputes of one world.

    Args:
        seed: The same seed gives the same disputes.
        move: What is added to the chance of the first value of `MOVED`.

    Returns:
        ``is_new``, ``seller_id`` and the measures.
    """
    random = np.random.default_rng(seed)
    per_seller = np.minimum(4 * random.pareto(1.3, _SELLERS) + 1, _MOST_DISPUTES).astype(int)
    sellers = np.repeat(np.arange(_SELLERS), per_seller)
    burst = np.clip(0.2 + 0.15 * random.standard_normal(_SELLERS), 0.02, 0.9)
    is_new = random.random(sellers.size) < burst[sellers]
    columns = {"is_new": is_new, "seller_id": sellers.astype(str)}
    for number, measure in enumerate(MEASURES):
        size = _SIZES[number % len(_SIZES)]
        usual = random.dirichlet(np.full(size, 3.0))
        chances = random.dirichlet(12 * usual + 0.2, _SELLERS)[sellers]
        if measure == MOVED:
            chances[is_new, 0] += move
            chances /= chances.sum(axis=1, keepdims=True)
        drawn = random.random((sellers.size, 1)) > chances.cumsum(axis=1)
        columns[measure] = drawn.sum(axis=1).clip(0, size - 1).astype(str)
    return pl.LazyFrame(columns)


def count_alarms(replicates: int, move: float, first_seed: int = 0) -> Counted:
    """Count over some worlds what is said to have moved."""
    named = wrong = 0
    for seed in range(first_seed, first_seed + replicates):
        table = drift_table({"all": world(seed, move)}, {"all": MEASURES}, (1,))
        moved = set(table.filter("is_moved")["measure"])
        named += MOVED in moved
        wrong += bool(moved - {MOVED})
    return Counted(replicates, named, wrong)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=400)
    replicates = parser.parse_args().replicates
    print("| added to the chance | worlds | named | another one named |\n|---:|---:|---:|---:|")
    for move in (0.0, *MOVES):
        found = count_alarms(replicates, move)
        print(f"| {move:g} | {found.replicates} | {found.named} | {found.wrong} |")


if __name__ == "__main__":
    main()
