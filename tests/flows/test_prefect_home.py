"""The database that Prefect finds is the one that it would make."""

import sqlite3
from contextlib import closing
from pathlib import Path

import prefect.server.database
import pytest
from alembic.script import ScriptDirectory

from flows import prefect_home


def _revision(path: Path) -> str:
    with closing(sqlite3.connect(path)) as there:
        return str(there.execute("select version_num from alembic_version").fetchone()[0])


def test_the_database_is_at_the_last_migration_of_the_prefect_that_is_installed(tmp_path: Path) -> None:
    """After an update of Prefect: python -m flows.prefect_home."""
    assert prefect_home.is_ready(tmp_path)
    migrations = Path(prefect.server.database.__file__).parent / "_migrations"
    scripts = ScriptDirectory(str(migrations), version_locations=[str(migrations / "versions" / "sqlite")])
    assert _revision(tmp_path / prefect_home.DATABASE) == scripts.get_current_head()


def test_a_database_of_another_prefect_is_left_to_prefect(tmp_path: Path) -> None:
    assert prefect_home.is_ready(tmp_path)
    with closing(sqlite3.connect(tmp_path / prefect_home.DATABASE)) as there, there:
        there.execute("update alembic_version set version_num = 'another'")
    assert not prefect_home.is_ready(tmp_path)


def test_a_file_that_is_no_database_is_left_to_prefect(tmp_path: Path) -> None:
    (tmp_path / prefect_home.DATABASE).write_text("no database" * 100, encoding="utf-8")
    assert not prefect_home.is_ready(tmp_path)


def test_a_database_elsewhere_is_not_ours_to_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", "postgresql+asyncpg://example.org/prefect")
    assert not prefect_home.is_ready(tmp_path)
    assert list(tmp_path.iterdir()) == []
