"""The parts of ``docs/`` that are made from the code: ``make docs``."""

import tempfile
from pathlib import Path

from flows.query import SavedQuery, run_query, saved_queries
from flows.settings import Layout
from transforms.registry import INPUT_TABLES, OUTPUT_TABLES, Column, Table
from transforms.registry.references import REFERENCES

DOCS = Path(__file__).parents[1] / "docs"
DICTIONARY = "data-dictionary.md"
GUIDE = "ten-questions.md"
#: In the order of the guide; the other saved queries are found by ``rulings query``.
GUIDE_QUERIES = (
    "who-wins", "what-goes-with-winning", "levels-of-a-factor", "claims", "money", "deciders", "hostile-words",
    "one-dispute", "late-facts", "rows-set-aside",
)  # fmt: skip
_SAMPLE_DISPUTES = 3_000
_SAMPLE_SEED = 7


def data_dictionary() -> str:
    """Describe every table that comes in and goes out, as Markdown; made from the registry."""
    parts = [
        "# Data dictionary",
        "Made from the registry by `make docs`. In the database the same is in `meta.columns` and in the comments.",
        "## What goes out",
        *(_described(table) for table in OUTPUT_TABLES.values()),
        "## What comes in",
        *(_described(table) for table in INPUT_TABLES.values()),
    ]
    return "\n\n".join(parts) + "\n"


def _described(table: Table) -> str:
    name = table.full_name if table.full_name in OUTPUT_TABLES else table.name
    head = (
        f"### {name}\n\n{table.label.en}. {table.label.zh}。 Key: {', '.join(f'`{column}`' for column in table.key)}."
    )
    more = "\n\nFurther columns depend on the profile or on the weights." if table.is_open else ""
    rows = [
        "| column | type | meaning | 含义 |",
        "|---|---|---|---|",
        *(_row(table, column) for column in table.columns),
    ]
    return f"{head}{more}\n\n" + "\n".join(rows)


def _row(table: Table, column: Column) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    values = f": {', '.join(column.enumeration.labels)}" if column.enumeration else ""
    refers_to = REFERENCES.get(f"{table.full_name}.{column.name}")
    to = f"; refers to `{refers_to}`" if refers_to else ""
    return f"| `{column.name}` | {column.kind.duckdb} | {column.label.en}{unit}{values}{to} | {column.label.zh} |"


def guide(layout: Layout) -> str:
    """Answer the questions of the guide from a release, as Markdown.

    Args:
        layout: The data directory with the release.
    """
    queries = {query.name: query for query in saved_queries()}
    parts = [
        "# Ten questions, ten queries",
        f"Answers of a simulated export (`rulings sample --disputes {_SAMPLE_DISPUTES} --seed {_SAMPLE_SEED}`), made "
        "by `make docs`. Each runs by its name, `rulings query who-wins`, and in any tool that opens the database.",
        *(_answered(place, queries[name], layout) for place, name in enumerate(GUIDE_QUERIES, start=1)),
    ]
    return "\n\n".join(parts) + "\n"


def _answered(place: int, query: SavedQuery, layout: Layout) -> str:
    answer = run_query(layout, query.sql, "markdown")
    shown = answer.splitlines()
    most = 14
    cut = "\n\n…" if len(shown) > most else ""
    return (
        f"## {place}. {query.question_en}\n\n{query.question_zh} `rulings query {query.name}`\n\n"
        f"```sql\n{query.sql.strip()}\n```\n\n" + "\n".join(shown[:most]) + f"{cut}\n\n{query.look_at_en}"
    )


def main() -> None:
    """Write the files anew."""
    from flows.run import run  # noqa: PLC0415 - takes seconds to load
    from flows.sample import write_sample  # noqa: PLC0415
    from flows.settings import make_settings  # noqa: PLC0415

    (DOCS / DICTIONARY).write_text(data_dictionary(), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        write_sample(data / "inbox" / "sample", _SAMPLE_DISPUTES, _SAMPLE_SEED)
        run(make_settings(data, None, None))
        (DOCS / GUIDE).write_text(guide(Layout(data)), encoding="utf-8")


if __name__ == "__main__":
    main()
