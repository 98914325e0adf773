"""Asking the database in force, read-only."""

import json
import math
from decimal import Decimal
from typing import Any

from flows.errors import RunError, UsageError
from flows.settings import Layout


def require_release(layout: Layout) -> None:
    """Refuse where nothing was published yet.

    Raises:
        RunError: There is no release.
    """
    if not layout.database.exists():
        raise RunError(f"there is no release in {layout.root} yet; run: rulings run")


def run_query(layout: Layout, sql: str, output: str) -> str:
    """Run one statement and lay out its rows.

    Args:
        layout: The data directory.
        sql: One statement; it can neither write nor read other files.
        output: ``table``, ``csv`` or ``json``.

    Returns:
        The rows as text.

    Raises:
        RunError: There is no release.
        UsageError: The statement is not valid.
    """
    import duckdb  # noqa: PLC0415 - takes time to load

    require_release(layout)
    config: dict[str, Any] = {"enable_external_access": False, "autoinstall_known_extensions": False}
    with duckdb.connect(str(layout.database.resolve()), read_only=True, config=config) as connection:
        connection.execute("set timezone = 'Asia/Shanghai'")
        connection.execute("set lock_configuration = true")
        try:
            relation = connection.sql(sql)
            if relation is None:
                return "done; no rows"
            if output == "table":
                return str(relation)
            names, rows = relation.columns, relation.fetchall()
        except duckdb.Error as error:
            raise UsageError(f"the statement cannot be carried out: {error}") from error
    return _csv(names, rows) if output == "csv" else _json(names, rows)


def _json(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    records = [dict(zip(names, map(_finite, row), strict=True)) for row in rows]
    return json.dumps(records, ensure_ascii=False, indent=1, default=_plain, allow_nan=False)


def _finite(value: object) -> object:
    """JSON has no word for what is not a finite number."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)


def _csv(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    import csv  # noqa: PLC0415 - only here
    import io  # noqa: PLC0415 - only here

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue().rstrip("\n")
