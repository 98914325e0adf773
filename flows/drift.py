"""What moved since the release before: the batch against all that was there, and the guard against losing disputes."""

from dataclasses import dataclass

import polars as pl

from flows.errors import RunError
from flows.ingest.ledger import read_deliveries
from flows.publish import HISTORY, folder_in_force
from flows.report.suppression import K, is_small
from flows.scoring import Scored
from flows.settings import Layout
from transforms.ingest.versions import FILE
from transforms.registry import OUTPUT_TABLES
from transforms.statistics.clusters import NO_SELLER, seller_codes
from transforms.statistics.drift import drift_table

#: Compared among all disputes; among those that have ended, because new ones are open more often than old ones; and
#: (the factors) among those with a ruling.
_OF_ALL = ("category", "claim")
_OF_ENDED = ("outcome", "decided_by")
#: How many rows a person is shown at the end of a run.
_MOST_SHOWN = 5


@dataclass(frozen=True)
class Before:
    """What was there before this run.

    Attributes:
        files: Content hashes of the files that the release in force was made from.
        sizes: Disputes in each release so far, the oldest first.
    """

    files: frozenset[str]
    sizes: tuple[int, ...]


def read_before(layout: Layout) -> Before:
    """Read what the release in force was made from; empty before the first."""
    folder = folder_in_force(layout)
    history = folder / HISTORY
    runs = pl.read_parquet(str(history)).sort("finished_at", "run_id") if history.is_file() else None
    sizes = [] if runs is None else runs["n_disputes"].to_list()
    files = frozenset(each.counts_as for each in read_deliveries(folder) if each.status == "loaded")
    return Before(files, tuple(int(size) for size in sizes))


def drift_frame(scored: Scored, levels: pl.DataFrame, bounds: pl.DataFrame, before: Before) -> pl.DataFrame:
    """Compare the disputes of this run's files with those there before.

    Args:
        scored: Where the scored Parquet lies.
        levels: Codes of levels of the ruled disputes.
        bounds: What the codes mean.
        before: What was there before.

    Returns:
        ``meta.drift``; without a row for a first release.
    """
    if not before.files:
        return pl.DataFrame(schema=OUTPUT_TABLES["meta.drift"].polars_schema)
    is_new = ~pl.col(FILE).is_in(before.files).alias("is_new")
    # One that was ruled and has no outcome has ended too: its outcome was not recorded.
    has_ended = pl.col("outcome").is_not_null() | pl.col("ruled_at").is_not_null()
    columns = ("dispute_id", "seller_id", is_new, has_ended.alias("has_ended"), *_OF_ALL, *_OF_ENDED)
    every = pl.scan_parquet(scored.paths("disputes")).select(columns).collect()
    # Numbered once, in the order of their names: three comparisons look at the same sellers.
    sellers = pl.Series("seller_id", seller_codes(every["seller_id"]))
    disputes = every.with_columns(sellers.set(sellers == NO_SELLER, None)).lazy()
    factors = [name for name in levels.columns if name != "dispute_id"]
    named = levels.lazy().select("dispute_id", *(_labels(name, bounds) for name in factors))
    ruled = disputes.select("dispute_id", "seller_id", "is_new").join(named, on="dispute_id")
    volumes = [now - last for last, now in zip((0, *before.sizes), (*before.sizes, every.height), strict=True)]
    frames = {"all": disputes, "ended": disputes.filter("has_ended"), "ruled": ruled}
    return drift_table(frames, {"all": _OF_ALL, "ended": _OF_ENDED, "ruled": factors}, volumes)


def _labels(factor: str, bounds: pl.DataFrame) -> pl.Expr:
    own = bounds.filter(pl.col("factor") == factor)
    labels = dict(zip(own["code"].to_list(), own["level"].to_list(), strict=True))
    return pl.col(factor).cast(pl.Int64).replace_strict(labels, return_dtype=pl.String)


def refuse_loss(before: Before, n_disputes: int, largest_share: float) -> None:
    """Stop a release that has lost disputes.

    Args:
        before: What was there before.
        n_disputes: Disputes in the release that was just built.
        largest_share: Share of the disputes of the release in force that may be gone.

    Raises:
        RunError: More are gone.
    """
    if not before.sizes:
        return
    last = before.sizes[-1]
    if n_disputes < last * (1 - largest_share):
        raise RunError(
            f"this run would leave {n_disputes:,} of {last:,} disputes, and at most {largest_share:.0%} may be lost; "
            "look at what changed in profile or settings, or allow it with --max-lost"
        )


def drift_sentences(drift: pl.DataFrame) -> list[str]:
    """Say what moved, the largest moves first, for the end of a run."""
    moved = drift.filter("is_moved").sort(pl.col("difference_pp").abs(), descending=True, nulls_last=False)
    sentences = [_sentence(row) for row in moved.head(_MOST_SHOWN).iter_rows(named=True)]
    more = moved.height - len(sentences)
    return [*sentences, f"and {more} more in meta.drift"] if more > 0 else sentences


def _sentence(row: dict[str, float | str]) -> str:
    if row["difference_pp"] is None:
        return f"volume: {row['n_now']:,} new disputes are unlike the deliveries before"
    before, now = float(row["share_before"]), float(row["share_now"])
    if is_small(before, int(row["n_before"])) or is_small(now, int(row["n_now"])):
        return f"{row['measure']} {row['value']}: moved; fewer than {K} disputes are on one side, so no figures"
    return (
        f"{row['measure']} {row['value']}: {before:.1%} before, {now:.1%} now "
        f"({float(row['difference_pp']):+.1f} pp, {float(row['ci_low']):.1f} to {float(row['ci_high']):.1f}; "
        f"n = {row['n_now']:,})"
    )
