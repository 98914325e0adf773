"""Prefect's own database below the data directory, made at once instead of by a hundred migrations.

Prefect makes a new database by the migrations of its whole history, more than four seconds of a first run. What they
end in is kept in ``prefect_schema.sql``, written by this module from a database that Prefect made::

    python -m flows.prefect_home

It says for which version of Prefect it holds; with another version, Prefect makes its database itself.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

SCHEMA = Path(__file__).with_name("prefect_schema.sql")
DATABASE = "prefect.db"
_HEAD = "-- The database of Prefect "
_REVISION = "select version_num from alembic_version"
# Where the environment names a database, it is not ours to make.
_ELSEWHERE = ("PREFECT_SERVER_DATABASE_CONNECTION_URL", "PREFECT_API_DATABASE_CONNECTION_URL")
_MIGRATE = """
import asyncio
from prefect.server.database import provide_database_interface
asyncio.run(provide_database_interface().create_db())
"""


def is_ready(home: Path) -> bool:
    """Make Prefect's database if there is none yet, and tell whether it is as this version of Prefect needs it.

    Args:
        home: Prefect's folder.

    Returns:
        Whether the database needs no migration; where this is not known, Prefect has to see to it.
    """
    schema = _schema()
    if schema is None or any(os.environ.get(name) for name in _ELSEWHERE):
        return False
    path = home / DATABASE
    if not path.exists():
        _make(path, schema)
    with closing(sqlite3.connect(":memory:")) as wanted, closing(sqlite3.connect(path)) as there:
        wanted.executescript(schema)
        try:
            return bool(there.execute(_REVISION).fetchall() == wanted.execute(_REVISION).fetchall())
        except sqlite3.DatabaseError:
            return False


def _schema() -> str | None:
    """The statements that make the database, if they are those of the Prefect that is installed."""
    head, _, statements = SCHEMA.read_text(encoding="utf-8").partition("\n")
    return statements if head == _HEAD + version("prefect") else None


def _make(path: Path, schema: str) -> None:
    """Make the database under another name first, so that none is ever there in part."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial)) as made:
        made.executescript(schema)
    partial.rename(path)


def migrated() -> str:
    """Let Prefect make a database, and return the file that is kept of it."""
    with tempfile.TemporaryDirectory() as home:
        environment = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
        subprocess.run([sys.executable, "-c", _MIGRATE], env={**environment, "PREFECT_HOME": home}, check=True)
        with closing(sqlite3.connect(Path(home) / DATABASE)) as there:
            statements = "\n".join(there.iterdump())
    return f"{_HEAD}{version('prefect')}\n{statements}\n"


if __name__ == "__main__":
    SCHEMA.write_text(migrated(), encoding="utf-8")
