"""Simulated disputes as the scoring stage leaves them, and all marts made of them, without reading a single text."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import polars as pl

from flows.ingest.ledger import ExtraColumn
from flows.scoring import Scored
from flows.sql_runner import SqlFile, read_sql_files, run_sql_files
from flows.statistics import estimate
from tests.builders import sql_warehouse
from transforms.claims.own_parts import OWN_PARTS, points_column
from transforms.factors.points import SCALE
from transforms.ingest.parse import ROW
from transforms.ingest.versions import FILE
from transforms.registry import INPUT_TABLES, OUTPUT_TABLES
from transforms.registry.enumerations import RULED_OUTCOMES
from transforms.registry.facts import FACTS
from transforms.statistics.reference import sql_parameters

TABLES = ("disputes", "factor_scores", "dispute_facts", "score_points")
#: Tables that a mart counts, and that have no rows here.
FACTS_OF_DISPUTES = ("core.evidence", "core.messages", "core.violations")
REST = "rest"
_SHANGHAI = "Asia/Shanghai"


def with_times(frame: pl.DataFrame, n_deciders: int = 20) -> pl.DataFrame:
    """Add what the marts read of a dispute beside the columns of the claims: when, by whom, and for how much.

    The ruling is in the month that the frame says, three days after the opening.
    """
    place = pl.int_range(pl.len(), dtype=pl.Int64)
    month = pl.col("month").str.strptime(pl.Datetime("us"), "%Y-%m", strict=False)
    ruled = month.dt.replace_time_zone(_SHANGHAI).dt.convert_time_zone("UTC") + pl.duration(hours=100 + place % 500)
    decider = place * 7919 % n_deciders
    return frame.with_columns(
        ruled_at=ruled,
        opened_at=ruled - pl.duration(days=3),
        decided_by=pl.when(decider % 3 == 0).then(pl.lit("jury")).otherwise(pl.lit("agent")),
        decider_id=pl.format("A{}", decider),
        claimed_cny=pl.col("item_price_cny").cast(pl.Decimal(12, 2)),
        hours_to_close=(24.0 + place % 96).cast(pl.Float64),
        is_closed_by_ruling=pl.col("outcome").is_in(RULED_OUTCOMES),
    )


def write_scored(frame: pl.DataFrame, folder: Path, extra: Sequence[ExtraColumn] = (), name: str = "0000") -> Scored:
    """Write disputes as scored Parquet.

    Args:
        frame: One row per dispute with any of the columns of disputes, scores and facts; others are not recorded.
        folder: Where to.
        extra: Extra factors, whose columns ``frame`` has.
        name: Name of the files, of which there may be several.
    """
    types = {
        column: kind for table in ("core.factor_scores", "core.disputes") for column, kind in _types(table).items()
    }
    types |= INPUT_TABLES["disputes"].polars_schema | {fact.name: fact.kind.polars for fact in FACTS}
    whole = frame.with_columns(
        (pl.col(column) if column in frame.columns else pl.lit(None)).cast(kind).alias(column)
        for column, kind in types.items()
    ).with_columns(is_ruled=pl.col("outcome").is_in(RULED_OUTCOMES).fill_null(value=False))
    added = [each.name for each in extra]
    columns = {
        "disputes": [*INPUT_TABLES["disputes"].column_names, "is_ruled", "refund_ratio"],
        "factor_scores": [*_types("core.factor_scores"), *added],
        "dispute_facts": ["dispute_id", *(fact.name for fact in FACTS)],
    }
    frames = {table: whole.select(names) for table, names in columns.items()}
    frames["disputes"] = frames["disputes"].with_columns(pl.lit("f").alias(FILE), pl.int_range(pl.len()).alias(ROW))
    frames["score_points"] = _points(whole)
    for table, each in frames.items():
        path = folder / name / f"{table}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        each.write_parquet(path, compression="lz4")
    return scored_in(folder)


def scored_in(folder: Path) -> Scored:
    """Return the scored pieces that were written into a folder."""
    return Scored(tuple(sorted(path.parent for path in folder.glob("*/disputes.parquet"))), folder / "snapshots")


def _types(table: str) -> dict[str, pl.DataType]:
    return dict(OUTPUT_TABLES[table].polars_schema)


def _points(whole: pl.DataFrame) -> pl.DataFrame:
    """Points of tone and reputation: nothing for the parts that claims are about, the whole score for the rest."""
    columns = []
    for (factor, party), parts in OWN_PARTS.items():
        score = (pl.col(f"{party}_{factor}") * SCALE).round().cast(pl.Int16)
        none = pl.when(score.is_not_null()).then(pl.lit(0, pl.Int16))
        columns += [none.alias(points_column(factor, party, part)) for part in parts]
        columns.append(score.alias(points_column(factor, party, REST)))
    return whole.select("dispute_id", *columns)


def marts_of(scored: Scored, extra: tuple[ExtraColumn, ...] = ()) -> dict[str, pl.DataFrame]:
    """Estimate, and build every table of the schema ``marts``."""
    with TemporaryDirectory() as scratch:
        frames = estimate(scored, extra, Path(scratch))
    with sql_warehouse(**frames) as connection:
        for table in TABLES:
            paths = ", ".join(f"'{path}'" for path in scored.paths(table))
            connection.execute(f"create view scored.main.{table} as select * from read_parquet([{paths}])")
        without_facts(connection)
        run_sql_files(connection, files_of_marts(), {"run_id": "r", **sql_parameters()})
        names = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts' order by 1")
        return {name: connection.sql(f"from marts.{name}").pl() for (name,) in names.fetchall()}


def without_facts(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of facts, empty."""
    for table in FACTS_OF_DISPUTES:
        declared = ", ".join(f"{column.name} {column.kind.duckdb}" for column in OUTPUT_TABLES[table].columns)
        connection.execute(f"create table {table} ({declared})")


def files_of_marts() -> list[SqlFile]:
    """The files of ``sql/marts`` and all that they need, in order; facts of disputes are not made here."""
    files = {file.table: file for file in read_sql_files()}
    wanted, waiting = set[str](), {name for name in files if name.startswith("marts.")}
    while waiting:
        wanted |= waiting
        waiting = {need for name in waiting for need in files[name].needs} - wanted
    return [file for name, file in files.items() if name in wanted and name not in FACTS_OF_DISPUTES]
