"""The word lists as they ship, and frames to score."""

from functools import cache
from pathlib import Path

import polars as pl

from transforms.tone import Lexicon, build_lexicon, score_messages

ROOT = Path(__file__).parents[3]
LISTS = ROOT / "transforms" / "tone" / "lexicon"


@cache
def shipped_tables() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(LISTS.glob("*.tsv"))}


@cache
def shipped_lexicon() -> Lexicon:
    return build_lexicon(shipped_tables())


def scored(rows: list[tuple[str | None, str | None]]) -> pl.DataFrame:
    """Score messages given as (sender, text)."""
    frame = pl.DataFrame(rows, schema={"sender": pl.String, "text": pl.String}, orient="row")
    return score_messages(frame.lazy(), shipped_lexicon()).collect()
