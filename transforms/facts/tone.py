"""Who stalled."""

from typing import Final

import polars as pl

from transforms.factors.parts import BOTH, part_column

# Parts of the tone score that take points from a side that stalls, in words or in fact.
_STALLING: Final = ("stalling", "stalling_to_agent", "silence")
_PRESENT: Final = "base"


def tone_facts(tone: pl.LazyFrame) -> pl.LazyFrame:
    """Find out which side stalled.

    Args:
        tone: The wide frame of parts of tone (``transforms.factors.tone``); a dispute without a row has no tone.

    Returns:
        ``dispute_id`` and the facts of the theme; null where the tone of the side is not recorded.
    """
    return tone.select("dispute_id", *(_stalls(party).alias(f"{party}_stalls") for party in BOTH))


def _stalls(party: str) -> pl.Expr:
    loses = [pl.col(part_column(party, part)).fill_null(0) < 0 for part in _STALLING]
    return pl.when(pl.col(part_column(party, _PRESENT)).is_not_null()).then(pl.any_horizontal(*loses))
