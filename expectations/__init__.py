"""What must hold of the staged tables: one suite per table, run by Great Expectations on DuckDB."""

from expectations.engine import Resources, gate, preload, validate
from expectations.model import (
    Check,
    ExpectationError,
    ExpectationResult,
    Parameters,
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
    "ExpectationError",
    "ExpectationResult",
    "Parameters",
    "Relation",
    "Resources",
    "Severity",
    "Suite",
    "gate",
    "preload",
    "validate",
]
