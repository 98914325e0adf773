"""What must hold of the alleged breaches of rules."""

from expectations.model import Severity, Suite
from expectations.rules import DISPUTE_LOOKUP, dated_rows, declared_checks, refers_to_dispute
from transforms.registry import INPUT_TABLES

TABLE = INPUT_TABLES["violations"]

SUITE = Suite(
    table=TABLE,
    checks=(
        *declared_checks(TABLE, when_empty=Severity.WARN, key_is_sliced=True),
        refers_to_dispute(),
        *dated_rows("recorded_at"),
    ),
    lookup=DISPUTE_LOOKUP,
    needs=("dispute_keys",),
)
