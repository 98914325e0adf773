"""How long the factor scores take, by factor: ``python -m benchmarks.factors [disputes]``.

The data is made here and has the sizes of the target: 4 items of evidence, 1.5 breaches and 2 snapshots per dispute.
Every factor is scored by itself, from frames in memory, with the streaming engine; tone is measured elsewhere.
"""

import sys
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from transforms.factors.evidence import score_evidence
from transforms.factors.history import reputation_history, reputation_sides
from transforms.factors.reputation import pivot_sides, score_reputation
from transforms.factors.rules import score_rules
from transforms.factors.scores import factor_scores
from transforms.factors.time_rules import mark_counted
from transforms.factors.weights import QUALITIES, Weights
from transforms.registry import enumerations as enums

_WEIGHTS = Path(__file__).parents[1] / "transforms" / "weights.toml"
_DEFAULT_DISPUTES = 1_000_000
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_START = 1_700_000_000 * _SECOND
_TIME = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class Tables:
    """The generated tables."""

    disputes: pl.DataFrame
    evidence: pl.DataFrame
    violations: pl.DataFrame
    reputation: pl.DataFrame


class Generator:
    """Draws columns; seeded."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def times(self, n: int, days: int) -> pl.Series:
        """Moments in the days after the start."""
        return pl.Series(_START + self.random.integers(0, days * _DAY, n)).cast(_TIME)

    def choice(self, values: tuple[str, ...], n: int) -> pl.Series:
        """Values of an enumeration."""
        return pl.Series(values).gather(self.random.integers(0, len(values), n))

    def flags(self, n: int) -> pl.Series:
        """Booleans, a tenth of them null."""
        return pl.Series([False, True, None]).gather(self.random.choice(3, n, p=[0.3, 0.6, 0.1]))

    def counts(self, n: int, mean: float) -> pl.Series:
        """Small counts."""
        return pl.Series(self.random.poisson(mean, n))


def _ids(prefix: str, n: int) -> pl.Series:
    return pl.select(prefix + pl.int_range(n).cast(pl.String).str.zfill(15)).to_series()


def generate(n: int, seed: int = 1) -> Tables:
    """Make the tables for ``n`` disputes."""
    draw = Generator(seed)
    ids, users = _ids("D", n), _ids("U", max(n // 4, 1))
    opened = draw.times(n, 720)
    disputes = pl.DataFrame(
        {
            "dispute_id": ids,
            "opened_at": opened,
            "ruled_at": opened + pl.Series(draw.random.integers(1, 20 * _DAY, n)).cast(pl.Duration("us")),
            "category": draw.choice(enums.CATEGORY.values, n),
            "claim": draw.choice(enums.CLAIM.values, n),
            "buyer_id": users.gather(draw.random.integers(0, len(users), n)),
            "seller_id": users.gather(draw.random.integers(0, len(users), n)),
            "outcome": draw.choice(enums.OUTCOME.values, n),
        }
    ).with_columns(
        *(draw.flags(n).alias(f) for f in ("paid_on_platform", "applied_in_window", "negotiated_first")),
        draw.flags(n).alias("shipped_on_time"),
        *(pl.lit(value=True).alias(f"{t}_recorded") for t in ("evidence", "violations", "messages", "reputation")),
    )
    return Tables(
        disputes, _evidence(draw, ids, 4 * n), _violations(draw, ids, 3 * n // 2), _reputation(draw, users, 2 * n)
    )


def _evidence(draw: Generator, ids: pl.Series, n: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "evidence_id": _ids("E", n),
            "dispute_id": ids.gather(draw.random.integers(0, len(ids), n)),
            "party": draw.choice(enums.PARTY.values, n),
            "kind": draw.choice(enums.EVIDENCE_KIND.values, n),
            "submitted_at": draw.times(n, 740),
        }
    ).with_columns(draw.flags(n).alias(flag) for flag in (*QUALITIES, "admitted"))


def _violations(draw: Generator, ids: pl.Series, n: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "violation_id": _ids("V", n),
            "dispute_id": ids.gather(draw.random.integers(0, len(ids), n)),
            "party": draw.choice(enums.PARTY.values, n),
            "rule": draw.choice(enums.RULE.values, n),
            "severity": draw.choice(enums.SEVERITY.values, n),
            "substantiated": draw.flags(n),
            "recorded_at": draw.times(n, 740),
        }
    )


def _reputation(draw: Generator, users: pl.Series, n: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "user_id": users.gather(draw.random.integers(0, len(users), n)),
            "as_of": draw.times(n, 720),
            "credit_score": pl.Series(draw.random.integers(350, 951, n)),
            "member_since": pl.Series(draw.random.integers(15_000, 19_000, n)).cast(pl.Int32).cast(pl.Date),
            "completed_trades": draw.counts(n, 60),
            "positive_rate": pl.Series(draw.random.random(n)),
            "claims_90d": draw.counts(n, 0.5),
            "unjustified_claims_365d": draw.counts(n, 0.2),
            "complaints_365d": draw.counts(n, 0.5),
            "penalties_365d": draw.counts(n, 0.1),
            "counterfeit_penalties_365d": draw.counts(n, 0.02),
        }
    )


def _timed(name: str, rows: int, work: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    start, cpu_start = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu_start
    print(f"{name:28s}{rows:>12,} rows{wall:>8.2f} s{cpu:>8.2f} s of processor time")
    return result


def _collect(frame: pl.LazyFrame) -> pl.DataFrame:
    return frame.collect(engine="streaming")


def _counted(name: str, table: pl.DataFrame, disputes: pl.LazyFrame, event_time: str) -> pl.DataFrame:
    return _timed(f"counted: {name}", len(table), lambda: _collect(mark_counted(table.lazy(), disputes, event_time)))


def main() -> None:
    """Time each stage."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else _DEFAULT_DISPUTES
    weights = Weights.from_mapping(tomllib.loads(_WEIGHTS.read_text(encoding="utf-8")))
    tables = generate(n)
    disputes = tables.disputes.lazy()
    items = _counted("evidence", tables.evidence, disputes, "submitted_at")
    breaches = _counted("violations", tables.violations, disputes, "recorded_at")
    evidence = _timed(
        "evidence", len(items), lambda: _collect(score_evidence(items.lazy(), disputes, weights.evidence))
    )
    rules = _timed("rules", len(breaches), lambda: _collect(score_rules(breaches.lazy(), disputes, weights.rules)))
    sides, history = reputation_sides(disputes), reputation_history(disputes)
    scored = _timed(
        "reputation",
        len(tables.reputation),
        lambda: _collect(score_reputation(sides, tables.reputation.lazy(), history, weights.reputation)),
    )
    reputation = _timed("reputation: pivot", len(scored), lambda: _collect(pivot_sides(scored.lazy(), disputes)))
    parts = {"evidence": evidence, "rules": rules, "reputation": reputation, "tone": reputation}
    frames = {name: frame.lazy() for name, frame in parts.items()}
    _timed("scores", n, lambda: _collect(factor_scores(disputes, frames, weights, {"extra": "claim"})))


if __name__ == "__main__":
    main()
