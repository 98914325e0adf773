"""A release made by hand: one dispute with facts of every kind, and other rulings around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows.settings import Layout
from tests.flows.report.releases import Release

Row = dict[str, Any]

OWN = "D-1"
FACTORS = ("evidence", "rules", "tone", "reputation")
#: Two levels of each factor; all cases below are in the upper one unless told otherwise.
LEVELS = {"1": (-1.0, 0.0), "2": (0.1, 1.0)}

_DISPUTE: Row = {
    "dispute_id": OWN, "run_id": "r1", "file_id": "f1", "category": "luxury", "claim": "counterfeit",
    "item_price_cny": 1200, "claimed_cny": 1000, "refunded_cny": 250, "refund_ratio": 0.25, "is_ruled": True,
    "opened_at": "2026-05-01 00:00:00+00", "ruled_at": "2026-05-04 01:30:00+00", "outcome": "buyer_wins",
    "buyer_id": "u_b", "seller_id": "u_s", "decided_by": "jury", "decider_id": "d_1",
    "votes_buyer": 9, "votes_seller": 4, "paid_on_platform": True, "applied_in_window": False,
}  # fmt: skip
_PARTS: Mapping[tuple[str, str], Mapping[str, float]] = {
    ("buyer", "evidence"): {"chat_record": 0.3, "photo_clear": 0.4},
    ("seller", "evidence"): {"nothing_shown": 0.0},
    ("buyer", "rules"): {"base": 0.85, "paid_on_platform": 0.06, "applied_in_window": -0.1},
    ("seller", "rules"): {"base": 0.85, "counterfeit_sale_alleged": -0.2431},
    ("buyer", "tone"): {"base": 0.5, "courtesy": 0.1},
    ("seller", "tone"): {"base": 0.5, "insult_to_agent": -0.0999},
    ("buyer", "reputation"): {"base": 0.5, "claim_frequency": 0.2, "from_history": 0.0},
    ("seller", "reputation"): {"base": 0.5, "penalties": -0.06},
}
ADVANTAGES = {"evidence": 0.5, "rules": 0.2031, "tone": 0.1999, "reputation": 0.26}
_SCORES: Row = {
    "dispute_id": OWN, "overall_advantage": 0.3407,
    **{f"{party}_{factor}": round(sum(parts.values()), 4) for (party, factor), parts in _PARTS.items()},
    **{f"{factor}_advantage": value for factor, value in ADVANTAGES.items()}, "seller_evidence": 0.0,
}  # fmt: skip
_LATE = "2026-05-05 01:00:00+00"


@dataclass
class Neighbours:
    """Other ruled disputes.

    Attributes:
        outcomes: How many ended how.
        other: Columns of core.disputes in which they are unlike the dispute.
        advantages: Advantages in which they are unlike it.
        n_sellers: Each has a seller of its own where this is 0; otherwise they share so many.
    """

    outcomes: Mapping[str, int]
    other: Row = field(default_factory=dict)
    advantages: Mapping[str, float] = field(default_factory=dict)
    n_sellers: int = 0

    def rows(self, name: str) -> tuple[list[Row], list[Row]]:
        """Rows of core.disputes and core.factor_scores; advantages in evidence are 0.2 to either side in turn."""
        ended = [outcome for outcome, n in self.outcomes.items() for _ in range(n)]
        disputes, scores = [], []
        for place, outcome in enumerate(ended):
            key = {"dispute_id": f"{name}-{place:03}"}
            seller = f"s-{name}-{place % self.n_sellers if self.n_sellers else place}"
            disputes.append(
                {**_DISPUTE, **key, "outcome": outcome, "seller_id": seller, "buyer_id": "u_x", **self.other}
            )
            own = {**ADVANTAGES, "evidence": 0.3 + 0.4 * (place % 2), **self.advantages}
            scores.append({**key, **{f"{factor}_advantage": value for factor, value in own.items()}})
        return disputes, scores


#: Forty like cases, each of a seller of its own.
FORTY = Neighbours({"buyer_wins": 25, "seller_wins": 15})


def write_release(
    root: Path, neighbours: Sequence[Neighbours] = (FORTY,), own: Row | None = None, scores: Row | None = None
) -> Layout:
    """Write a release with the dispute of the worked example.

    Args:
        root: An empty folder.
        neighbours: The other disputes.
        own: Columns in which the dispute differs from the example.
        scores: Columns of its scores that differ.

    Returns:
        The data directory.
    """
    release = Release()
    release.add("core.disputes", {**_DISPUTE, **(own or {})})
    release.add("core.factor_scores", {**_SCORES, **(scores or {})})
    for (party, factor), parts in _PARTS.items():
        at = {"dispute_id": OWN, "party": party, "factor": factor}
        # Not in the order in which they are told.
        release.add("core.score_parts", *({**at, "part": part, "points": parts[part]} for part in sorted(parts)))
    _add_facts(release)
    _add_reputation(release)
    _add_marts(release)
    release.add("meta.files", {"file_id": "f1", "batch": "b", "file": "b/disputes.csv", "table_name": "disputes"})
    layout = Layout(root)
    layout.database.parent.mkdir(parents=True)
    release.write(layout.database)
    _add_neighbours(layout, neighbours)
    return layout


def _add_neighbours(layout: Layout, neighbours: Sequence[Neighbours]) -> None:
    """Add the other disputes, which are many, in one go."""
    groups = [group.rows(f"N{place}") for place, group in enumerate(neighbours)]
    with duckdb.connect(str(layout.database)) as connection:
        for table, place in (("core.disputes", 0), ("core.factor_scores", 1)):
            rows = [row for group in groups for row in group[place]]
            if rows:
                connection.register("neighbours", pl.DataFrame(rows, infer_schema_length=None))
                connection.execute(f"insert into {table} by name select * from neighbours")


def _add_facts(release: Release) -> None:
    item = {"dispute_id": OWN, "party": "buyer", "counted": True}
    release.add(
        "core.evidence",
        {**item, "evidence_id": "E4", "kind": "video", "submitted_at": _LATE, "counted": False, "full_process": True},
        {**item, "evidence_id": "E3", "kind": "photo", "submitted_at": None, "clear": True, "admitted": True},
        {**item, "evidence_id": "E2", "kind": "inspection_report", "submitted_at": "2026-05-02 02:00:00+00",
         "accredited": False, "admitted": False},
        {**item, "evidence_id": "E1", "kind": "chat_record", "submitted_at": "2026-05-02 01:00:00+00"},
    )  # fmt: skip
    breach = {"dispute_id": OWN, "party": "seller", "rule": "counterfeit_sale", "counted": True}
    release.add(
        "core.violations",
        {**breach, "violation_id": "V1", "severity": "severe", "substantiated": False,
         "recorded_at": "2026-05-03 00:00:00+00"},
        {**breach, "violation_id": "V2", "recorded_at": _LATE, "counted": False},
    )  # fmt: skip
    message = {"dispute_id": OWN, "counted": True}
    release.add(
        "core.messages",
        {**message, "message_id": "M1", "sender": "buyer", "audience": "counterparty", "text": "您好，这不是正品",
         "sent_at": "2026-05-01 01:00:00+00", "courtesy": True},
        {**message, "message_id": "M2", "sender": "seller", "audience": "agent", "text": "他就是骗子[手机号]",
         "sent_at": "2026-05-02 03:00:00+00", "insult": True, "refusal": True},
        {**message, "message_id": "M3", "sender": "seller", "text": "算你狠", "sent_at": _LATE, "counted": False},
        {**message, "message_id": "M4", "sender": "agent", "audience": "counterparty", "text": "请补充材料",
         "sent_at": "2026-05-01 02:00:00+00"},
    )  # fmt: skip


def _add_reputation(release: Release) -> None:
    user = {"user_id": "u_s", "counted": True, "member_since": "2020-02-03", "completed_trades": 1500}
    release.add(
        "core.reputation",
        {**user, "as_of": "2026-01-01 00:00:00+00", "positive_rate": 0.9, "penalties_365d": 0},
        {**user, "as_of": "2026-04-01 00:00:00+00", "positive_rate": 0.985, "penalties_365d": 1},
        {**user, "as_of": "2026-05-01 00:00:00+00", "positive_rate": 0.5, "penalties_365d": 9, "counted": False},
    )
    earlier = {**_DISPUTE, "seller_id": "u_other", "claim": "not_received"}
    release.add(
        "core.disputes",
        {**earlier, "dispute_id": "P1", "opened_at": "2026-03-01 00:00:00+00", "ruled_at": "2026-03-02 00:00:00+00"},
        # Opened earlier, but not yet closed when this one was opened.
        {**earlier, "dispute_id": "P2", "opened_at": "2026-04-01 00:00:00+00", "ruled_at": "2026-05-01 00:00:00+00"},
    )
    release.add("core.factor_scores", *({"dispute_id": each, "evidence_advantage": 0.5} for each in ("P1", "P2")))


def _add_marts(release: Release) -> None:
    for factor in FACTORS:
        for level, (low, high) in LEVELS.items():
            at = {"factor": factor, "level": level, "level_low": low, "level_high": high}
            release.add("marts.factor_outcomes", *({**at, "outcome": each} for each in ("buyer_wins", "seller_wins")))
        release.add("marts.factor_outcomes", {"factor": factor, "level": "not_recorded", "outcome": "partial"})
    coefficients = {
        "threshold_partial": -0.5, "threshold_buyer_wins": 0.5, "evidence_advantage": 1.0, "rules_advantage": 0.0,
        "tone_advantage": 0.0, "reputation_advantage": 0.0, "log_price": 0.0,
    }  # fmt: skip
    without = {"category": "constant", "claim=counterfeit": "reference", "month": "constant"}
    rows = [{"term": term, "coefficient": value, "status": "ok"} for term, value in coefficients.items()]
    rows += [{"term": term, "status": status} for term, status in without.items()]
    release.add("marts.factor_effects", *({"model": "ordinal", **row} for row in rows))
