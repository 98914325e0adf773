"""From everything that was staged to the rows in force: versions, references, and what was recorded for whom."""

from dataclasses import dataclass, field

import polars as pl

from flows.ingest.ledger import Ledger, StagedFile, staged_folder
from flows.ingest.run import known_homes
from flows.settings import Layout
from transforms.ingest.parse import ROW
from transforms.ingest.partition import HOME, ORPHANS
from transforms.ingest.versions import FILE, SEQUENCE, fates, key_hashes, rows_of_suspects, suspects
from transforms.privacy.removal import KEPT_SCHEMA
from transforms.registry import INPUT_TABLES, Table

CHILDREN = ("evidence", "violations", "messages")


@dataclass(frozen=True)
class Resolved:
    """The rows in force.

    Attributes:
        ledger: Everything delivered.
        layout: The data directory.
        excluded: Rows that are not in force, by table: ``__file``, ``__row``, ``__fate``.
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
        adopted = self.adopted.get(table)
        if adopted is not None and adopted.height:
            here = adopted if month is None else adopted.filter(pl.col(HOME) == month)
            waiting = self._scan(table, self.paths(table, ORPHANS))
            found = pl.concat([found, waiting.join(here.lazy(), on=[FILE, ROW], how="semi")])
        excluded = self.excluded.get(table)
        if excluded is not None and excluded.height:
            found = found.join(excluded.lazy(), on=[FILE, ROW], how="anti", maintain_order="left")
        return found

    def all_versions(self, table: str, month: str | None = None) -> pl.LazyFrame:
        """Return the rows of a table filed under one month or all, whether in force or not."""
        return self._scan(table, self.paths(table, month))

    def _scan(self, table: str, paths: list[str]) -> pl.LazyFrame:
        schema = staged_schema(INPUT_TABLES[table], self.ledger)
        if not paths:
            return pl.LazyFrame(schema=schema)
        found = pl.scan_parquet(paths, schema=schema, missing_columns="insert", extra_columns="ignore", glob=True)
        return _with_delivery_time(found, self.ledger) if table == "disputes" else found


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
        of_waiting = homes.join(waiting.lazy().unique("dispute_id"), on="dispute_id", how="semi").collect(
            engine="streaming"
        )
        adopted[table] = waiting.join(of_waiting, on="dispute_id", how="inner").select(FILE, ROW, HOME)
        orphans[table] = waiting.join(of_waiting, on="dispute_id", how="anti").sort(FILE, ROW)
    with_adopted = Resolved(ledger, layout, adopted=adopted, orphans=orphans)
    excluded = {name: _not_in_force(with_adopted, table) for name, table in INPUT_TABLES.items()}
    return Resolved(ledger, layout, excluded, adopted, orphans)


def _not_in_force(resolved: Resolved, table: Table) -> pl.DataFrame:
    rows = resolved.rows(table.name)
    # Streamed: of a hundred million messages only the hashes of their keys, then only the rows in doubt, are in memory.
    keys = key_hashes(rows.select(table.key), table).collect(engine="streaming")
    hashes = suspects(keys.lazy()).collect()
    if hashes.is_empty():
        return pl.DataFrame(schema={FILE: pl.String(), ROW: pl.Int64(), "__fate": pl.String()})
    # Two messages whose texts were removed say the same only if the same was found in them.
    known = {*table.column_names, ROW, FILE}
    extra = tuple(name for name in staged_schema(table, resolved.ledger) if name not in known)
    order = resolved.ledger.sequence()
    numbered = rows_of_suspects(rows, hashes.lazy(), table).with_columns(
        pl.col(FILE).replace_strict(order, return_dtype=pl.Int64).alias(SEQUENCE)
    )
    return fates(numbered.collect(engine="streaming").lazy(), table, extra).collect()


def recorded_tables(resolved: Resolved, month: str) -> pl.LazyFrame:
    """Tell for each dispute of a month which tables were recorded for it.

    A table is recorded for a dispute if a batch that brought the dispute has it. A batch without disputes brings its
    tables for the disputes of the months that it touches.

    Args:
        resolved: The rows in force.
        month: Home month.

    Returns:
        ``dispute_id`` and ``<table>_recorded`` for evidence, violations, messages and reputation.
    """
    ledger = resolved.ledger
    batches: dict[str, set[str]] = {}
    for delivery in ledger.deliveries:
        if delivery.file_id in ledger.staged:
            batches.setdefault(delivery.batch, set()).add(delivery.table)
    flags = [
        _recorded(table, batches, ledger, month).alias(f"{table}_recorded")
        for table in INPUT_TABLES
        if table != "disputes"
    ]
    versions = resolved.all_versions("disputes", month).select("dispute_id", *flags)
    return versions.group_by("dispute_id").agg(pl.all().any())


def _recorded(table: str, batches: dict[str, set[str]], ledger: Ledger, month: str) -> pl.Expr:
    companions = {batch for batch, tables in batches.items() if table in tables and "disputes" not in tables}
    alone = [file for file in ledger.of_table(table) if file.batch in companions]
    if any(_touches(file, month) for file in alone):
        return pl.lit(value=True)
    with_table = {batch for batch, tables in batches.items() if table in tables}
    files = [each.file_id for each in ledger.deliveries if each.batch in with_table and each.table == "disputes"]
    return pl.col(FILE).is_in(files)


def _touches(file: StagedFile, month: str) -> bool:
    # Reputation is filed by its own date, and speaks of users of all months.
    return file.table == "reputation" or month in file.months
