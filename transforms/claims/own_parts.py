"""Scores without the parts that a claim is about: the rest of its own factor, to adjust for."""

from typing import Final

import polars as pl

from transforms.claims.columns import otherwise
from transforms.factors.parts import part_column
from transforms.factors.points import SCALE
from transforms.registry.facts import BUYER, SELLER

_STALLING: Final = ("stalling", "stalling_to_agent", "silence")
#: Score (factor, side) and the parts that are taken out of it.
OWN_PARTS: Final = {
    ("tone", BUYER): _STALLING,
    ("tone", SELLER): _STALLING,
    ("reputation", BUYER): ("claim_frequency",),
    ("reputation", SELLER): ("penalties", "counterfeit_penalties"),
}


def points_column(factor: str, party: str, part: str) -> str:
    """Name of a part's column in ``core.score_points``."""
    return f"{factor}__{part_column(party, part)}"


def without_own_parts(points: pl.LazyFrame) -> pl.LazyFrame:
    """Take the parts out of the scores.

    Args:
        points: ``dispute_id`` and all parts of tone and reputation, in ten-thousandths of a score.

    Returns:
        ``dispute_id`` and ``{party}_{factor}_otherwise``; null where the score is.
    """
    names = points.collect_schema().names()
    return points.select(
        "dispute_id",
        *(
            _rest(names, factor, party, taken).alias(otherwise(f"{party}_{factor}"))
            for (factor, party), taken in OWN_PARTS.items()
        ),
    )


def _rest(names: list[str], factor: str, party: str, taken: tuple[str, ...]) -> pl.Expr:
    own = [name for name in names if name.startswith(points_column(factor, party, ""))]
    left = [pl.col(name) for name in own if name not in {points_column(factor, party, part) for part in taken}]
    recorded = pl.any_horizontal(*(pl.col(name).is_not_null() for name in own))
    # whole points until the one division
    return pl.when(recorded).then(pl.sum_horizontal(*left).cast(pl.Int64).cast(pl.Float64) / float(SCALE))
