"""What scoring costs by step, beside DuckDB reading the same staged Parquet and writing it again.

Usage: python -m benchmarks.scoring DATA [--months N]

DATA is the data directory of a published run. Some months are scored anew, one after another, and nothing is published.
Seconds are of processor time, so that they say something on a machine that does other work as well.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import duckdb
import polars as pl

from flows.configuration import load_scorer
from flows.ingest.ledger import make_ledger, read_deliveries
from flows.pieces import Piece, cut
from flows.publish import folder_in_force
from flows.resolve import CHILDREN, Resolved, resolve
from flows.scored_cache import piece_key
from flows.scoring import children_of, disputes_of, score_words, users_of
from flows.scoring_users import score_users, sides_of
from flows.settings import Layout
from transforms.factors.evidence import score_evidence
from transforms.factors.numbers import NUMBER, by_number
from transforms.factors.reputation import pivot_sides
from transforms.factors.rules import score_rules
from transforms.factors.tone import score_tone_parts
from transforms.tone import score_messages

# What is done once in a run, for all months; its share of the months is taken in the table.
_ONCE = "tone: word lists laid out"
_T = TypeVar("_T")


class Clock:
    """Adds up processor time by step."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.seconds: dict[str, float] = defaultdict(float)

    def time(self, step: str, work: Callable[[], _T]) -> _T:
        """Do some work and add its time to a step."""
        begun = time.process_time()
        result = work()
        self.seconds[step] += time.process_time() - begun
        return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print Markdown.

    Args:
        arguments: Command line without the program's name.

    Returns:
        Always 0.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scoring", description=__doc__)
    parser.add_argument("data", type=Path, metavar="DATA", help="data directory of a published run")
    parser.add_argument("--months", type=int, default=4, metavar="N", help="how many months; the middle ones")
    options = parser.parse_args(arguments)
    layout = Layout(options.data.resolve())
    resolved = resolve(make_ledger(layout, read_deliveries(folder_in_force(layout))), layout)
    first = max(0, (len(resolved.months) - options.months) // 2)
    months = set(resolved.months[first : first + options.months])
    pieces = [piece for piece in cut(resolved) if piece.month in months]
    clock = Clock()
    with tempfile.TemporaryDirectory(dir=layout.local) as scratch:
        floor = _copy(resolved, months, Path(scratch))
        disputes = _score(resolved, pieces, Path(scratch), clock)
    share = disputes / max(resolved.n_in_force("disputes"), 1)
    print(_markdown(clock, floor, disputes, share))
    return 0


def _copy(resolved: Resolved, months: set[str], scratch: Path) -> float:
    """Let DuckDB read the staged rows of the months and write them again."""
    begun = time.process_time()
    with duckdb.connect() as connection:
        for table in ("disputes", *CHILDREN):
            listed = [path for month in sorted(months) for path in resolved.paths(table, month)]
            target = scratch / f"{table}.parquet"
            connection.read_parquet(listed, union_by_name=True).write_parquet(str(target), compression="zstd")
    return time.process_time() - begun


def _score(resolved: Resolved, pieces: Sequence[Piece], scratch: Path, clock: Clock) -> int:
    sides = scratch / "sides"
    scorer = load_scorer()
    nothing = pl.LazyFrame({"sender": ["buyer"], "text": [""]})
    clock.time(_ONCE, lambda: score_messages(nothing, scorer.lexicon).collect())
    # Of all months, for a past does not end with a month.
    clock.time("reputation", lambda: score_users(resolved, scorer, (sides, scratch / "snapshots")))
    disputes = 0
    for piece in pieces:
        disputes += _score_piece(piece, resolved.of_month(piece.month), sides, scratch, clock)
    return disputes


def _score_piece(piece: Piece, resolved: Resolved, sides: Path, scratch: Path, clock: Clock) -> int:
    scorer = load_scorer()
    named = clock.time("reading, time rules", lambda: disputes_of(piece, resolved))
    rows = clock.time("reading, time rules", lambda: children_of(piece, resolved, named))
    rows["messages"] = clock.time("tone: acts of messages", lambda: score_words(rows["messages"], scorer))
    users = clock.time("reputation: laid out", lambda: users_of(piece, sides, named)).lazy()
    disputes = by_number(named.lazy())
    evidence, violations, messages = (by_number(rows[table].lazy()) for table in CHILDREN)
    weights = scorer.weights
    steps: dict[str, Callable[[], pl.LazyFrame]] = {
        "evidence": lambda: score_evidence(evidence, disputes, weights.evidence),
        "rules": lambda: score_rules(violations, disputes, weights.rules),
        "tone: sides": lambda: score_tone_parts(messages, disputes, scorer.tone),
        "reputation: laid out": lambda: pivot_sides(users, disputes),
    }
    for step, plan in steps.items():
        clock.time(step, partial(_collected, plan))
    scored = piece.of(sides_of(sides, piece.month)).collect()
    clock.time("key of the piece", lambda: piece_key(piece, resolved, scorer, scored))
    for name, frame in {"disputes": named, **rows}.items():
        path = scratch / f"{piece.name}-{name}.parquet"
        clock.time("writing", partial(frame.drop(NUMBER).write_parquet, path, compression="lz4"))
    return named.height


def _collected(plan: Callable[[], pl.LazyFrame]) -> pl.DataFrame:
    return plan().collect(engine="in-memory")


def _markdown(clock: Clock, floor: float, disputes: int, share: float) -> str:
    seconds = dict(clock.seconds)
    for step in (_ONCE, "reputation"):
        seconds[step] *= share
    total = sum(seconds.values())
    rows = [f"| {step} | {spent:.2f} | {spent / floor:.2f} |" for step, spent in seconds.items()]
    return "\n".join(
        [
            f"{disputes:,} disputes; seconds of processor time.",
            "",
            "| | seconds | × DuckDB |",
            "|---|---:|---:|",
            f"| DuckDB reads and writes the same | {floor:.2f} | 1.00 |",
            *rows,
            f"| scoring in all | {total:.2f} | {total / floor:.2f} |",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
