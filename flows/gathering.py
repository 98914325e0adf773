"""What the statistics read of disputes, side by side in files, ruled disputes in the order of their sellers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from flows.scoring import Scored
from flows.storage import Place
from transforms.claims.columns import IDENTIFIERS
from transforms.claims.own_parts import without_own_parts
from transforms.ingest.partition import month_of

#: About so many disputes are put in order at once, so that memory does not grow with their number.
MOST_SORTED = 500_000
#: Tables that have a file each for the same disputes.
_TABLES = ("disputes", "factor_scores", "dispute_facts", "score_points")
#: What the statistics use of a dispute beside its scores and facts.
_CONTEXT = (
    "outcome", "refund_ratio", "seller_id", "buyer_id", "category", "claim", "item_price_cny", "decided_by",
    "decider_id", "opened_at", "ruled_at", "paid_on_platform", "applied_in_window", "negotiated_first",
    "shipped_on_time",
)  # fmt: skip
#: The same for all disputes, ruled or not, of whom only the time that they take is looked at; ``_HOURS`` are facts.
_OF_ALL = ("outcome", "ruled_at", "seller_id", "category", "claim", "item_price_cny", "decided_by")
_HOURS = ("hours_to_close", "is_closed_by_ruling")
#: Numbers for identifiers have so many bits.
_BITS = 64
_PART = "part of its seller"


@dataclass(frozen=True)
class Gathered:
    """Files of what the statistics read.

    Attributes:
        ruled: Ruled disputes with their context, scores and facts, by the number of their seller, those of nobody
            first, and that of their own; ``dispute_id`` and ``seller_id`` are numbers, the identifier is ``dispute``.
        all: All disputes, ruled or not, with what the time that they take goes with.
    """

    ruled: tuple[str, ...]
    all: tuple[str, ...]


def gather(scored: Scored, folder: Place) -> Gathered:
    """Put side by side what the statistics read, and leave it on disk.

    One piece after another, so that no more than one is in memory; each statistic then reads only its own columns.
    Numbers for identifiers take a fifth of the memory; they depend on nothing but the identifier. Ruled disputes are
    put in the order of these numbers once, because all models want them seller by seller.

    Args:
        scored: Where the scored Parquet lies.
        folder: An empty folder for the files.
    """
    n = pl.scan_parquet(scored.paths("disputes")).select(pl.len()).collect().item()
    dealt = _Dealt(folder, int(n // MOST_SORTED).bit_length())
    every: list[str] = []
    for number, paths in enumerate(zip(*(scored.paths(table) for table in _TABLES), strict=True)):
        disputes, scores, facts, points = (pl.scan_parquet(path) for path in paths)
        context = disputes.select("dispute_id", "is_ruled", *dict.fromkeys((*_CONTEXT, *_OF_ALL)))
        read = pl.collect_all([context, scores, facts, without_own_parts(points)])
        month = month_of(pl.coalesce("ruled_at", "opened_at")).alias("month")
        rows = _side_by_side([read[0].select("dispute_id", "is_ruled", *_CONTEXT, month), *read[1:]])
        dealt.add(rows.filter("is_ruled").drop("is_ruled").pipe(_numbered), number)
        ends = read[0].select("dispute_id", *_OF_ALL, month_of(pl.col("opened_at")).alias("month"))
        timed = _side_by_side([ends, read[2].select("dispute_id", *_HOURS), read[1]])
        every.append(str(folder / f"all-{number:06}.parquet"))
        timed.pipe(_numbered).write_parquet(every[-1], compression="lz4")
    return Gathered(dealt.in_order(), tuple(every))


def _side_by_side(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Join frames on the identifier; they have the same rows in the same order as a rule."""
    first, *others = frames
    if all(frame["dispute_id"].equals(first["dispute_id"]) for frame in others):
        return pl.concat([first, *(frame.drop("dispute_id") for frame in others)], how="horizontal")
    for frame in others:
        first = first.join(frame, on="dispute_id", how="left", maintain_order="left")
    return first


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Numbers in place of identifiers; that of the dispute stays as ``dispute``."""
    names = [name for name in IDENTIFIERS if name in rows.columns]
    numbers = [pl.when(pl.col(name).is_not_null()).then(pl.col(name).hash(seed=0)).alias(name) for name in names]
    return rows.with_columns(pl.col("dispute_id").alias("dispute"), *numbers)


@dataclass(frozen=True)
class _Dealt:
    """Rows dealt to parts by the number of their seller, so that no more than one part is sorted at a time.

    Attributes:
        folder: Where the files are.
        bits: There are two to the power of so many parts.
        files: Files of the rows of each part, as they came.
        rows: The rows themselves, where there is one part only.
    """

    folder: Place
    bits: int
    files: dict[int, list[Place]] = field(default_factory=dict)
    rows: list[pl.DataFrame] = field(default_factory=list)

    def add(self, rows: pl.DataFrame, number: int) -> None:
        """Deal the rows of a piece."""
        if not self.bits:
            self.rows.append(rows)
            return
        part = pl.col("seller_id").fill_null(0) // 2 ** (_BITS - self.bits)
        dealt = rows.with_columns(part.alias(_PART)).partition_by(_PART, as_dict=True, include_key=False)
        for (place,), own in (dealt or {(0,): rows}).items():
            file = self.folder / f"part-{place}-{number:06}.parquet"
            own.write_parquet(str(file), compression="uncompressed", statistics=False)
            self.files.setdefault(int(place), []).append(file)

    def in_order(self) -> tuple[str, ...]:
        """Put the rows of each part in the order of sellers, those of nobody first, and disputes."""
        if not self.bits:
            return (self._sorted(0, pl.concat(self.rows)),)
        found = []
        for place in sorted(self.files):
            rows = pl.read_parquet([str(file) for file in self.files[place]])
            # pieces without any ruling were dealt somewhere
            if rows.height or len(self.files) == 1:
                found.append(self._sorted(place, rows))
            for file in self.files[place]:
                file.unlink()
        return tuple(found)

    def _sorted(self, place: int, rows: pl.DataFrame) -> str:
        file = str(self.folder / f"ruled-{place:06}.parquet")
        ordered = rows.sort("seller_id", "dispute_id", nulls_last=False)
        ordered.write_parquet(file, compression="lz4", statistics=False)
        return file
