"""Asking the database in force, read-only: a statement, or a saved query by its name."""

import difflib
import json
import math
import re
import threading
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.errors import UsageError
from flows.release_connection import open_release
from flows.settings import Layout
from sql import FOLDER

if TYPE_CHECKING:
    import duckdb

QUERIES = FOLDER / "queries"
DEFAULT_SECONDS = 60.0
_NAME = re.compile(r"[\w-]+")
_MARKDOWN = str.maketrans({"|": "\\|", "\n": " ", "\r": " "})


@dataclass(frozen=True)
class SavedQuery:
    """A question with its statement.

    Attributes:
        name: How it is called on the command line.
        question_en: What it answers.
        question_zh: The same in Chinese.
        look_at_en: What to look at in the answer.
        look_at_zh: The same in Chinese.
        sql: The statement.
    """

    name: str
    question_en: str
    question_zh: str
    look_at_en: str
    look_at_zh: str
    sql: str


def saved_queries(folder: Path = QUERIES) -> list[SavedQuery]:
    """Read the saved queries, by name.

    A file begins with comments: the question in English and in Chinese, then what to look at in English and Chinese;
    a comment that goes on is indented.
    """
    return [_read(path) for path in sorted(folder.glob("*.sql"))]


def _read(path: Path) -> SavedQuery:
    lines = path.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("--")]
    texts = "\n".join(head).replace("\n--   ", " ").splitlines()
    question_en, question_zh, look_at_en, look_at_zh = (text.removeprefix("-- ") for text in texts)
    return SavedQuery(path.stem, question_en, question_zh, look_at_en, look_at_zh, "\n".join(lines[len(head) :]))


def list_queries() -> str:
    """Return the names of the saved queries with their questions, as text."""
    queries = saved_queries()
    width = max(len(query.name) for query in queries)
    lines = [f"{query.name:{width}}  {query.question_en} {query.question_zh}" for query in queries]
    return "\n".join([*lines, "Run one: rulings query who-wins. Any SQL does as well, tables are in meta.columns."])


def statement_of(text: str) -> str:
    """Return the statement to run: that of a saved query if its name is given, else the text itself.

    Raises:
        UsageError: No question, or one word that is nearly the name of a saved query.
    """
    if not text.strip():
        raise UsageError("the question is empty; ask one statement, or list the saved ones: rulings query")
    if not _NAME.fullmatch(text.strip()):
        return text
    queries = {query.name: query.sql for query in saved_queries()}
    if text.strip() in queries:
        return queries[text.strip()]
    near = difflib.get_close_matches(text, queries, n=3, cutoff=0.6)
    if near:
        raise UsageError(f"there is no saved query {text}; the closest are {', '.join(near)}. List them: rulings query")
    return text


def run_query(layout: Layout, text: str, output: str, seconds: float = DEFAULT_SECONDS) -> str:
    """Run one statement and lay out its rows.

    Args:
        layout: The data directory.
        text: One statement, or the name of a saved query; it can neither write nor read other files.
        output: ``table``, ``csv``, ``json`` or ``markdown``.
        seconds: After so long the statement is given up.

    Returns:
        The rows as text.

    Raises:
        RunError: There is no release that can be read.
        UsageError: The statement is not valid, or took too long.
    """
    statement = statement_of(text)
    with open_release(layout) as connection:
        connection.execute("set lock_configuration = true")
        return _ask(connection, statement, output, seconds)


def _ask(connection: "duckdb.DuckDBPyConnection", statement: str, output: str, seconds: float) -> str:
    import duckdb  # noqa: PLC0415 - takes time to load

    watch = threading.Timer(seconds, connection.interrupt)
    watch.start()
    try:
        relation = connection.sql(statement)
        if relation is None:
            return "done; no rows"
        if output == "table":
            return str(relation)
        names, rows = relation.columns, relation.fetchall()
    except duckdb.InterruptException as error:
        raise UsageError(f"the statement took longer than {seconds:g} s; ask for less, or set --timeout") from error
    except duckdb.Error as error:
        raise UsageError(f"the statement cannot be carried out: {error}") from error
    finally:
        watch.cancel()
    return {"csv": _csv, "json": _json, "markdown": _markdown}[output](names, rows)


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


def _markdown(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    cells = [names, ["---"] * len(names), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _cell(value: object) -> str:
    return "" if value is None else str(value).translate(_MARKDOWN)
