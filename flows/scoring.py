"""The scoring stage: every piece of the disputes, with all that belongs to it, from staged to scored Parquet.

Reputation comes first and over all months (``flows/scoring_users.py``); after it every piece is scored by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from flows.configuration import Scorer
from flows.executor import executor_of
from flows.files import empty_folder, listed
from flows.pieces import MOST_ROWS, Piece, cut
from flows.progress import listening
from flows.resolve import CHILDREN, Resolved, with_recorded_tables
from flows.scored_cache import is_kept, keep, kept_folder, piece_key
from flows.scoring_users import score_users, sides_of
from flows.settings import Settings
from flows.storage import Place
from transforms.factors.evidence import score_evidence
from transforms.factors.numbers import NUMBER, by_name, by_number
from transforms.factors.reputation import pivot_sides
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
from transforms.outcomes import with_outcome_columns
from transforms.privacy.removal import with_kept_scores
from transforms.registry import INPUT_TABLES
from transforms.tone.messages import score_messages

# Rows in a row group of DuckDB: groups of another size are written twice, when they are loaded and at the checkpoint.
_ROW_GROUP = 122_880
# What is in memory already is scored there: the streaming engine needs a fifth more processor time for a piece.
_ENGINE: Final = "in-memory"
_WORDING = "__wording"
_PLACE = "__place"


@dataclass(frozen=True)
class Scored:
    """Where the scored Parquet of a run lies.

    Attributes:
        pieces: One folder a piece, in order of month, with one file a table.
        snapshots: Folder of the snapshots of reputation, one file a group of users.
        anew: The pieces that this run scored; the others were taken over.
    """

    pieces: tuple[Place, ...]
    snapshots: Place
    anew: tuple[Piece, ...] = ()

    def paths(self, table: str) -> list[str]:
        """Return the files of a table in order."""
        if table == "reputation":
            return [str(path) for path in listed(self.snapshots, "*.parquet")]
        return [str(folder / f"{table}.parquet") for folder in self.pieces]


def score(
    resolved: Resolved, scorer: Scorer, folder: Place, settings: Settings, most_rows: Mapping[str, int] = MOST_ROWS
) -> Scored:
    """Score all disputes; pieces that were scored before, from the same rows in the same way, are taken over.

    Args:
        resolved: The rows in force.
        scorer: Weights and word lists.
        folder: An empty folder for what only this run needs.
        settings: How many pieces are worked on at once, and whether nothing is taken over.
        most_rows: Rows of each table that a piece has at most, about.

    Returns:
        Where the result lies.
    """
    sides, snapshots = empty_folder(folder / "sides"), empty_folder(folder / "snapshots")
    with listening(lambda _: None):
        # of the stage the pieces take most; on one machine a group of users is in memory at a time
        score_users(resolved, scorer, (sides, snapshots), executor_of(settings.executor, threads=1))
    pieces = cut(resolved, most_rows)

    jobs = [_Job(piece, resolved.of_month(piece.month)) for piece in pieces]
    work = partial(_score_and_keep, scorer=scorer, sides=sides, settings=settings)
    done = executor_of(settings.executor, settings.threads).start("score", work, jobs)()
    anew = tuple(piece for piece, (_, is_new) in zip(pieces, done, strict=True) if is_new)
    return Scored(tuple(path for path, _ in done), snapshots, anew)


@dataclass(frozen=True)
class _Job:
    """A piece with the rows in force of its month."""

    piece: Piece
    resolved: Resolved


def _score_and_keep(job: _Job, scorer: Scorer, sides: Place, settings: Settings) -> tuple[Place, bool]:
    """Score a piece unless it is kept; return where it is, and whether it was scored."""
    piece, layout = job.piece, settings.layout
    key = piece_key(piece, job.resolved, scorer, piece.of(sides_of(sides, piece.month)).collect())
    kept = kept_folder(layout, key)
    if is_kept(kept) and not settings.full:
        return kept, False
    keep(score_piece(piece, job.resolved, scorer, sides, empty_folder(layout.work / f"piece-{key}")), kept)
    return kept, True


def score_piece(piece: Piece, resolved: Resolved, scorer: Scorer, sides: Place, folder: Path) -> Path:
    """Score one piece.

    Args:
        piece: Which disputes.
        resolved: The rows in force, of its month or of all.
        scorer: Weights and word lists.
        sides: Folder of scored sides, see ``score_users``.
        folder: Folder for the result, one file a table.

    Returns:
        The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    named = disputes_of(piece, resolved)
    rows = children_of(piece, resolved, named)
    rows["messages"] = score_words(rows["messages"], scorer)
    for table, frame in {"disputes": named, **rows}.items():
        _write(frame.drop(NUMBER), folder, table)
    names, disputes = named["dispute_id"], by_number(named.lazy())
    evidence, violations, messages = (by_number(rows.pop(table).lazy()) for table in CHILDREN)
    users = users_of(piece, sides, named).lazy()
    wide = {
        "evidence": score_evidence(evidence, disputes, scorer.weights.evidence).collect(engine=_ENGINE),
        "rules": score_rules(violations, disputes, scorer.weights.rules).collect(engine=_ENGINE),
        "tone": score_tone_parts(messages, disputes, scorer.tone).collect(engine=_ENGINE),
        "reputation": pivot_sides(users, disputes).collect(engine=_ENGINE),
    }
    del messages
    themes = (
        evidence_facts(evidence, disputes),
        rule_facts(violations, disputes),
        tone_facts(wide["tone"].lazy()),
        reputation_facts(users, scorer.weights.facts),
        duration_facts(disputes),
    )
    results = {
        "dispute_facts": dispute_facts(disputes, *themes),
        "factor_scores": _factor_scores(disputes, wide, resolved, scorer),
        "score_points": _score_points(disputes, wide),
    }
    for table, result in results.items():
        _write(by_name(result.collect(engine=_ENGINE), names), folder, table)
    return folder


def children_of(piece: Piece, resolved: Resolved, disputes: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the rows of each table that belong to numbered disputes, with their number and ``counted``."""
    return {
        name: mark_counted(
            piece.of(resolved.rows(name, piece.month)),
            disputes.lazy(),
            INPUT_TABLES[name].event_time or "",
            carry=(NUMBER,),
        ).collect()
        for name in CHILDREN
    }


def users_of(piece: Piece, sides: Place, disputes: pl.DataFrame) -> pl.DataFrame:
    """Return the scored reputation of the sides of the disputes of a piece, by the number of the dispute."""
    numbers = disputes.lazy().select("dispute_id", NUMBER)
    found = piece.of(sides_of(sides, piece.month)).join(numbers, on="dispute_id")
    return by_number(found).collect()


def _write(frame: pl.DataFrame, folder: Path, table: str) -> None:
    # Speed counts more than size.
    frame.write_parquet(folder / f"{table}.parquet", compression="lz4", row_group_size=_ROW_GROUP)


def disputes_of(piece: Piece, resolved: Resolved) -> pl.DataFrame:
    """Return the disputes in force of a piece, by ``dispute_id``, numbered, with what was recorded for them."""
    disputes = with_outcome_columns(piece.of(resolved.rows("disputes", piece.month))).with_columns(
        pl.col("__exported_at").alias("exported_at")
    )
    return with_recorded_tables(disputes, resolved, piece.month).sort("dispute_id").collect().with_row_index(NUMBER)


def _factor_scores(
    disputes: pl.LazyFrame, wide: dict[str, pl.DataFrame], resolved: Resolved, scorer: Scorer
) -> pl.LazyFrame:
    scores = factor_scores(
        _with_numbers(disputes, resolved),
        {factor: frame.lazy() for factor, frame in wide.items()},
        scorer.weights,
        {factor.name: factor.column for factor in resolved.ledger.extra_factors},
    )
    return scores.sort("dispute_id")


def score_words(messages: pl.DataFrame, scorer: Scorer) -> pl.DataFrame:
    """Score each wording once: much of what is said in disputes is said in the same words.

    Wordings are told apart by a 64-bit hash; among a million of a month two share one with a chance of 3 in 10^8.
    """
    hashes = messages.select(pl.struct("sender", "text").hash().alias(_WORDING))
    first = hashes.to_series().arg_unique()
    each = messages.select("sender", "text")[first]
    scored = score_messages(each.lazy(), scorer.lexicon).drop("sender", "text").collect()
    # Looked up by place: scores are taken by a number, which costs less than to join all of them.
    numbered = hashes[first].with_row_index(_PLACE)
    places = hashes.join(numbered, on=_WORDING, how="left", maintain_order="left").get_column(_PLACE)
    return with_kept_scores(messages.hstack(scored[places]).lazy()).collect(engine=_ENGINE)


def _with_numbers(disputes: pl.LazyFrame, resolved: Resolved) -> pl.LazyFrame:
    """Read numeric extra factors as numbers; what is not a finite number was not recorded."""
    numeric = [factor.column for factor in resolved.ledger.extra_factors if factor.type == "numeric"]
    numbers = {name: pl.col(name).str.replace_all(",", "").cast(pl.Float64, strict=False) for name in numeric}
    return disputes.with_columns(
        pl.when(number.is_finite()).then(number).alias(name) for name, number in numbers.items()
    )


def _score_points(disputes: pl.LazyFrame, wide: dict[str, pl.DataFrame]) -> pl.LazyFrame:
    points = disputes.select("dispute_id")
    for factor, frame in wide.items():
        columns = [name for name in frame.columns if name != "dispute_id"]
        named = frame.lazy().select(
            "dispute_id", *(pl.col(name).cast(pl.Int16).alias(f"{factor}__{name}") for name in columns)
        )
        points = points.join(named, on="dispute_id", how="left")
    return points.sort("dispute_id")
