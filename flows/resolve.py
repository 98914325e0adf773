"""From everything that was staged to the rows in force: versions, references, and what was recorded for whom."""

from collections.abc import Collection
from dataclasses import dataclass, field

import polars as pl

from flows.ingest.ledger import Ledger, StagedFile, staged_folder
from flows.ingest.run import known_homes
from flows.ingest.staging import HOMES_SCHEMA
from flows.settings import Layout
from transforms.ingest.parse import ROW
from transforms.ingest.partition import HOME, ORPHANS
from transforms.ingest.versions import FATE, FILE, SEQUENCE, fates, key_hashes, rows_of_suspects, suspects
from transforms.privacy.removal import KEPT_SCHEMA
from transforms.registry import INPUT_TABLES, Table

CHILDREN = ("evidence", "violations", "messages")
_EXCLUDED_SCHEMA: dict[str, pl.DataType] = {
    FILE: pl.String(),
    ROW: pl.Int64(),
    FATE: pl.String(),
    HOME: pl.String(),
}


@dataclass(frozen=True)
class Resolved:
    """The rows in force.

    Attributes:
        ledger: Everything delivered.
        layout: The data directory.
        excluded: Rows that are not in force, by table: ``__file``, ``__row``, ``__fate``, ``__home``.
        adopted: Rows whose dispute arrived after them, by table: ``__file``, ``__row``, ``__home``.
        orphans: Rows whose dispute has not arrived, by table: ``__file``, ``__row``, ``dispute_id``.
    """

    ledger: Ledger
    layout: Layout
    excluded: dict[str, pl.DataFrame] = field(default_factory=dict)
    adopted: dict[str, pl.DataFrame] = field(default_factory=dict)
    orphans: dict[str, pl.DataFrame] = field(default_factory=dict)

    @property
    def months(self) -> tuple[str, ...]:
        """Home months of all disputes, in order."""
        return tuple(sorted({month for file in self.ledger.of_table("disputes") for month in file.months}))

    def months_of(self, table: str) -> tuple[str, ...]:
        """Return the months under which rows of a table are filed, in order; rows that wait have none."""
        filed = {month for file in self.ledger.of_table(table) for month in file.months if month != ORPHANS}
        adopted = self.adopted.get(table)
        return tuple(sorted(filed | set(adopted[HOME] if adopted is not None else ())))

    def of_month(self, month: str) -> "Resolved":
        """Return what is needed for the rows of one month, and no more."""
        excluded = {table: frame.filter(pl.col(HOME) == month) for table, frame in self.excluded.items()}
        adopted = {table: frame.filter(pl.col(HOME) == month) for table, frame in self.adopted.items()}
        return Resolved(self.ledger, self.layout, excluded, adopted)

    def of_tables(self, *tables: str) -> "Resolved":
        """Return what is needed for the rows of some tables, and no more."""
        excluded, adopted = (
            {table: frame for table, frame in frames.items() if table in tables}
            for frames in (self.excluded, self.adopted)
        )
        return Resolved(self.ledger, self.layout, excluded, adopted)

    def n_staged(self, table: str, month: str | None = None) -> int:
        """Count the rows filed under one month or all, whether in force or not, as the files say in their footers."""
        return int(self._scan(table, self.paths(table, month)).select(pl.len()).collect().item())

    def n_in_force(self, table: str) -> int:
        """Count the rows in force: those filed and adopted, without those that were replaced."""
        adopted, excluded = (_of_home(frames.get(table), None).height for frames in (self.adopted, self.excluded))
        return self.n_staged(table) + adopted - excluded

    def paths(self, table: str, month: str | None = None) -> list[str]:
        """Return the Parquet files of a table, of one month or of all, without those of orphans."""
        return [
            str(staged_folder(self.layout, table, file.file_id) / f"month={each}" / "*.parquet")
            for file in self.ledger.of_table(table)
            for each in file.months
            if each == month or (month is None and each != ORPHANS)
        ]

    def rows(self, table: str, month: str | None = None) -> pl.LazyFrame:
        """Return the rows of a table that are in force, filed under one month or all.

        Args:
            table: Name of the table.
            month: Home month, or None for all.

        Returns:
            The contract's columns, the extra factors' columns for disputes, ``__row`` and ``__file``, in order of
            delivery.
        """
        found = self._scan(table, self.paths(table, month))
        adopted = _of_home(self.adopted.get(table), month)
        if adopted.height:
            waiting = self._scan(table, self.paths(table, ORPHANS))
            found = pl.concat([found, waiting.join(adopted.lazy(), on=[FILE, ROW], how="semi")])
        excluded = _of_home(self.excluded.get(table), month)
        if excluded.height:
            found = found.join(excluded.lazy(), on=[FILE, ROW], how="anti", maintain_order="left")
        return found

    def all_versions(self, table: str, month: str | None = None) -> pl.LazyFrame:
        """Return the rows of a table filed under one month or all, whether in force or not."""
        return self._scan(table, self.paths(table, month))

    def rows_of_files(self, table: str, file_ids: Collection[str]) -> pl.LazyFrame:
        """Return all rows that were staged of some files of a table, whether in force or not."""
        files = [file for file in self.ledger.of_table(table) if file.file_id in file_ids]
        return self._scan(
            table,
            [
                str(staged_folder(self.layout, table, file.file_id) / f"month={each}" / "*.parquet")
                for file in files
                for each in file.months
            ],
        )

    def _scan(self, table: str, paths: list[str]) -> pl.LazyFrame:
        schema = staged_schema(INPUT_TABLES[table], self.ledger)
        if not paths:
            return pl.LazyFrame(schema=schema)
        found = pl.scan_parquet(paths, schema=schema, missing_columns="insert", extra_columns="ignore", glob=True)
        return _with_delivery_time(found, self.ledger) if table == "disputes" else found


def _of_home(rows: pl.DataFrame | None, month: str | None) -> pl.DataFrame:
    """Keep the rows filed under one month, or all."""
    if rows is None:
        return pl.DataFrame()
    return rows if month is None else rows.filter(pl.col(HOME) == month)


def staged_schema(table: Table, ledger: Ledger) -> dict[str, pl.DataType]:
    """Return the columns that are read back from staged Parquet."""
    extra = [factor.column for factor in ledger.extra_factors] if table.name == "disputes" else []
    kept = KEPT_SCHEMA if table.name == "messages" else {}
    return {**table.polars_schema, **dict.fromkeys(extra, pl.String()), **kept, ROW: pl.Int64(), FILE: pl.String()}


def _with_delivery_time(disputes: pl.LazyFrame, ledger: Ledger) -> pl.LazyFrame:
    times = {file.file_id: file.delivered_at for file in ledger.of_table("disputes")}
    delivered = pl.col(FILE).replace_strict(times, default=None, return_dtype=pl.String).str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%:z", time_unit="us", time_zone="UTC"
    )  # fmt: skip
    return disputes.with_columns(pl.coalesce("exported_at", delivered).alias("__exported_at"))


def resolve(ledger: Ledger, layout: Layout) -> Resolved:
    """Find the rows in force.

    Args:
        ledger: Everything delivered.
        layout: The data directory.

    Returns:
        The rows in force.
    """
    first = Resolved(ledger, layout)
    homes = known_homes(ledger, layout)
    adopted: dict[str, pl.DataFrame] = {}
    orphans: dict[str, pl.DataFrame] = {}
    for table in CHILDREN:
        waiting = first.all_versions(table, ORPHANS).select("dispute_id", FILE, ROW).collect()
        of_waiting = _homes_of(waiting, homes)
        adopted[table] = waiting.join(of_waiting, on="dispute_id", how="inner").select(FILE, ROW, HOME)
        orphans[table] = waiting.join(of_waiting, on="dispute_id", how="anti").sort(FILE, ROW)
    with_adopted = Resolved(ledger, layout, adopted=adopted, orphans=orphans)
    excluded = {name: _not_in_force(with_adopted, table) for name, table in INPUT_TABLES.items()}
    return Resolved(ledger, layout, excluded, adopted, orphans)


def _homes_of(waiting: pl.DataFrame, homes: pl.LazyFrame) -> pl.DataFrame:
    """Find the homes of disputes that rows wait for; all homes are looked through only if there are such rows."""
    if waiting.is_empty():
        return pl.DataFrame(schema=HOMES_SCHEMA)
    wanted = waiting.lazy().unique("dispute_id")
    return homes.join(wanted, on="dispute_id", how="semi").collect(engine="streaming")


def _not_in_force(resolved: Resolved, table: Table) -> pl.DataFrame:
    rows = resolved.rows(table.name)
    # Streamed: of a hundred million messages only the hashes of their keys, then only the rows in doubt, are in memory.
    keys = key_hashes(rows.select(table.key), table).collect(engine="streaming")
    hashes = suspects(keys.lazy()).collect()
    if hashes.is_empty():
        return pl.DataFrame(schema=_EXCLUDED_SCHEMA)
    # Two messages whose texts were removed say the same only if the same was found in them.
    known = {*table.column_names, ROW, FILE}
    extra = tuple(name for name in staged_schema(table, resolved.ledger) if name not in known)
    order = resolved.ledger.sequence()
    by_month = [
        rows_of_suspects(resolved.rows(table.name, month), hashes.lazy(), table).with_columns(
            pl.col(FILE).replace_strict(order, return_dtype=pl.Int64).alias(SEQUENCE), pl.lit(month).alias(HOME)
        )
        for month in resolved.months_of(table.name)
    ]
    numbered = pl.concat(by_month).collect(engine="streaming")
    not_in_force = fates(numbered.lazy(), table, extra).collect()
    return not_in_force.join(numbered.select(FILE, ROW, HOME), on=[FILE, ROW], how="left", maintain_order="left")


def recorded_files(resolved: Resolved, month: str) -> dict[str, frozenset[str]]:
    """Tell for which files of disputes each table was recorded.

    A table is recorded for a dispute if a batch that brought the dispute has it. A batch without disputes brings its
    tables for the disputes of the months that it touches.

    Args:
        resolved: The rows in force.
        month: Home month.

    Returns:
        For each table other than that of the disputes the files, of those with disputes of the month.
    """
    ledger = resolved.ledger
    batches: dict[str, set[str]] = {}
    for delivery in ledger.deliveries:
        if delivery.counts_as in ledger.staged:
            batches.setdefault(delivery.batch, set()).add(delivery.table)
    here = frozenset(file.file_id for file in ledger.of_table("disputes") if month in file.months)
    return {table: _recorded(table, batches, ledger, month, here) for table in INPUT_TABLES if table != "disputes"}


def _recorded(
    table: str, batches: dict[str, set[str]], ledger: Ledger, month: str, here: frozenset[str]
) -> frozenset[str]:
    companions = {batch for batch, tables in batches.items() if table in tables and "disputes" not in tables}
    alone = [file for file in ledger.of_table(table) if file.batch in companions]
    if any(_touches(file, month) for file in alone):
        return here
    with_table = {batch for batch, tables in batches.items() if table in tables}
    return here & {each.counts_as for each in ledger.deliveries if each.batch in with_table}


def _touches(file: StagedFile, month: str) -> bool:
    # Reputation is filed by its own date, and speaks of users of all months.
    return file.table == "reputation" or month in file.months


def with_recorded_tables(disputes: pl.LazyFrame, resolved: Resolved, month: str) -> pl.LazyFrame:
    """Add to disputes which tables were recorded for them, by any file that brought a version of them.

    Args:
        disputes: Disputes in force of the month.
        resolved: The rows in force.
        month: Home month.

    Returns:
        The disputes in their order with ``<table>_recorded`` for evidence, violations, messages and reputation.
    """
    recorded = recorded_files(resolved, month)
    here = frozenset(file.file_id for file in resolved.ledger.of_table("disputes") if month in file.months)
    doubtful = {table: files for table, files in recorded.items() if files and files != here}
    if doubtful:
        flags = [pl.col(FILE).is_in(sorted(files)).alias(f"{table}_recorded") for table, files in doubtful.items()]
        versions = resolved.all_versions("disputes", month).select("dispute_id", *flags)
        found = versions.group_by("dispute_id").agg(pl.all().any())
        disputes = disputes.join(found, on="dispute_id", how="left", maintain_order="left")
    same = [pl.lit(bool(files)).alias(f"{name}_recorded") for name, files in recorded.items() if name not in doubtful]
    return disputes.with_columns(same).select(
        pl.exclude(*(f"{table}_recorded" for table in recorded)), *(f"{table}_recorded" for table in recorded)
    )
