"""Opening the database in force so that what is asked of it can do nothing but read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flows.errors import RunError
from flows.publish import database_in_force
from flows.settings import Layout
from transforms.china import TIME_ZONE

if TYPE_CHECKING:
    import duckdb


@contextmanager
def open_release(layout: Layout) -> "Iterator[duckdb.DuckDBPyConnection]":
    """Open the database in force, times as they are in China; a statement can neither write nor read other files.

    Args:
        layout: The data directory.

    Yields:
        The connection.

    Raises:
        RunError: There is no release, or it is not one that this program can read.
        OSError: The file may not be read.
    """
    import duckdb  # noqa: PLC0415 - takes time to load

    database = database_in_force(layout)
    # What DuckDB says of a file that may not be read is not told from what it says of a broken one.
    database.open("rb").close()
    config: dict[str, Any] = {"enable_external_access": False, "autoinstall_known_extensions": False}
    try:
        with duckdb.connect(str(database), read_only=True, config=config) as connection:
            connection.execute(f"set timezone = '{TIME_ZONE}'")
            yield connection
    except duckdb.Error as error:
        cause = " ".join(str(error).split())
        raise RunError(
            f"the release in {layout.root} cannot be read by this version ({cause}); run: rulings run"
        ) from error
