"""What a release knows of one dispute, read into frozen dataclasses; their fields are the keys of the JSON."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from flows.errors import UsageError
from flows.explain.facts import Fact, Reputation, read_facts, read_reputation
from flows.explain.like import LikeCases, read_like_cases
from flows.explain.model import ModelProbability, read_probability
from flows.explain.release import Row, clean, columns_of, rows
from flows.explain.scores import Scores, read_scores
from flows.release_connection import open_release
from flows.settings import Layout
from transforms.registry import output_table
from transforms.registry.enumerations import PARTY

if TYPE_CHECKING:
    import duckdb

#: Rulings of at least this probability are usual …
USUAL_FROM: Final = 0.25
#: … and those under this one very unusual.
VERY_UNUSUAL_UNDER: Final = 0.05
PROCEDURE: Final = ("paid_on_platform", "applied_in_window", "negotiated_first", "shipped_on_time")
_CLOSEST: Final = 3
# Comparing a very long text with a million ids would take long, and no id is so long.
_LONGEST_ID: Final = 64


class Surprise(StrEnum):
    """How surprising a ruling is, in plain words."""

    USUAL = "usual"
    UNUSUAL = "unusual"
    VERY_UNUSUAL = "very_unusual"


@dataclass(frozen=True)
class Case:
    """The dispute's own row; None is not recorded. Money in CNY, times in China."""

    dispute_id: str
    run_id: str | None
    category: str | None
    claim: str | None
    item_price_cny: float | None
    claimed_cny: float | None
    refunded_cny: float | None
    refund_ratio: float | None
    buyer_id: str | None
    seller_id: str | None
    opened_at: datetime | None
    ruled_at: datetime | None
    outcome: str | None
    is_ruled: bool
    decided_by: str | None
    decider_id: str | None
    votes_buyer: int | None
    votes_seller: int | None
    paid_on_platform: bool | None
    applied_in_window: bool | None
    negotiated_first: bool | None
    shipped_on_time: bool | None


@dataclass(frozen=True)
class Recorded:
    """Which tables were delivered for the dispute; where one was not, its facts are not known to be missing."""

    evidence: bool
    violations: bool
    messages: bool
    buyer_reputation: bool
    seller_reputation: bool


@dataclass(frozen=True)
class Ruling:
    """How surprising the dispute's own ruling is.

    Attributes:
        outcome: The ruling; None where nobody ruled.
        share: Share of the like cases that were ruled so; None where there are too few, or the count is hidden.
        by_like_cases: What that share means.
        model: The published model, and its probability of the ruling.
        by_model: What that probability means.
        usual_from: Shares and probabilities from here on are usual …
        very_unusual_under: … and those under this are very unusual.
    """

    outcome: str | None
    share: float | None
    by_like_cases: Surprise | None
    model: ModelProbability
    by_model: Surprise | None
    usual_from: float
    very_unusual_under: float


@dataclass(frozen=True)
class Explanation:
    """All that is told of a dispute."""

    case: Case
    recorded: Recorded
    facts: tuple[Fact, ...]
    reputation: tuple[Reputation, ...]
    scores: Scores
    like_cases: LikeCases
    ruling: Ruling


def read_explanation(layout: Layout, dispute_id: str) -> Explanation:
    """Read all that the release in force knows of one dispute.

    Args:
        layout: The data directory.
        dispute_id: The dispute.

    Returns:
        What is known.

    Raises:
        RunError: There is no release, or it cannot be read.
        UsageError: The release has no such dispute; the sentence names the closest ids.
    """
    with open_release(layout) as connection:
        listed = columns_of(output_table("core.disputes"))
        found = rows(connection, f"select {listed} from core.disputes where dispute_id = $id", {"id": dispute_id})
        if not found:
            raise UsageError(_unknown(connection, dispute_id))
        return _explanation(connection, dispute_id, found[0])


def _explanation(connection: "duckdb.DuckDBPyConnection", dispute_id: str, dispute: Row) -> Explanation:
    scores = read_scores(connection, dispute_id)
    facts = read_facts(connection, dispute_id)
    like_cases = read_like_cases(connection, dispute_id, dispute, scores)
    return Explanation(
        case=Case(**{name: dispute[name] for name in Case.__dataclass_fields__}),
        recorded=_recorded(connection, dispute, scores, facts),
        facts=facts,
        reputation=tuple(read_reputation(connection, dispute_id, party) for party in PARTY.values),
        scores=scores,
        like_cases=like_cases,
        ruling=_ruling(dispute, like_cases, read_probability(connection, dispute, scores)),
    )


def _recorded(
    connection: "duckdb.DuckDBPyConnection", dispute: Row, scores: Scores, facts: tuple[Fact, ...]
) -> Recorded:
    """Which tables were delivered, as the scores tell it; messages, which may be none, by the dispute's batch."""
    with_facts = {fact.table for fact in facts}
    rules = [part.part for party in PARTY.values for part in scores.factor("rules").of(party).parts]
    return Recorded(
        evidence="evidence" in with_facts or scores.factor("evidence").buyer.score is not None,
        violations="violations" in with_facts or (bool(rules) and "breaches_not_recorded" not in rules),
        messages="messages" in with_facts or _batch_has(connection, dispute["file_id"], "messages"),
        buyer_reputation=scores.factor("reputation").buyer.score is not None,
        seller_reputation=scores.factor("reputation").seller.score is not None,
    )


def _batch_has(connection: "duckdb.DuckDBPyConnection", file_id: str, table: str) -> bool:
    """Whether a batch that brought the dispute's row has the table; a batch without disputes speaks for all."""
    query = """
        with of_row as (select batch from meta.files where file_id = $file),
        with_disputes as (select batch from meta.files where table_name = 'disputes')
        select count(*) as n from meta.files
        where table_name = $table
            and (batch in (select batch from of_row) or batch not in (select batch from with_disputes))
    """
    return bool(rows(connection, query, {"file": file_id, "table": table})[0]["n"])


def _ruling(dispute: Row, like_cases: LikeCases, model: ModelProbability) -> Ruling:
    outcome = dispute["outcome"] if dispute["is_ruled"] else None
    own = like_cases.share_of(outcome) if outcome else None
    share = own.share if own else None
    return Ruling(outcome, share, _surprise(share), model, _surprise(model.probability), USUAL_FROM, VERY_UNUSUAL_UNDER)


def _surprise(probability: float | None) -> Surprise | None:
    if probability is None:
        return None
    if probability < VERY_UNUSUAL_UNDER:
        return Surprise.VERY_UNUSUAL
    return Surprise.USUAL if probability >= USUAL_FROM else Surprise.UNUSUAL


def _unknown(connection: "duckdb.DuckDBPyConnection", dispute_id: str) -> str:
    """A sentence for an id that the release does not have."""
    asked = clean(dispute_id)
    shown = asked if len(asked) <= _LONGEST_ID else f"{asked[: _LONGEST_ID - 1]}…"
    query = """
        select dispute_id from core.disputes
        order by levenshtein(lower(left(dispute_id, $longest)), lower($asked)), dispute_id limit $n
    """
    parameters = {"asked": asked[:_LONGEST_ID], "longest": _LONGEST_ID, "n": _CLOSEST}
    closest = [row["dispute_id"] for row in rows(connection, query, parameters)]
    if not closest:
        return f"there is no dispute {shown!r}: the release has none at all"
    return f"there is no dispute {shown!r}; the closest ids are {', '.join(closest)}"
