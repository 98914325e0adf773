"""Simulated tables for the tests."""

import polars as pl

from transforms.simulation.export import DEFAULT_CHUNK_BLOCKS, simulate
from transforms.simulation.plan import SimulationPlan


def tables_of(plan: SimulationPlan, chunk_blocks: int = DEFAULT_CHUNK_BLOCKS) -> dict[str, pl.DataFrame]:
    """Returns every table of a simulated export as one frame."""
    parts: dict[str, list[pl.DataFrame]] = {}
    for chunk in simulate(plan, chunk_blocks):
        parts.setdefault(chunk.table, []).append(chunk.frame)
    return {table: pl.concat(frames) for table, frames in parts.items()}


def is_trap(key: str) -> pl.Expr:
    """Whether a child row was laid as a trap after the ruling, by the ordinal in its key."""
    return pl.col(key).str.tail(3).cast(pl.Int64) >= 900
