"""What a run leaves on Prefect's page: how far it is, the headline, the claims, and a link to the report.

It is in English, the language of that page. Groups too small to be shown in the report are not shown here either.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows.report.answer import answer_section
from flows.report.blocks import Block, Bullets, Cards, Prose
from flows.report.data import read_release
from flows.report.disclosure import disclose
from flows.stages import Stopwatch
from flows.storage import Place

#: Stages in order, with their usual shares of a long run in percent; a stage that is not named counts as nothing.
STAGES = {
    "ingest": 25, "forget": 1, "resolve": 6, "validate": 6, "score": 25, "validate_scores": 2, "estimate": 10,
    "load": 20, "report": 4, "publish": 1,
}  # fmt: skip
#: The page is told about a stage under way this often at most.
PAUSE_SECONDS = 2.0
#: A claim that fewer rulings speak to is not shown.
FEWEST = 10
_SPECIAL = re.compile(r"([\\`*_\[\]()|#~!>&<-])")
_CLAIMS = """
select claim_id as claim, statement_en as statement, verdict, n, round(estimate_pp, 1) as effect_pp,
       round(ci_low, 1) as low, round(ci_high, 1) as high, round(q_value, 4) as q
from marts.claim_findings order by rowid
"""


@dataclass
class Page:
    """The artifacts of one run; made within its flow.

    Attributes:
        progress: The artifact that says how far the run is.
        stage: The stage under way.
        percent: How far the run is; it never goes back.
        told_at: When the page was last told, by a clock that only goes forward.
        is_reached: Whether the server takes artifacts; a run does not fail because its page cannot be written.
    """

    progress: UUID | None = None
    stage: str = ""
    percent: float = 0.0
    told_at: float = 0.0
    is_reached: bool = True

    def followed(self, stopwatch: Stopwatch) -> Stopwatch:
        """Return a stopwatch that tells the page too."""

        def on_stage(stage: str) -> None:
            stopwatch.on_stage(stage)
            self.stage = stage
            self._tell(0.0)

        def on_share(share: float) -> None:
            stopwatch.on_share(share)
            if time.monotonic() - self.told_at >= PAUSE_SECONDS:
                self._tell(share)

        return replace(stopwatch, on_stage=on_stage, on_share=on_share)

    def show(self, database: Path, report: str, notes: Sequence[str]) -> None:
        """Show what the run found.

        Args:
            database: The release in force.
            report: Address of its report.
            notes: What a person should know: what moved against the releases before, what could not be tidied up.
        """
        self.stage = "done"
        self._tell(1.0)
        if not self.is_reached:
            return
        try:
            create_markdown_artifact(headline(database, notes), key="headline", description="The answer")
            create_table_artifact(claim_rows(database), key="claims", description="What the rulings say to each claim")
            create_link_artifact(report, "The report", key="report", description="Charts, method, quality of the data")
        except httpx.HTTPError:
            self.is_reached = False

    def _tell(self, share: float) -> None:
        if not self.is_reached:
            return
        self.told_at = time.monotonic()
        self.percent = max(self.percent, share_done(self.stage, share))
        try:
            if self.progress is None:
                created = create_progress_artifact(self.percent, key="progress", description=self.stage)
                self.progress = created if isinstance(created, UUID) else None
            else:
                update_progress_artifact(self.progress, self.percent, description=self.stage)
        except httpx.HTTPError:
            self.is_reached = False


def address_of(report: Place) -> str:
    """Return the address of a report, that of its own release, which stays when another comes in force."""
    return report.resolve().as_uri() if isinstance(report, Path) else str(report)


def share_done(stage: str, share: float) -> float:
    """How far a run is, in percent, when a share of a stage is done."""
    if stage not in STAGES:
        return 100.0 * share
    before = sum(list(STAGES.values())[: list(STAGES).index(stage)])
    return float(round(before + STAGES[stage] * share, 1))


def headline(database: Path, notes: Sequence[str]) -> str:
    """Say in Markdown what the first section of the report says, and what moved.

    Args:
        database: The release.
        notes: What a person should know: what moved against the releases before, what could not be tidied up.

    Returns:
        Markdown in which nothing that comes from the data acts as markup.
    """
    data = read_release(database)
    section = answer_section(data, disclose(data))
    moved = ["### Notes", *(f"- {plain(note)}" for note in notes)] if notes else []
    lines = [f"## {plain(section.title.en)}", *(line for block in section.blocks for line in _lines(block)), *moved]
    return "\n\n".join(lines)


def _lines(block: Block) -> Iterator[str]:
    if isinstance(block, Prose):
        yield f"### {plain(block.text.en)}" if block.tone == "heading" else plain(block.text.en)
    elif isinstance(block, Bullets):
        mark = "1." if block.is_ordered else "-"
        yield "\n".join(f"{mark} {plain(item.en)}" for item in block.items)
    elif isinstance(block, Cards):
        yield "\n".join(f"- **{plain(card.title.en)}**: {card.number}. {plain(card.detail.en)}" for card in block.cards)


def plain(text: str) -> str:
    """Let a text stand in Markdown as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def claim_rows(database: Path) -> list[dict[str, Any]]:
    """Return one row per claim: what it says, its verdict, n, effect and interval."""
    import duckdb  # noqa: PLC0415 - takes time to load

    with duckdb.connect(str(database.resolve()), read_only=True) as connection:
        found = connection.execute(_CLAIMS)
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return [row if (row["n"] or 0) >= FEWEST else _hidden(row) for row in rows]


def _hidden(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "n": f"fewer than {FEWEST}", "effect_pp": None, "low": None, "high": None, "q": None}
