"""What was known of a user at a moment: the latest snapshot before it, and the user's earlier disputes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import polars as pl

from transforms.factors.parts import BOTH

USER: Final = {"buyer": "buyer_id", "seller": "seller_id"}
LATELY: Final = timedelta(days=90)
YEAR: Final = timedelta(days=365)
# How far an outcome speaks against the side, in halves: a claim turned down; a dispute lost, or lost in part.
_AGAINST: Final[Mapping[str, Mapping[str, int]]] = {
    "buyer": {"seller_wins": 2, "partial": 0, "buyer_wins": 0},
    "seller": {"buyer_wins": 2, "partial": 1, "seller_wins": 0},
}
_COUNTS: Final = ("closed", "ruled", "against")
_WHO: Final = "__who"
#: Place of a snapshot in the reputation table.
SNAPSHOT: Final = "__snapshot"


def reputation_sides(disputes: pl.LazyFrame, carry: tuple[str, ...] = ()) -> pl.LazyFrame:
    """List both sides of every dispute whose user is known.

    Args:
        disputes: One row per dispute with ``dispute_id``, ``buyer_id``, ``seller_id``, ``opened_at``, ``ruled_at`` and
            ``reputation_recorded``.
        carry: Further columns of ``disputes`` to keep (the partition that a row belongs to, say).

    Returns:
        ``dispute_id``, ``party``, ``user_id``, ``known_before`` (only what was known strictly before it counts: the
        opening, or the ruling where the opening was not recorded), ``reputation_recorded`` and ``carry``. Sides without
        a user, or of a dispute without any time, are left out.
    """
    # The earlier of the two, so that not even a dispute with contradictory times sees past its ruling.
    known_before = pl.min_horizontal("opened_at", "ruled_at").alias("known_before")
    sides = [
        disputes.select(
            "dispute_id",
            pl.lit(party).alias("party"),
            pl.col(USER[party]).alias("user_id"),
            known_before,
            "reputation_recorded",
            *carry,
        )
        for party in BOTH
    ]
    return pl.concat(sides).filter(pl.col("user_id").is_not_null(), pl.col("known_before").is_not_null())


def reputation_history(disputes: pl.LazyFrame) -> pl.LazyFrame:
    """List every closed dispute as a fact about each of its users.

    Open disputes (no outcome, or no time of the ruling) are not facts. A ruling is known from ``ruled_at``, but never
    before the dispute was opened: so a dispute whose times contradict each other cannot speak about itself.

    Args:
        disputes: One row per dispute with ``buyer_id``, ``seller_id``, ``opened_at``, ``ruled_at`` and ``outcome``.

    Returns:
        ``user_id``, ``party`` (the role the user had), ``known_at``, and as integers ``closed`` (1), ``ruled`` (1 if
        somebody decided) and ``against`` (0, 1 or 2 halves).
    """
    closed = disputes.filter(pl.col("outcome").is_not_null(), pl.col("ruled_at").is_not_null())
    facts = []
    for party in BOTH:
        against = pl.col("outcome").replace_strict(_AGAINST[party], default=None, return_dtype=pl.Int64)
        facts.append(
            closed.select(
                pl.col(USER[party]).alias("user_id"),
                pl.lit(party).alias("party"),
                pl.max_horizontal("ruled_at", "opened_at").alias("known_at"),
                pl.lit(1, pl.Int64).alias("closed"),
                against.is_not_null().cast(pl.Int64).alias("ruled"),
                against.fill_null(0).alias("against"),
            )
        )
    return pl.concat(facts).filter(pl.col("user_id").is_not_null())


def latest_snapshots(sides: pl.LazyFrame, snapshots: pl.LazyFrame) -> pl.LazyFrame:
    """Add to every side the latest snapshot of its user with ``as_of`` strictly before ``known_before``.

    Args:
        sides: What ``reputation_sides`` returns.
        snapshots: The reputation table; (``user_id``, ``as_of``) is its key.

    Returns:
        The sides with the columns of the snapshot, null where there is none. The order of rows is not kept.
    """
    known = snapshots.with_row_index(SNAPSHOT).drop("user_id")
    placed = pl.concat([sides, latest_places(sides, snapshots)], how="horizontal")
    return placed.join(known, on=SNAPSHOT, how="left").drop(SNAPSHOT)


def latest_places(sides: pl.LazyFrame, snapshots: pl.LazyFrame) -> pl.LazyFrame:
    """Find where the latest snapshot of every side's user stands; the figures are looked up there, not sorted along.

    Args:
        sides: What ``reputation_sides`` returns.
        snapshots: The reputation table; (``user_id``, ``as_of``) is its key.

    Returns:
        ``SNAPSHOT``, the place among ``snapshots`` of the latest strictly before ``known_before``, null where there is
        none; one row per side, in their order.
    """
    moments = sides.select("user_id", "known_before").with_row_index(_WHO).sort("known_before")
    return (
        moments.join_asof(
            snapshots.select("user_id", "as_of").with_row_index(SNAPSHOT).sort("as_of"),
            left_on="known_before",
            right_on="as_of",
            by="user_id",
            strategy="backward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .sort(_WHO)
        .select(SNAPSHOT)
    )


def earlier_disputes(sides: pl.LazyFrame, history: pl.LazyFrame) -> pl.LazyFrame:
    """Count the earlier disputes of each side's user in the same role, as far as they were known.

    Args:
        sides: What ``reputation_sides`` returns.
        history: What ``reputation_history`` returns, of the same users.

    Returns:
        The sides with ``closed`` (at any time before ``known_before``), ``closed_90d`` in the 90 days before it, and
        ``ruled_365d`` and ``against_365d`` in the 365 days before it; 0 where there are none. The order of rows is not
        kept.
    """
    who = ["user_id", "party"]
    # Sorted, so that the codes are the same wherever the plan is run.
    codes = sides.select(who).unique().sort(who).with_row_index(_WHO).cache()
    # Running totals; among rulings of one moment the last row has the total of all of them, whatever their order.
    totals = (
        history.join(codes, on=who)
        .select(_WHO, "known_at", *_COUNTS)
        .sort("known_at")
        .with_columns(pl.col(_COUNTS).cum_sum().over(_WHO))
    )
    found = sides.join(codes, on=who).sort("known_before")
    found = _add_totals(found, totals, pl.col("known_before"), _COUNTS, "")
    found = _add_totals(found, totals, pl.col("known_before") - LATELY, ("closed",), "_90d")
    found = _add_totals(found, totals, pl.col("known_before") - YEAR, ("ruled", "against"), "_365d")
    # What lies in a window is the total up to now less the total up to its start.
    return found.with_columns(
        (pl.col("closed") - pl.col("closed_90d")).alias("closed_90d"),
        (pl.col("ruled") - pl.col("ruled_365d")).alias("ruled_365d"),
        (pl.col("against") - pl.col("against_365d")).alias("against_365d"),
    ).drop(_WHO, "ruled", "against")


def _add_totals(
    sides: pl.LazyFrame, totals: pl.LazyFrame, moment: pl.Expr, counts: tuple[str, ...], suffix: str
) -> pl.LazyFrame:
    """Add totals of the user strictly before a moment that comes later from row to row."""
    names = {name: f"{name}{suffix}" for name in counts}
    return (
        sides.with_columns(moment.alias("__moment"))
        .join_asof(
            totals.select(_WHO, pl.col("known_at").alias("__known_at"), *counts).rename(names),
            left_on="__moment",
            right_on="__known_at",
            by=_WHO,
            strategy="backward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .with_columns(pl.col(name).fill_null(0) for name in names.values())
        .drop("__moment", "__known_at", strict=False)
    )


def mark_snapshots(snapshots: pl.LazyFrame, places: pl.Series) -> pl.LazyFrame:
    """Mark the snapshots that enter a score: those that are the latest before the moment of some side of their user.

    Args:
        snapshots: The reputation table.
        places: What ``latest_places`` returns for all sides of the same users.

    Returns:
        ``snapshots`` in their order with the boolean ``counted``, never null.
    """
    used = places.drop_nulls().unique().implode()
    return snapshots.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).is_in(used).alias("counted"))
