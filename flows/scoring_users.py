"""Reputation of all sides, ahead of the scoring of pieces: a user's past does not end with a month.

Users are cut into groups by a hash instead; each group is read and scored by itself, so memory does not grow with the
number of users: one after another on one machine, each by a worker of a cluster.
"""

from functools import partial

import polars as pl

from flows.configuration import Scorer
from flows.executor import Executor, Threads
from flows.files import listed
from flows.forgotten import kept_sides, read_forgotten
from flows.resolve import Resolved, with_recorded_tables
from flows.storage import Place
from transforms.factors.history import latest_places, mark_snapshots, reputation_history, reputation_sides
from transforms.factors.reputation import COUNTS, PARTS, score_seen
from transforms.ingest.parse import ROW
from transforms.ingest.partition import HOME
from transforms.ingest.versions import FILE

#: What reputation needs to know of a dispute.
REPUTATION_COLUMNS = ("dispute_id", "buyer_id", "seller_id", "opened_at", "ruled_at", "outcome")
#: Users are cut into so many groups that each has at most about this many sides of disputes.
SIDES_PER_GROUP = 2_000_000
# Rows in a row group of DuckDB: groups of another size are written twice, when they are loaded and at the checkpoint.
_ROW_GROUP = 122_880
_PSEUDONYM = "__pseudonym"


def score_users(
    resolved: Resolved,
    scorer: Scorer,
    folders: tuple[Place, Place],
    executor: Executor | None = None,
    sides_per_group: int = SIDES_PER_GROUP,
) -> None:
    """Score the reputation of all sides, group of users by group of users, and file it by home month.

    Args:
        resolved: The rows in force.
        scorer: Weights and word lists.
        folders: Two empty folders: for scored sides, one folder a month; for snapshots of reputation and whether they
            count.
        executor: Where groups are scored; one after another by default.
        sides_per_group: Sides that a group has at most, about.
    """
    needed = resolved.of_tables("disputes", "reputation")
    _write_forgotten(needed, folders[0])
    groups = 1 + 2 * resolved.n_staged("disputes") // sides_per_group
    work = partial(_score_group, resolved=needed, scorer=scorer, folders=folders)
    (executor or Threads(1)).start("score_users", work, [(group, groups) for group in range(groups)])()


def sides_of(folder: Place, month: str) -> pl.LazyFrame:
    """Return the scored sides of the disputes of a month."""
    found = [str(path) for path in listed(folder / month, "*.parquet")]
    return pl.scan_parquet(found) if found else _no_sides()


def _all_disputes(resolved: Resolved) -> pl.LazyFrame:
    home = pl.Enum(resolved.months)
    months = [
        with_recorded_tables(resolved.rows("disputes", month), resolved, month).select(
            *REPUTATION_COLUMNS, "reputation_recorded", pl.lit(month, home).alias(HOME)
        )
        for month in resolved.months
    ]
    return pl.concat(months)


def _write_forgotten(resolved: Resolved, sides: Place) -> None:
    """File what was kept of forgotten users' reputation."""
    forgotten = read_forgotten(resolved.layout)
    if forgotten.sides.is_empty():
        return
    named = _all_disputes(resolved).join(forgotten.sides.lazy(), on="dispute_id", how="semi")
    theirs = named.collect(engine="streaming")
    for (home,), part in kept_sides(forgotten, theirs).partition_by(HOME, as_dict=True).items():
        _write(part.select(_no_sides().collect_schema().names()), sides / str(home), "forgotten")


def _score_group(group: tuple[int, int], resolved: Resolved, scorer: Scorer, folders: tuple[Place, Place]) -> None:
    disputes, (sides, snapshots) = _all_disputes(resolved), folders
    users = (pl.col(user).hash() % group[1] == group[0] for user in ("buyer_id", "seller_id"))
    concerned = (disputes if group[1] == 1 else disputes.filter(pl.any_horizontal(*users))).collect(engine="streaming")
    own = _of_group(reputation_sides(concerned.lazy(), (HOME,)), group).collect()
    past = _of_group(reputation_history(concerned.lazy()), group)
    rows = resolved.rows("reputation").with_columns(pl.col("user_id").alias(_PSEUDONYM))
    known = _of_group(rows, group).collect(engine="streaming")
    places = latest_places(own.lazy(), known.lazy()).collect().to_series()
    seen = own.hstack(known.drop("user_id", _PSEUDONYM, FILE, ROW)[places])
    scored = score_seen(seen.lazy(), past, scorer.weights.reputation, (HOME,)).collect()
    for (home,), part in scored.partition_by(HOME, as_dict=True, include_key=False).items():
        _write(part, sides / str(home), f"{group[0]:04}")
    marked = mark_snapshots(known.lazy(), places).with_columns(pl.col(_PSEUDONYM).alias("user_id"))
    _write(marked.drop(_PSEUDONYM).collect(), snapshots, f"{group[0]:04}")


def _of_group(frame: pl.LazyFrame, group: tuple[int, int]) -> pl.LazyFrame:
    """Name users by the hash of their pseudonym, which is quicker to compare, and keep one group of them."""
    named = frame.with_columns(pl.col("user_id").hash())
    return named if group[1] == 1 else named.filter(pl.col("user_id") % group[1] == group[0])


def _no_sides() -> pl.LazyFrame:
    """Return the frame of scored sides without a row, for months in which no user is recorded."""
    parts = {part.name: pl.Int32() for part in PARTS}
    counts = dict.fromkeys(COUNTS, pl.Int64())
    return pl.LazyFrame(schema={"dispute_id": pl.String(), "party": pl.String(), **parts, **counts})


def _write(frame: pl.DataFrame, folder: Place, name: str) -> None:
    # Whoever reads it reads all of it, so that statistics would serve nobody.
    frame.write_parquet(
        str(folder / f"{name}.parquet"), compression="lz4", statistics=False, row_group_size=_ROW_GROUP, mkdir=True
    )
