"""Single facts of a dispute beside its scores: what a question asks for by name.

Every theme is one module of the same shape: records in, ``dispute_id`` and the facts of the theme out. What there is
is declared once, in ``transforms.registry.facts``.
"""

from typing import Final

import polars as pl

from transforms.facts.durations import duration_facts
from transforms.facts.evidence import evidence_facts
from transforms.facts.reputation import reputation_facts
from transforms.facts.rules import rule_facts
from transforms.facts.tone import tone_facts
from transforms.registry.facts import FACTS

__all__ = [
    "dispute_facts",
    "duration_facts",
    "evidence_facts",
    "reputation_facts",
    "rule_facts",
    "tone_facts",
]

_COLUMNS: Final = ("dispute_id", *(fact.name for fact in FACTS))
_TYPES: Final = {fact.name: fact.kind.polars for fact in FACTS}


def dispute_facts(disputes: pl.LazyFrame, *themes: pl.LazyFrame) -> pl.LazyFrame:
    """Assemble ``core.dispute_facts``.

    Args:
        disputes: One row per dispute with ``dispute_id``.
        themes: What the functions of all themes return; a dispute without a row in one has its facts null.

    Returns:
        One row per dispute, by ``dispute_id``: the declared columns in their order with their types.
    """
    wide = disputes.select("dispute_id")
    for theme in themes:
        wide = wide.join(theme, on="dispute_id", how="left")
    return wide.select(_COLUMNS).cast(pl.Schema(_TYPES)).sort("dispute_id")
