"""What must hold of the staged tables: one suite per table, run by Great Expectations on DuckDB."""

from expectations.engine import Outcome, Resources, gate, preload, validate, validate_parts
from expectations.model import (
    Check,
    Counts,
    ExpectationError,
    ExpectationResult,
    Parameters,
    Part,
    Relation,
    Severity,
    Suite,
)
from expectations.suites import ALL_SUITES, EXPORT_SUITES, SCORE_SUITES

__all__ = [
    "ALL_SUITES",
    "EXPORT_SUITES",
    "SCORE_SUITES",
    "Check",
    "Counts",
    "ExpectationError",
    "ExpectationResult",
    "Outcome",
    "Parameters",
    "Part",
    "Relation",
    "Resources",
    "Severity",
    "Suite",
    "gate",
    "preload",
    "validate",
    "validate_parts",
]
