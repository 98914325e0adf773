"""What must hold of the disputes."""

from types import MappingProxyType

from expectations.model import Check, Severity, Suite
from expectations.rules import declared_checks, row_label, row_rule
from transforms.registry import INPUT_TABLES
from transforms.registry.enumerations import RULED_OUTCOMES

JURORS = 17
# A claim far above the price is more often a wrong unit (fen for yuan) than a costly dispute.
CLAIM_TO_PRICE = 10

TABLE = INPUT_TABLES["disputes"]
_RULED = "outcome in (" + ", ".join(f"'{outcome}'" for outcome in RULED_OUTCOMES) + ")"
_VOTED = "votes_buyer is not null and votes_seller is not null"


def _money() -> tuple[Check, ...]:
    return (
        row_rule(
            "refunded_within_claimed",
            Severity.STOP,
            "the refund is at most the amount claimed",
            column="refunded_cny",
            applies="refunded_cny is not null and claimed_cny is not null",
            holds="refunded_cny <= claimed_cny",
            shows=("claimed_cny", "refunded_cny"),
        ),
        row_rule(
            "claimed_near_item_price",
            Severity.WARN,
            f"amounts claimed are at most {CLAIM_TO_PRICE} times the price; beyond it suspect a wrong unit",
            column="claimed_cny",
            applies="claimed_cny is not null and item_price_cny > 0",
            holds=f"claimed_cny <= {CLAIM_TO_PRICE} * item_price_cny",
            mostly=0.99,
            shows=("item_price_cny", "claimed_cny"),
        ),
        row_rule(
            "buyer_victory_has_refund",
            Severity.WARN,
            "nine in ten disputes won by the buyer have a refund; otherwise suspect swapped labels",
            column="refunded_cny",
            applies="outcome = 'buyer_wins' and refunded_cny is not null",
            holds="refunded_cny > 0",
            mostly=0.9,
            shows=("outcome", "refunded_cny"),
        ),
        row_rule(
            "seller_victory_has_no_refund",
            Severity.WARN,
            "nine in ten disputes won by the seller have no refund; otherwise suspect swapped labels",
            column="refunded_cny",
            applies="outcome = 'seller_wins' and refunded_cny is not null",
            holds="refunded_cny = 0",
            mostly=0.9,
            shows=("outcome", "refunded_cny"),
        ),
    )


def _times() -> tuple[Check, ...]:
    return (
        row_rule(
            "opened_or_ruled_at_present",
            Severity.STOP,
            "a dispute has a time of opening or of ruling",
            column="opened_at, ruled_at",
            holds="opened_at is not null or ruled_at is not null",
            shows=(),
        ),
        row_rule(
            "opened_before_ruled",
            Severity.WARN,
            "disputes are ruled after they were opened",
            column="ruled_at",
            applies="opened_at is not null and ruled_at is not null",
            holds="opened_at <= ruled_at",
            mostly=0.99,
            shows=("opened_at", "ruled_at"),
        ),
        row_rule(
            "ruling_has_time",
            Severity.WARN,
            "a ruled dispute has the time of its ruling; without it everything counts as known before",
            column="ruled_at",
            applies=_RULED,
            holds="ruled_at is not null",
            shows=("outcome",),
        ),
        row_rule(
            "ruling_time_has_outcome",
            Severity.WARN,
            "an open dispute has no time of ruling",
            column="outcome",
            applies="ruled_at is not null",
            holds="outcome is not null",
            shows=("ruled_at",),
        ),
    )


def _jury() -> tuple[Check, ...]:
    votes = ("votes_buyer", "votes_seller")
    return (
        row_rule(
            "votes_within_jury",
            Severity.WARN,
            f"the votes of a jury add up to at most {JURORS}",
            column="votes_buyer, votes_seller",
            applies=_VOTED,
            holds=f"votes_buyer + votes_seller <= {JURORS}",
            shows=votes,
        ),
        row_rule(
            "votes_agree_with_outcome",
            Severity.WARN,
            "the side with more votes of the jury wins",
            column="outcome",
            applies=f"outcome in ('buyer_wins', 'seller_wins') and {_VOTED}",
            holds="(votes_buyer > votes_seller) = (outcome = 'buyer_wins') and votes_buyer <> votes_seller",
            shows=("outcome", *votes),
        ),
        row_rule(
            "votes_only_from_jury",
            Severity.WARN,
            "only a jury votes",
            column="decided_by",
            applies="votes_buyer > 0 or votes_seller > 0",
            holds="decided_by = 'jury'",
            shows=("decided_by", *votes),
        ),
    )


def _parties() -> tuple[Check, ...]:
    return (
        row_rule(
            "buyer_is_not_seller",
            Severity.WARN,
            "nobody is buyer and seller of one dispute",
            column="buyer_id",
            applies="buyer_id is not null and seller_id is not null",
            holds="buyer_id <> seller_id",
            shows=("buyer_id",),
        ),
        row_rule(
            "seller_id_mostly_recorded",
            Severity.WARN,
            "19 disputes in 20 name the seller; intervals need to know which disputes share one",
            column="seller_id",
            holds="seller_id is not null",
            mostly=0.95,
            shows=(),
        ),
    )


def _orders() -> Check:
    """One order disputed twice at the same moment is one dispute exported under two names, and would count twice.

    Without orders buyer and seller stand for it: an identifier in other letters (d1, D1) makes two disputes.
    """
    order = "coalesce(order_id, buyer_id || chr(30) || seller_id)"
    in_slice = f"{order} is not null and opened_at is not null and hash({order}) % $key_slices = 0"
    return Check(
        name="order_disputed_once_in_hash_slice",
        severity=Severity.WARN,
        description="99 orders in 100 (without orders: buyer and seller) are disputed once at one moment, among those "
        "of one slice by hash; otherwise suspect that disputes were exported under two identifiers",
        expectation="ExpectCountedProportionOfUniqueValuesToBeBetween",
        column="order_id, opened_at",
        arguments=MappingProxyType({"min_value": 0.99}),
        derived=f"case when {in_slice} then {order} || chr(31) || epoch_us(opened_at)::varchar end",
        measure="orders",
        example_query=f"select min({row_label(('dispute_id', 'order_id', 'opened_at'))}) from staged_disputes "
        f"where {in_slice} group by {order}, opened_at having count(*) > 1 order by 1 limit 3",
        remedy="Look at the disputes of these orders, and deliver each dispute under one identifier.",
    )


def _outcomes(name: str, at_least: int, description: str) -> Check:
    return Check(
        name=name,
        severity=Severity.WARN,
        description=description,
        expectation="ExpectColumnUniqueValueCountToBeBetween",
        column="outcome",
        arguments={"min_value": at_least},
        derived=f"case when {_RULED} then outcome end",
        measure="different outcomes",
        remedy="Check how the profile reads the outcome, or deliver disputes that were ruled.",
    )


SUITE = Suite(
    table=TABLE,
    checks=(
        *declared_checks(TABLE, when_empty=Severity.STOP),
        *_money(),
        *_times(),
        *_jury(),
        *_parties(),
        _orders(),
        _outcomes("some_disputes_are_ruled", 1, "at least one dispute was decided by somebody"),
        _outcomes("rulings_differ", 2, "not every ruled dispute has the same outcome"),
    ),
)
