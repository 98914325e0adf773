"""What a report says in numbers, kept beside it so that a later report can say what changed; only what may be shown."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flows.report.claims import tells_of_few
from flows.report.data import ReportData
from flows.report.disclosure import RULED, Disclosure
from flows.report.effects import ranked_effects
from flows.report.importance import ranked_importance
from flows.storage import Place

NAME = "headline.json"
_VERSION = 1
_SLICES = ("all", "category", "claim", "decided_by")


@dataclass(frozen=True)
class ShownRate:
    """A rate that the report shows."""

    slice: str
    value: str
    outcome: str
    n: int
    n_total: int
    share: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class ShownFactor:
    """A factor with its share of importance or its effect; an estimate with its interval."""

    factor: str
    n: int | None
    estimate: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class ShownVerdict:
    """What came of a claim."""

    claim_id: str
    statement_en: str
    statement_zh: str
    verdict: str
    unit: str
    n: int | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class Snapshot:
    """The numbers of a report.

    Attributes:
        run_id: The run.
        finished_at: When it ended, as text.
        rates: Shares of the ruled outcomes.
        importance: The factors by their share, the largest first.
        effects: The factors by their adjusted effect, the largest first.
        verdicts: The claims.
    """

    run_id: str
    finished_at: str | None
    rates: tuple[ShownRate, ...]
    importance: tuple[ShownFactor, ...]
    effects: tuple[ShownFactor, ...]
    verdicts: tuple[ShownVerdict, ...]


def take_snapshot(data: ReportData, disclosure: Disclosure) -> Snapshot:
    """Keep what a report shows.

    Args:
        data: What was read from the release.
        disclosure: What is hidden; it is left out.
    """
    rates = tuple(
        ShownRate(r.slice, r.value, r.outcome, r.n, r.n_total, r.share, r.ci_low, r.ci_high)
        for r in data.outcomes
        if r.slice in _SLICES and r.share is not None and not disclosure.hides(r, RULED)
    )
    importance = tuple(
        ShownFactor(row.factor, row.n, row.share or 0.0, row.ci_low, row.ci_high) for row in ranked_importance(data)
    )
    effects = tuple(
        ShownFactor(factor, effect.n, effect.ame_pp or 0.0, effect.ame_ci_low, effect.ame_ci_high)
        for factor, effect in ranked_effects(data)
    )
    verdicts = tuple(
        ShownVerdict(
            f.claim_id, f.statement_en, f.statement_zh, f.verdict, f.unit, None if tells_of_few(f) else f.n,
            f.estimate, f.ci_low, f.ci_high,
        )
        for f in data.estimates.findings
    )  # fmt: skip
    run_id = data.run.run_id if data.run else ""
    return Snapshot(run_id, data.run.finished_at if data.run else None, rates, importance, effects, verdicts)


def snapshot_text(snapshot: Snapshot) -> str:
    """The snapshot as JSON, the same for the same snapshot."""
    return json.dumps({"version": _VERSION, **asdict(snapshot)}, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def read_snapshot(path: Place) -> Snapshot | None:
    """Read the snapshot of a report.

    Args:
        path: The file beside the report.

    Returns:
        The snapshot; None where there is none that can be read: the release is older than snapshots are, or keeps
        another version of them.
    """
    if not path.is_file():
        return None
    try:
        kept: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if kept.get("version") != _VERSION:
            return None
        return Snapshot(
            kept["run_id"],
            kept["finished_at"],
            tuple(ShownRate(**row) for row in kept["rates"]),
            tuple(ShownFactor(**row) for row in kept["importance"]),
            tuple(ShownFactor(**row) for row in kept["effects"]),
            tuple(ShownVerdict(**row) for row in kept["verdicts"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
