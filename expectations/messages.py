"""What must hold of the messages."""

from expectations.model import Check, Severity, Suite
from expectations.rules import DISPUTE_LOOKUP, dated_rows, declared_checks, refers_to_dispute, row_rule
from transforms.registry import INPUT_TABLES

TABLE = INPUT_TABLES["messages"]
# What text looks like that was read in the wrong encoding: the replacement character, the same in UTF-8 read as
# GBK, the comma and full stop of UTF-8 read as GB18030, and runs of Latin-1 letters from either.
BROKEN_TEXT = r"\x{FFFD}|锟斤拷|锛|銆|[\x{80}-\x{FF}]{4,}"
_IN_SLICE = "text is not null and hash(message_id) % $text_slices = 0"


def _texts() -> tuple[Check, ...]:
    return (
        row_rule(
            "text_readable_in_hash_slice",
            Severity.WARN,
            "99 texts in 100 are free of the traces of a wrong encoding",
            column="text",
            applies=_IN_SLICE,
            holds=f"not regexp_matches(text, '{BROKEN_TEXT}')",
            mostly=0.99,
            shows=(),
            remedy="Name the encoding of the file in the profile and deliver the batch again.",
        ),
        row_rule(
            "text_not_blank_in_hash_slice",
            Severity.WARN,
            "9 texts in 10 have more than white space",
            column="text",
            applies=_IN_SLICE,
            holds=r"regexp_matches(text, '[^\s\x{3000}]')",
            mostly=0.9,
            shows=(),
        ),
    )


SUITE = Suite(
    table=TABLE,
    checks=(
        *declared_checks(TABLE, when_empty=Severity.WARN, key_is_sliced=True),
        refers_to_dispute(),
        *dated_rows("sent_at"),
        *_texts(),
    ),
    lookup=DISPUTE_LOOKUP,
    needs=("dispute_keys",),
)
