"""What must hold of the counts of rows that were delivered, loaded and set aside."""

from collections.abc import Mapping

from expectations.model import Check, Severity, Suite
from expectations.rules import STAGING_FAULT, declared_checks, row_rule
from transforms.registry import Label, Table, output_table

_FILES = output_table("meta.files")
COUNTS = ("rows_in", "loaded", "quarantined", "duplicates", "superseded")

TABLE = Table(
    schema="meta",
    name="ingest_counts",
    label=Label("The counts of meta.files, added up by table", "按表汇总的对账"),
    key=("table_name",),
    columns=tuple(_FILES.column(name) for name in ("table_name", *COUNTS)),
)


def counts_view(counts: Mapping[str, Mapping[str, int]]) -> str:
    """SQL select of the table ``ingest_counts``, for ``expectations.validate``.

    Args:
        counts: For each table the five counts of rows, named as in ``meta.files``.
    """
    rows = [f"select '{table}', " + ", ".join(str(int(row[name])) for name in COUNTS) for table, row in counts.items()]
    empty = "select '', " + ", ".join("0" for _ in COUNTS) + " where false"
    columns = ", ".join(f"{name}::{TABLE.column(name).kind.duckdb} as {name}" for name in ("table_name", *COUNTS))
    return f"select {columns} from ({' union all '.join(rows or [empty])}) as c(table_name, {', '.join(COUNTS)})"


def _shares() -> tuple[Check, ...]:
    shows = ("rows_in", "quarantined")
    return (
        row_rule(
            "disputes_mostly_loaded",
            Severity.STOP,
            "only a small part of the delivered disputes was set aside",
            column="quarantined",
            applies="table_name = 'disputes'",
            holds="quarantined <= $quarantine_stop * rows_in",
            shows=shows,
            remedy="Read the reasons with 'rulings check', then correct the export or the profile.",
        ),
        row_rule(
            "few_rows_quarantined",
            Severity.WARN,
            "hardly any delivered row was set aside",
            column="quarantined",
            holds="quarantined <= $quarantine_warn * rows_in",
            shows=shows,
        ),
        row_rule(
            "rows_reconcile",
            Severity.STOP,
            "rows in = loaded + quarantined + duplicates + superseded",
            column="rows_in",
            holds="rows_in = loaded + quarantined + duplicates + superseded",
            shows=COUNTS,
            remedy=STAGING_FAULT,
        ),
    )


def _counts_recorded() -> tuple[Check, ...]:
    return tuple(
        row_rule(
            f"{name}_recorded",
            Severity.STOP,
            f"{name} was counted",
            column=name,
            holds=f"{name} is not null",
            remedy=STAGING_FAULT,
        )
        for name in COUNTS
    )


SUITE = Suite(
    table=TABLE,
    checks=(*declared_checks(TABLE, when_empty=Severity.STOP), *_counts_recorded(), *_shares()),
)
