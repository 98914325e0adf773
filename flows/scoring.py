"""The scoring stage: every month of disputes, with all that belongs to it, from staged to scored Parquet.

Reputation comes first and over all months, because a user's past does not end with a month; it is cut by user instead.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.configuration import Scorer
from flows.files import empty_folder
from flows.forgotten import kept_sides, read_forgotten
from flows.resolve import Resolved, recorded_tables
from transforms.factors.evidence import score_evidence
from transforms.factors.history import mark_snapshots, reputation_history, reputation_sides
from transforms.factors.reputation import COUNTS as REPUTATION_COUNTS
from transforms.factors.reputation import PARTS as REPUTATION_PARTS
from transforms.factors.reputation import pivot_sides, score_reputation
from transforms.factors.rules import score_rules
from transforms.factors.scores import factor_scores
from transforms.factors.time_rules import mark_counted
from transforms.factors.tone import score_tone_parts
from transforms.facts import (
    dispute_facts,
    duration_facts,
    evidence_facts,
    reputation_facts,
    rule_facts,
    tone_facts,
)
from transforms.ingest.partition import HOME
from transforms.outcomes import with_outcome_columns
from transforms.privacy.removal import with_kept_scores
from transforms.registry import INPUT_TABLES
from transforms.tone.messages import score_messages

# Users are cut into so many groups that each has at most about this many sides of disputes.
_SIDES_PER_BUCKET = 4_000_000
# Rows in a row group of DuckDB: groups of another size are written twice, when they are loaded and at the checkpoint.
_ROW_GROUP = 122_880
_BUCKET = "__bucket"
_WORDING = "__wording"
_PSEUDONYM = "__pseudonym"
REPUTATION_COLUMNS = ("dispute_id", "buyer_id", "seller_id", "opened_at", "ruled_at", "outcome")


@dataclass(frozen=True)
class Scored:
    """Where the scored Parquet of a run lies.

    Attributes:
        folder: One folder per table below it, one file per month (per group of users for reputation).
    """

    folder: Path

    def paths(self, table: str) -> list[str]:
        """Return the files of a table in order."""
        return [str(path) for path in sorted((self.folder / table).glob("*.parquet"))]


def score(resolved: Resolved, scorer: Scorer, folder: Path, threads: int) -> Scored:
    """Score all disputes.

    Args:
        resolved: The rows in force.
        scorer: Weights and word lists.
        folder: An empty folder for the result.
        threads: How many months are worked on at once.

    Returns:
        Where the result lies.
    """
    sides = empty_folder(folder / "reputation_sides")
    _score_users(resolved, scorer, folder, sides)
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda month: _score_month(resolved, scorer, folder, sides, month), resolved.months):
            pass
    return Scored(folder)


def _write(frame: pl.DataFrame, folder: Path, table: str, name: str) -> None:
    path = folder / table / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    # Read once and thrown away: speed counts more than size.
    frame.write_parquet(path, compression="lz4", row_group_size=_ROW_GROUP)


def _score_users(resolved: Resolved, scorer: Scorer, folder: Path, sides_folder: Path) -> None:
    """Score the reputation of all sides, group of users by group of users, and file it by home month."""
    disputes = pl.concat(
        [
            resolved.rows("disputes", month)
            .select(REPUTATION_COLUMNS)
            .join(recorded_tables(resolved, month), on="dispute_id", how="left")
            .with_columns(pl.lit(month).alias(HOME))
            for month in resolved.months
        ]
    ).collect()
    for (home,), part in kept_sides(read_forgotten(resolved.layout), disputes).partition_by(HOME, as_dict=True).items():
        _write(part.select(_no_sides().collect_schema().names()), sides_folder, str(home), "forgotten")
    buckets = _n_buckets(disputes.height)
    sides = _by_hash(reputation_sides(disputes.lazy(), (HOME,)), buckets)
    history = _by_hash(reputation_history(disputes.lazy()), buckets)
    snapshots = _by_hash(resolved.rows("reputation").with_columns(pl.col("user_id").alias(_PSEUDONYM)), buckets)
    for bucket in range(buckets):
        own, known, past = (_of_bucket(frame, bucket) for frame in (sides, snapshots, history))
        scored = score_reputation(own, known, past, scorer.weights.reputation, (HOME,)).collect()
        for (home,), part in scored.partition_by(HOME, as_dict=True, include_key=False).items():
            _write(part, sides_folder, str(home), f"{bucket:04}")
        marked = mark_snapshots(known, own).with_columns(pl.col(_PSEUDONYM).alias("user_id")).drop(_PSEUDONYM)
        _write(marked.collect(), folder, "reputation", f"{bucket:04}")


def _n_buckets(disputes: int) -> int:
    return 1 + 2 * disputes // _SIDES_PER_BUCKET


def _by_hash(frame: pl.LazyFrame, buckets: int) -> pl.DataFrame:
    """Name users by the hash of their pseudonym, which is quicker to compare, and cut them into groups."""
    number = pl.col("user_id").hash()
    return frame.with_columns(number.alias("user_id"), (number % buckets).alias(_BUCKET)).collect()


def _of_bucket(frame: pl.DataFrame, bucket: int) -> pl.LazyFrame:
    return frame.lazy().filter(pl.col(_BUCKET) == bucket).drop(_BUCKET)


def _score_month(resolved: Resolved, scorer: Scorer, folder: Path, sides: Path, month: str) -> None:
    disputes = (
        with_outcome_columns(resolved.rows("disputes", month))
        .with_columns(pl.col("__exported_at").alias("exported_at"))
        .join(recorded_tables(resolved, month), on="dispute_id", how="left", maintain_order="left")
        .collect()
    )
    children = {
        name: mark_counted(resolved.rows(name, month), disputes.lazy(), INPUT_TABLES[name].event_time or "")
        for name in ("evidence", "violations", "messages")
    }
    evidence, violations = (children[name].collect() for name in ("evidence", "violations"))
    messages = _score_words(children["messages"].collect(), scorer)
    users = _sides_of(sides / month)
    parts = {
        "evidence": score_evidence(evidence.lazy(), disputes.lazy(), scorer.weights.evidence),
        "rules": score_rules(violations.lazy(), disputes.lazy(), scorer.weights.rules),
        "tone": score_tone_parts(messages.lazy(), scorer.tone),
        "reputation": pivot_sides(users, disputes.lazy()),
    }
    wide = {factor: frame.collect() for factor, frame in parts.items()}
    extra = resolved.ledger.extra_factors
    scores = factor_scores(
        _with_numbers(disputes.lazy(), resolved),
        {factor: frame.lazy() for factor, frame in wide.items()},
        scorer.weights,
        {factor.name: factor.column for factor in extra},
    ).collect()
    themes = (
        evidence_facts(evidence.lazy(), disputes.lazy()),
        rule_facts(violations.lazy(), disputes.lazy()),
        tone_facts(wide["tone"].lazy()),
        reputation_facts(users, scorer.weights.facts),
        duration_facts(disputes.lazy()),
    )
    _write(dispute_facts(disputes.lazy(), *themes).collect(), folder, "dispute_facts", month)
    for name, frame in (("disputes", disputes), ("evidence", evidence), ("violations", violations)):
        _write(frame, folder, name, month)
    _write(messages, folder, "messages", month)
    _write(scores.sort("dispute_id"), folder, "factor_scores", month)
    _write(_score_points(disputes, wide), folder, "score_points", month)


def _score_words(messages: pl.DataFrame, scorer: Scorer) -> pl.DataFrame:
    """Score each wording once: much of what is said in disputes is said in the same words.

    Wordings are told apart by a 64-bit hash; among a million of a month two share one with a chance of 3 in 10^8.
    """
    wording = pl.struct("sender", "text").hash().alias(_WORDING)
    hashed = messages.lazy().with_columns(wording)
    each = hashed.select(_WORDING, "sender", "text").unique(_WORDING, keep="any")
    scored = score_messages(each, scorer.lexicon).drop("sender", "text")
    found = hashed.join(scored, on=_WORDING, how="left", maintain_order="left").drop(_WORDING)
    return with_kept_scores(found).collect()


def _with_numbers(disputes: pl.LazyFrame, resolved: Resolved) -> pl.LazyFrame:
    """Read numeric extra factors as numbers; what is not a finite number was not recorded."""
    numeric = [factor.column for factor in resolved.ledger.extra_factors if factor.type == "numeric"]
    numbers = {name: pl.col(name).str.replace_all(",", "").cast(pl.Float64, strict=False) for name in numeric}
    return disputes.with_columns(
        pl.when(number.is_finite()).then(number).alias(name) for name, number in numbers.items()
    )


def _sides_of(folder: Path) -> pl.LazyFrame:
    found = sorted(folder.glob("*.parquet"))
    return pl.scan_parquet(found) if found else _no_sides()


def _no_sides() -> pl.LazyFrame:
    """Return the frame of scored sides without a row, for months in which no user is recorded."""
    parts = {part.name: pl.Int32() for part in REPUTATION_PARTS}
    counts = dict.fromkeys(REPUTATION_COUNTS, pl.Int64())
    return pl.LazyFrame(schema={"dispute_id": pl.String(), "party": pl.String(), **parts, **counts})


def _score_points(disputes: pl.DataFrame, wide: dict[str, pl.DataFrame]) -> pl.DataFrame:
    points = disputes.lazy().select("dispute_id")
    for factor, frame in wide.items():
        columns = [name for name in frame.columns if name != "dispute_id"]
        named = frame.lazy().select(
            "dispute_id", *(pl.col(name).cast(pl.Int16).alias(f"{factor}__{name}") for name in columns)
        )
        points = points.join(named, on="dispute_id", how="left")
    return points.sort("dispute_id").collect()
