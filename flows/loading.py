"""Loading the database of a release: from nothing, or from a copy of the one in force in which less is replaced.

The large tables hold one piece of the disputes after another. Pieces that both releases begin with stay in the copy;
what follows is cut off and appended anew. Every other table is made again from what is there. So a table holds the same
rows in the same order either way.

A copy keeps, in parts of the file that are no longer used, what was cut off. Where staged rows were read again, as they
are when a person is taken out of them, the database is therefore made from nothing.
"""

import json
import shutil
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flows.errors import RunError
from flows.files import write_json_atomically
from flows.ingest.ledger import Ledger
from flows.large_tables import fill_tables
from flows.publish import database_in_force, folder_in_force
from flows.scored_cache import rows_of
from flows.scoring import Scored
from flows.settings import Layout, Settings
from flows.sql_runner import SCHEMAS
from flows.storage import Place, S3Path
from flows.versions import code_version
from flows.warehouse import Sources, add_sources, build_tables, describe_tables, open_warehouse
from transforms.statistics.reference import sql_parameters

CONTENTS = "contents.json"
#: Tables that hold one piece after another, the largest first.
APPENDED = ("messages", "score_points", "evidence", "disputes", "dispute_facts", "violations", "factor_scores")
# As large as some of them, but sorted, so that it is made anew.
_SORTED = "core.reputation"


@dataclass(frozen=True)
class Contents:
    """What the database of a release was made from.

    Attributes:
        made_by: Versions of the program and of DuckDB.
        readings: How each staged file was read.
        factors: Names of the extra factors, which are columns.
        pieces: Key of each piece, in order.
        rows: Rows that each piece has in the tables of `APPENDED`.
        database: Size and time of the file when it was finished, so that one that somebody wrote to since is seen.
    """

    made_by: str
    readings: dict[str, str]
    factors: list[str]
    pieces: list[str]
    rows: list[dict[str, int]]
    database: list[int] = field(default_factory=list)

    def shared(self, before: "Contents | None") -> int:
        """Count the leading pieces that can stay as they are in the database before; 0: nothing can."""
        if before is None or (self.made_by, self.factors) != (before.made_by, before.factors):
            return 0
        if any(self.readings.get(file) != reading for file, reading in before.readings.items()):
            return 0
        same = [mine == other for mine, other in zip(self.pieces, before.pieces, strict=False)]
        return [*same, False].index(False)


def contents_of(scored: Scored, ledger: Ledger) -> Contents:
    """Return what the database of a run is made from."""
    return Contents(
        made_by=f"{code_version()} duckdb {version('duckdb')}",
        readings={file.file_id: file.reading for file in ledger.staged.values()},
        factors=[factor.name for factor in ledger.extra_factors],
        pieces=[folder.name for folder in scored.pieces],
        rows=[{table: rows[table] for table in APPENDED} for rows in map(rows_of, scored.pieces)],
    )


def read_contents(release: Place) -> Contents | None:
    """Read what the database of a release was made from, or None if it does not say so."""
    path = release / CONTENTS
    return Contents(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def load(path: Path, sources: Sources, settings: Settings, run_id: str, contents: Contents) -> int:
    """Build the database of a release, and say beside it what it was made from.

    Args:
        path: The file to make.
        sources: What the SQL files read.
        settings: Memory and threads; the data directory; whether nothing is taken over.
        run_id: The run.
        contents: What it is made from.

    Returns:
        How many pieces were taken over from the release in force.

    Raises:
        RunError: A statement fails, or the rows of a file do not add up.
    """
    shared = 0 if settings.full else _shared_with_release(contents, settings.layout)
    if shared:
        shutil.copyfile(database_in_force(settings.layout), path)
        path.chmod(0o644)
        rest = {name: paths[shared:] for name, paths in sources.parquet.items() if name in APPENDED}
        sources = replace(sources, parquet={**sources.parquet, **rest})
    parameters: dict[str, Any] = {"run_id": run_id, **sql_parameters()}
    with open_warehouse(path, settings, settings.layout.work / "spill") as connection:
        for table in APPENDED if shared else ():
            _cut_off(connection, table, sum(rows[table] for rows in contents.rows[:shared]))
        if shared:
            # Rows that stay are published by this run too; one value for all, so it is written in no time.
            connection.execute("update core.disputes set run_id = $run_id", {"run_id": run_id})
        add_sources(connection, sources)
        filled = [f"core.{name}" for name in APPENDED]
        fill_tables(connection, filled, parameters, settings.threads, anew=(_SORTED,))
        build_tables(connection, SCHEMAS, parameters, there=frozenset((*filled, _SORTED)))
        describe_tables(connection)
        _check_sums(connection)
        _check_rows(connection, contents)
    write_json_atomically(path.with_name(CONTENTS), asdict(replace(contents, database=_state_of(path))))
    return shared


def _shared_with_release(contents: Contents, layout: Layout) -> int:
    """Count the leading pieces that can stay as they are in the database in force."""
    before = read_contents(folder_in_force(layout))
    shared = contents.shared(before)
    # What lies in a bucket cannot be changed, only replaced, and its download has another time.
    if not shared or before is None or isinstance(layout.root, S3Path):
        return shared
    return shared if _state_of(database_in_force(layout)) == before.database else 0


def _state_of(database: Path) -> list[int]:
    state = database.stat()
    return [state.st_size, state.st_mtime_ns]


def _cut_off(connection: Any, table: str, kept: int) -> None:  # noqa: ANN401 - DuckDB is loaded late
    """Remove all rows of a table but the first ones."""
    connection.execute(
        f"delete from core.{table} where rowid >= (select rowid from core.{table} limit 1 offset $kept)", {"kept": kept}
    )


def _check_sums(connection: Any) -> None:  # noqa: ANN401 - DuckDB is loaded late
    wrong = connection.execute(
        "select file, rows_in, loaded, quarantined, duplicates, superseded from meta.files "
        "where rows_in <> loaded + quarantined + duplicates + superseded"
    ).fetchall()
    if wrong:
        file, rows_in, *fates = wrong[0]
        raise RunError(f"the rows of {file} do not add up: {rows_in} in, {' + '.join(map(str, fates))} accounted for")


def _check_rows(connection: Any, contents: Contents) -> None:  # noqa: ANN401 - DuckDB is loaded late
    for table in APPENDED:
        expected = sum(rows[table] for rows in contents.rows)
        (found,) = connection.execute(f"select count(*) from core.{table}").fetchone()
        if found != expected:
            raise RunError(
                f"core.{table} has {found} rows, {expected} were scored; run again with --full, which takes nothing "
                "over from the release before"
            )
