"""The facts of a dispute, in time order, and whether each was counted."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from flows.explain.release import CHINA, Row, columns_of, rows
from transforms.china import TIME_ZONE
from transforms.registry import output_table
from transforms.registry.enumerations import PARTY
from transforms.registry.inputs import REPUTATION
from transforms.registry.outputs import ACTS

if TYPE_CHECKING:
    import duckdb

#: Messages are cut after so many characters; the database has all of them.
LONGEST_MESSAGE: Final = 160
_LAST: Final = datetime.max.replace(tzinfo=CHINA)
_TABLES: Final = {
    "evidence": ("evidence_id", "party", "submitted_at"),
    "violations": ("violation_id", "party", "recorded_at"),
    "messages": ("message_id", "sender", "sent_at"),
}


class Standing(StrEnum):
    """Whether a fact was counted, or why not."""

    COUNTED = "counted"
    AFTER_RULING = "after_ruling"
    REJECTED = "rejected"
    #: Said by customer service or the system, so that it speaks for neither side.
    NO_SIDE = "no_side"


@dataclass(frozen=True)
class EvidenceDetail:
    """What an item of evidence is; None is not recorded."""

    kind: str
    clear: bool | None
    multi_angle: bool | None
    close_up: bool | None
    full_process: bool | None
    accredited: bool | None
    admitted: bool | None


@dataclass(frozen=True)
class BreachDetail:
    """What an alleged breach is; None is not recorded."""

    rule: str
    severity: str | None
    substantiated: bool | None


@dataclass(frozen=True)
class MessageDetail:
    """What was said: the words (masked, cut where they are long), and the acts found in them."""

    audience: str | None
    text: str
    acts: tuple[str, ...]
    hostility: float | None
    civility: float | None


@dataclass(frozen=True)
class Fact:
    """One fact.

    Attributes:
        table: evidence, violations or messages.
        fact_id: Its key.
        party: buyer, seller, agent or system.
        at: When it became known; None where that was not recorded, and then it counts.
        standing: Whether it was counted, or why not.
        detail: What it is.
    """

    table: str
    fact_id: str
    party: str
    at: datetime | None
    standing: Standing
    detail: EvidenceDetail | BreachDetail | MessageDetail

    @property
    def is_left_out(self) -> bool:
        """Whether it is a fact of a side that was not counted."""
        return self.standing in {Standing.AFTER_RULING, Standing.REJECTED}


@dataclass(frozen=True)
class Snapshot:
    """What was known of a user at one moment; None is not recorded."""

    as_of: datetime
    credit_score: int | None
    member_since: date | None
    completed_trades: int | None
    positive_rate: float | None
    claims_90d: int | None
    unjustified_claims_365d: int | None
    complaints_365d: int | None
    penalties_365d: int | None
    counterfeit_penalties_365d: int | None


@dataclass(frozen=True)
class Reputation:
    """What was known of a side's user when the dispute was opened.

    Attributes:
        party: buyer or seller.
        user_id: The user (pseudonym); None where not recorded.
        known_before: Only what was known before this moment counts: the opening, or the ruling if that is earlier.
        latest: The latest snapshot before it.
        n_earlier: Snapshots before that one, which it replaces.
        n_late: Snapshots from that moment on, which do not count.
        n_disputes: Disputes of the user in the same role that were closed by then.
    """

    party: str
    user_id: str | None
    known_before: datetime | None
    latest: Snapshot | None
    n_earlier: int
    n_late: int
    n_disputes: int


def read_facts(connection: "duckdb.DuckDBPyConnection", dispute_id: str) -> tuple[Fact, ...]:
    """Read what was shown, alleged and said in a dispute.

    Args:
        connection: A release.
        dispute_id: The dispute.

    Returns:
        The facts in time order, those without a time last.
    """
    found = [fact for table in _TABLES for fact in _facts_of(connection, table, dispute_id)]
    tables = list(_TABLES)
    return tuple(sorted(found, key=lambda fact: (fact.at or _LAST, tables.index(fact.table), fact.fact_id)))


def _facts_of(connection: "duckdb.DuckDBPyConnection", table: str, dispute_id: str) -> list[Fact]:
    key, party, time = _TABLES[table]
    listed = columns_of(output_table(f"core.{table}"), "file_id", "source_row")
    found = rows(connection, f"select {listed} from core.{table} where dispute_id = $id", {"id": dispute_id})
    return [Fact(table, row[key], row[party], row[time], _standing(row, party), _detail(table, row)) for row in found]


def _standing(row: Row, party: str) -> Standing:
    if row[party] not in PARTY.labels:
        return Standing.NO_SIDE
    if not row["counted"]:
        return Standing.AFTER_RULING
    return Standing.REJECTED if row.get("admitted") is False else Standing.COUNTED


def _detail(table: str, row: Row) -> EvidenceDetail | BreachDetail | MessageDetail:
    if table == "evidence":
        return EvidenceDetail(**{name: row[name] for name in EvidenceDetail.__dataclass_fields__})
    if table == "violations":
        return BreachDetail(row["rule"], row["severity"], row["substantiated"])
    acts = tuple(act for act in ACTS if row[act])
    return MessageDetail(row["audience"], _shortened(row["text"] or ""), acts, row["hostility"], row["civility"])


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 1]}…"


def read_reputation(connection: "duckdb.DuckDBPyConnection", dispute_id: str, party: str) -> Reputation:
    """Read what was known of a side's user.

    Args:
        connection: A release that has the dispute.
        dispute_id: The dispute.
        party: buyer or seller.

    Returns:
        The latest snapshot before the dispute, and how many others and how many earlier disputes there are.
    """
    # The same moment as transforms.factors.history.reputation_sides; times are compared in UTC, by DuckDB.
    mine = f"""
        select {party}_id as user_id, least(opened_at, ruled_at) as known_before
        from core.disputes where dispute_id = $id
    """
    known = rows(
        connection,
        f"select user_id, timezone('{TIME_ZONE}', known_before) as known_before from ({mine})",
        {"id": dispute_id},
    )[0]
    snapshots = _snapshots(connection, mine, dispute_id)
    before = [row for row in snapshots if row["is_before"]]
    latest = max(before, key=lambda row: row["as_of"], default=None)
    return Reputation(
        party=party,
        **known,
        latest=Snapshot(**{name: latest[name] for name in _snapshot_columns()}) if latest else None,
        n_earlier=max(len(before) - 1, 0),
        n_late=len(snapshots) - len(before),
        n_disputes=_earlier_disputes(connection, mine, dispute_id, party),
    )


def _snapshot_columns() -> tuple[str, ...]:
    return tuple(name for name in REPUTATION.column_names if name != "user_id")


def _snapshots(connection: "duckdb.DuckDBPyConnection", mine: str, dispute_id: str) -> list[Row]:
    query = f"""
        with mine as ({mine})
        select {columns_of(REPUTATION, "user_id")}, coalesce(core.reputation.as_of < mine.known_before, false) is_before
        from core.reputation inner join mine using (user_id)
    """
    return rows(connection, query, {"id": dispute_id})


def _earlier_disputes(connection: "duckdb.DuckDBPyConnection", mine: str, dispute_id: str, party: str) -> int:
    # As in transforms.factors.history.reputation_history: closed, and known at the later of ruling and opening.
    query = f"""
        with mine as ({mine})
        select count(*) as n
        from core.disputes as disputes inner join mine on disputes.{party}_id = mine.user_id
        where disputes.outcome is not null and disputes.ruled_at is not null
            and greatest(disputes.ruled_at, disputes.opened_at) < mine.known_before
    """
    counted: Any = rows(connection, query, {"id": dispute_id})[0]["n"]
    return int(counted)
