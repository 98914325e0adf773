"""What must hold of the reputation of users."""

from expectations.model import Check, Severity, Suite
from expectations.rules import DAY_US, PARTY_LOOKUP, declared_checks, row_rule
from transforms.registry import INPUT_TABLES

TABLE = INPUT_TABLES["reputation"]


def _users() -> tuple[Check, ...]:
    return (
        row_rule(
            "user_mostly_party_of_a_dispute",
            Severity.WARN,
            "at least half of the rows are about a buyer or seller of the disputes; otherwise suspect other pseudonyms",
            column="user_id",
            holds="party_id is not null",
            mostly=0.5,
            shows=(),
            is_of_whole=True,
        ),
        row_rule(
            "member_since_before_as_of",
            Severity.WARN,
            "a user was a member when the reputation was taken",
            column="member_since",
            applies="member_since is not null and as_of is not null",
            # A day of grace: a date in China may begin before the same moment's date in UTC.
            holds=f"epoch_us(member_since::timestamp) <= epoch_us(as_of) + {DAY_US}",
            shows=("member_since",),
        ),
        row_rule(
            "counterfeit_penalties_within_penalties",
            Severity.WARN,
            "counterfeit penalties are counted among the penalties",
            column="counterfeit_penalties_365d",
            applies="counterfeit_penalties_365d is not null and penalties_365d is not null",
            holds="counterfeit_penalties_365d <= penalties_365d",
            shows=("penalties_365d", "counterfeit_penalties_365d"),
        ),
    )


SUITE = Suite(
    table=TABLE,
    checks=(*declared_checks(TABLE, when_empty=Severity.WARN, key_is_sliced=True), *_users()),
    lookup=PARTY_LOOKUP,
    needs=("parties",),
)
