"""A small sound delivery, and how a test spoils it.

Two disputes of one buyer and one seller, d1 won by the buyer and d2 by the seller, with one row of everything else for
each. Every check that can apply does apply, and holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from expectations import ALL_SUITES, ExpectationResult, Parameters, Suite, validate
from transforms.registry import Table

Row = Mapping[str, object]
AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
PARAMETERS = Parameters(as_of=AS_OF)
SUITES: dict[str, Suite] = {suite.table.name: suite for suite in ALL_SUITES}


def _dispute(dispute_id: str, outcome: str, refunded: str, votes: tuple[int, int]) -> Row:
    return {
        "dispute_id": dispute_id,
        "exported_at": "2026-10-01 00:00:00+00",
        "order_id": f"order of {dispute_id}",
        "opened_at": "2026-03-01 00:00:00+00",
        "ruled_at": "2026-03-08 00:00:00+00",
        "category": "luxury",
        "claim": "counterfeit",
        "item_price_cny": "100.00",
        "claimed_cny": "100.00",
        "refunded_cny": refunded,
        "buyer_id": "u1",
        "seller_id": "u2",
        "outcome": outcome,
        "decided_by": "jury",
        "decider_id": "panel",
        "votes_buyer": votes[0],
        "votes_seller": votes[1],
        "paid_on_platform": True,
        "applied_in_window": True,
        "negotiated_first": False,
        "shipped_on_time": None,
    }


def _scores(dispute_id: str) -> Row:
    row: dict[str, object] = {"dispute_id": dispute_id, "overall_advantage": 0.25}
    for factor in ("evidence", "rules", "tone", "reputation"):
        row |= {f"buyer_{factor}": 0.75, f"seller_{factor}": 0.5, f"{factor}_advantage": 0.25}
    return row


def _child(key: str, number: int, time: str, **values: object) -> Row:
    return {key: f"{key}{number}", "dispute_id": f"d{number}", time: "2026-03-02 00:00:00+00", **values}


def _reputation(user_id: str) -> Row:
    return {
        "user_id": user_id,
        "as_of": "2026-02-01 00:00:00+00",
        "credit_score": 700,
        "member_since": "2019-01-01",
        "completed_trades": 10,
        "positive_rate": 0.99,
        "claims_90d": 0,
        "unjustified_claims_365d": 0,
        "complaints_365d": 1,
        "penalties_365d": 1,
        "counterfeit_penalties_365d": 1,
    }


def _counts(table: str, loaded: int) -> Row:
    row: Row = {"table_name": table, "rows_in": 1000, "loaded": loaded, "quarantined": 1000 - loaded}
    return {**row, "duplicates": 0, "superseded": 0}


SOUND: dict[str, tuple[Row, ...]] = {
    "disputes": (_dispute("d1", "buyer_wins", "100.00", (9, 3)), _dispute("d2", "seller_wins", "0.00", (2, 9))),
    "evidence": tuple(_child("evidence_id", n, "submitted_at", party="buyer", kind="photo") for n in (1, 2)),
    "violations": tuple(
        _child("violation_id", n, "recorded_at", party="seller", rule="item_swap", severity="minor") for n in (1, 2)
    ),
    "messages": tuple(
        _child("message_id", n, "sent_at", sender="buyer", audience="agent", text="你好，屏幕有划痕。") for n in (1, 2)
    ),
    "reputation": (_reputation("u1"), _reputation("u2")),
    "ingest_counts": (_counts("disputes", 990), _counts("messages", 1000)),
    "factor_scores": (_scores("d1"), _scores("d2")),
}


@dataclass(frozen=True)
class Case:
    """One way to spoil the sound delivery.

    Attributes:
        table: Table whose suite is run.
        check: The check that must fail.
        change: Values to put into the rows of the table.
        rows: Which rows to change; all by default.
        also: Further checks that must fail, because they say the same of other data.
    """

    table: str
    check: str
    change: Row
    rows: tuple[int, ...] | None = None
    also: tuple[str, ...] = ()

    @property
    def delivery(self) -> dict[str, tuple[Row, ...]]:
        """The spoilt delivery."""
        rows = SOUND[self.table]
        touched = range(len(rows)) if self.rows is None else self.rows
        spoilt = tuple({**row, **self.change} if number in touched else row for number, row in enumerate(rows))
        return {**SOUND, self.table: spoilt}


def select(table: Table, rows: Sequence[Row]) -> str:
    """SQL select of rows in the declared types; a column that a row does not name is null."""
    lines = (", ".join(_literal(row.get(column.name), column.kind.duckdb) for column in table.columns) for row in rows)
    named = ", ".join(table.column_names)
    if not rows:
        nulls = ", ".join(_literal(None, column.kind.duckdb) for column in table.columns)
        return f"select * from (select {nulls}) as t({named}) where false"
    return f"select * from ({' union all '.join(f'select {line}' for line in lines)}) as t({named})"


def views(delivery: Mapping[str, Sequence[Row]]) -> dict[str, str]:
    """The views of a delivery, for ``validate``."""
    return {name: select(SUITES[name].table, rows) for name, rows in delivery.items()}


def run(table: str, delivery: Mapping[str, Sequence[Row]]) -> dict[str, ExpectationResult]:
    """Results of the suite of one table, by check."""
    return {result.expectation: result for result in validate(views(delivery), [SUITES[table]], PARAMETERS)}


def _literal(value: object, kind: str) -> str:
    return f"null::{kind}" if value is None else f"'{value}'::{kind}"
