"""Which column of the warehouse names a row of which other table; every value of it is there, or null."""

from typing import Final

_DISPUTE = "core.disputes.dispute_id"
_FILE = "meta.files.file_id"
_OF_A_DISPUTE = (
    "evidence", "violations", "messages", "factor_scores", "factor_levels", "score_points", "score_parts",
    "dispute_facts", "dispute_versions",
)  # fmt: skip

#: The column that is referred to, by the column that refers; both as schema, table and column.
REFERENCES: Final = {
    **{f"core.{table}.dispute_id": _DISPUTE for table in _OF_A_DISPUTE},
    "marts.surprising_rulings.dispute_id": _DISPUTE,
    "core.disputes.run_id": "meta.runs.run_id",
    "core.disputes.file_id": _FILE,
    "meta.quarantine.file_id": _FILE,
    "meta.quarantine_rows.file_id": _FILE,
}
