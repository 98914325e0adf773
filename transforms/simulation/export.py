"""The simulated export as a stream of chunks, and the latent truth behind it."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from transforms.simulation.columns import dispute_ids
from transforms.simulation.disputes import disputes_frame
from transforms.simulation.evidence import evidence_frame
from transforms.simulation.latent import BUYER, ENDINGS, SELLER, Latent, draw_latent
from transforms.simulation.messages import messages_frame
from transforms.simulation.plan import FACTORS, SimulationPlan
from transforms.simulation.reputation import late_reputation_frame, snapshot_blocks, snapshots_frame
from transforms.simulation.violations import violations_frame
from transforms.simulation.world import World, build_world

DEFAULT_CHUNK_BLOCKS = 5


@dataclass(frozen=True)
class Chunk:
    """Some rows of one table of the export.

    Attributes:
        table: Name of the table.
        frame: The contract's columns, typed; enumerations are strings, times are in Asia/Shanghai.
    """

    table: str
    frame: pl.DataFrame


def simulate(plan: SimulationPlan, chunk_blocks: int = DEFAULT_CHUNK_BLOCKS) -> Iterator[Chunk]:
    """Simulates an export in bounded memory.

    Args:
        plan: What to simulate.
        chunk_blocks: Blocks of disputes per chunk; the rows and their order do not depend on it.

    Yields:
        Chunks of disputes, evidence, violations and messages in turn, then of reputation.
    """
    world = build_world(plan)
    for first in range(0, plan.blocks, chunk_blocks):
        blocks = range(first, min(plan.blocks, first + chunk_blocks))
        truths = [(block, draw_latent(world, block)) for block in blocks]
        yield Chunk("disputes", pl.concat([disputes_frame(world, truth, block) for block, truth in truths]))
        yield Chunk("evidence", pl.concat([evidence_frame(world, truth, block) for block, truth in truths]))
        yield Chunk("violations", pl.concat([violations_frame(world, truth, block) for block, truth in truths]))
        yield Chunk("messages", pl.concat([messages_frame(world, truth, block) for block, truth in truths]))
    yield from _reputation(world)


def _reputation(world: World) -> Iterator[Chunk]:
    for party in (BUYER, SELLER):
        for block in range(snapshot_blocks(world, party)):
            yield Chunk("reputation", snapshots_frame(world, party, block))
    for block in range(world.plan.blocks):
        yield Chunk("reputation", late_reputation_frame(world, draw_latent(world, block), block))


def truth_frame(plan: SimulationPlan) -> pl.DataFrame:
    """Returns the latent truth of every dispute, which no export shows.

    Args:
        plan: What to simulate.

    Returns:
        dispute_id, seller (number), buyer_<factor>, seller_<factor> and <factor>_advantage (standard normal), linear
        (systematic part, log odds), outcome_latent, outcome (null while open), one row per dispute.
    """
    world = build_world(plan)
    return pl.concat([_truth(draw_latent(world, block)) for block in range(plan.blocks)])


def _truth(truth: Latent) -> pl.DataFrame:
    columns: dict[str, pl.Series] = {
        "dispute_id": dispute_ids(truth.index),
        "seller": pl.Series(truth.seller),
        "category": pl.Series(truth.category),
        "claim": pl.Series(truth.claim),
    }
    for position, factor in enumerate(FACTORS):
        columns[f"buyer_{factor}"] = pl.Series(truth.side[BUYER, position])
        columns[f"seller_{factor}"] = pl.Series(truth.side[SELLER, position])
        columns[f"{factor}_advantage"] = pl.Series(truth.advantage[position])
    columns["linear"] = pl.Series(truth.linear)
    columns["outcome_latent"] = pl.Series(truth.outcome_latent)
    columns["outcome"] = pl.Series(ENDINGS, dtype=pl.String).gather(pl.Series(truth.ending))
    return pl.DataFrame(columns)
